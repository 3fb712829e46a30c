"""Returns: whose they are, how much may be returned, and what is said of the receipt that was returned."""

import asyncio
import itertools
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.sales.sales import SaleNew
from app.services.sales import sales
from app.services.sales.receipts import draft_receipt
from tests import make
from tests.support import api
from tests.support.sales import summed_anew

PATH = "/v1/sales"


def two_coats(**changes: Any) -> dict[str, Any]:
    lines = [make.line("200.00", sku="COAT", quantity="2", unit_price="100.00")]
    return make.sale(**{"receipt_no": "S", "lines": lines, "payments": [], "total": "200.00", **changes})


def back(quantity: str = "-1", total: str = "-100.00", **changes: Any) -> dict[str, Any]:
    """A receipt that returns something of the coats, and names nobody."""
    of = {"receipt_no": "S", "line_no": 1} | changes.pop("of", {})
    line = {"sku": changes.pop("sku", "COAT"), "quantity": quantity, "unit_price": "100.00", "refund_of": of}
    return make.sale(lines=[line | {"total": total}], payments=[], total=total, **changes)


async def refused(client: httpx.AsyncClient, body: dict[str, Any]) -> tuple[str, str]:
    """Where and why the response is 409."""
    answer = await client.post(PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "REFUND_EXCEEDS_SALE"), answer.text
    (error,) = answer.json()["errors"]
    return error["pointer"], error["code"]


async def read(client: httpx.AsyncClient, sale: dict[str, Any]) -> dict[str, Any]:
    return await api.get(client, f"{PATH}/{sale['id']}")


async def net(client: httpx.AsyncClient, customer_id: str) -> list[tuple[str, str, str, int]]:
    totals = (await api.get(client, f"/v1/customers/{customer_id}/profile"))["totals"]
    return [(t["gross"], t["refunded"], t["net"], t["purchases"]) for t in totals]


async def claim(client: httpx.AsyncClient, sale: dict[str, Any], customer: dict[str, Any], **more: Any) -> Any:
    return await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": customer["id"], **more}, 200)


class TestBuyer:
    async def test_is_the_buyer_of_the_sale(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        assert (sale["match"], sale["matched_by"]) == ("matched", "email")
        returned = await make.record_sale(client, back("-2", "-200.00"))
        assert (returned["customer_id"], returned["match"], returned["matched_by"]) == (
            sale["customer_id"],
            "matched",
            "sale",
        )
        assert await net(client, sale["customer_id"]) == [("200.00", "200.00", "0.00", 0)]
        (recorded,) = await api.events(db, returned["id"])
        assert (recorded.type, str(recorded.customer_id)) == ("sale.recorded", sale["customer_id"])

    async def test_of_another_source(self, client: httpx.AsyncClient) -> None:
        """Bought on the web, given back in the shop."""
        sale = await make.record_sale(client, two_coats(source="web", customer={"email": "ada@example.com"}))
        stranger = await make.record_sale(client, back())
        assert (stranger["match"], stranger["lines"][0]["refund_of"]["source"]) == ("anonymous", "till")
        returned = await make.record_sale(client, back(of={"source": "web"}))
        assert returned["customer_id"] == sale["customer_id"]
        assert returned["lines"][0]["refund_of"] == {
            "source": "web",
            "receipt_no": "S",
            "line_no": 1,
            "goods_kept": False,
        }
        assert (await read(client, sale))["lines"][0]["returned_quantity"] == "1"

    async def test_the_same_source_named_is_the_same_receipt(self, client: httpx.AsyncClient) -> None:
        body = back()
        first = await make.record_sale(client, body)
        body["lines"][0]["refund_of"]["source"] = "till"
        assert await make.record_sale(client, body, 200) == first

    async def test_the_same_sale_after_it_was_returned(self, client: httpx.AsyncClient) -> None:
        body = two_coats()
        await make.record_sale(client, body)
        await make.record_sale(client, back())
        again = await make.record_sale(client, {**body, "total": "200"}, 200)
        assert again["returned"] == "100.00"

    async def test_nobody_is_created_for_a_key_that_nobody_has(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        returned = await make.record_sale(client, back(customer={"phone": "020 7946 0111"}))
        assert (returned["customer_id"], returned["matched_by"]) == (sale["customer_id"], "sale")
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_a_key_of_its_own_says_more(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        friend = await make.create_customer(client, contact_points=[make.phone("020 7946 0112")])
        returned = await make.record_sale(client, back(customer={"phone": "020 7946 0112"}))
        assert (returned["customer_id"], returned["matched_by"]) == (friend["id"], "phone")

    async def test_several_buyers_are_candidates(self, client: httpx.AsyncClient) -> None:
        one = await make.record_sale(client, two_coats(customer={"email": "one@example.com"}))
        two = await make.record_sale(client, two_coats(receipt_no="T", customer={"email": "two@example.com"}))
        lines = [make.refund("S", sku="COAT", total="-10.00"), make.refund("T", sku="COAT", total="-10.00")]
        returned = await make.record_sale(client, make.sale(lines=lines, payments=[], total="-20.00"))
        assert (returned["match"], returned["customer_id"], returned["matched_by"]) == ("ambiguous", None, None)
        assert returned["candidates"] == sorted([one["customer_id"], two["customer_id"]])
        # One of them was the wrong customer: then there is no doubt any more.
        other = {"id": two["customer_id"]}
        await claim(client, one, other, moved_from=one["customer_id"])
        followed = await read(client, returned)
        assert (followed["match"], followed["customer_id"], followed["candidates"]) == ("matched", other["id"], [])

    @pytest.mark.parametrize("is_known", [False, True])
    async def test_with_a_revision_of_the_sale_that_names_nobody(
        self, client: httpx.AsyncClient, is_known: bool
    ) -> None:
        """In one batch: the sale stays with its customer, and its return with both."""
        ada = await make.create_customer(client)
        sold = make.sale(receipt_no="S", customer={"id": ada["id"]})
        back = make.sale(receipt_no="R", lines=[make.refund("S")], payments=[], total="-10.00")
        await make.record_sale(client, sold)
        if is_known:
            await make.record_sale(client, back)
        revised = sold | {"revision": 1, "customer": None}
        results = await api.batch(client, "/v1/sales", revised, back | {"revision": 1})
        for result in results:
            sale = await api.get(client, f"/v1/sales/{result['id']}")
            assert sale["customer_id"] == ada["id"]
        (totals,) = (await api.get(client, f"/v1/customers/{ada['id']}/profile"))["totals"]
        assert (totals["gross"], totals["refunded"], totals["net"]) == ("10.00", "10.00", "0.00")

    async def test_in_one_batch(self, client: httpx.AsyncClient) -> None:
        buyer = {"email": "ada@example.com"}
        first, early, *_ = results = await api.batch(
            client,
            PATH,
            two_coats(customer=buyer),
            back(of={"receipt_no": "LATER"}),
            back(),
            two_coats(receipt_no="LATER", customer={"email": "bo@example.com"}),
            back(of={"receipt_no": "LATER"}, customer={"name": "Ada"}),
        )
        assert [result["status"] for result in results] == [201] * 5
        sales = [await read(client, result) for result in results]
        ada, bo = sales[0]["customer_id"], sales[3]["customer_id"]
        assert None not in (ada, bo)
        assert [sale["customer_id"] for sale in sales] == [ada, bo, ada, bo, bo]
        assert [sales[n]["matched_by"] for n in (1, 2, 4)] == ["sale"] * 3
        assert (sales[3]["fully_returned"], sales[0]["fully_returned"], first["line"], early["line"]) == (
            True,
            False,
            1,
            2,
        )


class TestFollows:
    async def test_a_sale_that_comes_later(self, client: httpx.AsyncClient, db: Any) -> None:
        returned = await make.record_sale(client, back(customer={"name": "Ada"}))
        assert (returned["match"], returned["matched_by"]) == ("unmatched", None)
        sale = await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        assert (sale["returned"], sale["version"]) == ("100.00", 1)
        followed = await read(client, returned)
        assert (followed["customer_id"], followed["match"], followed["version"]) == (sale["customer_id"], "matched", 2)
        assert await net(client, sale["customer_id"]) == [("200.00", "100.00", "100.00", 1)]
        claimed = (await api.events(db, returned["id"]))[-1]
        assert (claimed.type, str(claimed.customer_id)) == ("sale.claimed", sale["customer_id"])
        assert claimed.data["via"] == "sale"

    @pytest.mark.parametrize("return_first", [True, False])
    async def test_a_sale_that_comes_later_with_a_number_of_its_own(
        self, client: httpx.AsyncClient, db: Any, return_first: bool
    ) -> None:
        """Who brings something back is not created for it, whichever of both comes first; who buys as well is."""
        returned = back(receipt_no="B", customer={"phone": "020 7946 0111"})
        sale = two_coats(customer={"email": "ada@example.com"})
        for body in (returned, sale) if return_first else (sale, returned):
            recorded = await make.record_sale(client, body)
            if return_first and body is returned:
                assert (recorded["match"], recorded["customer_id"]) == ("unmatched", None)
                assert [(r["kind"], r["value"], r["result"]) for r in recorded["match_reasons"]] == [
                    ("phone", "020 7946 0111", "unknown"),
                    ("record", "till:S", "awaits_sale"),
                ]
        (after,) = (await api.get(client, PATH, receipt_no="B"))["items"]
        (sold,) = (await api.get(client, PATH, receipt_no="S"))["items"]
        assert (after["customer_id"], after["matched_by"]) == (sold["customer_id"], "sale")
        assert await db.fetchval("SELECT count(*) FROM customers") == 1
        lines = [make.refund("LATER", total="-10.00"), make.line("30.00")]
        exchange = make.sale(lines=lines, payments=[], total="20.00", customer={"phone": "020 7946 0112"})
        assert (await make.record_sale(client, exchange))["match"] == "matched"

    async def test_a_claim(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client, two_coats())
        returned = await make.record_sale(client, back())
        assert returned["match"] == "anonymous"
        claimed = await claim(client, sale, customer)
        assert claimed["matched_by"] == "claim"
        assert (await read(client, returned))["customer_id"] == customer["id"]
        assert await net(client, customer["id"]) == [("200.00", "100.00", "100.00", 1)]

    async def test_a_move_a_release_and_a_revision(self, client: httpx.AsyncClient, db: Any) -> None:
        one, two, three = [await make.create_customer(client) for _ in range(3)]
        body = two_coats(customer={"id": one["id"]})
        sale = await make.record_sale(client, body)
        returned = await make.record_sale(client, back())
        await claim(client, sale, two, moved_from=one["id"])
        assert (await read(client, returned))["customer_id"] == two["id"]
        assert (await net(client, one["id"]), await net(client, two["id"])) == (
            [],
            [("200.00", "100.00", "100.00", 1)],
        )
        moved = (await api.events(db, returned["id"]))[-1]
        assert (moved.type, moved.data["via"], moved.data["from_customer_id"]) == ("sale.moved", "sale", one["id"])
        await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "A mistake"}, 200)
        released = await read(client, returned)
        assert (released["customer_id"], released["match"], released["matched_by"]) == (None, "anonymous", None)
        assert await net(client, two["id"]) == []
        await make.record_sale(client, {**body, "revision": 1, "customer": {"id": three["id"]}}, 200)
        assert (await read(client, returned))["customer_id"] == three["id"]
        kept, summed = await summed_anew(db)
        assert kept == summed and len(kept) == 1

    async def test_a_shared_phone_says_less_than_the_sale(self, client: httpx.AsyncClient) -> None:
        """Of those who share it, the one who bought brings it back, whichever of both receipts comes first."""
        points = [{"kind": "phone", "value": "020 7946 0178", "shared": True}]
        family = [await make.create_customer(client, contact_points=points) for _ in range(2)]
        for n, mother in enumerate(family):
            bodies = [
                two_coats(receipt_no=f"S{n}", customer={"id": mother["id"]}),
                {**back(of={"receipt_no": f"S{n}"}), "customer": {"phone": "+44 20 7946 0178"}},
            ]
            recorded = [await make.record_sale(client, body) for body in (bodies if n else reversed(bodies))]
            returned = await read(client, recorded[1] if n else recorded[0])
            assert (returned["match"], returned["matched_by"]) == ("matched", "sale")
            assert returned["customer_id"] == mother["id"]

    @pytest.mark.parametrize("return_first", [True, False])
    async def test_who_only_brings_back_is_not_created(self, client: httpx.AsyncClient, return_first: bool) -> None:
        """Their phone is new, and the sale is nobody's: both are claimed together later."""
        bodies = [two_coats(), {**back(), "customer": {"phone": "020 7946 0179"}}]
        recorded = [await make.record_sale(client, body) for body in (reversed(bodies) if return_first else bodies)]
        returned, sale = recorded if return_first else reversed(recorded)
        assert (await read(client, returned))["match"] == "unmatched"
        customer = await make.create_customer(client)
        await claim(client, sale, customer)
        assert (await read(client, returned))["customer_id"] == customer["id"]
        assert await net(client, customer["id"]) == [("200.00", "100.00", "100.00", 1)]

    async def test_a_release_leaves_the_keys_of_the_return_to_be_claimed_by(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client, two_coats(customer={"id": customer["id"]}))
        phone = "020 7946 0177"
        returned = await make.record_sale(client, {**back(), "customer": {"phone": phone}})
        assert returned["matched_by"] == "sale"
        await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "A mistake"}, 200)
        after = await read(client, returned)
        assert (after["match"], after["match_reasons"]) == (
            "unmatched",
            [{"kind": "phone", "value": phone, "customer_id": None, "result": "released"}],
        )
        undecided = (await api.get(client, "/v1/unmatched"))["items"]
        assert returned["id"] in [each["id"] for each in undecided]

    async def test_a_return_of_a_return(self, client: httpx.AsyncClient) -> None:
        """The blue coat is exchanged for a red one, which comes back as well."""
        sale = await make.record_sale(client, two_coats())
        lines = [
            make.refund("S", sku="COAT", total="-100.00", unit_price="100.00"),
            make.line("100.00", sku="RED"),
        ]
        exchange = await make.record_sale(client, make.sale(receipt_no="X", lines=lines, payments=[], total="0.00"))
        last = await make.record_sale(client, back(sku="RED", of={"receipt_no": "X", "line_no": 2}))
        customer = await make.create_customer(client)
        await claim(client, sale, customer)
        assert [(await read(client, s))["customer_id"] for s in (exchange, last)] == [customer["id"]] * 2
        assert await net(client, customer["id"]) == [("300.00", "200.00", "100.00", 1)]

    async def test_a_long_chain_of_exchanges(self, client: httpx.AsyncClient) -> None:
        """Each brings back what the one before sold, and comes before it."""
        chain = [
            make.sale(
                receipt_no=f"E{n}",
                lines=[make.line("5.00"), make.refund(f"E{n - 1}", 1, "-1", "-5.00")],
                payments=[],
                total="0.00",
                occurred_at="2026-03-01T10:00:00+16:00",
            )
            for n in range(1, 70)
        ]
        await api.batch(client, PATH, *chain[::-1])
        sale = make.sale(receipt_no="E0", lines=[make.line("5.00")], payments=[], total="5.00")
        sold = await make.record_sale(client, sale | {"customer": {"email": "ada@example.com"}})
        followed = await api.pages(client, PATH, customer_id=sold["customer_id"], limit=200)
        assert len(followed) == 70

    async def test_a_circle_of_references_ends(self, client: httpx.AsyncClient) -> None:
        def half(receipt_no: str, other: str) -> dict[str, Any]:
            lines = [make.line("5.00"), make.refund(other, 1, "-1", "-5.00")]
            return make.sale(receipt_no=receipt_no, lines=lines, payments=[], total="0.00")

        first, second = await make.record_sale(client, half("A", "B")), await make.record_sale(client, half("B", "A"))
        customer = await make.create_customer(client)
        await claim(client, first, customer)
        assert (await read(client, second))["customer_id"] == customer["id"]
        await api.post(client, f"{PATH}/{first['id']}/release", {"reason": "A mistake"}, 200)
        assert (await read(client, first))["customer_id"] is None

    async def test_not_one_that_somebody_claimed(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        returned = await make.record_sale(client, back())
        friend = await make.create_customer(client)
        await claim(client, returned, friend, moved_from=sale["customer_id"])
        other = await make.create_customer(client)
        await claim(client, sale, other, moved_from=sale["customer_id"])
        assert (await read(client, returned))["customer_id"] == friend["id"]

    async def test_a_revision_that_returns_something_else(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await make.record_sale(client, two_coats(customer={"email": "one@example.com"}))
        two = await make.record_sale(client, two_coats(receipt_no="T", customer={"email": "two@example.com"}))
        body = back()
        returned = await make.record_sale(client, body)
        revised = back(revision=1, receipt_no=body["receipt_no"], of={"receipt_no": "T"})
        assert (await make.record_sale(client, revised, 200))["customer_id"] == two["customer_id"]
        assert [(await read(client, s))["returned"] for s in (one, two)] == ["0.00", "100.00"]
        assert {str(event.customer_id) for event in await api.events(db, returned["id"])} == {two["customer_id"]}
        kept, summed = await summed_anew(db)
        assert kept == summed


class TestCaps:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (back(of={"line_no": 9}), "unknown_line"),
            (back(sku="HAT"), "other_product"),
            (back(currency="EUR"), "other_currency"),
            (back("-3", "-100.00"), "exceeds"),
            (back("-1", "-200.02"), "exceeds"),
            (back("0", "-200.02"), "exceeds"),
            (back("-2", "-200.02", of={"goods_kept": True}), "exceeds"),
        ],
    )
    async def test_what_the_sale_does_not_have(self, client: httpx.AsyncClient, body: Any, code: str) -> None:
        await make.record_sale(client, two_coats())
        assert await refused(client, body) == ("/lines/0/refund_of", code)

    async def test_other_money(self, client: httpx.AsyncClient) -> None:
        lines = [make.line("1000", quantity="1", unit_price="1000", sku="COAT")]
        await make.record_sale(client, two_coats(currency="JPY", lines=lines, total="1000"))
        assert await refused(client, back(total="-1000.00")) == ("/lines/0/refund_of", "other_currency")

    async def test_of_a_voided_sale(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, two_coats())
        await api.post(client, f"{PATH}/{sale['id']}/void", {"reason": "x"}, 200)
        assert await refused(client, back()) == ("/lines/0/refund_of", "voided")

    async def test_through_another_source(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, two_coats(source="web"))
        await make.record_sale(client, back("-2", "-200.00", of={"source": "web"}))
        again = back(source="shop", of={"source": "web"})
        assert await refused(client, again) == ("/lines/0/refund_of", "exceeds")

    async def test_a_product_that_is_not_named_is_any(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, two_coats())
        await make.record_sale(client, back(sku=None))

    async def test_its_own_receipt(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=back(receipt_no="S"))
        assert api.errors(answer) == [("/lines/0/refund_of", "own_receipt")]

    @pytest.mark.parametrize(
        ("quantity", "total", "pointer"),
        [("1", "100.00", "/lines/0/quantity"), ("1", "-100.00", "/lines/0/quantity"), ("-1", "1.00", "/lines/0/total")],
    )
    async def test_a_positive_line_gives_no_room_back(
        self, client: httpx.AsyncClient, quantity: str, total: str, pointer: str
    ) -> None:
        answer = await client.post(PATH, json=back(quantity, total))
        assert api.errors(answer) == [(pointer, "positive_refund")]

    async def test_two_at_once_of_the_last_one(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, two_coats(source="web"))
        bodies = [back("-2", "-200.00", source=f"till{n}", of={"source": "web"}) for n in range(8)]
        answers = await asyncio.gather(*(client.post(PATH, json=body) for body in bodies))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 7


class TestMoneyOnly:
    @pytest.mark.parametrize(("quantity", "of"), [("0", {}), ("-1", {"goods_kept": True}), ("0", {"goods_kept": True})])
    async def test_takes_no_unit(self, client: httpx.AsyncClient, quantity: str, of: Any) -> None:
        sale = await make.record_sale(client, two_coats())
        await make.record_sale(client, back(quantity, "-10.00", of=of))
        after = await read(client, sale)
        (line,) = after["lines"]
        assert (line["returned_quantity"], line["returned_total"], after["returned"]) == ("0", "10.00", "10.00")
        assert (after["fully_returned"], after["over_returned"]) == (False, False)
        assert await refused(client, back("-2", "-190.02")) == ("/lines/0/refund_of", "exceeds")
        await make.record_sale(client, back("-2", "-190.00"))
        assert (await read(client, sale))["fully_returned"] is True

    async def test_all_of_the_money_is_a_full_return(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, two_coats())
        await make.record_sale(client, back("0", "-200.00"))
        after = await read(client, sale)
        assert (after["fully_returned"], after["returned"]) == (True, "200.00")


class TestRevisionOfASale:
    @pytest.fixture
    async def sale(self, client: httpx.AsyncClient) -> dict[str, Any]:
        sale = await make.record_sale(client, two_coats())
        await make.record_sale(client, back())
        return sale

    @pytest.mark.parametrize(
        ("line", "where"),
        [
            ({"quantity": "0.5"}, ("/lines/0", "exceeds")),
            ({"total": "99.98"}, ("/lines/0", "exceeds")),
            ({"line_no": 2}, ("/lines", "unknown_line")),
            ({"sku": "HAT"}, ("/lines/0/sku", "other_product")),
        ],
    )
    async def test_below_what_was_returned(
        self, client: httpx.AsyncClient, sale: dict[str, Any], line: Any, where: tuple[str, str]
    ) -> None:
        changed = make.line("200.00", sku="COAT", quantity="2", unit_price="100.00") | line
        assert await refused(client, two_coats(revision=1, lines=[changed], total=None)) == where
        assert (await read(client, sale))["revision"] == 0

    async def test_in_another_currency(self, client: httpx.AsyncClient, sale: dict[str, Any]) -> None:
        assert await refused(client, two_coats(revision=1, currency="EUR")) == ("/currency", "other_currency")

    async def test_down_to_it(self, client: httpx.AsyncClient, sale: dict[str, Any]) -> None:
        line = make.line("100.00", sku="COAT", quantity="1", unit_price="100.00")
        revised = await make.record_sale(client, two_coats(revision=1, lines=[line], total="100.00"), 200)
        assert (revised["fully_returned"], revised["over_returned"], revised["returned"]) == (True, False, "100.00")

    async def test_a_refused_revision_of_a_return_still_counts(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, two_coats(receipt_no="T"))
        first = back(of={"receipt_no": "T"})
        await make.record_sale(client, first)
        too_much = back("-3", "-300.00", revision=1, receipt_no=first["receipt_no"], of={"receipt_no": "T"})
        results = await api.batch(client, PATH, too_much, back("-2", "-200.00", of={"receipt_no": "T"}))
        assert [result["status"] for result in results] == [409, 409]


class TestOverReturned:
    @pytest.mark.parametrize(
        "returned",
        [
            back("-3", "-200.00"),
            back("-2", "-200.02"),
            back(of={"line_no": 9}),
            back(sku="HAT"),
            back(currency="EUR"),
        ],
    )
    async def test_the_sale_is_flagged_when_it_comes_after(self, client: httpx.AsyncClient, returned: Any) -> None:
        await make.record_sale(client, returned)
        sale = await make.record_sale(client, two_coats())
        assert sale["over_returned"] is True
        await make.record_sale(client, two_coats(receipt_no="T"))
        listed = await api.get(client, PATH, over_returned="true")
        assert [item["id"] for item in listed["items"]] == [sale["id"]]
        assert len((await api.get(client, PATH, over_returned="false"))["items"]) == 2

    async def test_what_fits_is_not(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, back("-2", "-200.00"))
        sale = await make.record_sale(client, two_coats())
        assert (sale["over_returned"], sale["fully_returned"], sale["returned"]) == (False, True, "200.00")
        listed = await api.get(client, PATH, fully_returned="true")
        assert [item["id"] for item in listed["items"]] == [sale["id"]]

    async def test_ends_when_the_return_is_voided(self, client: httpx.AsyncClient) -> None:
        returned = await make.record_sale(client, back("-3", "-300.00"))
        sale = await make.record_sale(client, two_coats())
        assert (sale["over_returned"], sale["returned"]) == (True, "200.00")
        await api.post(client, f"{PATH}/{returned['id']}/void", {"reason": "x"}, 200)
        after = await read(client, sale)
        assert (after["over_returned"], after["returned"], after["fully_returned"]) == (False, "0.00", False)

    async def test_may_be_revised_in_any_way(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, back("-3", "-300.00"))
        await make.record_sale(client, two_coats())
        more = [make.line("300.00", sku="COAT", quantity="3", unit_price="100.00")]
        less = [make.line("100.00", sku="COAT", quantity="1", unit_price="100.00")]
        revised = await make.record_sale(client, two_coats(revision=1, lines=less, total="100.00"), 200)
        assert revised["over_returned"] is True
        revised = await make.record_sale(client, two_coats(revision=2, lines=more, total="300.00"), 200)
        assert (revised["over_returned"], revised["fully_returned"]) == (False, True)


class TestVoid:
    async def test_of_a_sale_of_which_something_was_returned(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, two_coats())
        returned = await make.record_sale(client, back(receipt_no="B"))
        answer = await client.post(f"{PATH}/{sale['id']}/void", json={"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "SALE_RETURNED")
        assert answer.json()["sale_ids"] == [returned["id"]]
        await api.post(client, f"{PATH}/{returned['id']}/void", {"reason": "x"}, 200)
        assert (await read(client, sale))["returned"] == "0.00"
        await api.post(client, f"{PATH}/{sale['id']}/void", {"reason": "x"}, 200)

    async def test_of_a_return_brings_the_purchase_back(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await make.record_sale(client, two_coats(customer={"email": "ada@example.com"}))
        returned = await make.record_sale(client, back("-2", "-200.00"))
        assert await net(client, sale["customer_id"]) == [("200.00", "200.00", "0.00", 0)]
        await api.post(client, f"{PATH}/{returned['id']}/void", {"reason": "x"}, 200)
        assert await net(client, sale["customer_id"]) == [("200.00", "0.00", "200.00", 1)]
        kept, summed = await summed_anew(db)
        assert kept == summed


class TestShares:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    async def test_of_a_receipt_with_a_discount_in_any_order(
        self, client: httpx.AsyncClient, order: tuple[int, ...]
    ) -> None:
        """Three lines of 10.00 for 25.00: what was given back is what the customer got."""
        lines = [make.line("10.00") for _ in range(3)]
        sale = make.sale(receipt_no="S", lines=lines, payments=[], total="25.00")
        returned = back("-1", "-10.00", sku="TEA-1", of={"line_no": 2})
        free = make.sale(lines=[make.refund("S", 3, "-1", "0.00")], payments=[], total="0.00")
        for n in order:
            await make.record_sale(client, (sale, returned, free)[n])
        (after,) = (await api.get(client, PATH, receipt_no="S"))["items"]
        assert (after["gross"], after["returned"], after["fully_returned"]) == ("25.00", "10.00", False)
        assert [line["returned_quantity"] for line in after["lines"]] == ["0", "1", "1"]


def tea_and_milk(*prices: str, **changes: Any) -> dict[str, Any]:
    """A receipt S of two lines with a discount of 1.00: 9.00 were paid. With prices, a return of its lines."""
    if not prices:
        lines = [make.line("6.00"), make.line("4.00")]
        return make.sale(receipt_no="S", lines=lines, discount="1.00", payments=[], total="9.00")
    lines = [
        make.refund("S", n, changes.get("quantity", "-1"), f"-{price}", unit_price=price)
        for n, price in enumerate(prices, start=1)
    ]
    changes.pop("quantity", None)
    return make.sale(lines=lines, payments=[], **{"total": f"-{sum(map(Decimal, prices))}", **changes})


class TestOfADiscountedReceipt:
    """What may be given back in all is what was paid, whether a till takes back net prices or full ones."""

    @pytest.mark.parametrize(
        "returned",
        [
            tea_and_milk("5.40", "3.60"),
            tea_and_milk("6.00", "4.00", discount="-1.00", total="-9.00"),
            tea_and_milk("6.00", "4.00", total="-9.00"),
        ],
        ids=["net", "discount given back", "discount in the total"],
    )
    @pytest.mark.parametrize("sale_first", [True, False])
    async def test_may_come_back_whole_and_no_more(
        self, client: httpx.AsyncClient, returned: dict[str, Any], sale_first: bool
    ) -> None:
        sale = tea_and_milk()
        for body in (sale, returned) if sale_first else (returned, sale):
            await make.record_sale(client, body)
        (after,) = (await api.get(client, PATH, receipt_no="S"))["items"]
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == ("9.00", True, False)
        more = tea_and_milk("0.60", "0.40", quantity="0")
        if not returned.get("discount") and returned["lines"][0]["total"] == "-5.40":
            assert await refused(client, more) == ("/lines/1/refund_of", "exceeds")

    async def test_is_flagged_if_it_comes_after_too_much(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, tea_and_milk("5.40", "3.60"))
        await make.record_sale(client, tea_and_milk("0.60", "0.40", quantity="0"))
        sale = await make.record_sale(client, tea_and_milk())
        assert (sale["returned"], sale["fully_returned"], sale["over_returned"]) == ("9.00", True, True)

    async def test_of_one_line_has_a_coin_forgiven_in_all(self, client: httpx.AsyncClient) -> None:
        line = make.line("239.00", quantity="10", unit_price="23.90")
        body = make.sale(receipt_no="S", lines=[line], discount="59.75", payments=[], total="179.25")
        sale = await make.record_sale(client, body)
        await make.record_sale(client, back("0", "-179.26", sku="TEA-1"))
        after = await read(client, sale)
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == ("179.25", True, False)
        for amount in ("-0.01", "-40.00"):
            assert await refused(client, back("0", amount, sku="TEA-1")) == ("/lines/0/refund_of", "exceeds")
        less = {**body, "revision": 1, "discount": "60.00", "total": "179.00"}
        assert await refused(client, less) == ("/total", "exceeds")

    async def test_units_that_come_back_singly_are_not_more_than_the_line(self, client: httpx.AsyncClient) -> None:
        """3 x 0.335 are 1.01, and three times 0.34 are 1.02."""
        line = make.line("1.01", quantity="3", unit_price="0.335")
        sale = await make.record_sale(client, make.sale(receipt_no="S", lines=[line], payments=[], total="1.01"))
        for _ in range(3):
            await make.record_sale(client, back("-1", "-0.34", sku="TEA-1"))
        after = await read(client, sale)
        assert (after["lines"][0]["returned_total"], after["returned"]) == ("1.01", "1.01")
        assert (after["fully_returned"], after["over_returned"]) == (True, False)

    async def test_each_line_has_its_own_tax(self, client: httpx.AsyncClient) -> None:
        """One return of two receipts, of which only one had tax on top."""
        for number, tax in (("S", "20.00"), ("T", "0.00")):
            total = str(100 + Decimal(tax))
            body = make.sale(receipt_no=number, lines=[make.line("100.00", tax=tax)], payments=[], total=total)
            await make.record_sale(client, body)
        lines = [make.refund("S", total="-100.00", tax="-20.00"), make.refund("T", total="-100.00")]
        await make.record_sale(client, make.sale(lines=lines, payments=[], total="-220.00"))
        sales = (await api.get(client, PATH))["items"]
        assert {s["receipt_no"]: s["returned"] for s in sales if s["kind"] == "sale"} == {"S": "120.00", "T": "100.00"}

    @pytest.mark.parametrize("tax", ["-20.00", None])
    async def test_sold_with_tax_on_top_and_taken_back_with_tax_inside(
        self, client: httpx.AsyncClient, tax: str | None
    ) -> None:
        """A web shop's goods at a till, one of two coats after the other."""
        line = make.line("200.00", quantity="2", unit_price="100.00", tax="40.00")
        sale = await make.record_sale(client, make.sale(receipt_no="S", lines=[line], payments=[], total="240.00"))
        inside: dict[str, Any] = {} if tax is None else {"tax": tax}
        first = make.refund("S", unit_price="120.00", total="-120.00", **inside)
        await make.record_sale(client, make.sale(lines=[first], payments=[], total="-120.00"))
        half = await read(client, sale)
        assert (half["lines"][0]["returned_quantity"], half["lines"][0]["returned_total"]) == ("1", "100.00")
        assert (half["returned"], half["fully_returned"], half["over_returned"]) == ("120.00", False, False)
        more = make.refund("S", quantity="0", unit_price="120.03", total="-120.03", **inside)
        too_much = make.sale(lines=[more], payments=[], total="-120.03")
        answer = await client.post(PATH, json=too_much)
        assert answer.json()["errors"][0]["detail"] == "Line 1 of receipt S has 1 for 100.00 GBP left to return"
        await make.record_sale(client, make.sale(lines=[first], payments=[], total="-120.00"))
        whole = await read(client, sale)
        assert (whole["lines"][0]["returned_quantity"], whole["lines"][0]["returned_total"]) == ("2", "200.00")
        assert (whole["returned"], whole["fully_returned"], whole["over_returned"]) == ("240.00", True, False)

    async def test_sold_with_tax_inside_and_taken_back_with_tax_on_top(self, client: httpx.AsyncClient) -> None:
        lines = [make.line("36.00", quantity="3", unit_price="12.00", tax="6.00"), make.line("50.00")]
        sale = await make.record_sale(client, make.sale(receipt_no="S", lines=lines, payments=[], total="86.00"))
        back = make.refund("S", quantity="-3", unit_price="10.00", total="-30.00", tax="-6.00")
        await make.record_sale(client, make.sale(lines=[back], payments=[], total="-36.00"))
        after = await read(client, sale)
        assert (after["lines"][0]["returned_total"], after["returned"], after["over_returned"]) == (
            "36.00",
            "36.00",
            False,
        )
        more = make.refund("S", quantity="0", unit_price="6.00", total="-6.00")
        answer = await client.post(PATH, json=make.sale(lines=[more], payments=[], total="-6.00"))
        assert answer.json()["errors"][0]["detail"] == "Line 1 of receipt S has 0 for 0.00 GBP left to return"

    async def test_a_charge_as_large_as_the_tax_that_is_inside(self, client: httpx.AsyncClient) -> None:
        """The total is that of the lines and their tax, by chance."""
        body = make.sale(receipt_no="S", lines=[make.line("100.00", tax="20.00")], shipping="20.00", total="120.00")
        sale = await make.record_sale(client, body | {"payments": []})
        await make.record_sale(client, back("0", "-60.00", sku="TEA-1"))
        half = await read(client, sale)
        assert (half["lines"][0]["returned_total"], half["returned"]) == ("60.00", "60.00")
        assert await refused(client, back("0", "-40.02", sku="TEA-1")) == ("/lines/0/refund_of", "exceeds")
        await make.record_sale(client, back("-1", "-40.00", sku="TEA-1"))
        whole = await read(client, sale)
        assert (whole["lines"][0]["returned_total"], whole["returned"], whole["over_returned"]) == (
            "100.00",
            "100.00",
            False,
        )

    async def test_all_of_a_receipt_of_thousands_of_lines(self, client: httpx.AsyncClient) -> None:
        """Work that grows with the square of the lines ran into the time limit of statements."""
        count, total = 5_000, "10000.00"
        lines = [make.line("2.00", sku="TEA-1", unit_price="2.00") for _ in range(count)]
        sale = await make.record_sale(client, make.sale(receipt_no="S", lines=lines, payments=[], total=total))
        taken = [make.refund("S", line_no=n + 1, unit_price="2.00", total="-2.00") for n in range(count)]
        await make.record_sale(client, make.sale(lines=taken, payments=[], total=f"-{total}"))
        after = await read(client, sale)
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == (total, True, False)
        assert {line["returned_total"] for line in after["lines"]} == {"2.00"}

    async def test_taken_back_with_tax_inside_before_it_is_known(self, client: httpx.AsyncClient) -> None:
        till = make.refund("S", unit_price="12.00", total="-12.00", tax="-2.00")
        await make.record_sale(client, make.sale(lines=[till], payments=[], total="-12.00"))
        lines = [make.line("10.00", tax="2.00"), make.line("5.00", tax="0.00")]
        body = make.sale(receipt_no="S", lines=lines, payments=[], total="17.00")
        after = await read(client, await make.record_sale(client, body))
        assert [line["returned_total"] for line in after["lines"]] == ["10.00", "0.00"]
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == ("12.00", False, False)


class TestAtTheSameTime:
    async def test_a_return_waits_for_its_sale(self, client: httpx.AsyncClient, new_sessions: Any, db: Any) -> None:
        """It comes while the sale is being written, and would not see it."""
        customer = await make.create_customer(client)
        await make.record_sale(client, two_coats(receipt_no="T", source="web"))  # the product is known
        draft = draft_receipt(SaleNew.model_validate(two_coats(customer={"id": customer["id"]})))
        posts = []

        async def record_both(ctx: Any) -> None:
            await sales.record_many(ctx, [draft], OnUnknownCustomer.KEEP)
            posts.append(asyncio.create_task(client.post(PATH, json=back())))
            done, _ = await asyncio.wait(posts, timeout=0.3)
            assert not done

        await new_sessions().write(record_both)
        (answer,) = await asyncio.gather(*posts)
        assert (answer.status_code, answer.json()["customer_id"]) == (201, customer["id"])
        sale, returned = sorted(
            (await api.get(client, PATH, source="till"))["items"], key=lambda item: item["kind"], reverse=True
        )
        assert (sale["returned"], returned["customer_id"]) == ("100.00", customer["id"])
        kept, summed = await summed_anew(db)
        assert kept == summed and await net(client, customer["id"]) == [("200.00", "100.00", "100.00", 1)]


def discount_back(amount: str, **changes: Any) -> dict[str, Any]:
    """A receipt that takes a discount back, of the second line of S."""
    of = {"receipt_no": "S", "line_no": 2}
    line = {"kind": "discount", "quantity": "1", "unit_price": amount, "refund_of": of}
    return make.sale(lines=[line], payments=[], total=amount, **changes)


def discounted(**changes: Any) -> dict[str, Any]:
    """A receipt S of 10.00, less a discount of 4.00."""
    lines = [make.line("10.00"), {"kind": "discount", "quantity": "1", "unit_price": "-4.00"}]
    return make.sale(receipt_no="S", lines=lines, payments=[], total="6.00", **changes)


class TestOfADiscountLine:
    async def test_no_more_than_was_given(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client, discounted(customer={"id": customer["id"]}))
        assert await refused(client, discount_back("4.02")) == ("/lines/0/refund_of", "exceeds")
        paid = await make.record_sale(client, discount_back("4.00", receipt_no="P"))
        assert (paid["kind"], paid["gross"], paid["refunded"], paid["balanced"]) == ("other", "4.00", "0.00", True)
        assert await refused(client, discount_back("4.00")) == ("/lines/0/refund_of", "exceeds")
        after = await read(client, sale)
        assert [line["returned_total"] for line in after["lines"]] == ["0.00", "4.00"]
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == ("0.00", False, False)
        assert await net(client, customer["id"]) == [("10.00", "0.00", "10.00", 1)]
        # 10.00 were paid by now, and can come back; units count once.
        back = await make.record_sale(client, make.sale(lines=[make.refund("S")], payments=[], total="-10.00"))
        assert (back["gross"], back["refunded"]) == ("0.00", "10.00")
        after = await read(client, sale)
        assert (after["returned"], after["fully_returned"], after["over_returned"]) == ("6.00", True, False)
        assert [(g, r, n) for g, r, n, _ in await net(client, customer["id"])] == [("10.00", "10.00", "0.00")]

    async def test_one_batch(self, client: httpx.AsyncClient) -> None:
        bodies = [discounted(), discount_back("3.00"), discount_back("1.00"), discount_back("1.00")]
        content = "\n".join(json.dumps(body) for body in bodies)
        answer = await client.post(f"{PATH}/batch", content=content, headers=api.JSON_LINES)
        assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201, 201, 201, 409]

    @pytest.mark.parametrize(("amount", "over"), [("400.00", True), ("4.02", True), ("4.01", False), ("4.00", False)])
    async def test_before_its_sale_is_flagged(self, client: httpx.AsyncClient, amount: str, over: bool) -> None:
        await make.record_sale(client, discount_back(amount))
        sale = await make.record_sale(client, discounted())
        shown = "4.00" if amount == "4.01" else amount
        assert (sale["over_returned"], sale["lines"][1]["returned_total"]) == (over, shown)

    async def test_a_revision_below_what_was_taken_back(self, client: httpx.AsyncClient) -> None:
        body = discounted()
        await make.record_sale(client, body)
        await make.record_sale(client, discount_back("4.00"))
        less = {**body, "revision": 1, "total": "7.00"}
        less["lines"] = [body["lines"][0], {**body["lines"][1], "unit_price": "-3.00"}]
        assert await refused(client, less) == ("/lines/1", "exceeds")

    async def test_a_discount_on_what_was_given_back_cannot_be_taken_back(self, client: httpx.AsyncClient) -> None:
        discount = {"kind": "discount", "quantity": "1", "unit_price": "4.00"}
        lines = [make.line("-10.00", quantity="-1", unit_price="10.00"), discount]
        await make.record_sale(client, make.sale(receipt_no="S", lines=lines, payments=[], total="-6.00"))
        assert await refused(client, discount_back("4.00")) == ("/lines/0/refund_of", "exceeds")
