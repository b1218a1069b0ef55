"""What the model sees of a text: the group and kind of document, the type of act, the words of its title."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.themes import load as load_themes
from nlp.assessment import Text
from nlp.reading import PUBLISHERS, group_of, kind_of
from nlp.signals import NOTHING_FOUND, SIDES, Crosswalk, Reader, Signals, sides
from nlp.vectors import Vectors
from nlp.vocabulary import Sparse, learn, words_of

WORDS = ["avlopp", "vatten", "kommun", "skola", "buss", "energi"]
VOCABULARY = learn([(words_of(" ".join(WORDS)), words_of("och att"))] * 3)
VECTORS = Vectors(np.empty(0, np.uint32), np.empty((0, 4), np.int8), np.empty(0, np.float16))
READER = Reader(VOCABULARY, VECTORS, (), Crosswalk(load_themes()))


def read(*texts: Text) -> Signals:
    return READER.read(texts, [NOTHING_FOUND] * len(texts))


def row(part: Sparse, number: int) -> list[tuple[int, float]]:
    span = slice(part.starts[number], part.starts[number + 1])
    return list(zip(part.columns[span].tolist(), part.values[span].tolist(), strict=True))


@pytest.mark.parametrize("kind", PUBLISHERS.kinds)
def test_group_and_kind_have_columns_of_their_own_even_where_they_share_a_name(kind: str) -> None:
    text = Text("1", "t", genre=kind)
    (row,) = sides([text])
    groups, kinds = len(PUBLISHERS.groups), len(PUBLISHERS.kinds)
    assert [SIDES[place] for place in row[:groups].nonzero()[0]] == [group_of(text)]
    assert [SIDES[groups + place] for place in row[groups : groups + kinds].nonzero()[0]] == [kind_of(text)]
    assert not row[groups + kinds :].any(), "no type of act"


def test_the_type_of_act_is_seen() -> None:
    (row,) = sides([Text("1", "t", genre="initiative", subjects=("hys-act:PROP_REG",))])
    assert row[SIDES.index("PROP_REG")] == 1


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_a_body_does_not_blur_the_title(title: list[str], body: list[str]) -> None:
    long, short = Text("1", " ".join(title), " ".join(body)), Text("2", " ".join(title))
    both = read(long, short)
    assert row(both.titles, 0) == row(both.titles, 1) == row(read(short).titles, 0)
    assert bool(row(both.titles, 0)) == bool(title)
    assert row(both.sparse, 1) == row(both.titles, 1), "a title is all there is of a text without a body"


def test_words_of_the_body_are_read_with_the_whole_alone() -> None:
    signals = read(Text("1", "skola", "avlopp"))
    assert {place for place, _ in row(signals.titles, 0)} < {place for place, _ in row(signals.sparse, 0)}
