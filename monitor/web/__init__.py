"""The archive in the browser: server-rendered pages, feeds, exports and a JSON interface.

`app.create` gives the whole of it, `public.create` only what a letter's reader needs from outside; `serve` runs
them behind a server of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

    from config.settings import Settings


def serve(settings: Settings, *, host: str, port: int, stop: threading.Event, public: bool = False) -> None:
    """Serve the pages until `stop` is set or the process is told to end.

    Args:
        settings: those in force.
        host: the address to listen on; without a proxy only one of this machine.
        port: the port; 0: a free one.
        stop: ends the serving.
        public: serve the public pages alone.

    Raises:
        ConfigError: a broken file, or pages without login that others could reach.
        MonitorError: the address cannot be used, or the archive cannot be opened.
    """
    # Loaded here: the command line imports this package before it knows whether pages are wanted.
    from monitor.web.running import run

    run(settings, host=host, port=port, stop=stop, public=public)
