import unicodedata
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.tame import first_sentence, one_line, safe_link

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=400)


@given(ANYTHING, st.integers(10, 300))
def test_one_line_is_one_short_visible_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"}]
    line.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "tamed"),
    [
        ("två\r\nrader", "två rader"),
        ("  mycket \t luft ", "mycket luft"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("mjukt\u00adbindestreck", "mjuktbindestreck"),
        ("👩\u200d🌾 bonde", "👩\u200d🌾 bonde"),
        ("trasig \ud800 halva", "trasig halva"),
        ("\x00\x1b[31mröd", "[31mröd"),
        ("å ä ö", "å ä ö"),
    ],
)
def test_what_is_invisible_goes_and_what_is_meant_stays(text: str, tamed: str) -> None:
    assert one_line(text) == tamed


def test_long_titles_are_cut_at_a_word() -> None:
    assert one_line("avloppsreningsverk " * 600, 60) == "avloppsreningsverk avloppsreningsverk avloppsreningsverk…"
    assert one_line("x" * 10_000, 20) == "x" * 19 + "…"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("En mening. En till som är så lång att båda inte ryms i halva längden av det tillåtna.", "En mening."),
        ("Kort. Också kort. Slut.", "Kort. Också kort. Slut."),
        ("Enligt art. 6 gäller t.ex. detta och annat som", "Enligt art. 6 gäller t.ex. detta och annat som"),
    ],
)
def test_the_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text, 60) == sentence


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.eu/a?b=c#d", "https://example.eu/a?b=c#d"),
        ("http://example.eu:8080/", "http://example.eu:8080/"),
        ("https://lidköping.example/å ä", "https://xn--lidkping-q4a.example/%C3%A5%20%C3%A4"),
        ("https://example.eu/%C3%A5", "https://example.eu/%C3%A5"),
        ('https://example.eu/"><script>', "https://example.eu/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.eu/", None),
        ("https:///path", None),
        ("https://lidkoping.se@evil.example/", None),
        ("https://[::1", None),
        ("https://exa mple.eu/", None),
        ("https://example.eu:port/", None),
        ("https://example.eu/" + "x" * 3000, None),
        (" https://example.eu/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, link: str | None) -> None:
    assert safe_link(url) == link


@given(
    st.one_of(
        ANYTHING, ANYTHING.map(lambda text: f"https://example.eu/{text}"), ANYTHING.map(lambda t: f"https://{t}")
    )
)
def test_a_link_is_ascii_without_anything_that_breaks_out(url: str) -> None:
    link = safe_link(url)
    if link is not None:
        assert link.isascii()
        assert not set(link) & set('<>"\\ \t\r\n')
        assert urlsplit(link).scheme in {"http", "https"}
        assert safe_link(link) == link
