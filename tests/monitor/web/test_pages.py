import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from monitor.archive.documents import get_document
from monitor.archive.engine import reading
from monitor.archive.web import recorded
from monitor.dossiers.cases import cases_of
from monitor.web.phrases import PHRASES
from monitor.web.words import TABLES
from tests.monitor.web.conftest import token_of

PAGES = (
    *(
        "/",
        "/sok",
        "/sok?q=avlopp",
        "/sok?q=xyzzyqwert",
        "/arende/1",
        "/dokument/1",
        "/dokument/1?theme=va-vatten",
    ),
    *("/kalender", "/kalender?theme=va-vatten", "/brev", "/brev/2026-W48", "/brev/2026-W48/text", "/bevakningar"),
    *(
        "/signaler",
        "/kallor",
        "/statistik",
        "/andringar",
        "/personer",
        "/handlingar",
        "/nycklar",
        "/om/sok",
        "/om/tillganglighet",
        "/om/api",
    ),
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_there_in_both_languages(client: httpx.Client, path: str) -> None:
    swedish = client.get(path)
    client.cookies.set("language", "en")
    english = client.get(path)
    assert (swedish.status_code, english.status_code) == (200, 200)
    if "/brev/" not in path:
        assert '<html lang="sv">' in swedish.text
        assert '<html lang="en">' in english.text
        assert swedish.text.count("<h1") == 1


def test_every_phrase_is_said_and_every_word_is_known() -> None:
    root = Path(__file__).parents[3] / "monitor/web"
    said = "".join(
        path.read_text() for path in (*root.rglob("*.html"), *root.rglob("*.py")) if "phrases" not in str(path)
    )
    literal = set(re.findall(r'"([a-z_ 0-9-]+)"', said)) | set(re.findall(r"'([a-z_ 0-9-]+)'", said))
    made = re.compile(
        r"^(alert|sort|column|error|ask|done|action|role|reason|priority|stage|login|person|erase) .+"
    )
    literal.add("merged")  # a case's history may hold it
    unused = [phrase for phrase in PHRASES if phrase not in literal and not made.match(phrase)]
    assert unused == []
    for swedish, english in PHRASES.values():
        assert set(re.findall(r"{(\w+)}", swedish)) == set(re.findall(r"{(\w+)}", english))
    assert all(len(names) == 2 for table in TABLES.values() for names in table.values())


def test_an_identifier_goes_straight_to_its_dossier(client: httpx.Client) -> None:
    for spelling in ("2022/0345(COD)", " 2022/0345(cod) ", "2022/0345"):
        assert client.get("/sok", params={"q": spelling}).headers["location"] == "/arende/1"
    assert client.get("/sok", params={"q": "2022/0345(COD)", "list": "1"}).status_code == 200
    assert client.get("/sok", params={"q": "2022/0345(COD)", "kind": "fpm"}).status_code == 200


def test_a_nickname_finds_its_file(client: httpx.Client) -> None:
    page = client.get("/sok", params={"q": "avloppsdirektivet"}).text
    assert 'href="/arende/1"' in page
    assert "<mark>avloppsdirektivet</mark>" in page


def test_results_alone_for_htmx(client: httpx.Client) -> None:
    part = client.get("/sok", params={"q": "slam"}, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="traffar"')
    assert "HX-Request" in part.headers["vary"]


def test_filters_stand_in_the_address_and_can_be_taken_away(client: httpx.Client) -> None:
    page = client.get("/sok", params={"q": "slam", "kind": "remiss", "open": "1"}).text
    assert "1 träff" in page
    assert 'href="/sok?q=slam&amp;open=1"' in page
    assert 'href="/sok?q=slam&amp;kind=remiss"' in page


def test_every_facet_can_be_chosen_and_taken_away(client: httpx.Client) -> None:
    token = token_of(client.get("/arende/1"))
    given = {"token": token, "status": "bevakas", "owner": "VA-enheten"}
    assert client.post("/arende/1/handlaggning", data=given).status_code == 303
    page = client.get("/sok", params={"q": "avlopp"}).text
    for chosen in ("direction=restricting", "language=sv", "status=bevakas", "owner=VA-enheten"):
        assert f'href="/sok?q=avlopp&amp;{chosen}"' in page, chosen
        narrowed = client.get(f"/sok?q=avlopp&{chosen}").text
        assert "Ta bort valet" in narrowed
        assert "Inga träffar" not in narrowed


def test_a_filter_takes_several_values(client: httpx.Client) -> None:
    one = client.get("/sok?kind=remiss").text
    assert 'href="/sok?kind=remiss&amp;kind=fpm"' in one, "another value can be chosen besides"
    both = client.get("/sok?kind=remiss&kind=fpm").text
    assert "2 träffar" in both
    assert both.count('class="taken"') == 2
    for left in ("remiss", "fpm"):
        assert f'href="/sok?kind={left}"' in both, "each is taken away by itself"
    assert both.count('type="hidden" name="kind"') == 4, "the form of the search and that of following keep both"
    found = client.get("/api/search?kind=remiss&kind=fpm&stage=remiss&facets=0").json()
    assert ([one["kind"] for one in found["results"]], found["facets"]) == (["remiss"], {})
    token = token_of(client.get("/sok?kind=remiss&kind=fpm"))
    data = {"token": token, "kind": ["remiss", "fpm"], "name": "Två slag"}
    assert client.post("/bevakningar", data=data).status_code == 303
    followed = client.get("/bevakningar").text
    assert 'href="/sok?kind=remiss&amp;kind=fpm"' in followed
    assert "(2):" in followed


def test_stages_are_named_and_filtered_by(client: httpx.Client) -> None:
    page = client.get("/sok?q=slam").text
    assert 'href="/sok?q=slam&amp;stage=remiss">Remiss</a>' in page
    assert "Läge: Remiss" in client.get("/sok?q=slam&stage=remiss").text
    client.cookies.set("language", "en")
    assert ": Swedish referral" in client.get("/sok?stage=remiss").text


@pytest.mark.parametrize(
    "query",
    (
        "status=%3Cb%3E",
        "direction=huge",
        "owner=%00",
        "language=%27",
        "from=igår&to=2026-13-40",
        "page=-4",
        "page=99999999999",
        "sort=%00",
        "level=<b>",
        "q=" + "a" * 2000,
    ),
)
def test_a_wrong_address_still_leads_somewhere(client: httpx.Client, query: str) -> None:
    assert client.get(f"/sok?{query}").status_code == 200


def test_nothing_found_says_what_to_try(client: httpx.Client) -> None:
    page = client.get("/sok", params={"q": "xyzzyqwert", "kind": "remiss"}).text
    assert "Inga träffar" in page
    assert "Prova så här" in page


def test_a_document_shows_its_evidence_and_its_change(client: httpx.Client) -> None:
    page = client.get("/dokument/3").text
    assert "<mark>Remiss</mark>" in page
    assert "remiss: 18 december 2026</del> → <ins>remiss: 16 december 2026</ins>" in page
    assert "23 dagar kvar" in page


def test_a_correction_sticks_and_is_signed(client: httpx.Client, engine: Engine) -> None:
    token = token_of(client.get("/dokument/1"))
    for given in ({"theme": "va-vatten", "holds": "no"}, {"level": "background"}, {"direction": "enabling"}):
        answer = client.post("/dokument/1/bedom", data={"token": token, **given})
        assert answer.headers["location"] == "/dokument/1?saved=1#bedomning"
    with reading(engine) as conn:
        one = get_document(conn, 1)
        assert one is not None
        assert (one.level, one.direction, one.themes) == ("background", "enabling", ())
        assert [row.action for row in recorded(conn, 10)] == ["judge"] * 3
    assert "rättat av en person" in client.get("/dokument/1").text
    assert "lokal" in client.get("/andringar").text


@pytest.mark.parametrize(
    "given", ({}, {"level": "huge"}, {"theme": "no-such", "holds": "yes"}, {"direction": "na"})
)
def test_a_wrong_correction_changes_nothing(client: httpx.Client, engine: Engine, given: dict[str, str]) -> None:
    token = token_of(client.get("/dokument/1"))
    assert client.post("/dokument/1/bedom", data={"token": token, **given}).status_code == 400
    with reading(engine) as conn:
        assert recorded(conn, 10) == ()


def test_a_case_is_opened_and_kept(client: httpx.Client, engine: Engine) -> None:
    token = token_of(client.get("/arende/1"))
    given = {"status": "bevakas", "owner": "VA-enheten", "position": "Ja,\r\nmen.", "due": "2026-12-01"}
    assert client.post("/arende/1/handlaggning", data={"token": token, **given}).status_code == 303
    with reading(engine) as conn:
        case = cases_of(conn, [1])[1]
    assert (case.status, case.owner, case.position, str(case.due)) == (
        "bevakas",
        "VA-enheten",
        "Ja,\nmen.",
        "2026-12-01",
    )
    page = client.get("/arende/1").text
    assert 'value="VA-enheten"' in page
    refused = client.post("/arende/1/handlaggning", data={"token": token, "status": "kanske"})
    assert refused.status_code == 400
    assert "Det gick inte att spara" in refused.text


def test_documents_are_taken_apart_and_put_together_again(client: httpx.Client, engine: Engine) -> None:
    token = token_of(client.get("/arende/1"))
    away = client.post("/arende/1/dela", data={"token": token, "document": ["2"]})
    made = away.headers["location"].partition("?")[0]
    assert made not in ("/arende/1", "")
    assert "Ett reviderat avloppsdirektiv" in client.get(made).text
    assert 'href="/dokument/2"' not in client.get("/arende/1").text
    together = client.post("/arende/1/sla-samman", data={"token": token, "other": made.rpartition("/")[2]})
    assert together.headers["location"] == "/arende/1?saved=1"
    assert 'href="/dokument/2"' in client.get("/arende/1").text
    assert client.get(made).headers["location"] == "/arende/1"
    with reading(engine) as conn:
        assert [(row.action, row.who) for row in recorded(conn, 10)] == [("merge", "lokal"), ("split", "lokal")]
    assert "slog ihop" in client.get("/andringar").text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("dela", {}),
        ("dela", {"document": ["1", "2"]}),
        ("dela", {"document": ["4"]}),
        ("dela", {"document": ["٣", "x", "99999999999"]}),
        ("sla-samman", {}),
        ("sla-samman", {"other": "1"}),
        ("sla-samman", {"other": "2022/0345(COD)"}),
        ("sla-samman", {"other": "<script>alert(1)</script>"}),
    ],
)
def test_what_cannot_be_taken_apart_or_put_together_is_said(
    client: httpx.Client, engine: Engine, path: str, data: dict[str, object]
) -> None:
    token = token_of(client.get("/arende/1"))
    answer = client.post(f"/arende/1/{path}", data={"token": token, **data})
    assert answer.status_code == 400
    assert "Det gick inte att spara" in answer.text
    assert "<script>alert" not in answer.text
    with reading(engine) as conn:
        assert recorded(conn, 10) == ()


def test_a_dossier_is_drawn_with_its_text(client: httpx.Client) -> None:
    page = client.get("/arende/1").text
    assert '<svg class="timeline"' in page
    drawn = page.partition('<svg class="timeline"')[2].partition("</svg>")[0]
    told = page.partition('<ol class="steps numbered"')[2].partition("</ol>")[0]
    # What is drawn is also written, for those who do not see the picture.
    assert drawn.count("<circle") == told.count("<li") >= 2
    assert "Ett reviderat avloppsdirektiv" in page


def test_a_followed_search_has_a_feed_and_a_calendar(client: httpx.Client) -> None:
    token = token_of(client.get("/sok", params={"q": "avlopp"}))
    data = {"token": token, "q": "avlopp", "name": "Avlopp & <slam>", "page": "3", "nonsense": "x"}
    assert client.post("/bevakningar", data=data).status_code == 303
    page = client.get("/bevakningar").text
    assert "Avlopp &amp; &lt;slam&gt;" in page
    feed = client.get(re.findall(r'href="(/follow/[^"]+\.atom)"', page)[0])
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "Avloppsvatten från tätbebyggelse" in feed.text
    events = client.get(re.findall(r'href="(/follow/[^"]+\.ics)"', page)[0]).text
    assert "DTSTART;VALUE=DATE:20261207" in events
    number = re.findall(r'action="/bevakningar/(\d+)/avsluta"', page)[0]
    assert client.post(f"/bevakningar/{number}/avsluta", data={"token": token}).status_code == 303
    assert "Avlopp" not in client.get("/bevakningar").text.partition("<main")[2].partition("</main")[0].replace(
        "avlopps", ""
    )


def test_what_does_not_exist_is_said(client: httpx.Client) -> None:
    for path in (
        "/dokument/99",
        "/dokument/x",
        "/dokument/٣",
        "/arende/99",
        "/brev/2020-W01",
        "/nope",
        "/sok.exe",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Sidan finns inte" in answer.text


def test_the_language_is_kept(client: httpx.Client) -> None:
    answer = client.get("/sprak/en", params={"to": "/sok?q=slam"})
    assert answer.headers["location"] == "/sok?q=slam"
    assert "Search the archive" in client.get("/sok").text


def test_calendar_file(client: httpx.Client) -> None:
    text = client.get("/kalender.ics").text
    assert text.count("BEGIN:VEVENT") == 2
    assert "Avloppsvatten" in text.replace("\r\n ", "")
