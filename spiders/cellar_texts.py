"""What the Publications Office's REST service gives of one document: text as XHTML, Formex or PDF, or a notice.

One address answers in several forms (`Accept`, `Accept-Language`), so the form is sniffed. Some proposals are PDF
only, in both languages (52026PC0321), so a text is asked for in four ways (`_WAYS`). Of a consolidated text
the key is the act that it consolidates: it is no item of its own.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from parsel import Selector

from config.sources import Source
from spiders.cellar_vocabulary import CELEX, LANGUAGES, base_of, kind_of_celex, page_of
from spiders.fields import Audit, parse_day
from spiders.finding import Finding, Identifier, Kind, Step
from spiders.identifiers import parse_identifier
from spiders.joins import com_of
from spiders.markup import element_words, html_tree, words_of, xml_tree
from spiders.pdf_text import Unreadable, pdf_text
from spiders.platform import Ask, Assignment, Drifted, Failed, Page, Reading
from spiders.sanitise import TEXT, cap, line, plain

_HOST = "publications.europa.eu"
_XHTML, _PDF = "application/xhtml+xml", "application/pdf"
_WAYS = (("swe", "sv", _XHTML), ("swe", "sv", _PDF), ("eng", "en", _XHTML), ("eng", "en", _PDF))
"""Language as the service and as we write it, and form: a Swedish PDF before an English page."""
_FIRST_OF_ENGLISH = 2
_HYPHEN = re.compile(r"(?<=\w)-\n(?=[a-zåäöéüø])")
_CARRIED = ("title", "title_language", "kind")
_SKIPPED_STREAM = re.compile(r"annex|cover|corrig", re.IGNORECASE)
_ADDRESS = re.compile(r"/resource/(celex|cellar|oj|eli|consolidation|consil|uriserv)/(.+)$")
_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)
_BODY = re.compile(r"<body\b.*", re.IGNORECASE | re.DOTALL)
_CONSOLIDATED = re.compile(r"[0-9A-Z]+ — ([A-Z]{2}) — (\d\d)\.(\d\d)\.(\d{4})")
_FORMEX_BLOCKS = frozenset(
    (
        "P",
        "TI",
        "STI",
        "ALINEA",
        "NP",
        "ITEM",
        "VISA",
        "CONSID",
        "TI.ART",
        "STI.ART",
        "PREAMBLE.INIT",
        "PREAMBLE.FINAL",
    )
)
_TITLE_CLASSES = ("oj-doc-ti", "title-doc-first", "title-doc-last", "doc-ti", "Titreobjet_cp", "Titreobjet")
_TITLE_PARTS = 6
"""Paragraphs of a title: type, day, subject, relevance for the EEA, number."""
_PART_CLASSES = ("oj-ti-art", "oj-sti-art", "title-article-norm", "stitle-article-norm")


def address_of_resource(url: str) -> tuple[str, str] | None:
    """Scheme and id of a resource (`celex`, `32026R1744`); None for other addresses."""
    match = _ADDRESS.search(urlsplit(url).path)
    return (match[1], unquote(match[2])) if match else None


def carried(finding: Finding) -> dict[str, str]:
    """What a later answer needs of a row: it speaks of a number alone."""
    title = finding.title[finding.language]
    return {"title": title, "title_language": finding.language, "kind": finding.kind.value}


def marks(assignment: Assignment, key: str) -> set[str]:
    """What we have of a document beside its row: `eurovoc`, `text`."""
    return set(assignment.known.get(key, "").split("+")) - {""}


def marked(assignment: Assignment, key: str, mark: str) -> str:
    """The version of a document that has `mark` now."""
    return "+".join(sorted(marks(assignment, key) | {mark}))


def text_ask(source: Source, celex: str, attempt: int, along: Mapping[str, str]) -> Ask:
    """The text in the first (0) to last of our ways; `along` is what `carried` says of its row."""
    spoken, language, form = _WAYS[attempt]
    parts = urlsplit(source.url)
    context = {"celex": celex, "language": language, "attempt": str(attempt), **along}
    return Ask(
        f"{parts.scheme}://{parts.netloc}/resource/celex/{celex}",
        "text",
        headers={"Accept": form, "Accept-Language": spoken},
        context=context,
        key=celex,
        tolerated=(300, 404, 406),
        to_file=form == _PDF,
    )


def read_text(page: Page, assignment: Assignment) -> Reading:
    """A document as the service gives it, or why it does not.

    Raises:
        Drifted: an unknown form, or no text in it.
        Failed: nothing at all.
    """
    if page.status == 300:
        return _choose(page)
    if page.status != 200:
        said = " ".join(page.body[:200].decode("utf-8", errors="replace").split())
        return _without(page, assignment, f"status {page.status}: {said}")
    if not page.body.strip():
        raise Failed(f"empty body: {page.url}")
    try:
        finding, warnings = _read_resource(page, assignment.source.archive)
    except Unreadable as exc:
        return _without(page, assignment, f"the PDF has no text: {exc}")
    if "celex" in page.context:
        # A finding with a version replaces what is known: what the document is about its row says better.
        finding = replace(finding, identifiers=None, version=marked(assignment, finding.key, "text"))
    return Reading((finding,), warnings=warnings)


def _without(page: Page, assignment: Assignment, reason: str) -> Reading:
    """No text in this way: ask in the next; a fresh document may take days."""
    attempt = int(page.context.get("attempt", len(_WAYS)))
    celex = page.context.get("celex", "")
    # 406: not in this form. 404: not in this language, in whatever form.
    following = attempt + 1 if page.status != 404 or attempt >= _FIRST_OF_ENGLISH else _FIRST_OF_ENGLISH
    if celex and following < len(_WAYS) and not (page.status == 404 and following > _FIRST_OF_ENGLISH):
        along = {name: page.context[name] for name in _CARRIED if name in page.context}
        return Reading(asks=(text_ask(assignment.source, celex, following, along),))
    return Reading(warnings=(f"no text yet ({reason}): {page.url}",))


def _choose(page: Page) -> Reading:
    """Of several streams the act itself: no annex or cover, the lowest order."""
    streams = []
    for item in html_tree(page).css('li[title="item"]'):
        address = item.css("a::attr(href)").get()
        name = words_of(item.css('[title="stream_name"]'))
        order = words_of(item.css('[title="stream_order"]'))
        if address and not _SKIPPED_STREAM.search(name):
            streams.append((int(order) if order.isdigit() else 999, urljoin(page.url, address)))
    if not streams:
        raise Drifted(f"status 300: no stream to choose from: {page.url}")
    address = min(streams)[1]
    if urlsplit(address).hostname != _HOST:
        raise Drifted(f"status 300: a stream elsewhere: {address[:200]}: {page.url}")
    ask = Ask(
        address.replace("http://", "https://", 1), "text", context=page.context, key=page.context.get("celex")
    )
    of_pdf = _WAYS[int(page.context.get("attempt", 0))][2] == _PDF
    return Reading(asks=(replace(ask, tolerated=(404, 406), to_file=of_pdf),))


def _read_resource(page: Page, source: str) -> tuple[Finding, tuple[str, ...]]:
    """The document that the page holds, in whatever form.

    Raises:
        Drifted: it has neither the form of a text nor of a notice, or no text.
        Unreadable: a PDF without text.
    """
    audit = Audit()
    if page.body[:1024].find(b"%PDF-") >= 0:
        finding = _read_pdf(page, source, audit)
    elif _HTML.search(page.body[:2000]):
        finding = _read_xhtml(page, source, audit)
    else:
        root = xml_tree(page)
        if root.tag == "NOTICE":
            finding = _read_notice(root, page, source, audit)
        elif root.tag in ("ACT", "CONS.ACT", "GENERAL", "ANNEX", "DOC"):
            finding = _read_formex(root, page, source, audit)
        else:
            raise Drifted(f"expected XHTML, Formex or a notice, got <{root.tag[:60]}>: {page.url}")
    return finding, audit.warnings()


def _read_xhtml(page: Page, source: str, audit: Audit) -> Finding:
    tree = html_tree(page)
    body = _BODY.search(page.body.decode("utf-8", errors="replace"))
    text = plain(body[0] if body else None, TEXT)
    if not text:
        raise Drifted(f"<body>: expected a text: {page.url}")
    reference = _CONSOLIDATED.search(words_of(tree.css("p.reference")[:1]))
    said = words_of(tree.css("p.oj-hd-lg, p.hd-lg")[:1]) or (reference[1] if reference else "")
    language = said.lower() if re.fullmatch("[A-Z]{2}", said) else page.context.get("language")
    if language is None:
        audit.note("missing field p.oj-hd-lg: the language of the text; English is taken")
    # Annexes set their headings in the classes of the title, so its own container comes first.
    main = tree.css("#tit_1.eli-main-title")
    if not words_of(main) and tree.css("p.oj-hd-lg"):
        audit.note("missing field #tit_1.eli-main-title: the title is put together from its paragraphs")
    title = words_of(main) or _title_by_class(tree, _TITLE_CLASSES) or _title_by_class(tree, _PART_CLASSES)
    return _finding(page, source, audit, language=language or "en", title=title, text=text)


def _read_pdf(page: Page, source: str, audit: Audit) -> Finding:
    """Its lines; the title comes along from the row, for a PDF does not say where its own is."""
    with page.open() as file:
        lines = pdf_text(file)
    text = plain(html.escape(_HYPHEN.sub("", lines)), TEXT)
    return _finding(page, source, audit, language=page.context.get("language", "en"), title="", text=text)


def _title_by_class(tree: Selector, classes: tuple[str, ...]) -> str:
    parts = [words_of(part) for part in tree.css(", ".join(f"p.{name}" for name in classes))[:_TITLE_PARTS]]
    return line(" ".join(part for part in dict.fromkeys(parts) if part))


def _read_formex(root: ElementTree.Element, page: Page, source: str, audit: Audit) -> Finding:
    language = element_words(root.find(".//LG.DOC")).lower()
    if not language:
        audit.note("missing field LG.DOC: the language of the text; English is taken")
    title = element_words(root.find(".//TITLE/TI"))
    blocks = [element_words(part, TEXT) for part in _blocks(root)]
    text = cap("\n".join(block for block in blocks if block), TEXT)
    if not text:
        raise Drifted(f"{root.tag}: expected a text: {page.url}")
    celex = element_words(root.find(".//NO.CELEX"))
    return _finding(page, source, audit, language=language or "en", title=title, text=text, celex=celex)


def _blocks(element: ElementTree.Element) -> list[ElementTree.Element]:
    """The outermost paragraphs, in order."""
    found: list[ElementTree.Element] = []
    waiting = [element]
    while waiting:
        here = waiting.pop()
        if here.tag in _FORMEX_BLOCKS:
            found.append(here)
        elif here.tag != "BIB.INSTANCE":
            waiting.extend(reversed(here))
    return found


def _read_notice(root: ElementTree.Element, page: Page, source: str, audit: Audit) -> Finding:
    """A tree notice: identifiers, dates and titles, without text."""
    work = root.find("WORK")
    if work is None:
        raise Drifted(f"NOTICE.WORK is missing: {page.url}")
    celex = element_words(work.find("ID_CELEX/VALUE"))
    if not CELEX.fullmatch(celex):
        raise Drifted(f"NOTICE.WORK.ID_CELEX: expected a CELEX number, got {celex[:40]!r}: {page.url}")
    titles = {}
    for expression in root.findall("EXPRESSION"):
        code = element_words(expression.find("EXPRESSION_USES_LANGUAGE/IDENTIFIER"))
        title = element_words(expression.find("EXPRESSION_TITLE/VALUE"))
        if not code or not title:
            audit.note(
                "EXPRESSION: a language (EXPRESSION_USES_LANGUAGE) or a title (EXPRESSION_TITLE) is missing"
            )
        elif LANGUAGES.get(code) in ("sv", "en"):
            titles[LANGUAGES[code]] = title
        else:
            audit.note(f"EXPRESSION_USES_LANGUAGE.IDENTIFIER: {code[:20]!r} is no language of ours")
    if not titles:
        told = "; ".join(audit.warnings())[:300]
        raise Drifted(f"NOTICE.EXPRESSION: no EXPRESSION_TITLE in Swedish or English; {told}: {page.url}")
    steps = []
    for tag, code in (
        ("WORK_DATE_DOCUMENT", "cellar:document"),
        ("RESOURCE_LEGAL_DATE_ENTRY-INTO-FORCE", "cellar:entry-into-force"),
    ):
        day = parse_day(element_words(work.find(f"{tag}/VALUE")))
        if day is None and (celex.startswith("3") or code == "cellar:document"):
            audit.note(f"missing field NOTICE.WORK.{tag}")
        elif day is None:
            continue  # only an act enters into force
        elif day.year not in (1001, 9999):
            steps.append(Step(day, code))
    same = [element_words(one) for one in work.findall("SAMEAS/URI/IDENTIFIER")]
    named = [parse_identifier(one) for one in same]
    names = [Identifier("celex", celex), *([com] if (com := com_of(celex)) else [])]
    acts = [Identifier(one.scheme, one.value) for one in named if one and one.scheme == "act"]
    if celex.startswith("3") and not acts:
        audit.note("NOTICE.WORK.SAMEAS.URI.IDENTIFIER: expected the number of the act in one of them")
    names += acts
    return Finding(
        source=source,
        key=celex,
        url=page_of(celex),
        kind=kind_of_celex(celex),
        title=titles,
        language="sv" if "sv" in titles else "en",
        published=next((step.date for step in steps if step.code == "cellar:document"), None),
        identifiers=tuple(dict.fromkeys(names)),
        steps=tuple(sorted(steps)),
    )


def _finding(
    page: Page, source: str, audit: Audit, *, language: str, title: str, text: str, celex: str = ""
) -> Finding:
    scheme, value = address_of_resource(page.url) or ("", "")
    celex = page.context.get("celex") or celex or (value if scheme == "celex" else "")
    key = base_of(celex) if celex else f"{scheme}:{value}" if value else page.url
    # The list's title is the official one; the text's own may be in capitals.
    official = page.context.get("title")
    titles = {page.context.get("title_language", "en"): official} if official else {language: title or key}
    if not official and not title:
        audit.note("the text has no title that could be read; it is shown by its number")
    names = [Identifier("celex", key)] if celex else []
    com = com_of(key) if celex else None
    consolidated = ((f"Konsoliderad text {celex}", page_of(celex)),) if celex and celex != key else None
    kind = page.context.get("kind")
    return Finding(
        source=source,
        key=key,
        url=page_of(key) if celex else page.url,
        kind=Kind(kind) if kind else kind_of_celex(key),
        title=titles,
        language=language,
        text=text,
        identifiers=(*names, *([com] if com else [])) or None,
        attachments=consolidated,
    )
