"""docs/sources.md is what its command writes, and says of every declared source what one must know."""

import subprocess
import sys
from pathlib import Path

from config.sources import load_sources

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python scripts/document_sources.py"


def test_the_document_is_up_to_date_with_the_shipped_declarations() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "document_sources.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert checked.returncode == 0, f"{checked.stderr.strip()} (from the project's folder: {COMMAND})"


def test_every_source_is_in_the_document_with_owner_evidence_licence_and_rhythm() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = {row.split("|")[1].strip(" `"): row for row in text.splitlines() if row.startswith("| `")}
    sources = load_sources()
    assert rows.keys() == {source.id for source in sources}, f"run {COMMAND}"
    for source in sources:
        row = rows[source.id]
        assert row.count("|") == 8, row
        for said in (source.title, source.owner, source.cadence, source.evidence.certainty, source.licence):
            assert said in row, (source.id, said)
        assert ("off (" in row) is not source.enabled
