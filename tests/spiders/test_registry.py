from collections.abc import Iterable

import pytest

from config.errors import ConfigError
from config.sources import Source
from spiders import registry
from spiders.platform import Ask, Assignment, Page, Platform, Reading


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
