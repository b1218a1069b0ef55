from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from monitor.archive.engine import reading, writing
from monitor.archive.tokens import (
    MOST,
    MOST_DAYS,
    PREFIX,
    TokenError,
    access_token,
    make_token,
    note_use,
    revoke_token,
    token_in_force,
    tokens,
)

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_token_is_kept_only_as_its_digest(archive: Engine) -> None:
    with writing(archive) as conn:
        _, one = make_token(conn, "Kvartalets kurvor", "anna", NOW)
        _, other = make_token(conn, "Kvartalets kurvor", "anna", NOW)
    assert one != other
    assert one.startswith(PREFIX)
    assert len(one) == len(PREFIX) + 43  # 256 bits in base64
    with reading(archive) as conn:
        rows = conn.execute(select(access_token)).all()
    assert len(rows) == 2
    assert all(secret[len(PREFIX) :] not in str(row) for row in rows for secret in (one, other))


def test_a_token_counts_until_it_expires_or_is_revoked(archive: Engine) -> None:
    with writing(archive) as conn:
        kept, itself = make_token(conn, "Kurvor", "anna", NOW, days=30)
        gone, revoked = make_token(conn, "Kurvor", "anna", NOW)
        assert not revoke_token(conn, gone.id, NOW, who="bo")
        assert revoke_token(conn, gone.id, NOW, who="anna")
        assert not revoke_token(conn, gone.id, NOW + HOUR)
    end = NOW + timedelta(days=30)
    with reading(archive) as conn:
        assert token_in_force(conn, itself, end - HOUR) == kept
        assert token_in_force(conn, itself, end) is None
        assert token_in_force(conn, revoked, NOW) is None
        for wrong in ("", PREFIX, itself[:-1], itself + "\n", itself.upper(), f"{PREFIX}{'å' * 43}"):
            assert token_in_force(conn, wrong, NOW) is None
        found = tokens(conn, "anna")
        assert [one.state(end) for one in found] == ["revoked", "expired"]
        assert tokens(conn) == found
        assert tokens(conn, "bo") == ()


def test_use_is_noted_once_an_hour(archive: Engine) -> None:
    with writing(archive) as conn:
        kept, _ = make_token(conn, "Kurvor", "anna", NOW)
        seen = []
        for minutes in (0, 59, 60, 90, 121):
            note_use(conn, kept.id, NOW + timedelta(minutes=minutes))
            seen.append(tokens(conn)[0].last_used)
    assert seen == [NOW, NOW, NOW + HOUR, NOW + HOUR, NOW + timedelta(minutes=121)]


@pytest.mark.parametrize(
    ("name", "who", "days", "says"),
    [
        ("  ", "anna", 1, "needs a name"),
        ("x" * 101, "anna", 1, "needs a name"),
        ("a\0b", "anna", 1, "needs a name"),
        ("Kurvor", " ", 1, "needs a person"),
        ("Kurvor", "anna", 0, "lasts 1 to"),
        ("Kurvor", "anna", MOST_DAYS + 1, "lasts 1 to"),
    ],
)
def test_what_cannot_be_made_is_said(archive: Engine, name: str, who: str, days: int, says: str) -> None:
    with writing(archive) as conn, pytest.raises(TokenError, match=says):
        make_token(conn, name, who, NOW, days)


def test_nobody_has_more_than_can_be_kept_in_mind(archive: Engine) -> None:
    with writing(archive) as conn:
        for _ in range(MOST):
            first, _ = make_token(conn, "Kurvor", "anna", NOW)
        with pytest.raises(TokenError, match="revoke one first"):
            make_token(conn, "Kurvor", "anna", NOW)
        revoke_token(conn, first.id, NOW)
        make_token(conn, "Kurvor", "anna", NOW)
