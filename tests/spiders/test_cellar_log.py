"""The log of what changed in CELLAR in a day."""

from pathlib import Path

import pytest

from spiders.platform import Drifted
from spiders.reading import read_page
from tests.spiders.cellar_reading import LOG, PLATFORM, REST, told
from tests.spiders.pages import assignment
from tests.spiders.recorded import body_of, recorded

ATOM, RSS = "cellar/notification-3-of-46-entries.atom.xml", "cellar/notification-one-item.rss.xml"


@pytest.mark.parametrize(
    ("name", "count", "named"), [(ATOM, 3, "consil:ST_11536_2026_ADD_1"), (RSS, 1, "62024CC0286")]
)
def test_the_recorded_log_names_what_changed(shared: Path, name: str, count: int, named: str) -> None:
    reading = read_page(PLATFORM, recorded(shared, PLATFORM, name), told())
    assert (reading.findings, reading.asks, reading.last) == ((), (), True)
    [warning] = reading.warnings
    assert warning.startswith(f"{count} changes, 0 of them acts or proposals; others: ")
    assert named in warning


def test_acts_and_proposals_of_the_log_lead_to_their_notices(shared: Path) -> None:
    # Constructed from the recorded page: no recorded entry is of an act or a proposal.
    body = body_of(shared, ATOM).decode()
    body = body.replace("consolidation:2023R2147%2F20260715_0110010", "celex:52026PC0321")
    body = body.replace("moreEntries>false", "moreEntries>true")
    reading = read_page(PLATFORM, recorded(shared, PLATFORM, ATOM, body.encode()), told())
    notice, following = reading.asks
    assert (notice.url, notice.reader, notice.key) == (REST, "text", "52026PC0321")
    assert notice.headers["Accept"] == "application/xml;notice=tree"
    assert following.url.endswith("page=2")
    assert not reading.last
    [first_ask] = PLATFORM.start(assignment("cellar", LOG))
    assert first_ask.url == LOG.replace("{start}", "2026-11-22")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("moreEntries", "more", "moreEntries: expected true or false"),
        ("<entry>", "<entri>", "not XML"),
        ("entry>", "entri>", "0 changes"),
        ("notifEntry:cellarId>", "notifEntry:id>", "none of 3 entries could be read"),
        ("notifEntry:identifier>", "notifEntry:name>", "none of 3 entries could be read"),
        ("type>update", "type>whim", "unknown type of notification 'whim'"),
        ("feed", "food", "expected <feed>, or <rss> with a <channel>, got <food>"),
    ],
)
def test_what_the_log_lacks_is_named(shared: Path, old: str, new: str, said: str) -> None:
    body = body_of(shared, ATOM).decode()
    assert old in body
    try:
        answer_ = recorded(shared, PLATFORM, ATOM, body.replace(old, new).encode())
        told_us = " ".join(read_page(PLATFORM, answer_, told()).warnings)
    except Drifted as exc:
        told_us = str(exc)
    assert said in told_us
