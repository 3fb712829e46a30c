"""What somebody has taken from a customer does not become theirs again by itself."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.support import api
from tests.support.links import PATHS, claim, claimed_for, customer_of, release


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[make.phone("+442079460123")])


HERS = {"kind": "phone", "value": "020 7946 0123"}


async def linked(client: httpx.AsyncClient, noun: str, sale: dict[str, Any]) -> dict[str, Any]:
    if noun == "feedback":
        return await record_feedback(client, feedback(sale_id=sale["id"]))
    return await make.record_complaint(client, sale_id=sale["id"])


CHANGES = {"complaint": {"severity": "low"}, "feedback": {"title": "Cold"}}


class TestAChange:
    @pytest.mark.parametrize("noun", CHANGES)
    async def test_of_what_followed_a_sale(self, client: httpx.AsyncClient, ada: Any, noun: str) -> None:
        record = await linked(client, noun, await make.record_sale(client, customer={"id": ada["id"]}))
        assert record["customer_id"] == ada["id"]
        released = await release(client, noun, record)
        assert (released["customer_id"], released["match"]) == (None, "unmatched")
        (reason,) = released["match_reasons"]
        assert reason == {"kind": "id", "value": ada["id"], "customer_id": ada["id"], "result": "released"}
        changed = await api.patched(client, f"{PATHS[noun]}/{record['id']}", CHANGES[noun])
        assert (changed["customer_id"], changed["match_reasons"]) == (None, [reason])

    @pytest.mark.parametrize("noun", CHANGES)
    async def test_of_what_names_a_number(self, client: httpx.AsyncClient, ada: Any, noun: str) -> None:
        if noun == "feedback":
            record = await record_feedback(client, feedback(author={"contact": HERS}))
        else:
            record = await make.record_complaint(client, complainant={"contact": HERS})
        assert record["customer_id"] == ada["id"]
        released = await release(client, noun, record)
        (reason,) = released["match_reasons"]
        assert reason == {**HERS, "customer_id": ada["id"], "result": "released"}
        changed = await api.patched(client, f"{PATHS[noun]}/{record['id']}", CHANGES[noun])
        assert (changed["customer_id"], changed["match_reasons"]) == (None, [reason])

    async def test_that_names_another_sale(self, client: httpx.AsyncClient, ada: Any) -> None:
        bo = await make.create_customer(client)
        complaint = await linked(client, "complaint", await make.record_sale(client, customer={"id": ada["id"]}))
        await release(client, "complaint", complaint)
        others = await make.record_sale(client, customer={"id": bo["id"]})
        changed = await api.patched(client, f"/v1/complaints/{complaint['id']}", {"sale_id": others["id"]})
        assert changed["customer_id"] == bo["id"]


class TestTheSale:
    @pytest.mark.parametrize("noun", CHANGES)
    async def test_is_revised(self, client: httpx.AsyncClient, ada: Any, noun: str) -> None:
        body = make.sale(customer={"id": ada["id"]})
        record = await linked(client, noun, await make.record_sale(client, body))
        await release(client, noun, record)
        await api.post(client, "/v1/sales", body | {"revision": 2, "till": "7"}, 200)
        assert await customer_of(client, noun, record) is None

    @pytest.mark.parametrize("noun", CHANGES)
    async def test_is_moved_to_another_customer(self, client: httpx.AsyncClient, ada: Any, noun: str) -> None:
        bo = await make.create_customer(client)
        sale = await make.record_sale(client, customer={"id": ada["id"]})
        record = await linked(client, noun, sale)
        await release(client, noun, record)
        await claim(client, "sale", sale, bo, moved_from=ada["id"])
        assert await customer_of(client, noun, record) == bo["id"], "nobody has said that it is not hers"

    @pytest.mark.parametrize("noun", CHANGES)
    async def test_is_released_itself_and_claimed_again(self, client: httpx.AsyncClient, ada: Any, noun: str) -> None:
        sale = await make.record_sale(client, customer={"id": ada["id"]})
        record = await linked(client, noun, sale)
        await release(client, "sale", sale)
        assert await customer_of(client, noun, record) is None
        await claim(client, "sale", sale, ada)
        assert await customer_of(client, noun, record) == ada["id"], "it only went along"


async def test_is_listed_until_it_is_claimed(client: httpx.AsyncClient, ada: Any) -> None:
    complaint = await linked(client, "complaint", await make.record_sale(client, customer={"id": ada["id"]}))
    await release(client, "complaint", complaint)
    unmatched = (await api.get(client, "/v1/unmatched"))["items"]
    assert [item["id"] for item in unmatched] == [complaint["id"]]
    claimed = await claim(client, "complaint", complaint, ada)
    assert (claimed["customer_id"], claimed["match_reasons"]) == (ada["id"], [claimed_for(ada)])
    assert (await api.get(client, "/v1/unmatched"))["items"] == []
