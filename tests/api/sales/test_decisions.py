"""What somebody has decided of whose a receipt is outlives whatever tills say later."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt
from tests.support.sales import summed_anew

PATH = "/v1/sales"
PHONE, EMAIL = {"phone": "020 7946 0123"}, {"email": "bea@example.com"}
NOBODY: dict[str, Any] = {"customer": None}


@pytest.fixture
async def bea(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(
        client, contact_points=[make.phone("+442079460123"), {"kind": "email", "value": "bea@example.com"}]
    )


@pytest.fixture
async def cy(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[{"kind": "email", "value": "cy@example.com"}])


async def returned(client: httpx.AsyncClient, buyer: dict[str, Any], **body: Any) -> tuple[Receipt, Receipt]:
    """A sale to a customer and the return of it, which follows it or has keys of its own."""
    sold = Receipt(
        client,
        receipt_no="S",
        customer={"id": buyer["id"]},
        lines=[make.line("100.00")],
        total="100.00",
        payments=[],
    )
    await sold.record()
    back = Receipt(client, lines=[make.refund("S", 1, "-1", "-100.00")], total="-100.00", payments=[], **body)
    return sold, await back.record()


def taken(customer: dict[str, Any], kind: str = "id", value: str | None = None) -> list[dict[str, Any]]:
    value = customer["id"] if value is None else value
    return [{"kind": kind, "value": value, "customer_id": customer["id"], "result": "released"}]


def whose(sale: dict[str, Any]) -> tuple[Any, ...]:
    return sale["customer_id"], sale["match"], sale["match_reasons"]


async def unmatched(client: httpx.AsyncClient) -> list[tuple[str, Any]]:
    items = (await api.get(client, "/v1/unmatched"))["items"]
    return [(item["id"], item["match_reasons"]) for item in items]


class TestAReleasedReturn:
    async def test_that_followed_its_sale(self, client: httpx.AsyncClient, bea: Any, cy: Any, db: Any) -> None:
        sold, back = await returned(client, bea)
        assert back.sale["customer_id"] == bea["id"]
        nobodys = None, "unmatched", taken(bea)
        assert whose(await back.release()) == nobodys
        assert whose(await back.revise(operator="Bo")) == nobodys
        await sold.revise(till="7")
        assert await unmatched(client) == [(back.sale["id"], taken(bea))]
        kept, summed = await summed_anew(db)
        assert kept == summed
        await sold.claim(cy, moved_from=bea)
        read = await api.get(client, f"{PATH}/{back.sale['id']}")
        assert (read["customer_id"], read["matched_by"]) == (cy["id"], "sale"), "nobody has said that it is not Cy's"
        await sold.claim(bea, moved_from=cy)
        assert whose(await api.get(client, f"{PATH}/{back.sale['id']}")) == nobodys
        assert (await back.claim(bea))["customer_id"] == bea["id"]

    async def test_with_a_number(self, client: httpx.AsyncClient, bea: Any) -> None:
        _, back = await returned(client, bea, customer=PHONE)
        nobodys = None, "unmatched", taken(bea, "phone", PHONE["phone"])
        assert whose(await back.release()) == nobodys
        assert whose(await back.revise()) == nobodys
        assert whose(await back.revise(**NOBODY)) == nobodys
        assert await unmatched(client) == [(back.sale["id"], nobodys[2])]

    async def test_that_only_went_along(self, client: httpx.AsyncClient, bea: Any) -> None:
        sold, back = await returned(client, bea)
        await sold.release()
        assert whose(await api.get(client, f"{PATH}/{back.sale['id']}")) == (None, "anonymous", [])
        await sold.claim(bea)
        assert (await api.get(client, f"{PATH}/{back.sale['id']}"))["customer_id"] == bea["id"]

    async def test_that_returns_something_of_somebody_else(self, client: httpx.AsyncClient, bea: Any, cy: Any) -> None:
        _, back = await returned(client, bea)
        await back.release()
        other = Receipt(client, receipt_no="T", customer={"id": cy["id"]}, lines=[make.line("100.00")], payments=[])
        other.body["total"] = "100.00"
        await other.record()
        revised = await back.revise(lines=[make.refund("T", 1, "-1", "-100.00")])
        assert (revised["customer_id"], revised["matched_by"]) == (cy["id"], "sale")


class TestAReleasedSale:
    async def test_is_not_theirs_again_by_the_same_key(self, client: httpx.AsyncClient, bea: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        nobodys = None, "unmatched", taken(bea, "phone", PHONE["phone"])
        assert whose(await receipt.release()) == nobodys
        assert whose(await receipt.revise(**NOBODY)) == nobodys
        assert whose(await receipt.revise(customer=PHONE)) == nobodys
        assert await unmatched(client) == [(receipt.sale["id"], nobodys[2])]

    @pytest.mark.parametrize(
        "customer", [EMAIL, PHONE | EMAIL, PHONE | EMAIL | {"identity": make.identity("web", "7")}]
    )
    async def test_nor_by_others(self, client: httpx.AsyncClient, bea: Any, customer: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.release()
        revised = await receipt.revise(customer=customer)
        assert (revised["customer_id"], revised["match"]) == (None, "unmatched")
        *_, email = (r for r in revised["match_reasons"] if r["result"] == "released")
        assert [email] == taken(bea, "email", EMAIL["email"])
        stored = await api.get(client, f"/v1/customers/{bea['id']}")
        assert stored["identities"] == [], "nothing is learnt"
        assert len((await api.get(client, "/v1/customers"))["items"]) == 1

    async def test_nor_by_their_id(self, client: httpx.AsyncClient, bea: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.release()
        assert whose(await receipt.revise(customer={"id": bea["id"]})) == (None, "unmatched", taken(bea))

    async def test_is_somebody_elses_by_other_keys(self, client: httpx.AsyncClient, bea: Any, cy: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.release()
        revised = await receipt.revise(customer=PHONE | {"email": "cy@example.com"})
        assert (revised["customer_id"], revised["matched_by"]) == (cy["id"], "email")
        assert [r["customer_id"] for r in revised["match_reasons"]] == [cy["id"], bea["id"]]
        assert (await receipt.revise(**NOBODY))["customer_id"] == cy["id"]
        assert (await receipt.revise(customer=EMAIL))["customer_id"] == cy["id"], "the till names nobody who may be it"

    async def test_is_a_new_customers_by_other_keys(self, client: httpx.AsyncClient, bea: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.release()
        revised = await receipt.revise(customer={"email": "new@example.com"})
        assert revised["match"] == "matched" and revised["customer_id"] not in (None, bea["id"])

    async def test_says_so_whatever_is_unknown(self, client: httpx.AsyncClient, bea: Any) -> None:
        receipt = await Receipt(client).record()
        await receipt.claim(bea)
        assert whose(await receipt.release()) == (None, "unmatched", taken(bea))
        receipt.body |= {"revision": 1, "customer": {"email": "new@example.com"}}
        revised = await api.post(client, f"{PATH}?on_unknown_customer=keep", receipt.body, 200)
        assert revised["match"] == "unmatched"
        assert [r["result"] for r in revised["match_reasons"]] == ["unknown", "released"]
        assert revised["match_reasons"][1:] == taken(bea)

    async def test_whose_number_is_nobodys_any_more(self, client: httpx.AsyncClient) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        created = await api.get(client, f"/v1/customers/{receipt.sale['customer_id']}")
        await receipt.release()
        await api.patched(client, f"/v1/customers/{created['id']}", {"contact_points": []})
        for customer in (None, PHONE, PHONE | EMAIL):
            assert (await receipt.revise(customer=customer))["customer_id"] is None
        assert len((await api.get(client, "/v1/customers"))["items"]) == 1


class TestAClaimedSale:
    @pytest.mark.parametrize("customer", [None, PHONE, EMAIL, PHONE | EMAIL, PHONE | {"email": "new@example.com"}])
    async def test_stays_whose_it_is(self, client: httpx.AsyncClient, bea: Any, cy: Any, customer: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.claim(cy, moved_from=bea)
        await receipt.revise(**NOBODY)
        for sent in (customer, None, PHONE):
            revised = await receipt.revise(customer=sent)
            assert (revised["customer_id"], revised["matched_by"]) == (cy["id"], "claim")
        assert len((await api.get(client, "/v1/customers"))["items"]) == 2

    async def test_also_if_the_till_named_nobody_any_more_before(
        self, client: httpx.AsyncClient, bea: Any, cy: Any
    ) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.revise(**NOBODY)
        await receipt.claim(cy, moved_from=bea)
        assert (await receipt.revise(customer=PHONE))["customer_id"] == cy["id"]

    async def test_also_if_it_names_the_same_one(self, client: httpx.AsyncClient, cy: Any) -> None:
        receipt = Receipt(client, customer=PHONE)
        receipt.sale = await api.post(client, f"{PATH}?on_unknown_customer=keep", receipt.body)
        await receipt.claim(cy)
        revised = await receipt.revise(customer={"email": "cy@example.com"})
        assert (revised["customer_id"], revised["matched_by"]) == (cy["id"], "claim")
        await make.create_customer(client, contact_points=[make.phone("+442079460123")])
        assert (await receipt.revise(customer=PHONE))["customer_id"] == cy["id"]

    async def test_until_another_person_is_named(self, client: httpx.AsyncClient, bea: Any, cy: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.claim(cy, moved_from=bea)
        other = await make.create_customer(client, contact_points=[{"kind": "email", "value": "di@example.com"}])
        revised = await receipt.revise(customer={"email": "di@example.com"})
        assert (revised["customer_id"], revised["matched_by"]) == (other["id"], "email")

    async def test_that_was_released_before(self, client: httpx.AsyncClient, bea: Any, cy: Any) -> None:
        receipt = await Receipt(client, customer=PHONE).record()
        await receipt.revise(**NOBODY)
        assert whose(await receipt.release()) == (None, "unmatched", taken(bea))
        assert whose(await receipt.revise(customer=PHONE)) == (None, "unmatched", taken(bea))
        await receipt.claim(cy)
        assert (await receipt.revise(customer=EMAIL))["customer_id"] == cy["id"]
        await receipt.claim(bea, moved_from=cy)
        from_both = taken(bea, "email", EMAIL["email"]) + taken(cy, "id", cy["id"])
        assert whose(await receipt.release()) == (None, "unmatched", from_both)
        assert (await receipt.revise(customer={"email": "cy@example.com"}))["customer_id"] is None, "Cy lost it, too"


async def test_the_key_that_decides_comes_first_of_the_reasons(client: httpx.AsyncClient, bea: Any, cy: Any) -> None:
    """Also where somebody else has another key, and the receipt was taken from a third one before."""
    dan = await make.create_customer(client, contact_points=[make.email("dan@example.com")])
    await make.create_customer(client, identities=[make.identity("loyalty", "N8")])
    receipt = await Receipt(client, customer=EMAIL).record()
    await receipt.claim(cy, moved_from=bea)
    card = {"identity": make.identity("loyalty", "N8")}
    for customer in ({"email": "dan@example.com"}, {"email": "dan@example.com"} | card, {"email": "dan@example.com"}):
        revised = await receipt.revise(customer=customer)
        assert revised["customer_id"] == dan["id"]
        assert [revised["match_reasons"][0][key] for key in ("kind", "result")] == ["email", "found"]
        assert {"released"} <= {reason["result"] for reason in revised["match_reasons"]}
