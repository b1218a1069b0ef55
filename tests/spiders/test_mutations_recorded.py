"""The same of recorded pages, where nothing constructed would be as true; and that no platform is left out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spiders.platform import Platform, Reading
from spiders.reading import read_page
from spiders.registry import PLATFORMS
from tests.spiders import cellar_reading, riksdagen_pages
from tests.spiders import test_oeil as oeil
from tests.spiders.mutations import Mutant, html_mutants, json_mutants, silent, unnamed, xml_mutants
from tests.spiders.pages import assignment
from tests.spiders.recorded import recorded
from tests.spiders.test_mutations import CASES

_SECTIONS = (
    *(".es_title-h1", ".es_title-h2", ".es_product-section", ".font-weight-bold", ".font-weight-normal"),
    *(".es_badge-committee", ".rapporteur", "table", "thead", "tbody", "tr", "th", "td", "p", "br", "a@href"),
)
_SUMMARY = (
    ".es_product-name",
    ".es_product-subtitle",
    ".es_product-content",
    ".es_links-list",
    ".t-x",
    "time",
    "span",
)
_NOTICE_FREE = ("NOTICE/EXPRESSION/EXPRESSION_TITLE/VALUE",)
_EMPTY_BLOCKS = {
    f"dokumentstatus.{name} null" for name in ("dokaktivitet", "dokuppgift", "dokbilaga", "dokreferens")
}
_EMPTY_FIELDS = {"dokumentstatus.dokument.organ null", "dokumentstatus.dokbilaga.bilaga.titel null"}

RECORDED: list[tuple[str, Platform, Callable[[bytes], Iterator[Mutant]], set[str]]] = [
    # The Riksdag writes null for a block, a sender or a name that there is not.
    ("riksdagen/dokumentstatus-eu-dokument-H8B6447.json.gz", riksdagen_pages.PLATFORM, json_mutants,
     _EMPTY_BLOCKS | _EMPTY_FIELDS),
    ("riksdagen/dokumentlista-sfs-1880-1900.page1.json", riksdagen_pages.PLATFORM, json_mutants,
     {"dokumentlista.dokument.[].organ null"}),
    ("oeil/procedure-file-2024-0258-cod.html", oeil.PLATFORM,
     lambda body: unnamed(html_mutants(body, (".font-weight-normal",), _SECTIONS)), set()),
    ("oeil/document-summary-1651118.html", oeil.PLATFORM,
     lambda body: unnamed(html_mutants(body, (".es_product-name", ".t-x"), _SUMMARY)), set()),
    ("cellar/celex-32026R1744.tree-notice.swe-only.xml", cellar_reading.PLATFORM,
     lambda body: xml_mutants(body, _NOTICE_FREE), set()),
    ("cellar/notification-3-of-46-entries.atom.xml", cellar_reading.PLATFORM, xml_mutants, set()),
    ("cellar/notification-one-item.rss.xml", cellar_reading.PLATFORM, xml_mutants, set()),
    ("cellar/text/32026R0667.en.xhtml", cellar_reading.PLATFORM,
     lambda body: unnamed(html_mutants(body, only=(".eli-main-title", ".oj-hd-lg", "div@id"))), set()),
]  # fmt: skip


def _shortened(body: bytes) -> bytes:
    """With the beginnings of its long texts: they are read anew for each mutant."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: cut(inner) for key, inner in value.items()}
        return (
            [cut(inner) for inner in value]
            if isinstance(value, list)
            else value[:500]
            if isinstance(value, str)
            else value
        )

    return json.dumps(cut(json.loads(body))).encode()


@pytest.mark.parametrize(
    ("name", "speaker", "mutants", "meant"), RECORDED, ids=lambda one: one if isinstance(one, str) else ""
)
def test_no_change_of_a_recorded_page_is_silent(
    shared: Path, name: str, speaker: Platform, mutants: Callable[[bytes], Iterator[Mutant]], meant: set[str]
) -> None:
    answer = recorded(shared, speaker, name)
    body = _shortened(answer.body) if mutants is json_mutants else answer.body
    about = assignment(speaker.name, answer.url)

    def read(mutated: bytes) -> Reading:
        return read_page(speaker, replace(answer, body=mutated), about, (300, 404, 406))

    assert {line.partition(":")[0] for line in silent(read, mutants(body), body)} == meant


def test_every_platform_is_covered() -> None:
    names = {case.name.split()[0] for case in CASES} | {name.split("/")[0] for name, *_ in RECORDED}
    # The Parliament's own tests do the same for its six forms of pages.
    assert PLATFORMS.keys() == names | {"parliament"}
