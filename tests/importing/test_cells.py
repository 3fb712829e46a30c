"""Cells into numbers, references, enum values, timestamps and dates."""

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.importing.cells import CellFormat, as_text, choice, decimal, flag, integer, reference
from app.importing.fields import find
from app.importing.rows import Cell
from app.importing.timestamps import TimestampFormat, UnreadableCell

LONDON = TimestampFormat(ZoneInfo("Europe/London"))


class TestDecimal:
    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("2.55", "2.55"),
            ("2.50", "2.50"),
            ("-6", "-6"),
            ("+6", "6"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("2,55", "2.55"),
            ("0,375", "0.375"),
            ("1234,567", "1234.567"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1.234", "1.234"),
            ("\u22125,00", "-5.00"),
            ("1\u00a0234,50", "1234.50"),
            ("1E-05", "0.00001"),
            (2.55, "2.55"),
            (17850.0, "17850"),
            (0.1 + 0.2, "0.3"),
            (1e-7, "0.0000001"),
            (3, "3"),
        ],
    )
    def test_spelled(self, cell: Cell, expected: str) -> None:
        assert decimal(cell) == expected

    @pytest.mark.parametrize(
        ("cell", "expected"), [("1,234", "1.234"), ("2,55", "2.55"), ("2.55", "2.55"), ("1.234,5", "1234.5")]
    )
    def test_comma_is_the_point_in_a_semicolon_file(self, cell: str, expected: str) -> None:
        assert decimal(cell, comma_decimals=True) == expected

    @pytest.mark.parametrize(("cell", "comma"), [("1,234", False), ("-1,234", False), ("1.234", True)])
    def test_what_could_be_thousands_is_refused(self, cell: str, comma: bool) -> None:
        with pytest.raises(UnreadableCell) as caught:
            decimal(cell, comma)
        assert caught.value.code == "ambiguous_number"

    @pytest.mark.parametrize(
        "cell",
        ["abc", "£2.55", "1,23,4", "1.2.3", "--1", "1e", "٣", "", "NaN", "1e999", float("nan"), float("inf"), True],
    )
    def test_what_is_no_number_is_refused(self, cell: Cell) -> None:
        with pytest.raises(UnreadableCell):
            decimal(cell)

    @given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
    def test_a_spelling_survives(self, number: Decimal) -> None:
        assert decimal(str(number)) == str(number)

    @given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
    def test_a_workbook_float_is_the_number_that_was_typed(self, number: Decimal) -> None:
        assert Decimal(decimal(float(number))) == number


class TestText:
    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            (17850.0, "17850"),
            (9007199254740991.0, "9007199254740991"),
            (1e22, "10000000000000000000000"),
            (True, "true"),
            (date(2010, 12, 1), "2010-12-01"),
            ("00123", "00123"),
        ],
    )
    def test_spelled(self, cell: Cell, expected: str) -> None:
        assert as_text(cell) == expected

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [("17850.0", "17850"), ("A1.0", "A1.0"), ("1.50", "1.50"), ("007.0", "007"), (17850.0, "17850")],
    )
    def test_a_reference_loses_the_point_zero(self, cell: Cell, expected: str) -> None:
        assert reference(cell) == expected

    @pytest.mark.parametrize(
        ("cell", "expected"), [("TRUE", True), ("yes", True), ("1", True), (1.0, True), ("No", False), (False, False)]
    )
    def test_flag(self, cell: Cell, expected: bool) -> None:
        assert flag(cell) is expected

    def test_an_unknown_flag_is_refused(self) -> None:
        with pytest.raises(UnreadableCell):
            flag("maybe")

    def test_a_choice_may_be_spelled_as_people_do(self) -> None:
        assert choice("In Store", ("in_store", "online")) == "in_store"
        with pytest.raises(UnreadableCell, match="not one of in_store, online"):
            choice("shop", ("in_store", "online"))

    @pytest.mark.parametrize(("cell", "expected"), [("3", 3), ("3.0", 3), (3.0, 3), ("-2", -2)])
    def test_integer(self, cell: Cell, expected: int) -> None:
        assert integer(cell) == expected

    def test_a_fraction_is_no_integer(self) -> None:
        with pytest.raises(UnreadableCell):
            integer("3.5")


class TestCellFormat:
    def value(self, path: str, cell: Cell, resource: str = "customers") -> object:
        field = find(resource, path)
        assert field is not None
        return CellFormat(LONDON).parse(field, cell)

    @pytest.mark.parametrize("cell", ["", "  ", None])
    def test_an_empty_cell_says_nothing(self, cell: str | None) -> None:
        assert self.value("display_name", cell) is None

    def test_lists_are_split(self) -> None:
        assert self.value("tags", " vip; wholesale|new ;") == ["vip", "wholesale", "new"]
        assert self.value("roles", "Customer;Service user") == ["customer", "service_user"]
        assert self.value("tags", " ; ") is None

    def test_each_field_has_its_kind(self) -> None:
        assert self.value("addresses.latitude", "51,5") == 51.5
        assert self.value("addresses.primary", "yes") is True
        assert self.value("contact_points.phone", 447700900123.0) == ["447700900123"]
        assert self.value("unit_price", "2,5", "sales") == "2.5"
        assert self.value("revision", "2.0", "sales") == 2
        assert self.value("business_date", "2010-12-01", "sales") == "2010-12-01"
        assert self.value("occurred_at", "2010-12-01", "sales") == "2010-12-01T00:00:00+00:00"


class TestMoment:
    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            ("2010-12-01 08:26:00", "2010-12-01T08:26:00+00:00"),
            ("2010-07-01T08:26", "2010-07-01T08:26:00+01:00"),
            ("2010/7/1 8:26", "2010-07-01T08:26:00+01:00"),
            ("2010-12-01T08:26:00Z", "2010-12-01T08:26:00+00:00"),
            ("2010-12-01T08:26:00.123456789-05:00", "2010-12-01T08:26:00.123456-05:00"),
            ("2010-12-01 08:26:00 +0530", "2010-12-01T08:26:00+05:30"),
            ("2010-12-01T08:26:00-05", "2010-12-01T08:26:00-05:00"),
            ("2010-07-01", "2010-07-01T00:00:00+01:00"),
            (datetime.fromisoformat("2010-07-01T08:26"), "2010-07-01T08:26:00+01:00"),
            (date(2010, 12, 1), "2010-12-01T00:00:00+00:00"),
        ],
    )
    def test_read(self, cell: Cell, expected: str) -> None:
        assert LONDON.to_timestamp(cell) == expected

    def test_an_hour_that_comes_twice_is_the_first(self) -> None:
        assert LONDON.to_timestamp("2010-10-31 01:30") == "2010-10-31T01:30:00+01:00"

    def test_an_hour_that_is_skipped_keeps_the_offset_from_before(self) -> None:
        assert LONDON.to_timestamp("2010-03-28 01:30") == "2010-03-28T01:30:00+00:00"

    def test_an_offset_with_seconds_is_told_in_utc(self) -> None:
        assert (
            TimestampFormat(ZoneInfo("Europe/Amsterdam")).to_timestamp("1930-01-01 12:00")
            == "1930-01-01T11:40:28+00:00"
        )

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("01/12/2010 08:26", "ambiguous_date"),
            ("1.12.2010", "ambiguous_date"),
            ("13/12/10", "ambiguous_date"),
            ("2010-13-01", "timestamp"),
            ("2010-12-01 25:00", "timestamp"),
            ("yesterday", "timestamp"),
            ("20101201", "timestamp"),
            (40513.35, "timestamp"),
            (time(8, 26), "timestamp"),
            (True, "timestamp"),
        ],
    )
    def test_refused(self, cell: Cell, code: str) -> None:
        with pytest.raises(UnreadableCell) as caught:
            LONDON.to_timestamp(cell)
        assert caught.value.code == code

    def test_without_a_zone_a_naive_moment_is_refused(self) -> None:
        with pytest.raises(UnreadableCell) as caught:
            TimestampFormat().to_timestamp("2010-12-01 08:26")
        assert caught.value.code == "naive_timestamp"
        assert TimestampFormat().to_timestamp("2010-12-01T08:26Z") == "2010-12-01T08:26:00+00:00"

    def test_a_format_says_which_is_the_day(self) -> None:
        given = TimestampFormat(ZoneInfo("Europe/London"), "%d/%m/%Y %H:%M")
        assert given.to_timestamp("01/12/2010 08:26") == "2010-12-01T08:26:00+00:00"
        assert given.to_date("01/12/2010 08:26") == "2010-12-01"
        with pytest.raises(UnreadableCell):
            given.to_timestamp("2010-12-01 08:26")
