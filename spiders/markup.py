"""JSON, HTML and XML answers as values and trees; what cannot be one is drift. Nothing is loaded from outside."""

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

from parsel import Selector, SelectorList

from spiders.platform import Drifted, Page
from spiders.sanitise import TITLE, line

_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


def json_of(page: Page) -> Any:
    """The page as JSON, without lone surrogates: JSON may smuggle them in, and they cannot be stored.

    Raises:
        Drifted: it is none.
    """
    try:
        value = json.loads(page.body.decode("utf-8-sig"))
        if b"\\ud" in page.body.lower():
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", errors="ignore"))
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not JSON: {exc}: {page.url}") from exc
    return value


def html_tree(page: Page) -> Selector:
    """The page as HTML; any bytes give some tree, so look for what must be there.

    Raises:
        Drifted: there is nothing in it.
    """
    text = page.body.decode("utf-8", errors="replace").replace("\x00", "")
    if not text.strip():
        raise Drifted(f"an empty page: {page.url}")
    return Selector(text=text, type="html", huge_tree=False)


def xml_tree(page: Page) -> ElementTree.Element:
    """The root element of an XML page.

    Raises:
        Drifted: it is not well-formed.
    """
    try:
        # expat bounds the expansion of entities and loads nothing from outside.
        return ElementTree.fromstring(page.body)  # noqa: S314  # expat limits entity growth; the size is capped
    except (ElementTree.ParseError, ValueError, LookupError) as exc:
        raise Drifted(f"not XML: {exc}: {page.url}") from exc


def words_of(node: Selector | SelectorList[Selector], limit: int = TITLE) -> str:
    """All text within `node`, on one line, without markup."""
    return line(" ".join(node.xpath(".//text()").getall()), limit)


def element_words(element: ElementTree.Element | None, limit: int = TITLE) -> str:
    """All text within `element`, on one line; "" for None."""
    return "" if element is None else line(" ".join(element.itertext()), limit)


def european_day(text: str) -> date | None:
    """The day of `18/11/2024`, `18-11-2024` or `18.11.2024`, the first in `text`; None where there is none."""
    match = _DAY.search(text)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
