"""Receipts that were given to the wrong customer are moved or released; sums and timelines are true afterwards."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.sales import summed_anew

PATH = "/v1/sales"
CARD = {"identity": {"system": "loyalty", "external_id": "BB"}}


async def timeline(client: httpx.AsyncClient, customer: dict[str, Any]) -> list[str]:
    items = (await api.get(client, f"/v1/customers/{customer['id']}/timeline"))["items"]
    return sorted(item["type"] for item in items if item["type"].startswith("sale."))


class TestClaim:
    async def test_brings_all_events_of_the_receipt(self, client: httpx.AsyncClient) -> None:
        customer, sale = await make.create_customer(client), await make.record_sale(client)
        await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": customer["id"]}, 200)
        assert await timeline(client, customer) == ["sale.claimed", "sale.recorded"]

    async def test_by_a_revision_too(self, client: httpx.AsyncClient) -> None:
        customer, body = await make.create_customer(client), make.sale()
        await make.record_sale(client, body)
        await make.record_sale(client, {**body, "revision": 1, "customer": {"id": customer["id"]}}, 200)
        assert await timeline(client, customer) == ["sale.recorded", "sale.revised"]


class TestRevisionOfWhatSomebodyDecided:
    """A price was mended at the till. The wrong card was scanned as before."""

    async def test_claimed(self, client: httpx.AsyncClient) -> None:
        wrong = await make.create_customer(client, identities=[CARD["identity"]])
        right = await make.create_customer(client)
        body = make.sale(customer=CARD)
        sale = await make.record_sale(client, body)
        claimed = {"customer_id": right["id"], "moved_from": wrong["id"]}
        await api.post(client, f"{PATH}/{sale['id']}/claim", claimed, 200)
        spelled = {"identity": {"system": "loyalty", "external_id": " BB "}, "name": "B."}
        revised = await make.record_sale(client, {**body, "revision": 1, "customer": spelled}, 200)
        assert (revised["customer_id"], revised["matched_by"]) == (right["id"], "claim")
        other = await make.create_customer(client)
        says_else = {**body, "revision": 2, "customer": {"id": other["id"]}}
        assert (await make.record_sale(client, says_else, 200))["customer_id"] == other["id"]

    async def test_claimed_before_the_number_was_anybodys(self, client: httpx.AsyncClient) -> None:
        body = make.sale(customer={"phone": "020 7946 0180"})
        sale = await api.post(client, f"{PATH}?on_unknown_customer=keep", body)
        right = await make.create_customer(client)
        await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": right["id"]}, 200)
        revised = await make.record_sale(client, {**body, "revision": 1}, 200)
        assert revised["customer_id"] == right["id"]
        assert len((await api.get(client, "/v1/customers"))["items"]) == 1

    @pytest.mark.parametrize("by_card", [True, False])
    async def test_released(self, client: httpx.AsyncClient, by_card: bool) -> None:
        wrong = await make.create_customer(client, identities=[CARD["identity"]])
        body = make.sale(customer=CARD if by_card else {"id": wrong["id"]})
        sale = await make.record_sale(client, body)
        released = await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "The wrong card"}, 200)
        revised = await make.record_sale(client, {**body, "revision": 1}, 200)
        assert (revised["customer_id"], revised["match"]) == (None, "unmatched")
        assert revised["match_reasons"] == released["match_reasons"] != []

    async def test_why_it_is_theirs_stays_where_the_revision_names_nobody(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, identities=[CARD["identity"]])
        body = make.sale(customer=CARD)
        sale = await make.record_sale(client, body)
        revised = await make.record_sale(client, {**body, "revision": 1, "customer": None}, 200)
        assert (revised["customer_id"], revised["matched_by"]) == (customer["id"], "identity")
        assert revised["match_reasons"] == sale["match_reasons"] != []


class TestMove:
    async def test_from_one_customer_to_another(self, client: httpx.AsyncClient, db: Any) -> None:
        wrong, right = await make.create_customer(client), await make.create_customer(client)
        sale = await make.record_sale(client, make.sale(customer={"id": wrong["id"]}))
        assert sale["matched_by"] == "id"
        body = {"customer_id": right["id"], "moved_from": wrong["id"]}
        moved = await api.post(client, f"{PATH}/{sale['id']}/claim", body, 200)
        assert (moved["customer_id"], moved["match"], moved["matched_by"]) == (right["id"], "matched", "claim")
        assert await timeline(client, wrong) == []
        assert await timeline(client, right) == ["sale.moved", "sale.recorded"]
        event = (await api.events(db, sale["id"]))[-1]
        assert (event.data["from_customer_id"], event.data["to_customer_id"]) == (wrong["id"], right["id"])
        assert (await api.get(client, f"/v1/customers/{wrong['id']}/profile"))["totals"] == []
        kept, summed = await summed_anew(db)
        assert kept == summed and len(kept) == 1
        again = await api.post(client, f"{PATH}/{sale['id']}/claim", body, 200)
        assert again == moved

    async def test_of_what_is_somebody_elses(self, client: httpx.AsyncClient) -> None:
        one, two = await make.create_customer(client), await make.create_customer(client)
        sale = await make.record_sale(client, make.sale(customer={"id": one["id"]}))
        for moved_from in (two["id"], str(uuid4()), None):
            body = {"customer_id": two["id"], "moved_from": moved_from}
            answer = await client.post(f"{PATH}/{sale['id']}/claim", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_CLAIMED")
            assert answer.json()["customer_id"] == one["id"]

    async def test_to_nobody_there_is(self, client: httpx.AsyncClient) -> None:
        one = await make.create_customer(client)
        sale = await make.record_sale(client, make.sale(customer={"id": one["id"]}))
        body = {"customer_id": str(uuid4()), "moved_from": one["id"]}
        answer = await client.post(f"{PATH}/{sale['id']}/claim", json=body)
        assert api.errors(answer) == [("/customer_id", "not_found")]


class TestRelease:
    async def test_takes_the_receipt_from_its_customer(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client, make.sale())
        await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": customer["id"]}, 200)
        released = await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "The wrong Ada"}, 200)
        assert (released["customer_id"], released["match"], released["matched_by"]) == (None, "unmatched", None)
        assert released["version"] == 3
        assert await timeline(client, customer) == []
        assert (await api.get(client, f"/v1/customers/{customer['id']}/profile"))["totals"] == []
        event = (await api.events(db, sale["id"]))[-1]
        assert (event.type, event.customer_id) == ("sale.released", None)
        assert (event.data["from_customer_id"], event.data["reason"]) == (customer["id"], "The wrong Ada")
        again = await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "Once more"}, 200)
        assert again == released
        other = await make.create_customer(client)
        await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": other["id"]}, 200)
        assert "sale.released" not in await timeline(client, other), "it was taken from somebody else"
        await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "The wrong one"}, 200)
        await api.post(client, f"{PATH}/{sale['id']}/claim", {"customer_id": customer["id"]}, 200)

    async def test_with_what_the_till_said_is_unmatched(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, make.sale(customer={"email": "ada@example.com"}))
        released = await api.post(client, f"{PATH}/{sale['id']}/release", {"reason": "Not hers"}, 200)
        assert (released["match"], released["customer"]) == ("unmatched", {"email": "ada@example.com"})
        listed = await api.get(client, PATH, match="unmatched")
        assert [item["id"] for item in listed["items"]] == [sale["id"]]

    async def test_needs_a_reason(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client, make.sale())
        answer = await client.post(f"{PATH}/{sale['id']}/release", json={})
        assert api.errors(answer) == [("/reason", "missing")]

    async def test_of_nothing(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(f"{PATH}/{uuid4()}/release", json={"reason": "x"})
        assert answer.status_code == 404


class TestRevision:
    async def test_for_another_customer_moves_the_timeline(self, client: httpx.AsyncClient, db: Any) -> None:
        one, two = await make.create_customer(client), await make.create_customer(client)
        body = make.sale(customer={"id": one["id"]})
        sale = await make.record_sale(client, body)
        await make.record_sale(client, {**body, "revision": 1, "customer": {"id": two["id"]}}, 200)
        assert await timeline(client, one) == []
        assert await timeline(client, two) == ["sale.moved", "sale.recorded", "sale.revised"]
        assert (await api.events(db, sale["id"]))[-1].data["via"] == "revision"
