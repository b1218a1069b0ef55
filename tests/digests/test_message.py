import dataclasses
import email
import email.policy
import re
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from config.organisation import Organisation
from digests.briefing import Briefing, Item
from digests.compose import compose
from digests.message import message, message_id
from digests.render import Links, render_html, render_text

PUBLIC = "https://utblick.example.org"
UNSUBSCRIBE = f"{PUBLIC}/leave/{'Zm9v' * 20}"
LINKS = Links(UNSUBSCRIBE, f"{PUBLIC}/letter/2026-W48/Zm9v", f"{PUBLIC}/calendar/Zm9v.ics")


@pytest.fixture(scope="session")
def letter(week_48: list[Item], organisation: Organisation, now: datetime) -> Briefing:
    return compose(week_48, week="2026-W48", now=now, organisation=organisation)


@pytest.fixture(scope="session")
def public_letter(letter: Briefing) -> Briefing:
    organisation = letter.organisation.model_copy(update={"public_address": PUBLIC})
    return dataclasses.replace(letter, organisation=organisation)


def read(mail: EmailMessage) -> EmailMessage:
    """The mail as another program reads it from the wire."""
    parsed = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def make(briefing: Briefing, now: datetime, **options: str) -> EmailMessage:
    fields = {"to": "anna@storstad.example.se", "sender": "utblick@storstad.example.se"} | options
    return message(briefing, date=now, message_id=message_id(briefing, "17"), **fields)


def test_the_mail_as_it_arrives(letter: Briefing, now: datetime) -> None:
    mail = read(make(letter, now))
    assert mail["Subject"] == letter.subject
    assert mail["From"].addresses[0].display_name == "EU-brevet, Storstads kommun"
    assert mail["From"].addresses[0].addr_spec == "utblick@storstad.example.se"
    assert mail["To"] == "anna@storstad.example.se"
    assert mail["Date"].datetime == now
    assert mail["List-Id"] == "<eu-brevet.storstad.example.se>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "sv"
    assert mail.get_content_type() == "multipart/mixed"
    body, *_ = mail.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    text, html = body.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert (text.get_content_charset(), html.get_content_charset()) == ("utf-8", "utf-8")
    assert text.get_content().splitlines() == render_text(letter, attached=True).splitlines()
    assert html.get_content().splitlines() == render_html(letter, attached=True).splitlines()


def test_the_nearest_last_days_are_attached_one_file_each(letter: Briefing, now: datetime) -> None:
    mail = read(make(letter, now))
    files = list(mail.iter_attachments())
    assert [part.get_filename() for part in files] == [
        "2026-12-03-oversyn-av-eu-s-regler-for-offentlig-upphandling.ics",
        "2026-12-07-evaluation-of-the-urban-wastewater-treatment-rules.ics",
        "2026-12-18-remiss-foreskrifter-om-cybersakerhet-for-kommuner.ics",
        "2027-01-15-interreg-sma-projekt-for-hallbart-vatten.ics",
    ]
    for part in files:
        assert part["Content-Type"].params["method"] == "PUBLISH"
        (event,) = Calendar.from_ical(part.get_content()).walk("VEVENT")
        assert str(event["DTSTART"].dt) == part.get_filename()[:10]
    assert "kalenderfiler" in mail.get_body(("plain",)).get_content()
    assert "kalenderfiler" in mail.get_body(("html",)).get_content()


def test_a_mail_without_last_days_carries_no_files(
    item: Callable[..., Item], organisation: Organisation, now: datetime
) -> None:
    quiet = compose([item()], week="2026-W48", now=now, organisation=organisation)
    mail = read(make(quiet, now))
    assert mail.get_content_type() == "multipart/alternative"
    assert "kalenderfiler" not in mail.get_body(("plain",)).get_content()


def test_without_a_public_address_leaving_is_a_mail(letter: Briefing, now: datetime) -> None:
    mail = read(make(letter, now, links=Links(UNSUBSCRIBE)))
    assert mail["List-Unsubscribe"] == "<mailto:eu@storstad.example.se?subject=Avsluta%20EU-brevet>"
    assert mail["List-Unsubscribe-Post"] is None
    assert UNSUBSCRIBE not in mail.as_string()


def test_with_a_public_address_leaving_is_one_click(public_letter: Briefing, now: datetime) -> None:
    mail = make(public_letter, now, links=LINKS)
    assert read(mail)["List-Unsubscribe"].startswith(f"<{UNSUBSCRIBE}>, <mailto:")
    assert read(mail)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{UNSUBSCRIBE}>".encode() in mail.as_bytes()  # in one piece
    for part in ("html", "plain"):
        content = "".join(read(mail).get_body((part,)).get_content().split())  # text breaks long addresses
        assert all(link in content for link in (UNSUBSCRIBE, LINKS.copy, LINKS.calendar) if link)
    without = read(make(public_letter, now))
    assert without["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("which", ["leave", "copy", "calendar"])
@pytest.mark.parametrize(
    "address",
    [
        "http://utblick.example.org/leave/x",
        "https://evil.example/leave/x",
        "https://utblick.example.org.evil.example/x",
        f"{PUBLIC}/leave/x\r\nBcc: alla@example.eu",
        f"{PUBLIC}/leave/å",
        f"{PUBLIC}/leave/>",
        f"{PUBLIC}/{'x' * 2000}",
        "mailto:x@example.org",
    ],
)
def test_an_own_address_elsewhere_is_refused(
    public_letter: Briefing, now: datetime, which: str, address: str
) -> None:
    with pytest.raises(ValueError):
        make(public_letter, now, links=Links(**{which: address}))


@pytest.mark.parametrize(
    "address",
    [
        "anna",
        "a@b@c",
        "Anna <a@example.se>",
        "a@example.se, b@example.se",
        "a@example.se\r\nBcc: b@x.se",
        "",
        "å@example.se",
    ],
)
def test_one_plain_address_is_expected(letter: Briefing, now: datetime, address: str) -> None:
    with pytest.raises(ValueError):
        make(letter, now, to=address)
    with pytest.raises(ValueError):
        make(letter, now, sender=address)


def test_the_same_letter_to_the_same_reader_is_the_same_mail(letter: Briefing, now: datetime) -> None:
    assert make(letter, now).as_bytes() == make(letter, now).as_bytes()
    assert message_id(letter, "17") == message_id(letter, "17")
    assert message_id(letter, "17") != message_id(letter, "18")
    assert message_id(letter, "17") != message_id(dataclasses.replace(letter, week="2026-W49"), "17")
    assert re.fullmatch(r"<2026-w48\.[0-9a-f]{24}@eu-brevet\.storstad\.example\.se>", message_id(letter, "17"))


def test_a_date_without_zone_is_refused(letter: Briefing, now: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        make(letter, now.replace(tzinfo=None))


def test_lines_fit_the_wire(letter: Briefing, now: datetime) -> None:
    raw = make(letter, now).as_bytes()
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert max(map(len, re.findall(rb"=\?[^ ]+\?=", head))) <= 75


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_no_subject_breaks_the_headers(letter: Briefing, now: datetime, subject: str) -> None:
    mail = make(dataclasses.replace(letter, subject=subject), now)
    parsed = read(mail)
    assert set(parsed.keys()) == set(make(letter, now).keys())
    assert len(parsed["Subject"]) <= 110
    head = mail.as_bytes().partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998
