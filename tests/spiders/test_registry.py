from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from config.errors import ConfigError
from config.sources import Source, load_sources
from spiders import registry
from spiders.platform import Ask, Assignment, Page, Platform, Reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Tiny(Platform):
    name = "tiny"
    parser = "tiny/1"

    def check(self, source: Source) -> None: ...

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        return ()

    def read(self, page: Page, assignment: Assignment) -> Reading:
        return Reading()

    def route(self, url: str) -> Ask | None:
        return None


def test_a_platform_is_made_once() -> None:
    name = f"{__name__}:Tiny"
    assert registry.platform(name) is registry.platform(name)
    assert registry.platform(name).name == "tiny"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("riksdagn", "did you mean 'riksdagen'"),
        ("zzz", "there are [a-z]"),
        ("no_such_module:X", "cannot be loaded"),
        ("spiders.registry:PLATFORMS", "cannot be loaded|not callable|not a Platform"),
        ("builtins:dict", "not a Platform"),
    ],
)
def test_an_unknown_platform_is_said(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        registry.platform(name)


@pytest.mark.parametrize("name", registry.PLATFORMS)
def test_every_declared_source_makes_sense_to_its_platform(name: str) -> None:
    own = [source for source in load_sources() if source.platform == name]
    assert own
    platform = registry.platform(name)
    for source in own:
        platform.check(source)
        for ask in platform.start(Assignment(source, NOW)):
            assert ask.url.startswith("https://"), source.id
        if name not in ("feed", "g0v", "riksdagen"):  # of which one answer tells how the others are
            assert not source.enabled or source.evidence.certainty in ("recorded", "verified"), source.id
