"""Whom somebody took a record from is remembered: all of them, whatever it follows meanwhile."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.make.surveys import INVITATIONS, answers, create_open, invite
from tests.support import api
from tests.support.complaints import moved
from tests.support.links import LINKED, PATHS, claim, claimed_for, customer_of, record_of, release

Record = dict[str, Any]
FOLLOWING = [("return", "sale"), *LINKED, ("task", "complaint")]


@pytest.fixture
async def people(client: httpx.AsyncClient) -> list[Record]:
    return [await make.create_customer(client) for _ in range(3)]


async def following(client: httpx.AsyncClient, noun: str, leader: str, led: Record) -> Record:
    about = {f"{leader}_id": led["id"]}
    match noun:
        case "return":
            return await make.record_sale(client, make.sale(lines=[make.refund(led["receipt_no"])], total="-10.00"))
        case "complaint":
            return await make.record_complaint(client, **about)
        case "interaction":
            return await make.record_interaction(client, **about)
        case "feedback":
            return await record_feedback(client, feedback(**about))
    return await api.post(client, "/v1/tasks", {"what": "Ring", **about})


async def taken(client: httpx.AsyncClient, noun: str, record: Record) -> None:
    if noun == "task":
        await api.patched(client, f"{PATHS[noun]}/{record['id']}", {"customer_id": None})
    else:
        await release(client, noun, record)


async def read(client: httpx.AsyncClient, noun: str, record: Record) -> Record:
    found: Record = await api.get(client, f"{PATHS[noun]}/{record['id']}")
    return found


def released(record: Record) -> list[str]:
    return [each["customer_id"] for each in record["match_reasons"] if each["result"] == "released"]


@pytest.mark.parametrize(("noun", "leader"), FOLLOWING)
class TestWhatItFollowsIsMoved:
    async def test_and_back(self, client: httpx.AsyncClient, people: list[Record], noun: str, leader: str) -> None:
        ada, bo, _ = people
        led = await record_of(client, leader, ada)
        record = await following(client, noun, leader, led)
        noun = "sale" if noun == "return" else noun
        assert await customer_of(client, noun, record) == ada["id"]
        await taken(client, noun, record)
        before = await read(client, noun, record)
        await claim(client, leader, led, bo, moved_from=ada["id"])
        assert await customer_of(client, noun, record) == bo["id"], "nobody has said that it is not Bo's"
        await claim(client, leader, led, ada, moved_from=bo["id"])
        after = await read(client, noun, record)
        assert after["customer_id"] is None
        if noun != "task":
            assert (after["match"], after["match_reasons"]) == ("unmatched", before["match_reasons"])
            assert released(after) == [ada["id"]]


@pytest.mark.parametrize("noun", ["complaint", "feedback"])
async def test_what_it_follows_is_released_while_another_record_is_theirs(
    client: httpx.AsyncClient, people: list[Record], noun: str
) -> None:
    ada, bo, _ = people
    sale, contact = await record_of(client, "sale", ada), await record_of(client, "interaction", ada)
    make_one = make.record_complaint if noun == "complaint" else make_feedback
    record = await make_one(client, sale_id=sale["id"], interaction_id=contact["id"])
    await release(client, noun, record)
    await claim(client, "sale", sale, bo, moved_from=ada["id"])
    assert await customer_of(client, noun, record) == bo["id"]
    await release(client, "sale", sale)
    assert await customer_of(client, noun, record) is None


async def make_feedback(client: httpx.AsyncClient, **about: Any) -> Record:
    return await record_feedback(client, feedback(**about))


@pytest.mark.parametrize(("noun", "leader"), LINKED)
class TestAllOfThemAreRemembered:
    async def linked_to(self, client: httpx.AsyncClient, noun: str, leader: str, record: Record, led: Record) -> Record:
        path = f"{PATHS[noun]}/{record['id']}"
        changed: Record = await api.patched(client, path, {f"{leader}_id": led["id"]})
        return changed

    @pytest.mark.parametrize("way", ["moved", "released and claimed"])
    async def test_who_had_it(
        self, client: httpx.AsyncClient, people: list[Record], noun: str, leader: str, way: str
    ) -> None:
        ada, bo, cy = people
        record = await recorded_of(client, noun, ada)
        if way == "moved":
            await claim(client, noun, record, bo, moved_from=ada["id"])
        else:
            await release(client, noun, record)
            await claim(client, noun, record, bo)
        assert released(await read(client, noun, record)) == [ada["id"]]
        await release(client, noun, record)
        for one in (ada, bo):
            led = await record_of(client, leader, one)
            changed = await self.linked_to(client, noun, leader, record, led)
            assert (changed["customer_id"], changed["match"]) == (None, "unmatched")
            assert set(released(changed)) == {ada["id"], bo["id"]}
        changed = await self.linked_to(client, noun, leader, record, await record_of(client, leader, cy))
        assert changed["customer_id"] == cy["id"], "nobody has said that it is not Cy's"
        claimed = await claim(client, noun, record, ada, moved_from=cy["id"])
        assert (claimed["customer_id"], set(released(claimed))) == (ada["id"], {bo["id"], cy["id"]})


async def recorded_of(client: httpx.AsyncClient, noun: str, customer: Record) -> Record:
    if noun == "feedback":
        return await make_feedback(client, customer_id=customer["id"])
    return await record_of(client, noun, customer)


@pytest.mark.parametrize(("noun", "leader"), FOLLOWING[:-1])
class TestClaimedForWhomItFollows:
    @pytest.mark.parametrize("way", ["moved", "released"])
    async def test_it_stays_theirs(
        self, client: httpx.AsyncClient, people: list[Record], db: Any, noun: str, leader: str, way: str
    ) -> None:
        ada, bo, _ = people
        led = await record_of(client, leader, ada)
        record = await following(client, noun, leader, led)
        noun = "sale" if noun == "return" else noun
        for _ in range(2):
            claimed = await claim(client, noun, record, ada)
            assert (claimed["customer_id"], claimed["match_reasons"]) == (ada["id"], [claimed_for(ada)])
        told = [event.type for event in await api.events(db, record["id"])]
        assert told.count(f"{noun}.claimed") == 1
        if way == "moved":
            await claim(client, leader, led, bo, moved_from=ada["id"])
        else:
            await release(client, leader, led)
        assert await customer_of(client, noun, record) == ada["id"]
        assert (await release(client, noun, record))["customer_id"] != ada["id"]


class TestAnswersAreEdited:
    @pytest.mark.parametrize("way", ["moved", "released"])
    @pytest.mark.parametrize("by", ["invitation", "sale"])
    async def test_after_the_feedback_was_taken(
        self, client: httpx.AsyncClient, people: list[Record], way: str, by: str
    ) -> None:
        ada, bo, _ = people
        sale, asked = await record_of(client, "sale", ada), await create_open(client)
        about = {"sale_id": sale["id"]} if by == "sale" else {"customer_id": ada["id"]}
        invitation = await invite(client, asked, **about)
        token = (await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"]
        await api.post(client, f"/v1/answers/{token}", answers(3))
        (said,) = (await api.get(client, "/v1/feedback", invitation_id=invitation["id"]))["items"]
        assert said["customer_id"] == ada["id"]
        if way == "moved":
            await claim(client, "feedback", said, bo, moved_from=ada["id"])
        else:
            await release(client, "feedback", said)
        before = await read(client, "feedback", said)
        await api.post(client, f"/v1/answers/{token}", answers(4), 200)
        after = await read(client, "feedback", said)
        assert after["value"] == "4"
        assert [after[name] for name in WHOSE] == [before[name] for name in WHOSE]
        assert released(after) == [ada["id"]]


WHOSE = ("customer_id", "match", "candidates", "match_reasons")


class TestAComplaintThatWaits:
    async def test_for_nobodys_reply(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        ada, bo, _ = people
        first = await make.record_interaction(client, customer_id=ada["id"], thread="T", happened_at=AT.format(7))
        complaint = await make.record_complaint(client, interaction_id=first["id"], received_at=AT.format(7))
        held = await moved(client, complaint, "hold", waiting_for="customer", at=AT.format(8))
        said = await make.record_interaction(client, customer_id=ada["id"], thread="T", happened_at=AT.format(8))
        await release(client, "interaction", said)
        waits = ("customer", None)
        assert await self.waiting(client, held) == waits
        await claim(client, "complaint", complaint, bo, moved_from=ada["id"])
        await claim(client, "complaint", complaint, ada, moved_from=bo["id"])
        assert await customer_of(client, "interaction", said) is None
        assert await self.waiting(client, held) == waits

    async def waiting(self, client: httpx.AsyncClient, complaint: Record) -> tuple[Any, Any]:
        found = await read(client, "complaint", complaint)
        return found["waiting_for"], found["customer_replied_at"]


AT = "2026-03-02T{:02}:30:00Z"
