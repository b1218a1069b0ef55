"""What only a full entry says of an item: read from its documents once it is known which items are told in full.

Of two thousand items of a week eight are. To read the others' texts as well would take as long as everything else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from digests import briefing as letter
from monitor.archive.documents import Document
from monitor.dossiers.cases import Case
from monitor.dossiers.ours import partnership_of, risk_of
from monitor.letters.candidates import Desk, Docket, number_of, strongest
from monitor.letters.grounds import FULL, grounds
from monitor.letters.substance import substance


class Offer(list[letter.Item]):
    """What can be told in one language.

    Args:
        items: those of `monitor.letters.candidates`, and others that are whole already.
        documents: the documents at hand.
        docket: their dossiers.
        desk: organisation, day and language.
    """

    def __init__(
        self, items: Iterable[letter.Item], documents: Iterable[Document], docket: Docket, desk: Desk
    ) -> None:
        super().__init__(items)
        filed = (one for file in docket.files.values() for one in file.documents)
        self._documents: Mapping[int, Document] = {one.id: one for one in (*documents, *filed)}
        self._cases: Mapping[int, Case] = docket.cases
        self._desk = desk

    def in_full(self, item: letter.Item) -> letter.Item:
        """The item with its summary, why it concerns us, and what is asked of us before we join others."""
        group = [self._documents[number] for number in item.documents]
        if not group:
            return item
        desk = self._desk
        known = [desk.themes[theme.id] for theme in item.themes]
        most = strongest(group)
        # Of papers of one level that in the reader's language says why: its words stand in the letter.
        same = [one for one in group if one.language == desk.language and one.level == most.level]
        return replace(
            item,
            summary=next((said for one in group if (said := substance(one))), {}),
            grounds=grounds(strongest(same) if same else most, known, desk.organisation),
            risk=self._risk(item, [one for one in group if one.level in FULL]),
        )

    def _risk(self, item: letter.Item, group: list[Document]) -> letter.Risk | None:
        """Of background nobody is asked to join anything."""
        if self._desk.partners is None or not group:
            return None
        number = number_of(item)
        case = self._cases.get(number) if number is not None else None
        analysis = case.benefit_risk if case else None
        found = partnership_of(group, self._desk.partners, analysis)
        return risk_of(found, self._desk.language, analysed=bool(analysis))
