"""Texts of CELLAR: which language and form is asked for, and what a recorded one says."""

import re
from datetime import date
from pathlib import Path

import pytest

from monitor.example.shapes.pdf import as_pdf
from spiders.finding import Identifier, Kind, Step
from spiders.platform import Drifted
from spiders.reading import read_page
from tests.spiders.cellar_pages import proposal
from tests.spiders.cellar_reading import PLATFORM, REST, STATUSES, answer, only, read, told
from tests.spiders.pages import page
from tests.spiders.recorded import body_of, recorded


def test_a_text_is_asked_for_in_swedish_then_in_english() -> None:
    source = told(options={"texts": True})
    [ask] = [ask for ask in read(source, proposal()).asks if ask.reader == "text"]
    assert (ask.url, ask.headers["Accept-Language"], ask.tolerated) == (REST, "swe", STATUSES)
    missing = read_page(PLATFORM, answer(ask, "no such language", status=404), source, STATUSES)
    [english] = missing.asks
    assert (english.headers["Accept-Language"], english.to_file) == ("eng", False)
    nothing = read_page(PLATFORM, answer(english, "Resource not found.", status=404), source, STATUSES)
    assert nothing.asks == ()
    assert "no text yet (status 404: Resource not found.)" in nothing.warnings[0]
    body = "<html><body><p>Article 1</p><p>Waste is waste.</p></body></html>"
    finding = only(read_page(PLATFORM, answer(english, body), source, STATUSES))
    assert (finding.text, finding.language, finding.version) == ("Article 1\nWaste is waste.", "en", "text")
    assert finding.title == {"sv": proposal()["title_sv"]}
    assert (finding.kind, finding.identifiers) == (Kind.PROPOSAL, None)
    have = told(options={"texts": True}, known={"52026PC0321": "text"})
    assert not [one for one in read(have, proposal()).asks if one.reader == "text"]


def test_where_there_is_no_page_the_pdf_is_read_before_the_next_language() -> None:
    source, asked = told(options={"texts": True}), []
    [ask] = [ask for ask in read(source, proposal()).asks if ask.reader == "text"]
    pdf = as_pdf(["Förslag om avfall", "Artikel 1 gäller a < b och kommu-", "nernas deponier."])
    for _ in range(4):
        asked.append((ask.headers["Accept-Language"], ask.headers["Accept"].rpartition("/")[2], ask.to_file))
        if ask.to_file:
            reading = read_page(PLATFORM, answer(ask, pdf), source, STATUSES)
            finding = only(reading)
            assert finding.text == "Förslag om avfall\nArtikel 1 gäller a < b och kommunernas deponier."
            assert (finding.version, reading.warnings) == ("text", ())
            assert (finding.language, finding.title) == (
                "sv" if len(asked) == 2 else "en",
                {"sv": proposal()["title_sv"]},
            )
        following = read_page(PLATFORM, answer(ask, "no such format", status=406), source, STATUSES)
        ask = next(iter(following.asks), ask)
    assert asked == [
        ("swe", "xhtml+xml", False),
        ("swe", "pdf", True),
        ("eng", "xhtml+xml", False),
        ("eng", "pdf", True),
    ]
    assert "no text yet (status 406" in following.warnings[0]


def test_a_pdf_of_pictures_leads_to_the_next_language() -> None:
    source = told(options={"texts": True})
    [ask] = [ask for ask in read(source, proposal()).asks if ask.reader == "text"]
    [pdf] = read_page(PLATFORM, answer(ask, "no", status=406), source, STATUSES).asks
    [english] = read_page(PLATFORM, answer(pdf, as_pdf([""])), source, STATUSES).asks
    assert english.headers["Accept-Language"] == "eng"
    [last] = read_page(PLATFORM, answer(english, "no", status=406), source, STATUSES).asks
    reading = read_page(PLATFORM, answer(last, as_pdf([""])), source, STATUSES)
    assert reading.warnings == (f"no text yet (the PDF has no text: no text in it, only pictures): {REST}",)


def test_of_several_streams_the_act_is_chosen() -> None:
    # Constructed as the service's guide describes its list (status 300); none is recorded.
    def stream(name: str, order: int, address: str) -> str:
        return (
            f'<li title="item"><a href="{address}">x</a><ul><li title="stream_name">{name}</li>'
            f'<li title="stream_order">{order}</li></ul></li>'
        )

    source = told(reread=("52026PC0321",))
    ask = list(PLATFORM.start(source))[1]
    act = "http://publications.europa.eu/resource/cellar/x.0001.02/DOC_2"
    body = f"<html><body><ul>{stream('annex', 1, act + '9')}{stream('ACT', 2, act)}</ul></body></html>"
    [chosen] = read_page(PLATFORM, answer(ask, body, status=300), source, STATUSES).asks
    assert chosen.url == act.replace("http:", "https:")
    assert chosen.context["celex"] == "52026PC0321"
    with pytest.raises(Drifted, match="no stream to choose"):
        read_page(PLATFORM, answer(ask, "<html><body></body></html>", status=300), source, STATUSES)
    with pytest.raises(Drifted, match="a stream elsewhere"):
        elsewhere = f"<html><body>{stream('ACT', 1, 'http://evil.example/x')}</body></html>"
        read_page(PLATFORM, answer(ask, elsewhere, status=300), source, STATUSES)


TEXTS = [
    ("cellar/text/32025L0794.en.xhtml", "32025L0794", "en", "DIRECTIVE (EU) 2025/794 OF THE EUROPEAN PARLIAMENT"),
    ("cellar/text/32025L0794.fr.xhtml", "32025L0794", "fr", "DIRECTIVE (UE) 2025/794 DU PARLEMENT EUROPÉEN"),
    ("cellar/text/32026R0667.en.xhtml", "32026R0667", "en", "REGULATION (EU) 2026/667 OF THE EUROPEAN PARLIAMENT"),
    ("cellar/text/32026R1744.en.xhtml.gz", "32026R1744", "en", "REGULATION (EU) 2026/1744 OF THE EUROPEAN"),
    ("cellar/text/32016R0679.en.fmx.xml.gz", "32016R0679", "en", "Regulation (EU) 2016/679 of the European"),
    (
        "cellar/text/02021R0447-20260318.en.xhtml",
        "32021R0447",
        "en",
        "COMMISSION IMPLEMENTING REGULATION (EU) 2021/447",
    ),
    ("cellar/text/gdpr-article-7-ell.xhtml", None, "el", "Άρθρο 7 Προϋποθέσεις για συγκατάθεση"),
    ("cellar/text/gdpr-article-7-deu.xhtml", None, "de", "Artikel 7 Bedingungen für die Einwilligung"),
    ("cellar/text/consolidated-gdpr-article-99.xhtml", "32016R0679", "en", "Article 99 Entry into force"),
]


@pytest.mark.parametrize(
    ("name", "key", "language", "title"), TEXTS, ids=[one[0].rpartition("/")[2] for one in TEXTS]
)
def test_a_recorded_text_is_read_whole(
    shared: Path, name: str, key: str | None, language: str, title: str
) -> None:
    finding = only(read_page(PLATFORM, recorded(shared, PLATFORM, name), told(), STATUSES))
    assert key is None or finding.key == key
    assert finding.language == language
    assert finding.title[language].startswith(title)
    assert "nnex" not in finding.title[language].removeprefix(title)
    assert finding.text is not None
    assert "<" not in finding.text.replace("<=", "")
    # Independently: every word of the markup's own text stands in ours, up to the cap.
    markup = re.sub(
        r"(?s)<head.*?</head>|<BIB.INSTANCE>.*?</BIB.INSTANCE>|<[^>]*>", " ", body_of(shared, name).decode()
    )
    words = re.findall(r"[^\W\d_]{4,}", markup)[:2000]
    assert sum(word in finding.text for word in words) >= len(words) * 0.97
    assert len(finding.text) <= 200_000


def test_a_consolidated_text_belongs_to_its_act(shared: Path) -> None:
    name = "cellar/text/02021R0447-20260318.en.xhtml"
    finding = only(read_page(PLATFORM, recorded(shared, PLATFORM, name), told(), STATUSES))
    assert finding.identifiers == (Identifier("celex", "32021R0447"),)
    assert finding.attachments is not None
    assert finding.attachments[0][0] == "Konsoliderad text 02021R0447-20260318"


NOTICE = "cellar/celex-32026R1744.tree-notice.swe-only.xml"


def test_the_recorded_notice_has_the_swedish_title_and_both_days(shared: Path) -> None:
    raw = body_of(shared, NOTICE).decode()
    reading = read_page(PLATFORM, recorded(shared, PLATFORM, NOTICE), told(), STATUSES)
    finding = only(reading)
    title = re.search(r"<EXPRESSION_TITLE type=\"data\"><VALUE>([^<]*)", raw)
    assert title is not None
    assert finding.title == {"sv": title[1]}
    assert finding.key == "32026R1744"
    assert finding.steps == (
        Step(date(2026, 7, 8), "cellar:document"),
        Step(date(2026, 7, 27), "cellar:entry-into-force"),
    )
    assert finding.identifiers == (Identifier("celex", "32026R1744"), Identifier("act", "(EU) 2026/1744"))
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (NOTICE, "NOTICE", "LETTER", "got <LETTER>"),
        (NOTICE, "<WORK>", "<WERK>", "not XML"),
        (NOTICE, "WORK>", "WERK>", "NOTICE.WORK"),
        (NOTICE, "ID_CELEX", "ID_X", "ID_CELEX"),
        (NOTICE, "EXPRESSION_TITLE", "X", "EXPRESSION_TITLE|no title"),
        (NOTICE, "EXPRESSION_USES_LANGUAGE", "X", "EXPRESSION_USES_LANGUAGE|no title"),
        (NOTICE, "WORK_DATE_DOCUMENT", "X", "WORK_DATE_DOCUMENT"),
        (NOTICE, "ENTRY-INTO-FORCE", "X", "ENTRY-INTO-FORCE"),
        (TEXTS[0][0], "oj-hd-lg", "x", "oj-hd-lg"),
        (TEXTS[0][0], "<body>", "<!-- ", "<body>: expected a text"),
        (TEXTS[4][0], "LG.DOC", "X", "LG.DOC"),
        (TEXTS[4][0], "<ACT ", "<ACTS ", "not XML"),
    ],
)
def test_what_a_document_lacks_is_named(shared: Path, name: str, old: str, new: str, said: str) -> None:
    body = body_of(shared, name).decode()
    assert old in body
    try:
        changed = recorded(shared, PLATFORM, name, body.replace(old, new).encode())
        told_us = " ".join(read_page(PLATFORM, changed, told(), STATUSES).warnings)
    except Drifted as exc:
        told_us = str(exc)
    assert re.search(said, told_us), told_us


def test_a_text_without_a_title_is_shown_by_its_number() -> None:
    body = '<html><body><p class="oj-hd-lg">EN</p><p>Some words.</p></body></html>'
    reading = read_page(PLATFORM, page(body, REST, reader="text"), told(), STATUSES)
    assert only(reading).title == {"en": "52026PC0321"}
    assert "no title that could be read" in " ".join(reading.warnings)


def test_the_recorded_404_is_not_there_yet(shared: Path) -> None:
    reading = read_page(PLATFORM, recorded(shared, PLATFORM, "cellar/rest-404.txt"), told(), STATUSES)
    assert "no text yet (status 404: Resource [system 'consolidation'" in reading.warnings[0]


def test_entities_are_not_expanded_without_end() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 50}">' for n in range(8)
    )
    with pytest.raises(Drifted, match="not XML"):
        read_page(PLATFORM, page(bomb + "]><NOTICE>&i;</NOTICE>", REST, reader="text"), told(), STATUSES)
