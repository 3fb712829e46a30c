"""Whoever named an answer has said so: no mistake that is put right takes it from its enquiry, or from its customer."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import record
from tests.support import api
from tests.support.conversations import PATH, T9, T10, T11, T12, get, move, question, reply
from tests.support.links import claim, release

HERS = {"kind": "email", "value": "ada@example.com"}
NO_ENQUIRY = [{"kind": "message"}, {"kind": "note", "direction": "internal"}, {"direction": "outbound"}]
NO_ANSWER = [{"direction": "internal"}, {"kind": "note", "direction": "internal"}, {"direction": "inbound"}]
ENQUIRY, ANSWER = {"kind": "enquiry", "direction": "inbound"}, {"kind": "message", "direction": "outbound"}


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, contact_points=[HERS])


@pytest.fixture
async def asked(client: httpx.AsyncClient, ada: Any) -> dict[str, Any]:
    return await record(client, **question(contact=HERS))


async def answered(client: httpx.AsyncClient, asked: dict[str, Any], **by: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await api.post(client, f"{PATH}/{asked['id']}/answer", by or {"body": "Yes"})
    return answer


async def named(client: httpx.AsyncClient, asked: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One that was recorded apart, in no thread."""
    sent = await record(client, **reply(contact=HERS, thread=None) | more)
    return await answered(client, asked, interaction_id=sent["id"])


async def patch(client: httpx.AsyncClient, one: dict[str, Any], changes: dict[str, Any]) -> None:
    await api.patched(client, f"{PATH}/{one['id']}", changes)


async def state(client: httpx.AsyncClient, asked: dict[str, Any], answer: dict[str, Any]) -> tuple[Any, ...]:
    enquiry, sent = [await get(client, one) for one in (asked, answer)]
    answered = tuple(enquiry[name] for name in ("awaits_answer", "answered_at", "answered_by_id"))
    return (*answered, enquiry["customer_id"], sent["customer_id"], sent["match"])


class TestACorrection:
    """The enquiry is thought to be none, or the answer, and is one all the same."""

    @pytest.mark.parametrize("is_moved", [False, True])
    @pytest.mark.parametrize(
        ("which", "change"), [("asked", c) for c in NO_ENQUIRY] + [("answer", c) for c in NO_ANSWER]
    )
    async def test_of_what_was_answered_from_its_own_address(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any, which: str, change: Any, is_moved: bool
    ) -> None:
        answer = await answered(client, asked)
        if is_moved:
            await move(client, asked, ada, bo)
        before = await state(client, asked, answer)
        assert before[2:5] == (answer["id"], *[(bo if is_moved else ada)["id"]] * 2)
        one, back = (asked, ENQUIRY) if which == "asked" else (answer, ANSWER)
        await patch(client, one, change)
        found = await get(client, answer)
        assert (found["customer_id"], found["match"], found["candidates"]) == (ada["id"], "matched", [])
        (reason,) = found["match_reasons"]
        assert reason == HERS | {"customer_id": ada["id"], "result": "found"}
        assert (await get(client, asked))["answered_by_id"] is None
        await patch(client, one, back)
        assert await state(client, asked, answer) == before

    async def test_what_it_answers_leads_it_as_before(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any
    ) -> None:
        answer = await answered(client, asked)
        for change in (NO_ENQUIRY[0], ENQUIRY):
            await patch(client, asked, change)
        await move(client, asked, ada, bo)
        assert (await state(client, asked, answer))[2:5] == (answer["id"], bo["id"], bo["id"])

    async def test_of_one_without_an_address(self, client: httpx.AsyncClient, ada: Any, asked: Any) -> None:
        answer = await answered(client, asked, body="Yes", channel="phone")
        before = await state(client, asked, answer)
        await patch(client, asked, {"kind": "message"})
        found = await get(client, answer)
        assert (found["customer_id"], found["match"], found["match_reasons"]) == (None, "anonymous", [])
        await patch(client, asked, ENQUIRY)
        assert await state(client, asked, answer) == before

    async def test_of_an_address_that_became_somebodys(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        new = {"kind": "email", "value": "new@example.com"}
        asked = await record(client, **question(customer_id=ada["id"]))
        sent = await record(client, **reply(contact=new))
        assert sent["customer_id"] == ada["id"]
        await api.patched(client, f"/v1/customers/{bo['id']}", {"contact_points": [new]})
        await patch(client, asked, {"kind": "message"})
        assert (await get(client, sent))["customer_id"] == bo["id"]

    async def test_what_somebody_took_from_its_customer(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any
    ) -> None:
        """It is not theirs again by its address, be it the enquiry's meanwhile."""
        answer = await answered(client, asked)
        await move(client, asked, ada, bo)
        await claim(client, "interaction", answer, ada, moved_from=bo["id"])
        await release(client, "interaction", answer)
        await claim(client, "interaction", asked, ada, moved_from=bo["id"])
        assert (await state(client, asked, answer))[:5] == (True, None, None, ada["id"], None)
        await move(client, asked, ada, bo)
        for change in (NO_ENQUIRY[0], ENQUIRY):
            await patch(client, asked, change)
            assert (await get(client, answer))["customer_id"] is None

    @pytest.mark.parametrize("late", [True, False])
    async def test_its_time_as_well(self, client: httpx.AsyncClient, asked: Any, late: bool) -> None:
        """An enquiry that came after its answer awaits one, until its time is put right."""
        answer = await answered(client, asked, body="Yes", happened_at=T11)
        before = await state(client, asked, answer)
        await patch(client, asked, {"kind": "message"} | ({"happened_at": T12} if late else {}))
        await patch(client, asked, ENQUIRY)
        assert (await get(client, asked))["awaits_answer"] is late
        await patch(client, asked, {"happened_at": T10})
        assert await state(client, asked, answer) == before

    async def test_of_the_time_of_what_is_no_answer_now(self, client: httpx.AsyncClient, asked: Any) -> None:
        answer = await answered(client, asked, body="Yes", happened_at=T11)
        await patch(client, answer, {"direction": "internal", "happened_at": T12})
        await patch(client, answer, ANSWER)
        found = await get(client, asked)
        assert (found["answered_by_id"], found["answered_at"], found["answer_seconds"]) == (answer["id"], T12, 7200)


STEPS = {
    "the answer is moved": ["answer", "move", "back"],
    "the enquiry is moved": ["asked", "move", "back"],
    "the answer is released": ["answer", "release", "claim"],
    "the enquiry is released": ["asked", "release", "claim"],
}


class TestAMove:
    """Either is moved to a wrong customer and back."""

    async def step(self, client: httpx.AsyncClient, one: Any, step: str, ada: Any, bo: Any) -> None:
        match step:
            case "move":
                await move(client, one, ada, bo)
            case "back":
                await move(client, one, bo, ada)
            case "release":
                await release(client, "interaction", one)
            case _:
                await claim(client, "interaction", one, ada)

    @pytest.mark.parametrize("thread", ["T", None])
    @pytest.mark.parametrize("how", STEPS)
    async def test_what_was_named_answers_again(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any, how: str, thread: str | None
    ) -> None:
        answer = await named(client, asked)
        await patch(client, answer, {"thread": thread})
        before = await state(client, asked, answer)
        which, first, second = STEPS[how]
        one = asked if which == "asked" else answer
        await self.step(client, one, first, ada, bo)
        assert (await get(client, asked))["awaits_answer"] is (how != "the enquiry is released")
        await self.step(client, one, second, ada, bo)
        assert await state(client, asked, answer) == before

    async def test_also_where_another_one_answered_meanwhile(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any
    ) -> None:
        answer = await named(client, asked)
        await move(client, answer, ada, bo)
        other = await record(client, **reply(happened_at=T12))
        assert (await state(client, asked, other))[2:5] == (other["id"], ada["id"], ada["id"])
        await move(client, answer, bo, ada)
        assert (await get(client, asked))["answered_by_id"] == answer["id"]
        assert (await get(client, other))["customer_id"] is None

    async def test_not_where_somebody_has_named_another_one(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any
    ) -> None:
        answer = await named(client, asked)
        await move(client, answer, ada, bo)
        other = await answered(client, asked)
        await move(client, answer, bo, ada)
        assert (await get(client, asked))["answered_by_id"] == other["id"]

    async def test_what_had_a_customer_of_its_own_keeps_it(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any
    ) -> None:
        answer = await named(client, asked)
        await move(client, asked, ada, bo)
        for change in (NO_ENQUIRY[0], ENQUIRY):
            await patch(client, asked, change)
            assert (await state(client, asked, answer))[2:5] == (None, bo["id"], ada["id"])

    async def test_of_one_answer_to_two(self, client: httpx.AsyncClient, ada: Any, bo: Any, asked: Any) -> None:
        other = await record(client, **question(contact=HERS, thread="U"))
        answer = await named(client, asked)
        await answered(client, other, interaction_id=answer["id"])
        await move(client, answer, ada, bo)
        assert [(await get(client, one))["awaits_answer"] for one in (asked, other)] == [True, True]
        await move(client, answer, bo, ada)
        assert {(await get(client, one))["answered_by_id"] for one in (asked, other)} == {answer["id"]}


class TestAnsweredElsewhere:
    """Another system has said when an enquiry was answered."""

    @pytest.fixture
    async def elsewhere(self, client: httpx.AsyncClient) -> dict[str, Any]:
        return await record(client, **question(answered_at=T11))

    @pytest.mark.parametrize("mail", [True, False])
    @pytest.mark.parametrize("change", NO_ENQUIRY)
    async def test_a_correction(self, client: httpx.AsyncClient, elsewhere: Any, change: Any, mail: bool) -> None:
        if mail:
            await record(client, **reply(happened_at=T12))
        await patch(client, elsewhere, change)
        found = await get(client, elsewhere)
        assert (found["answered_at"], found["answer_seconds"]) == (None, None)
        await patch(client, elsewhere, ENQUIRY)
        found = await get(client, elsewhere)
        assert (found["answered_at"], found["awaits_answer"], found["answered_by_id"]) == (T11, False, None)
        assert found["answer_seconds"] == 3600

    async def test_its_time_as_well(self, client: httpx.AsyncClient, ada: Any, elsewhere: Any) -> None:
        """It cannot have been answered before it came: a mail that came later may be the answer then."""
        await claim(client, "interaction", elsewhere, ada)
        await patch(client, elsewhere, {"kind": "message", "happened_at": T12})
        sent = await record(client, **reply(happened_at="2026-03-01T13:00:00Z"))
        await patch(client, elsewhere, ENQUIRY)
        assert (await state(client, elsewhere, sent))[2:5] == (sent["id"], ada["id"], ada["id"])
        await patch(client, elsewhere, {"happened_at": T9})
        found = await get(client, elsewhere)
        assert (found["answered_at"], found["answered_by_id"], found["answer_seconds"]) == (T11, None, 7200)
        assert (await get(client, sent))["customer_id"] is None

    async def test_what_is_named_says_more(self, client: httpx.AsyncClient, elsewhere: Any) -> None:
        await patch(client, elsewhere, {"kind": "message", "happened_at": T12})
        await patch(client, elsewhere, ENQUIRY)
        answer = await answered(client, elsewhere)
        await patch(client, elsewhere, {"happened_at": T9})
        assert (await get(client, elsewhere))["answered_by_id"] == answer["id"]
