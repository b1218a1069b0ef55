"""What a site refuses is remembered: a list of addressed bodies that nobody gives is not asked for every night."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from config.settings import load_settings
from config.sources import Expectations, load_sources
from monitor.collecting.scan import scan
from spiders.finding import Attempt

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
PATH = "/remisser/2026/11/remiss-av-nagot/"
ROW = {
    "title": "Remiss av något som rör kommunernas avlopp",
    "url": PATH,
    "published": "2026-11-11",
    "updated": None,
    "types": ["2099"],
    "senders": ["1291"],
    "summary": "Något.",
    "id": None,
    "shortcuts": [],
    "attachments": [{"name": "Remissinstanser", "url": "/contentassets/ab12/remissinstanser.pdf"}],
    "categories": [],
}


def test_a_refused_list_waits_ever_longer(sqlite_archive: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "payloads"
    (folder / "g0v").mkdir(parents=True)
    answers = {
        "remisser.json": ("https://g0v.se/remisser.json", json.dumps([ROW]), "application/json"),
        "page.md": (f"https://g0v.se{PATH[:-1]}.md", f"# {ROW['title']}\n\nText.\n", "text/markdown"),
    }
    rows = []
    for name, (url, body, kind) in answers.items():
        (folder / "g0v" / name).write_text(body, encoding="utf-8")
        row = {"platform": "g0v", "file": name, "url": url, "method": "GET", "request_body": None}
        rows.append(json.dumps(row | {"status": 200, "content_type": kind, "fetched_at": "2026-11-19"}))
    (folder / "index.jsonl").write_text("\n".join(rows), encoding="utf-8")
    source = next(one for one in load_sources() if one.id == "g0v-remisser")
    source = source.model_copy(update={"expect": Expectations()})
    settings = load_settings(data_dir=tmp_path, now=NOW)

    def on(moment: datetime) -> Attempt:
        report = scan(
            sqlite_archive,
            [source],
            settings.model_copy(update={"now": moment}),
            clock=lambda: moment,
            replay=folder,
        )
        return report.sources[0].attempt

    said = [" ".join(on(NOW + timedelta(days=day)).warnings) for day in (0, 0.5, 1)]
    refused = [f"not recorded: https://www.regeringen.se{ROW['attachments'][0]['url']}" in one for one in said]  # type: ignore[index]  # a list of attachments
    assert refused == [True, False, True]
    assert "1 requests that were refused wait, the first until 2026-11-2" in said[1]
