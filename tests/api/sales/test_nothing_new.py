"""A revision that says nothing new of who bought, or not only what is new, makes nobody up."""

from decimal import Decimal
from typing import Any

import httpx

from tests import make
from tests.support import api
from tests.support.receipts import Receipt

PHONE, BO_S_PHONE, NEW_PHONE = "020 7946 0777", "020 7946 0888", "020 7946 0999"
BO_S_EMAIL = "bo@example.com"


def card(external_id: str) -> dict[str, Any]:
    return {"identity": make.identity("loyalty", external_id)}


async def names(client: httpx.AsyncClient) -> set[str]:
    return {item["display_name"] for item in (await api.get(client, "/v1/customers"))["items"]}


async def create(client: httpx.AsyncClient, name: str, **fields: Any) -> dict[str, Any]:
    return await make.create_customer(client, display_name=name, **fields)


async def test_nobody_is_created_by_a_key_that_contradicted_before(client: httpx.AsyncClient) -> None:
    ada = await create(client, "Ada", identities=[make.identity("loyalty", "A")])
    await create(client, "Bo", identities=[make.identity("loyalty", "B")], contact_points=[make.email(BO_S_EMAIL)])
    receipt = await Receipt(client, customer=card("A")).record()
    await receipt.revise(customer=card("X") | {"email": BO_S_EMAIL})
    for customer in (card("X"), card("X")):
        assert (await receipt.revise(customer=customer))["customer_id"] == ada["id"]
    assert await names(client) == {"Ada", "Bo"}
    assert (await api.get(client, "/v1/customers/lookup", identity="loyalty:X"))["items"] == []


async def test_nobody_is_created_by_a_number_that_staff_took_away(client: httpx.AsyncClient) -> None:
    ada = await create(client, "Ada", contact_points=[make.phone(PHONE)])
    receipt = await Receipt(client, customer={"phone": PHONE}).record()
    await api.patched(client, f"/v1/customers/{ada['id']}", {"contact_points": []})
    revised = await receipt.revise(customer={"phone": PHONE})
    assert revised["customer_id"] == ada["id"]
    assert await names(client) == {"Ada"}


async def test_nor_is_it_taught_again(client: httpx.AsyncClient) -> None:
    ada = await create(client, "Ada", identities=[make.identity("loyalty", "A")], contact_points=[make.phone(PHONE)])
    buyer = card("A") | {"phone": PHONE}
    receipt = await Receipt(client, customer=buyer).record()
    await api.patched(client, f"/v1/customers/{ada['id']}", {"contact_points": []})
    revised = await receipt.revise(customer=buyer)
    assert (await api.get(client, f"/v1/customers/{ada['id']}"))["contact_points"] == []
    assert len({(r["kind"], r["value"]) for r in revised["match_reasons"]}) == len(revised["match_reasons"])


async def test_one_key_of_before_keeps_the_customer(client: httpx.AsyncClient) -> None:
    """Of a source that may teach nothing, so that the address is nobody's."""
    await api.post(client, "/v1/sources", {"code": "till", "may_teach": False})
    ada = await create(client, "Ada", contact_points=[make.phone(PHONE)])
    receipt = await Receipt(client, source="till", customer={"phone": PHONE, "email": "x@example.com"}).record()
    for customer in ({"email": "x@example.com"}, {"email": "x@example.com"} | card("Y")):
        assert (await receipt.revise(customer=customer))["customer_id"] == ada["id"]
    assert await names(client) == {"Ada"}


async def test_an_exchange_whose_keys_are_all_new_is_whose_the_sale_is(client: httpx.AsyncClient) -> None:
    ada = await create(client, "Ada", contact_points=[make.phone(PHONE)])
    bo = await create(client, "Bo", contact_points=[make.phone(BO_S_PHONE)])
    sale = await Receipt(client, customer={"phone": PHONE}).record()
    back, other = make.refund(sale.sale["receipt_no"]), make.sale()["lines"][0] | {"line_no": 2, "sku": "OTHER"}
    total = str(Decimal(back["total"]) + Decimal(other["total"]))
    exchange = Receipt(client, lines=[back, other], payments=[], total=total, customer={"phone": BO_S_PHONE})
    assert (await exchange.record()).sale["customer_id"] == bo["id"]
    assert (await exchange.revise(customer=None))["customer_id"] == bo["id"], "who says nothing says nothing new"
    revised = await exchange.revise(customer={"phone": NEW_PHONE})
    assert (revised["customer_id"], revised["matched_by"]) == (ada["id"], "sale")
