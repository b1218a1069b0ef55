from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.spreadsheet import LONGEST_CELL, as_csv, as_workbook, cell

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


@pytest.mark.parametrize("text", ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "\ufeff=1"))
def test_a_formula_becomes_text(text: str) -> None:
    assert cell(text).startswith("'")


def test_values_keep_their_kind() -> None:
    assert [cell(value) for value in (1, -2.5, None, date(2026, 1, 2), ("a", "b"), "")] == [
        1,
        -2.5,
        None,
        date(2026, 1, 2),
        "a b",
        "",
    ]
    assert len(cell("a" * 100_000)) == LONGEST_CELL


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_whatever_is_written_can_be_read_and_is_no_formula(texts: list[str]) -> None:
    assert as_csv(["x"] * len(texts), [texts]).startswith("x")
    book = load_workbook(BytesIO(as_workbook("Prov", ["x"] * len(texts), [texts])))
    for held in list(book.active.iter_rows())[1]:
        assert held.data_type != "f"
        assert not str(held.value or "").startswith(DANGEROUS)
