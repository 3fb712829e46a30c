"""Relationships between customers through the API: a class for each verb."""

import asyncio
import json
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.rules.customers.customers import INVERSE
from app.schemas.customers.relationships import DirectedRelationshipKind
from tests import make
from tests.support import api
from tests.support.api import pointers


def path(customer: dict[str, Any]) -> str:
    return f"/v1/customers/{customer['id']}/relationships"


def item(found: dict[str, Any], seen_from: dict[str, Any] | None = None) -> str:
    return f"/v1/relationships/{found['id']}" + (f"?customer_id={seen_from['id']}" if seen_from else "")


async def create_pair(client: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    zoe = await make.create_customer(client, display_name="Zoë")
    return zoe, await make.create_customer(client, display_name="Bakery Ltd", kind="organization")


async def post_relationship(client: httpx.AsyncClient, one: Any, kind: str, other: Any, **more: Any) -> httpx.Response:
    return await client.post(path(one), json={"kind": kind, "customer_id": other["id"], **more})


async def create_relationship(
    client: httpx.AsyncClient, one: Any, kind: str, other: Any, **more: Any
) -> dict[str, Any]:
    answer = await post_relationship(client, one, kind, other, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, customer: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(path(customer), params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def patch(client: httpx.AsyncClient, one: Any, found: Any, changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, item(found, one), changes, **headers)


def test_every_reading_is_named() -> None:
    assert set(DirectedRelationshipKind) == set(INVERSE) | set(INVERSE.values())


class TestAdd:
    async def test_seen_from_both_ends(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe, bakery = await create_pair(client)
        answer = await post_relationship(client, zoe, "works_for", bakery, title="Head baker", since="2024-01-01")
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == item(found)
        assert answer.headers["etag"] == '"1"'
        assert (found["kind"], found["direction"], found["title"]) == ("works_for", "outgoing", "Head baker")
        assert (found["since"], found["until"]) == ("2024-01-01", None)
        assert found["customer"] == {"id": bakery["id"], "display_name": "Bakery Ltd", "kind": "organization"}
        assert await listed(client, zoe) == [found]
        (seen,) = await listed(client, bakery)
        assert (seen["id"], seen["kind"], seen["direction"]) == (found["id"], "employs", "incoming")
        assert seen["customer"] == {"id": zoe["id"], "display_name": "Zoë", "kind": "person"}
        events = await db.fetch("SELECT * FROM events WHERE subject_id = $1 ORDER BY seq", found["id"])
        assert {str(event["customer_id"]) for event in events} == {zoe["id"], bakery["id"]}
        assert {event["type"] for event in events} == {"relationship.created"}
        assert {event["title"] for event in events} == {"Relationship added: Zoë works for Bakery Ltd"}

    @pytest.mark.parametrize("kind", list(DirectedRelationshipKind))
    async def test_every_reading(self, client: httpx.AsyncClient, kind: str) -> None:
        one, other = await create_pair(client)
        for left, right in ((one, other), (other, one)):
            found = await create_relationship(client, left, kind, right)
            assert found["kind"] == kind
            expected = "mutual" if kind == "household" else "outgoing" if kind in INVERSE else "incoming"
            assert found["direction"] == expected
            assert (await listed(client, left))[-1] == found
            (seen,) = [each for each in await listed(client, right) if each["id"] == found["id"]]
            inverses = {str(k): str(v) for k, v in INVERSE.items()} | {str(v): str(k) for k, v in INVERSE.items()}
            inverse = inverses[kind]
            assert seen["kind"] == inverse
            if kind == "household":
                break

    async def test_said_from_the_other_end(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, bakery, "employs", zoe)
        assert (found["kind"], found["direction"]) == ("employs", "incoming")
        assert (await listed(client, zoe))[0]["kind"] == "works_for"

    @pytest.mark.parametrize(("kind", "inverse"), [("works_for", "employs"), ("household", "household")])
    async def test_once(self, client: httpx.AsyncClient, kind: str, inverse: str) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, zoe, kind, bakery)
        for again in (post_relationship(client, zoe, kind, bakery), post_relationship(client, bakery, inverse, zoe)):
            answer = await again
            assert answer.status_code == 409
            assert answer.json()["relationship_id"] == found["id"]
        await create_relationship(client, zoe, "referred_by", bakery)

    async def test_many_at_once(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        asked = [
            post_relationship(client, zoe, "household", bakery),
            post_relationship(client, bakery, "household", zoe),
        ]
        answers = await asyncio.gather(*asked, *(post_relationship(client, zoe, "household", bakery) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9

    async def test_unknown_customers(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        nobody = {"id": str(uuid4())}
        answer = await post_relationship(client, zoe, "works_for", nobody)
        assert answer.status_code == 422
        assert pointers(answer) == ["/customer_id"]
        assert (await post_relationship(client, nobody, "works_for", bakery)).status_code == 404
        answer = await post_relationship(client, zoe, "household", zoe)
        assert answer.status_code == 422
        assert pointers(answer) == ["/customer_id"]

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"kind": "admires"}, "/kind"),
            ({"title": "a\0"}, "/title"),
            ({"since": "2024-13-01"}, "/since"),
            ({"since": "0001-01-01"}, "/since"),
            ({"until": "9999-12-31"}, "/until"),
            ({"since": 1_700_000_000}, "/since"),
            ({"since": "2024-01-02", "until": "2024-01-01"}, "/until"),
            ({"from_id": "x"}, "/from_id"),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str) -> None:
        zoe, bakery = await create_pair(client)
        answer = await client.post(path(zoe), json={"kind": "works_for", "customer_id": bakery["id"], **wrong})
        assert answer.status_code == 422, answer.text
        assert pointers(answer) == [pointer]

    @pytest.mark.parametrize("day", ["1000-01-01", "2999-12-31"])
    async def test_far_away_days(self, client: httpx.AsyncClient, day: str) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, zoe, "works_for", bakery, since=day, until=day)
        assert (found["since"], found["until"]) == (day, day)


class TestBatch:
    async def test_customers_by_any_key_and_each_relationship_once(self, client: httpx.AsyncClient, db: Any) -> None:
        card, mail = make.identity(), make.email()
        zoe = await make.create_customer(client, display_name="Zoë", identities=[card])
        bakery = await make.create_customer(client, kind="organization", contact_points=[mail])
        shared = make.phone(shared=True)
        twins = [await make.create_customer(client, contact_points=[shared]) for _ in range(2)]
        line = {"subject": {"identity": card}, "kind": "works_for", "customer": {"email": mail["value"].upper()}}
        lines = [
            {**line, "title": "Head baker"},
            {"subject": {"id": bakery["id"]}, "kind": "employs", "customer": {"id": zoe["id"]}, "title": "Head baker "},
            {**line, "title": "Owner"},
            {**line, "kind": "household", "since": "2024-02-01", "until": "2024-01-01"},
            {**line, "kind": "household", "customer": {"identity": card}},
            {**line, "kind": "household", "customer": {}},
            {**line, "kind": "household", "customer": {"email": "nobody@example.org"}},
            {**line, "kind": "household", "subject": {"id": str(uuid4()), "identity": card}},
            {**line, "kind": "household", "customer": {"phone": shared["value"]}},
            {**line, "kind": "admires"},
            {**line, "kind": "household"},
        ]
        results = await api.batch(client, "/v1/relationships", *lines)
        assert [result["status"] for result in results] == [201, 200, 409, *[422] * 7, 201]
        first, again, other = results[:3]
        assert (again["id"], again["replayed"], other["id"]) == (first["id"], True, first["id"])
        (difference,) = other["problem"]["errors"]
        assert (other["problem"]["code"], difference["pointer"]) == ("RELATIONSHIP_DIFFERS", "/title")
        errors = [result["problem"]["errors"][0] for result in results[3:10]]
        assert [(error["pointer"], error["code"]) for error in errors] == [
            ("/until", "out_of_order"),
            ("/customer", "self"),
            ("/customer", "missing"),
            ("/customer", "not_found"),
            ("/subject/id", "not_found"),
            ("/customer", "ambiguous"),
            ("/kind", "enum"),
        ]
        assert all(twin["id"] in errors[5]["detail"] for twin in twins)
        events = await api.events(db, first["id"])
        assert {(event.type, str(event.customer_id)) for event in events} == {
            ("relationship.created", zoe["id"]),
            ("relationship.created", bakery["id"]),
        }
        # As it was last sent, or as it is now, it is the same.
        (one,) = await api.batch(client, "/v1/relationships", lines[0])
        await api.patched(client, f"/v1/relationships/{first['id']}", {"title": "Owner"})
        (two,), (three,), (four,) = [await api.batch(client, "/v1/relationships", lines[n]) for n in (0, 2, 0)]
        assert [each["status"] for each in (one, two, three, four)] == [200, 200, 200, 409]

    async def test_one_at_a_time(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        body = {"subject": {"id": bakery["id"]}, "kind": "employs", "customer": {"id": zoe["id"]}}
        made = await api.post(client, "/v1/relationships", body)
        assert await api.post(client, "/v1/relationships", body, 200) == made
        assert (made["subject"]["id"], made["kind"]) == (zoe["id"], "works_for")

    async def test_the_same_many_times_at_once(self, client: httpx.AsyncClient) -> None:
        people = [await make.create_customer(client) for _ in range(12)]
        lines = [
            {"subject": {"id": one["id"]}, "kind": "household", "customer": {"id": other["id"]}}
            for one, other in pairwise(people)
        ]
        batches = [lines if n % 2 else lines[::-1] for n in range(6)]
        found = await asyncio.gather(*(api.batch(client, "/v1/relationships", *each) for each in batches))
        statuses = [result["status"] for results in found for result in results]
        assert sorted(statuses) == [200] * 55 + [201] * 11


class TestList:
    async def test_all(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        mill = await make.create_customer(client, kind="organization")
        made = [
            await create_relationship(client, zoe, "works_for", bakery),
            await create_relationship(client, bakery, "supplied_by", mill),
            await create_relationship(client, mill, "household", zoe),
        ]
        items = await api.pages(client, "/v1/relationships")
        assert [each["id"] for each in items] == [each["id"] for each in made]
        ends = [(each["subject"]["id"], each["kind"], each["customer"]["id"], each["direction"]) for each in items]
        assert ends == [
            (zoe["id"], "works_for", bakery["id"], "outgoing"),
            (mill["id"], "supplies", bakery["id"], "outgoing"),
            (zoe["id"], "household", mill["id"], "mutual"),
        ]
        for query, expected in (
            ({"kind": "supplies"}, items[1:2]),
            ({"customer_id": zoe["id"]}, [items[0], items[2]]),
            ({"sort": "-created_at"}, items[::-1]),
        ):
            assert await api.pages(client, "/v1/relationships", **query) == expected
        assert (await listed(client, bakery))[1]["subject"]["id"] == bakery["id"]

    async def test_pages(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        made = [
            await create_relationship(client, zoe, kind, bakery) for kind in ("works_for", "supplied_by", "household")
        ]
        first = (await client.get(path(zoe), params={"limit": 2})).json()
        assert first["items"] == made[:2]
        rest = (await client.get(path(zoe), params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert rest == {"items": made[2:], "next_cursor": None}
        assert await listed(client, zoe, sort="-created_at") == made[::-1]
        answer = await client.get(path(bakery), params={"cursor": first["next_cursor"]})
        assert answer.status_code == 400

    async def test_none(self, client: httpx.AsyncClient) -> None:
        zoe, _ = await create_pair(client)
        assert (await client.get(path(zoe))).json() == {"items": [], "next_cursor": None}
        assert (await client.get(path({"id": uuid4()}))).status_code == 404


class TestGet:
    async def test_from_either_end(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        stranger = await make.create_customer(client)
        found = await create_relationship(client, zoe, "works_for", bakery)
        assert (await client.get(item(found, zoe))).json() == found
        assert (await client.get(item(found, bakery))).json()["kind"] == "employs"
        assert (await client.get(item(found, stranger))).status_code == 404


class TestChange:
    async def test_from_the_other_end(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, zoe, "works_for", bakery, title="Baker", since="2024-01-01")
        answer = await patch(client, bakery, found, {"title": None, "until": "2025-01-01"}, **{"if-match": '"1"'})
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert (after["kind"], after["title"], after["since"], after["until"]) == (
            "employs",
            None,
            "2024-01-01",
            "2025-01-01",
        )
        assert (after["version"], answer.headers["etag"]) == (2, '"2"')
        assert (await patch(client, zoe, found, {"title": "x"}, **{"if-match": '"1"'})).status_code == 412
        rows = await db.fetch("SELECT data FROM events WHERE type = 'relationship.updated'")
        assert len(rows) == 2
        assert {"pointer": "/title", "stored": "Baker", "sent": None} in json.loads(rows[0]["data"])["changes"]

    async def test_nothing_new(self, client: httpx.AsyncClient) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, zoe, "works_for", bakery, title="Baker")
        assert (await patch(client, zoe, found, {"title": "Baker"})).json() == found

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [({"until": "2023-12-31"}, "/until"), ({"kind": "employs"}, "/kind"), ({"since": "x"}, "/since")],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, changes: Any, pointer: str) -> None:
        zoe, bakery = await create_pair(client)
        found = await create_relationship(client, zoe, "works_for", bakery, since="2024-01-01")
        answer = await patch(client, zoe, found, changes)
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]

    async def test_unknown(self, client: httpx.AsyncClient) -> None:
        assert (await client.delete(item({"id": uuid4()}))).status_code == 404
