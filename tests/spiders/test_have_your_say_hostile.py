"""Whatever stands in the JSON of Have your say, it ends as findings or as a said reason."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.have_your_say import HaveYourSay
from spiders.platform import SourceError
from spiders.reading import read_page
from spiders.wire import encode
from tests.spiders import have_your_say_pages as hys
from tests.spiders.pages import assignment, page

PLATFORM = HaveYourSay()
TOLD = assignment("have-your-say", hys.LIST)
LISTING = hys.listing([hys.row(1, hys.status("OPEN")), hys.row(2, hys.status("UPCOMING"))])
DETAIL = hys.detail(
    hys.publication(1, attachments=[{"documentId": "a", "language": "SV", "title": "t", "type": "MAIN"}]),
    hys.publication(2, receivingFeedbackStatus="CLOSED", endDate="2026/01/02 23:59:59"),
)

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(
        [
            10**400,
            -1,
            1e308,
            "0001/01/01 00:00:00",
            "9999/12/31 23:59:59",
            "2026/02/30",
            "2026/11/01T99",
            "OPEN",
            "\ud800",
        ]
    ),
    st.sampled_from([[], {}, [None], [[]], [{}], {"id": {}}, "<script>", "[REDACTED]", "COM(2026) 1"]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """`whole` with up to four values taken out or replaced."""
    body = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        *way, last = draw(st.sampled_from(places(body)))
        inner = body
        for key in way:
            inner = inner[key]
        if draw(st.booleans()):
            inner[last] = copy.deepcopy(draw(ODD))  # what is put in may itself be damaged next
        else:
            del inner[last]
        if not places(body):
            break
    return body


def check(body: Any, reader: str) -> None:
    try:
        reading = read_page(PLATFORM, page(body, hys.LIST, reader=reader), TOLD)
    except SourceError as exc:
        assert str(exc)
        return
    for finding in reading.findings:
        encode(finding)
        assert finding.key
        assert all(finding.title.values())
        for window in finding.windows or ():
            assert window.opens is None or window.closes is None or window.opens <= window.closes
    for ask in reading.asks:
        encode(ask)


LOTS = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None, max_examples=600)


@LOTS
@given(damaged(LISTING))
def test_damaged_lists(body: Any) -> None:
    check(body, "list")


@LOTS
@given(damaged(DETAIL))
def test_damaged_details(body: Any) -> None:
    check(body, "detail")
