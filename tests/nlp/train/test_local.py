import numpy as np

from nlp.judge import WAYS
from nlp.train.local import Seen, Verdict, applied, chances_of, learn

COUNT = 120
LOTS = np.random.default_rng(0)
SIDE = LOTS.integers(0, 2, COUNT)
"""What half of the texts have in common, as their only feature beside the constant."""


def seen() -> Seen:
    """Texts of which the model knows nothing: every answer is as probable as any other."""
    features = np.column_stack([np.ones(COUNT), SIDE]).astype(np.float32)
    nothing = np.zeros((COUNT, len(WAYS)), np.float32)
    return Seen(("one",), features, np.zeros((COUNT, 1), np.float32), np.zeros((COUNT, 3), np.float32), nothing)


def test_the_directions_that_people_give_are_learned() -> None:
    verdicts = [Verdict({}, way=WAYS.index("restricting" if side else "enabling")) for side in SIDE]
    found = chances_of(applied(seen(), learn(seen(), verdicts)).ways)
    given = [WAYS[way] for way in found.argmax(1)]
    assert given == ["restricting" if side else "enabling" for side in SIDE]


def test_what_nobody_judged_stays() -> None:
    found = learn(seen(), [Verdict({"one": bool(side)}) for side in SIDE])
    assert found.themes.any()
    assert not found.levels.any()
    assert not found.ways.any()


def test_few_judgements_move_nothing() -> None:
    verdicts = [Verdict({}, way=0)] * 5 + [Verdict({})] * (COUNT - 5)
    assert not learn(seen(), verdicts).ways.any()
