"""Run the pages behind a server of their own."""

import socket
import threading
from datetime import UTC, datetime
from ipaddress import ip_address

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import ConfigError
from config.settings import Settings
from monitor.archive.engine import open_archive
from monitor.errors import MonitorError
from monitor.web import app
from monitor.web import public as pages_for_all

WORKERS = 5
"""Requests that are worked on at once; the others wait in line. More would only wait for each other: one
interpreter, and a database connection with warm pages for each of the first ones alone."""
GRACE = 5
"""Seconds that open requests get when the server ends."""


def run(settings: Settings, *, host: str, port: int, stop: threading.Event, public: bool = False) -> None:
    """As `monitor.web.serve`."""
    if not public:
        _check_reach(settings, host)
    create = pages_for_all.create if public else app.create

    def clock() -> datetime:
        return (settings.now or datetime.now(UTC)).astimezone(UTC)

    engine = open_archive(settings.database)
    try:
        listener = _listen(host, port)
        try:
            _serve(create(settings, engine, clock), listener, stop)
        finally:
            listener.close()
    finally:
        engine.dispose()


def _check_reach(settings: Settings, host: str) -> None:
    """Refuse to let others in without a login.

    Raises:
        ConfigError: the address is not this machine's and nobody logs in, or nobody could come through.
    """
    if settings.web_login == "oidc" and not settings.web_proxies and not _is_local(host):
        raise ConfigError(
            f"--host {host}: with web_login = oidc others need web_proxies, from where they may connect"
        )
    if settings.web_login == "local" and not _is_local(host):
        raise ConfigError(
            f"--host {host}: others could reach the pages without a login; "
            "set web_login (header or oidc), web_proxies and web_address, or serve on 127.0.0.1"
        )


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; else answers wait 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise MonitorError(f"{host}:{port} cannot be used: {exc.strerror or exc}") from exc
    return listener


def _in_line(application: ASGIApp) -> ASGIApp:
    """The application with at most `WORKERS` requests at work."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        current_default_thread_limiter().total_tokens = WORKERS
        await application(scope, receive, send)

    return called


def _serve(application: ASGIApp, listener: socket.socket, stop: threading.Event) -> None:
    # Whose word on the visitor's address counts is decided by `monitor.web.guard`, never by the server.
    config = uvicorn.Config(
        _in_line(application),
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    ended = threading.Event()

    def watch() -> None:
        while not ended.is_set():
            if stop.wait(0.5):
                server.should_exit = True
                return

    watching = threading.Thread(target=watch, name="pages-stop", daemon=True)
    watching.start()
    try:
        server.run(sockets=[listener])
    finally:
        ended.set()
        watching.join()
