"""Schemathesis calls everything that the schema offers, in every way it can think of: no server error, no answer
that the schema does not say, nothing taken that it forbids.

`schemathesis run http://127.0.0.1:8080/api/openapi.json` does the same at a running server.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine

from monitor.archive.engine import writing
from monitor.archive.tokens import make_token
from monitor.web import app, guard
from tests.monitor.web.conftest import NOW, serving
from tests.monitor.web.test_hostile import LOCAL, behind_proxy

HOST = {"Host": "utblick.example.org"}
CONFIGURATION = """
[warnings]
fail-on = ["missing_test_data", "missing_auth"]

[checks.negative_data_rejection]
expected-statuses = ["4xx"]  # also 414, where what is wrong is long

[[operations]]
include-name = "GET /api/documents"
# No schema can say which of these a page before has given.
checks.positive_data_acceptance.expected-statuses = ["2xx", "400"]
"""
EXAMPLES = 8
"""Drawn for each call, beside those that stand in the schema and those at every limit."""


@pytest.fixture
def server(
    folder: Path, engine: Engine, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of the whole application behind a proxy; nobody is too quick for it."""
    monkeypatch.setattr(guard, "READS", (1_000, 1_000_000))
    with serving(app.create(behind_proxy(folder, LOCAL), engine, clock)) as there:
        yield there


@pytest.fixture
def token(engine: Engine) -> str:
    with writing(engine) as conn:
        return make_token(conn, "Prov", "bo", NOW)[1]


def test_every_answer_is_one_that_the_schema_says(server: str, token: str, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION, encoding="utf-8")
    shown = {**HOST, "Authorization": f"Bearer {token}"}
    headers = [word for name, value in shown.items() for word in ("--header", f"{name}: {value}")]
    drawn = ["--max-examples", f"{EXAMPLES}", "--seed", "1", "--generation-deterministic", "--no-color"]
    checked = ["--checks", "all", "--phases", "examples,coverage,fuzzing", "--workers", "1"]
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server}/api/openapi.json"]
    done = subprocess.run(
        [*command, *headers, *drawn, *checked], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    said = "\n".join(line[:400] for line in f"{done.stdout}\n{done.stderr}".splitlines())
    assert done.returncode == 0, said
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested
    schema = httpx.get(f"{server}/api/openapi.json", headers=shown).json()
    assert int(tested[1]) == len(schema["paths"])


def test_without_a_token_every_call_is_refused_as_the_schema_says(server: str, token: str) -> None:
    with httpx.Client(base_url=server, headers=HOST) as client:
        schema = client.get("/api/openapi.json", headers={"Authorization": f"Bearer {token}"}).json()
        for path, calls in schema["paths"].items():
            assert {"401", "403", "429"} <= set(calls["get"]["responses"])
            answer = client.get(re.sub(r"{\w+}", "1", path))
            assert answer.status_code == 401
            (kind,) = calls["get"]["responses"]["401"]["content"]
            assert answer.headers["content-type"].startswith(kind)


def test_every_answer_has_a_form(client: httpx.Client) -> None:
    for path, calls in client.get("/api/openapi.json").json()["paths"].items():
        form = calls["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert {"$ref", "anyOf", "items"} & set(form), path
