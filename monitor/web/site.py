"""What every page stands on: the archive, the clock, the configuration, and who is asking."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine
from starlette.requests import Request

from config.lexicon import Lexicon, load_lexicon
from config.organisation import Organisation
from config.settings import Settings
from config.sources import Source
from config.themes import Theme
from monitor.archive.kept import Kept
from monitor.core.proposals import Nicknames
from monitor.dossiers.files import Rules
from monitor.letters.briefing import Office
from monitor.letters.candidates import Desk
from monitor.web.attempts import Used

if TYPE_CHECKING:
    from monitor.web.provider import Provider

KEY_BYTES = 32


class Role(IntEnum):
    """What somebody may do; each may also do what those before may."""

    NOBODY = 0
    """Has not logged in: sees the pages around the login, and no more."""
    READER = 1
    OFFICER = 2
    """Corrects the machine and follows searches."""
    ADMIN = 3
    """Sees every change that people made."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is asking; the name is what changes are signed with, `shown` what the person is called today."""

    name: str
    role: Role
    shown: str = ""


@dataclass(frozen=True)
class Site:
    """One running application with the configuration it was started with."""

    settings: Settings
    engine: Engine
    clock: Callable[[], datetime]
    office: Office
    lexicon: Lexicon
    key: bytes
    """Signs the tokens of forms."""
    nicknames: Nicknames
    provider: "Provider | None" = None
    """Where people log in; None: they do not, or elsewhere (the public pages never ask it)."""
    attempts: Used = field(default_factory=Used, compare=False, repr=False)
    """Attempts to log in that have ended."""
    _measured: dict[date, Rules] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> "Site":
        """With the configuration in force.

        Raises:
            ConfigError: a broken file.
        """
        office = Office.of(settings)
        lexicon = load_lexicon(settings.config)
        return cls(settings, engine, clock, office, lexicon, _key(settings.data_dir), Nicknames.of(lexicon))

    @property
    def organisation(self) -> Organisation:
        """Whose pages these are."""
        return self.office.organisation

    @cached_property
    def themes(self) -> Mapping[str, Theme]:
        """The themes in force, by id."""
        return {theme.id: theme for theme in self.office.themes}

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The declared sources, by id."""
        return {source.id: source for source in self.office.sources}

    @cached_property
    def kept(self) -> Kept:
        """What pages count over the whole archive, until that changes."""
        return Kept(self.engine)

    def today(self) -> date:
        """The day in the organisation's zone."""
        return self.clock().astimezone(self.organisation.zone).date()

    def rules(self, conn: Connection) -> Rules:
        """Stages and windows with the usual lengths of steps, which are measured once a day."""
        today = self.today()
        if today not in self._measured:
            measured = self.office.rules.measured(conn, today)
            self._measured.clear()
            self._measured[today] = measured
        return self._measured[today]

    def desk(self, language: str) -> Desk:
        """What turns documents into matters (`monitor.letters.candidates.items`)."""
        office = self.office
        return Desk(
            office.organisation,
            office.calendar,
            self.sources,
            self.themes,
            self.today(),
            language,
            office.partners,
        )

    def address(self, request: Request) -> str:
        """Where people reach these pages, without a slash at the end."""
        return self.settings.web_address or f"{request.url.scheme}://{request.url.netloc}"


def site_of(request: Request) -> Site:
    """The application that a request came to."""
    site: Site = request.app.state.site
    return site


def visitor_of(request: Request) -> Visitor:
    """Who is asking, as `monitor.web.door` found out."""
    visitor: Visitor = request.state.visitor
    return visitor


def _key(folder: Path) -> bytes:
    """The key beside the archive, made the first time; only its owner may read it."""
    path = folder / "web.key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) >= KEY_BYTES:
            return key
        path.unlink()  # a start that was cut off left it unfinished
        return _key(folder)
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
    return key
