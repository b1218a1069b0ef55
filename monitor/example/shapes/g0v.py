"""Lists and page texts of g0v.se, the mirror of regeringen.se, as they stood on a day."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content, as_json, paragraphs
from monitor.example.shapes.pdf import as_pdf

BASE = "https://g0v.se"
MARK = "Texten är ett konstruerat exempel från projektet Utblick."

Record = Mapping[str, Any]

_TYPES = {
    "faktapromemoria": ["2540"],
    "remisser": ["2099"],
    "kommenterade-dagordningar": ["2098"],
    "rattsliga-dokument/kommittedirektiv": ["1324", "1327"],
    "rattsliga-dokument/statens-offentliga-utredningar": ["1324", "1331"],
    "rattsliga-dokument/lagradsremiss": ["1324", "2085"],
    "rattsliga-dokument/proposition": ["1324", "1329"],
}


def bodies(content: Content, days: Sequence[date]) -> Iterator[Body]:
    """State of the mirror, codes, every list and every page, day by day."""
    for day, items in zip(days, content["mirror"]["items"], strict=True):
        state = {"latest_updated": f"{day} 04:18:37", "items": items, "codes": len(content["codes"])}
        yield _json(day, "api/latest_updated", state, "state of the mirror; has no room for words")
        yield _json(
            day, "api/codes", dict(content["codes"]), "codes that the records use; the last one says constructed"
        )
        for route in sorted({record["route"] for record in content["record"]}, key=list(_TYPES).index):
            records = [
                record for record in content["record"] if record["route"] == route and record["published"] <= day
            ]
            records.sort(key=lambda record: record["published"], reverse=True)
            note = f"{len(records)} records, newest first; names of attachments say that they are constructed"
            yield _json(day, route, [_record(record) for record in records], note)
        for record in content["record"]:
            if record["published"] <= day:
                path = record["path"].strip("/")
                yield Body(
                    "g0v",
                    f"{path}.md",
                    f"{BASE}/{path}.md",
                    "text/markdown; charset=utf-8",
                    "sv",
                    day,
                    page(record, day).encode(),
                    "page text; its last line says that it is constructed",
                )
                if "addressees" in record:
                    yield _list(record, day)


def title(record: Record) -> str:
    """The heading of a page: the record's title without its number."""
    return str(record["title"]).split(", 20")[0].split(", SOU 20")[0]


def text(record: Record, day: date) -> str:
    """The paragraphs of a page as they stood on `day`."""
    found = "\n\n".join(paragraphs(record["body"]))
    for change in record.get("later", ()):
        if change["from"] <= day:
            if change["replace"] not in found:
                raise ValueError(f"{record['path']}: nothing to replace: {change['replace']!r}")
            found = found.replace(change["replace"], change["by"])
    return found


def page(record: Record, day: date) -> str:
    """A page as Markdown; the diarienummer is glued to the heading, as the mirror has it."""
    glued = f"Diarienummer: {record['dnr']}" if "dnr" in record else ""
    return f"# {title(record)}{glued}\n\n{text(record, day)}\n\n{MARK}\n"


def _list(record: Record, day: date) -> Body:
    """The attached list of addressed bodies, at the government's own site."""
    lines = ["Remissinstanser", "", *(f"{number}. {name}" for number, name in enumerate(record["addressees"], 1))]
    slug = record["path"].strip("/").rpartition("/")[2]
    return Body(
        "g0v",
        f"remisser/{slug}-remissinstanser.pdf",
        f"https://www.regeringen.se{_assets(record)}/remissinstanser.pdf",
        "application/pdf",
        "sv",
        day,
        as_pdf([*lines, "", MARK]),
        "attached list of addressed bodies; its last line says that it is constructed",
    )


def _assets(record: Record) -> str:
    return f"/contentassets/{hashlib.sha256(record['path'].encode()).hexdigest()[:32]}"


def _record(record: Record) -> dict[str, Any]:
    path = record["path"]
    slug = path.strip("/").rpartition("/")[2]
    lists = [
        {"name": "Remissinstanser (pdf, konstruerat exempel)", "url": f"{_assets(record)}/remissinstanser.pdf"}
    ]
    return {
        "title": record["title"],
        "url": path,
        "published": str(record["published"]),
        "updated": None,  # Rarely set though pages change.
        "types": _TYPES[record["route"]],
        "senders": record["senders"],
        **({"summary": record["summary"]} if "summary" in record else {}),
        "id": record.get("id"),
        "shortcuts": [],
        "attachments": [
            {
                "name": f"{title(record).removesuffix(' (konstruerat exempel)')} (pdf, konstruerat exempel)",
                "url": f"{_assets(record)}/{slug}.pdf",
            },
            *(lists if "addressees" in record else ()),
        ],
        "categories": record["categories"],
    }


def _json(day: date, route: str, value: object, note: str) -> Body:
    file = f"lists/{route.replace('/', '__')}.json"
    return Body("g0v", file, f"{BASE}/{route}.json", "application/json", "sv", day, as_json(value), note)
