"""Lists and records of data.riksdagen.se as they stood on a day, with the service's quirks.

Every value is a string; a block is an object, a list, or null; addresses in lists have no protocol.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from monitor.example.shapes.body import Body, Content, as_json
from monitor.example.shapes.riksdag_documents import Document, documents

DATA = "data.riksdagen.se"
_EMPTY = """
ardometyp audio beredningsdag beslutad beslutsdag database debattdag debattgrupp debattsekunder dokumentformat
inlamnad justeringsdag kall_id klockslag lang motionstid plats relaterat_id relurl reservationer score slutdatum
struktur tempbeteckning tilldelat undertitel url video
""".split()  # noqa: SIM905  # a list of names reads better as lines
"""Fields of a list row that say nothing about our documents."""
_NAMES = {"eu-dokument": "EU-dokument", "fpm": "Fakta-pm om EU-förslag", "prop": "Proposition"}


def bodies(content: Content, mirror: Content, lists: Mapping[date, Sequence[str]]) -> Iterator[Body]:
    """The lists at the given addresses, and the record of every document, day by day.

    Args:
        content: the hand-written EU documents and propositions.
        mirror: the fact memoranda, which the Riksdag publishes too.
        lists: for each day the addresses that the platform asks for.
    """
    known = {document.dok_id: document for document in documents(content, mirror)}
    for day, urls in lists.items():
        there = [document for document in known.values() if document.datum <= day]
        for url in urls:
            query = {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
            first, last = query.get("from", ""), query.get("tom") or str(date.max)
            rows = [d for d in there if d.doktyp == query["doktyp"] and first <= str(d.datum) <= last]
            rows.sort(key=lambda document: (document.datum, document.dok_id), reverse=True)
            note = f"{len(rows)} hits; `kalla` of each says that it is constructed"
            data = as_json(_list(url, rows, known, day))
            yield _body(f"dokumentlista-{query['doktyp']}.json", url, day, data, note)
        for document in there:
            url = f"https://{DATA}/dokumentstatus/{document.dok_id}.json"
            data = as_json(_status(document, known, day))
            note = "the end of `html` says that it is constructed"
            yield _body(f"dokumentstatus-{document.doktyp}-{document.dok_id}.json", url, day, data, note)


def _body(file: str, url: str, day: date, data: bytes, note: str) -> Body:
    return Body("riksdagen", file, url, "application/json; charset=utf-8", "sv", day, data, note)


# --- Lists


def _list(url: str, rows: Sequence[Document], known: Mapping[str, Document], day: date) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@q": urlsplit(url).query,
        "@datum": f"{day} 05:10:01",
        "@version": "3.8.5.20215",
        "@sida": "1",
        "@sidor": "1" if rows else "0",
        "@traffar": str(len(rows)),
        "@traff_fran": "1" if rows else "0",
        "@traff_till": str(len(rows)),
        "@dDt": "0",
        "@dPre": "0",
        "@dR": "0",
        "@dSol": "21",
        "@ms": "33.0",
        "facettlista": None,
    }
    if rows:  # Without hits there is no `dokument` at all.
        found["dokument"] = [_row(document, number, known, day) for number, document in enumerate(rows, start=1)]
    return {"dokumentlista": found}


def _row(document: Document, number: int, known: Mapping[str, Document], day: date) -> dict[str, Any]:
    changed = _changed(document, known, day)
    return {
        "traff": str(number),
        "domain": "rdwebb",
        "avdelning": "dokument",
        "kalla": "konstruerat exempel (Utblick)",
        "id": document.dok_id.lower(),
        "dok_id": document.dok_id,
        "doktyp": document.doktyp,
        "typ": document.doktyp,
        "subtyp": document.subtyp,
        "rm": document.rm,
        "beteckning": document.beteckning,
        "nummer": document.beteckning.removeprefix("FPM"),
        "dokumentnamn": _NAMES[document.doktyp],
        "debattnamn": _NAMES[document.doktyp],
        "organ": document.organ,
        "titel": document.titel,
        "datum": str(document.datum),
        "publicerad": f"{document.datum} 09:15:00",
        "systemdatum": changed,
        "status": "",
        "notisrubrik": document.titel,
        "notis": "",
        "summary": document.titel + "\n",
        "dokument_url_text": f"//{DATA}/dokument/{document.dok_id}.text",
        "dokument_url_html": f"//{DATA}/dokument/{document.dok_id}.html",
        "dokumentstatus_url_xml": f"//{DATA}/dokumentstatus/{document.dok_id}.xml",
        "sokdata": {"titel": document.titel, "undertitel": document.typrubrik, "statusrad": "", "soktyp": ""},
        **dict.fromkeys(_EMPTY, ""),
        "debatt": None,
        "dokintressent": None,
        "filbilaga": None,
        "rddata": None,
        "rdrest": None,
    }


# --- Records


def _status(document: Document, known: Mapping[str, Document], day: date) -> dict[str, Any]:
    changed = _changed(document, known, day)
    found: dict[str, Any] = {
        "dokument": {
            "hangar_id": str(9_900_000 + int("".join(filter(str.isdigit, document.dok_id)))),
            "dok_id": document.dok_id,
            "rm": document.rm,
            "beteckning": document.beteckning,
            "typ": document.doktyp,
            "subtyp": document.subtyp,
            "doktyp": document.doktyp,
            "typrubrik": document.typrubrik,
            "dokumentnamn": _NAMES[document.doktyp],
            "debattnamn": _NAMES[document.doktyp],
            "tempbeteckning": "",
            "organ": document.organ,
            "mottagare": document.mottagare,
            "nummer": document.beteckning.removeprefix("FPM"),
            "slutnummer": "0",
            "datum": f"{document.datum} 00:00:00",
            "systemdatum": changed,
            "publicerad": f"{document.datum} 09:15:00",
            "titel": document.titel,
            "subtitel": "",
            "status": "",
            "htmlformat": "html-ec",
            "relaterat_id": "",
            "source": "konstruerat exempel (Utblick)",
            "sourceid": document.dok_id.lower(),
            "metadata": "",
            "dokument_url_text": f"http://{DATA}/dokument/{document.dok_id}/text",
            "dokument_url_html": f"http://{DATA}/dokument/{document.dok_id}",
            "dokumentstatus_url_xml": f"http://{DATA}/dokumentstatus/{document.dok_id}",
            "html": document.html,
        },
        "dokaktivitet": None,
        "dokuppgift": None,
        "dokbilaga": None,
        "dokreferens": None,
    }
    if document.form != "bare":
        found["dokaktivitet"] = {"aktivitet": _collapsed(_activities(document))}
        found["dokbilaga"] = {"bilaga": _attachment(document)}
    if document.facts:
        facts = [
            {"kod": code, "namn": name, "text": value, "dok_id": document.dok_id, "systemdatum": changed}
            for code, name, value in document.facts
        ]
        found["dokuppgift"] = {"uppgift": _collapsed(facts)}
    if refs := [_reference(known[dok_id]) for dok_id in document.refs if known[dok_id].datum <= day]:
        found["dokreferens"] = {"referens": _collapsed(refs)}
    if document.doktyp == "prop":  # Persons stand here; readers have to leave them out.
        found["dokintressent"] = {
            "intressent": {
                "intressent_id": "0000000000000",
                "namn": "Konstruerat Exempel",
                "partibet": "-",
                "ordning": "1",
                "roll": "Statsråd1",
            }
        }
    return {"dokumentstatus": found}


def _collapsed(items: list[dict[str, Any]]) -> list[dict[str, Any]] | dict[str, Any]:
    """One element alone stands without its list."""
    return items[0] if len(items) == 1 else items


def _activities(document: Document) -> list[dict[str, Any]]:
    steps: Iterable[tuple[str, str, date]] = document.steps[:1] if document.form == "single" else document.steps
    return [
        {"kod": code, "namn": name, "datum": f"{day} 00:00:00", "status": None, "ordning": "0", "process": None}
        for code, name, day in steps
    ]


def _attachment(document: Document) -> dict[str, Any]:
    return {
        "dok_id": document.dok_id,
        "titel": document.titel,
        "subtitel": None,
        "filnamn": f"konstruerat_exempel_{document.dok_id}.pdf",
        "filstorlek": "210000",
        "filtyp": "pdf",
        "fil_url": f"http://{DATA}/fil/00000000-0000-0000-0000-0000{document.dok_id.lower().encode().hex()[:8]}",
    }


def _reference(other: Document) -> dict[str, Any]:
    return {
        "referenstyp": None,
        "uppgift": "Information från regeringen" if other.doktyp == "fpm" else "EU-dokument",
        "ref_dok_id": other.dok_id,
        "ref_dok_typ": other.doktyp,
        "ref_dok_rm": other.rm,
        "ref_dok_bet": other.beteckning,
        "ref_dok_titel": other.titel,
        "ref_dok_subtitel": None,
        "ref_dok_subtyp": other.subtyp,
        "ref_dok_dokumentnamn": _NAMES[other.doktyp],
    }


def _changed(document: Document, known: Mapping[str, Document], day: date) -> str:
    """`systemdatum`: when the document or a reference to it was last registered."""
    events = [document.datum, *(known[dok_id].datum for dok_id in document.refs)]
    return f"{max(event for event in events if event <= day)} 16:40:12"
