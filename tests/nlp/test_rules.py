from hypothesis import given
from hypothesis import strategies as st

from nlp.rules import TOKEN, Rules, parse


def patterns_in(text: str, *patterns: str) -> list[str]:
    rules = Rules([("", pattern) for pattern in patterns])
    return [hit.pattern for hit in rules.find(TOKEN.findall(text))]


def test_a_prefix_finds_swedish_compounds() -> None:
    assert patterns_in("Avloppsdirektivet skärps", "avlopp*") == ["avlopp*"]


def test_a_word_without_star_is_whole() -> None:
    assert patterns_in("slammet och islam", "slam") == []
    assert patterns_in("Slam på åkrar", "slam") == ["slam"]


def test_capitals_in_a_pattern_are_meant() -> None:
    assert patterns_in("AI i vården", "AI") == ["AI"]
    assert patterns_in("ai-pin", "AI") == []
    assert patterns_in("en ny leader", "Leader") == []


def test_phrases_need_every_word_in_order() -> None:
    assert patterns_in("Kritiska entiteters motståndskraft", "kritisk* entitet*") == ["kritisk* entitet*"]
    assert patterns_in("kritiska frågor om entiteter", "kritisk* entitet*") == []
    assert patterns_in("ramdirektivet för vatten", "ramdirektivet för vatten") == ["ramdirektivet för vatten"]


def test_a_hyphen_is_a_token_on_both_sides() -> None:
    assert patterns_in("AI-förordningen gäller", "AI-förordning*") == ["AI-förordning*"]
    assert patterns_in("ny e-legitimation", "e-legitimation") == ["e-legitimation"]


def test_the_last_token_can_begin_but_not_complete_a_phrase() -> None:
    assert patterns_in("civilt", "civilt försvar") == []


@given(st.text(max_size=200))
def test_any_text_gives_hits_inside_it(text: str) -> None:
    tokens = TOKEN.findall(text)
    rules = Rules([("a", "avlopp*"), ("b", "en två"), ("c", "AI")])
    assert all(0 <= hit.first <= hit.last < len(tokens) for hit in rules.find(tokens))


@given(st.lists(st.sampled_from(["avlopp", "AI", "två", "x-y"]), min_size=1, max_size=4))
def test_a_pattern_finds_itself(words: list[str]) -> None:
    pattern = " ".join(words)
    assert pattern in patterns_in(pattern, pattern)
    assert len(parse(pattern)) == len(TOKEN.findall(pattern))
