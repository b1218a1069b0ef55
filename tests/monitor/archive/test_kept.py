"""What is kept of an archive: until it changes, a little longer where it is dear, and never in another's way."""

import threading
from datetime import UTC, datetime

from sqlalchemy import Engine

from monitor.archive.engine import open_archive, writing
from monitor.archive.kept import MOST_KEPT, Kept
from monitor.archive.web import save_search

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Stand:
    """A clock and a worker's watch that stand where they are put."""

    def __init__(self) -> None:
        self.now = self.worked = 0.0
        self.made = 0

    def make(self, takes: float) -> int:
        self.worked += takes
        self.made += 1
        return self.made


def change(engine: Engine) -> None:
    with writing(engine) as conn:
        save_search(conn, "x", "anna", {"q": "x"}, NOW)


def test_read_anew_once_something_was_stored_by_whomever(archive: Engine) -> None:
    stand = Stand()
    kept = Kept(archive, lambda: stand.now, lambda: stand.worked)
    assert [kept.get("a", lambda: stand.make(0.05)) for _ in range(3)] == [1, 1, 1]
    another = open_archive(archive.url.render_as_string(hide_password=False))
    change(another)
    another.dispose()
    assert kept.get("a", lambda: stand.make(0.05)) == 2
    assert kept.get("b", lambda: stand.make(0.05)) == 3, "another key is another value"


def test_what_is_dear_rests_before_it_is_read_anew(sqlite_archive: Engine) -> None:
    stand = Stand()
    kept = Kept(sqlite_archive, lambda: stand.now, lambda: stand.worked)
    assert kept.get("a", lambda: stand.make(0.5)) == 1
    change(sqlite_archive)
    stand.now = 7.9
    assert kept.get("a", lambda: stand.make(0.5)) == 1, "20 times half a second, less two"
    stand.now = 8.1
    assert kept.get("a", lambda: stand.make(0.5)) == 2


def test_nobody_waits_for_what_another_reads_anew(sqlite_archive: Engine) -> None:
    stand = Stand()
    kept = Kept(sqlite_archive, lambda: stand.now, lambda: stand.worked)
    kept.get("a", lambda: stand.make(0.5))
    change(sqlite_archive)
    stand.now = 60
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        assert go_on.wait(10)
        return stand.make(0.5)

    other = threading.Thread(target=kept.get, args=("a", slow))
    other.start()
    assert begun.wait(10)
    assert kept.get("a", lambda: stand.make(0.5)) == 1
    go_on.set()
    other.join()
    assert kept.get("a", lambda: stand.make(0.5)) == 2


def test_the_longest_unused_is_forgotten(sqlite_archive: Engine) -> None:
    stand = Stand()
    kept = Kept(sqlite_archive, lambda: stand.now, lambda: stand.worked)
    for number in range(MOST_KEPT + 1):
        kept.get(number, lambda: stand.make(0.0))
    before = stand.made
    kept.get(MOST_KEPT, lambda: stand.make(0.0))
    assert stand.made == before
    kept.get(0, lambda: stand.make(0.0))
    assert stand.made == before + 1
