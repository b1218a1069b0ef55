"""A small archive, and real servers in front of it."""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine
from starlette.types import ASGIApp

from config.settings import Settings
from monitor.archive.documents import get_documents
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.delivery import subscribers
from monitor.dossiers.filing import join_new
from monitor.letters.briefing import Office, gather, publish
from monitor.web import app, public
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Step, Window, WindowKind

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}</textarea></title>"


def finding(key: str, title: str, text: str, kind: Kind = Kind.NEWS, **more: Any) -> Finding:
    return Finding(
        source=more.pop("source", "hys-open"),
        key=key,
        url=f"https://example.org/{key}",
        kind=kind,
        title={more.pop("language", "sv"): title},
        language="sv",
        text=text,
        published=date(2026, 11, 10),
        **more,
    )


def window(closes: date, kind: WindowKind = WindowKind.FEEDBACK) -> Window:
    return Window(kind, date(2026, 11, 1), closes, Certainty.GIVEN, url="https://example.org/svara")


PROCEDURE = Identifier("procedure", "2022/0345(COD)")
FINDINGS = (
    finding(
        "initiativ",
        "Avloppsvatten från tätbebyggelse",
        "Det omarbetade avloppsdirektivet kräver fler steg i reningen.\n\nVerken måste byggas ut.",
        Kind.INITIATIVE,
        identifiers=(PROCEDURE,),
        windows=(window(date(2026, 12, 7)),),
        steps=(
            Step(date(2022, 10, 26), "hys:ADOPTION_WORKFLOW/PROP_DIR"),
            Step(date(2026, 11, 9), "hys:ISC_WORKFLOW/REG_DRAFT"),
        ),
    ),
    finding(
        "memo",
        "Ett reviderat avloppsdirektiv",
        "Om förslaget.",
        Kind.FPM,
        identifiers=(PROCEDURE,),
        source="riksdagen-fpm",
    ),
    finding(
        "remiss",
        "Remiss om slam",
        "Slam och fosfor.",
        Kind.REMISS,
        windows=(window(date(2026, 12, 18), WindowKind.REMISS),),
    ),
    finding("news", "Olive oil market", "Stocks recover after two dry years.", language="en"),
    finding("formel", '=HYPERLINK("http://evil.example";"klicka")', "Formler om slam."),
)
FRESH = date(2026, 12, 16)


def assessment(number: int, title: str, level: Level) -> Assessment:
    evidence = (Evidence(EvidenceKind.TERM, title.split(maxsplit=1)[0], 1.5, 0, len(title.split(maxsplit=1)[0])),)
    return Assessment(
        id=str(number),
        language="sv",
        tags=(
            Tag("va-vatten", 0.93, assigned=True, evidence=evidence),
            Tag("naring-industri", 0.2, assigned=False),
        ),
        relevance=0.8,
        level=level,
        direction=Direction.RESTRICTING,
        reasons=("Vatten, avlopp och Vänern (93 %): träffar *avlopp*.",),
        evidence=evidence,
        model="prov-1",
    )


def fill(engine: Engine) -> None:
    """The documents, a change, dossiers, ratings, a letter."""
    moved = finding(
        "remiss", "Remiss om slam", "Slam och fosfor.", Kind.REMISS, windows=(window(FRESH, WindowKind.REMISS),)
    )
    for day, findings in ((12, FINDINGS), (20, (moved,))):
        at = datetime(2026, 11, day, 7, tzinfo=UTC)
        with writing(engine) as conn:
            number = start_scan(conn, at, "command")
        Intake(engine, number).take([PageRead("hys-open", "list", None, findings)], at)
    with reading(engine) as conn:
        documents = get_documents(conn, range(1, len(FINDINGS) + 1))
    rated = [
        (one, assessment(one.id, one.title()[0], Level.ACT if one.id < 4 else Level.NONE)) for one in documents
    ]
    with writing(engine) as conn:
        save_assessments(conn, rated, NOW)
    join_new(engine, lambda: NOW)
    office = Office.of(Settings())
    with writing(engine) as conn:
        publish(conn, gather(conn, office, week="2026-W48", now=NOW))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file that every test copies."""
    path = tmp_path_factory.mktemp("filled") / "utblick.db"
    engine = open_archive(f"sqlite:///{path}")
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    shutil.copy(filled, tmp_path / "utblick.db")
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    """Its archive."""
    opened = open_archive(f"sqlite:///{folder / 'utblick.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: NOW


@contextmanager
def serving(application: ASGIApp) -> Iterator[str]:
    """The address of a real server of our own on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)  # so that nobody is turned away before the server runs
    config = uvicorn.Config(
        application, log_level="error", proxy_headers=False, server_header=False, lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


@pytest.fixture
def address(folder: Path, engine: Engine, clock: Callable[[], datetime]) -> Iterator[str]:
    """The whole application, for whoever sits at this machine."""
    with serving(app.create(Settings(data_dir=folder), engine, clock)) as there:
        yield there


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30) as opened:
        yield opened


class Clock:
    """A clock that a test turns."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def turned() -> Clock:
    return Clock()


@pytest.fixture
def openid(turned: Clock) -> Iterator[Any]:
    """A provider of our own at which people log in."""
    from tests.monitor.web.openid import providing

    with providing(turned) as one:
        yield one


@pytest.fixture
def visiting(folder: Path, engine: Engine, turned: Clock, openid: Any) -> Iterator[Callable[..., httpx.Client]]:
    """Begins a browser at pages with a login there; one server for each choice of settings."""
    from tests.monitor.web.openid import HERE, settings_for

    with ExitStack() as stack:
        there: dict[str, str] = {}

        def begin(**more: Any) -> httpx.Client:
            if (name := repr(sorted(more.items()))) not in there:
                made = app.create(settings_for(folder, openid, **more), engine, turned)
                there[name] = stack.enter_context(serving(made))
            return stack.enter_context(httpx.Client(base_url=there[name], headers=HERE, timeout=30))

        yield begin


@pytest.fixture
def outside(folder: Path, engine: Engine, clock: Callable[[], datetime]) -> Iterator[httpx.Client]:
    """The public pages alone."""
    with (
        serving(public.create(Settings(data_dir=folder), engine, clock)) as there,
        httpx.Client(base_url=there) as opened,
    ):
        yield opened


@pytest.fixture
def subscribed(engine: Engine) -> tuple[int, str]:
    """A subscriber's number and token."""
    with writing(engine) as conn:
        one = subscribers.add(conn, "anna@example.org", now=NOW)
        return one.id, subscribers.token(conn, one.id)


def token_of(page: httpx.Response) -> str:
    """The token of a page's forms."""
    return page.text.partition('name="token" value="')[2].partition('"')[0]
