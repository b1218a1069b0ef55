"""What follows when documents came in: rated, compared with other sources, filed, and groups' rules apply."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from config.organisation import load_organisation
from config.settings import Settings
from monitor.dossiers.files import Rules, waiting
from monitor.dossiers.filing import JoinReport, join_new
from monitor.labelling import label_new
from monitor.meaning.models import load_in_force
from monitor.meaning.rating import is_unrated, rate_new
from monitor.meaning.twins import find_twins

if TYPE_CHECKING:
    from nlp.assessment import Assessor


def follow(
    engine: Engine,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    assessor: "Assessor | None" = None,
    rate: bool = True,
) -> JoinReport:
    """Rate, compare and file every document that is new or has changed, and apply the rules of groups to it.

    Args:
        engine: the archive.
        settings: those in force.
        clock: gives the present moment (aware).
        assessor: the model; None: the one in force is loaded, if there is anything to rate.
        rate: False leaves the rating for later.

    Raises:
        ArchiveError: the archive does not take it; what was done before stays.
        ConfigError: the model or the configuration is broken.
    """
    if rate and is_unrated(engine):
        if assessor is None:
            assessor = load_in_force(settings)
        rate_new(engine, assessor, load_organisation(settings.config), clock)
    find_twins(engine)
    filed = join_new(engine, clock, overlay=settings.config)
    label_new(engine, settings, clock)
    return filed


def estimated(settings: Settings) -> Callable[[Connection, date], Collection[int]]:
    """What a scan asks for the files to follow that no document gives a window, but a rule does.

    Args:
        settings: those in force; the rules are read when they are first wanted.
    """

    def windows(conn: Connection, today: date) -> Collection[int]:
        return waiting(conn, Rules.of(settings.config), today)

    return windows
