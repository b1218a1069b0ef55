from hypothesis import given
from hypothesis import strategies as st

from nlp.assessment import Text
from nlp.effects import places, without
from nlp.reading import MAX_BODY, act_of, clean, group_of, split, title_and_body, topics_of
from nlp.vocabulary import words_of


@given(st.text(max_size=500))
def test_cleaning_keeps_every_offset(text: str) -> None:
    assert len(clean(text, 400)) == len(text[:400])


@given(st.text(max_size=300))
def test_tokens_put_together_are_the_text(text: str) -> None:
    words, spaces = split(text)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text


def test_markup_and_odd_blanks_become_blanks() -> None:
    assert clean("<p>Ny&nbsp;lag</p>", 100) == "   Ny      lag    "
    assert clean("a\u00a0b\u200bc\x00d", 100) == "a b c d"


def test_a_long_body_is_cut() -> None:
    assert len(title_and_body(Text("1", "t", "x" * 1_000_000))[1]) == MAX_BODY


def test_topics_by_code_or_label_are_the_same_words() -> None:
    assert topics_of(Text("1", "t", subjects=("hys:ENV",))) == ("Environment",)
    assert topics_of(Text("1", "t", subjects=("hys:Environment",))) == ("Environment",)
    assert topics_of(Text("1", "t", subjects=("ENV",))) == ("Environment",)


def test_an_act_type_is_no_topic() -> None:
    text = Text("1", "t", subjects=("hys-act:PROP_REG",))
    assert act_of(text) == "PROP_REG"
    assert topics_of(text) == ()


def test_an_unknown_kind_is_judged_as_other() -> None:
    assert group_of(Text("1", "t", genre="something new")) == group_of(Text("1", "t", genre="other"))


def test_words_and_their_places_are_found_across_soft_hyphens() -> None:
    text = Text("1", "Val\u00adbarhet i kom\u00admu\u00adnala val", "en kom")
    assert words_of(text.title) == ["valbarhet", "i", "kommunala", "val"]
    assert split(text.title)[0] == ["Val\u00adbarhet", "i", "kom\u00admu\u00adnala", "val"]
    assert places(text.title, "kommunala") == [(13, 24)]
    assert places(text.title, "kom") == []
    assert without(text, ["kommunala", "kom"]).title == "Val\u00adbarhet i   val"
    assert without(text, ["kom"]).body == "en  "
