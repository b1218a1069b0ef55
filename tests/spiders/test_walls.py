"""What is no answer is told apart before anybody parses it."""

import time

import pytest

from spiders.platform import Blocked, Drifted, Failed, Form, SourceError
from spiders.walls import inspect
from tests.spiders.pages import page

JUST_A_MOMENT = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
UNABLE = "<html><head><title>x</title></head><body><h2>You are unable to access regeringen.se</h2></body></html>"
WAF = '<html><head><script src="https://1.edge.sdk.awswaf.com/1/challenge.js"></script></head></html>'
GOKU = "<html><body><script>window.gokuProps = {};</script></body></html>"
SHELL = "<!doctype html><html lang='en'><head><title>Have your say</title></head><body><app-root/></body></html>"
LOGIN = "<html><head><title>Welcome - EU Login</title></head><body><form></form></body></html>"

NOT_LET_IN = [
    ("", 202, {"x-amzn-waf-action": "challenge"}, "json", "bot wall (challenge, status 202)"),
    ("", 202, {}, "json", "status 202 without content"),
    (WAF, 202, {}, "html", "status 202"),
    (WAF, 200, {}, "any", "awswaf.com"),
    (GOKU, 200, {}, "html", "gokuProps"),
    (JUST_A_MOMENT, 403, {}, "html", "refused with status 403"),
    (JUST_A_MOMENT, 503, {}, "html", "Just a moment"),
    (JUST_A_MOMENT, 200, {}, "any", "Just a moment"),
    (UNABLE, 200, {}, "html", "You are unable to access"),
    (f"<!-- a comment -->\n{UNABLE}", 200, {}, "json", "You are unable to access"),
    (JUST_A_MOMENT, 200, {"cf-mitigated": "challenge"}, "json", "bot wall (challenge"),
    ("The service is unavailable.", 200, {}, "xml", "The service is unavailable."),
    ("<html><body><h1>The service is unavailable.</h1></body></html>", 503, {}, "json", "unavailable"),
    ("", 401, {}, "json", "refused with status 401"),
    ("robots not wanted", 403, {}, "xml", '"robots not wanted"'),
    ("", 429, {"retry-after": "120"}, "json", "Retry-After 120"),
    (LOGIN, 200, {}, "html", "EU Login"),
    (LOGIN, 200, {}, "json", "EU Login"),
]


@pytest.mark.parametrize(("body", "status", "headers", "expects", "words"), NOT_LET_IN)
def test_walls_refusals_and_logins_are_blocked(
    body: str, status: int, headers: dict[str, str], expects: Form, words: str
) -> None:
    with pytest.raises(Blocked, match=r"https://a\.example/x") as caught:
        inspect(page(body, status=status, headers=headers), expects)
    assert words in str(caught.value)


def test_being_sent_to_a_login_is_blocked() -> None:
    with pytest.raises(Blocked, match="login page"):
        inspect(page("<html></html>", url="https://ecas.ec.europa.eu/cas/login?service=x"), "html")


@pytest.mark.parametrize(
    ("body", "expects", "due"),
    [
        (SHELL, "json", "json was due, got an HTML page (text/html"),
        (SHELL, "xml", "xml was due, got an HTML page (text/html"),
        (SHELL, "text", "text was due, got an HTML page (text/html"),
        ("Virtuoso 37000 Error SP030", "json", '"Virtuoso 37000 Error SP030"'),
        ('{"error": 1}', "xml", "xml was due"),
        ("<?xml version='1.0'?>\n<!DOCTYPE html><html/>", "xml", "an HTML page"),
    ],
)
def test_a_good_answer_in_another_form_is_drift(body: str, expects: Form, due: str) -> None:
    with pytest.raises(Drifted) as caught:
        inspect(page(body, headers={"content-type": "text/html; charset=utf-8"}), expects)
    assert due in str(caught.value)


@pytest.mark.parametrize("status", [204, 300, 400, 404, 406, 410, 500, 502, 503])
def test_other_statuses_fail_unless_the_reader_wants_them(status: int) -> None:
    answer = page('{"message": "nothing here"}', status=status)
    with pytest.raises(Failed, match=rf"status {status}.*nothing here"):
        inspect(answer, "json")
    inspect(answer, "json", tolerated=(status,))


def test_an_empty_body_is_a_failure_not_an_empty_source() -> None:
    with pytest.raises(Failed, match="empty body"):
        inspect(page(b" \n"), "any")


@pytest.mark.parametrize(
    ("body", "expects"),
    [
        (b"\xef\xbb\xbf  [1]", "json"),
        ("<rss>".encode("utf-16"), "xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><feed/>", "xml"),
        (b"<!doctype html><h1>We need just a moment of your time</h1>", "html"),
        # An article may quote a wall, and Cloudflare puts a script of its own into ordinary pages.
        (b"<html><p>Just a moment</p><script src='/cdn-cgi/challenge-platform/x'></script></html>", "html"),
        (b"# The service is unavailable.", "text"),
        (b"\x1f\x8b\x08", "any"),
        (SHELL.encode(), "any"),
    ],
)
def test_what_may_be_an_answer_passes(body: bytes, expects: Form) -> None:
    inspect(page(body, headers={"content-type": "application/octet-stream"}), expects)


@pytest.mark.parametrize(
    "piece",
    [b"<!-- -->", b"<h1 ", b"<title>", b"<title>x", b"<!--", b"<html><h1>", b"<?xml ?>", b"<html><title a"],
)
def test_hostile_pages_cost_one_pass(piece: bytes) -> None:
    started = time.process_time()
    with pytest.raises(SourceError):
        inspect(page(b"<html>" + piece * 20_000, status=500), "json")
    with pytest.raises(SourceError):
        inspect(page(piece * 20_000), "json")
    assert time.process_time() - started < 1
