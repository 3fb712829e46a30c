from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.differences import differences
from app.rules.sales.receipts import (
    SaleKind,
    balanced,
    exceeds,
    line_total,
    receipt_kind,
    rounded_away,
    turnover,
)

PENNY = Decimal("0.01")
CENTS = st.integers(-100_000, 100_000).map(lambda n: Decimal(n) / 100)


class Line(NamedTuple):
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal


def line(total: str, quantity: str = "1", price: str | None = None, discount: str = "0", tax: str = "0") -> Line:
    return Line(Decimal(quantity), Decimal(price or total), Decimal(discount), Decimal(tax), Decimal(total))


class TestLineTotal:
    @pytest.mark.parametrize(
        ("quantity", "price", "discount", "unit", "total"),
        [
            ("1", "1.005", "0", "0.01", "1.01"),
            ("-1", "1.005", "0", "0.01", "-1.01"),
            ("0.375", "8", "0.5", "0.01", "2.50"),
            ("3", "0.333", "0", "1", "1"),
            ("1", "0.5", "0", "1", "1"),
        ],
    )
    def test_half_a_coin_is_rounded_away_from_zero(
        self, quantity: str, price: str, discount: str, unit: str, total: str
    ) -> None:
        found = line_total(Decimal(quantity), Decimal(price), Decimal(discount), Decimal(unit))
        assert str(found) == total


class TestKind:
    @pytest.mark.parametrize(
        ("lines", "total", "kind"),
        [
            ([line("1"), line("2")], "3", SaleKind.SALE),
            ([line("-1", "-1")], "-1", SaleKind.RETURN),
            ([line("1"), line("-1", "-1")], "0", SaleKind.EXCHANGE),
            ([line("0", "0"), line("-1", "-1")], "-1", SaleKind.RETURN),
            ([line("-5", "0")], "-5", SaleKind.RETURN),
            ([line("-5", "1")], "-5", SaleKind.SALE),
            ([], "5", SaleKind.SALE),
            ([], "-5", SaleKind.RETURN),
            ([], "0", SaleKind.SALE),
        ],
    )
    def test_signs_tell(self, lines: list[Line], total: str, kind: SaleKind) -> None:
        assert receipt_kind(lines, Decimal(total)) == kind


class TestTurnover:
    @pytest.mark.parametrize(
        ("lines", "total", "gross", "refunded"),
        [
            ([line("10.00"), line("5.00")], "15.00", "15.00", "0"),
            ([line("10.00"), line("-4.00", "-1")], "6.00", "10.00", "4.00"),
            ([line("260.00", tax="39.00")], "299.00", "299.00", "0"),
            ([line("260.00", tax="39.00")], "260.00", "260.00", "0"),
            ([line("-260.00", "-1", tax="-39.00")], "-299.00", "0", "299.00"),
            ([line("100.00", tax="20.00"), line("-50.00", "-1", tax="-10.00")], "60.00", "120.00", "60.00"),
            # A discount on the receipt, rounding of cash: what was sold comes to less, or to more.
            ([line("10.00"), line("5.00")], "12.00", "12.00", "0"),
            ([line("9.98")], "10.00", "10.00", "0"),
            ([line("10.00"), line("-4.00", "-1")], "5.00", "9.00", "4.00"),
            ([line("-9.98", "-1")], "-10.00", "0", "10.00"),
            # A fee on a return is kept back.
            ([line("-20.00", "-1")], "-15.00", "0", "15.00"),
            # Neither runs below zero.
            ([line("10.00")], "-5.00", "0", "5.00"),
            ([line("-10.00", "-1")], "5.00", "5.00", "0"),
            ([line("0", "1")], "3.00", "3.00", "0"),
            ([line("0", "1")], "-3.00", "0", "3.00"),
            ([], "7.00", "7.00", "0"),
            ([], "-7.00", "0", "7.00"),
            ([], "0", "0", "0"),
        ],
    )
    def test_what_is_beyond_the_lines_belongs_to_its_side(
        self, lines: list[Line], total: str, gross: str, refunded: str
    ) -> None:
        assert turnover(lines, Decimal(total), PENNY) == (Decimal(gross), Decimal(refunded))

    @given(st.lists(st.tuples(CENTS, CENTS), max_size=8), CENTS)
    def test_gross_less_refunded_is_the_total(self, amounts: list[tuple[Decimal, Decimal]], total: Decimal) -> None:
        gross, refunded = turnover([line(str(a), tax=str(tax)) for a, tax in amounts], total, PENNY)
        assert gross >= 0 and refunded >= 0
        assert gross - refunded == total

    @given(st.lists(CENTS, min_size=1, max_size=8))
    def test_is_the_sum_of_the_lines_where_they_are_the_total(self, amounts: list[Decimal]) -> None:
        gross, refunded = turnover([line(str(a)) for a in amounts], sum(amounts, Decimal(0)), PENNY)
        assert (gross, refunded) == (sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0))


class TestRoundedAway:
    @pytest.mark.parametrize(
        ("quantity", "price", "discount", "unit", "rounded"),
        [
            ("1", "1500.50", "0", "1", True),
            ("2", "1500.50", "0", "1", False),
            ("1", "1.005", "0", "0.01", True),
            ("0.375", "8.99", "0", "0.01", False),
            ("1.00", "1.005", "0.005", "0.01", False),
        ],
    )
    def test_only_of_whole_units(self, quantity: str, price: str, discount: str, unit: str, rounded: bool) -> None:
        found = rounded_away(Decimal(quantity), Decimal(price), Decimal(discount), Decimal(unit))
        assert found is rounded


class TestBalanced:
    def test_plainly(self) -> None:
        lines = [line("10.00"), line("5.00", "2", "3.00", "1.00")]
        assert balanced(lines, [Decimal("15.00")], Decimal("15.00"), PENNY)

    @pytest.mark.parametrize("total", ["15.00", "17.00"])
    def test_with_tax_inside_or_on_top(self, total: str) -> None:
        lines = [line("10.00", tax="1.50"), line("5.00", tax="0.50")]
        assert balanced(lines, [], Decimal(total), PENNY)

    def test_a_lines_tax_may_be_in_its_total_only(self) -> None:
        assert balanced([line("12.00", price="10.00", tax="2.00")], [], Decimal("12.00"), PENNY)

    @pytest.mark.parametrize(
        ("lines", "payments", "total"),
        [
            ([line("10.00")], [], "10.02"),
            ([line("10.00", price="9.00")], [], "10.00"),
            ([line("10.00")], ["9.98"], "10.00"),
            ([line("10.00", tax="1.00")], [], "10.50"),
            ([], ["1.00"], "2.00"),
        ],
    )
    def test_not(self, lines: list[Line], payments: list[str], total: str) -> None:
        assert not balanced(lines, [Decimal(p) for p in payments], Decimal(total), PENNY)

    def test_a_coin_for_every_line_is_forgiven(self) -> None:
        lines = [line("3.33", price="3.335")] * 3
        assert balanced(lines, [], Decimal("10.02"), PENNY)
        assert not balanced(lines, [], Decimal("10.03"), PENNY)

    def test_without_payments_nothing_is_missing(self) -> None:
        assert balanced([line("1.00")], [], Decimal("1.00"), PENNY)

    @given(st.lists(CENTS, min_size=1, max_size=10))
    def test_what_adds_up_does(self, amounts: list[Decimal]) -> None:
        total = sum(amounts, Decimal(0))
        assert balanced([line(str(a)) for a in amounts], [total], total, PENNY)


class TestExceeds:
    @pytest.mark.parametrize(
        ("quantity", "total", "too_much"),
        [
            ("-2", "-20.00", False),
            ("-2", "-20.01", False),
            ("-2", "-20.02", True),
            ("-2.001", "-20.00", True),
            ("0", "-20.00", False),
            ("0", "-20.02", True),
            ("0", "0", False),
        ],
    )
    def test_at_its_edges(self, quantity: str, total: str, too_much: bool) -> None:
        left, left_total = Decimal(2), Decimal("20.00")
        assert exceeds(left, left_total, Decimal(quantity), Decimal(total), PENNY) is too_much


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


class TestDifferences:
    def test_name_the_place_and_both_values(self) -> None:
        stored = {"a": 1, "b": {"c": [1, 2]}, "gone": 5}
        sent = {"a": 2, "b": {"c": [1, 3]}, "new": None}
        assert differences(stored, sent) == [
            {"pointer": "/a", "stored": 1, "sent": 2},
            {"pointer": "/b/c/1", "stored": 2, "sent": 3},
            {"pointer": "/gone", "stored": 5, "sent": None},
        ]

    def test_lists_of_other_lengths_differ_as_wholes(self) -> None:
        assert [d["pointer"] for d in differences({"a": [1]}, {"a": [1, 2]})] == ["/a"]

    @given(JSON)
    def test_nothing_differs_from_itself(self, value: object) -> None:
        assert differences(value, value) == []
