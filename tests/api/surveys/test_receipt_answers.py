"""Answers by the receipt: its number and a short code open the form, and say nothing about the receipt itself."""

import asyncio
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.surveys import answers, create_open
from tests.support.api import errors, without_request
from tests.support.application import TestClock
from tests.support.surveys import moved, patch

PATH = "/v1/receipt-answers"
HOUR, DAY = 3_600, 86_400
_WRONG = "0000-0000"


async def draft_receipt(client: httpx.AsyncClient, receipt_no: str, source: str = "till") -> dict[str, str]:
    """A receipt and its code, as they stand on it."""
    found = await client.get("/v1/answer-codes", params={"source": source, "receipt_no": receipt_no})
    assert found.status_code == 200, found.text
    return found.json()


async def answer(client: httpx.AsyncClient, held: Any, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    found = await client.post(PATH, json={**held, **body})
    assert found.status_code == status, found.text
    return found.json()


async def list_feedback(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/v1/feedback")).json()["items"]


class TestForm:
    async def test_is_that_of_the_survey_that_was_opened_last(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, clock: TestClock
    ) -> None:
        first = await create_open(client, name="First", for_receipts=True)
        clock.tick(1)
        second = await create_open(client, name="Second", for_receipts=True)
        clock.tick(1)
        await create_open(client, name="Not for receipts")
        held = await draft_receipt(client, "R-1")

        async def name() -> str:
            found = await anonymous.get(PATH, params=held)
            assert found.status_code == 200, found.text
            return found.json()["name"]

        assert await name() == "Second"
        await moved(client, second, "pause")
        assert await name() == "First"
        await moved(client, second, "open")
        assert await name() == "Second"
        await moved(client, second, "close")
        await moved(client, first, "close")
        found = await anonymous.get(PATH, params=held)
        assert (found.status_code, found.json()["detail"]) == (404, "No survey is open for receipts")

    async def test_what_is_not_published_counts_for_nothing(self, client: httpx.AsyncClient) -> None:
        survey = await create_open(client, for_receipts=True)
        await patch(client, survey, {"for_receipts": False, "name": "Not yet"})
        held = await draft_receipt(client, "R-1")
        assert (await client.get(PATH, params=held)).json()["name"] == survey["name"]
        await moved(client, survey, "open")
        assert (await client.get(PATH, params=held)).status_code == 404

    async def test_never_expires(self, client: httpx.AsyncClient) -> None:
        await create_open(client, for_receipts=True)
        found = await client.get(PATH, params=await draft_receipt(client, "R-1"))
        assert (found.json()["expires_at"], found.headers["cache-control"]) == (None, "no-store")

    async def test_needs_all_three(self, anonymous: httpx.AsyncClient) -> None:
        needed = [(f"/query/{name}", "missing") for name in ("source", "receipt_no", "code")]
        assert errors(await anonymous.get(PATH)) == needed


class TestAnswer:
    async def test_before_the_receipt_comes_in(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any
    ) -> None:
        survey = await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-77")
        await answer(anonymous, held, answers(3, why="Slow"))
        (feedback,) = await list_feedback(client)
        expected = {
            "method": "survey",
            "channel": "web_form",
            "customer_id": None,
            "sale_id": None,
            "receipt": {"source": "till", "receipt_no": "R-77"},
            "survey_id": survey["id"],
            "survey_version": 1,
            "invitation_id": None,
            "value": "3",
            "text": "Slow",
        }
        assert {name: feedback[name] for name in expected} == expected
        customer = (await client.post("/v1/customers", json=make.customer())).json()["id"]
        sale = await client.post("/v1/sales", json=make.sale(receipt_no="R-77", customer={"id": customer}))
        (feedback,) = await list_feedback(client)
        assert (feedback["sale_id"], feedback["customer_id"]) == (sale.json()["id"], customer)
        await answer(anonymous, held, answers(9), 200)
        (feedback,) = await list_feedback(client)
        assert (feedback["value"], feedback["customer_id"]) == ("9", customer)

    async def test_of_a_receipt_that_is_known(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        await create_open(client, for_receipts=True)
        customer = (await client.post("/v1/customers", json=make.customer())).json()["id"]
        sale = make.sale(receipt_no="R-1", site="Leeds", customer={"id": customer})
        made = (await client.post("/v1/sales", json=sale)).json()
        found = await answer(anonymous, await draft_receipt(client, "R-1"), answers(3))
        assert customer not in str(found) and "Leeds" not in str(found)
        (feedback,) = await list_feedback(client)
        assert (feedback["sale_id"], feedback["customer_id"], feedback["site"]) == (made["id"], customer, "Leeds")

    async def test_once_for_each_receipt_and_survey(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, clock: TestClock
    ) -> None:
        await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-1")
        made = await answer(anonymous, held, answers(3))
        assert await answer(anonymous, held, answers(3), 200) == made
        clock.tick(DAY - 1)
        assert (await answer(anonymous, held, answers(4), 200))["answered_at"] == made["answered_at"]
        clock.tick(1)
        late = await answer(anonymous, held, answers(5), 409)
        assert late["code"] == "ANSWER_CLOSED"
        await answer(anonymous, held, answers(4), 200)
        assert [one["value"] for one in await list_feedback(client)] == ["4"]
        await create_open(client, for_receipts=True)
        await answer(anonymous, held, answers(5))
        await answer(anonymous, await draft_receipt(client, "R-2"), answers(6))
        assert sorted(one["value"] for one in await list_feedback(client)) == ["4", "5", "6"]

    async def test_goes_on_with_the_questions_that_it_began_with(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, clock: TestClock
    ) -> None:
        survey = await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-1")
        await answer(anonymous, held, answers(3, why="Slow"))
        other = [{"key": "other", "kind": "yes_no", "wording": {"en": "?"}, "required": True}]
        await patch(client, survey, {"questions": other})
        clock.tick(1)
        await moved(client, survey, "open")
        assert len((await anonymous.get(PATH, params=held)).json()["questions"]) == 2
        await answer(anonymous, held, answers(4, why="Slower"), 200)
        fresh = await draft_receipt(client, "R-2")
        await answer(anonymous, fresh, {"answers": [{"question": "other", "yes_no": "no"}]})

    async def test_thirty_at_once_make_one(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any
    ) -> None:
        await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-1")
        found = await asyncio.gather(*(anonymous.post(PATH, json={**held, **answers(3)}) for _ in range(30)))
        assert sorted(one.status_code for one in found) == [200] * 29 + [201]
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1

    async def test_no_code_is_kept(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any) -> None:
        await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-1")
        await answer(anonymous, held, answers(3))
        tables = await db.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables:
            kept = await db.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", held["code"]
            )
            assert kept == 0, table


class TestCodes:
    @pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
    async def test_however_they_are_typed(self, client: httpx.AsyncClient, typed: Any) -> None:
        await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "R-1")
        await answer(client, held | {"code": typed(held["code"])}, answers(3))

    async def test_a_wrong_one_tells_nothing(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        """Neither whether there is such a receipt, nor whether anything is asked, nor that it was answered."""
        await client.post("/v1/sales", json=make.sale(receipt_no="KNOWN-1"))
        heard_of = []
        for n, asking in enumerate((False, True)):
            if asking:
                await create_open(client, for_receipts=True)
            await answer(client, await draft_receipt(client, "ANSWERED-1"), answers(3), 201 if asking else 404)
            for receipt_no in ("KNOWN-1", f"UNKNOWN-{n}", "ANSWERED-1"):
                for code in (_WRONG, (await draft_receipt(client, "R-other"))["code"]):
                    held = {"source": "till", "receipt_no": receipt_no, "code": code}
                    found = [
                        await anonymous.get(PATH, params=held),
                        await anonymous.post(PATH, json={**held, **answers()}),
                    ]
                    assert [one.status_code for one in found] == [404, 404]
                    heard_of += [without_request(one) for one in found]
        assert all(one == heard_of[0] for one in heard_of)

    async def test_ten_wrong_ones_in_an_hour_are_enough(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, clock: TestClock
    ) -> None:
        await create_open(client, for_receipts=True)
        held = await draft_receipt(client, "GUESSED-1")
        wrong_one = held | {"code": _WRONG}
        for _ in range(10):
            assert (await anonymous.get(PATH, params=wrong_one)).status_code == 404
            clock.tick(60)
        for tried in (wrong_one, held):  # the right one as well: else guessing would go on
            found = await anonymous.post(PATH, json={**tried, **answers()})
            assert (found.status_code, found.json()["code"]) == (429, "TOO_MANY_REQUESTS")
            assert 0 < HOUR - 600 - int(found.headers["retry-after"]) + 2 <= 2
        assert (await anonymous.get(PATH, params=await draft_receipt(client, "GUESSED-2"))).status_code == 200
        clock.tick(HOUR - 600)
        assert (await anonymous.get(PATH, params=held)).status_code == 200
        await answer(anonymous, held, answers())

    @pytest.mark.parametrize("code", ["", "1234", "x" * 21, "ÄÖÜß-ÄÖÜß", "1234\n5678"])
    async def test_what_cannot_be_one(self, client: httpx.AsyncClient, code: str) -> None:
        found = await client.post(PATH, json={"source": "till", "receipt_no": "R-1", "code": code, **answers()})
        assert [pointer for pointer, _ in errors(found)] == ["/code"]
