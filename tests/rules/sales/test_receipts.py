from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.differences import differences
from app.rules.sales.receipts import LineKind, SaleKind, Sum
from app.rules.sales.returns import exceeds
from app.rules.sales.sums import Amounts, Reckoning, line_total, reckon, rounded_away

PENNY = Decimal("0.01")
CENTS = st.integers(-100_000, 100_000).map(lambda n: Decimal(n) / 100)


class Line(NamedTuple):
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    kind: LineKind = LineKind.ITEM
    line_no: int = 1


def line(
    total: str, quantity: str = "1", price: str | None = None, discount: str = "0", tax: str = "0", kind: str = "item"
) -> Line:
    amounts = (Decimal(price or total), Decimal(discount), Decimal(tax), Decimal(total))
    return Line(Decimal(quantity), *amounts, LineKind(kind))


def reckoned(lines: list[Line], total: str | Decimal | None, **amounts: str) -> Reckoning:
    sent = Amounts(**{name: Decimal(amount) for name, amount in amounts.items()})  # type: ignore[arg-type]
    return reckon(lines, sent, None if total is None else Decimal(total), PENNY)


def turnover(lines: list[Line], total: str | Decimal | None, **amounts: str) -> tuple[Decimal, Decimal]:
    found = reckoned(lines, total, **amounts)
    return found.gross, found.refunded


def imbalances(lines: list[Line], total: str | Decimal | None, **amounts: str) -> list[tuple[Sum, str, str]]:
    found = reckoned(lines, total, **amounts).imbalances
    return [(each.sum, str(each.expected), str(each.found)) for each in found]


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
            ([line("-2", kind="discount"), line("5")], "3", SaleKind.SALE),
            ([line("4", kind="shipping"), line("-1", "-1")], "3", SaleKind.RETURN),
            ([line("4", kind="shipping")], "4", SaleKind.OTHER),
            ([line("20", kind="gift_card"), line("-1", kind="tip")], "19", SaleKind.OTHER),
        ],
    )
    def test_signs_tell(self, lines: list[Line], total: str, kind: SaleKind) -> None:
        assert reckoned(lines, total).kind == kind


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
        assert turnover(lines, total) == (Decimal(gross), Decimal(refunded))

    @given(st.lists(st.tuples(CENTS, CENTS), max_size=8), CENTS)
    def test_gross_less_refunded_is_the_total(self, amounts: list[tuple[Decimal, Decimal]], total: Decimal) -> None:
        gross, refunded = turnover([line(str(a), tax=str(tax)) for a, tax in amounts], total)
        assert gross >= 0 and refunded >= 0
        assert gross - refunded == total

    @given(st.lists(CENTS, min_size=1, max_size=8))
    def test_is_the_sum_of_the_lines_where_they_are_the_total(self, amounts: list[Decimal]) -> None:
        gross, refunded = turnover([line(str(a)) for a in amounts], sum(amounts, Decimal(0)))
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


class TestKinds:
    """What lines of other kinds, and amounts beside the lines, mean for gross and refunded."""

    @pytest.mark.parametrize(
        ("lines", "amounts", "total", "gross", "refunded"),
        [
            ([line("10"), line("-2", kind="discount")], {}, "8", "8", "0"),
            ([line("10"), line("2", kind="tip"), line("20", kind="gift_card")], {}, "32", "10", "0"),
            ([line("10"), line("1", kind="service_charge"), line("3", kind="shipping")], {}, "14", "14", "0"),
            ([line("9.98"), line("0.02", kind="rounding")], {}, "10.00", "10.00", "0"),
            # Paid ahead, and set against what was sold later.
            ([line("50", kind="deposit")], {}, "50", "0", "0"),
            ([line("200"), line("-50", kind="deposit")], {}, "150", "200", "0"),
            # Given back: the discount on it is taken back, a fee kept, the shipping too.
            ([line("-20", "-1", "20"), line("2", kind="discount")], {}, "-18", "0", "18"),
            ([line("30"), line("-20", "-1", "20"), line("2", kind="discount")], {}, "12", "30", "18"),
            ([line("-20", "-1", "20"), line("5", kind="fee")], {}, "-15", "5", "20"),
            ([line("-20", "-1", "20"), line("-4", kind="shipping")], {}, "-24", "0", "24"),
            ([line("-2", kind="tip")], {}, "-2", "0", "0"),
            # Beside the lines.
            ([line("10")], {"discount": "2", "service_charge": "1", "shipping": "3", "tip": "4"}, "16", "12", "0"),
            ([line("9.98")], {"rounding": "0.02"}, "10.00", "10.00", "0"),
            ([line("-10", "-1", "10")], {"shipping": "-3", "tip": "-1"}, "-14", "0", "13"),
            ([line("100", tax="20"), line("-50", "-1", "50", tax="-10")], {"tax_on_top": "10"}, "60", "120", "60"),
            ([line("120", price="100", tax="20")], {"tax_on_top": "20"}, "120", "120", "0"),
            ([], {"tip": "2"}, "12", "10", "0"),
        ],
    )
    def test_gross_less_refunded_is_the_total_without_what_is_no_turnover(
        self, lines: list[Line], amounts: dict[str, str], total: str, gross: str, refunded: str
    ) -> None:
        for given_total in (total, None) if lines else (total,):  # it is what is computed where it is left out
            found = reckoned(lines, given_total, **amounts)
            assert (found.total, found.gross, found.refunded) == (Decimal(total), Decimal(gross), Decimal(refunded))
            assert found.imbalances == []

    @given(
        st.lists(st.tuples(CENTS, CENTS, st.sampled_from(LineKind)), min_size=1, max_size=8),
        st.lists(CENTS, min_size=6, max_size=6),
        st.none() | CENTS,
    )
    def test_for_every_receipt(
        self, drawn: list[tuple[Decimal, Decimal, LineKind]], amounts: list[Decimal], total: Decimal | None
    ) -> None:
        lines = [line(str(amount), tax=str(tax), kind=kind) for amount, tax, kind in drawn]
        sent = Amounts(*amounts)  # type: ignore[arg-type]
        found = reckon(lines, sent, total, PENNY)
        no_turnover = sent.tip + sum(each.total for each in lines if each.kind in ("tip", "gift_card", "deposit"))
        assert found.gross >= 0 and found.refunded >= 0
        assert found.gross - found.refunded == found.total - no_turnover
        if total is None:
            assert found.imbalances == []


NET = [line("100", tax="20"), line("-100", "-1", "100", tax="-20")]
WITH_TAX = [line("120", price="100", tax="20"), line("-120", "-1", "100", tax="-20")]


class TestAnEvenExchange:
    """Its taxes come to nothing, so the sums cannot tell whether they are on top."""

    @pytest.mark.parametrize(
        ("lines", "lines_are_net", "sides"),
        [(NET, True, 120), (NET, False, 100), (WITH_TAX, True, 120), (WITH_TAX, False, 120)],
    )
    def test_its_sides_have_the_tax_that_is_said_to_be_on_top(
        self, lines: list[Line], lines_are_net: bool, sides: int
    ) -> None:
        found = reckon(lines, Amounts(tax_on_top=Decimal(0), lines_are_net=lines_are_net), Decimal(0), PENNY)
        assert (found.gross, found.refunded) == (Decimal(sides), Decimal(sides))
        assert found.imbalances == []


class TestImbalances:
    def test_none(self) -> None:
        lines = [line("10.00"), line("5.00", "2", "3.00", "1.00")]
        assert imbalances(lines, "15.00", paid="15.00") == []

    @pytest.mark.parametrize("total", ["15.00", "17.00"])
    def test_with_tax_inside_or_on_top(self, total: str) -> None:
        lines = [line("10.00", tax="1.50"), line("5.00", tax="0.50")]
        assert imbalances(lines, total) == []

    @pytest.mark.parametrize("price", ["0", "100.00", "-10.00"])
    def test_money_alone_is_given_back(self, price: str) -> None:
        assert imbalances([line("-10.00", "0", price)], "-10.00", paid="-10.00") == []
        assert [sum_ for sum_, *_ in imbalances([line("10.00", "0", price)], "10.00")] == ["line"]

    def test_a_lines_tax_may_be_in_its_total_only(self) -> None:
        assert imbalances([line("12.00", price="10.00", tax="2.00")], "12.00") == []

    @pytest.mark.parametrize(
        ("lines", "amounts", "total", "expected"),
        [
            ([line("10.00")], {}, "10.02", [("total", "10.00", "10.02")]),
            ([line("10.00", price="9.00")], {}, "10.00", [("line", "9.00", "10.00")]),
            ([line("10.00")], {"paid": "9.98"}, "10.00", [("payments", "10.00", "9.98")]),
            ([line("10.00", tax="1.00")], {}, "10.50", [("total", "10.00", "10.50")]),
            ([], {"paid": "1.00"}, "2.00", [("payments", "2.00", "1.00")]),
            # Tax that is known to be included is not on top, and the other way round.
            ([line("10", tax="2")], {"tax_on_top": "0"}, "12", [("total", "10", "12")]),
            ([line("10", tax="2")], {"tax_on_top": "2"}, "10", [("total", "12", "10")]),
            ([line("12", price="10", tax="2")], {}, "14", [("total", "12", "14")]),
            ([line("10")], {"tip": "2"}, "10", [("total", "12", "10")]),
            ([line("10")], {"tendered": "20", "change": "9"}, "10", [("tendered", "10", "11")]),
            ([line("10")], {"tendered": "5"}, "10", [("tendered", "10", "5")]),
            (
                [line("10", price="9")],
                {"paid": "20", "change": "9", "discount": "1"},
                "12",
                [("line", "9", "10"), ("total", "9", "12"), ("payments", "12", "20")],
            ),
        ],
    )
    def test_say_which_sums_differ(
        self, lines: list[Line], amounts: dict[str, str], total: str, expected: list[tuple[str, str, str]]
    ) -> None:
        assert imbalances(lines, total, **amounts) == expected

    @pytest.mark.parametrize(
        "amounts",
        [
            {"paid": "20", "tendered": "20", "change": "10"},
            {"paid": "10", "tendered": "20", "change": "10"},
            {"tendered": "20"},
        ],
    )
    def test_payments_are_what_was_kept_or_handed_over(self, amounts: dict[str, str]) -> None:
        assert imbalances([line("10")], "10", **amounts) == []

    def test_a_coin_for_every_line_is_forgiven(self) -> None:
        lines = [line("3.33", price="3.335")] * 3
        assert imbalances(lines, "10.02") == []
        assert imbalances(lines, "10.03") == [("total", "9.99", "10.03")]

    def test_there_may_be_many(self) -> None:
        assert len(imbalances([line("3.00", price="2.00")] * 30, "90.00")) == 20

    @given(st.lists(CENTS, min_size=1, max_size=10))
    def test_none_where_it_adds_up(self, amounts: list[Decimal]) -> None:
        total = sum(amounts, Decimal(0))
        assert imbalances([line(str(a)) for a in amounts], total, paid=str(total)) == []


class TestExceeds:
    @pytest.mark.parametrize(
        ("quantity", "total", "too_much"),
        [
            ("2", "20.00", False),
            ("2", "20.01", False),
            ("2", "20.02", True),
            ("2.001", "20.00", True),
            ("0", "20.00", False),
            ("0", "20.02", True),
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


class TestTaxOnTop:
    """Whether the tax of lines is beside their totals."""

    @pytest.mark.parametrize(
        ("lines", "tax_on_top", "lines_are_net", "total", "expected"),
        [
            ([line("100", tax="20")], None, False, "120", True),
            ([line("100", tax="20")], None, False, "100", False),
            ([line("100", tax="20")], "20", True, None, True),
            ([line("120", price="100", tax="20")], "20", True, "120", False),
            ([line("0.06", tax="0.01")], "0", False, "0.06", False),
            ([line("0.06", tax="0.01")], "0.01", True, "0.07", True),
            (NET, "0", True, "0", True),
            (NET, "0", False, "0", False),
            ([line("100")], "20", True, "120", False),
        ],
    )
    def test_reckoned(
        self, lines: list[Line], tax_on_top: str | None, lines_are_net: bool, total: str | None, expected: bool
    ) -> None:
        amounts = Amounts(tax_on_top=None if tax_on_top is None else Decimal(tax_on_top), lines_are_net=lines_are_net)
        found = reckon(lines, amounts, None if total is None else Decimal(total), PENNY)
        assert found.tax_on_top is expected
