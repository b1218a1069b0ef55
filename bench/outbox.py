"""The outbox against a real Postfix: `python -m bench.outbox` (as root, Debian package `postfix`).

A private Postfix on loopback with a queue of its own throws every accepted mail away (`discard:`), so nothing
leaves the machine. Two questions are asked:

1. How fast is the outbox, measured against a bare `smtplib` loop over the same messages in the same run?
2. Four senders, one of which is killed again and again; one recipient in ten is refused for now, one in twenty for
   good. Does anybody get two copies, and what does each kill cost? Postfix's own log is the witness.

Ends with status 1 where a promise is broken.
"""

import argparse
import os
import random
import re
import shutil
import signal
import smtplib
import socket
import socketserver
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, insert

from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.letters import edition
from monitor.delivery import outbox, sender, smtp, subscribers

SUBSCRIBERS = 1000
SENDERS = 4
KILLS = 12
ROUNDS = 5
LEAST_SHARE = 0.6
"""Of the bare loop's throughput."""
LETTER_BYTES = 40_000
LATER = timedelta(hours=1)

# in_flow_delay: with the default, Postfix lets mail in through parallel connections only as fast as it delivers,
# and we would measure its brake.
MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /var/log/{log}
myhostname = bench.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
default_transport = discard:
relay_transport = discard:
local_transport = discard:
alias_maps =
local_recipient_maps =
in_flow_delay = 0
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}, permit_mynetworks, reject
"""
MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
anvil unix - - n - 1 anvil
discard unix - - n - - discard
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""


class Policy(socketserver.ThreadingTCPServer):
    """Postfix asks here about every recipient (SMTPD_POLICY_README); a recipient's number decides."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.refusing = False
        self._asked: set[str] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), PolicyTalk)

    def answer(self, recipient: str) -> str:
        """The action for one recipient: refused for good, refused the first time, or accepted."""
        found = re.match(r"p(\d+)@", recipient)
        number = int(found[1]) if found else 0
        if not self.refusing:
            return "DUNNO"
        if number % 20 == 7:
            return f"550 5.1.1 <{recipient}>: User unknown"
        with self._lock:
            first = recipient not in self._asked
            self._asked.add(recipient)
        return "450 4.7.1 Try again later" if number % 10 == 3 and first else "DUNNO"


class PolicyTalk(socketserver.StreamRequestHandler):
    """One Postfix process asking."""

    server: Policy

    def handle(self) -> None:
        """Answer requests of `name=value` lines, each ended by an empty line."""
        recipient = ""
        for raw in self.rfile:
            name, _, value = raw.decode("utf-8", "replace").strip().partition("=")
            if name == "recipient":
                recipient = value
            elif not name:
                self.wfile.write(f"action={self.server.answer(recipient)}\n\n".encode())


class Postfix:
    """A running private Postfix."""

    def __init__(self, conf: Path, port: int, log: Path) -> None:
        self.port = port
        self._conf = conf
        self._log = log

    def delivered(self) -> Counter[str]:
        """How often Postfix has delivered (thrown away) a mail to each recipient, once its queue is empty."""
        while "is empty" not in _run("postqueue", "-c", str(self._conf), "-p"):
            time.sleep(0.2)
        return Counter(re.findall(r"to=<([^>]+)>.* status=sent", self._log.read_text("utf-8")))


@contextmanager
def postfix(folder: Path, policy_port: int) -> Iterator[Postfix]:
    """A Postfix of our own for as long as the block lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    conf = folder / "conf"  # apart from the queue: Postfix checks who owns what lies beside its configuration
    for name in (conf, folder / "queue", folder / "data"):
        name.mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    log = Path("/var/log") / f"utblick-bench-{os.getpid()}.log"  # Postfix logs to files below /var only
    (conf / "main.cf").write_text(MAIN_CF.format(folder=folder, log=log.name, policy=policy_port))
    (conf / "master.cf").write_text(MASTER_CF.format(port=port))
    _run("postfix", "-c", str(conf), "start")
    try:
        yield Postfix(conf, port, log)
    finally:
        _run("postfix", "-c", str(conf), "stop")
        log.unlink(missing_ok=True)


def letter(number: int, week: str) -> EmailMessage:
    """A letter of realistic size."""
    message = EmailMessage(policy=SMTP)
    message["From"] = "EU-brevet <brev@example.org>"
    message["To"] = f"p{number}@example.se"
    message["Subject"] = f"{week}: två samråd stänger inom 14 dagar (upphandling, avlopp)"
    message["Message-ID"] = f"<{week}.{number}@example.org>"
    line = "<p>Kommissionens samråd om avloppsvatten stänger tisdag 24 november 2026.</p>\n"
    message.set_content(line * (LETTER_BYTES // 4 // len(line)))
    message.add_alternative(line * (LETTER_BYTES // len(line)), subtype="html")
    return message


def queue_edition(archive: Engine, week: str, numbers: range) -> int:
    """A new edition with a queued copy for each subscriber; its number."""
    now = datetime.now(UTC)
    with writing(archive) as conn:
        edition_id: int = conn.execute(
            insert(edition)
            .values(
                letter="EU-brevet", week=week, built_at=now, subject=week, html="", text="", json={}, state="built"
            )
            .returning(edition.c.id)
        ).scalar_one()
        outbox.enqueue(conn, edition_id, ((number, letter(number, week)) for number in numbers), now=now)
    return edition_id


def bare_loop(port: int, numbers: range) -> float:
    """Messages a second of smtplib alone: one connection, bytes ready, nothing written down."""
    ready = [(f"p{number}@example.se", letter(number, "2026-W01").as_bytes()) for number in numbers]
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as connection:
        for recipient, message in ready:
            connection.sendmail("brev@example.org", recipient, message)
    return len(ready) / (time.perf_counter() - started)


def start_sender(url: str, port: int, later: timedelta = timedelta(0)) -> subprocess.Popen[bytes]:
    """A sender in a process of its own, ready to go when it is told on its standard input."""
    command = [sys.executable, "-m", "bench.outbox", "--send", url, str(port), str(later.total_seconds())]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # ourselves
    _pipe(process.stdout).readline()
    return process


def go(process: subprocess.Popen[bytes]) -> None:
    """Let a ready sender begin."""
    _pipe(process.stdin).close()


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for a sender; one that ends badly ends the measurement."""
    if process.wait():
        raise SystemExit("a sender process failed; its last words are above")


def be_a_sender(url: str, port: int, later: float) -> None:
    """What a sender process does: say that it is ready, wait for the word, send what is due."""
    archive = open_archive(url)
    server = smtp.Server("127.0.0.1", port, "brev@example.org", security="none")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    sender.send_due(archive, server, clock=lambda: datetime.now(UTC) + timedelta(seconds=later))


def timed(url: str, port: int, archive: Engine, week: str) -> float:
    """Messages a second of all senders side by side, nobody killed, nobody refused."""
    edition_id = queue_edition(archive, week, range(1, SUBSCRIBERS + 1))
    processes = [start_sender(url, port) for _ in range(SENDERS)]
    started = time.perf_counter()
    for process in processes:
        go(process)
    for process in processes:
        finish(process)
    seconds = time.perf_counter() - started
    with reading(archive) as conn:
        if outbox.counts(conn, edition_id)["sent"] != SUBSCRIBERS:
            raise SystemExit(f"{week}: not everybody was sent a copy")
    return SUBSCRIBERS / seconds


def killed(url: str, port: int, chance: random.Random) -> None:
    """Four senders; again and again one of them is killed and another takes its place."""
    processes = [start_sender(url, port) for _ in range(SENDERS)]
    for process in processes:
        go(process)
    spare = start_sender(url, port)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.02, 0.3))
        victim = processes.pop(chance.randrange(SENDERS))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        go(spare)
        processes.append(spare)
        spare = start_sender(url, port)
    go(spare)
    for process in (*processes, spare):
        finish(process)
    last = start_sender(url, port, LATER)  # those refused for now, when their pause is over
    go(last)
    finish(last)


def promises(archive: Engine, edition_id: int, delivered: Counter[str]) -> list[str]:
    """What is broken, in words."""
    with reading(archive) as conn:
        copies = outbox.deliveries(conn, edition_id=edition_id)
    broken = []
    for copy in copies:
        times = delivered[f"p{copy.subscriber_id}@example.se"]
        allowed = {"sent": {1}, "failed": {0}, "unknown": {0, 1}}.get(copy.state, set())
        if times not in allowed:
            broken.append(f"subscriber {copy.subscriber_id}: {copy.state}, delivered {times} times")
    unknown = sum(copy.state == "unknown" for copy in copies)
    if unknown > KILLS:
        broken.append(f"{unknown} unknown after {KILLS} kills")
    return broken


def main() -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--database-url", help="an empty PostgreSQL database; default: SQLite in a file")
    parser.add_argument("--seed", type=int, default=48, help="of the moments of the kills")
    parser.add_argument("--send", nargs=3, metavar=("URL", "PORT", "LATER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.send:
        be_a_sender(given.send[0], int(given.send[1]), float(given.send[2]))
        return 0
    if os.geteuid() != 0 or shutil.which("postfix") is None:
        sys.stderr.write("bench.outbox needs Postfix (Debian package postfix) and root to start it\n")
        return 2
    policy = Policy()
    threading.Thread(target=policy.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="utblick-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postfix").mkdir(mode=0o755)
        url = given.database_url or f"sqlite:///{folder / 'utblick.db'}"
        with postfix(folder / "postfix", policy.server_address[1]) as server:
            return _measure(url, server, policy, random.Random(given.seed))  # noqa: S311  # repeatable, no secret


def _measure(url: str, server: Postfix, policy: Policy, chance: random.Random) -> int:
    archive = open_archive(url)
    everybody = range(1, SUBSCRIBERS + 1)
    with writing(archive) as conn:
        for number in everybody:
            subscribers.add(conn, f"p{number}@example.se", now=datetime.now(UTC))
    share = statistics.median(_share(url, server.port, archive, turn) for turn in range(1, ROUNDS + 1))
    _say(f"outbox, {SENDERS} senders: {share:.0%} of a bare smtplib loop (median of {ROUNDS} turns)")
    before = server.delivered()

    hard = queue_edition(archive, "2026-W48", everybody)
    policy.refusing = True
    started = time.perf_counter()
    killed(url, server.port, chance)
    seconds = time.perf_counter() - started
    delivered = server.delivered() - before
    with writing(archive) as conn:
        outbox.recover(conn, now=datetime.now(UTC))
    with reading(archive) as conn:
        states = {state: count for state, count in outbox.counts(conn, hard).items() if count}
    _say(
        f"{SENDERS} senders, {KILLS} kills, 10 % refused for now, 5 % for good: {seconds:.1f} s, {states}, "
        f"most copies to one recipient {max(delivered.values())}"
    )
    broken = promises(archive, hard, delivered)
    if share < LEAST_SHARE:
        broken.append(f"throughput below {LEAST_SHARE:.0%} of the bare loop")
    for line in broken:
        _say(f"BROKEN: {line}")
    archive.dispose()
    return 1 if broken else 0


def _share(url: str, port: int, archive: Engine, turn: int) -> float:
    """One turn of each, one after the other, so that a busy machine slows both."""
    bare = bare_loop(port, range(1, SUBSCRIBERS + 1))
    ours = timed(url, port, archive, f"2026-W{turn:02}")
    _say(
        f"messages/s: bare smtplib loop {bare:4.0f}, outbox with {SENDERS} senders {ours:4.0f} = {ours / bare:.0%}"
    )
    return ours / bare


def _run(*command: str) -> str:
    # Into a file, not a pipe: Postfix's master keeps what it is given open for as long as it lives.
    with tempfile.TemporaryFile("w+") as said:
        status = subprocess.run(command, stdout=said, stderr=said, timeout=60, check=False).returncode  # noqa: S603  # Postfix's own programs
        said.seek(0)
        text = said.read()
    if status:
        raise SystemExit(f"{' '.join(command)}: {text.strip()}")
    return text


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise SystemExit("a sender process has no pipe")
    return stream


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
