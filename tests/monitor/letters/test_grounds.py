"""Why a document concerns us: the facts behind the letter's sentence, from stored evidence and configuration."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.organisation import Organisation
from config.themes import Theme
from digests.briefing import Grounds, Matter, SentTo
from monitor.archive.documents import Document, Tagged
from monitor.letters.grounds import grounds
from spiders.finding import Addressees

WATER = Theme(
    id="va-vatten",
    sv="Vatten",
    en="Water",
    definition_sv="-",
    definition_en="-",
    local_hooks=("Ekholmens vattenverk",),
)
SEEN = datetime(2026, 11, 20, tzinfo=UTC)


def evidence(kind: str, text: str, weight: float = 1.0) -> dict[str, Any]:
    return {"kind": kind, "text": text, "weight": weight, "start": None, "end": None}


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.model_validate(
        {
            "name": "Storstads kommun",
            "short_name": "Storstad",
            "contact": "eu@storstad.example.se",
            "website": "https://storstad.example.se",
            "places": ["Storstad", "Vik"],
            "companies": ["Storstad Vatten AB"],
            "letter": {"name": "B", "sender": "B", "purpose": "P.", "list_id": "b.storstad.example.se"},
        }
    )


def document(*of_theme: dict[str, Any], level: tuple[dict[str, Any], ...] = (), text: str = "") -> Document:
    tag = Tagged("va-vatten", 0.9, True, None, "m", of_theme)
    return Document(
        id=1, source="s", key="k", kind="report", url="https://example.org", language="sv", titles={"sv": "T"},
        summary={}, text=text, published=date(2026, 11, 20), updated=None, subjects=(), bodies=(), attachments=(),
        first_seen=SEEN, last_seen=SEEN, changed=SEEN, gone_at=None, fingerprint="f", capture=None, parser=None,
        day=date(2026, 11, 20), relevance=0.9, level="act", direction="unclear", identifiers=(), steps=(),
        windows=(), tags=(tag,), reasons=("Vatten (99 %): träffar *slam*.",), revisions=(), evidence=level,
    )  # fmt: skip


def test_words_are_sorted_by_what_they_speak_of(organisation: Organisation) -> None:
    one = document(
        evidence("rule", "Dricksvatten", 2.8),
        evidence("rule", "slam", 2.8),
        level=(evidence("term", "kommuner", 0.7), evidence("direction", "kraven", 0.4)),
    )
    found = grounds(one, [WATER], organisation)
    assert found.matters == {
        Matter.SERVICE: ("dricksvatten",),
        Matter.DUTY: ("kraven",),
        Matter.MUNICIPALITY: ("kommuner",),
    }
    assert found.words == ("dricksvatten", "slam")


def test_names_of_our_own_stand_apart(organisation: Organisation) -> None:
    text = "Utbyggnaden i Storstad berör Storstad Vatten AB. Vikten av detta är stor."
    one = document(evidence("rule", "Ekholmens vattenverk", 2.8), evidence("rule", "slam", 2.8), text=text)
    found = grounds(one, [WATER], organisation)
    # "Vik" only begins another word; "Storstad" is part of the company's name.
    assert found.local == ("Ekholmens vattenverk", "Storstad Vatten AB")
    assert found.words == ("slam",)


def test_weak_words_explain_nothing(organisation: Organisation) -> None:
    one = document(evidence("term", "remiss", 0.6), level=(evidence("term", "kommuner", 0.06),))
    assert grounds(one, [WATER], organisation) == Grounds()
    strong = document(evidence("term", "reningsverk", 1.4))
    assert grounds(strong, [WATER], organisation).words == ("reningsverk",)


def test_words_of_one_family_are_named_once_and_capitals_stay(organisation: Organisation) -> None:
    some = ("Avloppsvatten", "avloppsdirektivet", "PFAS", "vatten")
    one = document(*(evidence("rule", word, 2.8) for word in some))
    assert grounds(one, [WATER], organisation).words == ("avloppsvatten", "PFAS")


def test_a_document_that_nobody_rated_has_no_grounds(organisation: Organisation) -> None:
    assert grounds(replace(document(), tags=()), [], organisation) == Grounds()


def test_the_list_of_a_remiss_says_whether_it_is_sent_to_us(organisation: Organisation) -> None:
    sent = replace(document(), kind="remiss", addressees=Addressees(("Boverket", "Storstads kommun")))
    assert (grounds(sent, [], organisation).sent_to, grounds(sent, [], organisation).addressed) == (
        SentTo.OURS,
        ("Storstads kommun",),
    )
    elsewhere = replace(sent, addressees=Addressees(("Boverket",)))
    assert grounds(elsewhere, [], organisation).sent_to is SentTo.OTHERS
    assert grounds(replace(sent, addressees=None), [], organisation).sent_to is SentTo.UNREAD
