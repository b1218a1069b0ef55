"""Golden files: texts that a person has read and found right."""

import os
from pathlib import Path

REWRITE = bool(os.environ.get("UPDATE_GOLDEN"))
"""`UPDATE_GOLDEN=1 pytest …` writes them anew, to be read before they are committed."""


def check(path: Path, content: str) -> None:
    """Compare `content` with the golden file at `path`."""
    if REWRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    assert path.exists(), f"there is no {path.name}; UPDATE_GOLDEN=1 writes it"
    assert content == path.read_text(encoding="utf-8"), f"{path.name} differs; UPDATE_GOLDEN=1 rewrites it"
