import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.organisation import CONTRAST_AA, Organisation, contrast_with_white
from digests.briefing import (
    Briefing,
    Case,
    Certainty,
    Change,
    Grounds,
    Internal,
    Item,
    Level,
    Matter,
    Note,
    Reference,
    SourceStatus,
    Stage,
    Status,
    Theme,
    Window,
    WindowKind,
)
from digests.compose import compose
from digests.render import HTML_LIMIT, WIDTH, Links, render_html, render_text

Make = Callable[..., Item]
Golden = Callable[[str, str], None]

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% for x in y %}",
    "rad ett\r\nBcc: alla@example.eu",
    "\u202egnp.exe\u2066dold\u2069",
    "långt " * 2000,
    "x" * 10_000,
    "👩‍🌾🌾 " * 40,
    "</style></head><body>",
    "<!-- ",
    "\x00\x1b\ud800\ufdd0\ufffe",
    "&lt;b&gt; &amp; ' \" `",
    "",
]
VOID = {"meta", "br", "hr", "img", "link", "input"}
TAGS = set(re.findall(r"\w+", "html head meta title style body div table tbody tr td p h1 h2 h3 span a b ul li"))


class Page(HTMLParser):
    """Elements, attributes and visible text of a page; refuses tags that do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attrs for name, attrs in self.tags if name == tag)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="session")
def letter(
    week_48: list[Item], organisation: Organisation, sources: list[SourceStatus], now: datetime
) -> Briefing:
    return compose(week_48, week="2026-W48", now=now, organisation=organisation, sources=sources)


def test_the_letter_of_a_week_like_many(letter: Briefing, golden: Golden) -> None:
    golden("week-48.txt", f"{letter.subject}\n{letter.preheader}\n\n{render_text(letter)}")
    golden("week-48.html", render_html(letter))


def test_the_letter_of_a_quiet_week(organisation: Organisation, now: datetime, golden: Golden) -> None:
    briefing = compose([], week="2026-W48", now=now, organisation=organisation)
    golden("quiet.txt", f"{briefing.subject}\n{briefing.preheader}\n\n{render_text(briefing)}")
    html = render_html(briefing)
    assert html.count("Inget att notera.") == 8
    assert not re.search("Lidköping|Skaraborg|Vänern", html + render_text(briefing) + str(briefing.subject))


def test_the_letter_in_english(
    week_48: list[Item], organisation: Organisation, sources: list[SourceStatus], now: datetime, golden: Golden
) -> None:
    briefing = compose(
        week_48, week="2026-W48", now=now, organisation=organisation, sources=sources, language="en"
    )
    golden("week-48.en.txt", f"{briefing.subject}\n{briefing.preheader}\n\n{render_text(briefing)}")
    assert Page(render_html(briefing)).tags[0] == ("html", {"lang": "en", "dir": "ltr"})


def test_both_parts_carry_the_same_facts(letter: Briefing) -> None:
    page, text = Page(render_html(letter)).text, " ".join(render_text(letter).replace("|", "").split())
    for section in letter.sections:
        assert section.title in page
        assert section.title.upper() in text
        for entry in section.entries:
            facts = [entry.lead, entry.title.text, entry.what.text, entry.why, *entry.identifiers]
            facts += [source.name for source in entry.sources]
            facts += [entry.note.text, entry.note.author] if entry.note else []
            for fact in facts:
                assert " ".join(fact.split()) in page
                assert " ".join(fact.split()) in text
        for line in section.lines:
            assert line.title.text in page
            assert line.title.text in text


def test_the_page_is_made_for_mail_programs(letter: Briefing) -> None:
    html = render_html(letter)
    page = Page(html)
    assert {tag for tag, _ in page.tags} == TAGS
    assert all(attrs.get("role") == "presentation" for attrs in page.all("table"))
    assert all(attrs.get("style") for attrs in page.all("td"))
    assert "src=" not in html
    assert "url(" not in html
    assert "<!--" not in html
    assert html.index("charset") < 1024
    assert next(page.all("div"))["lang"] == "sv"
    titles = [attrs["lang"] for attrs in page.all("span")]
    assert titles == ["en", "en"]  # title and summary of the one English item
    assert all((attrs["href"] or "").startswith(("https://", "mailto:")) for attrs in page.all("a"))
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    sizes = [int(size) for size in re.findall(r"font-size: ?(\d+)px", html)]
    assert [size for size in sizes if size < 14] == [1]  # only the hidden preheader


def test_text_stands_out_from_its_ground(letter: Briefing) -> None:
    html = render_html(letter)
    light, dark = html.split("prefers-color-scheme: dark", 1)[1].split("</style>", 1)[::-1]

    def contrast(ink: str, ground: str) -> float:
        # (1.05 / (L1 + .05)) / (1.05 / (L2 + .05)): the ratio of both to white.
        pair = sorted((contrast_with_white(ink), contrast_with_white(ground)))
        return pair[1] / pair[0]

    inks = set(re.findall(r"(?<!-)color: ?(#[0-9A-Fa-f]{6})", light)) - {"#ffffff", "#eef1f1"}
    assert len(inks) >= 4
    for ink in inks:
        for ground in ("#ffffff", "#f6f8f8", "#f3efe4"):
            assert contrast(ink, ground) >= CONTRAST_AA, (ink, ground)
    inks = set(re.findall(r"(?<!-)color: ?(#[0-9A-Fa-f]{6})", re.sub(r"border-color: \S+", "", dark)))
    assert len(inks) >= 4
    for ink in inks:
        for ground in ("#192123", "#141b1d", "#2b2a22"):
            assert contrast(ink, ground) >= CONTRAST_AA, (ink, ground)


def test_a_way_to_leave_stands_in_both_parts(letter: Briefing) -> None:
    by_mail = "mailto:eu@storstad.example.se?subject=Avsluta%20EU-brevet"
    assert f'href="{by_mail}"' in render_html(letter)
    assert f"<{by_mail}>" in render_text(letter)
    own = "https://utblick.example.org/leave/abc?x=1&y=2"
    assert f'href="{own.replace("&", "&amp;")}"' in render_html(letter, Links(own))
    assert f"<{own}>" in render_text(letter, Links(own))


def test_dates_say_where_they_come_from(item: Make, organisation: Organisation, now: datetime) -> None:
    def told(window: Window) -> str:
        briefing = compose([item(windows=(window,))], week="2026-W48", now=now, organisation=organisation)
        return " ".join(render_text(briefing).split())

    opens, closes = date(2026, 11, 1), date(2026, 12, 14)
    given_date = told(
        Window(
            WindowKind.CONSULTATION, opens, closes, Certainty.GIVEN, datetime.fromisoformat("2026-12-14T22:59Z")
        )
    )
    assert "Svara på samråd senast måndag 14 december · 21 dagar kvar" in given_date
    assert "Samråd, öppet till måndag 14 december 2026 kl. 23.59, 21 dagar kvar (angivet av källan)" in given_date
    assert "Intern tidsgräns: okänd, mötesdatum saknas i kalendern" in given_date
    estimated = told(Window(WindowKind.CONSULTATION, opens, closes, Certainty.ESTIMATED))
    assert "Svara på samråd, troligen senast måndag 14 december" in estimated
    assert "(beräknat, inte angivet av källan)" in estimated
    unknown = told(Window(WindowKind.AMENDMENTS, opens, None, Certainty.UNKNOWN))
    assert "Fönster: Ändringsperiod i EU-parlamentet, öppet, slutdatum okänt" in unknown
    applies = told(Window(WindowKind.TRANSPOSITION, None, date(2027, 7, 31), Certainty.GIVEN))
    assert "Genomförandefrist lördag 31 juli 2027, 250 dagar kvar (angivet av källan)" in applies
    coming = told(Window(WindowKind.CONSULTATION, date(2027, 1, 4), None, Certainty.UNKNOWN))
    assert "Svara på samråd från måndag 4 januari 2027" in coming
    assert "Samråd, öppnar måndag 4 januari 2027, slutdatum okänt" in coming
    late = told(Window(WindowKind.REMISS, opens, closes, Certainty.GIVEN, internal=Internal(None, "nämnd")))
    assert "Intern tidsgräns: hinner inte nämnd – delegation krävs" in late


def test_the_letter_never_outgrows_what_gmail_shows(item: Make, organisation: Organisation, now: datetime) -> None:
    nasty = "<\"&'>👩‍🌾" * 1000
    items = [
        item(
            f"document:{n}",
            titles={"sv": nasty},
            summary={"sv": nasty},
            grounds=Grounds(dict.fromkeys(Matter, (nasty,) * 3), (nasty,) * 3, (nasty,) * 3),
            reasons=(nasty,) * 3,
            windows=(Window(WindowKind.CONSULTATION, None, date(2026, 12, 1), Certainty.GIVEN),),
            sources=(Reference(nasty, "https://example.eu/" + "å" * 300, date(2026, 11, 20), "sv"),) * 4,
            identifiers=(nasty,) * 9,
            case=Case(Status.NEW, nasty, nasty, nasty, Note(nasty, nasty, date(2026, 11, 20))),
        )
        for n in range(200)
    ]
    briefing = compose(items, week="2026-W48", now=now, organisation=organisation, density="full")
    html = render_html(briefing)
    assert len(html.encode()) <= HTML_LIMIT
    assert re.search(r"… och \d+ ärenden till i arkivet\.", html)
    Page(html)


def test_two_thousand_new_documents(item: Make, organisation: Organisation, now: datetime) -> None:
    items = [item(f"document:{n}", level=(Level.BRIEF, Level.BACKGROUND)[n % 2]) for n in range(2000)]
    briefing = compose(items, week="2026-W48", now=now, organisation=organisation)
    assert len(render_html(briefing).encode()) <= HTML_LIMIT
    assert briefing.counts.entries + briefing.counts.lines + briefing.counts.omitted == 2000


TEXT = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=60)
URL = st.sampled_from(
    ["javascript:alert(1)", 'https://a.example/"><script>', "https://a.example/\r\n", "", "https://å.example/ü"]
)
DAY = st.integers(-5, 60).map(lambda n: date(2026, 11, 23) + timedelta(days=n))
WORDS = st.lists(TEXT, max_size=3).map(tuple)
BY_LANGUAGE = st.dictionaries(st.sampled_from(["sv", "en", "fr"]) | TEXT, TEXT, min_size=1, max_size=3)


@st.composite
def hostile_item(draw: st.DrawFn) -> Item:
    return draw(
        st.builds(
            Item,
            id=TEXT,
            kind=TEXT,
            titles=BY_LANGUAGE,
            level=st.sampled_from([Level.ACT, Level.BRIEF, Level.BACKGROUND]),
            relevance=st.floats(-1, 2),
            first_seen=st.just(date(2026, 11, 22)),
            sources=st.lists(st.builds(Reference, TEXT, URL | TEXT, DAY, TEXT), max_size=3).map(tuple),
            summary=BY_LANGUAGE,
            themes=st.lists(st.builds(Theme, TEXT, BY_LANGUAGE), max_size=2).map(tuple),
            grounds=st.builds(Grounds, st.dictionaries(st.sampled_from(Matter), WORDS), WORDS, WORDS),
            reasons=WORDS,
            direction_reason=TEXT,
            certainty_reason=TEXT,
            identifiers=st.lists(TEXT, max_size=3).map(tuple),
            stage=st.none() | st.builds(Stage, TEXT, st.integers(1, 9), st.integers(1, 9), TEXT, st.none() | DAY),
            windows=st.lists(
                st.builds(
                    Window,
                    st.sampled_from(WindowKind),
                    st.none() | DAY,
                    st.none() | DAY,
                    st.sampled_from(Certainty),
                    url=st.none() | URL | TEXT,
                    internal=st.none() | st.builds(Internal, st.none() | DAY, TEXT),
                ),
                max_size=2,
            ).map(tuple),
            changes=st.lists(st.builds(Change, TEXT, st.none() | TEXT, st.none() | TEXT), max_size=2).map(tuple),
            channels=st.lists(TEXT, max_size=3).map(tuple),
            case=st.none()
            | st.builds(
                Case, st.sampled_from(Status), TEXT, TEXT, TEXT, st.none() | st.builds(Note, TEXT, TEXT, DAY)
            ),
            is_call=st.booleans(),
            is_signal=st.booleans(),
        )
    )


def assert_harmless(html: str, text: str) -> None:
    assert len(html.encode()) <= HTML_LIMIT
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert all((attrs["href"] or "").startswith(("https://", "http://", "mailto:")) for attrs in page.all("a"))
    assert len([tag for tag, _ in page.tags if tag == "style"]) == 1
    for part in (html, text):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00-\x08\x0b-\x1f\x7f-\x9f]", part)
    assert max(map(len, text.split("\n"))) <= WIDTH


@settings(max_examples=60, deadline=None)
@given(
    st.lists(hostile_item(), min_size=1, max_size=4, unique_by=lambda item: item.id),
    st.lists(TEXT, min_size=4, max_size=4),
)
def test_whatever_the_archive_offers_the_letter_is_whole(
    organisation: Organisation, now: datetime, items: list[Item], texts: list[str]
) -> None:
    sources = [SourceStatus(texts[0], texts[1], texts[2], texts[3], now)]
    briefing = compose(items, week="2026-W48", now=now, organisation=organisation, sources=sources)
    assert_harmless(render_html(briefing), render_text(briefing))


def poisoned(value: Any, poison: str) -> Any:
    """The data with `poison` in place of every free text."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return poison
    if isinstance(value, tuple):
        return tuple(poisoned(part, poison) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: poisoned(getattr(value, f.name), poison) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **fields)
    return value


@pytest.mark.parametrize("poison", HOSTILE, ids=range(len(HOSTILE)))
def test_a_briefing_made_elsewhere_is_tamed_where_it_is_rendered(letter: Briefing, poison: str) -> None:
    fields = {
        "sections": poisoned(letter.sections, poison),
        "fact": poison,
        "subject": poison,
        "preheader": poison,
    }
    briefing = dataclasses.replace(letter, **fields)
    assert_harmless(render_html(briefing), render_text(briefing))
