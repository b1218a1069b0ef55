import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from config.errors import ConfigError
from config.settings import Settings
from monitor import web
from monitor.cli.app import run
from monitor.errors import MonitorError


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def asked(address: str) -> httpx.Response | None:
    """The answer, once somebody serves there."""
    for _ in range(300):
        try:
            return httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
    return None


@pytest.mark.parametrize("public", [False, True])
def test_pages_are_served_until_told_to_stop(folder: Path, public: bool) -> None:
    port, stop = free_port(), threading.Event()
    settings = Settings(data_dir=folder)
    options = {"host": "127.0.0.1", "port": port, "stop": stop, "public": public}
    serving = threading.Thread(target=web.serve, args=(settings,), kwargs=options)
    serving.start()
    answer = asked(f"http://127.0.0.1:{port}/")
    stop.set()
    serving.join(20)
    assert answer is not None
    assert answer.status_code == (404 if public else 200)
    assert not serving.is_alive()


def test_an_answer_does_not_wait_for_the_readers_word(folder: Path) -> None:
    port, stop = free_port(), threading.Event()
    options = {"host": "127.0.0.1", "port": port, "stop": stop, "public": True}
    serving = threading.Thread(target=web.serve, args=(Settings(data_dir=folder),), kwargs=options)
    serving.start()
    taken = []
    with httpx.Client(transport=httpx.HTTPTransport(retries=10), base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(12):
            started = time.perf_counter()
            assert client.get("/farg.css").status_code == 200
            taken.append(time.perf_counter() - started)
    stop.set()
    serving.join(20)
    # Delayed acknowledgement is 40 ms at least; the fastest of several is not a busy machine's word.
    assert min(taken[2:]) < 0.03


def test_the_command_serves_the_public_pages_alone(folder: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UTBLICK_")}
    environment |= {"UTBLICK_DATA_DIR": str(folder), "UTBLICK_LETTER_AT": "never"}
    port = free_port()
    command = [sys.executable, "-m", "monitor", "serve", "--public", "--port", str(port)]
    serving = subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        answer = asked(f"http://127.0.0.1:{port}/api/documents")
        assert answer is not None
        assert answer.status_code == 404
        assert httpx.get(f"http://127.0.0.1:{port}/farg.css").status_code == 200
    finally:
        serving.send_signal(signal.SIGTERM)
        _, said = serving.communicate(timeout=30)
    assert serving.returncode == 0, said
    assert "serving: sources" not in said  # no scheduler began to read


def test_pages_for_nobody_and_for_all_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--public", "--no-web"]) == 2
    assert "exclude" in capsys.readouterr().err


def test_a_login_that_nobody_could_reach_does_not_start(folder: Path) -> None:
    settings = Settings(
        data_dir=folder,
        web_login="oidc",
        web_address="https://utblick.example.org",
        oidc_issuer="https://login.example.org",
        oidc_client_id="utblick",
        oidc_client_secret=SecretStr("hemligt"),
        oidc_default_role="reader",
    )
    with pytest.raises(ConfigError, match="web_proxies"):
        web.serve(settings, host="0.0.0.0", port=0, stop=threading.Event())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "utblick.example.org"])
def test_nobody_else_is_let_in_without_a_login(folder: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="without a login"):
        web.serve(Settings(data_dir=folder), host=host, port=0, stop=threading.Event())


def test_a_port_in_use_is_one_line(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MonitorError, match="cannot be used"):
            web.serve(
                Settings(data_dir=folder), host="127.0.0.1", port=taken.getsockname()[1], stop=threading.Event()
            )


def test_the_key_of_the_forms_is_its_owners_alone(folder: Path) -> None:
    from monitor.web.site import _key

    key = _key(folder)
    assert len(key) == 32
    assert _key(folder) == key
    assert (folder / "web.key").stat().st_mode & 0o077 == 0
    (folder / "web.key").write_bytes(b"cut off")
    assert len(_key(folder)) == 32
