from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.patience import LONGEST, RETRIES, Wait, after_error, after_status, seconds_of
from spiders.platform import Blocked, Failed

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
URL = "https://a.example/"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),  # an Arabic-Indic digit is one to Python, not to HTTP
        (" 7 ", 7),
        ("0", 0),
        (format_datetime(NOW + timedelta(minutes=1), usegmt=True), 60),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Mon, 23 Nov 2026 06:00:30", 30),
        ("Mon, 99 Nov 2026 06:00:30 GMT", None),
    ],
)
def test_both_forms_of_retry_after_are_read(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_survived(header: str) -> None:
    seconds = seconds_of(header, NOW)
    assert seconds is None or seconds >= 0


def test_waits_grow_and_a_wish_of_the_server_counts_for_everybody() -> None:
    assert after_status(503, None, 1, now=NOW, url=URL, backoff=2) == Wait(2)
    assert after_status(503, None, 2, now=NOW, url=URL, backoff=2) == Wait(6)
    assert after_status(429, None, 1, now=NOW, url=URL, backoff=2) == Wait(2, everybody=True)
    assert after_status(503, "9", 1, now=NOW, url=URL) == Wait(9, everybody=True)
    assert after_error("nothing", 2, backoff=1) == Wait(3)


@pytest.mark.parametrize(("status", "kind"), [(429, Blocked), (503, Failed), (500, Failed)])
def test_there_is_an_end_to_patience(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=f"status {status}.* {RETRIES + 1} times: {URL}"):
        after_status(status, None, RETRIES + 1, now=NOW, url=URL)
    with pytest.raises(kind, match="not before 2026-11-23 07:00 UTC"):
        after_status(status, "3600", 1, now=NOW, url=URL)
    with pytest.raises(kind, match="not before"):
        after_status(status, "9" * 40, 1, now=NOW, url=URL)
    assert after_status(status, str(int(LONGEST)), 1, now=NOW, url=URL).seconds == LONGEST
    with pytest.raises(Failed, match=f"{RETRIES + 1} times refused"):
        after_error("refused", RETRIES + 1)
