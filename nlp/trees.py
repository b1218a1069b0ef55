"""A forest of decision trees as numbers: what single weights cannot say ("duty counts where the theme is ours").

Each tree asks one feature after the other whether it lies below a limit, and ends in a leaf that says how many of
the training texts there reached each level. All trees of a batch are walked at once with numpy.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SURE = 0.005
"""No forest is surer than this, so that its log-odds are finite."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees one after the other; a leaf is its own successor.

    `roots` (trees); `feature`, `limit`, `below` and `above` (the next node) by node; `shares` (nodes, outputs).
    """

    roots: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int32]
    limit: Floats
    below: npt.NDArray[np.int32]
    above: npt.NDArray[np.int32]
    shares: Floats

    def __call__(self, x: Floats) -> Floats:
        """(n, outputs): log-odds of the mean share of the leaves that each row of features ends in."""
        values, first = x.ravel(), (np.arange(len(x)) * x.shape[1])[:, None]
        node = np.repeat(self.roots[None, :], len(x), axis=0)
        while True:
            asked = values.take(first + self.feature.take(node))
            following = np.where(asked <= self.limit.take(node), self.below.take(node), self.above.take(node))
            if np.array_equal(following, node):
                break
            node = following
        share = np.clip(self.shares[node].mean(1), SURE, 1 - SURE)
        odds: Floats = np.log(share / (1 - share)).astype(np.float32)
        return odds
