"""Groups in the browser's terms: a shared search reaches its members, its rule proposes, a person decides."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine

from config.settings import Settings
from monitor.archive import teams
from monitor.archive.documents import get_document
from monitor.archive.dossiers import dossiers_of
from monitor.archive.engine import reading, writing
from monitor.archive.scans import start_scan
from monitor.archive.web import recorded, save_search
from monitor.collecting.intake import Intake
from monitor.dossiers.cases import cases_of
from monitor.following import follow
from monitor.labelling import label_new
from spiders.events import PageRead
from spiders.finding import Kind
from tests.monitor.web.conftest import HOSTILE, NOW, finding, token_of

TEAM, ME = "Miljöförvaltningen", "lokal"


@pytest.fixture
def token(client: httpx.Client) -> str:
    """Of the forms of somebody who is in the group and follows slam."""
    own = token_of(client.get("/sok?q=slam"))
    client.post("/grupper/ga-med", data={"token": own, "team": f"  {TEAM} "})
    client.post("/bevakningar", data={"token": own, "q": "slam", "name": "Slam"})
    return own


@pytest.fixture
def shared(client: httpx.Client, token: str) -> str:
    rule = {"token": token, "team": TEAM, "owner": "miljönämnden", "theme": "avfall-cirkular"}
    assert client.post("/bevakningar/1/dela", data=rule).status_code == 303
    return token


def proposed(engine: Engine, number: int) -> list[int]:
    with reading(engine) as conn:
        return [one.search for one in teams.proposals(conn, document=number)]


def test_a_rule_is_proposed_taken_and_refused(client: httpx.Client, engine: Engine, shared: str) -> None:
    page = client.get("/bevakningar").text
    assert f"Delad med {TEAM}." in page
    assert "2 dokument väntar på ett beslut:" in page
    told = client.get("/dokument/3").text
    assert f"{TEAM} bevakar ”Slam” och föreslår:" in told
    assert "ägare: miljönämnden." in told

    yes = client.post("/dokument/3/forslag/1", data={"token": shared, "verdict": "yes"})
    assert (yes.status_code, yes.headers["location"]) == (303, "/dokument/3?saved=1#bedomning")
    with reading(engine) as conn:
        one = get_document(conn, 3)
        number = dossiers_of(conn, [3])[3]
        case = cases_of(conn, [number])[number]
    assert one is not None
    assert "avfall-cirkular" in one.themes
    assert (case.owner, case.status) == ("miljönämnden", "tilldelad")
    assert client.post("/dokument/3/forslag/1", data={"token": shared, "verdict": "yes"}).status_code == 404

    client.post("/dokument/5/forslag/1", data={"token": shared, "verdict": "no"})
    assert "och föreslår:" not in client.get("/dokument/5").text
    label_new(engine, Settings(), lambda: NOW + timedelta(hours=1))
    assert proposed(engine, 5) == [], "what was refused is not proposed again"
    with reading(engine) as conn:
        said = [(one.action, one.object, one.said.get("verdict")) for one in recorded(conn, 2)]
    assert said == [("rule", "document:5", "no"), ("rule", "document:3", "yes")]


def test_what_comes_later_is_proposed_after_the_scan(engine: Engine, shared: str) -> None:
    assert shared
    later: datetime = NOW + timedelta(days=3)
    with writing(engine) as conn:
        number = start_scan(conn, later, "command")
    fresh = (finding("nytt", "Slam på åkrar", "Slam.", Kind.NEWS), finding("annat", "Hamnen", "Sjöfart."))
    Intake(engine, number).take([PageRead("hys-open", "list", None, fresh)], later)
    follow(engine, Settings(), lambda: later, rate=False)
    assert (proposed(engine, 6), proposed(engine, 7)) == ([1], [])
    assert [one.proposed for one in label_new(engine, Settings(), lambda: later)] == [0], "as it was done already"


def test_members_have_what_others_share_and_nobody_else(client: httpx.Client, engine: Engine) -> None:
    with writing(engine) as conn:
        theirs = save_search(conn, HOSTILE, "bo", {"q": "slam", "kind": ["remiss", "news"]}, NOW)
        teams.join_team(conn, TEAM, "bo")
        teams.share(conn, theirs.id, TEAM)
    assert theirs.token not in client.get("/bevakningar").text
    own = token_of(client.get("/sok?q=slam"))
    client.post("/grupper/ga-med", data={"token": own, "team": TEAM})
    page = client.get("/bevakningar").text
    assert f"/follow/{theirs.token}.atom" in page
    assert "/sok?q=slam&amp;kind=remiss&amp;kind=news" in page
    assert HOSTILE not in page
    for action in ("avsluta", "dela", "larm"):
        answer = client.post(f"/bevakningar/{theirs.id}/{action}", data={"token": own, "interval": "daily"})
        assert answer.status_code == 404, "another's stays another's"
    assert client.post("/grupper/lamna", data={"token": own, "team": TEAM}).status_code == 303
    assert theirs.token not in client.get("/bevakningar").text
    assert client.post("/grupper/lamna", data={"token": own, "team": TEAM}).status_code == 404


@pytest.mark.parametrize(
    ("refused", "data"),
    [
        (("/grupper/ga-med", 400), {"team": " "}),
        (("/bevakningar/1/dela", 403), {"team": "Okänd"}),
        (("/bevakningar/1/dela", 400), {"team": TEAM, "theme": HOSTILE}),
        (("/bevakningar/99/dela", 404), {"team": TEAM}),
        (("/dokument/3/forslag/1", 400), {"verdict": "maybe"}),
        (("/dokument/3/forslag/99", 404), {"verdict": "yes"}),
        (("/dokument/x/forslag/1", 404), {"verdict": "yes"}),
    ],
)
def test_what_is_wrong_changes_nothing(
    client: httpx.Client, engine: Engine, shared: str, refused: tuple[str, int], data: dict[str, str]
) -> None:
    (path, status), before = refused, proposed(engine, 3)
    assert client.post(path, data={**data, "token": shared}).status_code == status
    assert client.post(path, data=data).status_code == 403, "without a form of ours"
    assert proposed(engine, 3) == before == [1]
    with reading(engine) as conn:
        assert teams.teams(conn) == {TEAM: (ME,)}


def test_who_stops_sharing_takes_the_open_proposals_back(
    client: httpx.Client, engine: Engine, shared: str
) -> None:
    client.post("/bevakningar/1/dela", data={"token": shared, "team": "", "owner": "miljönämnden"})
    assert proposed(engine, 3) == []
    with reading(engine) as conn:
        assert teams.rules(conn) == ()
