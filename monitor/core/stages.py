"""Where a file stands: sources' codes become steps, steps an ordered history, the history a stage (pure).

Two sources may give one event different days; both are kept with their source, and the most trusted one counts.
Only events that have happened move a file; what a source expects is what comes next.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from statistics import median

from config.stages import Applies, Chain, Stages, Step

DRAFT_REPORT = "-PR-"
"""In the Parliament's number of a committee paper: a rapporteur's draft report (`ENVI-PR-745370`)."""
MOST_RECENT = 50
"""Of how many last files the usual length of a step is the median."""


@dataclass(frozen=True, slots=True, order=True)
class Dated:
    """A day that a document gives a code; `source` is the archive's id of the source, `kind` the document's."""

    date: date
    code: str
    source: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened or is expected; of its days in several sources the one that counts stands first."""

    step: Step
    day: date
    dates: tuple[Dated, ...]

    @property
    def disputed(self) -> bool:
        """Whether sources disagree on the day."""
        return len({one.date for one in self.dates}) > 1


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells which way a file goes."""

    procedure: str = ""
    """Type of procedure: COD."""
    celex: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands on a day: the last event that moved it, and its stage as number of the chain's."""

    event: Event
    chain: Chain
    stage: str
    number: int | None
    """None: the stage is none of the chain's."""
    following: str | None = None
    """The step that usually follows here."""

    @property
    def total(self) -> int:
        """How many stages the chain has."""
        return len(self.chain.stages)


@dataclass(frozen=True, slots=True)
class Usual:
    """How many days the last comparable files took from one step to another."""

    days: int
    files: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What comes next: with a source's day, or as the usual next step with how long that takes."""

    step: Step
    day: date | None = None
    usual: Usual | None = None


@dataclass(frozen=True)
class Model:
    """The stage model with what is looked up in it often."""

    stages: Stages

    def step_of(self, code: str, kind: str = "") -> Step | None:
        """The step that a source's code means; None: nobody knows. The code for its kind outranks patterns."""
        known = self._known
        if (code, kind) not in known:
            known[code, kind] = self._find(code, kind)
        return known[code, kind]

    def implied(self, kind: str, key: str) -> str | None:
        """The code of a document that is a step by being published: `document:fpm`; None: it is none."""
        code = f"document:{kind}"
        if kind == "committee-report" and DRAFT_REPORT in key:
            code = "document:committee-draft-report"
        return code if self.step_of(code) is not None else None

    def name_of(self, stage: str) -> tuple[str, str]:
        """A stage's name in Swedish and English."""
        return next(((one.sv, one.en) for one in self.stages.stage if one.id == stage), (stage, stage))

    def by_id(self, step: str) -> Step | None:
        """The step of this name."""
        return self._steps.get(step)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Place of each step in the configuration: of one day's events the later one says more."""
        return {step.id: place for place, step in enumerate(self.stages.step)}

    @cached_property
    def ways(self) -> dict[Traits, Chain]:
        """The chain of each combination of traits met so far."""
        return {}

    @cached_property
    def _steps(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.stages.step}

    @cached_property
    def _known(self) -> dict[tuple[str, str], Step | None]:
        return {}

    @cached_property
    def _exact(self) -> Mapping[str, Step]:
        return {code: step for step in self.stages.step for code in step.codes if "*" not in code}

    @cached_property
    def _patterns(self) -> Sequence[tuple[str, Step]]:
        found = [(code, step) for step in self.stages.step for code in step.codes if "*" in code]
        return sorted(found, key=lambda pair: -len(pair[0]))

    def _find(self, code: str, kind: str) -> Step | None:
        for form in (f"{code}@{kind}", code):
            if form in self._exact:
                return self._exact[form]
        return next((step for pattern, step in self._patterns if fnmatchcase(code, pattern)), None)


def history(dated: Iterable[Dated], model: Model) -> tuple[tuple[Event, ...], tuple[Dated, ...]]:
    """The events in order of their day, and the days whose code nobody knows."""
    by_step: dict[str, list[Dated]] = defaultdict(list)
    unknown = []
    for one in sorted(set(dated)):
        step = model.step_of(one.code, one.kind)
        if step is None:
            unknown.append(one)
        else:
            by_step[step.id].append(one)
    events = []
    for name, days in by_step.items():
        step = model.by_id(name)
        assert step is not None  # noqa: S101  # names come from the model
        events += [_event(step, some, model.stages.trust) for some in _same(days, model.stages.same_days)]
    on_day: dict[date, set[str]] = defaultdict(set)
    for event in events:
        on_day[event.day].update(event.step.replaces)
    kept = (event for event in events if event.step.id not in on_day[event.day])
    return tuple(sorted(kept, key=lambda event: (event.day, model.order[event.step.id]))), tuple(unknown)


def _same(days: Sequence[Dated], near: int) -> list[list[Dated]]:
    """Days that belong to one event: equal, or near each other and from different sources."""
    clusters: list[list[Dated]] = []
    for one in days:
        for cluster in clusters:
            is_near = one.date - cluster[0].date <= timedelta(days=near)
            others = [other for other in cluster if other.source == one.source]
            if is_near and all(other.date == one.date for other in others):
                cluster.append(one)
                break
        else:
            clusters.append([one])
    return clusters


def _event(step: Step, dates: Sequence[Dated], trust: Sequence[str]) -> Event:
    def rank(one: Dated) -> tuple[int, date, str]:
        platform = one.code.partition(":")[0]
        return trust.index(platform) if platform in trust else len(trust), one.date, one.code

    ordered = sorted(dates, key=rank)
    return Event(step, ordered[0].date, tuple(ordered))


def chain_of(traits: Traits, model: Model) -> Chain:
    """The way that a file goes: the first chain with one of its signs."""
    known = model.ways
    if traits not in known:
        known[traits] = next(chain for chain in model.stages.chain if _applies(chain.applies, traits))
    return known[traits]


def _applies(applies: Applies, traits: Traits) -> bool:
    if applies == Applies():
        return True
    if traits.procedure:
        # What the procedure is outranks what other signs suggest.
        if applies.procedures:
            return traits.procedure in applies.procedures
        return not (applies.celex or applies.codes) and not traits.kinds.isdisjoint(applies.kinds)
    return (
        not traits.celex.isdisjoint(applies.celex)
        or not traits.kinds.isdisjoint(applies.kinds)
        or any(fnmatchcase(code, pattern) for code in traits.codes for pattern in applies.codes)
    )


def standing(events: Iterable[Event], chain: Chain, today: date) -> Standing | None:
    """Where a file stands on `today`; None: nothing has happened that moves it.

    A file never goes back a stage: late papers of an earlier one do not move it.
    """
    places = {stage: place for place, stage in enumerate(chain.stages, 1)}
    found: Standing | None = None
    for event in events:
        step = event.step
        if event.day > today or step.quiet or step.forecast:
            continue
        number = None if step.ends else places.get(step.stage)
        reached = found.number if found else None
        stage, following = step.stage, step.next
        early = step.early
        if early and early.stage in places and (reached or 0) < places.get(early.until, 0):
            stage, number, following = early.stage, places[early.stage], early.next
        if reached is not None and number is not None and number < reached and step.again:
            stage, number = step.again, places.get(step.again)
        if reached is not None and number is not None and number < reached:
            # A paper of an earlier stage that came late: the history has it, the file stays where it is.
            continue
        found = Standing(event, chain, stage, number, following)
    return found


def expected(
    events: Sequence[Event],
    now: Standing | None,
    model: Model,
    today: date,
    usual: Mapping[tuple[str, str], Usual],
) -> Expected | None:
    """What comes next: the nearest day that a source gives, else the step that usually follows.

    A legal last day is no event: what usually comes before it is told first.
    """
    coming = [event for event in events if event.day > today and (event.step.forecast or not event.step.quiet)]
    following = now.following if now else None
    dated = [event for event in coming if event.step.coming != "latest" or following in (None, event.step.id)]
    if dated:
        return Expected(dated[0].step, dated[0].day)
    if now is None or now.following is None:
        return None
    step = model.by_id(now.following)
    return Expected(step, usual=usual.get((now.event.step.id, step.id))) if step else None


def usual_lengths(histories: Iterable[Sequence[Event]], today: date) -> dict[tuple[str, str], Usual]:
    """The median days from a step to the one that usually follows it, of the files in which it came last."""
    lengths: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for events in histories:
        first: dict[str, date] = {}
        for event in events:
            if event.day <= today and not event.step.forecast:
                first.setdefault(event.step.id, event.day)
        for event in events:
            following = event.step.next
            if following in first and first[event.step.id] == event.day and first[following] >= event.day:
                days = (first[following] - event.day).days
                lengths[event.step.id, following].append((first[following], days))
    return {
        pair: Usual(round(median(days for _, days in recent)), len(recent))
        for pair, found in lengths.items()
        if (recent := sorted(found)[-MOST_RECENT:])
    }


def unknown_codes(dated: Iterable[Dated], model: Model, told: Collection[str] = ()) -> dict[str, Dated]:
    """Codes that nobody knows and that were not told before, each with where it was seen."""
    found: dict[str, Dated] = {}
    for one in dated:
        if one.code not in told and model.step_of(one.code, one.kind) is None:
            found.setdefault(one.code, one)
    return found
