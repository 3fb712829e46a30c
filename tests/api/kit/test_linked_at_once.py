"""Records that refer to each other arrive, and are claimed, at the same time: no link is lost, whoever comes first."""

import asyncio
from typing import Any
from uuid import UUID

import httpx

from app.core.context import Context
from app.core.sessions import Sessions
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.sales.sales import SaleNew
from app.services.sales import sales as sales_service
from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.make.interactions import enquiry
from tests.make.surveys import create_open, invite
from tests.support import api
from tests.support.links import claim, customer_of

RUNS = 12
WAITING_STATEMENT = "SELECT query FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"


class TestClaimedMeanwhile:
    """The record is claimed while something about it arrives."""

    async def test_feedback_about_a_receipt(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        for n in range(RUNS):
            sale = await make.record_sale(client)
            receipt = {"source": sale["source"], "receipt_no": sale["receipt_no"]}
            about = {"sale_id": sale["id"]} if n % 2 else {"receipt": receipt}
            _, *said = (
                await asyncio.gather(
                    claim(client, "sale", sale, ada), *(record_feedback(client, feedback(**about)) for _ in range(3))
                )
                if n % 2
                else await asyncio.gather(claim(client, "sale", sale, ada), record_feedback(client, feedback(**about)))
            )
            for one in said:
                assert await customer_of(client, "feedback", one) == ada["id"], f"run {n}"

    async def test_complaints_tasks_and_invitations(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        asked = await create_open(client, min_days_between_invitations=0)
        for n in range(RUNS):
            call = await make.record_interaction(client, kind="call", channel="phone")
            _, complaint, said, task, invitation = await asyncio.gather(
                claim(client, "interaction", call, ada),
                make.record_complaint(client, interaction_id=call["id"]),
                record_feedback(client, feedback(interaction_id=call["id"])),
                api.post(client, "/v1/tasks", {"what": "Ring back", "interaction_id": call["id"]}),
                invite(client, asked, interaction_id=call["id"]),
            )
            made = {"complaint": complaint, "feedback": said, "task": task, "invitation": invitation}
            holders = {noun: await customer_of(client, noun, record) for noun, record in made.items()}
            assert set(holders.values()) == {ada["id"]}, f"run {n}: {holders}"

    async def test_a_message_in_the_thread_of_a_complaint(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        for n in range(RUNS):
            mail = await make.record_interaction(client, thread=f"T-{n}")
            complaint = await make.record_complaint(client, interaction_id=mail["id"])
            answers = await asyncio.gather(
                claim(client, "complaint", complaint, ada), make.record_interaction(client, thread=f"T-{n}")
            )
            assert await customer_of(client, "interaction", answers[1]) == ada["id"], f"run {n}"


class TestRecordedMeanwhile:
    """Neither of both is stored when the other one comes."""

    async def test_a_receipt_and_feedback_about_it(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        for n in range(RUNS):
            body = make.sale(customer={"id": ada["id"]})
            receipt = {"source": body["source"], "receipt_no": body["receipt_no"]}
            posts = [make.record_sale(client, body), record_feedback(client, feedback(receipt=receipt))]
            first, second = await asyncio.gather(*(posts if n % 2 else reversed(posts)))
            sale, said = (first, second) if n % 2 else (second, first)
            found = await api.get(client, f"/v1/feedback/{said['id']}")
            assert (found["sale_id"], found["customer_id"]) == (sale["id"], ada["id"]), f"run {n}"

    async def test_a_receipt_and_its_returns(self, client: httpx.AsyncClient, db: Any) -> None:
        """Two returns of the one unit that it sold: one of them is refused, unless both come before their sale."""
        ada = await make.create_customer(client)
        refunded = 0
        for n in range(RUNS):
            bodies = [
                make.sale(receipt_no=f"S{n}", customer={"id": ada["id"]}),
                *(make.sale(lines=[make.refund(f"S{n}")], payments=[], total="-10.00") for _ in range(2)),
            ]
            answers = await asyncio.gather(*(client.post("/v1/sales", json=body) for body in bodies))
            sold, *taken = answers
            assert (sold.status_code, {answer.status_code for answer in taken} - {409}) == (201, {201}), f"run {n}"
            recorded = [answer.json()["id"] for answer in answers if answer.status_code == 201]
            sales = [await api.get(client, f"/v1/sales/{sale_id}") for sale_id in recorded]
            assert {sale["customer_id"] for sale in sales} == {ada["id"]}, f"run {n}"
            assert sales[0]["over_returned"] is (len(sales) == 3), f"run {n}"
            refunded += 10 * (len(sales) - 1)
        totals = (await api.get(client, f"/v1/customers/{ada['id']}/profile"))["totals"]
        assert [(t["gross"], t["refunded"], t["purchases"]) for t in totals] == [
            (f"{RUNS * 10}.00", f"{refunded}.00", 0)
        ]

    async def test_a_receipt_whose_return_is_being_recorded(
        self, client: httpx.AsyncClient, sessions: Sessions, db: Any
    ) -> None:
        """It looks for returns by a statement that begins when nobody records one any more: what that sees is true."""
        ada = await make.create_customer(client)
        sold = make.sale(receipt_no="S1", customer={"id": ada["id"]})
        back = SaleNew.model_validate(make.sale(lines=[make.refund("S1")], payments=[], total="-10.00"))
        recorded, waited_for = asyncio.Event(), asyncio.Event()

        async def give_back(ctx: Context) -> UUID:
            _, result = await sales_service.record(ctx, back, OnUnknownCustomer.CREATE)
            recorded.set()
            await waited_for.wait()
            return result.recorded_id()

        returning = asyncio.create_task(sessions.write(give_back))
        await recorded.wait()
        selling = asyncio.create_task(make.record_sale(client, sold))
        while not (waiting := await db.fetchval(WAITING_STATEMENT)):  # noqa: ASYNC110 - locks have no event
            await asyncio.sleep(0.01)
        waited_for.set()
        await selling
        assert await customer_of(client, "sale", {"id": str(await returning)}) == ada["id"]
        assert "sale_lines" not in waiting, "what it looks for was recorded after the statement had begun"

    async def test_batches_of_receipts_and_of_their_returns(self, client: httpx.AsyncClient, db: Any) -> None:
        ada = await make.create_customer(client)
        for n in range(RUNS):
            numbers = [f"S{n}-{m}" for m in range(40)]
            sold = [make.sale(receipt_no=number, customer={"id": ada["id"]}) for number in numbers]
            back = [make.sale(lines=[make.refund(each)], payments=[], total="-10.00") for each in reversed(numbers)]
            mixed = [sold[:20] + back[:20], back[20:] + sold[20:]]
            await asyncio.gather(*(api.batch(client, "/v1/sales", *bodies) for bodies in mixed))
            without = await db.fetchval("SELECT count(*) FROM sales WHERE customer_id IS NULL")
            assert (await db.fetchval("SELECT count(*) FROM sales"), without) == (80 * (n + 1), 0), f"run {n}"

    async def test_messages_of_one_customer_at_two_sources(self, client: httpx.AsyncClient, db: Any) -> None:
        """One says which complaint it is about; the other is of the same conversation, whoever comes first."""
        ada = await make.create_customer(client)
        for n in range(RUNS):
            complaint = await make.record_complaint(client)
            said = {"customer_id": ada["id"], "thread": f"T-{n}"}
            posts = [
                make.record_interaction(
                    client, **said, source="mail", external_id=f"M-{n}", complaint_id=complaint["id"]
                ),
                make.record_interaction(client, **said, source="chat", external_id=f"C-{n}"),
            ]
            sent = await asyncio.gather(*(posts if n % 2 else reversed(posts)))
            about = "SELECT count(*) FROM complaint_messages WHERE complaint_id = $1"
            assert await db.fetchval(about, complaint["id"]) == len(sent), f"run {n}"

    async def test_batches_of_both(self, client: httpx.AsyncClient, db: Any) -> None:
        for n in range(RUNS):
            sales = [make.sale() for _ in range(40)]
            about = [feedback(receipt={name: sale[name] for name in ("source", "receipt_no")}) for sale in sales]
            await asyncio.gather(
                api.batch(client, "/v1/sales", *sales), api.batch(client, "/v1/feedback", *reversed(about))
            )
            unlinked = await db.fetchval("SELECT count(*) FROM feedback WHERE sale_id IS NULL")
            assert (await db.fetchval("SELECT count(*) FROM feedback"), unlinked) == (40 * (n + 1), 0), f"run {n}"

    async def test_an_enquiry_and_its_answer(self, client: httpx.AsyncClient) -> None:
        for n in range(RUNS):
            thread = f"T-{n}"
            reply = {"direction": "outbound", "thread": thread, "happened_at": "2026-03-01T11:00:00Z"}
            asked, answer = await asyncio.gather(
                make.record_interaction(client, **enquiry(thread=thread, happened_at="2026-03-01T10:00:00Z")),
                make.record_interaction(client, **reply),
            )
            found = await api.get(client, f"/v1/interactions/{asked['id']}")
            assert found["answered_by_id"] == answer["id"], f"run {n}"

    async def test_a_complaint_and_messages_in_the_conversation_that_it_is_about(
        self, client: httpx.AsyncClient
    ) -> None:
        for n in range(RUNS):
            first = await make.record_interaction(client, thread=f"T-{n}")
            complaint, *messages = await asyncio.gather(
                make.record_complaint(client, interaction_id=first["id"]),
                *(make.record_interaction(client, thread=f"T-{n}") for _ in range(2)),
                make.record_interaction(client, thread=f"T-{n}", direction="outbound"),
            )
            about = [(await api.get(client, f"/v1/interactions/{each['id']}"))["complaint_id"] for each in messages]
            assert about == [complaint["id"]] * 3, f"run {n}"

    async def test_messages_of_one_conversation_of_which_one_names_the_complaint(
        self, client: httpx.AsyncClient
    ) -> None:
        complaint = await make.record_complaint(client)
        for n in range(RUNS):
            messages = await asyncio.gather(
                make.record_interaction(client, thread=f"T-{n}", complaint_id=complaint["id"]),
                *(make.record_interaction(client, thread=f"T-{n}") for _ in range(3)),
            )
            about = [(await api.get(client, f"/v1/interactions/{each['id']}"))["complaint_id"] for each in messages]
            assert about == [complaint["id"]] * 4, f"run {n}"
