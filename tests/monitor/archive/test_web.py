from datetime import UTC, datetime

from sqlalchemy import Engine

from monitor.archive.engine import reading, writing
from monitor.archive.web import forget_search, record, recorded, save_search, saved_searches, search_by_token

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
