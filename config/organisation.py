"""Who we are: the organisation that the letter and the archive are made for (`config/organisation.toml`)."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.loading import find, read_toml, validate

FILE = "organisation.toml"

CONTRAST_AA = 4.5
"""Smallest contrast of text against its background (WCAG 2.1, 1.4.3)."""


def _one_line(value: str) -> str:
    if value != " ".join(value.split()):
        raise ValueError("expected one line without double spaces")
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+", value):
        raise ValueError("expected one e-mail address, name@example.org")
    return value


def _https(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("expected an https address without query")
    return value.rstrip("/")


def _dark(value: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        raise ValueError("expected a colour like #1F4E5F")
    if contrast_with_white(value) < CONTRAST_AA:
        raise ValueError(f"white text on this colour has less than {CONTRAST_AA}:1 contrast; choose a darker one")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as exc:
        raise ValueError("expected a time zone like Europe/Stockholm") from exc
    return value


Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Country(_Strict):
    """The country we are in: whose members of the European Parliament are ours."""

    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """Two letters, as the EU's institutions write it: "SE", but "EL" for Greece."""
    sv: Line
    en: Line

    def named(self, language: str) -> str:
        """Its name in Swedish or English."""
        return self.sv if language == "sv" else self.en


class Channel(_Strict):
    """Somebody through whom we can act."""

    name: Line
    note: str = ""


class Letter(_Strict):
    """How the weekly letter presents itself."""

    name: Line
    """Shown in the subject line, so short."""
    sender: Line
    """The From name a reader recognises."""
    purpose: Line
    """Why the reader gets it and on which ground addresses are kept: the last lines of the letter."""
    list_id: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    """List-Id (RFC 2919): a name below a domain of our own; mail programs sort by it."""
    colour: Annotated[str, AfterValidator(_dark)] = "#1F4E5F"
    """Brand colour; carries white text."""
    language: Literal["sv", "en"] = "sv"
    recipient_domains: tuple[Annotated[str, Field(pattern=r"^[^@\s]+\.[^@\s]+$")], ...] = ()
    """Domains of work addresses that may subscribe, without their subdomains; none = any address."""


class Organisation(_Strict):
    """The organisation in force."""

    name: Line
    """As written in full: "Storstads kommun"."""
    short_name: Line
    """As in "varför Storstad"."""
    contact: Address
    """Where readers turn; the mailto of unsubscription while there is no public address."""
    website: Annotated[str, AfterValidator(_https)]
    public_address: Annotated[str, AfterValidator(_https)] | None = None
    """Where the unsubscribe page and the web copy can be reached from outside; None = nowhere."""
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Stockholm"
    country: Country | None = None
    """None: sources that ask for one's own country cannot be read, and nobody's members are named."""
    places: tuple[Line, ...] = ()
    """Places by which Swedish sources name us, the organisation's own first."""
    companies: tuple[Line, ...] = ()
    """Companies the organisation owns or shares."""
    addressed_as: tuple[Line, ...] = ()
    """Names on a list of addressed bodies that mean us, besides our own name and our companies."""
    bodies: tuple[Line, ...] = ()
    """Boards and committees that can own a matter."""
    investments: tuple[Line, ...] = ()
    """What is being built or planned and could be touched by new rules."""
    channels: tuple[Channel, ...] = ()
    """Through whom we act when a theme names nobody."""
    letter: Letter

    @property
    def country_code(self) -> str | None:
        """Of our country."""
        return self.country.code if self.country else None

    @property
    def own_names(self) -> tuple[str, ...]:
        """Names on a list of addressed bodies that mean us."""
        return (self.name, *self.companies, *self.addressed_as)

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days begin and dates are shown."""
        return ZoneInfo(self.timezone)

    @property
    def user_agent(self) -> str:
        """How requests to sources present us: the program, and where to find who runs it."""
        return f"Utblick/0.1 (+{self.website}; omvarldsbevakning)"


def contrast_with_white(colour: str) -> float:
    """Contrast of white text on `colour` (#RRGGBB): 1 to 21, by the formula of WCAG 2.1."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def load_organisation(overlay: Path | None = None) -> Organisation:
    """The organisation in force: the overlay's file if it has one, otherwise the shipped one.

    Raises:
        ConfigError: the file is missing or broken; names file, line and field.
    """
    path = find(FILE, overlay)
    return validate(Organisation, read_toml(path), path)
