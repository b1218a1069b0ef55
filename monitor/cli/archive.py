"""`utblick search`, `show` and `explain`: look into the archive."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digests.terms import Direction, Level
from monitor.cli import context, output

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from monitor.cli.commands import Commands
    from monitor.search import Results

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Sort(StrEnum):
    """The order of results."""

    RANK = "rank"
    DATE = "date"
    DEADLINE = "deadline"


def register(app: Commands) -> None:
    """Add the commands of this module to `app`."""
    app.command()(search)
    app.command()(show)
    app.command()(explain)


def search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Words, a phrase in quotes, a beginning*, a number.")
    ],
    *,
    theme: Annotated[list[str] | None, typer.Option(help="Only this theme; again: or that.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this source.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind of document.")] = None,
    level: Annotated[list[Level] | None, typer.Option(help="Only this level.")] = None,
    direction: Annotated[list[Direction] | None, typer.Option(help="Only this direction.")] = None,
    stage: Annotated[list[str] | None, typer.Option(help="Only of dossiers at this stage (stages.toml).")] = None,
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only documents in this language.")
    ] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only with a case of this status.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Only with a case of this owner.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Only what one can still answer or apply for.")] = False,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Published from this day.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Published to this day.")] = None,
    sort: Annotated[Sort, typer.Option(help="Order of the results.")] = Sort.RANK,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most results.")] = 20,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Search the archive."""
    from config.lexicon import load_lexicon
    from monitor.archive.engine import reading
    from monitor.search import Query
    from monitor.search import search as find

    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    settings = context.settings()
    asked = Query(
        text=query,
        theme=tuple(theme or ()),
        source=tuple(source or ()),
        kind=tuple(kind or ()),
        level=tuple(one.value for one in level or ()),
        direction=tuple(one.value for one in direction or ()),
        stage=tuple(stage or ()),
        written=tuple(language or ()),
        status=tuple(status or ()),
        owner=tuple(owner or ()),
        open=open_,
        since=_day("--from", since),
        until=_day("--to", until),
        sort=sort.value,
        limit=limit,
        facets=as_json,
    )
    with context.archive(settings) as engine, reading(engine) as conn:
        results = find(conn, asked, _today(settings), load_lexicon(settings.config))
    if as_json:
        output.as_json(results.in_full())
    elif as_csv:
        _csv(results)
    else:
        _list(results)


def show(
    ref: Annotated[
        str, typer.Argument(metavar="REF", help="Number here, or any identifier: 2022/0345(COD), FPM21 …")
    ],
    warc: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the responses it rests on to a WARC file (.warc or .warc.gz)."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show a dossier by any of its names, or a document by its number."""
    from config.lexicon import load_lexicon
    from monitor.archive.engine import reading
    from monitor.core.proposals import Nicknames
    from monitor.dossiers.as_json import file_as_json
    from monitor.dossiers.files import Rules, load_files
    from monitor.dossiers.ours import Ours
    from monitor.search.lookup import as_json as data
    from monitor.search.lookup import dossier_called, look_up
    from monitor.search.similar import similar

    settings = context.settings()
    today, ours = _today(settings), Ours.of(settings.config)
    with context.archive(settings) as engine, reading(engine) as conn:
        number = dossier_called(conn, ref, Nicknames.of(load_lexicon(settings.config)))
        if number is None:
            found = look_up(conn, ref)
            near = [{"id": one.id, "title": one.title()[0]} for one in similar(conn, found.document, today)]
            known = {**data(found, today, ours), "similar": near}
        else:
            rules = Rules.of(settings.config).measured(conn, today)
            known = file_as_json(conn, load_files(conn, [number], rules, today)[number], today, ours)
        if warc is not None:
            _export(conn, known, ref, warc, settings)
    if as_json:
        output.as_json(known)
    else:
        _show(known)
        for one in known.get("similar", ()):
            output.say(f"{'similar':<12} {one['id']} {one['title']}")


def _export(conn: Connection, known: dict[str, Any], ref: str, target: Path, settings: Settings) -> None:
    from monitor.sources.evidence import evidence_of, write_warc

    # All documents of a dossier, but of those that share a document's number only itself.
    documents = known["documents"] if known["type"] == "dossier" else known["documents"][:1]
    captures = evidence_of(conn, [one["id"] for one in documents])
    about = f"{ref}: {known['title']}"
    done = write_warc(captures, settings.captures, target, about=about, now=context.clock(settings))
    output.say(
        f"utblick: {target}: {done.responses} responses ({done.redacted} with personal data blanked), "
        f"{done.bare} without their body",
        err=True,
    )


def _show(known: dict[str, Any]) -> None:
    output.say(f"{known.get('ref', known['id'])}  {known['title']}")
    for name in ("kind", "source", "published", "level", "direction", "url"):
        output.say(f"{name:<12} {known[name] or ''}")
    output.say(f"{'themes':<12} {', '.join(known['themes'])}")
    for one in known["identifiers"]:
        output.say(f"{one['relation']:<12} {one['value']}")
    if stage := known.get("stage"):
        place = f" ({stage['number']} of {stage['total']})" if stage["number"] else ""
        output.say(f"{'stage':<12} {stage['name']}{place}, {stage['since']}")
        if coming := stage["next"]:
            usual = f", usually after {coming['usual_days']} days" if coming["usual_days"] is not None else ""
            output.say(f"{'next':<12} {coming['name']} {coming['date'] or ''}{usual}")
    _say_windows(known["windows"])
    for one in known["steps"]:
        others = [f"{day['date']} {day['source']}" for day in one.get("dates", ()) if one["disputed"]]
        disputed = f" (sources disagree: {', '.join(others)})" if others else ""
        output.say(f"{'step':<12} {one['date']} {one.get('name', one['code'])}{disputed}")
    for one in known.get("deciders", ()):
        output.say(f"{one['role']:<12} {one['name']}")
    _say_members(known.get("members", []))
    if case := known["case"]:
        priority = f", {case['priority']}" if case["priority"] else ""
        output.say(f"{'case':<12} {case['status']}{priority}, {case['owner'] or 'no owner'}")
    if partners := known["partners"]:
        output.say(f"{'partners':<12} {partners['text']}")
    _say_addressees(known["addressees"])
    for one in known["revisions"]:
        output.say(f"{'changed':<12} {one['seen_at'][:10]} {one['field']}")
    for one in known["documents"] if "ref" in known else known["documents"][1:]:
        relation = one.get("relation", "also")
        output.say(f"{relation:<12} {one['id']} {one['title']} ({one['source']})")
    for one in known.get("mentions", ()):
        output.say(f"{one['relation']:<12} {one['id']} {one['title']} ({one['source']})")
    for one in known.get("proposed", ()):
        why = "; ".join(reason["evidence"] for reason in one["reasons"])
        output.say(f"{'proposed':<12} {one['document']} ({why})")


def _say_members(members: list[dict[str, Any]]) -> None:
    """Our country's members of the committee that decides."""
    for one in members:
        group = f" ({one['group']})" if one["group"] else ""
        output.say(f"{'member':<12} {one['name']}{group}, {one['role']} of {one['body']}")


def _say_addressees(sent: dict[str, Any] | None) -> None:
    if sent is None:
        return
    told = {"ours": ", ".join(sent["ours"]), "others": "others only", "unread": sent["problem"] or "no list found"}
    output.say(f"{'addressees':<12} {told[sent['standing']]} ({len(sent['names'])} on the list)")


def _say_windows(windows: list[dict[str, Any]]) -> None:
    for one in windows:
        state = "open" if one["open"] else "closed"
        basis = f": {one['basis']}" if one.get("basis") else ""
        output.say(
            f"{'window':<12} {one['kind']} {one['opens'] or '…'} – {one['closes'] or '?'} "
            f"({one['certainty']}, {state}{basis})"
        )
        _say_internal(one["internal"])


def _say_internal(ways: list[dict[str, Any]]) -> None:
    """Our last day for each way of answering; ways of which the same is to be said share a line."""
    said: dict[str, list[str]] = {}
    for one in ways:
        meeting = f", meeting {one['meeting']}" if one["meeting"] else ""
        reach = {
            "reachable": f"until {one['day']}{meeting}",
            "too-late": f"too late, was until {one['day']}",
            "no-meeting": "no meeting in time",
            "calendar-empty": "no meeting known: config/calendar.toml",
        }
        said.setdefault(reach[one["reach"]], []).append(one["name"])
    for text, names in said.items():
        output.say(f"{'internal':<12} {', '.join(names)}: {text}")


def explain(
    doc: Annotated[str, typer.Argument(metavar="DOC", help="Number here, or any identifier.")],
    as_json: Json = False,
) -> None:
    """Say why a document was tagged and rated as it was."""
    from monitor.archive.engine import reading
    from monitor.search.lookup import explained, look_up

    with context.archive() as engine, reading(engine) as conn:
        why = explained(look_up(conn, doc))
    if as_json:
        output.as_json(why)
        return
    output.say(f"{why['id']}  {why['title']}")
    output.say(f"{why['level']} (relevance {why['relevance']:.2f}), {why['direction']}, model {why['model']}")
    for reason in why["reasons"]:
        output.say(f"  {reason}")
    for tag in why["themes"]:
        output.say(
            f"{'*' if tag['assigned'] else ' '} {tag['theme']} {tag['score']:.2f}: {_terms(tag['evidence'])}"
        )
    output.say(f"  rests on: {_terms(why['evidence'])}")


def _terms(evidence: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['text']} ({one['weight']:+.2f})" for one in evidence) or "nothing that can be named"


def _list(results: Results) -> None:
    for one in results.results:
        deadline = f", closes {one.closes}" if one.closes else ""
        output.say(f"{one.id}  {one.title}")
        output.say(
            f"    {one.kind}, {one.source}, {one.published or 'undated'}, {one.level or 'not rated'}{deadline}"
        )
        if one.snippet:
            output.say(f"    {' '.join(one.snippet.split())}")
    output.say(f"{results.total} found, {len(results.results)} shown")
    if results.did_you_mean:
        output.say(f"did you mean: {results.did_you_mean}")


def _csv(results: Results) -> None:
    from monitor.spreadsheet import as_csv

    rows = [one.as_json() for one in results.results]
    names = ["id", "title", "kind", "source", "published", "level", "themes", "closes", "url", "score"]
    typer.echo(as_csv(names, ([row[name] for name in names] for row in rows)), nl=False)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise typer.BadParameter(f"{option}: {text!r} is no day such as 2026-11-23") from exc


def _today(settings: Settings) -> date:
    from config.organisation import load_organisation

    return context.clock(settings).astimezone(load_organisation(settings.config).zone).date()
