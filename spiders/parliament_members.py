"""Members of the European Parliament in their committees: holders of public office in their role, no more.

What shapes this module:

- A member's record names bodies by number (`org/6562`), and a body gets a new number when it is set up anew. The
  list of current bodies tells which number is `ENVI`; it is read first and travels with every later request.
- A record holds every seat since the member's first term. A seat that has ended has `endDate`. The id of its
  period (`time-period/20140707-20170118`) holds both days too: an end that lost its name does not look like none.
- Mandates (`org/ep-10`) have no `membershipClassification`; a seat in a committee has one that says so.
- Records carry e-mail, telephone, office, birth, sex, photograph: never read, and blanked in stored responses.
"""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from spiders.fields import Audit, Fields
from spiders.finding import Holder, Seat
from spiders.parliament_vocabulary import COMMITTEE, SEATS
from spiders.platform import Drifted, Page
from spiders.sanitise import line

_PERSONAL = (
    *("hasEmail", "hasGender", "hasHonorificPrefix", "bday", "deathDate", "placeOfBirth", "citizenship", "img"),
    *("homepage", "account"),
)
REDACT = (*(f"data[].{name}" for name in _PERSONAL), "data[].hasMembership[].contactPoint")
"""What is blanked in a stored record; no other answer of the service has these fields."""

_UNUSED = (
    *("id", "type", "notation_codictPersonId", "sortLabel", "upperFamilyName", "upperGivenName"),
    *("officialFamilyName", "officialGivenName", "upperOfficialFamilyName", "upperOfficialGivenName"),
)
_UNUSED_OF_SEATS = ("id", "type", "identifier", "notation_codictFunctionId", "notation_codictMandateId")
_NUMBER = re.compile(r"[0-9]{1,10}")
_CODE = re.compile(r"[A-Z0-9]{2,8}")
_PERIOD = re.compile(r"(?:^|/)\d{8}-\d{8}$")
_NAME = 120
_GROUP = 30


def bodies_of(rows: list[Fields], audit: Audit) -> Mapping[str, str]:
    """The committees among a list of bodies: number → code.

    Raises:
        Drifted: a committee has no number or no code.
    """
    found = {}
    for row in rows:
        sort = _last(row.opt_str("classification", sometimes=True))
        if sort.startswith(COMMITTEE):
            number, code = row.need_str("identifier"), row.need_str("label")
            if _NUMBER.fullmatch(number) and _CODE.fullmatch(code):
                found[number] = code
            else:
                audit.note(f"a body with number {number[:40]!r} and label {code[:40]!r} was left out")
        row.ignore(*row.left())  # other bodies have other fields
    return found


def written(bodies: Mapping[str, str]) -> str:
    """Numbers and codes in the form in which they travel with a request."""
    return " ".join(f"{number}={code}" for number, code in bodies.items())


def members_of(rows: list[Fields], page: Page, audit: Audit) -> Mapping[str, Mapping[str, str]]:
    """The members on a page of the list: number → `country` and `group`. Other countries' are left out and told.

    Raises:
        Drifted: none is of the country that was asked for, or none could be read.
    """
    asked = dict(parse_qsl(urlsplit(page.url).query)).get("country-of-representation", "")
    found: dict[str, Mapping[str, str]] = {}
    for row in rows:
        number = row.need_str("identifier")
        country = row.need_str("api:country-of-representation")
        group = line(row.opt_str("api:political-group"), _GROUP)
        row.ignore("id", "type", "label", "familyName", "givenName", "sortLabel")
        row.ignore(*(name for name in row.left() if name.startswith(("upper", "official"))))
        if not _NUMBER.fullmatch(number):
            raise Drifted(f"{row.where('identifier')}: expected a number, got {number[:40]!r}: {page.url}")
        if country == asked:
            found[number] = {"country": country, "group": group}
        else:
            audit.note(f"a member for {country[:10]!r} in a list for {asked!r}")
    if rows and not found:
        raise Drifted(f"country-of-representation={asked} is not honoured: {page.url}")
    return found


def holder_of(record: Fields, page: Page, today: date, audit: Audit) -> Holder:
    """A member with their seats in committees that have not ended.

    Args:
        record: the member's record.
        page: its answer; `bodies`, `country` and `group` travelled with the request.
        today: a seat is gone when its last day is before this day.
        audit: hears of what is unknown.

    Raises:
        Drifted: no name or number, no seat of any kind, or a seat in a committee without body, role or first day.
    """
    number = record.need_str("identifier")
    label = line(record.need_str("label"), _NAME)
    given, family = (line(record.opt_str(name), _NAME) for name in ("givenName", "familyName"))
    record.ignore(*_UNUSED, *_PERSONAL)
    if not _NUMBER.fullmatch(number) or not label:
        raise Drifted(f"{record.where('identifier')}: expected number and name, got {number[:40]!r}: {page.url}")
    memberships = record.items("hasMembership")
    if not memberships:
        raise Drifted(f"{record.where('hasMembership')}: expected seats, got none: {page.url}")
    bodies = dict(pair.split("=", 1) for pair in page.context.get("bodies", "").split())
    # A mandate has no class; where nothing has one, a committee could not be told from a delegation.
    sorts = [_last(one.opt_str("membershipClassification", sometimes=True)) for one in memberships]
    if not any(sorts):
        raise Drifted(f"{memberships[0].where('membershipClassification')}: no seat has one: {page.url}")
    found = (_seat(one, sort, bodies, today, audit) for one, sort in zip(memberships, sorts, strict=True))
    seats = {(seat.body, seat.role, seat.since): seat for seat in found if seat is not None}
    return Holder(
        key=number,
        name=line(f"{given} {family}", _NAME) if given and family else label,
        url=f"https://www.europarl.europa.eu/meps/sv/{number}",
        country=page.context.get("country", ""),
        group=page.context.get("group", ""),
        seats=tuple(seats[key] for key in sorted(seats)),
    )


def _seat(one: Fields, sort: str, bodies: Mapping[str, str], today: date, audit: Audit) -> Seat | None:
    """The seat, if it is in a committee and has not ended."""
    one.ignore(*_UNUSED_OF_SEATS, "contactPoint", "represents")
    if not sort.startswith(COMMITTEE):
        one.ignore("memberDuring", "organization", "role")
        return None
    during = one.need_record("memberDuring")
    during.ignore("type", "startDate")
    until = during.opt_date("endDate") if "endDate" in during else None
    period = during.opt_str("id") or ""
    if until is None and _PERIOD.search(period):
        raise Drifted(f"{during.where('endDate')}: expected the last day of {period[:60]!r}, got none")
    if until is not None and until < today:
        one.ignore("organization", "role")  # what old seats look like matters to nobody
        return None
    since = during.need_date("startDate")
    number, role = _last(one.need_str("organization")), _last(one.need_str("role"))
    if number not in bodies:
        audit.note(f"a seat in body {number[:20]!r}, which is no committee of today")
        return None
    if role not in SEATS:
        audit.note(f"unknown role in a committee {role[:40]!r}")
    return Seat(bodies[number], SEATS.get(role, line(role.lower().replace("_", "-"), _GROUP)), since, until)


def _last(uri: str | None) -> str:
    return (uri or "").rpartition("/")[2]
