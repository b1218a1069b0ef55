"""Which model is in force: the one that ships, or one that was trained on this organisation's judgements.

Own models lie below the data folder, each under its version; a small file says which of them counts. Nothing is
ever removed, so that an earlier one can be taken up again.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.errors import ConfigError
from config.settings import Settings

if TYPE_CHECKING:
    from nlp.assessment import Assessor
    from nlp.embeddings import Embed

FOLDER = "models"
IN_FORCE = "in-force"
REPORT = "comparison.json"
"""How a model did against the one before it, in the model's own folder."""
SHIPPED = "shipped"
"""The name by which the shipped model is taken up again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A model in the data folder, and what was found when it was made."""

    version: str
    folder: Path
    in_force: bool
    comparison: dict[str, Any]


def in_force(settings: Settings) -> Path | None:
    """The folder of the model that counts; None: the shipped one.

    Raises:
        ConfigError: the model that was chosen is not there.
    """
    try:
        name = (_models(settings) / IN_FORCE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    folder = _models(settings) / Path(name).name
    if name == SHIPPED:
        return None
    if not folder.is_dir():
        raise ConfigError(
            f"{folder}: the model in force is not there; `utblick model use {SHIPPED}` takes up ours"
        )
    return folder


def load_in_force(settings: Settings, instead: Path | None = None) -> "Assessor":
    """The model that counts, with the organisation's themes.

    Args:
        settings: those in force.
        instead: a model folder to take in its place.

    Raises:
        ConfigError: it is missing, or no model of this version; the extra `embeddings` is wanted and not there.
    """
    from nlp.model import UnreadableModelError, load

    own = None if instead else in_force(settings)
    try:
        return load(instead or own, settings.config, embedder(settings))
    except UnreadableModelError as exc:
        if own is None:
            raise
        # An own model has the form of the version of Utblick that made it; judgements are what outlives that.
        raise ConfigError(
            f"{exc}; take up ours with `utblick model use {SHIPPED}`, then learn anew from your judgements with "
            "`utblick model train`"
        ) from exc


def embedder(settings: Settings) -> "Embed | None":
    """What embeds texts for the model, by the setting `embeddings`; None: it reads without.

    Raises:
        ConfigError: the extra is wanted and not installed, or installed and broken.
    """
    from nlp.embeddings import installed

    if settings.embeddings == "off":
        return None
    found = installed()
    if found is None and settings.embeddings == "on":
        raise ConfigError("embeddings = on needs the extra: pip install 'utblick[embeddings]'")
    return found


def kept(settings: Settings) -> tuple[Kept, ...]:
    """The organisation's own models, the newest last."""
    chosen = in_force(settings)
    folders = sorted(_models(settings).glob(f"*/{REPORT}"), key=lambda path: path.stat().st_mtime_ns)
    return tuple(
        Kept(path.parent.name, path.parent, path.parent == chosen, json.loads(path.read_text(encoding="utf-8")))
        for path in folders
        if not path.parent.name.endswith(".new")
    )


def place_of(settings: Settings, version: str) -> Path:
    """Where a model of this version lies, or would lie."""
    return _models(settings) / version


def use(settings: Settings, version: str) -> None:
    """Let a model count from now on; what is stored keeps the tags it has until it is read anew.

    Args:
        settings: those in force.
        version: of a model in the data folder, or `shipped`.

    Raises:
        ConfigError: there is no such model.
        OSError: the folder cannot be written.
    """
    known = [one.version for one in kept(settings)]
    if version != SHIPPED and version not in known:
        raise ConfigError(f"no model {version}; there are {', '.join([SHIPPED, *known])}")
    _models(settings).mkdir(parents=True, exist_ok=True)
    new = _models(settings) / f"{IN_FORCE}.new"
    new.write_text(f"{version}\n", encoding="utf-8")
    new.replace(_models(settings) / IN_FORCE)


def _models(settings: Settings) -> Path:
    return settings.data_dir / FOLDER
