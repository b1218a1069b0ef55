"""Early signals on constructed archives: what rises is found, what only happens is not."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.signals import SignalRules, load_signal_rules
from monitor.core.signals import Sighting, Strength, signals, surprise

TODAY = date(2026, 11, 23)
SOURCES = ("a", "b", "c", "d", "e")
LONG_AGO = dict.fromkeys(SOURCES, date(2025, 1, 1))
RULES = load_signal_rules()


def sighting(
    number: int, day: date, source: str, *words: str, theme: str = "va-vatten", **more: object
) -> Sighting:
    said = {word: word for word in words}
    fields: dict[str, object] = {"matter": f"m{number}", "actors": frozenset(), **more}
    return Sighting(number, day, source, themes=(theme,), words=said, **fields)  # type: ignore[arg-type]


def quiet(seed: int = 1, weeks: int = 28) -> Iterator[Sighting]:
    """Half a year in which each of five sources publishes about four texts a week on two themes."""
    chance = random.Random(seed)
    vocabulary = [f"vardag{number}" for number in range(200)]
    number = 0
    for week in range(weeks):
        for source in SOURCES:
            for _ in range(chance.randint(2, 6)):
                number += 1
                day = TODAY - timedelta(days=7 * week + chance.randint(0, 6))
                theme = chance.choice(("va-vatten", "energi-biogas"))
                yield sighting(number, day, source, *chance.choices(vocabulary, k=5), theme=theme)


def burst(count: int, sources: int, *words: str, start: int = 9000, **more: object) -> list[Sighting]:
    return [
        sighting(start + number, TODAY - timedelta(days=number % 10), SOURCES[number % sources], *words, **more)
        for number in range(count)
    ]


def test_a_new_word_in_many_places_is_a_strong_signal() -> None:
    (one,) = signals([*quiet(), *burst(8, 4, "kvartärrening")], LONG_AGO, TODAY, RULES)
    assert (one.sort, one.subject, one.theme) == ("term", "kvartärrening", "va-vatten")
    assert one.is_new
    assert (one.matters, one.sources, one.expected) == (8, 4, 0)
    assert one.strength is Strength.STRONG
    assert set(one.documents) == set(range(9000, 9008))
    assert one.documents[0] == 9000, "the newest first"


def test_a_known_word_that_is_named_more_often_is_told_with_what_was_expected() -> None:
    known = [
        sighting(8000 + week, TODAY - timedelta(weeks=week), SOURCES[week % 5], "biogas")
        for week in range(4, 26, 4)
    ]
    (one,) = signals([*quiet(), *known, *burst(12, 4, "biogas")], LONG_AGO, TODAY, RULES)
    assert one.subject == "biogas"
    assert not one.is_new
    assert one.before == len(known)
    assert 0 < one.expected < 1.5


def test_a_theme_that_rises_as_a_whole_is_a_signal() -> None:
    some = [one for number in range(40) for one in burst(1, 1, f"helt{number}", start=9000 + number)]
    spread = [
        Sighting(one.document, one.day, SOURCES[number % 5], one.matter, ("digital-cyber",), one.words, one.actors)
        for number, one in enumerate(some)
    ]
    before = [sighting(8000, TODAY - timedelta(weeks=9), "a", "x", theme="digital-cyber")]
    (one,) = signals([*quiet(), *before, *spread], LONG_AGO, TODAY, RULES)
    assert (one.sort, one.subject) == ("theme", "digital-cyber")


def test_a_new_actor_is_a_signal_and_a_known_one_is_none() -> None:
    new = burst(7, 4, actors=frozenset({"Vattenrådet"}))
    (one,) = signals([*quiet(), *new], LONG_AGO, TODAY, RULES)
    assert (one.sort, one.subject) == ("actor", "Vattenrådet")
    old = sighting(1, TODAY - timedelta(weeks=10), "a", actors=frozenset({"Vattenrådet"}))
    assert not [one for one in signals([*quiet(), old, *new], LONG_AGO, TODAY, RULES) if one.sort == "actor"]


@pytest.mark.parametrize(
    ("what", "some"),
    [
        ("few matters", burst(3, 3, "kvartärrening")),
        ("one source", burst(12, 1, "kvartärrening")),
        ("one matter in many places", burst(12, 4, "kvartärrening", matter="dossier:1")),
        ("a word that announces nothing", burst(7, 4, "november")),
        ("a number", burst(7, 4, "2027")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_weak_evidence_is_silence(what: str, some: list[Sighting]) -> None:
    assert signals([*quiet(), *some], LONG_AGO, TODAY, RULES) == ()


def test_a_source_just_added_raises_nothing() -> None:
    began = LONG_AGO | {"d": TODAY - timedelta(weeks=5), "e": TODAY - timedelta(weeks=5)}
    some = [sighting(9000 + n, TODAY, "de"[n % 2], "kvartärrening") for n in range(20)]
    assert signals([*quiet(), *some], began, TODAY, RULES) == ()


def test_a_young_archive_says_nothing() -> None:
    began = dict.fromkeys(SOURCES, TODAY - timedelta(weeks=6))
    assert signals([*quiet(weeks=6), *burst(12, 4, "kvartärrening")], began, TODAY, RULES) == ()
    assert signals([], {}, TODAY, RULES) == ()


def test_when_everything_rises_nothing_does() -> None:
    double = [
        Sighting(50_000 + one.document, one.day, one.source, f"x{one.matter}", one.themes, one.words, one.actors)
        for one in quiet(seed=2)
        if one.day > TODAY - timedelta(days=14)
    ]
    assert signals([*quiet(), *double, *quiet_again(3)], LONG_AGO, TODAY, RULES) == ()


def quiet_again(seed: int) -> list[Sighting]:
    """More of the recent weeks, as in September."""
    return [
        Sighting(90_000 + one.document, one.day, one.source, f"y{one.matter}", one.themes, one.words, one.actors)
        for one in quiet(seed=seed)
        if one.day > TODAY - timedelta(days=14)
    ]


def test_quiet_times_seldom_alarm() -> None:
    alarms = sum(bool(signals(quiet(seed), LONG_AGO, TODAY, RULES)) for seed in range(40))
    # Three sorts, each allowed a twentieth; counts below five and one source too few make it far less.
    assert alarms <= 2


def test_at_most_so_many_and_each_about_something_else() -> None:
    words = [f"nytt{number}" for number in range(9)]
    some = [
        one for place, word in enumerate(words) for one in burst(8, 4, word, f"{word}s", start=9000 + 50 * place)
    ]
    found = signals([*quiet(), *some], LONG_AGO, TODAY, RULES)
    assert len(found) == RULES.most
    assert len({one.documents for one in found}) == len(found)
    assert not signals([*quiet(), *some], LONG_AGO, TODAY, RULES.model_copy(update={"most": 0}))


@given(st.integers(1, 60), st.integers(0, 200), st.floats(0.01, 1))
def test_surprise_is_a_probability_that_falls_with_the_count(count: int, before: int, share: float) -> None:
    assert surprise(0, before, share) == 1
    assert 0 <= surprise(count + 1, before, share) <= surprise(count, before, share) <= 1 + 1e-12
    assert surprise(count, before + 1, share) >= surprise(count, before, share) - 1e-12


def test_surprise_is_that_of_the_textbook() -> None:
    # Negative binomial with r = 2.5, p = 10/11: P(X ≥ 2) = 1 - p^r - r(1 - p)p^r.
    p = 10 / 11
    assert surprise(2, 2, 0.1) == pytest.approx(1 - p**2.5 - 2.5 * (1 - p) * p**2.5)


def test_the_order_of_documents_does_not_matter() -> None:
    some = [*quiet(), *burst(8, 4, "kvartärrening"), *burst(6, 4, "vattenlås", start=9500)]
    mixed = some.copy()
    random.Random(5).shuffle(mixed)
    assert signals(some, LONG_AGO, TODAY, RULES) == signals(mixed, LONG_AGO, TODAY, RULES)


def test_rules_are_checked() -> None:
    with pytest.raises(ValueError, match="least_sources"):
        SignalRules(least_sources=1)
    assert RULES.category_of("va-vatten") is not None
    assert RULES.category_of("no-such-theme") is None
