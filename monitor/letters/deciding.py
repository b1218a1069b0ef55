"""Who decides on a file, as the letter says it: the Parliament's committee, and our country's members in it."""

from collections.abc import Sequence

from config.organisation import Country
from digests import deciding as letter
from monitor.dossiers.files import File
from monitor.dossiers.members import Member


def decides(one: File, members: Sequence[Member] | None, country: Country | None) -> letter.Decides | None:
    """The committee with the members known; None: no committee has anything to decide yet, or any more.

    Args:
        one: the file.
        members: of the committee, the weightiest first; None: it decides nothing now.
        country: whose members they are.
    """
    committees = tuple(each.name for each in one.deciders if each.role == "committee")
    if members is None or not committees:
        return None
    return letter.Decides(
        committees=committees,
        country={"sv": country.sv, "en": country.en} if country else {},
        members=tuple(letter.Member(each.name, each.group, each.role) for each in members),
    )
