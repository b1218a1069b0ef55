"""Write the beginning of a new source: its declaration, and a test with a payload constructed for it."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from config.errors import ConfigError
from config.loading import read_toml, validate
from config.sources import Source
from monitor.errors import MonitorError
from spiders.registry import check, platform

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")

_ENTRY = Template("""\
# $id: what it gives and why we read it. `utblick sources check $id` asks the address once; when it answers as it
# should, set enabled = true and write under evidence what was seen and when.
[[source]]
id = $quoted_id
platform = $platform
title = $title
owner = $owner
url = $url
cadence = "daily"
languages = [$language]
licence = ""
enabled = false
evidence = { certainty = "inferred", note = "not asked yet" }
expect = { min = 1 }
""")

_SELECTORS = """\

[source.options]
kind = "news"             # or call, report, event … (spiders/finding.py, Kind)
row = "li.item"           # one element for each thing listed; the selectors below look within it
title = "h3"
date = "time"             # its datetime attribute counts before its text
date_format = "iso"       # or swedish, english, or a format such as %d/%m/%Y
# link = "a"              # default: the link in, around or of the title
# deadline = ".deadline"  # the last day to apply or answer
# summary = "p"
# empty = "Inga träffar"  # what the page says when it lists nothing
"""

_OPTIONS = """\

# Options of this platform stand in its module ($module); other sources of it show them in use.
# [source.options]
"""

_TEST = Template('''\
"""$id reads what its declaration says. The payload is constructed, not recorded."""

from datetime import UTC, datetime
from pathlib import Path

from config.loading import read_toml
from config.sources import Source
from spiders.platform import Assignment, Page
from spiders.reading import read_page
from spiders.registry import platform

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
DECLARATION = Path(__file__).parents[1] / "sources" / "$file"
PAYLOAD = $payload


def source() -> Source:
    return Source.model_validate(read_toml(DECLARATION)["source"][0])


def test_the_declaration_makes_sense() -> None:
    platform(source().platform).check(source())
    assert [ask.url for ask in platform(source().platform).start(Assignment(source(), NOW))]
$reads''')

_READS = """

def test_it_finds_what_the_page_lists() -> None:
    assignment = Assignment(source(), NOW)
    (ask, *_) = platform(source().platform).start(assignment)
    page = Page(ask.url, 200, {}, PAYLOAD.encode(), NOW, ask.reader, ask.context)
    findings = read_page(platform(source().platform), page, assignment).findings
    assert [one.title for one in findings] == [{"$language": "The first title"}]
    assert str(findings[0].published) == "2026-01-14"
"""

_FEED = """\
<?xml version="1.0"?>
<rss version="2.0"><channel><title>Constructed</title><link>https://example.org/</link>
<item><title>The first title</title><link>https://example.org/1</link><guid>https://example.org/1</guid>
<pubDate>Wed, 14 Jan 2026 08:00:00 GMT</pubDate><description>About the first thing.</description></item>
</channel></rss>
"""

_PAGE = """\
<!doctype html><html><body><ul>
<li class="item"><a href="/1"><h3>The first title</h3></a><time datetime="2026-01-14">14 January</time></li>
</ul></body></html>
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says of a new source; `language` is ISO 639-1."""

    id: str
    platform: str
    url: str
    title: str
    owner: str
    language: str


class ScaffoldError(MonitorError):
    """Nothing was written; the message says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """The two files that were written."""

    declaration: Path
    test: Path


def scaffold(folder: Path, wanted: Wanted) -> Written:
    """Write `sources/ID.toml` and `tests/test_ID.py` below `folder`, an organisation's own configuration.

    The declaration is complete and switched off; a `page` gets a skeleton of selectors. What is written has been
    read back: the declaration is valid and its platform accepts it, or nothing stays.

    Args:
        folder: as `UTBLICK_CONFIG` names it; made if there is none.
        wanted: what the declaration shall say.

    Raises:
        ConfigError: no such platform, no id or address, or one that its platform cannot use.
        ScaffoldError: one of the files exists.
    """
    if not _ID.fullmatch(wanted.id):
        raise ConfigError(f"{wanted.id!r} is no id: small letters, digits and hyphens")
    module = platform(wanted.platform).__class__.__module__
    name = wanted.id.replace("-", "_")
    written = Written(folder / "sources" / f"{wanted.id}.toml", folder / "tests" / f"test_{name}.py")
    for path in (written.declaration, written.test):
        if path.exists():
            raise ScaffoldError(f"{path} exists; choose another id or remove it")
    entry = _ENTRY.substitute(
        id=wanted.id,
        quoted_id=_toml(wanted.id),
        platform=_toml(wanted.platform),
        title=_toml(wanted.title),
        owner=_toml(wanted.owner),
        url=_toml(wanted.url),
        language=_toml(wanted.language),
    )
    entry += _SELECTORS if wanted.platform == "page" else Template(_OPTIONS).substitute(module=module)
    for path in (written.declaration, written.test):
        path.parent.mkdir(parents=True, exist_ok=True)
    written.declaration.write_text(entry, encoding="utf-8")
    try:
        made = validate(Source, read_toml(written.declaration)["source"][0], written.declaration, "source")
        check(made)
    except ConfigError:
        written.declaration.unlink()
        raise
    written.test.write_text(_test(wanted, written.declaration), encoding="utf-8")
    return written


def _test(wanted: Wanted, declaration: Path) -> str:
    payload = {"feed": _FEED, "page": _PAGE}.get(wanted.platform)
    reads = Template(_READS).substitute(language=wanted.language) if payload else ""
    return _TEST.substitute(
        id=wanted.id,
        file=declaration.name,
        payload=f'"""{payload}"""' if payload else '""  # the platform has its own tests for what it reads',
        reads=reads,
    )


def _toml(text: str) -> str:
    # A basic string of TOML is written like one of JSON, save that TOML knows no \/ and JSON writes none.
    return json.dumps(text, ensure_ascii=False)
