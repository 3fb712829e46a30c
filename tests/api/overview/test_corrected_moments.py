"""A date that was wrong is nowhere any more once it is corrected: neither on a timeline nor in `known_since`."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt

WRONG, RIGHT = "2001-02-02T10:00:00.000000Z", "2026-02-02T10:00:00.000000Z"
BEFORE = "2020-01-01T00:00:00Z"
CUSTOMERS = "/v1/customers"
INTERACTIONS = "/v1/interactions"
PHONE, OTHER_PHONE = "+44 20 7946 0123", "+44 20 7946 0124"


@pytest.fixture
async def zoe(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[make.phone(PHONE)])


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[make.phone(OTHER_PHONE)])


async def known_since(client: httpx.AsyncClient, customer: dict[str, Any]) -> str:
    """It is the earliest entry of the timeline, or when the customer was created."""
    path = f"{CUSTOMERS}/{customer['id']}"
    found = await api.get(client, path)
    entries = await api.pages(client, f"{path}/timeline", limit=200)
    assert found["known_since"] == min([found["created_at"], *(entry["occurred_at"] for entry in entries)])
    since: str = found["known_since"]
    return since


async def moments(client: httpx.AsyncClient, customer: dict[str, Any], subject: dict[str, Any]) -> set[tuple[str, str]]:
    """What the timeline has of something, and when."""
    entries = await api.pages(client, f"{CUSTOMERS}/{customer['id']}/timeline", limit=200)
    return {(entry["type"], entry["occurred_at"]) for entry in entries if entry["subject_id"] == subject["id"]}


async def logged(db: Any, subject: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What stays of events, whatever is corrected."""
    rows = await db.fetch(
        "SELECT seq, id, type, recorded_at, actor, title FROM events WHERE subject_id = $1 ORDER BY seq", subject["id"]
    )
    return [tuple(row) for row in rows]


class TestReceipts:
    @pytest.mark.parametrize("wrong", ["1990-02-02T10:00:00.000000Z", WRONG])
    async def test_a_revision_corrects_the_moment(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], db: Any, wrong: str
    ) -> None:
        receipt = await Receipt(client, occurred_at=wrong, customer={"phone": PHONE}).record()
        assert await known_since(client, zoe) == wrong
        recorded = await logged(db, receipt.sale)
        await receipt.revise(occurred_at=RIGHT)
        assert await known_since(client, zoe) == RIGHT
        assert await moments(client, zoe, receipt.sale) == {("sale.recorded", RIGHT), ("sale.revised", RIGHT)}
        assert (await logged(db, receipt.sale))[: len(recorded)] == recorded
        assert (await api.get(client, CUSTOMERS, known_before=BEFORE))["items"] == []
        assert (await api.get(client, f"{CUSTOMERS}/{zoe['id']}/timeline", before=BEFORE))["items"] == []

    async def test_an_earlier_moment_is_taken_as_well(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        receipt = await Receipt(client, occurred_at=RIGHT, customer={"phone": PHONE}).record()
        await receipt.revise(occurred_at="2025-12-01T10:00:00Z")
        assert await known_since(client, zoe) == "2025-12-01T10:00:00.000000Z"
        await receipt.revise(occurred_at=RIGHT)
        assert await known_since(client, zoe) == RIGHT

    async def test_another_customer_does_not_get_it(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], ada: dict[str, Any]
    ) -> None:
        receipt = await Receipt(client, occurred_at=WRONG, customer={"phone": PHONE}).record()
        revised = await receipt.revise(occurred_at=RIGHT, customer={"phone": OTHER_PHONE})
        assert revised["customer_id"] == ada["id"]
        assert {at for _, at in await moments(client, ada, receipt.sale)} == {RIGHT}
        assert await known_since(client, ada) == RIGHT
        assert await known_since(client, zoe) == zoe["created_at"]

    async def test_a_claim_after_a_release_does_not_bring_it_back(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], ada: dict[str, Any]
    ) -> None:
        receipt = await Receipt(client, occurred_at=WRONG, customer={"phone": PHONE}).record()
        await receipt.release()
        assert await known_since(client, zoe) == zoe["created_at"]
        await receipt.revise(occurred_at=RIGHT)
        await receipt.claim(ada)
        assert await known_since(client, ada) == RIGHT
        await receipt.claim(zoe, ada)
        assert await known_since(client, zoe) == RIGHT

    async def test_a_void_takes_nothing_off_the_timeline(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        receipt = await Receipt(client, occurred_at=WRONG, customer={"phone": PHONE}).record()
        await api.post(client, f"/v1/sales/{receipt.sale['id']}/void", {"reason": "Twice"}, 200)
        assert await known_since(client, zoe) == WRONG
        await receipt.revise(occurred_at=RIGHT)
        assert await known_since(client, zoe) == RIGHT


class TestContacts:
    async def test_a_contact_of_another_time(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], ada: dict[str, Any], db: Any
    ) -> None:
        guests = [{"name": "Ada", "customer_id": ada["id"]}]
        meeting = await make.record_interaction(
            client, customer_id=zoe["id"], kind="meeting", channel="in_person", happened_at=WRONG, participants=guests
        )
        assert [await known_since(client, each) for each in (zoe, ada)] == [WRONG, WRONG]
        recorded = await logged(db, meeting)
        await api.patched(client, f"{INTERACTIONS}/{meeting['id']}", {"happened_at": RIGHT})
        assert [await known_since(client, each) for each in (zoe, ada)] == [RIGHT, RIGHT]
        assert ("interaction.recorded", RIGHT) in await moments(client, zoe, meeting)
        assert await moments(client, ada, meeting) == {("interaction.attended", RIGHT)}
        assert (await logged(db, meeting))[: len(recorded)] == recorded
        assert (await api.get(client, CUSTOMERS, known_before=BEFORE))["items"] == []

    async def test_a_claimed_contact(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        message = await make.record_interaction(client, happened_at=WRONG)
        await api.post(client, f"{INTERACTIONS}/{message['id']}/claim", {"customer_id": zoe["id"]}, 200)
        assert await known_since(client, zoe) == WRONG
        await api.patched(client, f"{INTERACTIONS}/{message['id']}", {"happened_at": RIGHT})
        assert await known_since(client, zoe) == RIGHT

    @pytest.mark.parametrize("state", ["planned", "missed", "cancelled"])
    async def test_a_contact_that_was_not_held(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], state: str
    ) -> None:
        body = {"kind": "meeting", "channel": "in_person", "state": state, "happened_at": WRONG}
        meeting = await make.record_interaction(client, customer_id=zoe["id"], **body)
        await api.patched(client, f"{INTERACTIONS}/{meeting['id']}", {"happened_at": RIGHT})
        assert await known_since(client, zoe) == RIGHT
        assert (f"interaction.{state}", RIGHT) in await moments(client, zoe, meeting)

    async def test_what_was_planned_afterwards_was_held_at_another_time(
        self, client: httpx.AsyncClient, zoe: dict[str, Any]
    ) -> None:
        body = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": WRONG}
        meeting = await make.record_interaction(client, customer_id=zoe["id"], **body)
        await api.post(client, f"{INTERACTIONS}/{meeting['id']}/hold", {"happened_at": RIGHT}, 200)
        assert await known_since(client, zoe) == RIGHT
        assert await moments(client, zoe, meeting) == {("interaction.planned", RIGHT), ("interaction.held", RIGHT)}

    async def test_a_plan_stays_what_was_expected(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], clock: Any
    ) -> None:
        planned, held = "2026-12-01T10:00:00.000000Z", "2026-12-01T10:20:00.000000Z"
        body = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": planned}
        meeting = await make.record_interaction(client, customer_id=zoe["id"], **body)
        clock.now = clock.now.replace(year=2027)
        await api.post(client, f"{INTERACTIONS}/{meeting['id']}/hold", {"happened_at": held}, 200)
        right = "2026-12-01T10:25:00.000000Z"
        await api.patched(client, f"{INTERACTIONS}/{meeting['id']}", {"happened_at": right})
        assert {("interaction.planned", planned), ("interaction.held", right)} <= await moments(client, zoe, meeting)

    async def test_a_cancellation_was_when_it_was(self, client: httpx.AsyncClient, zoe: dict[str, Any]) -> None:
        body = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": WRONG}
        meeting = await make.record_interaction(client, customer_id=zoe["id"], **body)
        await api.post(client, f"{INTERACTIONS}/{meeting['id']}/cancel", {}, 200)
        ((_, cancelled),) = {each for each in await moments(client, zoe, meeting) if each[0] == "interaction.cancelled"}
        await api.patched(client, f"{INTERACTIONS}/{meeting['id']}", {"happened_at": RIGHT})
        after = await moments(client, zoe, meeting)
        assert {("interaction.cancelled", cancelled), ("interaction.planned", RIGHT)} <= after

    @pytest.mark.parametrize("named", [True, False])
    @pytest.mark.parametrize("answer_first", [True, False])
    async def test_an_answer_of_another_time(
        self, client: httpx.AsyncClient, zoe: dict[str, Any], named: bool, answer_first: bool
    ) -> None:
        thread = {"customer_id": zoe["id"]} | ({} if named else {"thread": "T1", "source": "mailbox"})
        numbers = [{} if named else {"external_id": f"M{n}"} for n in range(2)]
        enquiry = await make.record_interaction(client, kind="enquiry", happened_at=WRONG, **thread, **numbers[0])
        later = WRONG.replace("02T10", "03T10")
        answer = await make.record_interaction(client, direction="outbound", happened_at=later, **thread, **numbers[1])
        if named:
            body = {"interaction_id": answer["id"]}
            await api.post(client, f"{INTERACTIONS}/{enquiry['id']}/answer", body)
        assert ("interaction.answered", later) in await moments(client, zoe, enquiry)
        right = {enquiry["id"]: RIGHT, answer["id"]: RIGHT.replace("T10", "T11")}
        order = [answer, enquiry] if answer_first or named else [enquiry, answer]
        for each in order:
            await api.patched(client, f"{INTERACTIONS}/{each['id']}", {"happened_at": right[each["id"]]})
        found = await api.get(client, f"{INTERACTIONS}/{enquiry['id']}")
        assert (found["answered_by_id"], found["answered_at"]) == (answer["id"], right[answer["id"]])
        assert await known_since(client, zoe) == RIGHT
        assert ("interaction.answered", right[answer["id"]]) in await moments(client, zoe, enquiry)
