"""Send the week's edition: who is due, one copy each as they wish it, into the outbox and out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from email.message import EmailMessage
from typing import cast

from sqlalchemy import Connection, Engine

from config.settings import Settings
from digests.briefing import Density
from digests.message import message, message_id
from digests.render import NO_LINKS, Links
from digests.weeks import parse_week
from monitor.archive.engine import reading, writing
from monitor.delivery import outbox
from monitor.delivery.bounces import pause
from monitor.delivery.sender import Tally, send_due
from monitor.delivery.smtp import Server
from monitor.delivery.subscribers import Subscriber, find, listed, token
from monitor.letters.briefing import BriefingError, Material, Office, edit, gather, publish


@dataclass(frozen=True, slots=True)
class Sending:
    """What a run did, or would do. `recipients` are numbers of subscribers, never addresses."""

    week: str
    subject: str
    recipients: tuple[int, ...]
    queued: int
    tally: Tally | None
    """None in a dry run."""
    paused: tuple[int, ...] = ()
    """Numbers of subscribers whom letters no longer reach (`monitor.delivery.bounces`)."""


def send(
    engine: Engine,
    settings: Settings,
    *,
    week: str,
    clock: Callable[[], datetime],
    only: str | None = None,
    dry_run: bool = False,
) -> Sending:
    """Publish the edition of `week`, queue a copy for everybody who is due, and send what is queued.

    Calling it again sends nobody a second copy: it goes on where the run before ended.

    Args:
        engine: the archive.
        settings: the mail server and the configuration's folder.
        week: ISO week.
        clock: gives the present moment (aware).
        only: number or address of one subscriber; None = all that are due.
        dry_run: say who would get it; store and send nothing.

    Raises:
        BriefingError: nobody would get it.
        SubscriberError: `only` is no subscriber.
        SmtpError: the settings of the mail server make no sense.
    """
    server = Server.of(settings)
    office = Office.of(settings)
    now = clock()
    with reading(engine) as conn:
        material = gather(conn, office, week=week, now=now)
        readers = _due(conn, week, only)
        # Rendered before anything is locked: a thousand copies take their time.
        copies = () if dry_run else [(one.id, _copy(conn, one, material, settings, now)) for one in readers]
    numbers = tuple(reader.id for reader in readers)
    if dry_run:
        return Sending(week, edit(material).subject, numbers, 0, None)
    with writing(engine) as conn:
        stored = publish(conn, material)
        queued = outbox.enqueue(conn, stored.id, copies, now=now)
    tally = send_due(engine, server, clock=clock, edition_id=stored.id, per_minute=settings.smtp_per_minute)
    with writing(engine) as conn:
        paused = pause(conn, most=settings.bounces_before_pause, now=clock())
    return Sending(week, stored.subject, numbers, queued, tally, paused)


def _due(conn: Connection, week: str, only: str | None) -> list[Subscriber]:
    if only is not None:
        chosen = find(conn, only)
        if chosen.state != "active":
            raise BriefingError(f"subscriber {chosen.id} is {chosen.state} and gets no letter")
        if not chosen.wishes.letter:
            more = f"`utblick subscribers edit {chosen.id} --letter` adds the letter"
            raise BriefingError(f"subscriber {chosen.id} wants alerts alone; {more}")
        return [chosen]
    active = [one for one in listed(conn, state="active") if one.wishes.letter]
    if not active:
        raise BriefingError("nobody would get the letter; `utblick subscribers add ADDRESS` adds a subscriber")
    due = [one for one in active if gets_week(one.wishes.cadence, week)]
    if not due:
        raise BriefingError(f"none of {len(active)} subscribers wants a letter in week {week}")
    return due


def gets_week(cadence: str, week: str) -> bool:
    """Whether somebody with this cadence gets the letter of `week`.

    Fortnightly means even weeks, monthly the week of a month's first Monday.
    """
    year, number = parse_week(week)
    match cadence:
        case "fortnightly":
            return number % 2 == 0
        case "monthly":
            return date.fromisocalendar(year, number, 1).day <= 7
        case _:
            return True


def _copy(
    conn: Connection, reader: Subscriber, material: Material, settings: Settings, now: datetime
) -> EmailMessage:
    wishes = reader.wishes
    briefing = edit(
        material, language=wishes.language, density=cast("Density", wishes.density), themes=wishes.themes
    )
    return message(
        briefing,
        to=reader.address,
        sender=settings.mail_from,
        date=now,
        message_id=message_id(briefing, str(reader.id)),
        links=_links(conn, reader, material),
    )


def _links(conn: Connection, reader: Subscriber, material: Material) -> Links:
    """The reader's own addresses on the public pages (`monitor.web.public`); none where they are not reachable."""
    public = material.office.organisation.public_address
    if not public:
        return NO_LINKS
    own = token(conn, reader.id)
    return Links(
        leave=f"{public}/leave/{own}",
        copy=f"{public}/letter/{material.week}/{own}",
        calendar=f"{public}/calendar/{own}.ics",
    )
