"""The words of the letter that are a choice of few: what an item, a window, a case can be."""

from enum import StrEnum


class Level(StrEnum):
    """How much an item concerns the organisation."""

    ACT = "act"
    BRIEF = "brief"
    BACKGROUND = "background"
    NONE = "none"


class Direction(StrEnum):
    """Whether it restricts or enables the organisation: the question of its own policy."""

    RESTRICTING = "restricting"
    ENABLING = "enabling"
    BOTH = "both"
    UNCLEAR = "unclear"


class Certainty(StrEnum):
    """Where a date comes from."""

    GIVEN = "given"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class WindowKind(StrEnum):
    """In which way one can influence or apply; the values are those of `spiders.finding.WindowKind`."""

    CALL_FOR_EVIDENCE = "call-for-evidence"
    CONSULTATION = "consultation"
    FEEDBACK = "feedback"
    SUBSIDIARITY = "subsidiarity"
    REMISS = "remiss"
    AMENDMENTS = "amendments"
    CALL = "call"
    TRANSPOSITION = "transposition"


class Status(StrEnum):
    """How far the organisation's own handling has come."""

    NEW = "ny"
    ASSIGNED = "tilldelad"
    WATCHED = "bevakas"
    ACTING = "agerar"
    ANSWERED = "svarat"
    CLOSED = "avslutad"


class Priority(StrEnum):
    """What the reader should do with an entry."""

    DECISION = "decision"
    ACTION = "action"
    FYI = "fyi"


class Matter(StrEnum):
    """What a word of the text speaks of, where that concerns a municipality."""

    SERVICE = "service"
    """A task that municipalities have."""
    DUTY = "duty"
    """Duties and requirements."""
    MONEY = "money"
    MUNICIPALITY = "municipality"
    """Municipalities or regions themselves."""


class Coming(StrEnum):
    """What a day that lies ahead means."""

    EXPECTED = "expected"
    EARLIEST = "earliest"
    LATEST = "latest"
    SET = "set"


class SentTo(StrEnum):
    """What the list of the bodies to which a remiss is sent means for us."""

    OURS = "ours"
    OTHERS = "others"
    UNREAD = "unread"
