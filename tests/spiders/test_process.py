"""The child process: what becomes of a scan when somebody dies or asks it to stop."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from spiders.events import Ended, Event, Job, PageRead
from spiders.finding import Outcome
from spiders.platform import Assignment
from spiders.process import crawl
from spiders.wire import decode_event, encode
from tests.spiders.conftest import AGENT, NOW, Scanned, declared
from tests.spiders.hostile_server import HostileServer

HOST = "127.0.5.1"


def job(hostile: HostileServer, **terms: Any) -> Job:
    """One source that is read at once and one that takes its time."""
    hostile.pages["/begun"] = {"items": [{"id": "a"}], "next": hostile.url("/drip", HOST)}
    return Job(
        (
            Assignment(declared("good", hostile.url("/good", HOST)), NOW),
            Assignment(declared("begun", hostile.url("/begun", HOST), timeout=30, **terms), NOW),
            Assignment(declared("slow", hostile.url("/drip", HOST), timeout=30), NOW),
        ),
        AGENT,
        allow_private=True,
    )


def children() -> list[int]:
    """The crawls that this process started; other tests may have servers and browsers running beside them."""
    tasks = Path("/proc/self/task").iterdir()
    started = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in started if _is_crawl(pid)]


def _is_crawl(pid: int) -> bool:
    try:
        return b"-m\0spiders" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def read_until_under_way(events: Any) -> list[Event]:
    """Events until both quick pages were read."""
    seen: list[Event] = []
    while {"good", "begun"} - {event.source for event in seen if isinstance(event, PageRead)}:
        seen.append(next(events))
    return seen


def test_a_child_that_is_killed_leaves_an_attempt_for_every_source(hostile: HostileServer) -> None:
    events = crawl(job(hostile))
    seen = read_until_under_way(events)
    (child,) = children()
    os.kill(child, signal.SIGKILL)
    found = Scanned([*seen, *events])
    assert found.attempts["good"].outcome in (Outcome.CHANGED, Outcome.PARTIAL)
    assert found.attempts["begun"].outcome is Outcome.PARTIAL
    assert found.attempts["begun"].findings == 1
    assert found.attempts["slow"].outcome is Outcome.FAILED
    assert found.attempts["slow"].error == "the crawl process ended by signal 9"
    assert found.done == []
    assert not alive(child)


def test_a_scan_that_is_stopped_closes_its_attempts(hostile: HostileServer) -> None:
    stop = threading.Event()
    events = crawl(job(hostile), stop=stop)
    seen = read_until_under_way(events)
    stop.set()
    asked = time.monotonic()
    found = Scanned([*seen, *events])
    assert time.monotonic() - asked < 5
    # Its page was read; whether its attempt was closed before the word to stop came is chance.
    assert found.attempts["good"].outcome in (Outcome.CHANGED, Outcome.PARTIAL)
    assert (found.attempts["begun"].outcome, found.attempts["begun"].error) == (Outcome.PARTIAL, "interrupted")
    assert (found.attempts["slow"].outcome, found.attempts["slow"].error) == (Outcome.FAILED, "interrupted")
    assert len(found.done) == 1


def test_a_scan_that_takes_too_long_is_ended(hostile: HostileServer) -> None:
    found = Scanned(list(crawl(job(hostile), limit=4.0)))
    assert found.attempts["good"].outcome is Outcome.CHANGED
    assert found.attempts["slow"].error == "the crawl was ended after 4 s"
    assert found.done == []


def test_a_consumer_that_gives_up_leaves_no_child_behind(hostile: HostileServer) -> None:
    events = crawl(job(hostile))
    read_until_under_way(events)
    (child,) = children()
    events.close()  # type: ignore[attr-defined]  # a generator
    assert not alive(child)


def test_a_child_ends_when_its_parent_is_killed(hostile: HostileServer, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_bytes(encode(job(hostile)))
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from spiders.events import Job\n"
        "from spiders.process import crawl\n"
        "from spiders.wire import decode\n"
        "for event in crawl(decode(Job, Path(sys.argv[1]).read_bytes())): print(event, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "job.json")], stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        tasks = Path(f"/proc/{parent.pid}/task").iterdir()
        (child,) = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
        assert alive(child)
        parent.kill()
    assert until(lambda: not alive(child))


def test_a_child_that_cannot_begin_says_why(hostile: HostileServer, tmp_path: Path) -> None:
    wanted = Job(job(hostile).assignments[:1], AGENT, replay=str(tmp_path / "none"))
    (ended,) = (event for event in crawl(wanted) if isinstance(event, Ended))
    assert ended.attempt.outcome is Outcome.FAILED
    assert "index.jsonl: cannot be read" in (ended.attempt.error or "")


def test_options_that_would_change_on_the_way_are_refused(hostile: HostileServer) -> None:
    source = declared("dated", hostile.url("/good"), options={"since": date(2026, 1, 1)})
    with pytest.raises(ConfigError, match="'dated': options"):
        next(iter(crawl(Job((Assignment(source, NOW),), AGENT))))


def test_nothing_to_scan_is_a_scan_too() -> None:
    found = Scanned(list(crawl(Job((), AGENT))))
    assert found.attempts == {}
    assert len(found.done) == 1


PRETEND = """
import spiders.middleware.addresses as addresses
real = addresses.is_public
addresses.is_public = lambda ip: ip == "{public}" or real(ip)
from spiders.__main__ import main
main()
"""


def test_private_addresses_are_out_of_reach_by_link_and_by_redirect(hostile: HostileServer) -> None:
    """One loopback address plays a public server; everything else must stay unreachable from it."""
    public = "127.0.6.1"
    port = hostile.url("/good").rpartition(":")[2].partition("/")[0]
    targets = {
        "loopback": f"http://127.0.0.1:{port}/good",
        "name": f"http://localhost:{port}/good",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "private": "http://10.0.0.1/",
        "number": f"http://2130706433:{port}/good",
        "hexadecimal": f"http://0x7f000001:{port}/good",
        "short": f"http://127.1:{port}/good",
        "v6": f"http://[::1]:{port}/good",
        "mapped": f"http://[::ffff:127.0.0.1]:{port}/good",
    }
    for name, target in targets.items():
        redirect(hostile, f"/redirect/{name}", target)
        hostile.pages[f"/link/{name}"] = {"items": [{"id": "a"}], "next": target}
    sources = [
        declared(f"{way}-{name}", hostile.url(f"/{way}/{name}", public), per_host=8)
        for name in targets
        for way in ("redirect", "link")
    ]
    before = len([seen for seen in hostile.seen if seen.host == "127.0.0.1"])
    wanted = Job(tuple(Assignment(source, NOW) for source in sources), AGENT, backoff=0.01)
    child = subprocess.Popen(
        [sys.executable, "-c", PRETEND.format(public=public)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(encode(wanted) + b"\n")
        child.stdin.flush()
        found = Scanned([decode_event(line) for line in child.stdout])
    for name in targets:
        refused = found.attempts[f"redirect-{name}"]
        assert refused.outcome is Outcome.FAILED
        assert "not a public address" in (refused.error or ""), (name, refused.error)
        linked = found.attempts[f"link-{name}"]
        assert linked.outcome is Outcome.PARTIAL
        assert "not a public address" in (linked.error or ""), (name, linked.error)
    assert len([seen for seen in hostile.seen if seen.host == "127.0.0.1"]) == before


def redirect(hostile: HostileServer, path: str, target: str) -> None:
    from tests.spiders import hostile_server

    hostile_server.TRICKS[path] = hostile_server.steady(302, b"", Location=target)


def test_the_child_says_only_events_on_its_output(hostile: HostileServer) -> None:
    wanted = Job(job(hostile).assignments[:1], AGENT, allow_private=True)
    child = subprocess.run(
        [sys.executable, "-m", "spiders"],
        input=encode(wanted) + b"\n",
        capture_output=True,
        check=False,
        timeout=60,
    )
    # Its standard input ended at once, as it does when a parent dies: it may have said something, or nothing.
    for line in child.stdout.splitlines():
        assert json.loads(line)["event"] in ("reading", "progress", "attempt", "done")
    assert child.returncode == 1
