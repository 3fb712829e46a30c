"""Records that are sent again: equal is equal at every door, however it is spelled; only what differs is refused."""

import json
from copy import deepcopy
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api

Record = dict[str, Any]

SCORES = {"metric": "csat", "value": "4"}
DOORS: dict[str, tuple[str, Record]] = {
    "sales": (
        "/v1/sales",
        {
            "source": "till",
            "receipt_no": "K5-1",
            "occurred_at": "2026-03-01T10:15:00+00:00",
            "currency": "GBP",
            "site": "Zo\u00eb's",
            "customer": {"phone": "020 7946 0555", "email": "Ada@Example.com"},
            "lines": [
                {"line_no": 2, "sku": "TEA-1", "quantity": "1", "unit_price": "4.5"},
                {"line_no": 1, "quantity": "2", "unit_price": "1"},
            ],
            "payments": [{"method": "cash", "amount": "1.5"}, {"method": "card", "amount": "5"}],
            "taxes": [
                {"name": "VAT", "rate": "20", "amount": "1", "included": True},
                {"name": "City", "amount": "0", "included": True},
            ],
            "attributes": {"n": 1, "a": {"x": 1, "y": None}},
        },
    ),
    "interactions": (
        "/v1/interactions",
        {
            "kind": "call",
            "channel": "phone",
            "direction": "inbound",
            "source": "pbx",
            "external_id": "K5-1",
            "happened_at": "2026-03-01T10:15:00Z",
            "contact": {"kind": "phone", "value": "020 7946 0555"},
            "subject": "The caf\u00e9",
            "body": "Is it open?\r\nOn Sunday?",
            "participants": [{"name": "Bo", "address": "07700 900123"}],
            "staff": "Zo\u00eb",
            "documents": [{"name": "Menu", "address": "https://x.example/A"}],
            "attributes": {"n": 1, "a": {"x": 1, "y": None}},
        },
    ),
    "complaints": (
        "/v1/complaints",
        {
            "channel": "phone",
            "description": "The caf\u00e9 was shut",
            "source": "desk",
            "external_id": "K5-1",
            "received_at": "2026-03-01T08:15:00Z",
            "complainant": {"contact": {"kind": "email", "value": "Ada@Example.com"}},
            "value": "4.5",
            "currency": "GBP",
            "remedies": [{"kind": "refund", "cost": "4.5", "currency": "GBP"}],
            "history": [{"move": "acknowledge", "at": "2026-03-01T08:20:00Z"}],
            "attributes": {"n": 1, "a": {"x": 1, "y": None}},
        },
    ),
    "feedback": (
        "/v1/feedback",
        {
            "method": "review",
            "source": "reviews",
            "external_id": "K5-1",
            "collected_at": "2026-03-01T08:15:00Z",
            "author": {"name": "Zo\u00eb", "contact": {"kind": "phone", "value": "020 7946 0555"}},
            "ratings": [SCORES],
            "text": "A fine caf\u00e9",
            "language": "en-GB",
            "url": "https://x.example/A",
            "attributes": {"n": 1, "a": {"x": 1, "y": None}},
        },
    ),
}
RESPELLED: dict[str, Record] = {
    "sales": {
        "receipt_no": " K5-1\u00a0",
        "occurred_at": "2026-03-01T12:15:00+02:00",
        "site": "Zoe\u0308's ",
        "customer": {"phone": "+44 20 7946 0555", "email": "ada@example.com", "name": None},
        "lines": [
            {"line_no": 2, "sku": "TEA-1", "quantity": "1.0", "unit_price": "4.50", "discount": "0"},
            {"line_no": 1, "quantity": "2.00", "unit_price": "1.0"},
        ],
        "payments": [{"method": "card", "amount": "5.00"}, {"method": "cash", "amount": "1.50", "reference": None}],
        "taxes": [
            {"name": "City", "amount": "0.00", "included": True},
            {"name": "VAT", "rate": "20.0", "amount": "1", "included": True},
        ],
        "till": None,
    },
    "interactions": {
        "external_id": "K5-1 ",
        "happened_at": "2026-03-01T12:15:00+02:00",
        "contact": {"kind": "phone", "value": "+442079460555"},
        "subject": "The cafe\u0301",
        "body": "Is it open?\nOn Sunday?\n",
        "participants": [{"name": "Bo", "address": "+44 7700 900123"}],
        "staff": " Zoe\u0308",
        "documents": [{"name": "Menu", "address": "HTTPS://X.example/A", "size": None}],
    },
    "complaints": {
        "description": "The cafe\u0301 was shut",
        "received_at": "2026-03-01T10:15:00+02:00",
        "complainant": {"contact": {"kind": "email", "value": "ada@example.com"}, "name": None},
        "value": "4.50",
        "remedies": [{"kind": "refund", "cost": "4.500", "currency": "GBP", "state": "sought"}],
        "history": [{"move": "acknowledge", "at": "2026-03-01T10:20:00+02:00", "customer_notified": False}],
        "publicity": "private",
    },
    "feedback": {
        "collected_at": "2026-03-01T10:15:00+02:00",
        "author": {"name": "Zoe\u0308 ", "contact": {"kind": "phone", "value": "+442079460555"}},
        "ratings": [{**SCORES, "value": "4.0", "worst": None, "side": "experience"}],
        "text": "A fine cafe\u0301",
        "language": "EN-gb",
        "url": "HTTPS://X.example/A",
    },
}
SAME_ATTRIBUTES = {"a": {"y": None, "x": 1.0}, "n": 1.0}
every_door = pytest.mark.parametrize("door", DOORS)


def respelled(door: str) -> Record:
    return {**DOORS[door][1], **RESPELLED[door], "attributes": SAME_ATTRIBUTES}


async def replayed(client: httpx.AsyncClient, door: str, body: Record, first: Record) -> None:
    answer = await client.post(DOORS[door][0], json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["id"] == first["id"] and answer.json()["version"] == first["version"]


@every_door
class TestEqual:
    async def test_each_respelling_alone_is_a_replay(self, client: httpx.AsyncClient, door: str) -> None:
        path, body = DOORS[door]
        first = await api.post(client, path, body)
        for name, value in (*RESPELLED[door].items(), ("attributes", SAME_ATTRIBUTES)):
            answer = await client.post(path, json={**body, name: value})
            assert answer.status_code == 200, f"{name}: {answer.text}"
        assert await api.get(client, f"{path}/{first['id']}") == first

    async def test_all_at_once_in_a_batch(self, client: httpx.AsyncClient, door: str) -> None:
        path, body = DOORS[door]
        first, twin = await api.batch(client, path, body, respelled(door))
        assert (first["status"], twin["status"], twin["replayed"], twin["id"]) == (201, 200, True, first["id"])
        (again,) = await api.batch(client, path, respelled(door))
        assert (again["status"], again["replayed"], again["id"]) == (200, True, first["id"])

    async def test_a_hash_of_an_earlier_release_is_no_difference(
        self, client: httpx.AsyncClient, db: Any, door: str
    ) -> None:
        path, body = DOORS[door]
        first = await api.post(client, path, body)
        for sent in (body, respelled(door)):
            await db.execute(f"UPDATE {door} SET content_hash = '\\x00'")
            await replayed(client, door, sent, first)
            stored = await db.fetchval(f"SELECT content_hash FROM {door}")
            assert stored != b"\x00", "the hash of what was sent last is kept"
            await replayed(client, door, sent, first)

    async def test_what_is_stored_now_is_a_replay_after_a_change(self, client: httpx.AsyncClient, door: str) -> None:
        """One rule at every door: equal to what was sent last, or to what is stored now."""
        if door == "sales":
            pytest.skip("receipts are revised, not changed")
        path, body = DOORS[door]
        first = await api.post(client, path, body)
        changed = await api.patched(client, f"{path}/{first['id']}", {"attributes": {"n": 2}, "staff": "Mia"})
        await replayed(client, door, body, changed)
        now = {**body, "attributes": {"n": 2, "a": {"x": 1, "y": None}}, "staff": "Mia"}
        await replayed(client, door, now, changed)

    async def test_the_same_after_a_claim(self, client: httpx.AsyncClient, door: str) -> None:
        path, body = DOORS[door]
        body = {name: value for name, value in body.items() if name != "customer"}
        first = await api.post(client, path, body)
        ada = await make.create_customer(client)
        claimed = await api.post(client, f"{path}/{first['id']}/claim", {"customer_id": ada["id"]}, 200)
        await replayed(client, door, body, claimed)
        if door != "sales":
            await replayed(client, door, {**body, "customer_id": ada["id"]}, claimed)


@every_door
class TestDifferent:
    async def test_the_same_payment_twice_is_not_once(self, client: httpx.AsyncClient, door: str) -> None:
        if door != "sales":
            pytest.skip("nothing else is paid")
        path, body = DOORS[door]
        await api.post(client, path, body)
        answer = await client.post(path, json={**body, "payments": body["payments"] + body["payments"][:1]})
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/payments"]

    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ({"n": True, "a": {"x": 1, "y": None}}, ["/attributes/n"]),
            ({"n": 1, "a": {"x": 1}}, ["/attributes/a/y"]),
            ({"n": 1, "a": {"x": [1], "y": None}}, ["/attributes/a/x"]),
            ({"n": "1", "a": {"x": True, "y": 0}}, ["/attributes/n", "/attributes/a/x", "/attributes/a/y"]),
        ],
    )
    async def test_only_what_differs_is_named(
        self, client: httpx.AsyncClient, door: str, attributes: Any, expected: list[str]
    ) -> None:
        path, body = DOORS[door]
        await api.post(client, path, body)
        answer = await client.post(path, json={**respelled(door), "attributes": attributes})
        assert answer.status_code == 409, answer.text
        assert sorted(error["pointer"] for error in answer.json()["errors"]) == sorted(expected)


class TestReceipts:
    async def test_what_was_not_sent_is_not_named(self, client: httpx.AsyncClient) -> None:
        body = DOORS["sales"][1]
        await api.post(client, "/v1/sales", body)
        other = deepcopy(body)
        other["lines"][0]["quantity"] = "2"
        problem = await api.post(client, "/v1/sales", other, 409)
        assert [(e["pointer"], e["stored"], e["sent"]) for e in problem["errors"]] == [("/lines/1/quantity", "1", "2")]

    async def test_a_total_that_was_sent_and_then_left_out(self, client: httpx.AsyncClient) -> None:
        body = DOORS["sales"][1]
        await api.post(client, "/v1/sales", {**body, "total": "6.00"})
        problem = await api.post(client, "/v1/sales", body, 409)
        assert [(e["pointer"], e["stored"], e["sent"]) for e in problem["errors"]] == [("/total", "6.00", None)]


class TestComplaints:
    async def test_the_differences_are_always_named(self, client: httpx.AsyncClient) -> None:
        path, body = DOORS["complaints"]
        body = {
            **body,
            "history": [*body["history"], {"move": "withdraw", "at": "2026-03-01T08:30:00Z", "note": "Mended"}],
        }
        await api.post(client, path, body)
        for changes, expected in (
            ({"remedies": [{"kind": "refund", "cost": "5", "currency": "GBP"}]}, ["/remedies/0/cost"]),
            ({"remedies": []}, ["/remedies"]),
            ({"history": body["history"][:1]}, ["/history"]),
            ({"history": [body["history"][0], {**body["history"][1], "note": "x"}]}, ["/history/1/note"]),
        ):
            problem = await api.post(client, path, {**body, **changes}, 409)
            assert [error["pointer"] for error in problem["errors"]] == expected

    async def test_what_was_done_with_it_is_no_difference(self, client: httpx.AsyncClient, db: Any) -> None:
        path, body = DOORS["complaints"]
        first = await api.post(client, path, body)
        await api.post(client, f"{path}/{first['id']}/assess", {"severity": "high"}, 200)
        await replayed(client, "complaints", respelled("complaints"), await api.get(client, f"{path}/{first['id']}"))


class TestCustomers:
    BODY: Record = {  # noqa: RUF012
        "kind": "person",
        "display_name": "Zo\u00eb",
        "identities": [{"system": "shop", "external_id": "1"}],
        "contact_points": [{"kind": "phone", "value": "020 7946 0555"}, {"kind": "email", "value": "Zoe@Example.com"}],
        "tags": ["a", "b"],
        "attributes": {"n": 1},
    }
    SAME: Record = {  # noqa: RUF012
        "kind": "person",
        "display_name": "Zoe\u0308 ",
        "identities": [{"system": "shop ", "external_id": " 1"}],
        "contact_points": [
            {"kind": "phone", "value": "+44 20 7946 0555", "label": None},
            {"kind": "email", "value": "zoe@example.com", "primary": False},
        ],
        "tags": ["b", "a", "b"],
        "attributes": {"n": 1.0},
    }

    async def test_batch(self, client: httpx.AsyncClient) -> None:
        (first,) = await api.batch(client, "/v1/customers", self.BODY)
        (again,) = await api.batch(client, "/v1/customers", self.SAME)
        assert (again["status"], again.get("replayed"), again.get("id")) == (200, True, first["id"])
        (other,) = await api.batch(client, "/v1/customers", {**self.SAME, "attributes": {"n": True}})
        assert other["status"] == 409

    async def test_put(self, client: httpx.AsyncClient) -> None:
        path = "/v1/customers/by-identity/shop/1"
        first = (await client.put(path, json=self.BODY)).json()
        again = await client.put(path, json=self.SAME)
        assert (again.status_code, again.json()) == (200, first)
        other = await client.put(path, json={**self.SAME, "attributes": {"n": True}})
        assert (other.json()["attributes"], other.json()["version"]) == ({"n": True}, 2)

    async def test_a_patch_may_mend_a_spelling(self, client: httpx.AsyncClient) -> None:
        first = await make.create_customer(client, **self.BODY)
        changed = await api.patched(client, f"/v1/customers/{first['id']}", {"display_name": "Zoe\u0308"})
        assert changed["display_name"] == "Zoe\u0308"


async def test_an_idempotency_key_knows_a_body_that_was_written_anew(client: httpx.AsyncClient) -> None:
    body = make.customer(attributes={"a": 1, "b": {"c": 2, "d": True}})
    headers = {"idempotency-key": "k-1", "content-type": "application/json"}
    first = await client.post("/v1/customers", content=json.dumps(body), headers=headers)
    text = json.dumps({**dict(reversed(body.items())), "attributes": {"b": {"d": True, "c": 2.0}, "a": 1.0}}, indent=2)
    again = await client.post("/v1/customers", content=text, headers=headers)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.headers["idempotent-replayed"] == "true"
    for other in ({"a": True, "b": {"c": 2, "d": True}}, {"a": 1, "b": {"c": 2, "d": 1}}):
        answer = await client.post("/v1/customers", json={**body, "attributes": other}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.parametrize("door", DOORS)
async def test_names_of_any_signs_are_pointed_at_as_they_are_spelled(client: httpx.AsyncClient, door: str) -> None:
    path, body = DOORS[door]
    attributes = {"a": [1], "a/b": 2, "x~y/z": {"e\u0301": 3}, "n": None, "-1": [0], "same": 1}
    first = await api.post(client, path, {**body, "attributes": attributes})
    changed = {"a": [1], "a/b": 3, "x~y/z": {"\u00e9": 4}, "n": "null", "-1": [1], "same": 1.0}
    answer = await client.post(path, json={**body, "attributes": changed})
    assert answer.status_code == 409, answer.text
    assert {e["pointer"]: (e["stored"], e["sent"]) for e in answer.json()["errors"]} == {
        "/attributes/a~1b": (2, 3),
        "/attributes/x~0y~1z/\u00e9": (3, 4),
        "/attributes/n": (None, "null"),
        "/attributes/-1/0": (0, 1),
    }
    (line,) = await api.batch(client, path, {**body, "attributes": changed})
    assert (line["status"], len(line["problem"]["errors"])) == (409, 4)
    for name, value in (("n", "null"), ("same", True)):  # each alone: no other difference hides it
        answer = await client.post(path, json={**body, "attributes": {**attributes, name: value}})
        assert [e["pointer"] for e in answer.json()["errors"]] == [f"/attributes/{name}"]
    again = await client.post(path, json={**body, "attributes": attributes})
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
