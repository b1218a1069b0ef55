"""The outbox against real mail servers and both databases: who gets what, how often, and what is written down."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from monitor.archive.engine import reading, writing
from monitor.archive.letters import delivery, edition, message
from monitor.delivery import outbox, personal, sender, smtp, subscribers
from tests.monitor.mail_server import DROP, OK, free_port, running

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def mail():
    with running() as server:
        yield server


def at(mail, **options) -> smtp.Server:
    return smtp.Server(
        **(
            {"host": mail.host, "port": mail.port, "sender": "brev@example.org", "security": "none", "timeout": 5}
            | options
        )
    )


def letter_to(number: int, week: str = "2026-W48") -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = "EU-brevet <brev@example.org>"
    message["To"] = f"p{number}@example.se"
    message["Subject"] = "v.48: två samråd stänger – EU-brevet"
    message["Message-ID"] = f"<{week}.{number}@example.org>"
    message.set_content("Hej!\n\nÅtgärd senast tisdag 24 november 2026.\n")
    return message


def new_edition(conn, week: str = "2026-W48") -> int:
    values = {
        "letter": "EU-brevet",
        "week": week,
        "built_at": NOW,
        "subject": "v.48",
        "html": "<p>",
        "text": "",
        "json": {},
        "state": "built",
    }
    return conn.execute(insert(edition).values(values).returning(edition.c.id)).scalar_one()


def enqueue(archive, count: int) -> int:
    """`count` subscribers p1, p2 … with a queued copy each; the edition's number."""
    with writing(archive) as conn:
        for number in range(1, count + 1):
            subscribers.add(conn, f"p{number}@example.se", name=f"Person Nummer{number}", now=NOW)
        number_of_edition = new_edition(conn)
        assert (
            outbox.enqueue(conn, number_of_edition, [(n, letter_to(n)) for n in range(1, count + 1)], now=NOW)
            == count
        )
    return number_of_edition


def state_of(archive, edition_id: int) -> dict[str, int]:
    with reading(archive) as conn:
        return {state: number for state, number in outbox.counts(conn, edition_id).items() if number}


def rows(archive):
    with reading(archive) as conn:
        return conn.execute(select(delivery).order_by(delivery.c.id)).all()


def test_everybody_gets_one_copy_over_one_connection(archive, mail, clock):
    number = enqueue(archive, 5)
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert tally == sender.Tally(sent=5)
    assert mail.handler.recipients() == [f"p{n}@example.se" for n in range(1, 6)]
    assert len({one.peer for one in mail.handler.taken}) == 1
    first = mail.handler.taken[0].message
    assert first["To"] == "p1@example.se"
    assert first.get_all("To") == ["p1@example.se"]
    assert first["Message-ID"] == "<2026-W48.1@example.org>"
    assert first["Subject"] == "v.48: två samråd stänger – EU-brevet"
    assert "Åtgärd senast tisdag" in first.get_content()
    assert mail.handler.taken[0].content.isascii()
    assert state_of(archive, number) == {"sent": 5}
    assert all(row.sent_at == NOW and row.attempts == 1 for row in rows(archive))
    with reading(archive) as conn:
        assert conn.execute(select(message)).all() == []


def test_nothing_is_queued_or_sent_a_second_time(archive, mail, clock):
    number = enqueue(archive, 3)
    sender.send_due(archive, at(mail), clock=clock)
    with writing(archive) as conn:
        assert outbox.enqueue(conn, number, [(n, letter_to(n)) for n in range(1, 4)], now=NOW) == 0
        late = subscribers.add(conn, "sen@example.se", now=NOW)
        assert outbox.enqueue(conn, number, [(1, letter_to(1)), (late.id, letter_to(late.id))], now=NOW) == 1
    assert sender.send_due(archive, at(mail), clock=clock).sent == 1
    assert sender.send_due(archive, at(mail), clock=clock) == sender.Tally()
    assert Counter(mail.handler.recipients()).most_common(1)[0][1] == 1


def test_the_edition_is_released_with_its_copies(archive):
    number = enqueue(archive, 1)
    with reading(archive) as conn:
        assert conn.execute(select(edition.c.state, edition.c.released_at)).one() == ("released", NOW)
    with writing(archive) as conn, pytest.raises(outbox.OutboxError, match="no Message-ID"):
        outbox.enqueue(conn, number, [(1, EmailMessage())], now=NOW)


def test_not_now_is_tried_again_with_growing_pauses(archive, mail, clock):
    number = enqueue(archive, 2)
    mail.handler.at_rcpt["p1@example.se"] = ["451 4.7.1 later", "451 4.7.1 later", OK]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.deferred, tally.waiting) == (1, 1, 1)
    assert tally.next_try_at == NOW + sender.FIRST_PAUSE
    assert sender.send_due(archive, at(mail), clock=clock).sent == 0
    clock.now += sender.FIRST_PAUSE
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert tally.next_try_at == clock.now + 2 * sender.FIRST_PAUSE
    clock.now = tally.next_try_at
    assert sender.send_due(archive, at(mail), clock=clock).sent == 1
    assert state_of(archive, number) == {"sent": 2}
    assert mail.handler.recipients() == ["p2@example.se", "p1@example.se"]


def test_not_now_forever_is_given_up(archive, mail, clock):
    number = enqueue(archive, 1)
    mail.handler.at_rcpt["p1@example.se"] = ["452 4.2.2 full"]
    pauses = []
    while tally := sender.send_due(archive, at(mail), clock=clock):
        if tally.next_try_at is None:
            break
        pauses.append(tally.next_try_at - clock.now)
        clock.now = tally.next_try_at
    assert len(pauses) == sender.MAX_ATTEMPTS - 1
    assert pauses == sorted(pauses)
    assert pauses[-1] == sender.LONGEST_PAUSE
    assert tally.failed == 1
    assert rows(archive)[0].error == "gave up after 24 attempts: 452 4.2.2 full"
    assert state_of(archive, number) == {"failed": 1}


def test_a_refused_recipient_does_not_stop_the_others(archive, mail, clock):
    number = enqueue(archive, 3)
    mail.handler.at_rcpt["p2@example.se"] = ["550 5.1.1 <p2@example.se>: User p2 unknown"]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.failed, tally.waiting) == (2, 1, 0)
    assert rows(archive)[1].error == "550 5.1.1 <(address)>: User (address) unknown"
    assert state_of(archive, number) == {"sent": 2, "failed": 1}


def test_no_answer_after_the_final_dot_is_unknown_until_a_person_decides(archive, mail, clock):
    number = enqueue(archive, 3)
    mail.handler.at_data["p1@example.se"] = [DROP, OK]
    mail.handler.at_data["p3@example.se"] = [DROP, OK]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.unknown, tally.waiting) == (1, 2, 0)
    clock.now += timedelta(days=3)
    assert sender.send_due(archive, at(mail), clock=clock) == sender.Tally()
    assert Counter(mail.handler.recipients()) == {f"p{n}@example.se": 1 for n in (1, 2, 3)}

    with writing(archive) as conn:
        one, three = outbox.deliveries(conn, edition_id=number, states=("unknown",))
        assert outbox.resolve(conn, one.id, "sent", now=clock.now).state == "sent"
        again = outbox.resolve(conn, three.id, "resend", now=clock.now)
        assert (again.state, again.attempts, again.error) == ("queued", 0, None)
    assert sender.send_due(archive, at(mail), clock=clock).sent == 1
    assert Counter(mail.handler.recipients()) == {"p1@example.se": 1, "p2@example.se": 1, "p3@example.se": 2}
    assert state_of(archive, number) == {"sent": 3}


def test_only_what_is_open_can_be_resolved(archive, mail, clock):
    enqueue(archive, 2)
    mail.handler.at_rcpt["p2@example.se"] = ["550 5.1.1 unknown"]
    sender.send_due(archive, at(mail), clock=clock)
    sent, failed = rows(archive)
    for number, outcome, complaint in (
        (sent.id, "resend", "is sent: only unknown or failed can be resolved"),
        (failed.id, "sent", "is failed: only unknown can be resolved"),
        (4711, "sent", "no delivery 4711"),
    ):
        with writing(archive) as conn, pytest.raises(outbox.OutboxError, match=complaint):
            outbox.resolve(conn, number, outcome, now=NOW)
    mail.handler.at_rcpt["p2@example.se"] = [OK]
    with writing(archive) as conn:
        outbox.resolve(conn, failed.id, "resend", now=NOW)
    assert sender.send_due(archive, at(mail), clock=clock).sent == 1


def test_a_forgotten_person_gets_no_second_copy(archive, mail, clock):
    enqueue(archive, 1)
    mail.handler.at_data["p1@example.se"] = [DROP]
    sender.send_due(archive, at(mail), clock=clock)
    [unknown] = rows(archive)
    with writing(archive) as conn:
        personal.forget(conn, 1)
    with writing(archive) as conn, pytest.raises(outbox.OutboxError, match="the person is forgotten"):
        outbox.resolve(conn, unknown.id, "resend", now=NOW)
    with writing(archive) as conn:
        assert outbox.resolve(conn, unknown.id, "sent", now=NOW).state == "sent"


def test_a_mail_server_that_is_down_leaves_everything_queued(archive, mail, clock):
    number = enqueue(archive, 2)
    tally = sender.send_due(archive, at(mail, port=free_port()), clock=clock)
    assert "nothing listens there" in tally.stopped
    assert (tally.waiting, tally.deferred) == (2, 0)
    assert state_of(archive, number) == {"queued": 2}
    assert all(row.attempts == 0 for row in rows(archive))
    assert sender.send_due(archive, at(mail), clock=clock).sent == 2


def test_a_lost_connection_is_opened_anew(archive, mail, clock):
    enqueue(archive, 4)
    mail.handler.at_rcpt["p2@example.se"] = [DROP, OK]
    mail.handler.at_rcpt["p3@example.se"] = ["421 4.7.0 too many messages", OK]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.deferred, tally.stopped) == (4, 2, None)
    assert sorted(mail.handler.recipients()) == [f"p{n}@example.se" for n in range(1, 5)]


def test_a_copy_that_breaks_every_connection_waits_and_the_others_leave(archive, mail, clock):
    number = enqueue(archive, 3)
    mail.handler.at_rcpt["p1@example.se"] = [DROP]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.waiting, tally.stopped) == (2, 1, None)
    assert state_of(archive, number) == {"sent": 2, "queued": 1}


def test_a_server_that_hangs_up_on_everything_ends_the_run(archive, mail, clock):
    number = enqueue(archive, 9)
    mail.handler.at_mail = ["421 4.3.2 shutting down"]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert "broke off 3 times in a row (connection lost: 421 4.3.2 shutting down)" in tally.stopped
    assert state_of(archive, number) == {"queued": 9}


def test_a_refused_sender_is_our_fault_and_fails_nobody(archive, mail, clock):
    number = enqueue(archive, 3)
    mail.handler.at_mail = ["530 5.7.0 log in first"]
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert "530 5.7.0 log in first" in tally.stopped
    assert "UTBLICK_MAIL_FROM" in tally.stopped
    assert tally == sender.Tally(waiting=3, next_try_at=NOW, stopped=tally.stopped)
    assert state_of(archive, number) == {"queued": 3}
    mail.handler.at_mail = []
    assert sender.send_due(archive, at(mail), clock=clock).sent == 3


def test_who_leaves_meanwhile_gets_nothing_and_who_moves_gets_it_there(archive, mail, clock):
    number = enqueue(archive, 5)
    with writing(archive) as conn:
        subscribers.remove(conn, 1)
        personal.forget(conn, 2)
        subscribers.edit(conn, 3, now=NOW, address="ny@example.se")
        conn.execute(
            update(subscribers.subscriber).where(subscribers.subscriber.c.id == 4).values(state="unsubscribed")
        )
    tally = sender.send_due(archive, at(mail), clock=clock)
    assert (tally.sent, tally.cancelled) == (2, 1)
    assert mail.handler.recipients() == ["ny@example.se", "p5@example.se"]
    assert mail.handler.taken[0].message.get_all("To") == ["ny@example.se"]
    assert state_of(archive, number) == {"cancelled": 3, "sent": 2}


def test_a_dry_run_sends_nothing(archive, mail, clock):
    number = enqueue(archive, 2)
    assert sender.send_due(archive, at(mail), clock=clock, dry_run=True) == sender.Tally(
        waiting=2, next_try_at=NOW
    )
    assert mail.handler.taken == []
    assert state_of(archive, number) == {"queued": 2}


def test_only_the_edition_asked_for(archive, mail, clock):
    first = enqueue(archive, 2)
    with writing(archive) as conn:
        second = new_edition(conn, "2026-W49")
        outbox.enqueue(conn, second, [(1, letter_to(1, "2026-W49"))], now=NOW)
    assert sender.send_due(archive, at(mail), clock=clock, edition_id=second).sent == 1
    assert state_of(archive, first) == {"queued": 2}


def test_the_rate_is_kept(sqlite_archive, mail, clock):
    enqueue(sqlite_archive, 5)
    started = time.monotonic()
    assert sender.send_due(sqlite_archive, at(mail), clock=clock, per_minute=1200).sent == 5
    assert time.monotonic() - started >= 4 * 60 / 1200


def test_a_claim_is_on_the_disk_before_the_mail_server_may_take_the_copy(sqlite_archive, mail, clock, monkeypatch):
    enqueue(sqlite_archive, 3)
    happened = []
    fsync = os.fsync

    def watched(descriptor):
        happened.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    mail.handler.on_data = happened.append
    sender.send_due(sqlite_archive, at(mail), clock=clock)
    log = "utblick.db-wal"
    first = happened.index(log)
    assert happened[first : first + 6] == [log, "p1@example.se", log, "p2@example.se", log, "p3@example.se"]


@pytest.fixture
def interruptible():
    """A process that was started in the background ignores Ctrl-C until told otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("moment", "state"), [("on_rcpt", "queued"), ("on_data", "unknown")])
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_before_and_after_the_final_dot(sqlite_archive, mail, clock, moment, state):
    number = enqueue(sqlite_archive, 2)

    def interrupt(_recipient):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.3)

    setattr(mail.handler, moment, interrupt)
    with pytest.raises(KeyboardInterrupt):
        sender.send_due(sqlite_archive, at(mail), clock=clock)
    assert state_of(sqlite_archive, number) == {"queued": 1, state: 1} if state == "unknown" else {"queued": 2}
    assert {row.attempts for row in rows(sqlite_archive) if row.state == "queued"} == {0}


def claim(archive, who: str, when: datetime) -> None:
    with writing(archive) as conn:
        conn.execute(update(delivery).values(state="sending", claimed_by=who, claimed_at=when))


def test_claims_of_the_dead_become_unknown_and_those_of_the_living_stay(archive):
    number = enqueue(archive, 1)
    host = outbox.worker().rsplit(":", 2)[0]
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for who, age, dead in (
        (outbox.worker(), timedelta(0), False),
        (f"{host}:{os.getppid()}:00000000", timedelta(0), False),
        (f"{host}:{ended.pid}:00000000", timedelta(0), True),
        (f"{host}:{os.getpid()}:00000000", timedelta(0), True),  # a former process with our number
        ("elsewhere:1:00000000", timedelta(minutes=5), False),
        ("elsewhere:1:00000000", outbox.STALE_AFTER, True),
    ):
        claim(archive, who, NOW - age)
        with writing(archive) as conn:
            assert outbox.recover(conn, now=NOW) == int(dead), who
        assert state_of(archive, number) == {"unknown" if dead else "sending": 1}


def test_a_slow_sender_taken_for_dead_still_says_what_came_of_it(archive, mail, clock):
    number = enqueue(archive, 1)

    def recover_meanwhile(_recipient):
        with writing(archive) as conn:
            assert outbox.recover(conn, now=NOW + outbox.STALE_AFTER) == 1

    mail.handler.on_data = recover_meanwhile
    assert sender.send_due(archive, at(mail), clock=clock).sent == 1
    assert state_of(archive, number) == {"sent": 1}


def test_no_log_line_and_no_other_column_holds_personal_data(archive, mail, clock, caplog):
    caplog.set_level("DEBUG", logger="monitor")
    enqueue(archive, 4)
    mail.handler.at_rcpt["p1@example.se"] = ["550 5.1.1 <p1@example.se> unknown"]
    mail.handler.at_rcpt["p2@example.se"] = ["451 4.1.1 p2@example.se later"]
    mail.handler.at_data["p3@example.se"] = [DROP]
    sender.send_due(archive, at(mail), clock=clock)
    states = sorted(row.state for row in rows(archive))
    assert states == ["failed", "queued", "sent", "unknown"]
    told = caplog.text
    assert "to subscriber 1: failed" in told
    with reading(archive) as conn:
        for table in delivery.metadata.sorted_tables:
            open_columns = [column for column in table.c if not column.info]
            told += repr(conn.execute(select(*open_columns)).all())
    assert "@example.se" not in told
    assert "Nummer" not in told


KILLED = """
import sys
from datetime import UTC, datetime
from monitor.delivery import sender, smtp
from monitor.archive.engine import open_archive

engine = open_archive(sys.argv[1])
server = smtp.Server("127.0.0.1", int(sys.argv[2]), "brev@example.org", security="none")
print("ready", flush=True)
sender.send_due(engine, server, clock=lambda: datetime.now(UTC))
engine.dispose()
"""


def test_killed_senders_send_nobody_two_copies(archive, archive_url):
    copies, at_once, kills = 240, 3, 8
    chance = random.Random(48)
    number = enqueue(archive, copies)
    with running(delay=0.01) as mail:

        def start() -> subprocess.Popen:
            process = subprocess.Popen(
                [sys.executable, "-c", KILLED, archive_url, str(mail.port)], stdout=subprocess.PIPE
            )
            assert process.stdout.readline() == b"ready\n"
            return process

        workers = [start() for _ in range(at_once)]
        for _ in range(kills):
            time.sleep(chance.uniform(0.01, 0.1))
            victim = workers.pop(chance.randrange(at_once))
            victim.kill()
            victim.wait()
            victim.stdout.close()
            workers.append(start())
        for worker in workers:
            assert worker.wait(60) == 0
            worker.stdout.close()
        sender.send_due(archive, at(mail), clock=lambda: datetime.now(UTC))
    received = Counter(mail.handler.recipients())
    states = state_of(archive, number)
    assert max(received.values()) == 1
    assert states.get("unknown", 0) <= kills
    assert states["sent"] + states.get("unknown", 0) == copies
    with reading(archive) as conn:
        sent = {f"p{one.subscriber_id}@example.se" for one in outbox.deliveries(conn, states=("sent",))}
    assert sent <= set(received)
