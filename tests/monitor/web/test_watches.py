"""Alerts in the browser: chosen, changed and ended on the page of followed searches."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from config.settings import Settings
from monitor.archive.alerts import Alert, alerts
from monitor.archive.engine import reading, writing
from monitor.archive.web import recorded, save_search
from monitor.delivery import subscribers
from monitor.web import app
from tests import storstad
from tests.monitor.mail_server import Handler, running
from tests.monitor.web.conftest import HOSTILE, NOW, serving, token_of

WORK = "storstad.example.se"


@pytest.fixture
def mailbox(folder: Path, engine: Engine, clock: Callable[[], datetime]) -> Iterator[tuple[httpx.Client, Handler]]:
    """The pages of Storstad, where only work addresses are allowed, and its mail server."""
    config = storstad.founded(folder / "config") / "organisation.toml"
    config.write_text(config.read_text() + f'recipient_domains = ["{WORK}"]\n')
    with running() as server:
        settings = Settings(
            config=folder / "config",
            data_dir=folder,
            smtp_host=server.host,
            smtp_port=server.port,
            smtp_security="none",
        )
        with (
            serving(app.create(settings, engine, clock)) as there,
            httpx.Client(base_url=there, timeout=30) as client,
        ):
            yield client, server.handler


def followed(client: httpx.Client, name: str = "Slam") -> str:
    """The token of the page's forms, once a search is followed."""
    token = token_of(client.get("/sok?q=slam"))
    assert client.post("/bevakningar", data={"token": token, "q": "slam", "name": name}).status_code == 303
    return token


def stored(engine: Engine) -> tuple[Alert, ...]:
    with reading(engine) as conn:
        return alerts(conn)


def test_a_new_address_confirms_first(mailbox: tuple[httpx.Client, Handler], engine: Engine) -> None:
    client, handler = mailbox
    token = followed(client)
    data = {"token": token, "address": f"Anna@{WORK}", "interval": "weekly"}
    answer = client.post("/bevakningar/1/larm", data=data, follow_redirects=True)
    assert f"Larmet väntar på att anna@{WORK} bekräftar" in answer.text
    (asked,) = handler.taken
    assert asked.message["Subject"].startswith("Bekräfta")
    assert [(one.interval, one.standing) for one in stored(engine)] == [("weekly", "pending")]

    data["interval"] = "daily"
    client.post("/bevakningar/1/larm", data=data)
    assert len(handler.taken) == 1, "nobody is asked again and again"
    (one,) = stored(engine)
    with writing(engine) as conn:
        subscribers.confirm(conn, subscribers.token(conn, one.subscriber), now=NOW)
    assert f"Larm skickas varje dag till anna@{WORK}" in client.get("/bevakningar").text
    with reading(engine) as conn:
        changes = [change for change in recorded(conn, 10) if change.action == "alert"]
    assert [change.said["interval"] for change in changes] == ["daily", "weekly"]
    assert WORK not in str([change.said for change in changes]), "addresses stay in the register"

    assert client.post("/bevakningar/1/larm", data={"token": token, "do": "end"}).status_code == 303
    assert stored(engine) == ()


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("anna@elsewhere.example.org", WORK),
        ("nobody", "Ange en e-postadress"),
        (HOSTILE, "Ange en e-postadress"),
        (f"left@{WORK}", "sagt nej"),
    ],
)
def test_who_may_not_get_it_is_said(
    mailbox: tuple[httpx.Client, Handler], engine: Engine, address: str, says: str
) -> None:
    client, handler = mailbox
    token = followed(client, HOSTILE)
    with writing(engine) as conn:
        subscribers.remove(conn, subscribers.add(conn, f"left@{WORK}", now=NOW).id)
    data = {"token": token, "address": address, "interval": "daily"}
    answer = client.post("/bevakningar/1/larm", data=data)
    assert answer.status_code == 400
    assert says in answer.text
    assert HOSTILE not in answer.text
    assert (stored(engine), handler.taken) == ((), [])


def test_only_ones_own_searches_and_only_by_a_form_of_ours(
    mailbox: tuple[httpx.Client, Handler], engine: Engine
) -> None:
    client, handler = mailbox
    token = followed(client)
    with writing(engine) as conn:
        save_search(conn, "Bos", "bo", {"q": "slam"}, NOW)
    data = {"address": f"anna@{WORK}", "interval": "daily"}
    assert client.post("/bevakningar/1/larm", data=data).status_code == 403
    for number in ("2", "99", "x", "1" * 40):
        assert client.post(f"/bevakningar/{number}/larm", data={**data, "token": token}).status_code == 404
    wrong = {**data, "token": token, "interval": "hourly"}
    assert client.post("/bevakningar/1/larm", data=wrong).status_code == 400
    assert (stored(engine), handler.taken) == ((), [])


def test_who_no_longer_follows_gets_no_alert(mailbox: tuple[httpx.Client, Handler], engine: Engine) -> None:
    client, _ = mailbox
    token = followed(client)
    data = {"token": token, "address": f"anna@{WORK}", "interval": "daily"}
    client.post("/bevakningar/1/larm", data=data)
    assert len(stored(engine)) == 1
    assert client.post("/bevakningar/1/avsluta", data={"token": token}).status_code == 303
    assert stored(engine) == ()
