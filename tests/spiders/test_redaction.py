import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.captures import Captures, read_capture
from spiders.platform import Page
from spiders.redaction import MARK, NotRedactable, redact

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("mail", {"mail": MARK, "rows": [{"mail": "y", "who": {"mail": "z"}}, {"mail": None}]}),
        ("rows[].mail", {"mail": "x", "rows": [{"mail": MARK, "who": {"mail": "z"}}, {"mail": None}]}),
        ("rows[].who.mail", {"mail": "x", "rows": [{"mail": "y", "who": {"mail": MARK}}, {"mail": None}]}),
        ("rows[].who", {"mail": "x", "rows": [{"mail": "y", "who": MARK}, {"mail": None}]}),
        ("**.mail", {"mail": MARK, "rows": [{"mail": MARK, "who": {"mail": MARK}}, {"mail": None}]}),
        ("rows.mail", None),
        ("nowhere[].mail", None),
    ],
)
def test_only_the_value_at_the_path_is_replaced(path: str, left: Any) -> None:
    body = json.dumps({"mail": "x", "rows": [{"mail": "y", "who": {"mail": "z"}}, {"mail": None}]}).encode()
    stored, done = redact(body, (path,))
    assert done is (left is not None)
    if left is None:
        assert stored is body
    else:
        assert json.loads(stored) == left


@given(JSON, st.sampled_from(["a", "a.b", "a[]", "a[].b", "**.c", "[].a", "a[][]"]))
def test_any_answer_can_be_searched_and_twice_is_once(data: Any, path: str) -> None:
    stored, done = redact(json.dumps(data).encode(), (path,))
    assert redact(stored, (path,)) == (stored, False)
    assert done is (stored != json.dumps(data).encode())


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3), st.text(min_size=1, max_size=20))
def test_a_personal_value_is_gone_at_any_depth(data: dict[str, Any], secret: str) -> None:
    marked = f"<{secret}>"
    body = json.dumps({"x": [data, {"deep": {"mail": marked}}], "mail": marked}).encode()
    stored, _ = redact(body, ("**.mail",))
    assert json.dumps(marked).strip('"') not in stored.decode()


def test_what_cannot_be_searched_is_not_stored_but_a_wall_is() -> None:
    assert redact(b"mail: x", ()) == (b"mail: x", False)
    assert redact(b" <html>wall</html>", ("mail",)) == (b" <html>wall</html>", False)
    for body in (b'{"mail": "x"', b"", b"\xff\xfe", b"[" * 100_000, b"[" * 900 + b"1" + b"]" * 900):
        with pytest.raises(NotRedactable):
            redact(body, ("**.mail",))
    with pytest.raises(ValueError, match="names no value"):
        redact(b"{}", ("**",))


def page(body: bytes) -> Page:
    headers = {"content-type": "application/json", "set-cookie": "session=1"}
    return Page("https://a.example/", 200, headers, body, datetime(2026, 11, 23, tzinfo=UTC), "list")


def test_a_capture_is_whole_addressed_by_hash_and_stored_once(tmp_path: Path) -> None:
    captures = Captures(tmp_path)
    first = captures.keep(page(b'{"a": 1}'), "GET", "ab" * 32, ())
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert first.stored == str(file.relative_to(tmp_path)) == f"ab/{'ab' * 32}.gz"
    assert read_capture(tmp_path, first) == b'{"a": 1}'
    assert first.size == 8 and not first.redacted
    assert "set-cookie" not in first.headers
    stamp = file.stat().st_mtime_ns
    assert captures.keep(page(b'{"a": 1}'), "GET", "ab" * 32, ()) == first
    assert file.stat().st_mtime_ns == stamp
    assert gzip.decompress(file.read_bytes()) == b'{"a": 1}'


def test_a_body_that_cannot_be_redacted_is_described_only(tmp_path: Path) -> None:
    kept = Captures(tmp_path).keep(page(b"mail: x"), "GET", "cd" * 32, ("mail",))
    assert kept.stored is None and kept.redacted
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError, match="no body was stored"):
        read_capture(tmp_path, kept)
    assert Captures(None).keep(page(b"{}"), "GET", "ef" * 32, ()).stored is None
