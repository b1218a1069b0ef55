"""Declared SPARQL queries: their text with values put in, and the columns that they promise."""

import re
from functools import cache
from importlib.resources import files
from urllib.parse import urlencode

LIMIT = 500
"""Rows of a page; exactly as many mean that there are more."""

LISTS = {"proposals": 28, "opinions": 45, "acts": 45, "council": 14, "initiatives": 60}
"""Queries that a source may declare, with the days that they look back (documents reach the service late)."""

_NAMES = (*LISTS, "census", "eurovoc", "dossier", "events")
_VALUE = re.compile(r"[\w/:.()<> -]{1,5000}")
_MARK = re.compile(r"%(\w+)%")
_SELECT = re.compile(r"SELECT\s+DISTINCT\s+(.*?)\s+WHERE", re.DOTALL)
_COLUMN = re.compile(r"\(\s*[^()]*\([^()]*\)\s+AS\s+\?(\w+)\s*\)|\?(\w+)")


def query(name: str, **values: str) -> str:
    """The text of a query.

    Args:
        name: a file in `spiders/sparql`.
        values: what stands for its `%marks%`.

    Raises:
        ValueError: a value could break out of its place, or is missing.
    """
    given = {"limit": str(LIMIT), "offset": "0"} | values
    for mark, value in given.items():
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{mark}: not a value for a query: {value[:60]!r}")
    missing = set(_MARK.findall(_text(name))) - given.keys()
    if missing:
        raise ValueError(f"query {name}: no value for {min(missing)}")
    return _MARK.sub(lambda match: given[match[1]], _text(name))


@cache
def columns(name: str) -> tuple[str, ...]:
    """The columns that the query's SELECT names, in order."""
    selected = _SELECT.search(_text(name))
    return tuple(one or other for one, other in _COLUMN.findall(selected[1])) if selected else ()


def form(text: str) -> str:
    """A query as the body of a POST; comments go, since some servers fold lines."""
    bare = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return urlencode({"query": bare, "format": "application/sparql-results+json"})


@cache
def _text(name: str) -> str:
    if name not in _NAMES:
        raise ValueError(f"no query {name!r}; there are {', '.join(_NAMES)}")
    return (files("spiders") / "sparql" / f"{name}.rq").read_text(encoding="utf-8")
