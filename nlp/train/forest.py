"""Learns the forest of decision trees for relevance."""

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from nlp.signals import Floats
from nlp.trees import Trees

TREES = 100
LEAF = 5
"""Texts that a leaf is made of at the least."""
TRIED = 0.3
"""Share of the features that are tried for each question."""


def forest(x: Floats, targets: Floats) -> Trees:
    """Trees with limits drawn by lot (Geurts, Ernst, Wehenkel 2006, "Extremely randomized trees")."""
    model = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, max_features=TRIED, random_state=0).fit(x, targets)
    trees = [one.tree_ for one in model.estimators_]
    roots = np.cumsum([0, *(tree.node_count for tree in trees)])
    below, above = [], []
    for root, tree in zip(roots, trees, strict=False):
        here = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        below.append(root + np.where(leaf, here, tree.children_left))
        above.append(root + np.where(leaf, here, tree.children_right))
    return Trees(
        roots[:-1].astype(np.int32),
        np.maximum(0, np.concatenate([tree.feature for tree in trees])).astype(np.int32),
        np.concatenate([tree.threshold for tree in trees]).astype(np.float32),
        np.concatenate(below).astype(np.int32),
        np.concatenate(above).astype(np.int32),
        np.vstack([tree.value[:, :, 0] for tree in trees]).astype(np.float32),
    )
