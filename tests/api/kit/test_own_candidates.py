"""Who may be meant by a number that several share is remembered, whatever a record follows meanwhile."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.support import api
from tests.support.links import LINKED, PATHS, claim, customer_of, record_of, release

Record = dict[str, Any]
SHARED = {"kind": "phone", "value": "020 7946 0199"}
FOLLOWING = [("return", "sale"), *LINKED]
WHOSE = ("customer_id", "match", "candidates", "match_reasons")


@pytest.fixture
async def people(client: httpx.AsyncClient) -> list[Record]:
    """The first two have the number."""
    points = [make.phone(SHARED["value"]) | {"shared": True}]
    return [await make.create_customer(client, contact_points=each) for each in (points, points, [])]


async def following(client: httpx.AsyncClient, noun: str, leader: str, led: Record) -> Record:
    about = {f"{leader}_id": led["id"]}
    match noun:
        case "return":
            lines = [make.refund(led["receipt_no"], quantity="-0.5", total="-5.00")]
            body = make.sale(lines=lines, payments=[], total="-5.00", customer={"phone": SHARED["value"]})
            return await make.record_sale(client, body)
        case "complaint":
            return await make.record_complaint(client, complainant={"contact": SHARED}, **about)
        case "interaction":
            return await make.record_interaction(client, contact=SHARED, **about)
    return await record_feedback(client, feedback(author={"contact": SHARED}, **about))


async def read(client: httpx.AsyncClient, noun: str, record: Record) -> Record:
    found: Record = await api.get(client, f"{PATHS[noun]}/{record['id']}")
    return {name: found[name] for name in WHOSE}


@pytest.mark.parametrize(("noun", "leader"), FOLLOWING)
async def test_of_what_followed_a_record_that_was_released(
    client: httpx.AsyncClient, people: list[Record], noun: str, leader: str
) -> None:
    ada, bo, _ = people
    led = await record_of(client, leader, ada)
    before = await following(client, noun, leader, led)
    assert before["customer_id"] == ada["id"]
    await release(client, leader, led)
    after = await following(client, noun, leader, led)
    nouns = "sale" if noun == "return" else noun
    found = await read(client, nouns, before)
    assert (found["match"], found["candidates"]) == ("ambiguous", [ada["id"], bo["id"]])
    assert found == await read(client, nouns, after), "the order does not matter"
    listed = {item["id"]: item["candidates"] for item in (await api.get(client, "/v1/unmatched"))["items"]}
    assert listed[before["id"]] == listed[after["id"]] == found["candidates"]
    await claim(client, leader, led, ada)
    assert await customer_of(client, nouns, before) == ada["id"]


@pytest.mark.parametrize(("noun", "leader"), FOLLOWING)
async def test_of_what_followed_a_record_that_was_moved(
    client: httpx.AsyncClient, people: list[Record], noun: str, leader: str
) -> None:
    ada, _, cy = people
    led = await record_of(client, leader, ada)
    before = await following(client, noun, leader, led)
    await claim(client, leader, led, cy, moved_from=ada["id"])
    after = await following(client, noun, leader, led)
    noun = "sale" if noun == "return" else noun
    assert await read(client, noun, before) == await read(client, noun, after), "the order does not matter"


@pytest.mark.parametrize(
    ("noun", "leader"), [(noun, leader) for noun, leader in LINKED if noun in ("complaint", "feedback")]
)
async def test_of_what_is_linked_and_unlinked(
    client: httpx.AsyncClient, people: list[Record], noun: str, leader: str
) -> None:
    ada, _, cy = people
    record = (
        await make.record_complaint(client, complainant={"contact": SHARED})
        if noun == "complaint"
        else await record_feedback(client, feedback(author={"contact": SHARED}))
    )
    before, path = await read(client, noun, record), f"{PATHS[noun]}/{record['id']}"
    for one in (ada, cy):
        led = await record_of(client, leader, one)
        assert (await api.patched(client, path, {f"{leader}_id": led["id"]}))["customer_id"] == one["id"]
        await api.patched(client, path, {f"{leader}_id": None})
        assert await read(client, noun, record) == before
