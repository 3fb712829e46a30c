"""What a line gives back of another one, and what is left of that."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.sales.receipts import LineKind
from app.rules.sales.returns import GivenBack, Refund, SoldLine, exceeds_gross

PENNY = Decimal("0.01")
PENCE = st.integers(0, 1_000_000).map(lambda n: Decimal(n) / 100)


def refund(refunded: str, total: str, tax: str = "0", *, on_top: bool = False) -> Refund:
    return Refund(Decimal(refunded), Decimal(total), Decimal(tax), on_top)


def back(total: str, quantity: str = "-1", of: Refund | None = None, **changes: Any) -> GivenBack:
    values: dict[str, Any] = {"kind": LineKind.ITEM, "sku": "TEA", "tax": Decimal(0), "goods_kept": False} | changes
    own = of if of is not None else refund(total.removeprefix("-"), total.removeprefix("-"))
    return GivenBack.by_line(UUID(int=1), "GBP", quantity=Decimal(quantity), total=Decimal(total), refund=own, **values)


def numbers(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def sold(total: str, quantity: str = "1", tax_on_top: str = "0", kind: LineKind = LineKind.ITEM) -> SoldLine:
    return SoldLine(kind, "TEA", Decimal(quantity), Decimal(total), Decimal(tax_on_top))


class TestShare:
    def test_lines_share_what_was_refunded_by_their_totals(self) -> None:
        """A fifth was kept, as a discount that is taken back."""
        own = refund("80", "100")
        assert [own.share(Decimal(total), Decimal(0)) for total in ("75", "25")] == [60, 20]

    def test_each_with_its_own_tax_if_that_is_on_top(self) -> None:
        own = refund("220", "200", "20", on_top=True)
        assert own.share(Decimal(100), Decimal(20)) == 120
        assert own.share(Decimal(100), Decimal(0)) == 100

    def test_tax_that_is_inside_changes_nothing(self) -> None:
        assert refund("200", "200", "20").share(Decimal(100), Decimal(20)) == 100

    def test_of_nothing_is_nothing(self) -> None:
        assert refund("0", "0").share(Decimal(0), Decimal(0)) == 0

    @given(refunded=PENCE, totals=st.lists(PENCE, min_size=1, max_size=8))
    def test_shares_are_together_what_was_refunded(self, refunded: Decimal, totals: list[Decimal]) -> None:
        whole = sum(totals, Decimal(0))
        own = Refund(refunded, whole, Decimal(0), False)
        shares = sum((own.share(total, Decimal(0)) for total in totals), Decimal(0))
        assert abs(shares - (refunded if whole else 0)) < PENNY


class TestGivenBack:
    @pytest.mark.parametrize(
        ("changes", "units"), [({}, "2"), ({"goods_kept": True}, "0"), ({"kind": LineKind.FEE, "sku": None}, "0")]
    )
    def test_units_of_items_that_came_back(self, changes: dict[str, Any], units: str) -> None:
        given_back = back("-20", "-2", **changes)
        assert (given_back.quantity, given_back.total, given_back.money) == numbers(units, "20", "20")

    def test_money_only_has_no_units(self) -> None:
        assert back("-5", "0").quantity == 0

    def test_the_tax_on_top_of_it(self) -> None:
        given_back = back("-100", tax=Decimal(-20), of=refund("120", "100", "20", on_top=True))
        assert (given_back.total, given_back.with_tax, given_back.money) == numbers("100", "120", "120")

    def test_a_discount_that_is_taken_back_alone_is_paid_after_all(self) -> None:
        given_back = back("5", "1", kind=LineKind.DISCOUNT, of=refund("0", "0"))
        assert (given_back.total, given_back.money) == numbers("5", "-5")

    def test_a_discount_that_is_taken_back_with_goods_is_in_their_money(self) -> None:
        assert back("5", "1", kind=LineKind.DISCOUNT, of=refund("15", "20")).money == 0

    def test_what_sells_gives_nothing_back(self) -> None:
        given_back = back("20", "2")
        assert (given_back.quantity, given_back.total, given_back.money) == numbers("0", "0", "0")


class TestLeft:
    def test_after_some_came_back(self) -> None:
        assert sold("30", "3").left([back("-10"), back("-5", "0")], "GBP") == numbers("2", "15")

    @pytest.mark.parametrize("other", [{"sku": "MILK"}, {"kind": LineKind.FEE}])
    def test_what_does_not_fit_takes_nothing(self, other: dict[str, Any]) -> None:
        assert sold("30", "3").left([back("-10", **other)], "GBP") == numbers("3", "30")

    def test_other_money_takes_nothing(self) -> None:
        assert sold("30", "3").left([back("-10")], "EUR") == numbers("3", "30")

    def test_a_product_that_is_not_named_is_any(self) -> None:
        assert sold("30", "3").left([back("-10", sku=None)], "GBP") == numbers("2", "20")

    def test_sold_with_tax_on_top_and_taken_back_with_tax_inside(self) -> None:
        assert sold("100", tax_on_top="20").left([back("-120")], "GBP") == numbers("0", "0")

    def test_of_a_discount_what_it_took_off(self) -> None:
        discount = sold("-5", kind=LineKind.DISCOUNT)
        assert discount.left([back("2", "0", kind=LineKind.DISCOUNT)], "GBP") == numbers("1", "3")


class TestExceedsGross:
    @pytest.mark.parametrize(("paid", "exceeded"), [("-10.00", False), ("-10.01", False), ("-10.02", True)])
    def test_a_coin_is_forgiven(self, paid: str, exceeded: bool) -> None:
        assert exceeds_gross(Decimal("10.00"), [back(paid)], "GBP", PENNY) is exceeded

    def test_a_discount_that_was_paid_after_all_may_be_given_back(self) -> None:
        paid_after_all = back("5", "1", kind=LineKind.DISCOUNT, of=refund("0", "0"))
        assert exceeds_gross(Decimal(10), [paid_after_all, back("-15")], "GBP", PENNY) is False
        assert exceeds_gross(Decimal(10), [back("-15")], "GBP", PENNY) is True

    def test_other_money_is_not_counted(self) -> None:
        assert exceeds_gross(Decimal(10), [back("-15")], "EUR", PENNY) is False
