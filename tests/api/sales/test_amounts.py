"""Amounts that can be paid, currencies of their time, and figures that agree: gross - refunded = net."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api

PATH = "/v1/sales"
BUYER = {"email": "ada@example.com"}


async def profile(client: httpx.AsyncClient, sale: dict[str, Any]) -> dict[str, Any]:
    return await api.get(client, f"/v1/customers/{sale['customer_id']}/profile")


class TestPrecision:
    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"total": "10.001"}, "/total"),
            ({"lines": [make.line("10.001")]}, "/lines/0/total"),
            ({"lines": [make.line("10.00", discount="0.005")]}, "/lines/0/discount"),
            ({"lines": [make.line("10.00", tax="1.666")]}, "/lines/0/tax"),
            ({"payments": [{"method": "cash", "amount": "9.999"}]}, "/payments/0/amount"),
        ],
    )
    async def test_nobody_can_pay_it(self, client: httpx.AsyncClient, change: Any, pointer: str) -> None:
        answer = await client.post(PATH, json=make.sale(**change))
        assert api.errors(answer) == [(pointer, "too_precise")]

    @pytest.mark.parametrize(("currency", "total"), [("JPY", "1500.50"), ("CLP", "0.5"), ("KWD", "1.2345")])
    async def test_in_other_currencies(self, client: httpx.AsyncClient, currency: str, total: str) -> None:
        body = make.sale(currency=currency, lines=[], payments=[], total=total)
        assert api.errors(await client.post(PATH, json=body)) == [("/total", "too_precise")]

    @pytest.mark.parametrize(
        ("currency", "total"), [("GBP", "10.000"), ("JPY", "1500.00"), ("KWD", "1.234"), ("GBP", "-10.50")]
    )
    async def test_more_zeros_do_no_harm(self, client: httpx.AsyncClient, currency: str, total: str) -> None:
        await make.record_sale(client, make.sale(currency=currency, lines=[], payments=[], total=total))

    async def test_prices_of_fuel_are_finer(self, client: httpx.AsyncClient) -> None:
        line = {"quantity": "31.27", "unit_price": "1.459", "discount": "0"}
        sale = await make.record_sale(client, make.sale(lines=[line], payments=[], total=None))
        assert (sale["total"], sale["balanced"], sale["lines"][0]["unit_price"]) == ("45.62", True, "1.459")

    @pytest.mark.parametrize(
        ("currency", "line", "total", "balanced"),
        [
            ("JPY", {"quantity": "1", "unit_price": "1500.50"}, "1501", False),
            ("JPY", {"quantity": "2", "unit_price": "1500.50"}, "3001", True),
            ("JPY", {"quantity": "1", "unit_price": "1500.50", "total": "1501"}, "1501", True),
            ("GBP", {"quantity": "3", "unit_price": "0.335"}, "1.01", False),
            ("GBP", {"quantity": "0.3", "unit_price": "0.335"}, "0.10", True),
        ],
    )
    async def test_whole_units_that_were_rounded_are_flagged(
        self, client: httpx.AsyncClient, currency: str, line: Any, total: str, balanced: bool
    ) -> None:
        sale = await make.record_sale(client, make.sale(currency=currency, lines=[line], payments=[], total=None))
        assert (sale["total"], sale["balanced"]) == (total, balanced)


class TestWithdrawnCurrencies:
    @pytest.mark.parametrize(
        ("currency", "at"),
        [
            ("DEM", "1999-05-01T10:00:00+02:00"),
            ("DEM", "2001-12-31T23:59:59+01:00"),
            ("HRK", "2022-12-31T12:00:00+01:00"),
            ("BGN", "2025-12-31T23:30:00+02:00"),
            ("ITL", "1998-01-01T10:00:00Z"),
        ],
    )
    async def test_are_taken_in_their_time(self, client: httpx.AsyncClient, currency: str, at: str) -> None:
        body = make.sale(currency=currency, occurred_at=at, lines=[], payments=[], total="5000")
        sale = await make.record_sale(client, body)
        assert sale["currency"] == currency
        assert sale["total"] == ("5000" if currency == "ITL" else "5000.00")

    @pytest.mark.parametrize(
        ("currency", "at"),
        [
            ("DEM", "2002-01-01T00:30:00+01:00"),
            ("HRK", "2023-02-01T12:00:00Z"),
            ("BGN", "2026-01-01T00:30:00+02:00"),
            ("XYZ", "1990-01-01T00:00:00Z"),
        ],
    )
    async def test_are_refused_afterwards(self, client: httpx.AsyncClient, currency: str, at: str) -> None:
        answer = await client.post(PATH, json=make.sale(currency=currency, occurred_at=at))
        assert api.errors(answer) == [("/currency", "currency")]


class TestTurnover:
    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            # Tax on top, a discount on the receipt, cash that was rounded, a voucher for all of it.
            ({"lines": [make.line("260.00", tax="39.00")], "total": "299.00"}, ("299.00", "0.00", "299.00", 1)),
            ({"lines": [make.line("260.00")], "total": "234.00"}, ("234.00", "0.00", "234.00", 1)),
            ({"lines": [make.line("9.98")], "total": "10.00"}, ("10.00", "0.00", "10.00", 1)),
            ({"lines": [make.line("9.98")], "total": "0.00"}, ("0.00", "0.00", "0.00", 0)),
            ({"lines": [make.line("0.00")], "total": "0.00"}, ("0.00", "0.00", "0.00", 0)),
            (
                {"lines": [make.line("100.00", tax="20.00"), make.refund("?", tax="-2.00")], "total": "108.00"},
                ("120.00", "12.00", "108.00", 1),
            ),
        ],
    )
    async def test_gross_less_refunded_is_net(self, client: httpx.AsyncClient, change: Any, expected: Any) -> None:
        sale = await make.record_sale(client, make.sale(payments=[], customer=BUYER, **change))
        (t,) = (await profile(client, sale))["totals"]
        assert (t["gross"], t["refunded"], t["net"], t["purchases"]) == expected
        assert (sale["gross"], sale["refunded"], sale["total"]) == expected[:3]


class TestPurchases:
    async def test_what_was_given_back_is_no_favourite(self, client: httpx.AsyncClient) -> None:
        lines = [
            make.line("30.00", sku="A", quantity="3", unit_price="10.00"),
            make.line("20.00", sku="B", quantity="2", unit_price="10.00"),
        ]
        bought = make.sale(receipt_no="S", lines=lines, payments=[], total="50.00", customer=BUYER)
        sale = await make.record_sale(client, bought)
        back = [make.refund("S", 1, "-3", "-30.00", sku="A"), make.refund("S", 2, "-1", "-10.00", sku="B")]
        await make.record_sale(client, make.sale(lines=back, payments=[], total="-40.00"))
        favourites = (await profile(client, sale))["favourite_products"]
        assert [(f["sku"], f["quantity"], f["purchases"]) for f in favourites] == [("B", "1", 1)]

    async def test_of_what_was_given_back_whole_nothing_is_left(self, client: httpx.AsyncClient) -> None:
        first = await make.record_sale(client, make.sale(customer=BUYER, occurred_at="2026-02-01T10:00:00Z"))
        await make.record_sale(client, make.sale(receipt_no="S", customer=BUYER))
        free = make.sale(lines=[make.line("0.00")], payments=[], total="0.00", customer=BUYER)
        await make.record_sale(client, free | {"occurred_at": "2026-03-05T10:00:00Z"})
        await make.record_sale(client, make.sale(lines=[make.refund("S")], payments=[], total="-10.00"))
        seen = await profile(client, first)
        (t,) = seen["totals"]
        assert (t["receipts"], t["purchases"], t["returns"], t["net"]) == (4, 1, 1, "10.00")
        assert t["first_purchase_at"] == t["last_purchase_at"] == first["occurred_at"]
        assert seen["last_purchase"]["id"] == first["id"]
        assert seen["usual_gap_days"] is None
        (found,) = (await api.get(client, "/v1/customers/lookup", email=BUYER["email"]))["items"]
        assert found["last_purchase"]["id"] == first["id"]
