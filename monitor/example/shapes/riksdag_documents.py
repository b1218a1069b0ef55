"""The documents of the Riksdag's side of the example, before either endpoint tells of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from monitor.example.shapes.body import Content, as_html
from monitor.example.shapes.g0v import MARK, text, title


@dataclass(frozen=True, slots=True)
class Document:
    """One document with what the two endpoints say of it."""

    dok_id: str
    doktyp: str
    subtyp: str
    rm: str
    beteckning: str
    typrubrik: str
    titel: str
    organ: str
    mottagare: str
    datum: date
    html: str
    steps: tuple[tuple[str, str, date], ...] = ()
    facts: tuple[tuple[str, str, str], ...] = ()
    refs: tuple[str, ...] = ()
    form: str = ""


def documents(content: Content, mirror: Content) -> Iterator[Document]:
    """The EU documents and propositions of `content`, and the fact memoranda of `mirror` that it places."""
    yield from map(_eu_document, content["eu"])
    yield from map(_proposition, content["prop"])
    for record in mirror["record"]:
        number = f"FPM{record['path'].rstrip('/').rpartition('fpm')[2]}"  # The mirror's own ids are unreliable.
        dok_id = f"{_letters(record['published'])}06{number}"
        if record["route"] == "faktapromemoria" and dok_id in content["fpm"]:
            yield _memorandum(record, number, dok_id, content["fpm"][dok_id])


def _session(day: date) -> str:
    """The Riksdag's year, which begins in September: `2026/27`."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def _letters(day: date) -> str:
    """The beginning of the ids of a session's documents: HA is 2022/23."""
    return f"H{chr(ord('A') + int(_session(day)[:4]) - 2022)}"


def _eu_document(item: Mapping[str, Any]) -> Document:
    number = item["com"].rpartition(" ")[2]
    datum: date = item["datum"]
    steps = [("INL", "Inlämning", datum)]
    facts = [("avsändare", "Avsändare", "Europeiska kommissionen")]
    if item.get("form") != "single":
        facts.append(("mottagare", "Mottagare", item["utskott"]))
        steps += [
            ("B", "Bordläggning", datum + timedelta(days=7)),
            ("HÄN", "Hänvisning", datum + timedelta(days=8)),
        ]
    if "dossier" in item:
        facts.insert(0, ("DossierNummer", "Ärende i EU", item["dossier"]))
    if "tfr" in item:
        facts.append(("ärendetyp", "Ärendetyp", "Subsidiaritetskontroll"))
        steps.append(("TFR", "Tidsfrist", item["tfr"]))
    return Document(
        dok_id=item["dok_id"],
        doktyp="eu-dokument",
        subtyp="COM",
        rm=str(datum.year),  # A calendar year for EU documents.
        beteckning=number,
        typrubrik=f"EU-dokument {item['com']}",
        titel=item["titel"],
        organ="Europeiska kommissionen",
        mottagare=item["mottagare"],
        datum=datum,
        html=_html(item["titel"], item["text"]),
        steps=tuple(steps),
        facts=tuple(facts),
        refs=tuple(item.get("fpm", ())),
        form=item.get("form", ""),
    )


def _proposition(item: Mapping[str, Any]) -> Document:
    datum: date = item["datum"]
    return Document(
        dok_id=item["dok_id"],
        doktyp="prop",
        subtyp="prop",
        rm=_session(datum),
        beteckning=item["beteckning"],
        typrubrik=f"Proposition {_session(datum)}:{item['beteckning']}",
        titel=item["titel"],
        organ=item["organ"],
        mottagare=item["mottagare"],
        datum=datum,
        html=_html(item["titel"], item["text"]),
        steps=(
            ("INL", "Inlämnad", datum),
            ("B", "Bordlagd", datum + timedelta(days=1)),
            ("HÄN", "Hänvisad", datum + timedelta(days=4)),
            ("MOT", "Motionstid slutar", item["mot"]),
        ),
        facts=(("inlamnatav", "Inlämnat av", item["organ"]), ("tilldelat", "Tilldelat", item["utskott"])),
    )


def _memorandum(record: Mapping[str, Any], number: str, dok_id: str, place: Mapping[str, Any]) -> Document:
    day: date = place.get("datum", record["published"])  # The two have given one memorandum different days.
    return Document(
        dok_id=dok_id,
        doktyp="fpm",
        subtyp="fpm",
        rm=_session(day),
        beteckning=number,
        typrubrik=f"Fakta-pm om EU-förslag {_session(day)}:{number}",
        titel=title(record),
        organ="Regeringskansliet",
        mottagare=place["mottagare"],
        datum=day,
        html=_html(title(record), text(record, date.max)),
        steps=(("INL", "Inlämning", day),),
        refs=tuple(place["eu"]),
    )


def _html(heading: str, body: str) -> str:
    return f"<div>\r\n<h1>{heading}</h1>\r\n{as_html(body)}\r\n<p>{MARK}</p>\r\n</div>"
