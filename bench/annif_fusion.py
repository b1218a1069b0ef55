"""Runs inside Annif's own environment: texts from stdin as JSON, scores of the themes as JSON on the last line.

Annif's tokenizers want data that NLTK downloads when first used; here words are split by a regular expression, so
that nothing is fetched. The fusion is Annif's ensemble of its TF-IDF, its lexical matcher and, where it is
installed, Omikuji.
"""

import contextlib
import importlib.util
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from annif.analyzer import register_analyzer
from annif.analyzer.analyzer import Analyzer

ADDRESS = "http://example.org/theme/"


class Plain(Analyzer):  # type: ignore[misc]  # Annif lies in an environment of its own
    """Lower-case words."""

    name = "plain"

    def __init__(self, param: str | None = None, **_: str) -> None:
        self.param = param

    def tokenize_sentences(self, text: str) -> list[str]:
        """Lines and sentences."""
        return [part for part in re.split(r"(?<=[.!?])\s+|\n", text) if part.strip()]

    def tokenize_words(self, text: str, filter: bool = True) -> list[str]:
        """Words without signs."""
        found = re.findall(r"[^\W_]+", text.lower())
        return [word for word in found if not filter or self.is_valid_token(word)]

    def _normalize_word(self, word: str) -> str:
        return word


def main() -> None:
    """Train on what is told, judge the rest."""
    material = json.load(sys.stdin)
    names = material["names"]
    register_analyzer(Plain)
    backends = ["tfidf", "mllm", *(["omikuji"] if importlib.util.find_spec("omikuji") else [])]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        place = Path(folder)
        os.environ |= {"ANNIF_DATADIR": str(place / "data"), "ANNIF_PROJECTS": str(place / "projects.toml")}
        (place / "projects.toml").write_text(_projects(backends), encoding="utf-8")
        (place / "themes.tsv").write_text("".join(f"<{ADDRESS}{name}>\t{name}\n" for name in names))
        with (place / "train.tsv").open("w", encoding="utf-8") as file:
            for text, themes in material["train"]:
                if themes:
                    file.write(f"{_line(text)}\t{' '.join(f'<{ADDRESS}{name}>' for name in themes)}\n")
        (place / "test").mkdir()
        for number, text in enumerate(material["test"]):
            (place / "test" / f"{number:05}.txt").write_text(text, encoding="utf-8")
        _run("load-vocab", "--language", "sv", "themes", str(place / "themes.tsv"))
        for backend in backends:
            _run("train", backend, str(place / "train.tsv"))
        _run("index", "fusion", str(place / "test"), "--limit", str(len(names)), "--threshold", "0")
        scores = [_scores(place / "test" / f"{n:05}.annif", names) for n in range(len(material["test"]))]
    sys.stdout.write(f"\n{json.dumps(scores)}\n")


def _projects(backends: list[str]) -> str:
    one = '[{0}]\nname="{0}"\nlanguage="sv"\nbackend="{0}"\nvocab="themes"\nanalyzer="plain"\nlimit=100\n'
    fusion = '[fusion]\nname="fusion"\nlanguage="sv"\nbackend="ensemble"\nvocab="themes"\nsources="{}"\n'
    return "\n".join([*(one.format(backend) for backend in backends), fusion.format(",".join(backends))])


def _run(*words: str) -> None:
    from annif.cli import cli  # reads where the data lies when it is loaded

    cli.main(list(words), standalone_mode=False)


def _line(text: str) -> str:
    return " ".join(text.split())


def _scores(path: Path, names: list[str]) -> list[float]:
    found = dict.fromkeys(names, 0.0)
    for line in path.read_text(encoding="utf-8").splitlines():
        address, _, score = line.split("\t")[:3]
        found[address.strip("<>").removeprefix(ADDRESS)] = float(score)
    return [found[name] for name in names]


if __name__ == "__main__":
    main()
