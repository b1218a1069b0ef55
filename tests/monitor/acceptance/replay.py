"""The years of 2022/0345(COD) as an office lives them: sources read, joins confirmed, letters sent on Fridays."""

import functools
import io
import json
import tomllib
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

import config.loading
import nlp.model
from monitor.archive.engine import writing
from monitor.cli import context
from monitor.cli.app import run
from monitor.letters.briefing import Edition, Office, gather, publish
from tests.monitor.acceptance import library
from tests.monitor.mail_server import MailServer

REFERENCE = "2022/0345(COD)"
OFFICER = "Anna Ek"

LETTERS = tuple(
    map(
        date.fromisoformat,
        (
            # call for evidence, open until 8 September 2020
            *("2020-07-24", "2020-07-31", "2020-08-14", "2020-08-21", "2020-08-28", "2020-09-04", "2020-09-11"),
            # public consultation, open until 21 July 2021
            *("2021-04-30", "2021-05-07", "2021-06-25", "2021-07-09", "2021-07-16", "2021-07-23"),
            # proposal, subsidiarity until 27 December 2022, feedback until 14 March 2023
            *("2022-10-28", "2022-11-04", "2022-11-11", "2022-12-02", "2022-12-09", "2022-12-16", "2022-12-23"),
            *("2022-12-30", "2023-01-20", "2023-01-27", "2023-02-17", "2023-03-03", "2023-03-10", "2023-03-17"),
            # committee, plenary, Council, agreement
            *("2023-03-31", "2023-04-07", "2023-05-12", "2023-05-19", "2023-09-22", "2023-09-29", "2023-10-06"),
            *("2023-10-13", "2023-10-20", "2023-10-27", "2024-02-02", "2024-02-09", "2024-03-15", "2024-03-22"),
            *("2024-04-12", "2024-04-19", "2024-11-08", "2024-11-15", "2024-11-29", "2024-12-06", "2024-12-13"),
            *("2024-12-20", "2025-01-03", "2025-01-10"),
            # Swedish inquiry and referral, open until 18 June 2026
            *("2025-03-07", "2025-03-14", "2026-02-27", "2026-03-06", "2026-03-20", "2026-03-27", "2026-05-22"),
            *("2026-06-05", "2026-06-12", "2026-06-19", "2026-06-26", "2026-11-27"),
            # draft bill, bill, national law by 31 July 2027
            *("2026-12-18", "2027-01-08", "2027-02-19", "2027-02-26", "2027-07-02", "2027-07-09", "2027-07-23"),
            *("2027-07-30", "2027-08-06", "2027-08-13"),
        ),
    )
)
"""The Fridays whose letter was read: where something happens, the week after, while a last day comes near."""

NEARING = tuple(
    map(
        date.fromisoformat,
        (
            *("2020-08-07", "2021-05-14", "2021-07-02", "2022-11-18", "2022-11-25", "2023-01-06", "2023-01-13"),
            *("2023-02-10", "2023-02-24", "2026-04-10", "2026-04-17", "2026-04-24", "2026-05-01", "2026-05-29"),
            "2027-07-16",
        ),
    )
)
"""The other Fridays on which a last day, of the window or our own, has come near. All the rest are quiet."""

CASE = {
    "2026-03-20": ("--status", "tilldelad", "--owner", "VA-chefen", "--channel", "Svenskt Vatten"),
    "2026-06-05": (
        "--status",
        "agerar",
        "--position",
        "Vi behöver längre tid för kväverening i Ängens reningsverk.",
    ),
    "2026-06-12": ("--status", "svarat"),
    "2026-12-18": ("--status", "bevakas"),
}
"""What the officer notes on a Friday before the letter."""


def utblick(*words: str) -> str:
    """What a command line prints.

    Raises:
        AssertionError: it ends with another status than 0.
    """
    said = io.StringIO()
    with redirect_stdout(said):
        status = run(words)
    assert status == 0, f"utblick {' '.join(words)}: status {status}: {said.getvalue()}"
    return said.getvalue()


def told(*words: str) -> Any:
    """What a command line prints as JSON."""
    return json.loads(utblick(*words, "--json"))


class Replay:
    """Every command of the years, and the letter of each Friday as `brief preview` shows it."""

    def __init__(self, folder: Path, server: MailServer, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("UTBLICK_CONFIG", str(library.OVERLAY))
        patch.setenv("UTBLICK_DATA_DIR", str(folder / "data"))
        patch.setenv("UTBLICK_SMTP_HOST", server.host)
        patch.setenv("UTBLICK_SMTP_PORT", str(server.port))
        patch.setenv("UTBLICK_SMTP_SECURITY", "none")
        # Hundreds of commands in one process: the model and the files of the configuration are read once.
        patch.setattr(nlp.model, "load", functools.cache(nlp.model.load))
        patch.setattr(config.loading, "tomllib", _Once(tomllib.loads))
        self.server = server
        self.payloads = folder / "payloads"
        self.letters: dict[date, str] = {}
        self.others: dict[date, Edition] = {}
        """The editions of all other Fridays."""
        self.confirmed: list[tuple[str, str]] = []
        """Title of each document that a person joined, and why it was proposed."""

    def run(self) -> None:
        """From the first call for evidence until the directive is due as Swedish law."""
        library.write(self.payloads)
        utblick("subscribers", "add", "anna.ek@example.org", "--now", "2020-07-20")
        office = Office.of(context.settings())
        day = LETTERS[0]
        while day <= LETTERS[-1]:
            if day in LETTERS:
                self._live_through(day)
            else:
                self.others[day] = self._publish(office, day)
            day += timedelta(weeks=1)

    def _live_through(self, day: date) -> None:
        if day in library.DAYS and self._scan(day):
            self._confirm(day)
        if noted := CASE.get(day.isoformat()):
            utblick("case", "set", REFERENCE, *noted, "--by", OFFICER, "--now", f"{day}T06:30")
        self.letters[day] = utblick("brief", "preview", "--now", f"{day}T07:00")
        utblick("brief", "send", "--now", f"{day}T07:00")

    def _publish(self, office: Office, day: date) -> Edition:
        """The edition of a week without news, as `brief send` makes it before it writes to anybody."""
        year, week, _ = day.isocalendar()
        now = datetime.combine(day, time(7), UTC)
        with context.archive() as engine, writing(engine) as conn:
            return publish(conn, gather(conn, office, week=f"{year}-W{week:02}", now=now))

    def _scan(self, day: date) -> int:
        """Read every source; gives how many joins were proposed."""
        now = library.scanned(day).isoformat()
        report = told("scan", *library.sources(), "--replay", str(self.payloads), "--now", now)
        assert {one["outcome"] for one in report["sources"]} <= {"changed", "unchanged", "empty"}, report
        filing = report["filing"]
        assert filing["conflicts"] == filing["unknown_codes"] == []
        return int(filing["proposed"])

    def _confirm(self, day: date) -> None:
        """The officer joins the Swedish papers that name no EU file, as the reasons suggest."""
        while waiting := told("case", "proposals"):
            one = waiting[0]
            utblick("case", "confirm", str(one["proposal"]), "--by", OFFICER, "--now", f"{day}T06:00")
            self.confirmed.append((one["title"], "; ".join(reason["evidence"] for reason in one["reasons"])))


class _Once:
    """`tomllib` that reads each text once."""

    TOMLDecodeError = tomllib.TOMLDecodeError

    def __init__(self, loads: Callable[[str], dict[str, Any]]) -> None:
        self.loads = functools.cache(loads)
