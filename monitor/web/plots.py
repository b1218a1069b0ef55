"""Simple plots as data for inline SVG: positions and lengths in the drawing's own units. No style, no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

WIDTH, HEIGHT, GAP = 640, 160, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `label` is what it stands for."""

    label: str
    value: float
    x: float
    y: float
    width: float
    height: float


def columns(values: Sequence[tuple[str, float]]) -> list[Bar]:
    """Standing bars side by side over the whole width, the highest as high as the drawing."""
    if not values:
        return []
    most = max(value for _, value in values) or 1
    step = WIDTH / len(values)
    return [
        Bar(
            label,
            value,
            round(place * step + GAP / 2, 1),
            round(HEIGHT - value / most * HEIGHT, 1),
            round(max(1, step - GAP), 1),
            round(value / most * HEIGHT, 1),
        )
        for place, (label, value) in enumerate(values)
    ]


def shares(values: Mapping[str, float]) -> list[tuple[str, float, int]]:
    """Label, value and length in percent of the longest, the largest first."""
    most = max(values.values(), default=0) or 1
    ordered = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(label, value, round(value / most * 100)) for label, value in ordered]


TRACK = 46
"""Height of one track of a timeline."""
RADIUS = 11


@dataclass(frozen=True, slots=True)
class Point:
    """One event of a timeline: its number in the list below, where it stands, and whether it lies ahead."""

    number: int
    x: float
    y: float
    ahead: bool


@dataclass(frozen=True, slots=True)
class Year:
    """The beginning of a year."""

    year: int
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events on tracks over a common scale of days; `today` is where the present stands."""

    points: tuple[Point, ...]
    years: tuple[Year, ...]
    today: float
    height: float
    tracks: tuple[float, ...]
    """Where each track's line is drawn."""


def timeline(events: Sequence[tuple[date, int]], today: date, tracks: int) -> Timeline | None:
    """Events as points on a line; None where there are fewer than two.

    Args:
        events: day and track (from 0) of each, in order of their day.
        today: the present.
        tracks: how many tracks there are.
    """
    if len(events) < 2:
        return None
    first, last = min(events[0][0], today), max(events[-1][0], today)
    span = max(1, (last - first).days)
    left, right = RADIUS * 2.0, WIDTH - RADIUS * 2.0

    def place(day: date) -> float:
        return round(left + (day - first).days / span * (right - left), 1)

    lines = tuple(24.0 + TRACK * track + TRACK / 2 for track in range(tracks))
    reached: dict[int, float] = {}
    points = []
    for number, (day, track) in enumerate(events, 1):
        # What falls on nearly the same day stands beside the one before it.
        x = max(place(day), reached.get(track, -RADIUS) + RADIUS * 2 + 1)
        reached[track] = x
        points.append(Point(number, round(x, 1), lines[track], day > today))
    widest = max(right, *(point.x for point in points))
    if widest > right:
        points = [
            replace(one, x=round(left + (one.x - left) * (right - left) / (widest - left), 1)) for one in points
        ]
    years = tuple(Year(year, place(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1))
    return Timeline(tuple(points), years, place(today), 24.0 + TRACK * tracks + 20, lines)
