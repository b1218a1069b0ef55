"""Draw the pictures of README and handbook from the example archive: `python scripts/draw_pictures.py`.

Runs `utblick demo` in an empty folder, serves its pages on this machine and photographs them, and the letter, in
Chromium (apt-get install chromium). The data is constructed; the pictures lie in docs/pictures/.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PICTURES = ROOT / "docs" / "pictures"
EXAMPLE = ROOT / "monitor" / "example" / "config"
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PORT = 8767
WIDTH, HEIGHT = 1100, 1000
PAGES = {
    "start": "/",
    "search": "/sok?q=avlopp",
    "calendar": "/kalender",
    "sources": "/kallor",
    "statistics": "/statistik",
}
FILE = "2022/0345(COD)"
"""The file whose page is shown."""


def main() -> None:
    """Draw all pictures.

    Raises:
        SystemExit: there is no Chromium.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"UTBLICK_DATA_DIR": folder, "UTBLICK_CONFIG": str(EXAMPLE), "UTBLICK_NOW": NOW.isoformat()}
        command = [sys.executable, "-m", "monitor", "demo", "--dir", folder]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
        _draw(Path(folder), chromium)


def _draw(folder: Path, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    from config.settings import load_settings
    from monitor.web import serve

    stop = threading.Event()
    server = threading.Thread(
        target=serve, args=(load_settings(),), kwargs={"host": "127.0.0.1", "port": PORT, "stop": stop}
    )
    server.start()
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            break
        time.sleep(0.1)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="sv-SE")
            here = f"http://127.0.0.1:{PORT}"
            _photograph(page, "letter", (folder / "letter.html").as_uri())
            for name, path in PAGES.items():
                _photograph(page, name, here + path)
            _photograph(page, "dossier", f"{here}/sok?q={quote(FILE)}")
            page.locator("main a[href^='/dokument/']").first.click()
            _photograph(page, "document", page.url)
            browser.close()
    finally:
        stop.set()
        server.join()


def _photograph(page: "Page", name: str, address: str) -> None:
    picture = PICTURES / f"{name}.png"
    page.goto(address, wait_until="networkidle")
    page.screenshot(path=picture)


if __name__ == "__main__":
    main()
