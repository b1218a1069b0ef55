"""Windows of the letter as calendar events (iCalendar, RFC 5545)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from digests.briefing import Briefing, Certainty, Entry, WindowKind
from digests.facts import voice
from digests.tame import capital, one_line, safe_link
from digests.words import catalogue

if TYPE_CHECKING:
    from icalendar import Event

MOST_FILES = 8
"""Files in one mail, one for each full entry of a normal letter."""
NAME_LENGTH = 50


def letter_calendar(briefing: Briefing) -> bytes:
    """Every full entry of the letter whose window has a last day, as one calendar file."""
    return _calendar(briefing, (entry for section in briefing.sections for entry in section.entries))


def entry_calendar(entry: Entry, briefing: Briefing) -> bytes | None:
    """The entry's window as a calendar file of its own; None where no last day is known."""
    if entry.window is None or entry.window.closes is None:
        return None
    return _calendar(briefing, (entry,))


def attachments(briefing: Briefing) -> Iterator[tuple[str, bytes]]:
    """The nearest windows of the letter, each as a calendar file with its name; what opens it adds one event.

    Only full entries whose last day is ahead, at most `MOST_FILES`, and no transposition: nobody answers that.
    """
    today = briefing.built_at.astimezone(briefing.organisation.zone).date()
    dated = [
        (entry.window, entry)
        for section in briefing.sections
        for entry in section.entries
        if entry.window and entry.window.closes and entry.window.kind is not WindowKind.TRANSPOSITION
    ]
    ahead = [(window.closes, entry) for window, entry in dated if window.closes and window.closes >= today]
    for day, entry in sorted(ahead, key=lambda one: one[0])[:MOST_FILES]:
        yield _file_name(day, entry), _calendar(briefing, (entry,))


def _file_name(day: date, entry: Entry) -> str:
    """The day and the first words of the title, in letters that every mail program keeps."""
    ascii_only = unicodedata.normalize("NFKD", one_line(entry.title.text, 180)).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"[a-z0-9]+", ascii_only.lower()))
    return f"{day}-{words[:NAME_LENGTH].strip('-') or 'sista-dag'}.ics"


def _calendar(briefing: Briefing, entries: Iterable[Entry]) -> bytes:
    from icalendar import Calendar

    organisation = briefing.organisation
    calendar = Calendar()
    calendar.add("prodid", f"-//{organisation.letter.list_id}//Utblick//{briefing.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", organisation.letter.name)
    for entry in entries:
        if entry.window and entry.window.closes:
            calendar.add_component(_event(entry, briefing))
    return bytes(calendar.to_ical())


def _event(entry: Entry, briefing: Briefing) -> "Event":
    """An all-day event on the window's last day, with a stable identity so that a moved date moves it."""
    from icalendar import Event

    window = entry.window
    if window is None or window.closes is None:
        raise ValueError("the entry's window has no last day")
    words = catalogue(briefing.language)
    speak = voice(briefing, words)
    list_id = briefing.organisation.letter.list_id
    key = hashlib.sha256(f"{entry.item}\0{window.kind}\0{window.opens}".encode()).hexdigest()[:24]
    title = one_line(entry.title.text, 180)
    estimate = " (?)" if window.certainty is Certainty.ESTIMATED else ""
    event = Event()
    event.add("uid", f"{key}@{list_id}")
    event.add("dtstamp", briefing.built_at)
    event.add("dtstart", window.closes)
    event.add("dtend", window.closes + timedelta(days=1))
    event.add("summary", f"{capital(words.windows[window.kind].one)}{estimate}: {title}")
    facts = (
        speak.window(window),
        f"{words.labels['internal']}: {speak.internal(entry.internal, window)}",
        entry.why,
    )
    event.add("description", "\n".join(one_line(fact) for fact in facts))
    event.add("transp", "TRANSPARENT")
    url = safe_link(window.url) or next((link for link in (safe_link(s.url) for s in entry.sources) if link), None)
    if url:
        event.add("url", url)
    return event
