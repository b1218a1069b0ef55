"""What the classifier costs: `python -m bench.model` loads it in a process of its own, on one core.

The texts are made up of the themes' own words between common ones, in Swedish and English by turns, so that rules
and readers have something to find: titles of eight words with twenty-five more; the long ones with two hundred
more, about 1,500 characters.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import quantiles

import numpy as np

from bench.table import Row, told
from config.themes import load as load_themes
from nlp.assessment import Assessor, Text
from nlp.model import SHIPPED, load
from spiders.__main__ import peak

DOCUMENTS = 5_000
EXPLAINED = 100
LONG = 200
"""Words of a long body."""
COMMON = {
    "sv": "och att det för med som till av en den på ska nya regler förslag kommuner om vid samt krav",
    "en": "the of and to in for on with new rules proposal member states local as at regarding from by be",
}
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def texts(count: int, seed: int = 5, body: int = 25) -> Iterator[Text]:
    """Texts with as many words of body, the same each time."""
    chance = np.random.default_rng(seed)
    themes = load_themes().theme
    own = {
        "sv": [word.rstrip("*") for theme in themes for word in theme.keywords_sv],
        "en": [word.rstrip("*") for theme in themes for word in theme.keywords_en],
    }
    for number in range(count):
        language, genre = (("sv", "news"), ("en", "report"))[number % 2]
        common = COMMON[language].split()
        words = [str(chance.choice(own[language] if chance.random() < 0.2 else common)) for _ in range(8 + body)]
        yield Text(str(number), " ".join(words[:8]), " ".join(words[8:]), language=language, genre=genre)


def judge() -> dict[str, float]:
    """Seconds, milliseconds and megabytes of this process."""
    started = time.process_time()
    model = load()
    loaded = time.process_time() - started
    short = list(texts(DOCUMENTS))
    list(model.assess(short[:100], reasons=False))  # what is read when it is first needed
    started = time.process_time()
    list(model.assess(short, reasons=False))
    judged = time.process_time() - started
    return {
        "load": loaded,
        "thousand": judged / DOCUMENTS * 1000,
        "reasons": _explained(model, short[:EXPLAINED]),
        "reasons of long": _explained(model, list(texts(EXPLAINED, body=LONG))),
        "memory": peak() / 1e6,
    }


def _explained(model: Assessor, asked: list[Text]) -> float:
    """Milliseconds that 95 of 100 texts take at most, each asked for by itself."""
    taken = []
    for one in asked:
        started = time.process_time()
        list(model.assess([one], reasons=True))
        taken.append(1000 * (time.process_time() - started))
    return quantiles(taken, n=20)[-1]


def measure() -> list[Row]:
    """What is measured, what it came to, what it may come to at most."""
    code = "import json; from bench.model import judge; print(json.dumps(judge()))"
    done = subprocess.run(  # noqa: S603  # this interpreter and the line above, nothing from outside
        [sys.executable, "-c", code], env=os.environ | ONE_CORE, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    size = sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file()) / 1e6
    return [
        ("classifier, s of CPU for 1,000 short texts", found["thousand"], 1.0),
        ("the same, load, s of CPU", found["load"], 1.5),
        ("the same, MB at its peak", found["memory"], 400.0),
        ("the same, MB on disk", size, 40.0),
        ("reasons of a short text, ms of CPU, p95", found["reasons"], 100.0),
        ("reasons of a long text, ms of CPU, p95", found["reasons of long"], 100.0),
    ]


if __name__ == "__main__":
    sys.exit(told(measure()))
