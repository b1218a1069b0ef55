"""Reads judged texts and texts with publishers' labels (form: README of the training data)."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from nlp.assessment import Text

GOLD = "gold.jsonl"
DISTANT = "policy_areas.jsonl.gz"
MAX_DISTANT_BODY = 1_000
FURTHER = Path(__file__).with_name("judgements.jsonl")
"""Judgements of labelled texts, made for this model by the guide of the judged ones: ids, no texts."""
CONSTRUCTED = Path(__file__).with_name("constructed.jsonl")
"""Judged texts written for this model, in the form of what is rare among the judged ones; no real documents."""
CONSTRUCTED_ID = "constructed:"
"""How their ids begin."""
MAX_FURTHER_BODY = 450
"""As much of a labelled text as was read for a judgement (judged texts of the same kinds are that short)."""

_GENRES = {
    "fpm": "fpm",
    "hys": "initiative",
    "ep": "procedure",
    "call": "call",
    "press": "press",
    "ep_votes": "procedure",
}
_FOLDERS = {
    "departementsserien-och-promemorior": "memorandum", "kommittedirektiv": "directive",
    "statens-offentliga-utredningar": "inquiry", "lagradsremiss": "draft-bill", "proposition": "bill",
    "skrivelse": "report", "rapporter": "report", "artiklar": "news", "faktapromemoria": "fpm",
    "pressmeddelanden": "press", "forordningsmotiv": "memorandum",
}  # fmt: skip
_TITLES = (
    (re.compile(r"\bSOU \d{4}:\d+"), "inquiry"), (re.compile(r"\bDs \d{4}:\d+"), "memorandum"),
    (re.compile(r"\bDir\. ?\d{4}:\d+"), "directive"), (re.compile(r"\bProp\. \d{4}/\d\d:\d+"), "bill"),
    (re.compile(r"\bSkr\. \d{4}/\d\d:\d+"), "report"),
)  # fmt: skip
_HYS = re.compile(r"^\[(?P<act>[A-Z_]+|None)\]\s*(?:portal topic:\s*(?P<topic>.*))?$", re.DOTALL)
_NUMBER = re.compile(
    r",?\s*(?:\d{4}/\d{2}:)?(?:FPM|SOU|Ds|Dir\.?|Prop\.?|Skr\.?)\s*\d*(?:[:/]\d+)*\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A text that people judged; `relevance` 0–3; `direction` `na` where that is 0; `key`: title, no number."""

    text: Text
    genre: str
    themes: tuple[str, ...]
    relevance: int
    direction: str
    key: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its publisher's subjects; `themes` they surely mean, `either` they may mean, others unknown."""

    text: Text
    themes: tuple[str, ...]
    either: tuple[str, ...]
    key: str
    body: str
    """As much of the text itself as was collected."""


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, gzipped or not.

    Raises:
        ConfigError: no such file, or a line that is not a JSON object (with its number).
    """
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8") as file
        ):
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except json.JSONDecodeError as exc:
                    raise ConfigError(f"{path}:{number}: not JSON: {exc}") from exc
                if not isinstance(row, dict):
                    raise ConfigError(f"{path}:{number}: expected one JSON object a line")
                yield row
    except (OSError, UnicodeDecodeError, EOFError) as exc:
        raise ConfigError(f"{path}: cannot be read: {exc}") from exc


def text_of(row: dict[str, Any]) -> Text:
    """One row as the model reads it; its labels are not looked at. Absent fields are empty."""
    title, body, genre = (str(row.get(name) or "") for name in ("title", "text", "genre"))
    subjects: tuple[str, ...] = ()
    if genre == "hys" and (match := _HYS.match(body)):
        topic = (match["topic"] or "").strip()
        subjects = (f"hys-act:{match['act']}", *((f"hys:{topic}",) if topic and topic != "None" else ()))
        body = ""
    return Text(
        id=str(row.get("id", "")),
        title=title,
        body=body,
        language=row.get("language") or None,
        genre=_kind(genre, str(row.get("id", "")), title),
        subjects=subjects,
        date=_date(str(row.get("date") or "")),
    )


def read_judged(path: Path) -> list[Judged]:
    """The judged texts of a file.

    Raises:
        ConfigError: as `rows`, or a row without its labels.
    """
    found = []
    for number, row in enumerate(rows(path), 1):
        try:
            found.append(
                Judged(
                    text_of(row), str(row["genre"]), tuple(row["themes"]), int(row["relevance"]),
                    str(row["direction"]), key_of(str(row["title"])),
                )
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as exc:
            raise ConfigError(f"{path}: row {number}: missing or wrong field: {exc}") from exc
    if not found:
        raise ConfigError(f"{path}: no judged texts")
    return found


def read_labelled(path: Path) -> list[Labelled]:
    """The texts with publishers' labels; the subjects are kept in `Text.subjects`.

    Raises:
        ConfigError: as `rows`, or a row without its labels.
    """
    found = []
    for number, row in enumerate(rows(path), 1):
        try:
            title = str(row["title"])
            scheme = "oeil" if row["genre"] == "ep_votes" else "regeringen"
            text = Text(
                id=str(row["id"]), title=title, body=str(row["summary"] or row["body"] or "")[:MAX_DISTANT_BODY],
                language=row["language"], genre=_kind(str(row["genre"]), str(row["id"]), title),
                subjects=tuple(f"{scheme}:{category}" for category in row["categories"]),
            )  # fmt: skip
            found.append(
                Labelled(
                    text, tuple(row["themes"]), tuple(row.get("either", ())), key_of(title), str(row["body"] or "")
                )
            )
        except (KeyError, TypeError) as exc:
            raise ConfigError(f"{path}: row {number}: missing or wrong field: {exc}") from exc
    return found


def read_further(labelled: Sequence[Labelled], file: Path = FURTHER) -> list[Judged]:
    """The labelled texts that were judged as well, as judged texts: without their publisher's subjects.

    Args:
        labelled: the texts with publishers' labels; a judgement of another text is passed over.
        file: rows of `id`, `themes`, `relevance`, `direction`.

    Raises:
        ConfigError: as `rows`, or a row without its labels.
    """
    known = {one.text.id: one for one in labelled}
    found = []
    for number, row in enumerate(rows(file), 1):
        try:
            one = known.get(row["id"])
            if one is None:
                continue
            text = replace(one.text, subjects=(), body=" ".join(one.text.body.split())[:MAX_FURTHER_BODY])
            genre = "ep" if text.language == "en" else "reg"
            found.append(
                Judged(text, genre, tuple(row["themes"]), int(row["relevance"]), str(row["direction"]), one.key)
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise ConfigError(f"{file}: row {number}: missing or wrong field: {exc}") from exc
    return found


def read_training(folder: Path) -> tuple[list[Judged], list[Judged], list[Labelled]]:
    """What a folder and the judgements made for this model give to learn from.

    Returns:
        The judged texts (`gold.jsonl`); what was judged further and constructed, but for their titles; the texts
        with publishers' labels (`policy_areas.jsonl.gz`; none where there is no such file).

    Raises:
        ConfigError: a file is missing or broken.
    """
    gold = read_judged(folder / GOLD)
    labelled = read_labelled(folder / DISTANT) if (folder / DISTANT).is_file() else []
    known = {one.key for one in gold}
    further = [*read_further(labelled), *read_judged(CONSTRUCTED)]
    return gold, [one for one in further if one.key not in known], labelled


def key_of(title: str) -> str:
    """What two versions of one title have in common: no number of a series, case or signs."""
    return re.sub(r"\W+", " ", _NUMBER.sub("", title).lower()).strip()


def folds(keys: Sequence[str], count: int = 5) -> list[int]:
    """A fold for each key, the same on every machine and for every order of rows."""
    return [int(hashlib.sha256(f"0{key}".encode()).hexdigest(), 16) % count for key in keys]


def fingerprint(folder: Path) -> str:
    """Twelve hex digits of the training files in a folder and of the judgements made for this model."""
    digest = hashlib.sha256()
    for file in (folder / GOLD, folder / DISTANT, FURTHER, CONSTRUCTED):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _kind(genre: str, name: str, title: str) -> str:
    if genre in _GENRES:
        return _GENRES[genre]
    for part in (genre, *name.split("/")):
        if part in _FOLDERS:
            return _FOLDERS[part]
    return next((kind for form, kind in _TITLES if form.search(title)), "other")


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10].replace("/", "-"))
    except ValueError:
        return None
