from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from monitor.archive.engine import reading, writing
from monitor.archive.web import (
    Visit,
    forget_search,
    keep_visit,
    record,
    recorded,
    save_search,
    saved_searches,
    search_by_token,
    visit_of,
)

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_followed_search_is_its_owners_alone(archive: Engine) -> None:
    with writing(archive) as conn:
        kept = save_search(conn, "Avlopp", "anna", {"q": "avlopp", "open": "1"}, NOW)
        save_search(conn, "Avlopp", "bo", {"q": "avlopp"}, NOW)
    with writing(archive) as conn:
        assert not forget_search(conn, kept.id, "bo")
    with reading(archive) as conn:
        assert saved_searches(conn, "anna") == (kept,)
        assert search_by_token(conn, kept.token) == kept
        assert search_by_token(conn, "") is None
    with writing(archive) as conn:
        assert forget_search(conn, kept.id, "anna")
    with reading(archive) as conn:
        assert search_by_token(conn, kept.token) is None
        assert len(saved_searches(conn, "bo")) == 1


def test_changes_are_read_back_latest_first(archive: Engine) -> None:
    with writing(archive) as conn:
        for number in range(3):
            record(conn, "anna", NOW, action="judge", about=f"document:{number}", said={"level": "act"})
    with reading(archive) as conn:
        latest, *rest = recorded(conn, 10)
        assert (latest.object, latest.who, latest.said) == ("document:2", "anna", {"level": "act"})
        assert recorded(conn, 10, before=latest.id) == tuple(rest)


def test_a_visit_ends_with_a_pause(archive: Engine) -> None:
    with reading(archive) as conn:
        assert visit_of(conn, "anna") is None
    for hours, before in ((0, None), (3, None), (8, 3), (9, 3)):
        now = NOW + timedelta(hours=hours)
        with writing(archive) as conn:
            known = visit_of(conn, "anna")
            keep_visit(conn, "anna", known.at(now) if known else Visit(now, None))
        with reading(archive) as conn:
            assert visit_of(conn, "anna") == Visit(now, None if before is None else NOW + timedelta(hours=before))
    with reading(archive) as conn:
        assert visit_of(conn, "bo") is None
