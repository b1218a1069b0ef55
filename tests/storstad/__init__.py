"""Storstad, a municipality that does not exist: another organisation's configuration, so that tests can be theirs.

On the coast, with its own places, companies, committees, calendar and a theme that the model was never trained on.
It reads the example's sources.
"""

import shutil
from pathlib import Path

from monitor import example


def founded(folder: Path) -> Path:
    """Its configuration folder, put together below `folder`."""
    own = Path(__file__).with_name("config")
    shutil.copytree(example.overlay(), folder, dirs_exist_ok=True)
    shutil.copytree(own, folder, dirs_exist_ok=True)
    return folder
