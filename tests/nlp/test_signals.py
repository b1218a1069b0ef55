"""What the model sees of a text: the group and kind of document, the type of act."""

import pytest

from nlp.assessment import Text
from nlp.reading import PUBLISHERS, group_of, kind_of
from nlp.signals import SIDES, sides


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
