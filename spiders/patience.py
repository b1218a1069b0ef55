"""How long to wait before a request is made again, and when to give up. Pure: the clock comes from outside."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from spiders.platform import Blocked, Failed, SourceError

RETRIES = 2
"""Times that a request is made again after a time-out, a broken connection or a 5xx."""

BACKOFF = 5.0
"""Seconds before the first of them; three times as long before the next."""

LONGEST = 120.0
"""Seconds that an attempt waits at most because a server asked for it; a longer wish ends the attempt."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after `seconds`; `everybody`: the host asked for a pause, so nobody else asks it either."""

    seconds: float
    everybody: bool = False


def after_status(
    status: int, retry_after: str | None, tries: int, *, now: datetime, url: str, backoff: float = BACKOFF
) -> Wait:
    """What to do after a response that may mean "later": 429 or 5xx.

    Args:
        status: of the response.
        retry_after: its Retry-After header, in either form; None without one.
        tries: times that the request has been made.
        now: aware.
        url: for the message.
        backoff: seconds before the first repetition.

    Raises:
        Blocked: 429 that asks for too long a pause, or that came again and again.
        Failed: the same for 5xx.
    """
    kind: type[SourceError] = Blocked if status == 429 else Failed
    said = f"asked to slow down (status {status})" if status == 429 else f"status {status}"
    wish = seconds_of(retry_after, now)
    if wish is not None and wish > LONGEST:
        until = (now + timedelta(seconds=min(wish, 10 * 365 * 86_400))).astimezone(UTC)
        raise kind(f"{said}, not before {until:%Y-%m-%d %H:%M} UTC: {url}")
    if tries > RETRIES:
        raise kind(f"{said} {tries} times: {url}")
    if wish is not None:
        return Wait(wish, everybody=True)
    return Wait(backoff * 3 ** (tries - 1), everybody=status == 429)


def after_error(what: str, tries: int, *, backoff: float = BACKOFF) -> Wait:
    """What to do after a time-out or a broken connection, described by `what`.

    Raises:
        Failed: it came again and again.
    """
    if tries > RETRIES:
        raise Failed(f"{tries} times {what}")
    return Wait(backoff * 3 ** (tries - 1))


def seconds_of(retry_after: str | None, now: datetime) -> float | None:
    """Retry-After (RFC 9110, 10.2.3: seconds or a date) as seconds from `now`; None if absent or neither."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
