"""What every test may ask for."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import browser

# Most tests are about something else than what the extra `embeddings` adds; those that are ask for it.
os.environ["UTBLICK_EMBEDDINGS"] = "off"

IN_CI = bool(os.environ.get("CI"))
SHARED = Path(__file__).resolve().parents[2] / "shared"

# Two workers on two cores: threads of linear algebra that wait for each other cost twenty times what they compute.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The same examples each time where a failure would stop others; new ones on a developer's machine.
# No deadline: what is slow is measured in benchmarks.
settings.register_profile("utblick", deadline=None, derandomize=IN_CI)
settings.load_profile("utblick")


# Not for longer than a module: while it runs, nothing else in the process may start an event loop.
chromium = pytest.fixture(browser.chromium, scope="module", name="chromium")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded payloads, training data and answer keys beside the checkout."""
    if not SHARED.is_dir():
        message = "../shared (recorded payloads and answer keys) is not beside this checkout"
        pytest.skip(message)
    return SHARED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,  # the hook's signature
    call: pytest.CallInfo[None],  # the hook's signature
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration a skipped test is a failed one: what it needs must be there."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which continuous integration does not allow: {report.longrepr}"
    return report
