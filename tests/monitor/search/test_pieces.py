from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.lexicon import load_lexicon
from monitor.core.words import fold, query_stems, stem, words
from monitor.search.concepts import Concept
from monitor.search.expressions import AllOf, AnyOf, Words, as_fts5, as_tsquery
from monitor.search.names import names_in
from monitor.search.query import Parsed, Term, parse
from monitor.search.ranking import Candidate, score
from monitor.search.relatives import split
from monitor.search.snippets import LENGTH, cut

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("", Parsed()),
        ("vatten och avlopp", Parsed(((Term(("vatten",)),), (Term(("avlopp",)),)))),
        ("och", Parsed(((Term(("och",)),),))),
        ('"vem har ansvaret"', Parsed(((Term(("vem", "har", "ansvaret"), quoted=True),),))),
        ('"aldrig slut', Parsed(((Term(("aldrig", "slut"), quoted=True),),))),
        ("avlopp*", Parsed(((Term(("avlopp",), beginning=True),),))),
        ("buss OR båt", Parsed(((Term(("buss",)), Term(("båt",))),))),
        ("bil ELLER tåg", Parsed(((Term(("bil",)), Term(("tåg",))),))),
        ("bil -tåg", Parsed(((Term(("bil",)),),), (Term(("tåg",)),))),
        ('bil -"snabba tåg"', Parsed(((Term(("bil",)),),), (Term(("snabba", "tåg"), quoted=True),))),
        ("e-legitimation", Parsed(((Term(("e",)),), (Term(("legitimation",)),)))),
        ("bil bil", Parsed(((Term(("bil",)),),))),
    ],
)
def test_a_query_is_read_as_people_write(text: str, parsed: Parsed) -> None:
    assert parse(text) == parsed


@given(st.text(max_size=500))
def test_every_text_is_a_query(text: str) -> None:
    for group in parse(text).groups:
        assert all(term.words and all(term.words) for term in group)


def test_expressions_are_quoted_for_both_databases() -> None:
    expression = AllOf(
        (AnyOf((Words(("avlopp",)), Words(("av", "lopp"), stemmed=False))), Words(("x'\"",), beginning=True)),
        (Words(("skol",)),),
    )
    assert as_fts5(expression) == (
        '((({title_stems body_stems} : "avlopp" OR {title body} : "av lopp")'
        ' AND {title_stems body_stems} : "x\'""" *) NOT {title_stems body_stems} : "skol")'
    )
    assert as_tsquery(expression) == ("((('avlopp') | ('av' <-> 'lopp')) & ('x''\"':*) & !('skol'))")


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("avloppsdirektivet", ("avlopp", "direktiv")),
        ("skolbibliotek", ("skol", "bibliotek")),
        ("lönetransparensdirektiv", ("lön", "transp", "direktiv")),
        ("vatten", ("vatt",)),
        ("xyzzy", ("xyzzy",)),
    ],
)
def test_compounds_are_split_into_words_that_the_archive_knows(word: str, parts: tuple[str, ...]) -> None:
    seen = dict.fromkeys(("avlopp", "direktiv", "skol", "bibliotek", "lön", "transp", "vatt"), 10)
    assert split(word, seen) == parts


@pytest.mark.parametrize(
    ("word", "stems"), [("vatten", ("vatt", "vatten")), ("avloppens", ("avlopp", "avloppen")), ("2022", ("2022",))]
)
def test_a_query_is_stemmed_in_both_languages(word: str, stems: tuple[str, ...]) -> None:
    assert query_stems(word) == stems


def test_words_keep_their_diacritics_and_lose_soft_hyphens() -> None:
    assert words("Av\u00adloppsdirek\u00adtivet, A\u030angström & COM(2022) 541") == [
        "avloppsdirektivet",
        "ångström",
        "com",
        "2022",
        "541",
    ]
    assert fold("lidköping") == "lidkoping"
    assert stem("landsbygdens", "sv") == "landsbyg"
    assert stem("Wasser", "de") == "Wasser"


def candidate(title: str, body: str = "", level: str | None = None, day: date = TODAY) -> Candidate:
    return Candidate(1, day, level, title.split(), body.split())


def wanted(*roots: str) -> list[Concept]:
    return [Concept(root, {root: 1.0}) for root in roots]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (candidate("avlopp"), candidate("annat", "avlopp")),
        (candidate("avlopp vatten"), candidate("avlopp annat")),
        (candidate("små avlopp"), candidate("små avlopp och mycket annat som inte hör hit alls")),
        (candidate("x", "avlopp vatten"), candidate("x", "avlopp " + "annat " * 9 + "vatten")),
        (candidate("avlopp", level="act"), candidate("avlopp", level="none")),
        (candidate("avlopp"), candidate("avlopp", day=date(2016, 1, 1))),
    ],
)
def test_what_ranks_higher(better: Candidate, worse: Candidate) -> None:
    concepts = wanted("avlopp", "vatten")
    assert score(better, concepts, TODAY).score > score(worse, concepts, TODAY).score


def test_age_and_level_never_outweigh_a_better_match() -> None:
    old = candidate("avlopp vatten", level="none", day=date(2015, 1, 1))
    new = candidate("avlopp", level="act")
    concepts = wanted("avlopp", "vatten")
    assert score(old, concepts, TODAY).score > score(new, concepts, TODAY).score


def test_coverage_is_the_share_of_what_was_asked() -> None:
    assert score(candidate("avlopp vatten"), wanted("avlopp", "vatten"), TODAY).coverage == 1
    assert score(candidate("avlopp"), wanted("avlopp", "vatten"), TODAY).coverage == 0.5
    assert score(candidate("x"), wanted("avlopp"), TODAY) == score(candidate(""), wanted("avlopp"), TODAY)


def test_a_snippet_is_cut_around_the_matches() -> None:
    text = "Ord " * 200 + "om avloppens rening i kommunen. " + "Mer " * 200
    snippet = cut(text, {"avlopp", "rening"})
    assert "avloppens rening i kommunen" in snippet.text
    assert [snippet.text[start:end] for start, end in snippet.marks] == ["avloppens", "rening"]
    assert snippet.text.startswith("… ")
    assert snippet.text.endswith(" …")


@given(st.text(max_size=2000), st.sets(st.text(min_size=1, max_size=5), max_size=4))
def test_a_snippet_is_short_and_its_marks_lie_inside(text: str, roots: set[str]) -> None:
    snippet = cut(text, roots, tuple(roots))
    assert len(snippet.text) <= LENGTH + 5
    assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.marks)


def test_the_longest_name_stands() -> None:
    lexicon = load_lexicon()
    said = list(names_in(["european", "green", "deal"], lexicon))
    assert {len(places) for places, _ in said} == {3}
    assert any("2022/0345(COD)" in meant.identifiers for _, meant in names_in(["avloppsdirektivet"], lexicon))


def test_the_shipped_names_are_well_formed() -> None:
    from spiders.identifiers import parse_identifier

    for alias in load_lexicon().aliases:
        for name in alias.identifiers:
            found = parse_identifier(name)
            assert found is not None, name
            assert found.value == name
