"""The attached list of a remiss on regeringen.se: who is asked to answer.

The mirror has no files, so that the list is asked for at the site itself, once, with the site's own pace, if the
declaration names that host (`also`). If it cannot be had, the remiss stands without it: that is a warning, and
asked again after a day, two days, four, at last once a month.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.sources import Source
from spiders.addressees import is_list, names_in
from spiders.fields import Audit
from spiders.finding import Addressees, Finding, Kind
from spiders.g0v_pages import SITE, link
from spiders.pdf_text import Unreadable, pdf_text
from spiders.platform import Ask, Page, Reading


def list_asks(finding: Finding, source: Source, audit: Audit) -> Iterator[Ask]:
    """The requests for what is attached to a remiss as its list of addressed bodies, at declared hosts."""
    if finding.kind is not Kind.REMISS:
        return
    hosts = {one.host for one in source.also}
    for label, address in finding.attachments or ():
        host = urlsplit(address).hostname
        if not is_list(label, address):
            continue
        if host not in hosts:
            audit.note(f"a list of addressed bodies is not asked for: {host} is not declared (also)")
        else:
            context = {"path": finding.key, "title": finding.title["sv"], "label": label}
            yield Ask(address, "addressees", context=context, to_file=True, otherwise=(), once=True)


def read_list(page: Page, source: Source) -> Reading:
    """An attached list as what it adds to its remiss: the names, or why they cannot be read."""
    names: tuple[str, ...] = ()
    try:
        with page.open() as file:
            text = pdf_text(file)
    except Unreadable as exc:
        problem: str | None = str(exc)
    else:
        # A covering letter (missiv) has its list beneath a heading; without one, its lines are no names.
        names = names_in(text, alone="missiv" not in page.context.get("label", "").lower())
        problem = None if names else "no names in it"
    if "path" not in page.context:
        return Reading(warnings=(f"a list of {len(names)} addressed bodies, of no known remiss: {page.url}",))
    finding = Finding(
        source=source.archive,
        key=page.context["path"],
        url=link(page.context["path"]) or SITE,
        kind=Kind.REMISS,
        title={"sv": page.context["title"]},
        language="sv",
        addressees=Addressees(names, page.url, problem),
    )
    warnings = (f"the list of addressed bodies could not be read: {problem}: {page.url}",) if problem else ()
    return Reading(findings=(finding,), warnings=warnings)
