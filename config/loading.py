"""Read TOML files from the shipped configuration, overlaid by an organisation's own folder.

`UTBLICK_CONFIG` names a folder with the same file names; a file found there replaces the shipped file of
that name whole, so that what is in force can be read in one place. `sources/` is merged file by file.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.errors import ConfigError

Model = TypeVar("Model", bound=BaseModel)


def shipped() -> Traversable:
    """The folder of the configuration that ships with Utblick."""
    return files("config")


def find(name: str, overlay: Path | None) -> Traversable:
    """The file `name` in force: the overlay's if it has one, otherwise the shipped one."""
    if overlay is not None and (overlay / name).is_file():
        return overlay / name
    return shipped() / name


def find_all(folder: str, overlay: Path | None) -> Iterator[Traversable]:
    """Every `*.toml` in force below `folder`, by name; an overlay file hides the shipped one of its name."""
    found = {entry.name: entry for entry in (shipped() / folder).iterdir() if entry.name.endswith(".toml")}
    if overlay is not None and (overlay / folder).is_dir():
        found |= {path.name: path for path in (overlay / folder).glob("*.toml")}
    for name in sorted(found):
        yield found[name]


def read_toml(path: Traversable) -> dict[str, Any]:
    """The tables of one TOML file.

    Raises:
        ConfigError: the file is missing, not UTF-8 or not TOML (with the line).
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigError(f"{path}: no such file; `utblick init DIR` writes a complete configuration") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path}: not valid TOML: {exc}") from exc
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read: {exc.strerror}") from exc


def validate(model: type[Model], data: object, path: Traversable, where: str = "", after: int = 0) -> Model:
    """`data` as `model`; `where` is the table's name in the file and `after` the table's ordinal.

    Raises:
        ConfigError: a field is unknown, missing or wrong; names file, line where it can be found, and field.
    """
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        dotted = f"{where}.{field}" if where and field else where or field
        line = _line_of(path, str(first["loc"][-1]) if first["loc"] else "", where, after)
        place = f"{path}:{line}" if line else f"{path}"
        raise ConfigError(f"{place}: {dotted}: {first['msg']} (got {_short(first.get('input'))})") from exc


def _line_of(path: Traversable, key: str, where: str, ordinal: int) -> int | None:
    """The line on which `key` is set in the `ordinal`-th table `where`; None where it is not written out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    name = where.split("[", maxsplit=1)[0]
    header = re.compile(rf"^\s*\[\[?\s*{re.escape(name)}\s*\]\]?") if name else None
    start = 0
    if header is not None:
        starts = [number for number, line in enumerate(lines) if header.match(line)]
        if ordinal < len(starts):
            start = starts[ordinal]
    for number in range(start, len(lines)):
        if re.match(rf"^\s*\"?{re.escape(key)}\"?\s*=", lines[number]):
            return number + 1
        if number > start and header is not None and header.match(lines[number]):
            break
    return start + 1 if start or header is not None else None


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
