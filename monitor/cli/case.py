"""`utblick case`: how the organisation handles a dossier, and which documents belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from monitor.core.stages import Model
    from monitor.dossiers.cases import Case

app = Commands(
    help="Who handles which dossier and how; every change is kept. Confirm and reject proposed joins.",
    no_args_is_help=True,
)

Ref = Annotated[str, typer.Argument(metavar="REF", help="dossier:4, 2022/0345(COD), a nickname …")]
Who = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides this: a name, not an address.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    *,
    status: Annotated[str | None, typer.Option(help="Only of this status; closed cases only so.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of this owner.")] = None,
    as_json: Json = False,
) -> None:
    """List the cases, those first whose own day comes first."""
    from monitor.archive.engine import reading
    from monitor.dossiers import cases
    from monitor.dossiers.files import Rules, load_files
    from monitor.dossiers.ours import Ours, partners_of

    settings = context.settings()
    with context.archive(settings) as engine, reading(engine) as conn:
        found = cases.list_cases(conn, status=status, owner=owner)
        numbers = [one.dossier for one in found]
        files = load_files(conn, numbers, Rules.of(settings.config), _today(settings))
    titles = {number: one.title[0] for number, one in files.items()}
    if as_json:
        partners = Ours.of(settings.config).partners
        output.as_json(
            [
                cases.as_json(one)
                | {
                    "partners": partners_of(files.get(one.dossier), one, partners),
                    "title": titles.get(one.dossier, ""),
                }
                for one in found
            ]
        )
        return
    output.table(
        ["dossier", "status", "owner", "due", "channel", "title"],
        [(one.dossier, one.status, one.owner, one.due, one.channel, titles.get(one.dossier, "")) for one in found],
        right=[0],
    )


@app.command()
def show(ref: Ref, as_json: Json = False) -> None:
    """Show a dossier's case with every change of it."""
    from monitor.archive.engine import reading
    from monitor.dossiers import cases

    settings = context.settings()
    with context.archive(settings) as engine, reading(engine) as conn:
        number = _dossier(conn, settings, ref)
        case = cases.cases_of(conn, [number]).get(number)
        if case is None:
            raise cases.CaseError(f"dossier:{number} has no case yet; `utblick case set` opens one")
        partners = _partners(conn, settings, case)
    _tell(cases.as_json(case) | {"partners": partners}, as_json=as_json)


@app.command("set")
def set_(
    ref: Ref,
    *,
    by: Who,
    status: Annotated[str | None, typer.Option(help="ny, tilldelad, bevakas, agerar, svarat or avslutad.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who handles it; empty: nobody.")] = None,
    priority: Annotated[str | None, typer.Option(help="decision, action or fyi.")] = None,
    direction: Annotated[str | None, typer.Option(help="restricting, enabling, both or unclear.")] = None,
    channel: Annotated[str | None, typer.Option(help="Through whom we act.")] = None,
    decider: Annotated[str | None, typer.Option(help="The body that must decide.")] = None,
    position: Annotated[str | None, typer.Option(help="Our position, in a person's words.")] = None,
    benefit_risk: Annotated[str | None, typer.Option(help="Benefits and risks, in short.")] = None,
    due: Annotated[str | None, typer.Option(metavar="DAY", help="A day of our own, such as 2026-12-04.")] = None,
    as_json: Json = False,
) -> None:
    """Set what is given and leave the rest; an empty text empties a field."""
    from datetime import date

    from monitor.archive.engine import writing
    from monitor.dossiers import cases

    given: dict[str, Any] = {
        "status": status,
        "owner": owner,
        "priority": priority,
        "direction": direction,
        "channel": channel,
        "decider": decider,
        "position": position,
        "benefit_risk": benefit_risk,
        "due": due,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise typer.BadParameter("nothing to set: give at least one of --status, --owner …")
    if values.get("due"):
        try:
            values["due"] = date.fromisoformat(values["due"])
        except ValueError as exc:
            raise typer.BadParameter(f"--due: {due!r} is no day such as 2026-12-04") from exc
    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        number = _dossier(conn, settings, ref)
        case = cases.set_case(conn, number, values, who=by, at=context.clock(settings))
        partners = _partners(conn, settings, case)
    _tell(cases.as_json(case) | {"partners": partners}, as_json=as_json)


@app.command()
def proposals(*, as_json: Json = False) -> None:
    """List the proposed joins that wait for a person, the likeliest first."""
    from monitor.archive.engine import reading
    from monitor.dossiers.filing import waiting

    with context.archive() as engine, reading(engine) as conn:
        found = waiting(conn)
    if as_json:
        output.as_json(found)
        return
    output.table(
        ["no", "score", "document", "dossier", "why"],
        [
            (
                one["proposal"],
                one["score"],
                one["document"],
                one["dossier"],
                f"{one['title']}: {'; '.join(reason['evidence'] for reason in one['reasons'])}",
            )
            for one in found
        ],
        right=[0, 1, 2, 3],
    )


@app.command()
def confirm(proposal: Annotated[int, typer.Argument(metavar="NO")], *, by: Who) -> None:
    """Join the document of a proposal to its dossier."""
    from monitor.archive.engine import writing
    from monitor.dossiers import filing as dossiers

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        number = dossiers.confirm(conn, proposal, _model(settings), who=by, at=context.clock(settings))
    output.say(f"joined to dossier:{number}")


@app.command()
def reject(proposal: Annotated[int, typer.Argument(metavar="NO")], *, by: Who) -> None:
    """Turn a proposal down; it is not made again."""
    from monitor.archive.engine import writing
    from monitor.dossiers import filing as dossiers

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        dossiers.reject(conn, proposal, who=by, at=context.clock(settings))
    output.say(f"proposal {proposal} is rejected")


@app.command()
def join(ref: Ref, other: Annotated[str, typer.Argument(metavar="OTHER")], *, by: Who) -> None:
    """Make two dossiers one; the number of the other leads to it from now on."""
    from monitor.archive.engine import writing
    from monitor.dossiers import filing as dossiers

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        one, second = _dossier(conn, settings, ref), _dossier(conn, settings, other)
        number = dossiers.join(conn, one, second, _model(settings), who=by, at=context.clock(settings))
    output.say(f"joined as dossier:{number}")


@app.command()
def split(
    ref: Ref,
    documents: Annotated[list[int], typer.Argument(metavar="DOCUMENT...", help="Numbers of its documents.")],
    *,
    by: Who,
) -> None:
    """Take documents out of a dossier into one of their own."""
    from monitor.archive.engine import writing
    from monitor.dossiers import filing as dossiers

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        one = _dossier(conn, settings, ref)
        number = dossiers.split(conn, one, documents, _model(settings), who=by, at=context.clock(settings))
    output.say(f"split off as dossier:{number}")


def _model(settings: Settings) -> Model:
    from config.stages import load_stages
    from monitor.core.stages import Model

    return Model(load_stages(settings.config))


def _dossier(conn: Connection, settings: Settings, ref: str) -> int:
    from config.lexicon import load_lexicon
    from monitor.core.proposals import Nicknames
    from monitor.search.lookup import the_dossier

    return the_dossier(conn, ref, Nicknames.of(load_lexicon(settings.config)))


def _today(settings: Settings) -> Any:
    from config.organisation import load_organisation

    return context.clock(settings).astimezone(load_organisation(settings.config).zone).date()


def _partners(conn: Connection, settings: Settings, case: Case) -> dict[str, Any] | None:
    """What is asked at calls and partnerships, and which partner countries are not democracies."""
    from monitor.dossiers.files import Rules, load_files
    from monitor.dossiers.ours import Ours, partners_of

    file = load_files(conn, [case.dossier], Rules.of(settings.config), _today(settings)).get(case.dossier)
    return partners_of(file, case, Ours.of(settings.config).partners)


def _tell(known: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        output.as_json(known)
        return
    output.say(f"dossier:{known['dossier']}  {known['status']}")
    for name, value in known.items():
        if name not in ("dossier", "status", "changes", "opened", "partners") and value:
            output.say(f"{name:<12} {value}")
    if known["partners"]:
        output.say(f"{'partners':<12} {known['partners']['text']}")
    for change in known["changes"]:
        was, now = change["before"] or "–", change["after"] or "–"
        output.say(f"{change['at'][:16]}  {change['who']}: {change['field']}: {was} → {now}")
