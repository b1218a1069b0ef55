"""What options choose from: the levels and directions that a person can name.

The words are those of `nlp.assessment`, which the command line does not load for its help; a test compares them.
"""

from enum import StrEnum


class Level(StrEnum):
    """How much a document matters."""

    ACT = "act"
    BRIEF = "brief"
    BACKGROUND = "background"
    NONE = "none"


class Direction(StrEnum):
    """Which way it moves the organisation's room for action."""

    RESTRICTING = "restricting"
    ENABLING = "enabling"
    BOTH = "both"
    UNCLEAR = "unclear"
