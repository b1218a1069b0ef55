"""The file room: what joins, what waits for a person, what people decide, and that nothing gets lost."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from config.stages import load_stages
from monitor.archive.dossiers import happened, standing_id
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.files import join_proposal
from monitor.core.stages import Model
from monitor.dossiers.cases import cases_of, set_case
from monitor.dossiers.files import mentions
from monitor.dossiers.filing import DossierError, confirm, join, join_new, reject, split, unjoined, waiting
from spiders.finding import Finding, Kind, Relation
from tests.monitor.file_room import contents, file, files, finding, moment, take

MODEL = Model(load_stages())
NOW = moment("2026-11-16")
LATER = moment("2026-11-17")

PROPOSAL = finding(
    "cellar",
    "52022PC0541",
    Kind.PROPOSAL,
    "Förslag till direktiv om rening av avloppsvatten från tätbebyggelse (omarbetning)",
    "celex 52022PC0541",
    "com COM(2022) 541",
    published="2022-10-26",
    mentions=("act 91/271/EEG",),
)
PROCEDURE = finding(
    "oeil",
    "2022/0345(COD)",
    Kind.PROCEDURE,
    {"en": "Urban wastewater"},
    "procedure 2022/0345(COD)",
    "ep A9-0276/2023",
)
TIE = finding(
    "riksdagen-eu",
    "H9B6541",
    Kind.EU_DOCUMENT,
    "Rening av avloppsvatten",
    "dok-id H9B6541",
    "com COM(2022) 541",
    "procedure 2022/0345(COD)",
    published="2022-11-02",
)
MEMO = finding(
    "g0v-fpm",
    "/faktapromemoria/2022/12/202223fpm21/",
    Kind.FPM,
    "Ett reviderat avloppsdirektiv",
    "fpm 2022/23:FPM21",
    published="2022-12-14",
    mentions=("act 91/271/EEG",),
    text="Den 26 oktober 2022 lade kommissionen fram sitt förslag. Direktiv 91/271/EEG ersätts.",
)


def test_a_document_that_proves_two_dossiers_one_merges_them_and_the_old_number_leads_on(archive: Engine) -> None:
    first = file(archive, NOW, PROPOSAL, PROCEDURE)
    assert first.made == 2
    one, other = sorted(files(archive))
    with writing(archive) as conn:
        set_case(conn, other, {"owner": "Anna", "status": "bevakas"}, who="Anna", at=NOW)
    report = file(archive, LATER, TIE)
    assert report.merged == ((other, one),)
    assert report.lines() == (f"dossier {other} is now part of dossier {one}",)
    assert list(files(archive)) == [one]
    with reading(archive) as conn:
        assert standing_id(conn, other) == one
        assert [event.what for event in happened(conn, one)] == ["merged"]
        assert cases_of(conn, [one])[one].owner == "Anna"


def test_filing_again_changes_nothing(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, PROPOSAL, PROCEDURE, TIE, MEMO)
    before = files(sqlite_archive)
    report = join_new(sqlite_archive, lambda: LATER)
    assert (report.filed, report.made, report.proposed) == (0, 0, 0)
    assert files(sqlite_archive) == before


def test_mentions_link_and_never_join(sqlite_archive: Engine) -> None:
    news = finding("feed", "n1", Kind.NEWS, "Nyhet", mentions=("com COM(2022) 541",))
    file(sqlite_archive, NOW, PROPOSAL, news)
    (found,) = files(sqlite_archive).values()
    with reading(sqlite_archive) as conn:
        ((document, relation),) = mentions(conn, found)
    assert (document.key, relation) == ("n1", Relation.MENTION)
    assert [one.key for one in found.documents] == ["52022PC0541"]


def test_a_package_is_part_of_each_file_also_before_its_proposal_is_known(archive: Engine) -> None:
    memo = finding(
        "g0v", "m", Kind.FPM, "Paket", "fpm 2022/23:FPM37", packages=("com COM(2022) 701", "com COM(2022) 703")
    )
    file(archive, NOW, memo)
    assert contents(archive) == {frozenset({"g0v/m"})}
    assert sorted(len(one.packages) for one in files(archive).values()) == [0, 1, 1]
    file(archive, LATER, finding("cellar", "p", Kind.PROPOSAL, "Förslag", "com COM(2022) 701"))
    assert contents(archive) == {frozenset({"g0v/m"}), frozenset({"cellar/p"})}
    (own,) = (one for one in files(archive).values() if "com COM(2022) 701" in one.keys)
    assert [one.key for one in (*own.documents, *own.packages)] == ["p", "m"]


def test_two_procedures_are_reported_and_not_merged(sqlite_archive: Engine) -> None:
    wrong = finding("blog", "b", Kind.EU_DOCUMENT, "Fel", "procedure 2025/0359(COD)", "com COM(2025) 837")
    right = finding("cellar", "r", Kind.PROPOSAL, "Rätt", "procedure 2025/0360(COD)", "com COM(2025) 837")
    report = file(sqlite_archive, NOW, wrong, right)
    assert [conflict.key for conflict in report.conflicts] == ["com COM(2025) 837"]
    assert contents(sqlite_archive) == {frozenset({"blog/b"}), frozenset({"cellar/r"})}
    again = file(sqlite_archive, LATER, finding("x", "x", Kind.PROPOSAL, "Mer", "com COM(2025) 837"))
    assert again.conflicts == ()  # said once


def test_a_memo_without_a_number_is_proposed_with_its_reasons_and_waits(archive: Engine) -> None:
    report = file(archive, NOW, PROPOSAL, TIE, MEMO)
    assert report.proposed == 1
    assert report.unjoined == {"fpm": 1}
    with reading(archive) as conn:
        (proposal,) = waiting(conn)
    assert [reason["sort"] for reason in proposal["reasons"]] == ["act-and-date", "nickname"]
    assert "2022-10-26" in proposal["reasons"][0]["evidence"]
    assert frozenset({"g0v-fpm/" + MEMO.key}) in contents(archive)
    with writing(archive) as conn:
        number = confirm(conn, proposal["proposal"], MODEL, who="Anna", at=LATER)
    assert len(files(archive)[number].documents) == 3
    with reading(archive) as conn:
        assert unjoined(conn) == {}
        assert waiting(conn) == []
    assert join_new(archive, lambda: LATER).filed == 0
    # The Riksdag's copy of the memo follows: what a person said of the memo holds for its number.
    file(
        archive,
        LATER,
        finding("riksdagen-fpm", "HA06FPM21", Kind.FPM, "Avlopp", "dok-id HA06FPM21", "fpm 2022/23:FPM21"),
    )
    assert len(files(archive)[number].documents) == 4


def test_what_was_rejected_is_not_proposed_again(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, PROPOSAL, MEMO)
    with reading(sqlite_archive) as conn:
        (proposal,) = waiting(conn)
    with writing(sqlite_archive) as conn:
        reject(conn, proposal["proposal"], who="Anna", at=LATER)
    file(sqlite_archive, LATER, TIE)
    with reading(sqlite_archive) as conn:
        assert waiting(conn) == []
        assert conn.execute(select(join_proposal.c.state)).scalars().all() == ["rejected"]
    with writing(sqlite_archive) as conn, pytest.raises(DossierError, match="was rejected by Anna"):
        confirm(conn, proposal["proposal"], MODEL, who="Bo", at=LATER)


def test_an_ambiguous_nickname_says_so(sqlite_archive: Engine) -> None:
    act = finding(
        "cellar", "p", Kind.PROPOSAL, "Förslag om cyberresiliens", "com COM(2022) 454", published="2022-09-15"
    )
    memo = finding("g0v", "m", Kind.FPM, "Om CRA", "fpm 2022/23:FPM2", published="2022-10-20")
    file(sqlite_archive, NOW, act, memo)
    with reading(sqlite_archive) as conn:
        (proposal,) = waiting(conn)
    assert "kan betyda flera saker" in proposal["reasons"][0]["evidence"]


def test_the_riksdags_reference_is_a_reason(sqlite_archive: Engine) -> None:
    tie = finding(
        "riksdagen-eu", "H9B6541", Kind.EU_DOCUMENT, "Vatten", "com COM(2022) 541", mentions=("fpm 2022/23:FPM21",)
    )
    file(
        sqlite_archive,
        NOW,
        tie,
        finding("g0v", "m", Kind.FPM, "Annat", "fpm 2022/23:FPM21", published="2022-12-14"),
    )
    with reading(sqlite_archive) as conn:
        (proposal,) = waiting(conn)
    assert [reason["sort"] for reason in proposal["reasons"]] == ["reference"]


def test_an_officer_can_split_and_join(archive: Engine) -> None:
    file(archive, NOW, PROPOSAL, PROCEDURE, TIE)
    ((number, found),) = files(archive).items()
    out = next(one.id for one in found.documents if one.source == "cellar")
    with writing(archive) as conn:
        second = split(conn, number, [out], MODEL, who="Anna", at=LATER)
    assert second != number
    assert frozenset({"cellar/52022PC0541"}) in contents(archive)
    join_new(archive, lambda: LATER + timedelta(days=1))
    assert len(contents(archive)) == 2  # identifiers do not bring it back
    with writing(archive) as conn:
        assert join(conn, number, second, MODEL, who="Bo", at=LATER) == number
    assert len(contents(archive)) == 1
    with reading(archive) as conn:
        assert [(event.what, event.who) for event in happened(conn, number) if event.who] == [
            ("split", "Anna"),
            ("joined", "Bo"),
        ]


def test_two_procedures_cannot_be_joined_by_hand(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, PROCEDURE, finding("oeil", "x", Kind.PROCEDURE, "Annat", "procedure 2023/0001(COD)"))
    one, other = sorted(files(sqlite_archive))
    with writing(sqlite_archive) as conn, pytest.raises(DossierError, match="never one dossier"):
        join(conn, one, other, MODEL, who="Anna", at=LATER)
    assert len(contents(sqlite_archive)) == 2


def test_a_number_that_is_no_dossier_is_said(sqlite_archive: Engine) -> None:
    with writing(sqlite_archive) as conn, pytest.raises(DossierError, match="no dossier 7"):
        join(conn, 7, 8, MODEL, who="Anna", at=LATER)
    with writing(sqlite_archive) as conn, pytest.raises(DossierError, match="no proposal 7"):
        confirm(conn, 7, MODEL, who="Anna", at=LATER)


def test_a_code_that_no_stage_knows_is_said_once(sqlite_archive: Engine) -> None:
    def odd(key: str) -> Finding:
        return finding(
            "oeil",
            key,
            Kind.PROCEDURE,
            "Ärende",
            f"procedure 2023/000{key}(COD)",
            steps=(("2023-01-01", "oeil:moon-landing"),),
        )

    assert file(sqlite_archive, NOW, odd("1")).unknown_codes == ("oeil:moon-landing",)
    assert file(sqlite_archive, LATER, odd("2")).unknown_codes == ()


def test_a_changed_document_leaves_the_dossier_that_it_no_longer_names(sqlite_archive: Engine) -> None:
    def page(name: str) -> Finding:
        return finding("g0v", "m", Kind.FPM, "PM", "fpm 2022/23:FPM21", name, version=name)

    file(sqlite_archive, NOW, PROPOSAL, page("com COM(2022) 541"))
    assert len(contents(sqlite_archive)) == 1
    file(sqlite_archive, LATER, page("com COM(2022) 542"))
    assert contents(sqlite_archive) == {frozenset({"cellar/52022PC0541"}), frozenset({"g0v/m"})}


NAMES = [
    "procedure 2025/0001(COD)",
    "procedure 2025/0002(COD)",
    "com COM(2025) 1",
    "com COM(2025) 2",
    "fpm 2025/26:FPM1",
    "sou SOU 2026:1",
]
DOCUMENTS = st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=3), min_size=2, max_size=7)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_any_order_and_any_batches_give_the_same_dossiers(named: list[set[str]], random: object) -> None:
    some = [
        finding("s", str(place), Kind.EU_DOCUMENT, f"D{place}", *sorted(names))
        for place, names in enumerate(named)
    ]
    at_once = open_archive("sqlite://")
    file(at_once, NOW, *some)
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    one_by_one = open_archive("sqlite://")
    for place, one in enumerate(shuffled):
        file(one_by_one, NOW + timedelta(hours=place), one)
    try:
        assert contents(at_once) == contents(one_by_one)
    finally:
        at_once.dispose()
        one_by_one.dispose()


def test_a_scan_without_news_costs_nothing(sqlite_archive: Engine) -> None:
    take(sqlite_archive, NOW)
    assert join_new(sqlite_archive, lambda: NOW).filed == 0
