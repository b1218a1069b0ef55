"""The subject of a Faktapromemoria: measured against the answer key, and each trap by itself."""

import json
from pathlib import Path

import pytest

from spiders.finding import Relation
from spiders.memos import memo_identifiers


def read(title: str, text: str) -> dict[str, str]:
    return {name.value: name.relation.value for name in memo_identifiers(title, text)}


def test_stated_subjects_of_all_recorded_memos(shared: Path) -> None:
    right = wrong = missed = 0
    relations = []
    for row in (shared / "acceptance" / "fpm_key.jsonl").read_text().splitlines():
        key = json.loads(row)
        heading, _, body = (shared / "payloads/g0v" / (key["url"].strip("/") + ".md")).read_text().partition("\n")
        names = memo_identifiers(heading.removeprefix("# "), body)
        stated = {name.value for name in names if name.relation is not Relation.MENTION}
        subjects = set(key["subjects"])
        right, wrong, missed = (
            right + len(stated & subjects),
            wrong + len(stated - subjects),
            missed + len(subjects - stated),
        )
        if stated and stated == subjects:
            relation = {name.relation for name in names if name.value in subjects}
            relations.append((key["url"], relation, Relation.PACKAGE if len(subjects) > 1 else Relation.SUBJECT))
    assert right / (right + wrong) >= 0.99
    assert right / (right + missed) >= 0.97
    assert len(relations) >= 80
    assert [url for url, relation, wanted in relations if relation != {wanted}] == []


def test_the_only_number_of_the_opening_statement_is_the_subject():
    assert read(
        "Vatten", "Faktapromemoria gällande förslag till direktiv, COM(2022) 541 final.\n\nRegeringen …"
    ) == {"COM(2022) 541": "subject"}


def test_several_are_a_package():
    text = "Faktapromemoria gällande:\nCOM(2023) 191\nProposal for a Recommendation\nCOM(2023) 192\nProposal for …"
    assert read("Läkemedel", text) == {"COM(2023) 191": "package", "COM(2023) 192": "package"}


def test_a_statement_goes_on_in_the_next_paragraph():
    text = "Faktapromemoria gällande förordning, COM(2023) 280, och\n\nförslag till rådets beslut, COM(2023) 281."
    assert set(read("Vuxna", text).values()) == {"package"}


@pytest.mark.parametrize(
    "rest",
    [
        "------\n\nCommission recommendation on journalists, C(2022) 2428",
        "Kommissionens meddelande om statsstöd. COM(2022) 2428 final",
        "Technical adjustment of the framework for 2022, SEC (2021) 250.",
    ],
)
def test_further_titles_belong_to_the_statement(rest):
    found = read("Skydd", f"Faktapromemoria gällande förslag till direktiv, COM(2022) 177\n\n{rest}")
    assert list(found.values()) == ["package", "package"]


def test_an_opening_title_may_use_any_word():
    found = read("Stöd", "Åtgärder till följd av covid-19 enligt fördraget, COM(2020) 139.")
    assert found == {"COM(2020) 139": "subject"}


def test_a_number_in_the_story_is_a_mention():
    text = (
        "Faktapromemoria gällande Förslag till förordning om en fond.\n\n"
        "Fonden går hand i hand med planerna (COM(2025) 565 final).\n\nFörslag till COM(2025) 566 följer."
    )
    assert read("Fonden", text) == {"COM(2025) 565": "mention", "COM(2025) 566": "mention"}


def test_in_a_first_paragraph_that_tells_a_story_the_words_before_the_number_decide():
    text = "Kommissionen har föreslagit en plan (COM(2025) 11). Den är i linje med strategin i COM(2024) 168."
    assert read("Planen", text) == {"COM(2025) 11": "subject", "COM(2024) 168": "mention"}


@pytest.mark.parametrize(
    "paper",
    [
        "Commission staff working document accompanying the document Proposal, SWD(2022) 117.",
        "REGULATORY SCRUTINY BOARD OPINION, SEC (2021) 279 final.",
        "SWD(2023) 269",
    ],
)
def test_accompanying_papers_are_mentions(paper):
    found = read("Leksaker", f"Faktapromemoria gällande förslag till förordning, COM(2023) 462. {paper}")
    assert found.pop("COM(2023) 462") == "subject"
    assert list(found.values()) == ["mention"]


def test_a_paper_of_the_secretariat_may_be_the_thing_itself():
    assert read("Årsbudget", "Statement of Estimates for the financial year 2021. SEC (2020) 250") == {
        "SEC(2020) 250": "subject"
    }


def test_a_com_number_and_a_procedure_are_one_file():
    text = "Faktapromemoria gällande förslag till förordning, COM(2025) 565, 2025/0240(COD)."
    assert read("Fonden", text) == {"COM(2025) 565": "subject", "2025/0240(COD)": "subject"}


def test_acts_and_other_memos_are_mentions_even_in_the_title():
    found = read(
        "Ändring i direktiv 2011/16/EU, 2023/24:FPM8",
        "Faktapromemoria gällande ändring av (EU) 2016/1011, COM(2023) 660.\n\nTidigare: 2019/20:FPM71",
    )
    assert found == {
        "2011/16/EU": "mention",
        "(EU) 2016/1011": "mention",
        "COM(2023) 660": "subject",
        "2019/20:FPM71": "mention",
    }


def test_a_number_in_the_title_is_stated():
    assert read("Framsynsrapport COM(2022) 289", "Faktapromemoria gällande rapporten.") == {
        "COM(2022) 289": "subject"
    }
