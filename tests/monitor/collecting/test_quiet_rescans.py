"""Sources that tell one thing in several answers: a second scan of the same says nothing new."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from monitor.core.decision import Action, Stored, decide
from spiders.finding import Finding
from spiders.platform import Ask, Assignment
from spiders.reading import read_page
from tests.spiders import test_cellar as cellar
from tests.spiders import test_press_corner as press
from tests.spiders.cellar_pages import proposal

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
Known = dict[str, Stored]


def _versions(known: Known) -> Mapping[str, str]:
    return {key: document.version for key, document in known.items() if document.version}


def _wanted(asks: Iterable[Ask], told: Assignment) -> list[Ask]:
    """As the crawl does: what is known in this version is not asked for again."""
    return [ask for ask in asks if ask.version is None or told.known.get(ask.key or "") != ask.version]


def _scans(findings_of: Callable[[Known], list[Finding]], days: int) -> list[list[Action]]:
    known: Known = {}
    actions: list[list[Action]] = []
    for day in range(days):
        new: set[str] = set()
        actions.append([])
        for finding in findings_of(known):
            before = known.get(finding.key)
            decision = decide(before, finding, NOW + timedelta(days=day), fresh=finding.key in new)
            if before is None:
                new.add(finding.key)
            known[finding.key] = decision.document
            actions[-1].append(decision.action)
    return actions


def _cellar(known: Known) -> list[Finding]:
    told = cellar.told(options={"texts": True, "dossiers": True}, known=_versions(known))
    rows = cellar.read(told, proposal())
    found = list(rows.findings)
    document = {key: value for key, value in proposal().items() if key not in ("work", "procedure")}
    label = {"u": "http://x.example/celex/52026PC0321", "concept": "http://x.example/1", "label": "waste"}
    event = {"evt": "http://x.example/e", "evtType": "http://x.example/ADP", "date": "2026-11-18"}
    for ask in _wanted(rows.asks, told):
        if ask.reader == "eurovoc":
            found += cellar.read(told, label, ask=ask).findings
        elif ask.reader == "text":
            answer = cellar.answer(ask, "<html><body><p>Waste.</p></body></html>")
            found += read_page(cellar.PLATFORM, answer, told, (404,)).findings
        else:
            dossier = cellar.read(told, {"dossier": "http://x.example", "pending": "1"} | document, ask=ask)
            found += dossier.findings
            for events in dossier.asks:
                found += cellar.read(told, event, ask=events).findings
    return found


def _press(known: Known) -> list[Finding]:
    told = press.told(options={"texts": True}, known=_versions(known))
    swedish, english = press.asks_of(told)
    title = press.document()["docuLanguageResource"]["title"]
    row = press.row(title=title, languageCode="sv", leadText="COM(2026) 99")
    found = [*press.read_list(press.listing(row), swedish, told).findings]
    rows = press.read_list(press.listing(press.row()), english, told)
    found += rows.findings
    for ask in _wanted(rows.asks, told):
        found += press.read_document(press.document(), version=ask.version or "").findings
    return found


def test_rows_descriptors_texts_and_dossiers_of_cellar_do_not_contradict_each_other() -> None:
    first, *later = _scans(_cellar, 4)
    assert first.count(Action.INSERT) == 2
    assert all(action is Action.NONE for actions in later for action in actions)
    assert len(later[-1]) == 1  # nothing but the row is asked for


def test_two_languages_and_the_text_of_the_press_corner_do_not_contradict_each_other() -> None:
    first, *later = _scans(_press, 3)
    assert first.count(Action.INSERT) == 1
    assert all(action is Action.NONE for actions in later for action in actions)
