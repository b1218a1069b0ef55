"""Records are read field by field; every departure from what we rely on is said."""

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.fields import Audit, Fields, parse_day
from spiders.platform import Drifted

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_needed_field_absent_null_empty_or_of_another_type_is_drift_naming_the_path():
    audit = Audit("list")
    for bad, got in [({}, "missing"), ({"a": None}, "null"), ({"a": " "}, "empty text"), ({"a": []}, "a list")]:
        row = audit.records([{"a": "x"}, bad])[1]
        with pytest.raises(Drifted, match=rf"list\[1\]\.a: expected text, got .*{got}"):
            row.need_str("a")


def test_absent_optional_field_is_warned_of_with_its_count_and_null_is_not():
    audit = Audit("list")
    for row in audit.records([{"a": None}, {}, {"a": "x"}, {}]):
        row.opt_str("a")
    assert audit.warnings() == ("missing field list[].a in 2 of 4 records",)


def test_field_that_only_some_records_have_is_warned_of_when_none_has_it():
    some, none = Audit(), Audit()
    for row in some.records([{"s": "x"}, {}], "rows"):
        row.opt_str("s", sometimes=True)
    for row in none.records([{}, {}], "rows"):
        row.opt_str("s", sometimes=True)
    assert some.warnings() == ()
    assert none.warnings() == ("missing field rows[].s in 2 of 2 records",)


def test_fields_nobody_asked_for_are_said_once_with_nested_path():
    audit = Audit()
    for row in audit.records([{"id": 1, "in": {"known": "x", "new": 1}}] * 3, "rows"):
        row.need_int("id")
        row.need_record("in").ignore("known", "gone")
    assert audit.warnings() == ("unexpected field rows[].in.new (3 times)",)


def test_one_or_many_or_null():
    row = Fields({"one": {"a": 1}, "many": [{"a": 1}, {"a": 2}], "null": None, "text": "", "wrong": 7})
    assert [len(row.items(key)) for key in ("one", "many", "null", "text")] == [1, 2, 0, 0]
    with pytest.raises(Drifted, match="wrong: expected a list or an object, got 7"):
        row.items("wrong")
    with pytest.raises(Drifted, match="null: expected a list, got null"):
        row.need_items("null")
    with pytest.raises(Drifted, match=r"many\[1\]: expected an object, got text 'x'"):
        Fields({"many": [{}, "x"]}).items("many")


def test_numbers_come_in_three_spellings():
    row = Fields({"a": 7, "b": 7.0, "c": "7", "d": "x", "e": True, "f": 9007199254740993})
    assert [row.opt_int(key) for key in "abcdef"] == [7, 7, 7, None, None, 9007199254740993]
    assert row.audit.warnings() == (
        "field d: expected a whole number, got text 'x'",
        "field e: expected a whole number, got True",
    )


def test_dates_and_moments():
    brussels = ZoneInfo("Europe/Brussels")
    row = Fields(
        {"a": "2026/09/01 23:59:59", "b": "2026-09-01", "c": "9999-12-31", "d": "soon", "e": "2026-13-01"}
    )
    assert [row.opt_date(key) for key in "abcde"] == [date(2026, 9, 1), date(2026, 9, 1), None, None, None]
    assert len(row.audit.warnings()) == 2
    assert row.opt_moment("a", brussels) == datetime(2026, 9, 1, 21, 59, 59, tzinfo=UTC)
    assert Fields({"z": "2026-09-01T10:00:00Z"}).opt_moment("z", brussels) == datetime(2026, 9, 1, 10, tzinfo=UTC)
    assert Fields({"z": "1900-01-01T00:00:00"}).opt_moment("z", brussels) is None
    early = Fields({"z": "0001-01-01T00:00:00"})
    assert early.opt_moment("z", brussels) is None
    assert early.audit.warnings() == ("field z: expected a moment, got text '0001-01-01T00:00:00'",)


def test_strings_of_a_list_of_one_or_of_none():
    row = Fields({"a": ["x", "", " y "], "b": "x", "c": None, "d": [{}]})
    assert [row.strings(key) for key in "abcd"] == [("x", "y"), ("x",), (), ()]
    assert row.audit.warnings() == ("field d: expected texts, got an object", "field c: null")
    row = Fields({"a": ["x", 7, None], "b": "x", "c": None, "d": [7]})
    assert (row.strings("a"), row.strings("b", alone=False)) == (("x",), ("x",))
    assert (row.strings("c", nullable=True), row.strings("d", numbers=True)) == ((), ("7",))
    assert row.audit.warnings() == (
        "field a: expected texts, got 7",
        "field a: expected texts, got null",
        "field b: expected a list of texts, got text 'x'",
    )


def test_a_number_is_no_text_unless_the_source_writes_it_so():
    row = Fields({"a": 7, "b": 7.5, "c": True})
    assert [row.opt_str("a"), row.opt_str("a", numbers=True), row.opt_str("c", numbers=True)] == [None, "7", None]
    with pytest.raises(Drifted, match=r"b: expected text, got 7\.5"):
        row.need_str("b")


def test_null_in_every_record_is_said_unless_it_is_known_to_mean_nothing():
    audit = Audit()
    for row in audit.records([{"a": None, "b": None, "c": None}, {"a": None, "b": None, "c": "x"}, {"a": None}]):
        row.opt_str("a"), row.opt_str("b", sometimes=True), row.opt_str("c", sometimes=True)
        row.opt_str("a", nullable=True)
    assert audit.warnings() == ("field [].a: null in each of 3 records", "field [].b: null in each of 3 records")


@given(json_values)
def test_any_json_is_read_or_drifts(value):
    try:
        row = Audit("x").record(value)
        for key in list(value):
            row.opt_str(key), row.opt_int(key), row.opt_date(key), row.opt_moment(key, UTC), row.opt_bool(key)
            row.strings(key), row.opt_record(key), row.items(key)
        json.dumps(row.audit.warnings())
    except Drifted as drift:
        assert "expected" in str(drift)


@given(st.dates())
def test_a_day_is_read_in_both_spellings(day):
    assert parse_day(f"{day:%Y}".zfill(4) + f"/{day:%m/%d} 00:00:00") == day == parse_day(day.isoformat())
