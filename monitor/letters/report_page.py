"""The follow-up of a period in words, for `digests.follow_up`."""

from collections.abc import Mapping

from config.organisation import Organisation
from digests.briefing import Direction, Text, WindowKind
from digests.facts import Fact
from digests.follow_up import FollowedFile, FollowUp, Passed
from digests.tame import capital, one_line
from digests.words import Catalogue, catalogue
from monitor.letters.reporting import Followed, Report, Use

POSITION = 400
"""Characters of a position; the case has it whole."""


def page_of(report: Report, organisation: Organisation, language: str) -> FollowUp:
    """Everything that a committee wants to know of the period."""
    words = catalogue(language)
    period = report.period
    uses = {use.value: report.uses.get(use, 0) for use in Use}
    none = words.phrases["follow-up none"]
    days = words.say("follow-up days", first=words.plain_date(period.first), last=words.plain_date(period.last))
    figures = (
        ("follow-up files", str(len(report.followed))),
        ("follow-up windows", words.say("follow-up uses", **uses)),
        ("follow-up channels", _counted(report.channels) or none),
        ("follow-up outcomes", _counted(report.outcomes) or none),
        ("follow-up passed", str(len(report.unfollowed))),
    )
    return FollowUp(
        organisation=organisation,
        language=language,
        title=words.say("follow-up", period=period.name),
        period=days,
        figures=tuple(Fact(words.phrases[label], value) for label, value in figures),
        files=tuple(_file(one, words) for one in report.followed),
        passed=tuple(
            Passed(
                Text(one.title, one.language),
                words.say("follow-up closed", kind=_kind(one.kind, words), date=words.plain_date(one.closes)),
                one.url,
            )
            for one in report.unfollowed
        ),
    )


def _file(one: Followed, words: Catalogue) -> FollowedFile:
    facts = (
        ("status", one.status),
        ("owner", one.owner or words.phrases["no owner"]),
        ("channel", one.channel),
        ("decider", one.decider),
        ("direction", words.directions[Direction(one.direction)] if one.direction else None),
        ("position", one_line(one.position, POSITION) if one.position else None),
        ("answered", words.listed([words.plain_date(day) for day in one.answered]) or None),
    )
    return FollowedFile(
        title=Text(one.title, one.language),
        facts=tuple(Fact(words.labels[label], value) for label, value in facts if value),
        windows=tuple(
            words.say(
                f"use {window.use}", kind=capital(_kind(window.kind, words)), date=words.plain_date(window.closes)
            )
            for window in one.windows
        ),
        steps=tuple(
            f"{words.plain_date(step.day)} {step.name if words.code == 'sv' else step.name_en}"
            for step in one.steps
        ),
    )


def _kind(kind: str, words: Catalogue) -> str:
    return words.windows[WindowKind(kind)].one


def _counted(counts: Mapping[str, int]) -> str:
    """The most frequent first."""
    return ", ".join(f"{name} {counts[name]}" for name in sorted(counts, key=lambda name: (-counts[name], name)))
