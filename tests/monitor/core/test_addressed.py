"""Whether a list of addressed bodies means us: names whole, in the spellings that lists use."""

import pytest

from config.organisation import load_organisation
from monitor.core.addressed import Standing, addressed
from spiders.finding import Addressees, Kind

OURS = ("Storstads kommun", "Storstad Vatten AB", "Nordviks kommunalförbund")


@pytest.mark.parametrize(
    "name",
    [
        "Storstads kommun",
        "STORSTADS KOMMUN",
        "Storstads  kommun.",
        "Storstad Vatten Aktiebolag",
        "Nordviks kommunalförbund (NKF)",
    ],
)
def test_our_names_in_any_spelling(name: str) -> None:
    met = addressed(Kind.REMISS, Addressees(("Boverket", name)), OURS)
    assert met is not None
    assert (met.standing, met.names) == (Standing.OURS, (name,))


@pytest.mark.parametrize("name", ["Storstads tingsrätt", "Nya Storstads kommun", "Storstad", "Polisen i Storstad"])
def test_part_of_a_name_is_not_ours(name: str) -> None:
    met = addressed(Kind.REMISS, Addressees((name,)), OURS)
    assert met is not None
    assert met.standing is Standing.OTHERS


@pytest.mark.parametrize("addressees", [None, Addressees((), "https://a.example/1.pdf", "locked with a password")])
def test_a_remiss_whose_list_is_not_known_says_so(addressees: Addressees | None) -> None:
    met = addressed(Kind.REMISS, addressees, OURS)
    assert met is not None
    assert met.standing is Standing.UNREAD


def test_what_is_no_remiss_is_sent_to_nobody() -> None:
    assert addressed(Kind.PRESS, None, OURS) is None


def test_the_shipped_names_mean_the_municipality_and_not_its_court() -> None:
    ours = load_organisation().own_names
    for name in ("Lidköpings kommun", "Lidköping Energi AB", "Västra Götalandsregionen", "Samtliga kommuner"):
        assert addressed(Kind.REMISS, Addressees((name,)), ours).standing is Standing.OURS  # type: ignore[union-attr]  # a list is given
    for name in ("Lidköpings tingsrätt", "Lidingö stad", "Länsstyrelsen i Västra Götalands län"):
        assert addressed(Kind.REMISS, Addressees((name,)), ours).standing is Standing.OTHERS  # type: ignore[union-attr]  # a list is given
