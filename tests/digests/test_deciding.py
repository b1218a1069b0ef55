"""Who decides, in one line of the letter."""

import pytest

from digests.deciding import Decides, Member, decides_says, few
from digests.words import catalogue
from tests.digests.sections import Build, Make, section

COUNTRY = {"sv": "Sverige", "en": "Sweden"}
MEMBERS = (
    Member("Ada Konstruerad", "PPE", "chair"),
    Member("Bo Konstruerad", "S&D"),
    Member("Cilla Konstruerad", "", "substitute"),
    Member("Dan Konstruerad"),
    Member("Eva Konstruerad", "ECR", "observer"),
)


@pytest.mark.parametrize(
    ("members", "language", "said"),
    [
        ((), "sv", "ENVI utskottet för miljö"),
        (MEMBERS[3:4], "sv", "ENVI utskottet för miljö. Ledamöter från Sverige: Dan Konstruerad"),
        (
            MEMBERS[:3],
            "sv",
            "ENVI utskottet för miljö. Ledamöter från Sverige: Ada Konstruerad (PPE, ordförande), "
            "Bo Konstruerad (S&D) och Cilla Konstruerad (suppleant)",
        ),
        (
            MEMBERS,
            "en",
            "ENVI utskottet för miljö. Members from Sweden: Ada Konstruerad (PPE, chair), "
            "Bo Konstruerad (S&D), Cilla Konstruerad (substitute) and 2 more",
        ),
        (MEMBERS[4:], "sv", "ENVI utskottet för miljö. Ledamöter från Sverige: Eva Konstruerad (ECR, observer)"),
    ],
)
def test_at_most_three_are_named(members: tuple[Member, ...], language: str, said: str) -> None:
    decides = few(Decides(("ENVI utskottet för miljö",), COUNTRY, members))
    assert decides is not None
    assert decides_says(decides, catalogue(language)) == said


def test_without_a_country_nobody_is_named() -> None:
    decides = Decides(("ENVI", "AGRI"), {}, MEMBERS)
    assert decides_says(decides, catalogue("sv")) == "ENVI och AGRI"
    assert few(None) is None


def test_names_from_outside_are_tamed_and_short(item: Make, build: Build) -> None:
    evil = "\u202eAda\r\nBcc: x@example.org <script>" + "å" * 500
    decides = Decides((evil,) * 9, {"sv": evil}, (Member(evil, evil, evil),) * 9)
    [entry] = section(build(item(decides=decides)), "new").entries
    assert entry.decides is not None
    said = decides_says(entry.decides, catalogue("sv"))
    assert len(said) < 1000
    assert not set("\r\n\u202e") & set(said)
    assert (len(entry.decides.committees), len(entry.decides.members), entry.decides.more) == (2, 3, 6)
