"""What must be refused, and what must stay text whatever it says."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, insert, update

from config.settings import Settings
from monitor.archive import schema
from monitor.archive.dossiers import note
from monitor.archive.engine import reading, writing
from monitor.archive.web import record, recorded, save_search
from monitor.delivery import subscribers
from monitor.dossiers.cases import set_case
from monitor.web import app
from monitor.web.guard import LARGEST_BODY, Pace
from tests.monitor.web.conftest import HOSTILE, NOW, serving, token_of
from tests.monitor.web.test_pages import PAGES

LOCAL = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


def poison(engine: Engine) -> None:
    """Hostile text in every column of text, as if nothing had been sanitised on its way in."""
    json = {"sv": HOSTILE, "en": HOSTILE}
    with writing(engine) as conn:
        conn.execute(
            update(schema.document).values(
                titles=json,
                title_sv=HOSTILE,
                title_en=HOSTILE,
                summary=json,
                text=f"{HOSTILE}\n\n{HOSTILE}",
                url="javascript:alert(1)",
                subjects=[HOSTILE],
                bodies=[HOSTILE],
                parser=HOSTILE,
                language='"><b>',
                attachments=[
                    [HOSTILE, "javascript:alert(1)"],
                    ["data", "data:text/html,<script>alert(1)</script>"],
                ],
                kind=HOSTILE,
                source=schema.document.c.source,
                direction=HOSTILE,
                capture="0" * 64,
            )
        )
        conn.execute(update(schema.document_window).values(label=HOSTILE, url="javascript:alert(1)"))
        conn.execute(update(schema.document_step).values(code=HOSTILE))
        conn.execute(update(schema.assessment).values(reasons=[HOSTILE], model=HOSTILE))
        evidence = [{"kind": "term", "text": HOSTILE, "weight": 1.0, "start": 0, "end": len(HOSTILE)}]
        conn.execute(update(schema.tag).values(evidence=evidence))
        conn.execute(
            insert(schema.tag).values(document=1, theme=HOSTILE, score=1, assigned=True, model="x", evidence=[])
        )
        conn.execute(
            insert(schema.document_identifier).values(document=1, scheme="x", value=HOSTILE, relation="subject")
        )
        for field, value in (
            ("title", json),
            ("text", HOSTILE),
            ("subjects", [HOSTILE]),
            ("steps", [["2026-01-01", HOSTILE]]),
        ):
            row = {"document": 1, "seen_at": NOW, "field": field, "before": None, "after": value}
            conn.execute(insert(schema.revision).values(row))
        state = {"outcome": HOSTILE, "error": HOSTILE, "last_attempt": NOW, "failing": 1}
        conn.execute(insert(schema.source_state).values(source="hys-open", **state))
        conn.execute(
            insert(schema.capture).values(
                source="x",
                url="javascript:alert(1)",
                method="GET",
                status=200,
                headers={},
                fetched_at=NOW,
                sha256="0" * 64,
                size=1,
                redacted=False,
            )
        )
        case = dict.fromkeys(("owner", "channel", "decider", "position", "benefit_risk"), HOSTILE)
        set_case(conn, 1, {name: value[:200] for name, value in case.items()}, who=HOSTILE[:90], at=NOW)
        note(conn, 1, HOSTILE[:40], {"x": HOSTILE}, NOW, who=HOSTILE[:90])
        save_search(conn, HOSTILE, "lokal", {"q": HOSTILE, "theme": HOSTILE}, NOW)
        record(conn, HOSTILE, NOW, action=HOSTILE[:40], about=HOSTILE, said={HOSTILE: HOSTILE})


def test_text_from_outside_stays_text_on_every_page(client: httpx.Client, engine: Engine) -> None:
    poison(engine)
    query = httpx.QueryParams({"q": HOSTILE, "theme": HOSTILE, "source": HOSTILE, "kind": HOSTILE})
    paths = [path for path in PAGES if not path.startswith("/brev/")]
    for path in (
        *paths,
        f"/sok?{query}",
        "/sok?q=alert",
        f"/kalender?theme={HOSTILE}",
        f"/dokument/1?theme={HOSTILE}",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        inside = answer.text
        assert "<script>alert" not in inside, path
        assert "<img" not in inside, path
        assert "&gt;49" not in inside, path  # nor was it read as a template
        assert "javascript:" not in re.sub(r">[^<]*<", "><", inside).replace("value=", ""), path
        # Nothing of it became a tag or an attribute: the only scripts are our own file.
        assert re.findall(r"<script(?! src=\"/static/)", inside) == [], path
        assert re.findall(r"\son\w+=(?=[^<]*>)", re.sub(r'"[^"]*"', '""', inside)) == [], path


def test_feeds_and_exports_of_hostile_text_are_well_formed(client: httpx.Client, engine: Engine) -> None:
    from xml.etree import ElementTree as ET

    poison(engine)
    tokens = re.findall(r"/follow/([\w-]+)\.atom", client.get("/bevakningar").text)
    feed = ET.fromstring(client.get(f"/follow/{tokens[0]}.atom").content)
    assert feed.tag.endswith("feed")
    assert "\r\nATTENDEE" not in client.get("/kalender.ics").text
    assert client.get("/sok.json").json()["total"] == 5


def test_formulas_are_marked_in_every_table(client: httpx.Client) -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    assert "'=HYPERLINK(" in client.get("/sok.csv").text
    sheet = load_workbook(BytesIO(client.get("/sok.xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
    assert [(cell.data_type, cell.value[:2]) for cell in cells] == [("s", "'=")]


def test_headers_keep_the_browser_from_more_than_it_should(client: httpx.Client) -> None:
    for path in ("/", "/nope", "/static/utblick.css", "/api/search", "/sok.csv"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
    letter = client.get("/brev/2026-W48").headers["content-security-policy"]
    assert "script-src" not in letter
    assert "sandbox" in letter
    client.cookies.clear()
    cookie = client.get("/").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_no_page_has_inline_script_style_or_anything_from_elsewhere(client: httpx.Client) -> None:
    for path in PAGES:
        if "/brev/" not in path:
            text = client.get(path).text
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script>", text), path
            assert not re.search(r'(?:src|action)="https?:', text), path
            assert not re.search(r'<link[^>]+href="https?:', text), path


@pytest.mark.parametrize("token", ("", "x" * 64, "å" * 64, None))
def test_a_form_of_another_page_changes_nothing(client: httpx.Client, engine: Engine, token: str | None) -> None:
    client.get("/dokument/1")
    data = {"level": "none"} | ({"token": token} if token is not None else {})
    for path in (
        "/dokument/1/bedom",
        "/arende/1/handlaggning",
        "/bevakningar",
        "/bevakningar/1/avsluta",
        "/arende/1/forslag/1",
        "/arende/1/dela",
        "/arende/1/sla-samman",
    ):
        assert client.post(path, data=data).status_code == 403
    with reading(engine) as conn:
        assert recorded(conn, 10) == ()


def test_a_token_belongs_to_one_browser(address: str) -> None:
    with httpx.Client(base_url=address) as mine, httpx.Client(base_url=address) as other:
        token = token_of(mine.get("/dokument/1"))
        other.get("/dokument/1")
        assert other.post("/dokument/1/bedom", data={"token": token, "level": "none"}).status_code == 403
        # Planting my mark in the other browser gives it only what I can do myself.
        assert mine.post("/dokument/1/bedom", data={"token": token, "level": "none"}).status_code == 303


def test_another_site_is_told_by_its_browser(client: httpx.Client) -> None:
    token = token_of(client.get("/dokument/1"))
    for said in ("cross-site", "same-site"):
        headers = {"Sec-Fetch-Site": said}
        answer = client.post("/dokument/1/bedom", data={"token": token, "level": "none"}, headers=headers)
        assert answer.status_code == 403


def test_only_our_own_host_name(client: httpx.Client) -> None:
    for host in (
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[",
        "localhost@evil.example",
    ):
        assert client.get("/", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize(
    "path",
    (
        "/../../etc/passwd",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static//etc/passwd",
        "/dokument/1/../../etc",
        "/brev/..%2f..%2fx",
        "/dokument/1%00",
    ),
)
def test_paths_lead_nowhere_else(address: str, path: str) -> None:
    import http.client

    host, _, port = address.removeprefix("http://").partition(":")
    raw = http.client.HTTPConnection(host, int(port), timeout=10)
    raw.request("GET", path)
    answer = raw.getresponse()
    body = answer.read().decode()
    raw.close()
    assert answer.status == 404
    assert "root:" not in body
    assert "def " not in body


def test_too_much_is_refused(client: httpx.Client) -> None:
    assert client.get("/sok", params={"q": "a" * 5000}).status_code == 414
    token = token_of(client.get("/dokument/1"))
    assert client.post("/dokument/1/bedom", data={"token": token, "level": "x" * LARGEST_BODY}).status_code == 413
    many = {f"f{number}": "x" for number in range(500)}
    assert client.post("/dokument/1/bedom", data={"token": token, **many}).status_code == 400
    assert client.get("/").status_code == 200


def test_a_body_of_no_declared_length_is_measured_as_it_comes(client: httpx.Client) -> None:
    def stream(pieces: int) -> Iterator[bytes]:
        for _ in range(pieces):
            yield b"x" * 4096

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(20):
        # The answer arrives although it was clear before the body had: the rest is read first.
        assert client.post("/dokument/1/bedom", content=stream(40), headers=kind).status_code == 413
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "to",
    ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b"),
)
def test_the_choice_of_language_leads_to_no_other_site(client: httpx.Client, to: str) -> None:
    assert client.get("/sprak/en", params={"to": to}).headers["location"] == "/"


def test_a_fast_visitor_must_wait() -> None:
    now = [0.0]
    pace = Pace(2.0, 3, lambda: now[0])
    assert [pace.take("a") for _ in range(4)] == [True, True, True, False]
    assert pace.take("b")
    now[0] = 0.5
    assert [pace.take("a"), pace.take("a")] == [True, False]


# ---------------------------------------------------------------------------- login by a proxy


def test_a_header_login_without_declared_networks_does_not_start() -> None:
    for missing in ({}, {"web_proxies": LOCAL}, {"web_address": "https://u.example.org"}):
        with pytest.raises(ValidationError, match="web_proxies and web_address"):
            Settings(web_login="header", **missing)  # type: ignore[arg-type]


def behind_proxy(folder: Path, proxies: tuple[IPv4Network | IPv6Network, ...]) -> Settings:
    return Settings(
        data_dir=folder,
        web_login="header",
        web_proxies=proxies,
        web_address="https://utblick.example.org",
        web_officers=frozenset({"bo@example.org"}),
        web_admins=frozenset({"anna"}),
    )


def test_roles_behind_a_proxy(folder: Path, engine: Engine, clock: Callable[[], datetime]) -> None:
    host = {"Host": "utblick.example.org"}
    application = app.create(behind_proxy(folder, LOCAL), engine, clock)
    with serving(application) as there, httpx.Client(base_url=there, headers=host) as client:
        assert client.get("/").status_code == 401
        assert client.get("/", headers=[("X-Remote-User", "anna"), ("X-Remote-User", "bo")]).status_code == 401
        assert client.get("/", headers={"X-Remote-User": "@example.org"}).status_code == 401
        reader = client.get("/dokument/1", headers={"X-Remote-User": "eva"})
        assert "Du kan läsa men inte rätta" in reader.text
        assert "__Host-utblick=" in reader.headers["set-cookie"]
        assert "secure" in reader.headers["set-cookie"].lower()
        assert "max-age" in reader.headers["strict-transport-security"]
        assert client.get("/andringar", headers={"X-Remote-User": "bo@example.org"}).status_code == 403
        assert client.get("/andringar", headers={"X-Remote-User": "anna"}).status_code == 200
        cookie = reader.headers["set-cookie"].partition(";")[0]
        sent = {"X-Remote-User": "eva", "Cookie": cookie}
        assert client.post("/dokument/1/bedom", data={"level": "none"}, headers=sent).status_code == 403
        officer = {"X-Remote-User": "bo@example.org", "Cookie": cookie}
        token = token_of(client.get("/dokument/1", headers=officer))
        data = {"token": token, "level": "none"}
        # The mark is the same browser's, the token another person's.
        assert (
            client.post("/dokument/1/bedom", data=data, headers={**officer, "X-Remote-User": "anna"}).status_code
            == 403
        )
        assert client.post("/dokument/1/bedom", data=data, headers=officer).status_code == 303
    with reading(engine) as conn:
        assert [row.who for row in recorded(conn, 10)] == ["bo"]


def test_a_header_from_an_undeclared_peer_is_no_login(
    folder: Path, engine: Engine, clock: Callable[[], datetime]
) -> None:
    settings = behind_proxy(folder, (IPv4Network("192.0.2.0/24"),))
    headers = {
        "Host": "utblick.example.org",
        "X-Remote-User": "anna",
        "X-Forwarded-For": "192.0.2.7",
        "Forwarded": "for=192.0.2.7",
    }
    with (
        serving(app.create(settings, engine, clock)) as there,
        httpx.Client(base_url=there, headers=headers) as client,
    ):
        assert client.get("/").status_code == 403


def test_the_header_means_nothing_without_a_proxy(client: httpx.Client, engine: Engine) -> None:
    headers = {"X-Remote-User": "anna"}
    token = token_of(client.get("/dokument/1", headers=headers))
    client.post("/dokument/1/bedom", data={"token": token, "level": "none"}, headers=headers)
    with reading(engine) as conn:
        assert [row.who for row in recorded(conn, 10)] == ["lokal"]


# ---------------------------------------------------------------------------- the public pages


def test_following_a_link_unsubscribes_nobody(
    outside: httpx.Client, engine: Engine, subscribed: tuple[int, str]
) -> None:
    number, token = subscribed
    page = outside.get(f"/leave/{token}")
    assert page.status_code == 200
    assert "Vill du sluta" in page.text
    with reading(engine) as conn:
        assert subscribers.find(conn, str(number)).state == "active"
    one_click = outside.post(f"/leave/{token}", data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    with reading(engine) as conn:
        assert subscribers.find(conn, str(number)).state == "unsubscribed"
    assert outside.post(f"/leave/{token}").status_code == 200  # again: nothing changes


def test_a_pending_subscriber_confirms(outside: httpx.Client, engine: Engine) -> None:
    with writing(engine) as conn:
        one = subscribers.add(conn, "bo@example.org", now=NOW, confirmed=False)
        token = subscribers.token(conn, one.id)
    assert "Ja, skicka" in outside.get(f"/confirm/{token}").text
    assert "Tack" in outside.post(f"/confirm/{token}").text
    with reading(engine) as conn:
        assert subscribers.find(conn, str(one.id)).state == "active"
    outside.post(f"/leave/{token}")
    assert "avslutad" in outside.post(f"/confirm/{token}").text


def test_only_a_token_opens_anything_outside(outside: httpx.Client, subscribed: tuple[int, str]) -> None:
    _, token = subscribed
    for path in (
        "/leave/x",
        "/confirm/x",
        "/calendar/x.ics",
        "/letter/2026-W48/x",
        "/follow/x.atom",
        f"/letter/2026-W48/{token}",
        "/",
        "/sok",
        "/dokument/1",
        "/arende/1",
        "/api/search",
        "/api/openapi.json",
        "/andringar",
        "/bevakningar",
    ):
        assert outside.get(path).status_code == 404, path  # the letter is not released yet
    assert outside.post("/leave/x").status_code == 404
    assert "BEGIN:VCALENDAR" in outside.get(f"/calendar/{token}.ics").text


def test_a_released_letter_has_a_web_copy(
    outside: httpx.Client, engine: Engine, subscribed: tuple[int, str]
) -> None:
    from monitor.archive.letters import edition

    with writing(engine) as conn:
        conn.execute(update(edition).values(state="released"))
    page = outside.get(f"/letter/2026-W48/{subscribed[1]}")
    assert page.status_code == 200
    assert "anna@example.org" not in page.text
