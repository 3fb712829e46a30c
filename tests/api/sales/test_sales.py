"""Receipts through the API: a class for each thing that happens to one."""

import itertools
import json
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.make.customers import create
from tests.support import api
from tests.support.api import pages, pointers
from tests.support.application import TestClock
from tests.support.sales import summed_anew

PATH = "/v1/sales"
VISA = "4111 1111 1111 1111"


async def record(client: httpx.AsyncClient, body: dict[str, Any], status: int = 201, **query: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=body, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def totals(db: Any, customer_id: str, currency: str = "GBP") -> dict[str, Any]:
    row = await db.fetchrow(
        "SELECT receipts, purchases, returns, gross, refunded, net FROM customer_totals "
        "WHERE customer_id = $1 AND currency = $2",
        customer_id,
        currency,
    )
    return dict(row) if row else {}


class TestRecord:
    async def test_answers_with_the_receipt(self, client: httpx.AsyncClient) -> None:
        body = make.sale(
            receipt_no="A-1",
            occurred_at="2026-03-01T23:30:00.25-05:00",
            site="Leeds",
            till="3",
            operator="mia",
            channel="online",
            lines=[
                make.line(
                    category="Food", quantity="0.375", unit_price="8.00", discount="0.50", tax="0.42", total="2.50"
                ),
                {"line_no": 7, "quantity": "2", "unit_price": "1"},
            ],
            payments=[
                {"method": "voucher", "amount": "4", "reference": "V-1"},
                {"method": "cash", "amount": "0.5"},
            ],
            total="4.5",
            attributes={"table": 4},
        )
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        sale = answer.json()
        assert answer.headers["location"] == f"{PATH}/{sale['id']}"
        assert answer.headers["etag"] == '"1"'
        assert sale["occurred_at"] == "2026-03-02T04:30:00.250000Z"
        assert sale["business_date"] == "2026-03-01"  # the day as the till had it
        assert (sale["kind"], sale["match"], sale["balanced"]) == ("sale", "anonymous", True)
        assert (sale["total"], sale["revision"], sale["customer_id"]) == ("4.50", 0, None)
        assert [(li["line_no"], li["quantity"], li["total"]) for li in sale["lines"]] == [
            (1, "0.375", "2.50"),
            (7, "2", "2.00"),
        ]
        assert [p["amount"] for p in sale["payments"]] == ["4", "0.5"]
        for name in ("source", "receipt_no", "site", "till", "operator", "channel", "currency", "attributes"):
            assert sale[name] == body[name]
        assert (await client.get(answer.headers["location"])).json() == sale

    async def test_the_least_there_is(self, client: httpx.AsyncClient) -> None:
        sale = await record(
            client,
            {"source": "till", "receipt_no": "1", "occurred_at": "2026-03-01T10:00:00Z", "currency": "JPY"},
        )
        assert (sale["total"], sale["kind"], sale["lines"], sale["balanced"]) == ("0", "sale", [], True)

    @pytest.mark.parametrize(
        ("quantities", "kind"),
        [(["1"], "sale"), (["-1"], "return"), (["1", "-1"], "exchange"), (["0", "-1"], "return"), (["0"], "sale")],
    )
    async def test_signs_tell_the_kind(self, client: httpx.AsyncClient, quantities: list[str], kind: str) -> None:
        lines = [{"quantity": q, "unit_price": "2.00"} for q in quantities]
        assert (await record(client, make.sale(lines=lines, payments=[], total=None)))["kind"] == kind

    @pytest.mark.parametrize(
        ("currency", "price", "total"),
        [("GBP", "1.005", "1.01"), ("JPY", "99.5", "100"), ("KWD", "1.0005", "1.001"), ("EUR", "3", "3.00")],
    )
    async def test_line_totals_are_rounded_to_the_coin(
        self, client: httpx.AsyncClient, currency: str, price: str, total: str
    ) -> None:
        body = make.sale(currency=currency, lines=[{"quantity": "1", "unit_price": price}], payments=[], total=None)
        assert (await record(client, body))["total"] == total

    @pytest.mark.parametrize(
        "changes",
        [
            {"lines": [make.line("9.00")]},
            {"lines": [make.line("10.00", unit_price="8.00")]},
            {"payments": [{"method": "cash", "amount": "9.00"}]},
            {"total": "11.00"},
        ],
    )
    async def test_what_does_not_add_up_is_kept_and_flagged(self, client: httpx.AsyncClient, changes: Any) -> None:
        sale = await record(client, make.sale(**changes))
        assert sale["balanced"] is False
        listed = (await client.get(PATH, params={"balanced": "false"})).json()["items"]
        assert [item["id"] for item in listed] == [sale["id"]]

    async def test_an_optional_text_that_is_blank_is_absent(self, client: httpx.AsyncClient, db: Any) -> None:
        """A till says with blanks that it has nothing to say. What is required must be there."""
        customer = {"email": "b@example.com", "phone": "", "name": " "}
        line = make.line(sku=" ", name="", category="\u00a0", batch="\t")
        blank = {"site": "", "till": " ", "operator": "\u200b", "customer": customer, "lines": [line]}
        payments = [{"method": "card", "amount": "10.00", "reference": ""}]
        sale = await record(client, make.sale(receipt_no="B", payments=payments, **blank))
        assert (sale["site"], sale["till"], sale["operator"]) == (None, None, None)
        assert {sale["lines"][0][name] for name in ("sku", "name", "category", "batch")} == {None}
        assert (sale["customer"], sale["match"]) == ({"email": "b@example.com"}, "matched")
        lines = [make.line(sku=None, name=None, category=None, batch=None)]
        again = make.sale(receipt_no="B", lines=lines, customer={"email": "b@example.com"})
        assert (await record(client, again, 200))["id"] == sale["id"]
        bodies = [make.sale(**blank), make.sale(receipt_no=" "), make.sale(payments=[{**payments[0], "method": ""}])]
        answers = await api.batch(client, PATH, *bodies)
        assert [answer["status"] for answer in answers] == [201, 422, 422]
        assert await db.fetchval("SELECT count(*) FROM sites") == 0

    async def test_sites_and_products_fill_themselves(self, client: httpx.AsyncClient, db: Any) -> None:
        await record(
            client, make.sale(site="Leeds", lines=[make.line("6.00"), make.line("4.00", sku="C-1", name="Cup")])
        )
        await record(client, make.sale(site="Leeds"))
        assert [r["code"] for r in await db.fetch("SELECT code FROM sites")] == ["Leeds"]
        products = await db.fetch("SELECT sku, name FROM products ORDER BY sku")
        assert [tuple(r) for r in products] == [("C-1", "Cup"), ("TEA-1", "Tea")]

    async def test_is_told_on_the_event_log(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await record(client, make.sale(site="Leeds"))
        event = await db.fetchrow("SELECT * FROM events")
        assert (event["type"], str(event["subject_id"]), event["customer_id"]) == ("sale.recorded", sale["id"], None)
        assert event["title"] == "Bought for 10.00 GBP at Leeds (1 item)"

    async def test_a_line_number_twice(self, client: httpx.AsyncClient, db: Any) -> None:
        answer = await client.post(PATH, json=make.sale(lines=[make.line("4.00", line_no=2), make.line("6.00")]))
        assert (answer.status_code, pointers(answer)) == (422, ["/lines/1/line_no"])
        assert await db.fetchval("SELECT count(*) FROM sales") == 0

    @pytest.mark.parametrize("currency", ["GBX", "gbp", "XXXX"])
    async def test_an_unknown_currency(self, client: httpx.AsyncClient, currency: str) -> None:
        answer = await client.post(PATH, json=make.sale(currency=currency))
        assert (answer.status_code, pointers(answer)) == (422, ["/currency"])

    @pytest.mark.parametrize("currency", ["GBP", "JPY", "KWD", "CLF"])
    async def test_sums_beyond_what_can_be_spelled(self, client: httpx.AsyncClient, db: Any, currency: str) -> None:
        """Twelve digits times twelve digits is more than an amount may have."""
        most = {"quantity": "999999999999.999999", "unit_price": "999999999999.999999"}
        answer = await client.post(PATH, json=make.sale(currency=currency, lines=[most], payments=[], total=None))
        assert (answer.status_code, pointers(answer)) == (422, ["/lines/0/total"])
        many = [{"quantity": "1", "unit_price": "999999999999"}] * 2
        answer = await client.post(PATH, json=make.sale(currency=currency, lines=many, payments=[], total=None))
        assert (answer.status_code, pointers(answer)) == (422, ["/total"])
        assert await db.fetchval("SELECT count(*) FROM sales") == 0


class TestAgain:
    async def test_the_same_is_answered_as_the_first_time(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        body = make.sale(customer={"phone": "020 7946 0100"})
        first = await record(client, body)
        clock.tick()
        assert await record(client, body, 200) == first
        assert await db.fetchval("SELECT count(*) FROM sales") == 1
        assert (await totals(db, first["customer_id"]))["receipts"] == 1

    @pytest.mark.parametrize(
        "spelling",
        [
            {"occurred_at": "2026-03-01T12:15:00+02:00"},
            {"channel": "in_store"},
            {"revision": 0},
            {"customer": None, "site": None, "attributes": {}},
            {"total": "10"},
            {"lines": [make.line("10.0", line_no=1, discount="0", tax="0.00")]},
        ],
    )
    async def test_the_same_in_another_spelling(self, client: httpx.AsyncClient, spelling: Any) -> None:
        body = make.sale()
        first = await record(client, body)
        assert await record(client, {**body, **spelling}, 200) == first

    @pytest.mark.parametrize(
        ("change", "places"),
        [
            ({"total": "11.00"}, ["/total"]),
            ({"site": "Leeds", "till": "2"}, ["/site", "/till"]),
            ({"lines": [make.line("10.00", sku="OTHER")]}, ["/lines/0/sku"]),
            ({"lines": [make.line("4.00"), make.line("6.00")]}, ["/lines"]),
            ({"occurred_at": "2026-03-01T10:15:01Z"}, ["/occurred_at"]),
            ({"payments": [{"method": "cash", "amount": "10.00"}]}, ["/payments/0/method"]),
            ({"customer": {"phone": "020 7946 0100"}}, ["/customer"]),
            ({"attributes": {"a": 1}}, ["/attributes/a"]),
        ],
    )
    async def test_other_content_is_refused_naming_the_differences(
        self, client: httpx.AsyncClient, db: Any, change: Any, places: list[str]
    ) -> None:
        body = make.sale()
        first = await record(client, body)
        answer = await client.post(PATH, json={**body, **change})
        assert answer.status_code == 409
        assert (answer.json()["code"], answer.json()["sale_id"]) == ("RECEIPT_DIFFERS", first["id"])
        assert pointers(answer) == places
        assert (await client.get(f"{PATH}/{first['id']}")).json() == first
        assert await db.fetchval("SELECT count(*) FROM customers") == 0

    async def test_a_difference_has_both_values(self, client: httpx.AsyncClient) -> None:
        body = make.sale()
        await record(client, body)
        (error,) = (await client.post(PATH, json={**body, "total": "11.00"})).json()["errors"]
        assert (error["stored"], error["sent"], error["code"]) == ("10.00", "11.00", "differs")

    async def test_a_number_is_unique_within_its_source(self, client: httpx.AsyncClient) -> None:
        body = make.sale()
        await record(client, body)
        await record(client, {**body, "source": "webshop"})


class TestRevisions:
    @pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
    async def test_the_highest_stands_whatever_comes_first(
        self, client: httpx.AsyncClient, db: Any, order: tuple[int, ...]
    ) -> None:
        highest = 0
        for revision in order:
            body = make.sale(
                receipt_no="R",
                revision=revision,
                customer={"email": f"buyer{revision % 2}@example.com"},
                lines=[make.line(f"{revision}.00")] * revision,
                payments=[],
                total=None,
            )
            answer = await client.post(PATH, json=body)
            assert answer.status_code == (200 if highest else 201), answer.text
            assert answer.headers.get("receipt-stale") == ("true" if revision < highest else None)
            highest = max(highest, revision)
            assert (answer.json()["revision"], len(answer.json()["lines"])) == (highest, highest)
        sale = (await client.get(PATH)).json()["items"][0]
        assert (sale["total"], sale["customer"]) == ("9.00", {"email": "buyer1@example.com"})
        kept, summed = await summed_anew(db)
        assert kept == summed and [row[7] for row in kept] == [Decimal("9.00")]

    async def test_an_old_one_with_other_content_is_stale_not_a_conflict(self, client: httpx.AsyncClient) -> None:
        body = make.sale(revision=5)
        first = await record(client, body)
        answer = await client.post(PATH, json={**body, "revision": 4, "site": "Leeds"})
        assert (answer.status_code, answer.json()) == (200, first)
        assert answer.headers["receipt-stale"] == "true"

    async def test_the_same_revision_with_other_content(self, client: httpx.AsyncClient) -> None:
        body = make.sale(revision=5)
        await record(client, body)
        assert pointers(await client.post(PATH, json={**body, "site": "Leeds"})) == ["/site"]

    async def test_keeps_id_and_first_moment_and_counts_versions(
        self, client: httpx.AsyncClient, clock: TestClock, db: Any
    ) -> None:
        body = make.sale()
        first = await record(client, body)
        clock.tick()
        revised = await record(client, {**body, "revision": 1, "site": "Leeds", "lines": []}, 200)
        assert (revised["id"], revised["version"], revised["site"]) == (first["id"], 2, "Leeds")
        assert revised["lines"] == []
        assert revised["created_at"] == first["created_at"] < revised["updated_at"]
        types = await db.fetch("SELECT type FROM events ORDER BY seq")
        assert [r["type"] for r in types] == ["sale.recorded", "sale.revised"]

    async def test_moves_the_purchase_to_another_customer(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.sale(customer={"email": "one@example.com"})
        first = await record(client, body)
        revised = await record(client, {**body, "revision": 1, "customer": {"email": "two@example.com"}}, 200)
        assert revised["customer_id"] != first["customer_id"]
        assert await totals(db, first["customer_id"]) == {}
        assert (await totals(db, revised["customer_id"]))["net"] == 10

    async def test_without_a_buyer_leaves_the_one_who_was_named(self, client: httpx.AsyncClient) -> None:
        customer = await create(client)
        body = make.sale()
        sale = await record(client, body)
        await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": customer["id"]})
        revised = await record(client, {**body, "revision": 1, "site": "Leeds"}, 200)
        assert (revised["customer_id"], revised["match"]) == (customer["id"], "matched")

    async def test_with_an_ambiguous_buyer_leaves_the_one_who_was_named(self, client: httpx.AsyncClient) -> None:
        phone = make.phone(shared=True)
        one, _ = await create(client, contact_points=[phone]), await create(client, contact_points=[phone])
        body = make.sale(customer={"phone": phone["value"]})
        sale = await record(client, body)
        await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": one["id"]})
        revised = await record(client, {**body, "revision": 1, "site": "Leeds"}, 200)
        assert (revised["customer_id"], revised["match"], revised["candidates"]) == (one["id"], "matched", [])

    async def test_of_a_void_receipt_stays_void(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.sale(customer={"email": "one@example.com"})
        sale = await record(client, body)
        await client.post(f"{PATH}/{sale['id']}/void", json={"reason": "Wrong till"})
        revised = await record(client, {**body, "revision": 1, "site": "Leeds"}, 200)
        assert revised["voided_at"] is not None
        assert await totals(db, sale["customer_id"]) == {}


class TestReturns:
    SALE: ClassVar[dict[str, Any]] = {
        "lines": [make.line("30.00", quantity="3", unit_price="10.00"), make.line("5.00", sku="C-1")],
        "payments": [],
        "total": "35.00",
    }

    @staticmethod
    def back(quantity: str = "-1", total: str = "-10.00", receipt_no: str = "S", **more: Any) -> dict[str, Any]:
        lines = [make.refund(receipt_no, more.pop("line_no", 1), quantity, total)]
        return make.sale(lines=lines, payments=[], total=total, **more)

    async def test_up_to_what_was_sold(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        assert (await record(client, self.back()))["kind"] == "return"
        await record(client, self.back("-2", "-20.00"))
        answer = await client.post(PATH, json=self.back())
        assert (answer.status_code, answer.json()["code"]) == (409, "REFUND_EXCEEDS_SALE")
        assert pointers(answer) == ["/lines/0/refund_of"]

    @pytest.mark.parametrize(("quantity", "total"), [("-4", "-30.00"), ("-3.000001", "-30.00"), ("-3", "-30.02")])
    async def test_more_than_was_sold(self, client: httpx.AsyncClient, quantity: str, total: str) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        assert (await client.post(PATH, json=self.back(quantity, total))).status_code == 409

    async def test_a_penny_of_rounding_is_forgiven(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        await record(client, self.back("-3", "-30.01"))

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    async def test_three_returns_of_two_in_every_order(self, client: httpx.AsyncClient, order: tuple[int, ...]) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        sizes = [("-1", "-10.00"), ("-2", "-20.00"), ("-2", "-20.00")]
        taken = Decimal(0)
        for n in order:
            answer = await client.post(PATH, json=self.back(*sizes[n], receipt_no="S"))
            fits = taken - Decimal(sizes[n][0]) <= 3
            assert answer.status_code == (201 if fits else 409), answer.text
            taken -= Decimal(sizes[n][0]) if fits else 0

    async def test_before_the_sale_is_known(self, client: httpx.AsyncClient) -> None:
        """A till was offline: what is returned first is taken, and counts against the sale when it comes."""
        await record(client, self.back("-2", "-20.00"))
        await record(client, make.sale(receipt_no="S", **self.SALE))
        assert (await client.post(PATH, json=self.back("-2", "-20.00"))).status_code == 409
        await record(client, self.back())

    async def test_of_another_source_has_nothing_to_do_with_it(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        await record(client, self.back("-9", "-90.00", source="webshop"))
        await record(client, self.back("-3", "-30.00"))

    async def test_twice_on_one_receipt(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        both = [make.refund("S", 1, "-2", "-20.00"), make.refund("S", 1, "-2", "-20.00")]
        answer = await client.post(PATH, json=make.sale(lines=both, payments=[], total="-40.00"))
        assert (answer.status_code, pointers(answer)) == (409, ["/lines/1/refund_of"])

    async def test_the_same_again_is_not_counted_twice(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        body = self.back("-2", "-20.00")
        first = await record(client, body)
        assert await record(client, body, 200) == first
        await record(client, self.back())

    async def test_a_revision_counts_in_the_place_of_what_it_replaces(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        body = self.back("-2", "-20.00")
        await record(client, body)
        more = self.back("-3", "-30.00", revision=1)
        await record(client, {**more, "receipt_no": body["receipt_no"]}, 200)
        assert (await client.post(PATH, json=self.back())).status_code == 409

    async def test_a_void_return_gives_back_what_it_took(self, client: httpx.AsyncClient) -> None:
        await record(client, make.sale(receipt_no="S", **self.SALE))
        taken = await record(client, self.back("-3", "-30.00"))
        await client.post(f"{PATH}/{taken['id']}/void", json={"reason": "Mistake"})
        await record(client, self.back("-3", "-30.00"))

    async def test_an_exchange_is_told_apart_in_the_sums(self, client: httpx.AsyncClient, db: Any) -> None:
        buyer = {"email": "one@example.com"}
        await record(client, make.sale(receipt_no="S", customer=buyer, **self.SALE))
        lines = [make.refund("S"), make.line("25.00")]
        sale = await record(client, make.sale(lines=lines, payments=[], total="15.00", customer=buyer))
        assert sale["kind"] == "exchange"
        assert await totals(db, sale["customer_id"]) == {
            "receipts": 2,
            "purchases": 2,
            "returns": 0,
            "gross": 60,
            "refunded": 10,
            "net": 50,
        }


class TestBuyers:
    async def test_nobody_is_anonymous(self, client: httpx.AsyncClient, db: Any) -> None:
        for n, customer in enumerate([None, {}, {"id": None, "phone": None, "identity": None}]):
            sale = await record(client, make.sale(customer=customer))
            assert (sale["match"], sale["customer_id"]) == ("anonymous", None), n
        assert await db.fetchval("SELECT count(*) FROM customers") == 0

    async def test_found_by_id(self, client: httpx.AsyncClient) -> None:
        customer = await create(client)
        sale = await record(client, make.sale(customer={"id": customer["id"], "phone": "020 7946 0200"}))
        assert (sale["match"], sale["customer_id"]) == ("matched", customer["id"])

    @pytest.mark.parametrize(
        "buyer",
        [
            {"identity": make.identity("loyalty", "L-1")},
            {"phone": "+44 20 7946 0200"},
            {"phone": "(020) 7946-0200"},
            {"email": "ADA@example.COM"},
            {"identity": make.identity("loyalty", "unknown"), "phone": "020 7946 0200"},
            {"id": str(uuid4()), "email": "ada@example.com"},
        ],
    )
    async def test_found_by_what_is_known(self, client: httpx.AsyncClient, db: Any, buyer: Any) -> None:
        customer = await create(
            client,
            identities=[make.identity("loyalty", "L-1")],
            contact_points=[make.phone("020 7946 0200"), make.email("ada@example.com")],
        )
        sale = await record(client, make.sale(customer=buyer))
        assert (sale["match"], sale["customer_id"], sale["customer"]) == ("matched", customer["id"], buyer)
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_an_identity_and_a_phone_of_different_customers_are_ambiguous(
        self, client: httpx.AsyncClient
    ) -> None:
        card = make.identity()
        owner = await create(client, identities=[card])
        other = await create(client, contact_points=[make.phone("020 7946 0200")])
        sale = await record(client, make.sale(customer={"identity": card, "phone": "020 7946 0200"}))
        assert (sale["match"], sale["customer_id"]) == ("ambiguous", None)
        assert sale["candidates"] == sorted([owner["id"], other["id"]])

    async def test_an_unknown_one_is_made_once(self, client: httpx.AsyncClient, db: Any) -> None:
        buyer = {
            "identity": make.identity("loyalty", "L-9"),
            "phone": "020 7946 0300",
            "email": "new@example.com",
            "name": "Ada Okafor",
        }
        first = await record(client, make.sale(customer=buyer))
        second = await record(client, make.sale(customer={"email": "new@example.com"}))
        assert first["match"] == "matched" and second["customer_id"] == first["customer_id"]
        made = (await client.get(f"/v1/customers/{first['customer_id']}")).json()
        said = (made["display_name"], made["acquisition_source"], made["created_by_source"])
        assert said == ("Ada Okafor", None, "till")
        assert [p["normalized"] for p in made["contact_points"]] == ["+442079460300", "new@example.com"]
        assert made["identities"] == [buyer["identity"]]
        types = {r["type"] for r in await db.fetch("SELECT type FROM events")}
        assert types == {"customer.created", "sale.recorded"}

    async def test_an_unknown_one_may_be_left_open(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await record(client, make.sale(customer={"phone": "020 7946 0300"}), on_unknown_customer="keep")
        assert (sale["match"], sale["customer_id"]) == ("unmatched", None)
        assert await db.fetchval("SELECT count(*) FROM customers") == 0

    @pytest.mark.parametrize(
        "buyer", [{"phone": "not a number"}, {"email": "x@"}, {"name": "Ada"}, {"id": str(uuid4())}]
    )
    async def test_nothing_to_find_one_by_is_kept_unmatched(self, client: httpx.AsyncClient, buyer: Any) -> None:
        sale = await record(client, make.sale(customer=buyer))
        assert (sale["match"], sale["customer_id"], sale["customer"]) == ("unmatched", None, buyer)

    async def test_several_who_may_be_meant(self, client: httpx.AsyncClient) -> None:
        phone = make.phone(shared=True)
        both = [await create(client, contact_points=[phone]) for _ in range(2)]
        sale = await record(client, make.sale(customer={"phone": phone["value"]}))
        assert (sale["match"], sale["customer_id"]) == ("ambiguous", None)
        assert sale["candidates"] == sorted(c["id"] for c in both)

    async def test_a_second_hint_decides_between_them(self, client: httpx.AsyncClient) -> None:
        phone = make.phone(shared=True)
        await create(client, contact_points=[phone])
        two = await create(client, contact_points=[phone, make.email("two@example.com")])
        sale = await record(client, make.sale(customer={"phone": phone["value"], "email": "two@example.com"}))
        assert (sale["match"], sale["customer_id"]) == ("matched", two["id"])

    @pytest.mark.parametrize("how", ["archived", "invalid"])
    async def test_a_dead_point_is_nobodys(self, client: httpx.AsyncClient, how: str) -> None:
        point = make.phone("020 7946 0400", invalid=how == "invalid")
        customer = await create(client, contact_points=[point])
        if how == "archived":
            await client.post(f"/v1/customers/{customer['id']}/archive")
        sale = await record(client, make.sale(customer={"phone": "020 7946 0400"}))
        assert sale["customer_id"] not in (None, customer["id"])


class TestClaim:
    async def test_gives_the_receipt_to_its_buyer(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await create(client)
        sale = await record(client, make.sale())
        answer = await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": customer["id"]})
        assert answer.status_code == 200, answer.text
        assert (answer.json()["customer_id"], answer.json()["match"]) == (customer["id"], "matched")
        assert answer.json()["version"] == 2
        assert (await totals(db, customer["id"]))["net"] == 10
        again = await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": customer["id"]})
        assert again.json() == answer.json()

    async def test_an_ambiguous_one_has_no_candidates_left(self, client: httpx.AsyncClient) -> None:
        phone = make.phone(shared=True)
        one, _ = await create(client, contact_points=[phone]), await create(client, contact_points=[phone])
        sale = await record(client, make.sale(customer={"phone": phone["value"]}))
        claimed = (await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": one["id"]})).json()
        assert (claimed["match"], claimed["candidates"]) == ("matched", [])

    async def test_what_is_somebody_elses(self, client: httpx.AsyncClient) -> None:
        sale = await record(client, make.sale(customer={"email": "one@example.com"}))
        other = await create(client)
        answer = await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": other["id"]})
        assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_CLAIMED")
        assert answer.json()["customer_id"] == sale["customer_id"]

    async def test_for_nobody(self, client: httpx.AsyncClient) -> None:
        sale = await record(client, make.sale())
        answer = await client.post(f"{PATH}/{sale['id']}/claim", json={"customer_id": str(uuid4())})
        assert (answer.status_code, pointers(answer)) == (422, ["/customer_id"])

    async def test_of_nothing(self, client: httpx.AsyncClient) -> None:
        customer = await create(client)
        answer = await client.post(f"{PATH}/{uuid4()}/claim", json={"customer_id": customer["id"]})
        assert answer.status_code == 404


class TestVoid:
    async def test_leaves_the_sums_and_keeps_the_number(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        buyer = {"email": "one@example.com"}
        body = make.sale(customer=buyer)
        sale = await record(client, body)
        await record(client, make.sale(customer=buyer, occurred_at="2026-02-01T10:00:00Z"))
        voided = (await client.post(f"{PATH}/{sale['id']}/void", json={"reason": "Wrong till"})).json()
        assert voided["voided_at"] == clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert (voided["void_reason"], voided["version"]) == ("Wrong till", 2)
        assert (await totals(db, sale["customer_id"]))["receipts"] == 1
        kept, summed = await summed_anew(db)
        assert kept == summed
        assert await record(client, body, 200) == voided
        again = await client.post(f"{PATH}/{sale['id']}/void", json={"reason": "Another"})
        assert again.json() == voided

    async def test_the_last_one_leaves_no_sums(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await record(client, make.sale(customer={"email": "one@example.com"}))
        await client.post(f"{PATH}/{sale['id']}/void", json={"reason": "x"})
        assert await totals(db, sale["customer_id"]) == {}

    async def test_of_nothing(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(f"{PATH}/{uuid4()}/void", json={"reason": "x"})).status_code == 404


class TestList:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({}, ["C", "B", "A"]),
            ({"sort": "occurred_at"}, ["A", "B", "C"]),
            ({"source": "webshop"}, ["C"]),
            ({"receipt_no": "B"}, ["B"]),
            ({"site": "Leeds"}, ["A"]),
            ({"till": "7"}, ["B"]),
            ({"kind": "return"}, ["B"]),
            ({"match": "matched"}, ["A"]),
            ({"match": "anonymous"}, ["C", "B"]),
            ({"match": "unmatched"}, []),
            ({"match": "ambiguous"}, []),
            ({"balanced": "true"}, ["B", "A"]),
            ({"balanced": "false"}, ["C"]),
            ({"voided": "yes"}, ["B"]),
            ({"voided": "no"}, ["C", "A"]),
            ({"occurred_since": "2026-03-02T10:00:00Z", "occurred_before": "2026-03-03T10:00:00Z"}, ["B"]),
            ({"site": "Leeds", "till": "7"}, []),
        ],
    )
    async def test_filters(self, client: httpx.AsyncClient, query: Any, expected: list[str]) -> None:
        day = "2026-03-0{}T10:00:00Z".format
        await record(
            client, make.sale(receipt_no="A", occurred_at=day(1), site="Leeds", customer={"email": "a@b.example"})
        )
        back = {"lines": [make.line("-5.00", quantity="-1", unit_price="5.00")], "payments": [], "total": "-5.00"}
        b = await record(client, make.sale(receipt_no="B", occurred_at=day(2), till="7", **back))
        await record(client, make.sale(receipt_no="C", occurred_at=day(3), source="webshop", total="11.00"))
        await client.post(f"{PATH}/{b['id']}/void", json={"reason": "x"})
        page = (await client.get(PATH, params=query)).json()
        assert [item["receipt_no"] for item in page["items"]] == expected

    async def test_by_customer(self, client: httpx.AsyncClient) -> None:
        sale = await record(client, make.sale(customer={"email": "a@b.example"}))
        await record(client, make.sale(customer={"email": "b@b.example"}))
        page = (await client.get(PATH, params={"customer_id": sale["customer_id"]})).json()
        assert page["items"] == [sale]

    @pytest.mark.parametrize("sort", ["occurred_at", "-occurred_at"])
    async def test_walked_while_late_receipts_arrive(self, client: httpx.AsyncClient, sort: str) -> None:
        moment = "2026-03-01T10:{:02}:00Z".format
        there = [await record(client, make.sale(occurred_at=moment(n // 2))) for n in range(10)]
        numbers = itertools.count()

        async def arrive() -> None:
            await record(client, make.sale(occurred_at=moment(next(numbers) % 6)))

        seen = [item["id"] for item in await pages(client, PATH, arrive, sort=sort, limit=3)]
        assert len(set(seen)) == len(seen)
        assert {sale["id"] for sale in there} <= set(seen)


class TestCardNumbers:
    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"receipt_no": "4111 1111 1111 1111"}, "/receipt_no"),
            ({"receipt_no": "visa 4111111111111111"}, "/receipt_no"),
            ({"operator": f"paid with {VISA} today"}, "/operator"),
            (
                {"payments": [{"method": "card", "amount": "10.00", "reference": "4111-1111-1111-1111"}]},
                "/payments/0/reference",
            ),
            ({"lines": [make.line(sku="3782 822463 10005")]}, "/lines/0/sku"),
            ({"lines": [make.line(name="Gift 5555 5555 5555 4444")]}, "/lines/0/name"),
            ({"customer": {"name": "６０１１１１１１１１１１１１１７"}}, "/customer/name"),
            ({"customer": {"identity": make.identity("card", VISA)}}, "/customer/identity/external_id"),
            ({"customer": {"identity": make.identity("card", "4111111111111111")}}, "/customer/identity/external_id"),
            ({"attributes": {"deep": [{"pan": VISA}]}}, "/attributes/deep/0/pan"),
            ({"attributes": {"pan": 4111111111111111}}, "/attributes/pan"),
            ({"attributes": {"4111111111111111": 1}}, "/attributes/4111111111111111"),
        ],
    )
    async def test_is_refused_wherever_it_stands(
        self, client: httpx.AsyncClient, db: Any, change: Any, place: str
    ) -> None:
        answer = await client.post(PATH, json=make.sale(**change))
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(place, "payment_card_number")]
        assert "1111 1111" not in answer.text and "111111111111" not in answer.text.replace(place, "")
        assert await db.fetchval("SELECT count(*) FROM sales") == 0

    async def test_as_a_float(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=make.sale(attributes={"pan": 4111111111111111.0}))
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        "change",
        [
            {"receipt_no": "4111111111111112"},
            {"receipt_no": "4111111111111111"},
            {"receipt_no": "2612310000000005"},
            {"customer": {"phone": "+49 1511 2345678"}},
            {"lines": [make.line(name="Tea 5022830388368")]},
            {"receipt_no": "2026030110150000017"},
            {"lines": [make.line(sku="5901234123457")]},
            {"payments": [{"method": "card", "amount": "10.00", "reference": "****1111"}]},
            {"attributes": {"ean": "4006381333931 x"}},
        ],
    )
    async def test_other_numbers_are_let_through(self, client: httpx.AsyncClient, change: Any) -> None:
        await record(client, make.sale(**change))


class TestBatch:
    @staticmethod
    async def post(client: httpx.AsyncClient, bodies: list[Any], **query: Any) -> list[dict[str, Any]]:
        content = "\n".join(body if isinstance(body, str) else json.dumps(body) for body in bodies)
        headers = {"content-type": "application/x-ndjson"}
        answer = await client.post(f"{PATH}/batch", content=content.encode(), headers=headers, params=query)
        assert answer.status_code == 200, answer.text
        return [json.loads(text) for text in answer.text.splitlines()]

    async def test_a_result_for_each_line_in_order(self, client: httpx.AsyncClient, db: Any) -> None:
        one, two = make.sale(revision=1, customer={"email": "a@b.example"}), make.sale()
        results = await self.post(
            client,
            [
                one,
                two,
                two,
                {**two, "site": "Leeds"},
                {**one, "revision": 0},
                make.sale(operator=VISA),
                "[]",
                {**one, "revision": 2, "site": "Leeds"},
            ],
        )
        assert [r["line"] for r in results] == list(range(1, 9))
        assert [r["status"] for r in results] == [201, 201, 200, 409, 200, 422, 422, 200]
        assert results[2]["replayed"] is True and results[2]["id"] == results[1]["id"]
        assert results[4]["stale"] is True
        assert results[7]["id"] == results[0]["id"]
        assert await db.fetchval("SELECT count(*) FROM sales") == 2
        kept, summed = await summed_anew(db)
        assert kept == summed

    async def test_of_many_lines_sent_twice_is_stored_once(self, client: httpx.AsyncClient, db: Any) -> None:
        bodies = [
            make.sale(customer={"identity": {"system": "loyalty", "external_id": f"L{n % 40}"}}) for n in range(1200)
        ]
        bodies[700] = {**bodies[700], "currency": "???"}
        first, again = await self.post(client, bodies), await self.post(client, bodies)
        assert [r["line"] for r in first if r["status"] != 201] == [701]
        assert {r["status"] for r in again if r["line"] != 701} == {200}
        assert [r.get("id") for r in again] == [r.get("id") for r in first]
        assert await db.fetchval("SELECT count(*) FROM sales") == 1199
        assert await db.fetchval("SELECT count(*) FROM customers") == 40
        kept, summed = await summed_anew(db)
        assert kept == summed

    async def test_returns_what_the_same_batch_sells(self, client: httpx.AsyncClient) -> None:
        sale = make.sale(receipt_no="S")
        back = [make.sale(lines=[make.refund("S")], payments=[], total="-10.00") for _ in range(2)]
        results = await self.post(client, [sale, *back])
        assert [r["status"] for r in results] == [201, 201, 409]

    async def test_leaves_unknown_buyers_open_when_told_to(self, client: httpx.AsyncClient, db: Any) -> None:
        await self.post(client, [make.sale(customer={"email": "a@b.example"})], on_unknown_customer="keep")
        assert await db.fetchval("SELECT match FROM sales") == "unmatched"


STEPS = st.one_of(
    st.tuples(
        st.just("sale"), st.integers(0, 3), st.integers(1, 3), st.sampled_from(["GBP", "EUR"]), st.integers(-3, 5)
    ),
    st.tuples(st.just("void"), st.integers(0, 20)),
    st.tuples(st.just("claim"), st.integers(0, 20), st.integers(1, 3)),
    st.tuples(st.just("revise"), st.integers(0, 20), st.integers(0, 3), st.integers(-3, 5)),
)


class TestTotals:
    @given(steps=st.lists(STEPS, min_size=1, max_size=12))
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    async def test_are_always_the_sum_of_the_receipts(
        self, client: httpx.AsyncClient, db: Any, emptying: Any, steps: list[Any]
    ) -> None:
        await emptying()
        customers = {n: await create(client, identities=[make.identity("loyalty", f"L{n}")]) for n in (1, 2, 3)}
        sales: list[tuple[dict[str, Any], dict[str, Any]]] = []

        def body(n: int, amount: int, **more: Any) -> dict[str, Any]:
            line = {"quantity": "1" if amount > 0 else "-1", "unit_price": str(abs(amount)), "total": str(amount)}
            identity = {"system": "loyalty", "external_id": f"L{n}"}
            buyer = {"identity": identity} if n else None
            return make.sale(lines=[line], payments=[], total=str(amount), customer=buyer, **more)

        for kind, *numbers in steps:
            if kind == "sale":
                n, hour, currency, amount = numbers
                sent = body(n, amount, currency=currency, occurred_at=f"2026-03-01T1{hour}:00:00Z")
                sales.append((sent, await record(client, sent)))
            elif sales:
                sent, stored = sales[numbers[0] % len(sales)]
                if kind == "void":
                    await client.post(f"{PATH}/{stored['id']}/void", json={"reason": "x"})
                elif kind == "claim":
                    customer = customers[numbers[1]]["id"]
                    await client.post(f"{PATH}/{stored['id']}/claim", json={"customer_id": customer})
                else:
                    changed = body(numbers[1], numbers[2])
                    sent.update({k: changed[k] for k in ("lines", "total", "customer")})
                    sent["revision"] = sent.get("revision", 0) + 1
                    await record(client, sent, 200)
            kept, summed = await summed_anew(db)
            assert kept == summed
