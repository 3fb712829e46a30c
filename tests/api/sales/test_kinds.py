"""Lines that are no items, and amounts beside the lines: what tills really send, and what it means for the figures."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api

PATH = "/v1/sales"
BUYER = {"email": "ada@example.com"}
Body = dict[str, Any]


def other(kind: str, amount: str, **more: Any) -> Body:
    """A line that is no item."""
    return {"kind": kind, "quantity": "1", "unit_price": amount, **more}


def sale(*lines: Body, **more: Any) -> Body:
    return make.sale(lines=list(lines), payments=[], total=None, customer=BUYER, **more)


async def refused(client: httpx.AsyncClient, body: Body) -> tuple[str, str]:
    """Where a return is more than what is left, and why."""
    answer = await client.post(PATH, json=body)
    assert answer.status_code == 409, answer.text
    (error,) = answer.json()["errors"]
    return error["pointer"], error["code"]


async def profile(client: httpx.AsyncClient) -> Body:
    (found,) = (await api.get(client, "/v1/customers/lookup", email=BUYER["email"]))["items"]
    return await api.get(client, f"/v1/customers/{found['id']}/profile")


# As Square and Shopify send them (../shared/data/pos), and a restaurant: total, net, gross.
SENT = {
    "square": (
        {
            "currency": "USD",
            "lines": [
                {"quantity": "1", "unit_price": "15.99", "discount": "0.87", "tax": "1.36", "total": "16.48"},
                {"quantity": "2", "unit_price": "22.50", "discount": "3.46", "tax": "3.74", "total": "45.28"},
            ],
            "taxes": [{"name": "State Sales Tax", "rate": "9", "amount": "5.10", "included": False}],
            "discount": "0.00",
            "tip": "0.00",
            "total": "61.76",
        },
        ("61.76", "61.76", "61.76"),
    ),
    "shopify": (
        {
            "currency": "USD",
            "lines": [{"sku": f"IPOD-{n}", "quantity": "1", "unit_price": "199.00"} for n in range(2)],
            "taxes": [{"name": "State Tax", "rate": "6", "amount": "11.94", "included": False}],
            "shipping": "0.00",
            "payments": [{"method": "card", "amount": "409.94"}],
            "total": "409.94",
        },
        ("409.94", "409.94", "409.94"),
    ),
    "restaurant": (
        {
            "lines": [
                {"quantity": "2", "unit_price": "14.00", "tax": "4.67"},
                other("service_charge", "3.50"),
                other("discount", "-2.00"),
                other("gift_card", "20.00"),
                other("deposit", "-10.00"),
            ],
            "taxes": [{"name": "VAT", "rate": "20", "amount": "4.67", "included": True}],
            "tip": "4.00",
            "rounding": "-0.01",
            "payments": [{"method": "cash", "amount": "50.00"}],
            "tendered": "50.00",
            "change": "6.51",
            "total": "43.49",
        },
        ("43.49", "29.49", "29.49"),
    ),
}


class TestReceipts:
    @pytest.mark.parametrize("sender", SENT)
    async def test_of_real_tills_balance_and_come_back_as_they_were_sent(
        self, client: httpx.AsyncClient, sender: str
    ) -> None:
        sent, expected = SENT[sender]
        body = make.sale(**({"payments": []} | sent))
        found = await make.record_sale(client, body)
        assert (found["balanced"], found["imbalances"]) == (True, [])
        assert (found["total"], found["net"], found["gross"], found["refunded"]) == (*expected, "0.00")
        paid = [payment | {"reference": None} for payment in body["payments"]]
        for name in sent.keys() - {"lines"}:
            assert found[name] == (paid if name == "payments" else sent[name]), name
        for name in {"discount", "service_charge", "shipping", "tip", "rounding"} - sent.keys():
            assert found[name] == "0.00"
        # The same again, with the defaults spelled out, is the same.
        spelled = {"tip": body.get("tip", "0"), "taxes": sent["taxes"]}
        lines = [{"kind": "item", **line} for line in body["lines"]]
        again = await client.post(PATH, json=body | spelled | {"lines": lines})
        assert (again.status_code, again.json()["id"]) == (200, found["id"])
        differs = await client.post(PATH, json=body | {"tip": "1.00"})
        assert (differs.status_code, [error["pointer"] for error in differs.json()["errors"]]) == (409, ["/tip"])

    async def test_what_does_not_add_up_is_said(self, client: httpx.AsyncClient) -> None:
        line = {"quantity": "2", "unit_price": "5.00", "total": "9.00"}
        paid = {"payments": [{"method": "cash", "amount": "20.00"}], "tendered": "20.00", "change": "7.00"}
        found = await make.record_sale(client, make.sale(lines=[line], tip="1.00", total="12.00", **paid))
        names = ("sum", "line_no", "expected", "found", "difference")
        expected = [
            ("line", 1, "10.00", "9.00", "-1.00"),
            ("total", None, "10.00", "12.00", "2.00"),
            ("payments", None, "12.00", "20.00", "8.00"),
            ("tendered", None, "12.00", "13.00", "1.00"),
        ]
        assert [tuple(each[name] for name in names) for each in found["imbalances"]] == expected
        assert [s["id"] for s in (await api.get(client, PATH, balanced="false"))["items"]] == [found["id"]]
        # A revision that adds up has nothing more to say.
        right = {"lines": [{"quantity": "2", "unit_price": "5.00"}], "tip": "3.00", "total": "13.00", "revision": 1}
        revised = await client.post(PATH, json=make.sale(receipt_no=found["receipt_no"], **paid | right))
        assert (revised.json()["balanced"], revised.json()["imbalances"]) == (True, [])

    @pytest.mark.parametrize(
        ("line", "pointer", "code"),
        [
            (other("discount", "2.00"), "/lines/0/unit_price", "positive_discount"),
            (other("discount", "2.00", total="2.00"), "/lines/0/total", "positive_discount"),
            (other("shipping", "4.00", refund_of={"receipt_no": "S", "line_no": 1}), None, "positive_refund"),
            (other("discount", "-2.00", refund_of={"receipt_no": "S", "line_no": 1}), None, "negative_discount"),
            (other("coupon", "-2.00"), "/lines/0/kind", "enum"),
            (make.line() | {"tax": None}, "/tip", "too_precise"),
        ],
    )
    async def test_signs_and_coins_are_checked(
        self, client: httpx.AsyncClient, line: Body, pointer: str | None, code: str
    ) -> None:
        answer = await client.post(PATH, json=sale(line, **({"tip": "0.001"} if pointer == "/tip" else {})))
        assert api.errors(answer) == [(pointer or "/lines/0/unit_price", code)]


class TestFigures:
    async def test_only_items_are_products_and_purchases(self, client: httpx.AsyncClient) -> None:
        """Neither what is no turnover, nor a charge without goods, is a purchase; together with goods all is right."""
        card = other("gift_card", "50.00", sku="GIFT-50", category="cards")
        for lines, kind, net in (
            ([card, other("tip", "2.00")], "other", "0.00"),
            ([other("fee", "5.00")], "other", "5.00"),
            ([other("deposit", "30.00")], "other", "0.00"),
        ):
            found = await make.record_sale(client, sale(*lines))
            assert (found["kind"], found["net"], found["balanced"]) == (kind, net, True)
        (t,) = (await profile(client))["totals"]
        assert (t["receipts"], t["purchases"], t["net"], t["last_purchase_at"]) == (3, 0, "5.00", None)
        goods = {"sku": "TEA", "category": "tea", "quantity": "3", "unit_price": "10.00"}
        await make.record_sale(
            client,
            sale(goods, card, other("deposit", "-30.00"), other("discount", "-3.00", category="tea"), tip="1.00"),
        )
        seen = await profile(client)
        (t,) = seen["totals"]
        assert (t["purchases"], t["gross"], t["refunded"], t["net"]) == (1, "32.00", "0.00", "32.00")
        assert [(f["sku"], f["quantity"]) for f in seen["favourite_products"]] == [("TEA", "3")]
        period = {"since": "2026-03-01", "before": "2026-03-02", "currency": "GBP"}
        (whole,) = (await api.get(client, f"{PATH}/measures", **period))["all"]
        figures = ("receipts", "purchases", "returns", "units", "gross", "refunded", "net")
        assert [whole[name] for name in figures] == [4, 1, 0, "3", "32.00", "0.00", "32.00"]
        by_sku = await api.get(client, f"{PATH}/measures", **period, group_by="sku")
        assert [(i["key"], i["figures"]["units"], i["figures"]["gross"]) for i in by_sku["items"]] == [
            ("TEA", "3", "30.00")
        ]

    async def test_returns_are_of_lines_of_their_kind(self, client: httpx.AsyncClient) -> None:
        lines = [make.line("20.00"), other("shipping", "4.00"), other("gift_card", "25.00"), other("discount", "-2.00")]
        sold = await make.record_sale(client, sale(*lines, receipt_no="S"))
        assert (sold["total"], sold["gross"]) == ("47.00", "22.00")

        def back(line_no: int, total: str, **more: Any) -> Body:
            line = {"quantity": "-1", "unit_price": total.removeprefix("-"), "total": total, **more}
            return line | {"refund_of": {"receipt_no": "S", "line_no": line_no}}

        assert await refused(client, sale(back(3, "-25.00"))) == ("/lines/0/kind", "other_kind")
        too_much = sale(back(2, "-4.02", kind="shipping"))
        assert await refused(client, too_much) == ("/lines/0/refund_of", "exceeds")
        # Shipping does not bring the goods back, nor does what it cost; all items do, with the discount on them.
        await make.record_sale(client, sale(back(2, "-4.00", kind="shipping"), back(3, "-25.00", kind="gift_card")))
        kept = await api.get(client, f"{PATH}/{sold['id']}")
        assert (kept["returned"], kept["fully_returned"], kept["over_returned"]) == ("4.00", False, False)
        assert [line["returned_quantity"] for line in kept["lines"]] == ["0"] * 4
        discount = back(4, "2.00", kind="discount", unit_price="-2.00")
        returned = await make.record_sale(client, sale(back(1, "-20.00"), discount))
        assert (returned["kind"], returned["refunded"], returned["balanced"]) == ("return", "18.00", True)
        gone = await api.get(client, f"{PATH}/{sold['id']}")
        assert (gone["returned"], gone["fully_returned"], gone["over_returned"]) == ("22.00", True, False)
        (t,) = (await profile(client))["totals"]
        assert (t["purchases"], t["gross"], t["refunded"], t["net"]) == (0, "22.00", "22.00", "0.00")

    async def test_a_return_of_another_kind_that_came_first_is_flagged(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, sale(make.refund("S")))
        sold = await make.record_sale(client, sale(other("gift_card", "10.00"), receipt_no="S"))
        assert (sold["over_returned"], sold["lines"][0]["returned_total"]) == (True, "0.00")
