"""What a topic's budget overview says, in a sentence: JSON within a text, of the whole call, sometimes cut off."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from spiders.fields import Audit
from spiders.sanitise import SUMMARY, cap, line


def budget_lines(overview: str | None, key: str, identifier: str, audit: Audit) -> list[Mapping[str, Any]]:
    """The lines of the call's budget that are about this topic."""
    if overview is None:
        return []
    data = embedded(overview)
    topics = data.get("budgetTopicActionMap") if isinstance(data, Mapping) else None
    if not isinstance(topics, Mapping):
        audit.note("budgetOverview: expected JSON with budgetTopicActionMap; budget left out")
        return []
    # The overview is of the whole call; its keys are ccm2Ids.
    lines = [
        entry
        for topic, entries in topics.items()
        for entry in (entries if isinstance(entries, list) else [entries])
        if isinstance(entry, Mapping) and (str(topic) == key or _names(entry.get("action"), identifier))
    ]
    if topics and not lines:
        audit.note("budgetOverview: has no line for its own topic; budget left out")
    return lines


def summary_of(budget: Iterable[Mapping[str, Any]], actions: Iterable[str], model: str | None) -> str:
    """Amounts, number of grants, sort of action and deadlines in English; "" where nothing is stated."""
    said = []
    for entry in budget:
        years = entry.get("budgetYearMap")
        amounts = (
            {line(str(year), 20): _amount(value) for year, value in years.items()}
            if isinstance(years, Mapping)
            else {}
        )
        stated = [f"{amount} ({year})" for year, amount in sorted(amounts.items()) if amount]
        least, most = _amount(entry.get("minContribution")), _amount(entry.get("maxContribution"))
        grants = _amount(entry.get("expectedGrants"))
        each = f"{least} to {most}" if least and most and least != most else most or least
        said += [f"Budget: EUR {', '.join(stated)}."] if stated else []
        said += [f"Contribution per project: EUR {each}."] if each else []
        said += [f"Expected grants: {grants}."] if grants else []
    kinds = ", ".join(dict.fromkeys(actions))
    said += [f"Type of action: {kinds}."] if kinds else []
    said += [f"Deadline model: {line(model, 60)}."] if model else []
    return cap(" ".join(dict.fromkeys(said)), SUMMARY)


def _names(action: object, identifier: str) -> bool:
    """Whether an action (`LIFE-2026-CET-1 - LIFE Project Grants`) is one of this topic; -10 is another."""
    words = str(action or "").split(maxsplit=1)
    return bool(words) and words[0].upper() == identifier.upper()


def _amount(value: object) -> str:
    """A number with separators for people; "" for none (also 0, which stands for "not stated")."""
    try:
        number = round(float(str(value)))
    except (ValueError, OverflowError):
        return ""
    return f"{number:,}" if number > 0 else ""


def embedded(text: str) -> Any:
    """JSON that stands within a text; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
