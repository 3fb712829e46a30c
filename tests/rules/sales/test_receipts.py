from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.differences import differences
from app.rules.sales.receipts import SaleKind, balanced, exceeds, line_total, receipt_kind, turnover

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

    @given(st.lists(CENTS, max_size=8), CENTS)
    def test_turnover_is_the_sum_told_apart(self, amounts: list[Decimal], total: Decimal) -> None:
        gross, refunded = turnover([line(str(a)) for a in amounts], total)
        assert gross >= 0 and refunded >= 0
        assert gross - refunded == (sum(amounts) if amounts else total)


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
        [("-2", "-20.00", False), ("-2", "-20.01", False), ("-2", "-20.02", True), ("-2.001", "-20.00", True)],
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
