"""Which platforms there are. Adding one is one line here; its module loads when a source first needs it."""

import difflib
from functools import cache
from importlib import import_module

from config.errors import ConfigError
from config.sources import Source
from spiders.platform import Platform

PLATFORMS = {
    "have-your-say": "spiders.have_your_say:HaveYourSay",
    "riksdagen": "spiders.riksdagen:Riksdagen",
    "g0v": "spiders.g0v:G0v",
    "cellar": "spiders.cellar:Cellar",
    "press-corner": "spiders.press_corner:PressCorner",
    "oeil": "spiders.oeil:Oeil",
    "parliament": "spiders.parliament:Parliament",
    "feed": "spiders.feed:Feed",
    "funding-tenders": "spiders.funding_tenders:FundingTenders",
    "vinnova": "spiders.vinnova:Vinnova",
    "page": "spiders.listing:Listing",
    "search-api": "spiders.search_api:SearchApi",
}
"""Name as in `platform = "…"` → `module:class`."""


@cache
def platform(name: str) -> Platform:
    """The one instance of the platform `name`; it serves every source of its kind.

    `module:class` itself is accepted too, so that a platform of one's own needs no line here.

    Raises:
        ConfigError: no platform has this name (with the nearest that exist).
    """
    target = name if ":" in name else PLATFORMS.get(name)
    if target is None:
        near = difflib.get_close_matches(name, PLATFORMS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(PLATFORMS))}"
        raise ConfigError(f"unknown platform {name!r}; {hint}")
    module, _, attribute = target.partition(":")
    try:
        instance = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError) as exc:
        raise ConfigError(f"platform {name!r} cannot be loaded from {target!r}: {exc}") from exc
    if not isinstance(instance, Platform):
        raise ConfigError(f"platform {name!r}: {target!r} is not a Platform")
    return instance


def check(source: Source) -> Platform:
    """The platform of `source`, which makes sense to it.

    Raises:
        ConfigError: there is no such platform, or it does not understand what is declared.
    """
    speaks = platform(source.platform)
    if source.follows and not speaks.follows:
        able = ", ".join(name for name in PLATFORMS if platform(name).follows)
        raise ConfigError(f"source {source.id}: follows: {source.platform} reads no procedures; {able} do")
    speaks.check(source)
    return speaks
