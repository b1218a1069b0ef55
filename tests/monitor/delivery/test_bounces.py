"""Letters that came back: read from what mail servers write, counted once, and a subscriber paused in the end."""

import io
import json
import mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.letters import bounce, delivery, edition
from monitor.cli.app import run
from monitor.delivery import bounces, outbox, personal, subscribers
from monitor.delivery.mailboxes import MailboxError, messages
from monitor.delivery.reports import MOST_BYTES, read_report

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
SENT = datetime(2026, 11, 23, 6, tzinfo=UTC)
LIST = "eu-brevet.lidkoping.se"
WEEKS = ("2026-W46", "2026-W47", "2026-W48")


def report(
    number: int = 1,
    week: str = "2026-W48",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "smtp; 550 5.1.1 <p1@example.se>: Recipient address rejected: User unknown",
    headers: str = "Message-ID: <{week}.{number}@example.org>\nList-Id: <eu-brevet.lidkoping.se>",
    returned: str = "text/rfc822-headers",
) -> bytes:
    """A report as Postfix writes it (bounce(8)), in the parts that matter."""
    original = headers.format(week=week, number=number)
    return f"""\
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
To: brev@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="ABC.123/mail.example.org"

This is a MIME-encapsulated message.

--ABC.123/mail.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--ABC.123/mail.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Arrival-Date: Mon, 23 Nov 2026 07:00:01 +0100 (CET)

Final-Recipient: rfc822; P{number}@example.se
Original-Recipient: rfc822;p{number}@example.se
Action: {action}
Status: {status}
Diagnostic-Code: {words}

--ABC.123/mail.example.org
Content-Description: Undelivered Message Headers
Content-Type: {returned}

From: EU-brevet <brev@example.org>
To: p{number}@example.se
{original}
Subject: v.48

--ABC.123/mail.example.org--
""".encode()


@pytest.fixture
def conn(archive):
    """Two subscribers, each with three letters that a mail server has taken."""
    with writing(archive) as connection:
        fill(connection)
        yield connection


def fill(conn: Connection) -> None:
    for number in (1, 2):
        subscribers.add(conn, f"p{number}@example.se", now=SENT)
    for week in WEEKS:
        values = {"letter": "EU-brevet", "week": week, "built_at": SENT, "subject": week, "html": "", "text": ""}
        of = conn.execute(insert(edition).values(**values, json={}, state="released").returning(edition.c.id))
        number = of.scalar_one()
        for reader in (1, 2):
            conn.execute(
                insert(delivery).values(
                    edition_id=number,
                    subscriber_id=reader,
                    state="sent",
                    message_id=f"<{week}.{reader}@example.org>",
                    attempts=1,
                    next_try_at=SENT,
                    claimed_at=SENT,
                    sent_at=SENT,
                )
            )


def read(conn: Connection, *raws: bytes, most: int = 3, now: datetime = NOW) -> bounces.Reading:
    return bounces.read(conn, raws, list_id=LIST, most=most, now=now)


def states(conn: Connection) -> list[str]:
    return [one.state for one in subscribers.listed(conn)]


def test_a_report_says_whose_copy_came_back_and_why() -> None:
    (one,) = read_report(report())
    assert one.message_id == "<2026-W48.1@example.org>"
    assert one.list_id == LIST
    assert one.recipients == {"p1@example.se"}
    assert (one.permanent, one.status) == (True, "5.1.1")
    assert "User unknown" in one.reason
    assert "@" not in one.reason


@pytest.mark.parametrize(
    ("changes", "permanent"),
    [
        ({"returned": "message/rfc822"}, True),
        ({"status": "4.4.1", "action": "delayed", "words": "smtp; connect timed out"}, False),
        ({"status": "4.4.7", "words": "smtp; delivery time expired"}, False),
        ({"status": "", "words": "smtp; 550 no such user"}, True),
        ({"status": "5.2.1 (mailbox disabled)"}, True),
    ],
)
def test_what_is_permanent_and_what_may_pass(changes: dict[str, str], permanent: bool) -> None:
    (one,) = read_report(report(**changes))
    assert one.permanent is permanent
    assert one.message_id == "<2026-W48.1@example.org>"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: Semester\n\nJag har semester till v.50.",
        report(action="delivered"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report().replace(b"rfc822; P1@example.se", b"").replace(b"rfc822;p1@example.se", b""),
        report() + b"x" * MOST_BYTES,
        b"Content-Type: multipart/report; boundary=a\n\n" + b"--a\n" * 3_000,
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\xff: \x00",
    ],
)
def test_anything_else_is_no_report(raw: bytes) -> None:
    assert read_report(raw) == ()


@given(st.binary(max_size=400), st.integers(0, 1500))
def test_no_message_breaks_the_reading(noise: bytes, place: int) -> None:
    whole = report()
    read_report(noise)
    for one in read_report(whole[:place] + noise + whole[place:]):
        assert "\n" not in one.reason
        assert len(one.reason) <= 500


def test_each_copy_that_came_back_is_told_once(conn: Connection) -> None:
    late = report(2, status="4.4.1", action="delayed", words="smtp; timed out")
    first = read(conn, report(), late, b"Subject: hej\n\nhej", report(9, "2026-W01", headers="Message-ID: <a@b>"))
    assert (first.messages, first.permanent, first.temporary, first.known, first.other) == (4, 1, 1, 0, 2)
    again = read(conn, report(), report())
    assert (again.permanent, again.known) == (0, 2)
    shown = {copy.subscriber_id: copy.bounced for copy in outbox.deliveries(conn) if copy.bounced}
    assert "User unknown" in (shown[1] or "")
    assert "timed out" in (shown[2] or "")
    assert states(conn) == ["active", "active"]


def test_whose_letters_all_come_back_is_paused_until_a_person_brings_them_back(conn: Connection) -> None:
    assert read(conn, *(report(1, week) for week in WEEKS[:2])).paused == ()
    assert read(conn, report(1, WEEKS[2])).paused == (1,)
    assert states(conn) == ["paused", "active"]
    assert [one.id for one in subscribers.listed(conn, state="active")] == [2]
    back = subscribers.edit(conn, 1, now=NOW, state="active")
    assert (back.state, back.paused_at, back.renewed_at) == ("active", None, NOW)
    assert bounces.pause(conn, most=3, now=NOW) == ()  # the letters from before no longer count


def test_one_letter_that_arrived_keeps_the_subscription(conn: Connection) -> None:
    assert read(conn, report(1, WEEKS[0]), report(1, WEEKS[2]), most=2).paused == ()


def test_who_is_refused_at_once_is_paused_too_but_not_for_what_refuses_us(conn: Connection) -> None:
    for reader, error in ((1, "550 5.1.1 User unknown"), (2, "550 5.7.1 Blocked by policy")):
        mine = delivery.c.subscriber_id == reader
        conn.execute(delivery.update().where(mine).values(state="failed", error=error))
    assert bounces.pause(conn, most=3, now=NOW) == (1,)


def test_reports_that_refuse_us_pause_nobody_and_are_said(conn: Connection) -> None:
    refusing = [report(1, week, status="5.7.26", words="smtp; 550 5.7.26 unauthenticated") for week in WEEKS]
    done = read(conn, *refusing)
    assert (done.permanent, done.refused_us, done.paused) == (3, 3, ())


def test_without_a_message_id_the_list_and_the_address_tell_whose_it_is(conn: Connection) -> None:
    assert read(conn, report(1, headers="List-Id: EU-brevet <EU-brevet.Lidkoping.se>")).permanent == 1
    assert read(conn, report(1, headers="X: y")).other == 1
    assert read(conn, report(7, headers="List-Id: <eu-brevet.lidkoping.se>")).other == 1


def test_a_person_sees_and_takes_along_what_came_back(conn: Connection) -> None:
    read(conn, report())
    newest = personal.export(conn, 1)["deliveries"][-1]
    assert newest["bounces"][0]["permanent"] is True
    personal.forget(conn, 1)
    assert conn.execute(select(bounce)).all() == []


def test_mailboxes_of_every_form(tmp_path: Path) -> None:
    raws = {report(1), report(2)}
    single = tmp_path / "one.eml"
    single.write_bytes(report(1))
    assert list(messages(single)) == [report(1)]
    mbox = mailbox.mbox(tmp_path / "mbox")
    maildir = mailbox.Maildir(tmp_path / "Maildir")
    folder = tmp_path / "folder"
    folder.mkdir()
    for raw in raws:
        mbox.add(raw)
        maildir.add(raw)
        (folder / f"{hash(raw)}.eml").write_bytes(raw)
    mbox.close()
    for place in ("mbox", "Maildir", "folder"):
        found = [read_report(raw) for raw in messages(tmp_path / place)]
        assert sorted(one.message_id or "" for (one,) in found) == [
            "<2026-W48.1@example.org>",
            "<2026-W48.2@example.org>",
        ]
    assert (tmp_path / "mbox").read_bytes().count(b"multipart/report") == 2
    (tmp_path / "empty").mkdir()
    assert list(messages(tmp_path / "empty")) == []
    for wrong in ("nothing", "."):
        with pytest.raises(MailboxError):
            list(messages(tmp_path / wrong / "folder.txt" if wrong == "." else tmp_path / wrong))


def test_the_command_reads_a_mailbox_and_what_is_piped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    monkeypatch.setenv("UTBLICK_BOUNCES_BEFORE_PAUSE", "2")
    engine = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    with writing(engine) as conn:
        fill(conn)
    (tmp_path / "back.eml").write_bytes(report(1, WEEKS[1]))
    assert run(["subscribers", "bounces", "back.eml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["permanent"] == 1

    class Stdin:
        buffer = io.BytesIO(report(1, WEEKS[2]))

    monkeypatch.setattr("sys.stdin", Stdin)
    assert run(["subscribers", "bounces", "-"]) == 0
    said = capsys.readouterr().out
    assert "1 letters came back for good" in said
    assert "subscriber 1 is paused" in said
    assert "example.se" not in said
    assert run(["subscribers", "bounces", "nowhere"]) == 1
    with reading(engine) as conn:
        assert states(conn) == ["paused", "active"]
    engine.dispose()


def test_copies_that_cannot_be_sent_are_forgotten_in_time(conn: Connection) -> None:
    from monitor.archive.letters import message

    for reader, state in ((1, "failed"), (2, "unknown")):
        mine = (delivery.c.subscriber_id == reader, delivery.c.message_id.like("<2026-W46%"))
        number = conn.execute(delivery.update().where(*mine).values(state=state).returning(delivery.c.id))
        conn.execute(insert(message).values(delivery_id=number.scalar_one(), body=b"Subject: s\r\n\r\nHej"))
    assert outbox.forget_copies(conn, SENT) == 0
    assert outbox.forget_copies(conn, NOW, dry_run=True) == 2
    assert outbox.forget_copies(conn, NOW) == 2
    assert len(outbox.deliveries(conn)) == 6
    with pytest.raises(outbox.OutboxError, match="its copy is erased"):
        outbox.resolve(conn, 1, "resend", now=NOW)
