"""The sentence that an entry quotes: of what was read, not of its form."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.archive.documents import Document
from monitor.letters.substance import substance
from spiders.finding import Kind

SAID = "Kommissionen vill att fler orter renar sitt avloppsvatten. Kraven skärps."


def document(**fields: Any) -> Document:
    moment = datetime(2026, 11, 20, tzinfo=UTC)
    empty: dict[str, Any] = dict.fromkeys(Document.__dataclass_fields__, ())
    known = {"kind": Kind.FPM, "language": "sv", "summary": {}, "text": None, "first_seen": moment}
    return Document(**empty | known | {"published": date(2026, 11, 20)} | fields)


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        f"Ett reviderat avloppsdirektiv med en mycket lång rubrik utan punkt i slutet\n{SAID}\nMer.",
        f"Faktapromemoria gällande förslag till direktiv, COM(2022) 541.\n\n{SAID}\n\nMer.",
        f"Fakta\xadpromemoria om något.\n\n{SAID.replace(' ', chr(10))}\n\nMer.",
    ],
)
def test_the_first_paragraph_that_says_something(text: str) -> None:
    formal = {"sv": "Faktapromemoria gällande förslag till direktiv om rening av avloppsvatten."}
    assert substance(document(text=text, summary=formal)) == {"sv": SAID}


def test_a_summary_comes_first_but_never_the_state_of_a_procedure() -> None:
    assert substance(document(text=SAID, summary={"en": "It rains."})) == {"en": "It rains."}
    status = {"en": "Status: Awaiting committee decision"}
    assert substance(document(kind=Kind.PROCEDURE, summary=status)) == {}


@pytest.mark.parametrize("text", [None, "", "Bara en rubrik", "Faktapromemoria gällande ett förslag."])
def test_where_nothing_is_said_nothing_is_quoted(text: str | None) -> None:
    assert substance(document(text=text)) == {}
