"""The Legislative Observatory as it stood on a day: the export of files with news, and one procedure file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from monitor.example.shapes.body import Body, Content, as_json

SITE = "https://oeil.europarl.europa.eu"
LIST = f"{SITE}/oeil/en/predefined-search/latest-procedures/export/XML?maxDays=7"
NEWS_DAYS = 7
MARK = "Constructed example by the Utblick project"

Event = Mapping[str, Any]


def bodies(content: Content, days: Sequence[date]) -> Iterator[Body]:
    """The export and the file, day by day; before the first event the file is unknown (404 with JSON)."""
    reference = content["reference"]
    for day in days:
        events = [one for one in content["event"] if one["day"] <= day and "oeil" in one]
        recent = bool(events) and (day - events[-1]["day"]).days <= NEWS_DAYS
        note = "the comment at its head says that it is constructed"
        listed = _export(content, events[-1]["day"] if recent else None).encode()
        yield Body("oeil", "latest-procedures.xml", LIST, "application/xml", "en", day, listed, note)
        url = f"{SITE}/oeil/en/procedure-file?reference={reference}"
        if events:
            page = _file(content, events, day).encode()
            yield Body("oeil", "procedure-file.html", url, "text/html; charset=utf-8", "en", day, page, note)
        else:
            said = as_json({"message": f"This procedure either does not exist or is being initiated. {MARK}."})
            name = "procedure-file.404.json"
            yield Body("oeil", name, url, "application/json", "en", day, said, "says so itself", status=404)


def _export(content: Content, updated: date | None) -> str:
    item = (
        f"""
  <item>
   <reference>{content["reference"]}</reference>
   <link>{SITE}/oeil/en/procedure-file?reference={content["reference"]}</link>
   <title>{escape(content["title"])}</title>
   <lastpubdate>{updated:%a %b %d %Y}</lastpubdate>
   <committee><committee>{content["committee"][0]}</committee></committee>
   <rapporteur><rapporteur>{escape(content["rapporteur"]["name"])}</rapporteur></rapporteur>
  </item>
"""
        if updated
        else ""
    )
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {MARK} -->\n<procedureList>\n'
    return f'{head} <items count="{1 if updated else 0}">{item} </items>\n</procedureList>\n'


def _file(content: Content, events: Sequence[Event], day: date) -> str:
    reference = content["reference"]
    status = [text for since, text in content["status"].items() if since <= str(day)][-1]
    sections = [
        _section("Basic information", _basics(content, status)),
        _section("Key players", _players(content, day)),
        _section("Key events", _table(("Date", "Event", "Reference", "Summary"), map(_event_row, events))),
        _section("Technical information", _technical(content, status)),
        _section("Documentation gateway", _gateway(content, day)),
    ]
    if content["act"]["day"] <= day:
        sections.append(_section("Final act", _act(content["act"])))
    return (
        f'<!DOCTYPE html>\n<!-- {MARK} -->\n<html lang="en">\n<head><title>{reference}</title></head>\n<body>\n'
        f'<h2 class="es_title-h1 mb-3">{reference}</h2>\n'
        f'<h2 class="es_title-h2 mb-3">{escape(content["title"])}</h2>\n'
        f'<div class="es_product">\n{"".join(sections)}</div>\n</body>\n</html>\n'
    )


def _section(heading: str, inner: str) -> str:
    return f'<div class="es_product-section">\n<h2 class="es_title-h2 mb-2">{heading}</h2>\n{inner}</div>\n'


def _basics(content: Content, status: str) -> str:
    return (
        f'<p class="font-weight-bold mb-1">{content["reference"]}</p>\n'
        "<p>COD - Ordinary legislative procedure (ex-codecision procedure)</p>\n<p>Directive</p>\n"
        f'<p class="font-weight-bold mb-1">Subject</p>\n<p>{escape(content["subject"])}<br/></p>\n'
        f'<p class="font-weight-bold mb-1">Status</p>\n<p class="text-danger">{status}</p>\n'
    )


def _players(content: Content, day: date) -> str:
    code, committee = content["committee"]
    rapporteur = content["rapporteur"]
    named = f'<a class="rapporteur mb-25" href="#"><span>{escape(rapporteur["name"])}</span></a>'
    badge = f'<span class="es_badge es_badge-committee mr-1">{code}</span>'
    appointed = named if rapporteur["appointed"] <= day else ""
    rows = [f"<tr><th>{badge}{_plain(committee)}</th><td>{appointed}</td><td></td></tr>\n"]
    lead = _table(("Committee responsible", "Rapporteur", "Appointed"), rows)
    council = _table(("Council configuration",), [f"<tr><th>{_plain(content['council'])}</th></tr>\n"])
    service = _table(("Commission DG",), [f"<tr><th>{_plain(content['dg'])}</th></tr>\n"])
    return lead + council + service


def _plain(name: str) -> str:
    return f'<span class="font-weight-normal">{escape(name)} </span>'


def _event_row(event: Event) -> str:
    cells = (f"{event['day']:%d/%m/%Y}", event["oeil"], event.get("reference", ""), "")
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"


def _technical(content: Content, status: str) -> str:
    facts = (("Procedure reference", content["reference"]), ("Stage reached in procedure", status))
    rows = (f'<tr><th scope="row">{name}</th><td>{value}</td></tr>\n' for name, value in facts)
    return f'<table class="table"><tbody>\n{"".join(rows)}</tbody></table>\n'


def _gateway(content: Content, day: date) -> str:
    """Documents by institution: the Parliament's papers, and the proposal."""
    heads = ("Document type", "Reference", "Date", "Summary")
    papers = [(one["kind"], one["number"], one["day"]) for one in content["paper"] if one["day"] <= day]
    proposal = next(one for one in content["event"] if "reference" in one)
    basic = ("Legislative proposal", proposal["reference"], proposal["day"])
    return "".join(_table(heads, map(_document_row, some)) for some in (papers, [basic]) if some)


def _document_row(document: tuple[str, str, date]) -> str:
    kind, reference, day = document
    return f"<tr><th>{_plain(kind)}</th><td>{reference}</td><td>{day:%d/%m/%Y}</td><td></td></tr>\n"


def _act(act: Mapping[str, Any]) -> str:
    address = f"https://eur-lex.europa.eu/smartapi/cgi/sga_doc?smartapi!celexplus!prod!CELEXnumdoc&lg=EN&numdoc={act['celex']}"
    return f'<ul><li><a href="{escape(address)}"><span class="t-x">{act["name"]}</span></a></li></ul>\n'


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<table class="table">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{"".join(rows)}</tbody>\n</table>\n'
