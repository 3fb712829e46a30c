"""What a record is linked to says whose it is in the same order of links, whichever was known first."""

from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.support import api
from tests.support.links import PATHS, claim, customer_of, record_of, release
from tests.support.receipts import Receipt

Record = dict[str, Any]
ADAS, BOS = {"kind": "phone", "value": "020 7946 0701"}, {"kind": "phone", "value": "020 7946 0702"}


@pytest.fixture
async def people(client: httpx.AsyncClient) -> list[Record]:
    """Two have a number of their own."""
    points = [[make.phone(ADAS["value"])], [make.phone(BOS["value"])], []]
    return [await make.create_customer(client, contact_points=each) for each in points]


async def made(client: httpx.AsyncClient, noun: str, contact: Any = None, **about: Any) -> Record:
    if noun == "complaint":
        said: dict[str, Any] = {"complainant": {"contact": contact}} if contact else {}
        return await make.record_complaint(client, **said, **about)
    return await record_feedback(client, feedback(**({"author": {"contact": contact}} if contact else {}), **about))


async def read(client: httpx.AsyncClient, noun: str, record: Record) -> Record:
    found: Record = await api.get(client, f"{PATHS[noun]}/{record['id']}")
    return found


@pytest.mark.parametrize("noun", ["complaint", "feedback"])
class TestTwoLinks:
    @pytest.mark.parametrize("order", list(permutations(("sale", "interaction", "record"))))
    async def test_the_sale_says_more(
        self, client: httpx.AsyncClient, people: list[Record], noun: str, order: tuple[str, ...]
    ) -> None:
        ada, bo, _ = people
        sale, call = await make.record_sale(client), await make.record_interaction(client)
        record: Record = {}
        for step in order:
            match step:
                case "sale":
                    await claim(client, "sale", sale, bo)
                case "interaction":
                    # A call in which a complaint was made, and that is nobody's, is the complainant's.
                    holder = await customer_of(client, "interaction", call)
                    await claim(client, "interaction", call, ada, **({"moved_from": holder} if holder else {}))
                case _:
                    record = await made(client, noun, sale_id=sale["id"], interaction_id=call["id"])
        assert await customer_of(client, noun, record) == bo["id"]

    @pytest.mark.parametrize("same", ["sale first", "interaction first"])
    async def test_of_one_customer(self, client: httpx.AsyncClient, people: list[Record], noun: str, same: str) -> None:
        """Whose sale it is about stays its customer, though its contact had them first."""
        _, bo, cy = people
        sale, call = await make.record_sale(client), await make.record_interaction(client)
        about = {"sale_id": sale["id"], "interaction_id": call["id"]}
        record = await made(client, noun, BOS if noun == "feedback" else None, **about)
        both = (("sale", sale), ("interaction", call))
        for leader, led in both if same == "sale first" else both[::-1]:
            if await customer_of(client, leader, led) is None:
                await claim(client, leader, led, bo)
        holder = await customer_of(client, "interaction", call)
        await claim(client, "interaction", call, cy, moved_from=holder)
        assert await customer_of(client, noun, record) == bo["id"]

    async def test_a_release_is_undone(self, client: httpx.AsyncClient, people: list[Record], noun: str) -> None:
        ada, bo, _ = people
        sale, call = await record_of(client, "sale", bo), await record_of(client, "interaction", ada)
        record = await made(client, noun, sale_id=sale["id"], interaction_id=call["id"])
        await release(client, "sale", sale)
        assert await customer_of(client, noun, record) == ada["id"]
        await claim(client, "sale", sale, bo)
        assert await customer_of(client, noun, record) == bo["id"]


@pytest.mark.parametrize("first", ["feedback", "receipt"])
async def test_feedback_that_names_its_receipt(client: httpx.AsyncClient, people: list[Record], first: str) -> None:
    ada, bo, _ = people
    call = await record_of(client, "interaction", ada)
    about = {"receipt": {"source": "till", "receipt_no": "LATE"}, "interaction_id": call["id"]}
    said = await made(client, "feedback", **about) if first == "feedback" else None
    await make.record_sale(client, make.sale(receipt_no="LATE", customer={"id": bo["id"]}))
    said = said or await made(client, "feedback", **about)
    assert await customer_of(client, "feedback", said) == bo["id"]


class TestFeedbackOfSomebodyKnown:
    """What it is about says whose it is, whoever wrote it, and whenever that is known."""

    @pytest.mark.parametrize("leader", ["sale", "interaction", "complaint"])
    @pytest.mark.parametrize("first", ["claimed", "recorded"])
    async def test_is_whose_that_is(
        self, client: httpx.AsyncClient, people: list[Record], leader: str, first: str
    ) -> None:
        ada, _, cy = people
        record = {"sale": make.record_sale, "interaction": make.record_interaction, "complaint": make.record_complaint}
        led = await record[leader](client)
        if first == "claimed":
            await claim(client, leader, led, cy)
        said = await made(client, "feedback", ADAS, **{f"{leader}_id": led["id"]})
        if first == "recorded":
            assert said["customer_id"] == ada["id"]
            await claim(client, leader, led, cy)
        assert await customer_of(client, "feedback", said) == cy["id"]
        await release(client, leader, led)
        after = await read(client, "feedback", said)
        assert (after["customer_id"], after["match"]) == (ada["id"], "matched"), "as if it had come in now"
        assert [(each["kind"], each["result"]) for each in after["match_reasons"]] == [("phone", "found")]

    async def test_is_not_where_somebody_has_said_whose_it_is(
        self, client: httpx.AsyncClient, people: list[Record]
    ) -> None:
        ada, bo, cy = people
        sale = await make.record_sale(client)
        said = await made(client, "feedback", ADAS, sale_id=sale["id"])
        await claim(client, "feedback", said, bo, moved_from=ada["id"])
        await claim(client, "sale", sale, cy)
        assert await customer_of(client, "feedback", said) == bo["id"]


class TestARelease:
    @pytest.mark.parametrize("noun", ["complaint", "feedback"])
    @pytest.mark.parametrize("first", ["the sale is claimed", "it is released"])
    async def test_leaves_it_to_what_it_is_about(
        self, client: httpx.AsyncClient, people: list[Record], noun: str, first: str
    ) -> None:
        ada, _, cy = people
        sale = await make.record_sale(client)
        record = await made(client, noun, sale_id=sale["id"], customer_id=ada["id"])
        if first == "it is released":
            await release(client, noun, record)
        await claim(client, "sale", sale, cy)
        if first == "the sale is claimed":
            assert await customer_of(client, noun, record) == ada["id"], "it says itself whose it is"
            await release(client, noun, record)
        after = await read(client, noun, record)
        assert after["customer_id"] == cy["id"]
        assert ("released", ada["id"]) in [(each["result"], each["customer_id"]) for each in after["match_reasons"]]

    @pytest.mark.parametrize("first", ["sale", "return"])
    async def test_leaves_a_return_to_the_buyer(
        self, client: httpx.AsyncClient, people: list[Record], first: str
    ) -> None:
        ada, bo, _ = people
        sold = make.sale(receipt_no="S", customer={"id": bo["id"]})
        back = make.sale(lines=[make.refund("S")], total="-10.00", customer={"phone": ADAS["value"]})
        if first == "sale":
            await make.record_sale(client, sold)
        returned = await make.record_sale(client, back)
        assert returned["customer_id"] == ada["id"]
        after = await release(client, "sale", returned)
        if first == "return":
            await make.record_sale(client, sold)
            after = await read(client, "sale", returned)
        assert (after["customer_id"], after["matched_by"]) == (bo["id"], "sale")
        assert [each["customer_id"] for each in after["match_reasons"] if each["result"] == "released"] == [ada["id"]]


class TestFeedbackThatIsChanged:
    @pytest.mark.parametrize(
        "change", [{"text": "Longer"}, {"staff": "Kim"}, {"attributes": {"a": "b"}}, {"title": "T"}]
    )
    async def test_stays_nobodys(self, client: httpx.AsyncClient, people: list[Record], change: Any) -> None:
        """A release left it to nobody: that its author's number is the only other one is no proof."""
        ada, bo, _ = people
        sale = await record_of(client, "sale", bo)
        said = await made(client, "feedback", ADAS, sale_id=sale["id"])
        released = await release(client, "feedback", said)
        assert (released["match"], released["candidates"]) == ("ambiguous", [ada["id"]])
        changed = await api.patched(client, f"/v1/feedback/{said['id']}", change)
        whose = ("customer_id", "match", "candidates", "match_reasons")
        assert [changed[name] for name in whose] == [released[name] for name in whose]

    async def test_is_looked_up_where_it_is_about_something_else(
        self, client: httpx.AsyncClient, people: list[Record]
    ) -> None:
        said = await made(client, "feedback")
        sale = await record_of(client, "sale", people[2])
        changed = await api.patched(client, f"/v1/feedback/{said['id']}", {"sale_id": sale["id"]})
        assert changed["customer_id"] == people[2]["id"]


class TestRevisions:
    """A receipt that stays whose it is although its keys may mean others knows them when it is released."""

    @pytest.fixture
    async def sharing(self, client: httpx.AsyncClient) -> list[str]:
        points = [make.phone("020 7946 0799") | {"shared": True}]
        return [(await make.create_customer(client, contact_points=points))["id"] for _ in range(2)]

    @pytest.mark.parametrize("claimed", [False, True])
    async def test_keep_who_else_may_be_meant(
        self, client: httpx.AsyncClient, people: list[Record], sharing: list[str], claimed: bool
    ) -> None:
        receipt = await Receipt(client, customer=None if claimed else {"phone": ADAS["value"]}).record()
        if claimed:
            await receipt.claim(people[0])
        revised = await receipt.revise(customer={"phone": "020 7946 0799"})
        assert revised["customer_id"] == people[0]["id"]
        assert revised["match_reasons"][0]["customer_id"] == people[0]["id"]
        released = await receipt.release()
        assert (released["match"], released["candidates"]) == ("ambiguous", sharing)

    async def test_drop_keys_that_are_gone(
        self, client: httpx.AsyncClient, people: list[Record], sharing: list[str]
    ) -> None:
        receipt = await Receipt(client, customer={"phone": "020 7946 0799"}).record()
        await receipt.claim(people[0])
        await receipt.revise(customer={"phone": ADAS["value"]})
        released = await receipt.release()
        assert (released["match"], released["candidates"]) == ("unmatched", [])

    async def test_say_from_whom_it_was_taken(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        ada, bo, cy = people
        receipt = await Receipt(client, customer={"phone": ADAS["value"]}).record()
        await receipt.claim(cy, moved_from=ada)
        await receipt.release()
        revised = await receipt.revise(customer={"phone": BOS["value"]})
        assert revised["customer_id"] == bo["id"]
        taken = {each["customer_id"] for each in revised["match_reasons"] if each["result"] == "released"}
        assert taken == {ada["id"], cy["id"]}
        released = await receipt.release()
        assert {each["customer_id"] for each in released["match_reasons"]} == {ada["id"], bo["id"], cy["id"]}
        assert len(released["match_reasons"]) == 3, "each once"


class TestMessagesOfAComplaintThatIsNobodys:
    @pytest.fixture
    async def released(self, client: httpx.AsyncClient, people: list[Record]) -> Record:
        complaint = await make.record_complaint(client, complainant={"contact": ADAS})
        assert complaint["customer_id"] == people[0]["id"]
        return await release(client, "complaint", complaint)

    async def test_are_nobodys(self, client: httpx.AsyncClient, people: list[Record], released: Record) -> None:
        _, bo, _ = people
        path = f"/v1/complaints/{released['id']}"
        await api.post(client, f"{path}/messages", {"body": "Dear Madam", "channel": "phone"}, 200)
        (sent,) = (await api.get(client, "/v1/interactions", complaint_id=released["id"]))["items"]
        assert (sent["customer_id"], sent["match"]) == (None, "unmatched")
        assert [(each["result"], each["customer_id"]) for each in sent["match_reasons"]] == [
            ("released", people[0]["id"])
        ]
        await claim(client, "complaint", released, bo)
        assert await customer_of(client, "interaction", sent) == bo["id"]


class TestVotesByRequest:
    @pytest.mark.parametrize("claimed", ["before", "after"])
    async def test_go_with_the_feedback(self, client: httpx.AsyncClient, people: list[Record], claimed: str) -> None:
        ada = people[0]
        idea = await api.post(client, "/v1/ideas", {"title": "Longer hours"})
        said = await record_feedback(client, feedback())
        if claimed == "before":
            await claim(client, "feedback", said, ada)
        await api.post(client, f"/v1/ideas/{idea['id']}/vote", {"feedback_id": said["id"]}, 200)
        if claimed == "after":
            await claim(client, "feedback", said, ada)
        votes = (await api.get(client, f"/v1/ideas/{idea['id']}/votes"))["items"]
        assert [vote["customer_id"] for vote in votes] == [ada["id"]]
        voted = await api.post(client, f"/v1/ideas/{idea['id']}/vote", {"customer_id": ada["id"]}, 200)
        assert voted["votes"] == 1, "one person votes once"
