from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from config.lexicon import Alias, Entry, Lexicon
from monitor.archive.documents import get_documents
from monitor.archive.engine import reading
from monitor.search import Query, Results, search

TODAY = date(2026, 11, 23)
LEXICON = Lexicon(
    aliases=(
        Alias(names=("avloppsdirektivet", "UWWTD"), terms=("urban wastewater",), identifiers=("2022/0345(COD)",)),
    ),
    entries=(Entry(sv=("datahall", "datacenter"), en=("data centre",)),),
)


def ask(engine: Engine, text: str = "", **more: Any) -> Results:
    with reading(engine) as conn:
        return search(conn, Query(text, **more), TODAY, LEXICON)


def keys(engine: Engine, text: str = "", **more: Any) -> list[str]:
    results = ask(engine, text, **more)
    with reading(engine) as conn:
        documents = {one.id: one.key for one in get_documents(conn, [one.id for one in results.results])}
    assert len(results.results) == min(results.total, more.get("limit", 20))
    return [documents[one.id] for one in results.results]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("avlopp", "avlopp"),  # the word itself
        ("avloppen", "avlopp"),  # inflected
        ("reningsverk", "rening"),  # last part of a compound
        ("avloppsrening", "rening"),  # first part of a compound
        ("skolbibliotekarier", "elev"),  # its stem begins with a known word
        ("bibliotekspersonal", "elev"),  # put together from two
        ("Lidköping", "lidkoping"),
        ("lidkoping", "lidkoping"),  # without diacritics
        ("LIDKÖPING HAMN", "lidkoping"),
        ("upphandlng", "fartyg"),  # misspelt
        ("artificel inteligens", "ai"),
        ("avloppsdirektivet", "direktivet"),  # nickname
        ("uwwtd", "direktivet"),
        ("datahallar", "tva"),  # translated
        ("data centres", "tva"),
        ("vattenprogram 2024", "vatten"),  # with its year
        ("Hur ska kommunen rena sitt avlopp?", "avlopp"),
        ('"skyddat boende"', "boende"),
        ("avlopps*", "rening"),
        ("2022/0345", "direktivet"),
        ("com(2022)541", "direktivet"),
        ("FPM52", "fpm"),
        ("färja OR hamn -skola", "lidkoping"),
    ],
)
def test_the_document_that_was_meant_comes_first(searched: Engine, text: str, first: str) -> None:
    assert keys(searched, text)[:1] == [first]


def test_letters_with_diacritics_are_letters_of_their_own(searched: Engine) -> None:
    assert keys(searched, "hål") == ["hall"]
    assert keys(searched, "hal") == ["hal", "hall"]


def test_a_phrase_is_found_as_it_is_written(searched: Engine) -> None:
    assert keys(searched, '"boende är skyddat"') == []
    assert keys(searched, '"boende som är skyddat"') == ["boende"]
    assert keys(searched, '"urban wastewater"') == ["direktivet"]


def test_what_is_excluded_does_not_appear(searched: Engine) -> None:
    assert keys(searched, "skola -upphandling -biblioteken") == ["ai"]
    assert keys(searched, "upphandling -skolan") == []


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"theme": ("va-vatten",)}, {"avlopp", "rening"}),
        ({"source": ("remisser",)}, {"avlopp"}),
        ({"kind": ("report",)}, {"vatten"}),
        ({"level": ("act",)}, {"avlopp"}),
        ({"direction": ("enabling",)}, {"avlopp"}),
        ({"written": ("en",)}, {"direktivet"}),
        ({"status": ("agerar",)}, {"direktivet"}),
        ({"owner": ("va-enheten",)}, {"direktivet"}),
        ({"owner": ("va-enheten",), "status": ("ny",)}, set()),
        ({"owner": ("' OR 1=1 --",)}, set()),
        ({"stage": ("remiss", "memo")}, {"avlopp", "fpm"}),
        ({"kind": ("remiss", "report", "bill")}, {"avlopp", "vatten"}),
        ({"open": True}, {"avlopp"}),
        ({"until": date(2022, 10, 26)}, {"direktivet"}),
        ({"since": date(2026, 11, 1)}, {"avlopp", "boende"}),
        ({"since": date(2024, 5, 5), "until": date(2024, 5, 5)}, {"vatten"}),
        ({"theme": ("va-vatten",), "text": "rening"}, {"avlopp", "rening"}),
        ({"theme": ("energi",), "text": "avlopp"}, set()),
        ({"source": ("prov",), "text": "2022/0345"}, {"direktivet"}),
        ({"source": ("remisser",), "text": "2022/0345"}, set()),
        ({"source": ("prov",), "text": "UWWTD"}, {"direktivet"}),
        ({"source": ("remisser",), "text": "UWWTD"}, set()),
    ],
)
def test_filters_hold_for_everything(searched: Engine, filters: dict[str, Any], expected: set[str]) -> None:
    assert set(keys(searched, **filters)) == expected
    assert ask(searched, **filters).total == len(expected)


def test_sorted_by_date_and_by_deadline(searched: Engine) -> None:
    by_date = keys(searched, sort="date", limit=100)
    assert by_date[:2] == ["boende", "avlopp"]
    assert by_date[-1] == "direktivet"
    assert keys(searched, sort="deadline", limit=1) == ["avlopp"]
    assert keys(searched, "vatten avlopp", sort="date")[0] == "avlopp"


def test_pages_follow_each_other_without_gap_or_repetition(searched: Engine) -> None:
    everything = keys(searched, limit=100)
    with reading(searched) as conn:
        ids = []
        for after in range(0, 20, 5):
            page = search(conn, Query("", limit=5, after=after), TODAY)
            assert page.total == len(everything)
            ids += [one.id for one in page.results]
    assert len(ids) == len(set(ids)) == len(everything)


def test_facets_count_all_matches(searched: Engine) -> None:
    facets = ask(searched, "avlopp", limit=1, facets=True).facets
    assert facets["theme"] == {"va-vatten": 2}
    assert facets["kind"]["remiss"] == 1
    assert facets["level"] == {"act": 1}
    everything = ask(searched, facets=True)
    assert sum(everything.facets["source"].values()) == everything.total
    assert everything.facets["year"]["2024"] == 1
    assert everything.facets["language"]["en"] == 1
    assert everything.facets["status"] == {"agerar": 1}
    assert everything.facets["owner"] == {"VA-enheten": 1}


def test_several_values_of_a_filter_mean_either(searched: Engine) -> None:
    both = ask(searched, kind=("remiss", "report"), facets=True)
    assert {one.kind for one in both.results} == {"remiss", "report"}
    assert both.total == both.facets["kind"]["remiss"] + both.facets["kind"]["report"] == 2
    assert keys(searched, "avlopp", kind=("remiss", "news"), source=("remisser",)) == ["avlopp"]


def test_a_filter_does_not_narrow_its_own_facet(searched: Engine) -> None:
    free = ask(searched, facets=True).facets
    for name in ("kind", "level", "theme", "owner"):
        value = next(iter(free[name]))
        narrowed = ask(searched, **{name: (value,)}, facets=True)
        assert narrowed.facets[name] == free[name]
        assert narrowed.total == free[name][value]
    one = ask(searched, kind=("remiss",), language=("sv",), facets=True).facets
    assert one["language"] == {"sv": 1}, "another filter does"
    assert one["kind"]["news"] == free["kind"]["news"]


def test_a_result_says_what_it_is(searched: Engine) -> None:
    (result,) = ask(searched, "enskilda avlopp", source=("remisser",)).results
    assert result.as_json() == {
        "id": result.id,
        "title": "Små avlopp i kommunen",
        "kind": "remiss",
        "source": "remisser",
        "published": "2026-11-01",
        "level": "act",
        "themes": ["va-vatten"],
        "closes": "2026-12-15",
        "url": "https://x.se/avlopp",
        "snippet": "Kommunen har tillsyn över enskilda avlopp. Reningen måste bli bättre.",
        "score": round(result.score, 4),
        "also": [],
    }
    marked = [result.snippet[start:end] for start, end in result.marks]
    assert marked[:2] == ["enskilda", "avlopp"]


def test_the_title_is_in_the_language_asked_for(searched: Engine) -> None:
    (swedish,) = ask(searched, "datahall").results
    (english,) = ask(searched, "datahall", language="en").results
    assert (swedish.title, swedish.title_language) == ("Nya regler", "sv")
    assert (english.title, english.title_language) == ("New rules for data centres", "en")


def test_a_better_spelling_is_offered(searched: Engine) -> None:
    assert ask(searched, "upphandlng färja").did_you_mean == "upphandling färja"
    assert ask(searched, "lidkoping").did_you_mean == "lidköping"
    assert ask(searched, "upphandling färja").did_you_mean is None


def test_signs_alone_find_nothing(searched: Engine) -> None:
    for text in ('"', "-", "*", "()", "'';--", '""', "OR", "🦆"):
        assert ask(searched, text).total == 0, text


HOSTILE = (
    'avlopp"',
    '"avlopp',
    "avlopp AND",
    "NEAR(avlopp, 2)",
    "title:avlopp",
    "{title} : avlopp",
    "avlopp ^ rening",
    "'avlopp':*A & !x",
    "a\x00b",
    "\\",
    "avlopp') OR 1=1 --",
    "C++ C# 100%",
    "-avlopp",
    "OR OR avlopp OR",
    "*" * 500,
    "avlopp " * 500,
    "\ud800",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_queries_are_just_text(searched: Engine, text: str) -> None:
    results = ask(searched, text, facets=True)
    assert 0 <= results.total <= 13
    assert len(results.results) <= results.total


@given(
    text=st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["avlopp", '"', "*", "-", "OR", "(", ")", ":", "'", "\\", "hamn", "COM(2022) 541", "å", " "]
        ),
        max_size=12,
    ).map("".join),
    sort=st.sampled_from(["rank", "date", "deadline"]),
)
@settings(max_examples=200, deadline=None)
def test_no_query_is_an_error(searched: Engine, text: str, sort: Any) -> None:
    results = ask(searched, text, sort=sort)
    assert len(results.results) == min(results.total, 20)
