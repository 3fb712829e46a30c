"""After a claim that was wrong, the others who may be meant are known as before it."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.support import api
from tests.support.links import PATHS, claim, claimed_for, record_of, release

Record = dict[str, Any]
NUMBER = "020 7946 0199"
NOUNS = ["sale", "interaction", "complaint", "feedback"]


@pytest.fixture
async def people(client: httpx.AsyncClient) -> list[Record]:
    """The first three share a number."""
    points = [make.phone(NUMBER) | {"shared": True}]
    return [await make.create_customer(client, contact_points=each) for each in (points, points, points, [])]


async def called(client: httpx.AsyncClient, noun: str, **about: Any) -> Record:
    """A record by somebody who says the number."""
    contact = {"kind": "phone", "value": NUMBER}
    match noun:
        case "sale":
            return await make.record_sale(client, customer={"phone": NUMBER})
        case "interaction":
            return await make.record_interaction(client, contact=contact, **about)
        case "complaint":
            return await make.record_complaint(client, complainant={"contact": contact}, **about)
    return await record_feedback(client, feedback(author={"contact": contact}, **about))


def meant(record: Record) -> tuple[str, list[str]]:
    return record["match"], record["candidates"]


def results(record: Record) -> list[tuple[str, str]]:
    return [(each["result"], each["customer_id"]) for each in record["match_reasons"]]


def ids(*customers: Record) -> list[str]:
    return [customer["id"] for customer in customers]


@pytest.mark.parametrize("noun", NOUNS)
class TestTheOthersAreMeant:
    async def test_after_a_release(self, client: httpx.AsyncClient, people: list[Record], noun: str) -> None:
        ada, bo, cy, _ = people
        record = await called(client, noun)
        assert meant(record) == ("ambiguous", ids(ada, bo, cy))
        claimed = await claim(client, noun, record, ada)
        assert meant(claimed) == ("matched", [])
        assert claimed["match_reasons"] == [claimed_for(ada), *record["match_reasons"]]
        released = await release(client, noun, record)
        assert (released["customer_id"], *meant(released)) == (None, "ambiguous", ids(bo, cy))
        assert results(released) == [("found", bo["id"]), ("found", cy["id"]), ("released", ada["id"])]
        (listed,) = (await api.get(client, "/v1/unmatched"))["items"]
        assert (listed["id"], listed["match"], listed["candidates"]) == (record["id"], "ambiguous", ids(bo, cy))

    async def test_until_nobody_is_left(self, client: httpx.AsyncClient, people: list[Record], noun: str) -> None:
        ada, bo, cy, _ = people
        record = await called(client, noun)
        for customer, left in ((ada, ids(bo, cy)), (bo, ids(cy)), (cy, [])):
            await claim(client, noun, record, customer)
            released = await release(client, noun, record)
            assert meant(released) == ("ambiguous" if left else "unmatched", left)
        assert {customer_id for _, customer_id in results(released)} == set(ids(ada, bo, cy))

    async def test_after_moves(self, client: httpx.AsyncClient, people: list[Record], noun: str) -> None:
        ada, bo, cy, di = people
        record = await called(client, noun)
        await claim(client, noun, record, ada)
        moved = await claim(client, noun, record, di, moved_from=ada["id"])
        assert results(moved) == [
            ("claimed", di["id"]),
            ("released", ada["id"]),
            ("found", bo["id"]),
            ("found", cy["id"]),
        ]
        released = await release(client, noun, record)
        assert meant(released) == ("ambiguous", ids(bo, cy))
        assert {result for result in results(released) if result[0] == "released"} == {
            ("released", ada["id"]),
            ("released", di["id"]),
        }

    async def test_that_is_made_again(self, client: httpx.AsyncClient, people: list[Record], noun: str) -> None:
        ada, bo, cy, _ = people
        record = await called(client, noun)
        await claim(client, noun, record, ada)
        await release(client, noun, record)
        again = await claim(client, noun, record, ada)
        assert results(again) == [("claimed", ada["id"]), ("found", bo["id"]), ("found", cy["id"])]
        assert meant(await release(client, noun, record)) == ("ambiguous", ids(bo, cy))


@pytest.mark.parametrize(
    ("noun", "leader"), [("complaint", "sale"), ("feedback", "sale"), ("interaction", "complaint")]
)
class TestWhatIsLinked:
    async def test_is_taken_from_whom_it_followed(
        self, client: httpx.AsyncClient, people: list[Record], noun: str, leader: str
    ) -> None:
        ada, bo, cy, _ = people
        record = await called(client, noun, **{f"{leader}_id": (await record_of(client, leader, ada))["id"]})
        assert record["customer_id"] == ada["id"]
        assert meant(await release(client, noun, record)) == ("ambiguous", ids(bo, cy))

    async def test_follows_what_it_is_linked_to(
        self, client: httpx.AsyncClient, people: list[Record], noun: str, leader: str
    ) -> None:
        """A contact, which names the number it came from, only where that is a number of theirs."""
        ada, bo, cy, di = people
        led = await record_of(client, leader, ada)
        record = await called(client, noun, **{f"{leader}_id": led["id"]})
        await release(client, noun, record)
        path = f"{PATHS[noun]}/{record['id']}"
        await claim(client, leader, led, di, moved_from=ada["id"])
        follows = ("ambiguous", ids(bo, cy)) if noun == "interaction" else ("matched", [])
        assert meant(await api.get(client, path)) == follows
        await claim(client, leader, led, bo, moved_from=di["id"])
        assert (await api.get(client, path))["customer_id"] == bo["id"]


@pytest.mark.parametrize("noun", NOUNS)
async def test_who_was_named_by_their_id_is_not_the_only_one_with_the_number(
    client: httpx.AsyncClient, people: list[Record], noun: str
) -> None:
    ada, bo, cy, _ = people
    if noun == "sale":
        record = await make.record_sale(client, customer={"id": ada["id"], "phone": NUMBER})
    else:
        record = await called(client, noun, customer_id=ada["id"])
    assert results(record) == [("found", each["id"]) for each in (ada, ada, bo, cy)]
    assert record["match_reasons"][0]["kind"] == "id"
    assert meant(await release(client, noun, record)) == ("ambiguous", ids(bo, cy))


class TestReceipts:
    async def test_are_claimed_for_whom_they_follow(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        """Whoever says from whom it is moved, nobody has lost it."""
        ada, bo, _, _ = people
        for moved_from in (ada, bo):
            sold = await make.record_sale(client, customer={"id": ada["id"]})
            back = await make.record_sale(client, make.sale(lines=[make.refund(sold["receipt_no"])], total="-10.00"))
            claimed = await claim(client, "sale", back, ada, moved_from=moved_from["id"])
            assert claimed["match_reasons"] == [claimed_for(ada)]

    async def test_follow_another_sale_after_a_release(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        ada, bo, _, di = people
        sold = await make.record_sale(client, customer={"id": ada["id"]})
        back = await make.record_sale(client, make.sale(lines=[make.refund(sold["receipt_no"])], total="-10.00"))
        for holder, after in ((ada, bo), (bo, di)):
            await release(client, "sale", back)
            await claim(client, "sale", sold, after, moved_from=holder["id"])
        followed = await api.get(client, f"/v1/sales/{back['id']}")
        assert followed["customer_id"] == di["id"]
        assert set(results(followed)) == {("released", ada["id"]), ("released", bo["id"])}
        await release(client, "sale", sold)
        left = await api.get(client, f"/v1/sales/{back['id']}")
        assert left["match"] == "unmatched"
        assert {("released", ada["id"]), ("released", bo["id"])} <= set(results(left))

    async def test_are_revised(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        ada, bo, cy, _ = people
        receipt = make.sale(customer={"phone": NUMBER})
        record = await make.record_sale(client, receipt)
        await claim(client, "sale", record, ada)
        released = await release(client, "sale", record)
        revised = await api.post(client, "/v1/sales", receipt | {"revision": 1}, 200)
        assert meant(revised) == ("ambiguous", ids(bo, cy))
        assert revised["match_reasons"] == released["match_reasons"]

    async def test_return_what_one_of_the_others_bought(self, client: httpx.AsyncClient, people: list[Record]) -> None:
        ada, bo, cy, _ = people
        sold = await make.record_sale(client, customer={"id": ada["id"]})
        lines = [make.refund(sold["receipt_no"])]
        back = await make.record_sale(client, make.sale(lines=lines, total="-10.00", customer={"phone": NUMBER}))
        assert back["customer_id"] == ada["id"]
        released = await release(client, "sale", back)
        assert meant(released) == ("ambiguous", ids(bo, cy))
        await release(client, "sale", sold)
        assert (await api.get(client, f"/v1/sales/{back['id']}"))["match_reasons"] == released["match_reasons"]
        await claim(client, "sale", sold, cy)
        assert (await api.get(client, f"/v1/sales/{back['id']}"))["customer_id"] == cy["id"]


async def test_feedback_that_was_claimed_for_its_author_is_not_the_buyers(client: httpx.AsyncClient) -> None:
    """Somebody has said whose it is, though a key of theirs says the same."""
    ada = await make.create_customer(client, contact_points=[make.phone("020 7946 0123")])
    buyer = await make.create_customer(client)
    contact = {"kind": "phone", "value": "020 7946 0123"}
    receipt = {"source": "till", "receipt_no": "LATE-1"}
    said = await record_feedback(client, feedback(author={"contact": contact}, receipt=receipt))
    assert said["customer_id"] == ada["id"]
    await release(client, "feedback", said)
    claimed = await claim(client, "feedback", said, ada)
    assert claimed["match_reasons"] == [claimed_for(ada)]
    await make.record_sale(client, make.sale(receipt_no="LATE-1", customer={"id": buyer["id"]}))
    after = await api.get(client, f"/v1/feedback/{said['id']}")
    assert (after["customer_id"], after["sale_id"] is not None) == (ada["id"], True)


async def test_a_message_of_nobody_else_is_the_complainants(client: httpx.AsyncClient) -> None:
    """Its address is Bo's alone, and somebody has said that it is not of him: what it is about says whose it is."""
    ada = await make.create_customer(client)
    bo = await make.create_customer(client, contact_points=[make.phone(NUMBER)])
    complaint = await make.record_complaint(client, customer_id=ada["id"])
    contact = {"kind": "phone", "value": NUMBER}
    message = await make.record_interaction(client, contact=contact, complaint_id=complaint["id"], direction="inbound")
    assert message["customer_id"] == bo["id"]
    released = await release(client, "interaction", message)
    assert released["customer_id"] == ada["id"]
    assert [each["result"] for each in released["match_reasons"]] == ["linked", "released"]


async def test_a_complaint_that_is_looked_up_anew_was_not_claimed(client: httpx.AsyncClient) -> None:
    """It is changed to be about another sale, and its number is somebody's by now."""
    contact = {"kind": "phone", "value": NUMBER}
    complaint = await make.record_complaint(client, complainant={"contact": contact})
    assert complaint["match"] == "unmatched"
    bo = await make.create_customer(client, contact_points=[make.phone(NUMBER)])
    sold = await make.record_sale(client)
    changed = await api.patched(client, f"/v1/complaints/{complaint['id']}", {"sale_id": sold["id"]})
    assert (changed["customer_id"], results(changed)) == (bo["id"], [("found", bo["id"])])
