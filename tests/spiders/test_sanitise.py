"""Text and addresses from outside are harmless once they are in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.sanitise import LINK, cap, line, plain, safe_link


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Å &amp; ä</p><p>ö<br/>x</p>", "Å & ä\nö\nx"),
        ("a<script>alert(1)</script><style>p{}</style>b", "ab"),
        ("5 < 6 and x > y", "5 < 6 and x > y"),
        ("&lt;b&gt; is a tag", "<b> is a tag"),
        ("tio\u202eoit \x00\x1b[31m", "tiooit [31m"),
        ("  two\t words \n\n\n next ", "two words\nnext"),
        (None, ""),
        ("\ud800x", "x"),
    ],
)
def test_markup_becomes_text(markup: str | None, text: str) -> None:
    assert plain(markup) == text


def test_lines_and_caps() -> None:
    assert line("<b>Ett</b>\n  två") == "Ett två"
    assert cap("ett två tre", 8) == "ett två…"
    assert len(line("ord " * 10_000)) <= 500


@given(st.text(max_size=400), st.integers(5, 60))
def test_text_never_grows_and_never_keeps_a_control_character(markup: str, limit: int) -> None:
    text = plain(markup, limit)
    assert len(text) <= limit
    assert not any(character < " " and character != "\n" for character in text)
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("/sv/å b", "https://base.example/sv/å%20b"),
        ("//b.example", "https://b.example"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        (" JAVASCRIPT:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("https://user:word@a.example/", None),
        ("http://[", None),
        ("http://a.example:99999/", None),
        ("http:///x", None),
        ("https://a.example/" + "x" * LINK, None),
        ("", None),
        (None, None),
    ],
)
def test_only_http_addresses_come_in(address: str | None, link: str | None) -> None:
    assert safe_link(address, "https://base.example/feed/") == link
