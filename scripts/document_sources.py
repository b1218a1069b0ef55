"""Write docs/sources.md from the shipped declarations: `python scripts/document_sources.py [--check]`.

`--check` writes nothing and ends with status 1 where the file is not what it would write.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.sources import Source, load_sources  # noqa: E402  # a script finds its project by its own place
from spiders.registry import PLATFORMS  # noqa: E402  # the path is set first

DOCUMENT = ROOT / "docs" / "sources.md"
COMMAND = "python scripts/document_sources.py"

_HEAD = """\
# Sources

<!-- Made by `{command}` from config/sources/*.toml; change the declarations, not this file. -->

{total} sources are declared, {on} of them are read. The others are off, most of them because nobody has seen them
answer: `utblick sources check ID` looks, and `enabled = true` in the declaration turns one on.

How sure we are that an address answers as declared:

| evidence | meaning | sources | of them read |
| --- | --- | --- | --- |
{certainties}

"read" is the usual rhythm. At one host one request is made at a time, unless a declaration says otherwise;
robots.txt is obeyed.
"""
_MEANING = {
    "recorded": "a real answer was read while the reader was built",
    "verified": "a public project reports that it called the address on that day",
    "documented": "official documentation says so",
    "seen-in-code": "others' code or lists have the address; no answer was seen",
    "inferred": "follows from a pattern; nobody has shown it",
}


def main() -> int:
    """Write the document, or compare it; the exit status."""
    text = document(load_sources())
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    print(f"docs/sources.md is not up to date with config/sources; run: {COMMAND}", file=sys.stderr)  # noqa: T201  # a script's result
    return 1


def document(sources: Sequence[Source]) -> str:
    """The whole document.

    Args:
        sources: declarations; shown by platform, within it in their own order.
    """
    order = {name: number for number, name in enumerate(PLATFORMS)}
    by_platform = sorted(sources, key=lambda source: order.get(source.platform, len(order)))
    certainty: Counter[str] = Counter(source.evidence.certainty for source in sources)
    read: Counter[str] = Counter(source.evidence.certainty for source in sources if source.enabled)
    parts = [
        _HEAD.format(
            command=COMMAND,
            total=len(sources),
            on=sum(source.enabled for source in sources),
            certainties="\n".join(
                _row((name, meaning, certainty[name], read[name])) for name, meaning in _MEANING.items()
            ),
        )
    ]
    for name, own in groupby(by_platform, key=lambda source: source.platform):
        parts.append(f"## `{name}`\n\n{_about(name)}\n\n{_table(own)}\n")
    return "\n".join(parts)


def _table(sources: Iterable[Source]) -> str:
    rows = [
        ("source", "what it gives", "owner", "languages", "read", "evidence", "licence"),
        ("---",) * 7,
    ]
    rows += [
        (
            f"`{source.id}`",
            f"[{source.title}]({_target(source.url)})" + _shared(source),
            source.owner,
            ", ".join(source.languages),
            source.cadence if source.enabled else f"off ({source.cadence})",
            _evidence(source),
            source.licence or "not stated",
        )
        for source in sources
    ]
    return "\n".join(_row(row) for row in rows)


def _about(name: str) -> str:
    """The first sentence of the platform's module."""
    target = PLATFORMS.get(name, name).partition(":")[0]
    told = (import_module(target).__doc__ or "").partition("\n\n")[0]
    return " ".join(told.split())


def _shared(source: Source) -> str:
    same = f" (same documents as `{source.documents_of}`)" if source.documents_of else ""
    also = ", ".join(one.host for one in source.also)
    return same + (f" (with files from {also})" if also else "")


def _evidence(source: Source) -> str:
    evidence = source.evidence
    seen = f" {evidence.seen}" if evidence.seen else ""
    return f"{evidence.certainty}{seen}{f': {evidence.note}' if evidence.note else ''}"


def _target(url: str) -> str:
    """An address that does not end the link it stands in."""
    return url.translate({ord(" "): "%20", ord("("): "%28", ord(")"): "%29", ord("<"): "%3C", ord(">"): "%3E"})


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '&#124;') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(main())
