"""Receipts with the same wrong key are corrected one after another: they end where they would be without it."""

from itertools import permutations
from typing import Any

import asyncpg
import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt
from tests.support.sales import summed_anew

PHONE, BO_S_PHONE, NEW_PHONE, EMAIL = "020 7946 0777", "020 7946 0888", "020 7946 0999", "new@example.com"


def card(external_id: str) -> dict[str, Any]:
    return {"identity": make.identity("loyalty", external_id)}


WRONG, RIGHT = card("A") | {"email": EMAIL}, card("B") | {"email": EMAIL}
"""By the wrong card, Ada learns an address; the right one is Bo's."""
CLUB = {"identity": make.identity("club", "X")}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    identities, points = [make.identity("loyalty", "A")], [make.phone(PHONE)]
    return await make.create_customer(client, identities=identities, contact_points=points)


@pytest.fixture
async def bo(client: httpx.AsyncClient) -> dict[str, Any]:
    identities, points = [make.identity("loyalty", "B")], [make.phone(BO_S_PHONE)]
    return await make.create_customer(client, identities=identities, contact_points=points)


async def record(client: httpx.AsyncClient, *buyers: Any) -> list[Receipt]:
    return [await Receipt(client, customer=buyer).record() for buyer in buyers]


def brought_back(receipt: Receipt) -> dict[str, Any]:
    line = make.refund(receipt.sale["receipt_no"])
    return make.sale(lines=[line], payments=[], total=line["total"])


async def learnt(client: httpx.AsyncClient, customer: dict[str, Any]) -> set[str]:
    """What they have not been created with."""
    read = await api.get(client, f"/v1/customers/{customer['id']}")
    keys = {i["external_id"] for i in read["identities"]} | {point["value"] for point in read["contact_points"]}
    return keys - {"A", "B", PHONE, BO_S_PHONE}


async def stored(client: httpx.AsyncClient, receipt: Receipt) -> dict[str, Any]:
    return dict(await api.get(client, f"/v1/sales/{receipt.sale['id']}"))


async def holders(client: httpx.AsyncClient, *receipts: Receipt) -> list[Any]:
    return [(await stored(client, each))["customer_id"] for each in receipts]


class TestAllAreCorrected:
    @pytest.mark.parametrize(
        "wrong, right, taught",
        [
            pytest.param(WRONG, RIGHT, {EMAIL}, id="card"),
            pytest.param(CLUB | {"phone": PHONE}, CLUB | {"phone": BO_S_PHONE}, {"X"}, id="phone"),
            pytest.param(WRONG | {"phone": NEW_PHONE}, RIGHT | {"phone": NEW_PHONE}, {EMAIL, NEW_PHONE}, id="two keys"),
        ],
    )
    @pytest.mark.parametrize("batched", [False, True], ids=["one by one", "batch"])
    async def test_and_the_same_is_right(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, wrong: Any, right: Any, taught: Any, batched: bool
    ) -> None:
        receipts = await record(client, wrong, wrong)
        assert (await learnt(client, ada), await holders(client, *receipts)) == (taught, [ada["id"]] * 2)
        if batched:
            bodies = [each.body | {"revision": 1, "customer": right} for each in receipts]
            assert {result["status"] for result in await api.batch(client, "/v1/sales", *bodies)} == {200}
        else:
            for each in receipts:
                await each.revise(customer=right)
        assert await holders(client, *receipts) == [bo["id"]] * 2
        assert (await learnt(client, ada), await learnt(client, bo)) == (set(), taught)

    @pytest.mark.parametrize("order", permutations(range(3)), ids=str)
    async def test_in_any_order(self, client: httpx.AsyncClient, ada: Any, bo: Any, order: Any) -> None:
        receipts = await record(client, WRONG, WRONG, WRONG)
        rights = [RIGHT, RIGHT | {"phone": NEW_PHONE}, card("B")]
        for n in order:
            await receipts[n].revise(customer=rights[n])
        assert await holders(client, *receipts) == [bo["id"]] * 3
        assert (await learnt(client, ada), await learnt(client, bo)) == (set(), {EMAIL, NEW_PHONE})


class TestTheOtherOneIsNotCorrected:
    @pytest.mark.parametrize("how", ["released", "moved"])
    async def test_but_taken_from_her(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, db: asyncpg.Connection, how: str
    ) -> None:
        first, second = await record(client, WRONG, WRONG)
        assert (await first.revise(customer=RIGHT))["customer_id"] == ada["id"], "the other one says the address too"
        cy = await make.create_customer(client)
        await (second.release() if how == "released" else second.claim(cy, moved_from=ada))
        sale = await stored(client, first)
        assert (sale["customer_id"], sale["match"], sale["matched_by"]) == (bo["id"], "matched", "identity")
        assert [each["result"] for each in sale["match_reasons"]] == ["found", "learnt"]
        assert (await learnt(client, ada), await learnt(client, bo)) == (set(), {EMAIL})
        kept, summed = await summed_anew(db)
        assert kept == summed

    async def test_but_voided(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        """Voiding forgets nothing, so that the address is hers as before."""
        first, second = await record(client, WRONG, WRONG)
        await first.revise(customer=RIGHT)
        await api.post(client, f"/v1/sales/{second.sale['id']}/void", {"reason": "Rung up twice"}, 200)
        assert (await holders(client, first), await learnt(client, ada)) == ([ada["id"]], {EMAIL})
        await second.revise(customer=RIGHT)
        assert (await holders(client, first, second), await learnt(client, ada)) == ([bo["id"]] * 2, set())


class TestWhatElseNamesIt:
    async def test_somebody_has_said_whose_it_is(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        teacher, claimed, moved = await record(client, WRONG, {"email": EMAIL}, card("B"))
        await claimed.release()
        await claimed.claim(ada)
        await moved.claim(ada, moved_from=bo)
        assert (await teacher.revise(customer=RIGHT))["customer_id"] == bo["id"]
        assert (await learnt(client, ada), await holders(client, claimed, moved)) == (set(), [ada["id"]] * 2)

    async def test_alone(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        """It was hers by nothing else: it is theirs whose the address is."""
        teacher, alone = await record(client, WRONG, {"email": EMAIL})
        await teacher.revise(customer=RIGHT)
        assert await holders(client, alone) == [bo["id"]]

    async def test_alone_and_nobody_has_it_now(self, client: httpx.AsyncClient, ada: Any) -> None:
        teacher, alone = await record(client, WRONG, {"email": EMAIL})
        await teacher.revise(customer=card("A") | {"email": "right@example.com"})
        sale = await stored(client, alone)
        assert (sale["customer_id"], sale["match"], sale["matched_by"]) == (None, "unmatched", None)
        assert [each["result"] for each in sale["match_reasons"]] == ["unknown"]

    async def test_beside_a_key_that_was_theirs(self, client: httpx.AsyncClient, ada: Any) -> None:
        """As where a revision names nobody: it is hers by the card that it had."""
        teacher, other = await record(client, WRONG, WRONG)
        await other.revise(customer={"email": EMAIL})
        await teacher.release()
        assert (await learnt(client, ada), await holders(client, other)) == (set(), [ada["id"]])

    async def test_with_what_it_has_taught_itself(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        """What it taught is forgotten as well, and what was hers by that."""
        teacher, other, third = await record(
            client, WRONG, {"email": EMAIL, "phone": NEW_PHONE}, {"phone": NEW_PHONE} | card("B")
        )
        assert await learnt(client, ada) == {EMAIL, NEW_PHONE}
        await third.claim(ada)
        await teacher.revise(customer=RIGHT)
        assert await holders(client, other, third) == [bo["id"], ada["id"]]
        assert (await learnt(client, ada), await learnt(client, bo)) == (set(), {EMAIL, NEW_PHONE})

    async def test_from_whom_it_was_taken(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        """It does not become theirs again by itself."""
        teacher, other = await record(client, WRONG, card("B"))
        await other.release()
        assert (await other.revise(customer={"email": EMAIL}))["customer_id"] == ada["id"]
        assert (await teacher.revise(customer=RIGHT))["customer_id"] == bo["id"]
        assert await holders(client, other) == [ada["id"]]

    async def test_and_is_returned(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        teacher, alone = await record(client, WRONG, {"email": EMAIL})
        returned = await make.record_sale(client, brought_back(alone))
        assert returned["customer_id"] == ada["id"]
        await teacher.revise(customer=RIGHT)
        assert (await api.get(client, f"/v1/sales/{returned['id']}"))["customer_id"] == bo["id"]

    async def test_and_returns_something(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        (bought,) = await record(client, card("B"))
        (teacher,) = await record(client, WRONG)
        returned = await make.record_sale(client, brought_back(bought) | {"customer": {"email": EMAIL}})
        assert returned["customer_id"] == ada["id"]
        await teacher.release()
        sale = await api.get(client, f"/v1/sales/{returned['id']}")
        assert (sale["customer_id"], sale["matched_by"]) == (bo["id"], "sale")


class TestOneWhoHasAnotherCard:
    """A card that contradicts one that was scanned wrongly is theirs when that is forgotten."""

    @pytest.mark.parametrize("how", ["revised", "released", "moved"])
    async def test_learns_their_own(self, client: httpx.AsyncClient, how: str) -> None:
        cy = await make.create_customer(client, contact_points=[make.phone(PHONE)])
        first, second = await record(client, card("X") | {"phone": PHONE}, card("X") | {"phone": PHONE})
        own = card("Y") | {"phone": PHONE}
        assert (await first.revise(customer=own))["customer_id"] == cy["id"]
        if how == "revised":
            await second.revise(customer=own)
        else:
            bo = await make.create_customer(client)
            await (second.release() if how == "released" else second.claim(bo, moved_from=cy))
        assert await learnt(client, cy) == {"Y"}
        assert (await holders(client, first)) == [cy["id"]]
        (said,) = [r for r in (await stored(client, first))["match_reasons"] if r["kind"] == "identity"]
        assert said["value"] == "loyalty:Y", "what it says no longer is no reason"
