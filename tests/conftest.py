"""What every test may ask for."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded payloads, training data and answer keys beside the checkout."""
    if not SHARED.is_dir():
        message = "../shared (recorded payloads and answer keys) is not beside this checkout"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return SHARED
