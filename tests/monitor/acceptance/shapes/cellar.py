"""Answers of CELLAR's SPARQL endpoint as it stood on a day: lists of works, the wider net, descriptors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content, as_json
from spiders.cellar import BATCH
from spiders.cellar_queries import columns, form, query
from spiders.platform import Ask

URL = "https://publications.europa.eu/webapi/rdf/sparql"
_RESOURCE = "http://publications.europa.eu/resource"
_STRING = "http://www.w3.org/2001/XMLSchema#string"
_DATE = "http://www.w3.org/2001/XMLSchema#date"
_DAYS = ("date", "in_force", "transposition")

Work = Mapping[str, Any]


def bodies(content: Content, asks: Mapping[date, Sequence[Ask]]) -> Iterator[Body]:
    """The answers to each day's `asks` for a list, and to what follows from them.

    Descriptors are there from the first day on, so that each work is asked for once.
    """
    tagged: set[str] = set()
    for day, some in asks.items():
        for ask in some:
            name, since = ask.context["query"], ask.context["since"]
            works = [work for work in content["work"] if work["list"] == name]
            shown = [work for work in works if work["seen"] <= day and str(work["date"]) >= since]
            shown.sort(key=lambda work: work["celex"])
            yield _answer(name, ask.body, day, [_row(work) for work in shown], f"list of {name}")
            new = [work for work in shown if work["celex"] not in tagged]
            for start in range(0, len(new), BATCH):
                yield _descriptors(new[start : start + BATCH], day)
            tagged |= {work["celex"] for work in new}
            if name == "proposals" and shown:
                rows = [{"celex": _cell(work["celex"], _STRING)} for work in shown]
                yield _answer("census", form(query("census", since=since)), day, rows, "the wider net")


def _descriptors(works: Sequence[Work], day: date) -> Body:
    addresses = [f"{_RESOURCE}/celex/{work['celex']}" for work in works]
    text = form(query("eurovoc", works=" ".join(f"<{one}>" for one in addresses)))
    rows = [
        {
            "u": _cell(address),
            "concept": _cell(f"http://eurovoc.europa.eu/constructed-{place}-{number}"),
            "label": {"type": "literal", "xml:lang": "en", "value": label},
            "l": _cell("en"),
        }
        for place, (address, work) in enumerate(zip(addresses, works, strict=True))
        for number, label in enumerate(work["eurovoc"])
    ]
    return _answer("eurovoc", text, day, rows, "descriptors")


def _row(work: Work) -> dict[str, dict[str, str]]:
    row = {
        "work": _cell(f"{_RESOURCE}/cellar/constructed-{work['celex'].lower()}"),
        "celex": _cell(work["celex"], _STRING),
        "type": _cell(f"{_RESOURCE}/authority/resource-type/{work['type']}"),
        "title_en": _cell(work["en"]),
        "title_sv": _cell(work["sv"]),
        "procedure": _cell(work["procedure"], _STRING),
    }
    return row | {name: _cell(str(work[name]), _DATE) for name in _DAYS if name in work}


def _cell(value: str, datatype: str | None = None) -> dict[str, str]:
    kind = "uri" if value.startswith("http") else "literal"
    return {"type": kind, **({"datatype": datatype} if datatype else {}), "value": value}


def _answer(name: str, asked: str | None, day: date, rows: Iterable[Mapping[str, Any]], note: str) -> Body:
    bindings = list(rows)
    answer = {
        "head": {"link": [], "vars": list(columns(name))},
        "results": {"distinct": True, "ordered": True, "bindings": bindings},
    }
    note = f"{note}, {len(bindings)} rows; identifiers of works and concepts say that they are constructed"
    file = f"sparql-{name}.json"
    kind = "application/sparql-results+json"
    return Body("cellar", file, URL, kind, "mul", day, as_json(answer), note, method="POST", request=asked)
