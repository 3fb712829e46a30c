import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers.csv_rows import customer_row
from app.rules.kit.csv_rows import escape_formula, flat_row, unescape_formula


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\ufe62", "\ufe63"]
)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\n", "\u00a0", "\u3000", "\u200b", "\ufeff", "\x01", " \u200b\t "]
)
def test_what_begins_like_a_formula_is_text(sign: str, before: str) -> None:
    cell = f'{before}{sign}HYPERLINK("http://x.example","a")'
    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["\tx", "\rx", "\nx", "\t"])
def test_a_cell_that_begins_with_a_cut_is_text(cell: str) -> None:
    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", " ", "Zoe", "1-2", "a=b", " x", "\u200bx", "'x", "\u5c71", "(=1)", "#1", "\u2014 x"]
)
def test_other_cells_are_left_alone(cell: str) -> None:
    assert escape_formula(cell) == cell


@pytest.mark.parametrize("cell", ["-1+2", "=1", "-4.05", "+44 20 7946 0123", "\uff0d4.05"])
def test_a_text_that_looks_like_a_number_is_text(cell: str) -> None:
    assert flat_row({"name": cell, "total": "1"}, {"total"}) == {"name": f"'{cell}", "total": "1"}


@pytest.mark.parametrize(("value", "cell"), [(-1, "-1"), (-0.5, "-0.5"), (True, "true"), (None, ""), ([-1], "'-1")])
def test_a_number_is_a_number(value: object, cell: str) -> None:
    assert flat_row({"measured": value}) == {"measured": cell}


def test_decimals_are_numbers() -> None:
    assert flat_row({"total": "-4.05", "gift": None}, {"total", "gift"}) == {"total": "-4.05", "gift": ""}


@given(st.text(alphabet="'=+-@a1 \t\r\u200b\uff1d") | st.text())
def test_what_was_marked_is_read_as_it_was(cell: str) -> None:
    escaped = escape_formula(cell)
    assert unescape_formula(escaped) == cell
    assert not escaped[:1].isspace() or escaped == cell


LISTS = ("contact_points", "identities", "addresses", "roles", "tags", "preferences")


def test_a_customer_with_a_formula_for_a_name() -> None:
    empty: dict[str, list[str]] = {name: [] for name in LISTS}
    row = customer_row({"display_name": "\uff1d1+1", "note": " =1", "attributes": {}, **empty})
    written = io.StringIO()
    csv.writer(written).writerow(row.values())
    assert next(csv.reader([written.getvalue()]))[:2] == ["'\uff1d1+1", "' =1"]
