"""One person has many keys, and a key has one person: whatever door it comes through."""

import itertools
import json
from typing import Any

import httpx
import pytest

from app.rules.customers import search
from app.rules.customers.customers import MOST_IDENTITIES
from tests.make import customers as make
from tests.support import api
from tests.support.application import MakeApp

PATH = "/v1/customers"
_receipts = itertools.count(1)
NUMBER = "+44 7911 123402"
CALL: dict[str, Any] = {"kind": "call", "channel": "phone", "direction": "outbound", "body": "Hello"}
DE = {"city": "Berlin", "country": "DE"}


def receipt(**customer: Any) -> dict[str, Any]:
    return {
        "source": "till",
        "receipt_no": f"R{next(_receipts)}",
        "occurred_at": "2026-03-01T10:00:00Z",
        "currency": "GBP",
        "customer": customer,
        "lines": [{"quantity": "1", "unit_price": "10.00"}],
    }


def reason(kind: str, value: str, result: str, customer_id: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "value": value, "customer_id": customer_id, "result": result}


async def buy(client: httpx.AsyncClient, **customer: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/sales", receipt(**customer))


async def interaction(client: httpx.AsyncClient, kind: str, value: str, **changes: Any) -> dict[str, Any]:
    body = {"kind": "message", "channel": "whatsapp", "direction": "inbound", "body": "Hello"}
    return await api.post(client, "/v1/interactions", {**body, "contact": {"kind": kind, "value": value}, **changes})


async def found(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/v1/customers/lookup", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def batch(client: httpx.AsyncClient, bodies: list[Any], **params: str) -> list[dict[str, Any]]:
    content = "\n".join(map(json.dumps, bodies)).encode()
    answer = await client.post(f"{PATH}/batch", content=content, headers=api.JSON_LINES, params=params)
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.text.splitlines()]


class TestANumberIsOneContactPoint:
    async def test_whatever_is_done_with_it(self, client: httpx.AsyncClient) -> None:
        caller = await make.create(client, contact_points=[make.phone(NUMBER)])
        writer = await make.create(client, contact_points=[{"kind": "whatsapp", "value": "+44 7911 123403"}])
        assert (await interaction(client, "whatsapp", NUMBER))["customer_id"] == caller["id"]
        assert (await interaction(client, "phone", "07911 123403"))["customer_id"] == writer["id"]
        assert (await buy(client, phone="+447911123403"))["customer_id"] == writer["id"]
        complaint = {
            "channel": "whatsapp",
            "description": "Cold",
            "complainant": {"name": "A", "contact": {"kind": "whatsapp", "value": NUMBER}},
        }
        assert (await api.post(client, "/v1/complaints", complaint))["customer_id"] == caller["id"]
        feedback = {
            "method": "suggestion",
            "text": "Nice",
            "author": {"name": "A", "contact": {"kind": "whatsapp", "value": NUMBER}},
        }
        assert (await api.post(client, "/v1/feedback", feedback))["customer_id"] == caller["id"]
        assert await found(client, phone="07911 123402") == [caller["id"]]
        assert await found(client, phone="whatsapp:+447911123403") == [writer["id"]]

    async def test_it_is_answered_as_a_phone_with_uses(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[{"kind": "whatsapp", "value": NUMBER}, make.email()])
        number, email = made["contact_points"]
        assert (number["kind"], number["normalized"], number["uses"]) == (
            "phone",
            "+447911123402",
            ["call", "sms", "whatsapp"],
        )
        assert (number["opted_out"], number["identifies"], email["uses"]) == ([], True, [])
        recorded = await interaction(client, "whatsapp", NUMBER)
        assert recorded["contact"] == {"kind": "phone", "value": NUMBER}

    async def test_one_customer_has_it_once(self, client: httpx.AsyncClient) -> None:
        points = [make.phone(NUMBER, label="mobile"), {"kind": "whatsapp", "value": "07911123402", "primary": True}]
        body = make.customer(contact_points=points)
        made = await api.post(client, PATH, body)
        (point,) = made["contact_points"]
        assert (point["value"], point["label"], point["primary"]) == (NUMBER, "mobile", True)
        assert point["uses"] == ["call", "sms", "whatsapp"]
        # Sent again, it is the same.
        answer = await client.patch(f"{PATH}/{made['id']}", json={"contact_points": points}, headers=api.MERGE_PATCH)
        assert answer.json() == made
        assert (await batch(client, [body]))[0]["replayed"]

    async def test_two_customers_cannot_hold_it(self, client: httpx.AsyncClient) -> None:
        holder = await make.create(client, contact_points=[make.phone(NUMBER)])
        answer = await client.post(PATH, json=make.customer(contact_points=[{"kind": "whatsapp", "value": NUMBER}]))
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [holder["id"]])

    async def test_uses_are_as_they_were_sent(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[make.phone(uses=["whatsapp", "call"], opted_out=["call"])])
        (point,) = made["contact_points"]
        assert (point["uses"], point["opted_out"]) == (["call", "whatsapp"], ["call"])

    @pytest.mark.parametrize(
        "point",
        [
            make.phone(uses=["fax"]),
            make.phone(uses="call"),
            make.phone(uses=["call"], opted_out=["sms"]),
            make.email(uses=["call"]),
            {"kind": "fax", "value": "1"},
            {"kind": ["phone"], "value": "1"},
        ],
    )
    async def test_uses_that_cannot_be(self, client: httpx.AsyncClient, point: Any) -> None:
        answer = await client.post(PATH, json=make.customer(contact_points=[point]))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith("/contact_points/0")

    async def test_an_archived_customer_with_that_extension_comes_last(self, client: httpx.AsyncClient) -> None:
        ids = []
        for extension in ("3", "4"):
            point = make.phone(f"020 7946 0123 ext {extension}") | {"shared": True}
            ids.append((await make.create(client, contact_points=[point]))["id"])
        await api.post(client, f"{PATH}/{ids[0]}/archive", status=200)
        found = (await api.get(client, f"{PATH}/lookup", phone="020 7946 0123 ext 3"))["items"]
        assert [each["id"] for each in found] == ids[::-1]

    async def test_an_extension_tells_two_apart(self, client: httpx.AsyncClient) -> None:
        one = await make.create(client, contact_points=[make.phone("020 7946 0123 x12")])
        other = await make.create(client, contact_points=[make.phone("020 7946 0123 x13")])
        assert (await buy(client, phone="tel:+44-20-7946-0123;ext=13"))["customer_id"] == other["id"]
        ambiguous = await buy(client, phone="020 7946 0123")
        assert (ambiguous["match"], ambiguous["candidates"]) == ("ambiguous", sorted([one["id"], other["id"]]))


class TestOptedOut:
    @pytest.mark.parametrize("named", [True, False])
    async def test_a_use_needs_a_reason(self, client: httpx.AsyncClient, named: bool) -> None:
        made = await make.create(client, contact_points=[make.phone(NUMBER, opted_out=["call"]), make.phone()])
        body = {**CALL, "contact": {"kind": "phone", "value": NUMBER}}
        if named:
            body["customer_id"] = made["id"]
        answer = await client.post("/v1/interactions", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "UNWELCOME_CHANNEL")
        with_reason = await api.post(client, "/v1/interactions", {**body, "unwelcome_reason": "The oven is on"})
        assert with_reason["customer_id"] == made["id"]

    async def test_other_uses_numbers_and_directions_need_none(self, client: httpx.AsyncClient) -> None:
        second = make.phone()
        await make.create(client, contact_points=[make.phone(NUMBER, opted_out=["call"]), second])
        for changes in (
            {"contact": {"kind": "phone", "value": NUMBER}, "channel": "sms", "kind": "message"},
            {"contact": {"kind": "phone", "value": NUMBER}, "direction": "inbound"},
            {"contact": {"kind": "phone", "value": second["value"]}},
        ):
            await api.post(client, "/v1/interactions", {**CALL, **changes})

    async def test_of_all_numbers_where_none_is_named(self, client: httpx.AsyncClient) -> None:
        points = [make.phone(opted_out=["call", "sms"]), make.phone(opted_out=["call"]), make.phone(invalid=True)]
        made = await make.create(client, contact_points=points)
        complaint = await api.post(
            client, "/v1/complaints", {"channel": "phone", "description": "x", "customer_id": made["id"]}
        )
        by_sms = {"channel": "sms", "kind": "message"}
        for named in ({"customer_id": made["id"]}, {"complaint_id": complaint["id"]}):
            answer = await client.post("/v1/interactions", json={**CALL, **named})
            assert (answer.status_code, answer.json()["code"]) == (409, "UNWELCOME_CHANNEL"), answer.text
            assert "opted out for all of their numbers" in answer.json()["detail"]
            for changes in (by_sms, {"direction": "inbound"}, {"unwelcome_reason": "The oven is on"}):
                await api.post(client, "/v1/interactions", {**CALL, **named, **changes})
        sent = await api.post(client, "/v1/interactions", {**CALL, **by_sms, "customer_id": made["id"]})
        call = {"channel": "phone", "kind": "call"}
        refused = await api.patch(client, f"/v1/interactions/{sent['id']}", call)
        assert (refused.status_code, refused.json()["code"]) == (409, "UNWELCOME_CHANNEL")
        known = {**CALL, **by_sms, "contact": {"kind": "phone", "value": points[1]["value"]}}
        sent = await api.post(client, "/v1/interactions", known)
        refused = await api.patch(client, f"/v1/interactions/{sent['id']}", call)
        assert "opted out for this number" in refused.json()["detail"]
        other = await make.create(client, contact_points=[make.phone(opted_out=["call"]), make.phone()])
        await api.post(client, "/v1/interactions", {**CALL, "customer_id": other["id"]})

    async def test_it_still_identifies(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[make.phone(NUMBER, opted_out=["call", "sms"])])
        assert (await buy(client, phone=NUMBER))["customer_id"] == made["id"]


class TestKeysAreLearnt:
    CARD = make.identity("loyalty", "CARD-K4")

    async def test_beside_one_that_is_known(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await make.create(client, display_name="Ada", contact_points=[make.email("ada@example.com")])
        first = await buy(client, identity=self.CARD, email="ADA@example.com", phone=NUMBER)
        assert (first["customer_id"], first["match"]) == (made["id"], "matched")
        assert first["match_reasons"] == [
            reason("email", "ADA@example.com", "found", made["id"]),
            reason("identity", "loyalty:CARD-K4", "learnt", made["id"]),
            reason("phone", NUMBER, "learnt", made["id"]),
        ]
        assert (await buy(client, identity=self.CARD))["customer_id"] == made["id"]
        assert (await buy(client, phone=NUMBER))["customer_id"] == made["id"]
        assert await found(client, identity="loyalty:CARD-K4") == [made["id"]]
        changed = (await client.get(f"{PATH}/{made['id']}")).json()
        assert (changed["identities"], changed["version"]) == ([self.CARD], 3), "and known since the receipt"
        assert [p["normalized"] for p in changed["contact_points"]] == ["ada@example.com", "+447911123402"]
        assert (await client.get(PATH, params={"q": "07911123402"})).json()["items"][0]["id"] == made["id"]
        event = await db.fetchrow("SELECT title, data::text FROM events WHERE type = 'customer.key_learnt'")
        assert event["title"] == "Ada is now also known by loyalty:CARD-K4, +44 7911 123402"
        assert json.loads(event["data"]) == {
            "keys": [{"kind": "identity", "value": "loyalty:CARD-K4"}, {"kind": "phone", "value": NUMBER}],
            "learnt_from": "sale",
            "source": "till",
            "reference": first["receipt_no"],
        }
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_not_one_that_they_have_as_invalid(self, client: httpx.AsyncClient) -> None:
        points = [{**make.phone(NUMBER), "invalid": True}]
        made = await make.create(client, identities=[self.CARD], contact_points=points)
        assert (await buy(client, identity=self.CARD, phone=NUMBER))["customer_id"] == made["id"]
        kept = (await client.get(f"{PATH}/{made['id']}")).json()["contact_points"]
        assert [(point["normalized"], point["invalid"]) for point in kept] == [("+447911123402", True)]
        assert (await api.patch(client, f"{PATH}/{made['id']}", {"owner": "Tom"})).status_code == 200

    async def test_without_losing_what_they_are_found_by(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await make.create(client, contact_points=[make.email("ada@example.com")], tags=["VIP"])
        fill = "ARRAY(SELECT 'filler' || n FROM generate_series(1, $2 - cardinality(words)) n)"
        await db.execute(f"UPDATE customers SET words = {fill} || words WHERE id = $1", made["id"], search.MOST_WORDS)
        await buy(client, email="ada@example.com", identity=self.CARD, phone=NUMBER)
        assert [c["id"] for c in (await client.get(PATH, params={"tag": "vip"})).json()["items"]] == [made["id"]]

    async def test_no_more_than_can_be_changed_afterwards(self, client: httpx.AsyncClient) -> None:
        cards = [make.identity(f"loyalty-{n}", "K4") for n in range(MOST_IDENTITIES + 1)]
        made = await make.create(client, identities=cards[:-1], contact_points=[make.email("ada@example.com")])
        assert (await buy(client, email="ada@example.com", identity=cards[-1]))["customer_id"] == made["id"]
        assert (await api.patch(client, f"{PATH}/{made['id']}", {"owner": "Tom"})).status_code == 200

    async def test_by_the_id_of_the_customer(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client)
        sale = await buy(client, id=made["id"], identity=self.CARD)
        assert sale["match_reasons"] == [
            reason("id", made["id"], "found", made["id"]),
            reason("identity", "loyalty:CARD-K4", "learnt", made["id"]),
        ]
        assert (await buy(client, identity=self.CARD))["customer_id"] == made["id"]

    async def test_within_one_batch(self, client: httpx.AsyncClient, db: Any) -> None:
        receipts = [
            receipt(email="new@example.com"),
            receipt(email="new@example.com", identity=self.CARD),
            receipt(identity=self.CARD, phone=NUMBER),
            receipt(phone="whatsapp:+447911123402"),
        ]
        content = "\n".join(map(json.dumps, receipts)).encode()
        answer = await client.post("/v1/sales/batch", content=content, headers=api.JSON_LINES)
        assert [json.loads(text)["status"] for text in answer.text.splitlines()] == [201] * 4
        assert await db.fetchval("SELECT count(DISTINCT customer_id) FROM sales") == 1
        points = (await client.get(PATH)).json()["items"][0]["contact_points"]
        assert [p["normalized"] for p in points] == ["new@example.com", "+447911123402"]

    async def test_not_by_a_record_that_may_not_create(self, client: httpx.AsyncClient) -> None:
        await make.create(client, contact_points=[make.email("ada@example.com")])
        body = receipt(identity=self.CARD, email="ada@example.com")
        await api.post(client, "/v1/sales?on_unknown_customer=keep", body)
        assert await found(client, identity="loyalty:CARD-K4") == []

    async def test_not_by_a_number_that_is_shared(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[make.phone(NUMBER, shared=True)])
        sale = await buy(client, identity=self.CARD, phone=NUMBER)
        assert (sale["match"], sale["customer_id"], sale["candidates"]) == ("ambiguous", None, [made["id"]])
        assert await found(client, identity="loyalty:CARD-K4") == []

    async def test_not_of_a_customer_who_is_archived(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, identities=[self.CARD])
        await client.post(f"{PATH}/{made['id']}/archive")
        sale = await buy(client, identity=self.CARD, phone=NUMBER)
        assert (sale["customer_id"], sale["match_reasons"][1:]) == (made["id"], [reason("phone", NUMBER, "unknown")])
        assert (await client.get(f"{PATH}/{made['id']}")).json()["contact_points"] == []

    async def test_a_filler_is_not_learnt(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[make.email("ada@example.com")])
        walkin = make.identity("vend", "WALKIN")
        assert (await buy(client, identity=walkin, phone="0000000000", email="ada@example.com"))["match"] == "matched"
        stored = (await client.get(f"{PATH}/{made['id']}")).json()
        assert (stored["identities"], len(stored["contact_points"])) == ([], 1)

    async def test_a_contradiction_is_left_open_with_reasons(self, client: httpx.AsyncClient) -> None:
        holder = await make.create(client, identities=[self.CARD])
        other = await make.create(client, contact_points=[make.email("ada@example.com")])
        sale = await buy(client, identity=self.CARD, email="ada@example.com", phone=NUMBER)
        assert (sale["match"], sale["customer_id"]) == ("ambiguous", None)
        assert sale["candidates"] == sorted([holder["id"], other["id"]])
        assert sale["match_reasons"] == [
            reason("identity", "loyalty:CARD-K4", "found", holder["id"]),
            reason("email", "ada@example.com", "found", other["id"]),
            reason("phone", NUMBER, "unknown"),
        ]
        assert await found(client, phone=NUMBER) == []
        decided = await buy(client, id=other["id"], identity=self.CARD, email="ada@example.com")
        assert (decided["match"], decided["customer_id"]) == ("matched", other["id"])
        assert (await client.get(f"{PATH}/{other['id']}")).json()["identities"] == []

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    async def test_no_two_hold_a_number_whatever_the_order(
        self, client: httpx.AsyncClient, db: Any, order: tuple[int, ...]
    ) -> None:
        bodies = [
            receipt(phone=NUMBER, email="ada@example.com"),
            receipt(phone="whatsapp:+447911123402", identity=self.CARD),
            receipt(phone="0044 7911 123402"),
        ]
        for n in order:
            await api.post(client, "/v1/sales", bodies[n])
        assert await db.fetchval("SELECT count(*) FROM customers") == 1
        assert await db.fetchval("SELECT count(*) FROM contact_points WHERE normalized = '+447911123402'") == 1
        assert await db.fetchval("SELECT count(DISTINCT customer_id) FROM sales") == 1


class TestASecondSystem:
    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "display_name": "A. Lovelace",
            "given_name": "Ada",
            "identities": [make.identity("shopify", "77")],
            "contact_points": [make.email("Ada@example.com", primary=True), {"kind": "whatsapp", "value": NUMBER}],
            "tags": ["web"],
            "owner": "tom",
            "addresses": [{"city": "London", "country": "GB"}],
            "attributes": {"size": "M", "known": "new"},
            "preferences": {"language": "en", "channels": ["email"]},
            **changes,
        }

    async def known(self, client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
        points = [make.email("ada@example.com", label="home"), make.phone(NUMBER)]
        fields = {"owner": "mia", "attributes": {"known": "old"}, "preferences": {"channels": ["sms"]}, **changes}
        return await make.create(client, display_name="Ada", contact_points=points, **fields)

    async def test_is_refused_unless_asked_for(self, client: httpx.AsyncClient) -> None:
        known = await self.known(client)
        (result,) = await batch(client, [self.body()])
        assert (result["status"], result["problem"]["customer_ids"]) == (409, [known["id"]])

    async def test_is_matched(self, client: httpx.AsyncClient, db: Any) -> None:
        known = await self.known(client)
        (result,) = await batch(client, [self.body()], on_match="match")
        assert result == {"line": 1, "status": 200, "id": known["id"], "matched": True}
        filled = (await client.get(f"{PATH}/{known['id']}")).json()
        assert (filled["display_name"], filled["given_name"], filled["owner"]) == ("Ada", "Ada", "mia")
        assert filled["identities"] == [make.identity("shopify", "77")]
        assert [(p["value"], p["label"], p["primary"]) for p in filled["contact_points"]] == [
            ("ada@example.com", "home", False),
            (NUMBER, None, False),
        ]
        assert filled["contact_points"][1]["uses"] == ["call", "sms", "whatsapp"]
        assert (filled["tags"], filled["attributes"]) == (["web"], {"known": "old", "size": "M"})
        assert [a["city"] for a in filled["addresses"]] == ["London"]
        assert (filled["preferences"]["channels"], filled["preferences"]["language"]) == (["sms"], "en")
        assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'customer.updated'") == 1
        # The identity is known from now on: nothing is left to be learnt.
        (again,) = await batch(client, [self.body()], on_match="match")
        assert (again["id"], again["matched"]) == (known["id"], True)
        assert (await client.get(f"{PATH}/{known['id']}")).json() == filled
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_rows_of_one_batch_are_matched_with_each_other(self, client: httpx.AsyncClient, db: Any) -> None:
        ids = [make.identity(f"shop-{n}", "7") for n in range(3)]
        results = await batch(
            client,
            [
                make.customer(identities=[ids[0]], contact_points=[make.email("a@example.com")]),
                make.customer(
                    identities=[ids[1]], contact_points=[make.email("A@example.com"), make.phone("020 7946 0199")]
                ),
                make.customer(identities=[ids[2]], contact_points=[make.phone("+44 20 7946 0199")]),
                make.customer(),
            ],
            on_match="match",
        )
        assert [(r["status"], r.get("matched", False)) for r in results] == [
            (201, False),
            (200, True),
            (200, True),
            (201, False),
        ]
        assert len({r["id"] for r in results[:3]}) == 1
        assert await db.fetchval("SELECT count(*) FROM customers") == 2
        assert (await client.get(f"{PATH}/{results[0]['id']}")).json()["identities"] == ids

    @pytest.mark.parametrize("on_match", ["match", "keep"])
    async def test_keys_of_different_customers_are_refused(self, client: httpx.AsyncClient, on_match: str) -> None:
        known = await self.known(client)
        other = await make.create(client, identities=[make.identity("shopify", "77")])
        (result,) = await batch(client, [self.body()], on_match=on_match)
        assert result["status"] == 409
        expected = [known["id"], other["id"]] if on_match == "match" else [other["id"]]
        assert result["problem"]["customer_ids"] == sorted(expected)

    async def test_is_kept_apart(self, client: httpx.AsyncClient, db: Any) -> None:
        known = await self.known(client)
        (result,) = await batch(client, [self.body()], on_match="keep")
        assert result["status"] == 201
        for customer_id in (known["id"], result["id"]):
            stored = (await client.get(f"{PATH}/{customer_id}")).json()
            assert [p["shared"] for p in stored["contact_points"]] == [True, True]
        assert (await client.get(f"{PATH}/{known['id']}")).json()["version"] > 1
        assert (await buy(client, email="ada@example.com"))["match"] == "ambiguous"
        ((subject, data),) = await db.fetch("SELECT subject_id, data FROM events WHERE type = 'customer.updated'")
        pointers = [change["pointer"] for change in json.loads(data)["changes"]]
        assert (str(subject), pointers) == (known["id"], ["/contact_points/0/shared", "/contact_points/1/shared"])

    @pytest.mark.parametrize("again", ["keep", "refuse"])
    async def test_who_is_kept_apart_can_be_sent_again(self, client: httpx.AsyncClient, db: Any, again: str) -> None:
        lines = [
            make.customer(
                identities=[make.identity("ka", number)], contact_points=[make.phone(), make.email("e@example.com")]
            )
            for number in ("1", "2")
        ]
        first = await batch(client, lines, on_match="keep")
        second = await batch(client, lines, on_match=again)
        assert [result["status"] for result in first + second] == [201, 201, 200, 200]
        assert [result["id"] for result in second] == [result["id"] for result in first]
        assert await db.fetchval("SELECT count(*) FROM customers") == 2

    @pytest.mark.parametrize("on_match", ["keep", "refuse"])
    async def test_what_was_learnt_since_is_no_difference(self, client: httpx.AsyncClient, on_match: str) -> None:
        identity = make.identity("ka", "1")
        body = make.customer(
            identities=[identity],
            contact_points=[make.email("e@example.com")],
            attributes={"size": "M"},
            preferences={"language": "en"},
        )
        (first,) = await batch(client, [body])
        await buy(client, identity=identity, phone=NUMBER)
        other = {"attributes": {"colour": "red"}, "preferences": {"channels": ["sms"]}}
        await batch(
            client,
            [make.customer(identities=[make.identity("kb", "7")], contact_points=body["contact_points"], **other)],
            on_match="match",
        )
        filled = await api.get(client, f"{PATH}/{first['id']}")
        assert (len(filled["contact_points"]), len(filled["identities"]), len(filled["attributes"])) == (2, 2, 2)
        (again,) = await batch(client, [body], on_match=on_match)
        assert (again["status"], again["id"]) == (200, first["id"])
        assert await api.get(client, f"{PATH}/{first['id']}") == filled

    @pytest.mark.parametrize(
        "change",
        [
            {"display_name": "Ada King"},
            {"attributes": {"size": "L"}},
            {"preferences": {"language": "de"}},
            {"contact_points": [make.email("e@example.com", label="work")]},
            {"contact_points": [make.email("other@example.com")]},
            {"contact_points": []},
        ],
    )
    async def test_what_was_changed_since_is_a_difference(self, client: httpx.AsyncClient, change: Any) -> None:
        body = make.customer(
            identities=[make.identity("ka", "1")],
            contact_points=[make.email("e@example.com", label="home")],
            attributes={"size": "M"},
            preferences={"language": "en"},
        )
        (first,) = await batch(client, [body])
        await api.patch(client, f"{PATH}/{first['id']}", change)
        (again,) = await batch(client, [body])
        assert (again["status"], again["problem"]["customer_ids"]) == (409, [first["id"]])

    async def test_what_was_verified_since_is_no_difference(self, client: httpx.AsyncClient) -> None:
        point, verified = make.email("e@example.com"), {"verified_at": "2026-01-01T00:00:00Z"}
        body = make.customer(contact_points=[point])
        (first,) = await batch(client, [body])
        await api.patched(client, f"{PATH}/{first['id']}", {"contact_points": [point | verified]})
        (again,) = await batch(client, [body])
        assert (again["status"], again["id"]) == (200, first["id"])
        other = point | {"verified_at": "2026-02-01T00:00:00Z"}
        (again,) = await batch(client, [body | {"contact_points": [other]}])
        assert again["status"] == 409, "that is another time than the one that is stored"

    async def test_what_is_verified_is_filled_in(self, client: httpx.AsyncClient) -> None:
        point = make.email("e@example.com")
        first = await make.create(client, contact_points=[point])
        for day in (1, 2):  # what is known is not overwritten
            verified = {"verified_at": f"2026-01-0{day}T00:00:00.000000Z"}
            await batch(client, [make.customer(contact_points=[point | verified])], on_match="match")
            (read,) = (await api.get(client, f"{PATH}/{first['id']}"))["contact_points"]
            assert read["verified_at"] == "2026-01-01T00:00:00.000000Z"

    async def test_what_was_learnt_is_shared_by_its_place(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create(client, identities=[make.identity("card", "7")], contact_points=[make.phone()])
        await buy(client, identity=make.identity("card", "7"), email="ada@example.com")
        body = make.customer(contact_points=[make.email("ada@example.com")])
        assert [result["status"] for result in await batch(client, [body], on_match="keep")] == [201]
        data = await db.fetchval("SELECT data FROM events WHERE type = 'customer.updated'")
        assert json.loads(data)["changes"] == [{"pointer": "/contact_points/1/shared", "stored": False, "sent": True}]

    async def test_one_by_one(self, client: httpx.AsyncClient) -> None:
        known = await self.known(client)
        assert (await client.post(PATH, json=self.body())).status_code == 409
        answer = await client.post(PATH, json=self.body(), params={"on_match": "match"})
        assert (answer.status_code, answer.json()["id"]) == (200, known["id"])

    async def test_by_identity(self, client: httpx.AsyncClient) -> None:
        known = await self.known(client)
        path = f"{PATH}/by-identity/shopify/78"
        body = {"contact_points": [make.email("ada@example.com")], "owner": "tom"}
        assert (await client.put(path, json=body)).status_code == 409
        only_new = {"If-None-Match": "*"}
        refused = await client.put(path, json=body, params={"on_match": "match"}, headers=only_new)
        assert refused.status_code == 409
        answer = await client.put(path, json=body, params={"on_match": "match"})
        assert (answer.status_code, answer.json()["id"], answer.json()["owner"]) == (200, known["id"], "mia")
        assert await found(client, identity="shopify:78") == [known["id"]]

    async def test_a_language_in_another_case_is_the_same(self, client: httpx.AsyncClient) -> None:
        body = {"display_name": "Ada", "identities": [make.identity("shopify", "78")]}
        known = await make.create(client, **body, preferences={"language": "en-GB"})
        respelled = {**body, "preferences": {"language": "EN-gb"}}
        assert [result["status"] for result in await batch(client, [respelled])] == [200]
        answer = await client.put(f"{PATH}/by-identity/shopify/78", json=respelled)
        assert answer.json() == known

    async def test_a_policy_that_is_none(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(PATH, json=self.body(), params={"on_match": "guess"})).status_code == 422


class TestNobody:
    @pytest.mark.parametrize(
        "customer",
        [
            {"phone": "0000000000"},
            {"phone": "00000000000"},
            {"phone": "01111111111"},
            {"phone": "0123456789"},
            {"email": "none@none.com"},
            {"email": "noemail@shop.example", "phone": "0000000000"},
            {"identity": make.identity("vend", "WALKIN")},
            {"identity": make.identity("till", "0"), "name": "Cash sale"},
            {"phone": "770771"},
            {"phone": "030 901820"},
        ],
    )
    async def test_a_receipt_is_nobodys(self, client: httpx.AsyncClient, db: Any, customer: dict[str, Any]) -> None:
        for name in ("Ada", "Bob"):
            sale = await buy(client, **{"name": name, **customer})
            assert (sale["match"], sale["customer_id"]) == ("unmatched", None)
            results = {reason["result"] for reason in sale["match_reasons"]}
            assert results == {"of_nobody"}
            assert {key: value for key, value in sale["customer"].items() if value is not None} == {
                "name": name,
                **customer,
            }
        assert await db.fetchval("SELECT count(*) FROM customers") == 0

    @pytest.mark.parametrize(
        ("point", "normalized"),
        [
            (make.phone("0000000000"), None),
            (make.phone("770771"), "770771"),
            (make.email("none@none.com"), "none@none.com"),
            (make.phone("030 901820"), None),
        ],
    )
    async def test_customers_may_have_it_and_it_finds_none(
        self, client: httpx.AsyncClient, point: dict[str, Any], normalized: str | None
    ) -> None:
        for _ in range(2):
            made = await make.create(client, contact_points=[point])
            (answered,) = made["contact_points"]
            assert (answered["value"], answered["identifies"]) == (point["value"], False)
            assert normalized is None or answered["normalized"] == normalized
        assert await found(client, **{point["kind"]: point["value"]}) == []
        channel = {"channel": "email" if point["kind"] == "email" else "phone"}
        assert (await interaction(client, point["kind"], point["value"], **channel))["customer_id"] is None
        await client.post(f"{PATH}/{made['id']}/archive")
        assert (await client.post(f"{PATH}/{made['id']}/restore")).status_code == 200

    async def test_of_an_identity(self, client: httpx.AsyncClient) -> None:
        guest = make.identity("shopify", "GUEST")
        first, second = [await make.create(client, identities=[guest]) for _ in range(2)]
        assert first["id"] != second["id"]
        assert first["identities"] == [guest]
        assert await found(client, identity="shopify:GUEST") == []
        answer = await client.put(f"{PATH}/by-identity/shopify/GUEST", json={})
        assert answer.status_code == 422

    async def test_values_of_the_business(self, make_app: MakeApp, connect: Any) -> None:
        app = await make_app(values_of_nobody=["info@shop.example", "020 7946 0100", "till:17"])
        client = connect(to=app)
        for customer in (
            {"email": "Info@Shop.example"},
            {"phone": "+44 20 7946 0100"},
            {"identity": make.identity("till", "17")},
        ):
            assert (await buy(client, **customer))["match"] == "unmatched"
        assert (await buy(client, email="ada@shop.example"))["match"] == "matched"


class TestRegion:
    @pytest.mark.parametrize(
        ("addresses", "normalized"),
        [
            ([DE], "+4930901820"),
            ([{"country": "GB"}, {**DE, "primary": True}], "+4930901820"),
            ([DE, DE], "+4930901820"),
            ([{"city": "York"}, DE], "+4930901820"),
        ],
    )
    async def test_is_that_of_the_address(self, client: httpx.AsyncClient, addresses: Any, normalized: str) -> None:
        made = await make.create(client, contact_points=[make.phone("030 901820")], addresses=addresses)
        (point,) = made["contact_points"]
        assert (point["normalized"], point["value"], point["identifies"]) == (normalized, "030 901820", True)
        assert await found(client, phone=normalized) == [made["id"]]

    async def test_numbers_follow_the_address(self, client: httpx.AsyncClient) -> None:
        points = [make.phone("030 901820"), make.phone(NUMBER)]
        made = await make.create(client, contact_points=points)
        assert made["contact_points"][0]["identifies"] is False
        answer = await client.patch(f"{PATH}/{made['id']}", json={"addresses": [DE]}, headers=api.MERGE_PATCH)
        moved = answer.json()["contact_points"]
        assert [p["normalized"] for p in moved] == ["+4930901820", "+447911123402"]
        assert [p["id"] for p in moved] == [p["id"] for p in made["contact_points"]]
        assert await found(client, phone="+49 30 901820") == [made["id"]]
        assert (await client.get(PATH, params={"q": "+49 30 901820"})).json()["items"][0]["id"] == made["id"]

    async def test_a_move_to_a_number_of_somebody_else(self, client: httpx.AsyncClient) -> None:
        holder = await make.create(client, contact_points=[make.phone("+49 30 901820")])
        made = await make.create(client, contact_points=[make.email(), make.phone("030 901820")])
        answer = await client.patch(f"{PATH}/{made['id']}", json={"addresses": [DE]}, headers=api.MERGE_PATCH)
        assert (answer.status_code, answer.json()["customer_ids"]) == (409, [holder["id"]])
        assert answer.json()["errors"][0]["pointer"] == "/contact_points/1"


class TestForms:
    @pytest.mark.parametrize(
        ("stored", "sent"),
        [
            ("+525541637146", "+5215541637146"),
            ("+5215541637146", "+525541637146"),
            ("+5519999118799", "+551999118799"),
            ("+541123456789", "+5491123456789"),
            ("+2290197123456", "22997123456@s.whatsapp.net"),
            ("sip:+442079460123@host.example", "020 7946 0123"),
            ("020 7946 0123 (work)", "Tel. 020 7946 0123"),
            ("020 7946 0123", "020 7946 0123 - wife"),
            ("tel:+44-20-7946-0123", "\u202a+44 20 7946 0123\u202c"),
        ],
    )
    async def test_of_a_number(self, client: httpx.AsyncClient, stored: str, sent: str) -> None:
        made = await make.create(client, contact_points=[make.phone(stored)])
        assert made["contact_points"][0]["value"] == stored
        assert (await interaction(client, "whatsapp", sent))["customer_id"] == made["id"]
        assert (await buy(client, phone=sent))["customer_id"] == made["id"]

    @pytest.mark.parametrize("words", ["abends!", "c/o Anna", "(work, Mon)", "mum & dad", "mon/wed"])
    async def test_of_a_number_with_words_behind_it(self, client: httpx.AsyncClient, words: str) -> None:
        sent = f"+49 30 902109 {words}"
        made = await make.create(client, contact_points=[make.phone("+49 30 902109")])
        assert (await interaction(client, "phone", sent))["customer_id"] == made["id"]
        assert (await buy(client, name="Ada", phone=sent))["customer_id"] == made["id"]
        assert await found(client, phone=sent) == [made["id"]]
        assert [item["id"] for item in (await api.get(client, PATH, q=sent))["items"]] == [made["id"]]

    @pytest.mark.parametrize("words", ["ab 18h", "mobil 2", "Apt. 3b", "Mo-Fr 9-12", "18 Uhr"])
    async def test_of_no_number_that_is_made_of_words(self, client: httpx.AsyncClient, words: str) -> None:
        sent = f"+49 30 902109 {words}"
        await make.create(client, contact_points=[make.phone("+49 30 902109")])
        bought = await client.post("/v1/sales", json=receipt(name="Ada", phone=sent))
        after = await client.post("/v1/sales", json=receipt(name="Ada", phone="07911 123456 after 6pm"))
        assert bought.status_code == after.status_code
        assert bought.json().get("customer_id") is None
        assert len((await api.get(client, PATH))["items"]) == 1

    @pytest.mark.parametrize(
        ("stored", "digits"),
        [
            ("+1 415 555 2671", "14155552671"),
            ("+49 171 1234567", "491711234567"),
            ("+55 21 98765-4321", "5521987654321"),
            ("07911 123456", "447911123456"),
        ],
    )
    async def test_of_a_number_with_its_country_and_no_plus(
        self, client: httpx.AsyncClient, stored: str, digits: str
    ) -> None:
        made = await make.create(client, contact_points=[make.phone(stored)])
        for kind in ("whatsapp", "phone"):
            assert (await interaction(client, kind, digits))["customer_id"] == made["id"]
            answer = await client.post(PATH, json=make.customer(contact_points=[{"kind": kind, "value": digits}]))
            assert answer.status_code == 409
        assert (await buy(client, phone=digits))["customer_id"] == made["id"]
        assert await found(client, phone=digits) == [made["id"]]
        assert [item["id"] for item in (await api.get(client, PATH, q=digits))["items"]] == [made["id"]]

    async def test_a_receipt_with_it_creates_its_buyer(self, client: httpx.AsyncClient) -> None:
        bought = await buy(client, name="Ada", phone="14155552671")
        assert await found(client, phone="+1 415 555 2671") == [bought["customer_id"]]

    async def test_whatsapp_always_has_the_country(self, client: httpx.AsyncClient) -> None:
        """By the plan of Germany the digits are a number there as well."""
        await make.create_source(client, "wa", country="DE")
        writer = await make.create(client, contact_points=[make.phone("+44 7911 123456")])
        other = await make.create(client, contact_points=[make.phone("+49 447911123456")])
        recorded = await interaction(client, "whatsapp", "447911123456", source="wa", external_id="1")
        assert (recorded["customer_id"], recorded["contact"]["value"]) == (writer["id"], "+447911123456")
        called = await interaction(client, "phone", "447911123456", source="wa", external_id="2")
        assert called["customer_id"] == other["id"]

    async def test_an_account_of_whatsapp_is_stored_with_its_country(self, client: httpx.AsyncClient) -> None:
        point = {"kind": "whatsapp", "value": "447911123456"}
        made = await make.create(client, contact_points=[point], addresses=[DE])
        (stored,) = made["contact_points"]
        assert (stored["value"], stored["normalized"]) == ("+447911123456", "+447911123456")
        assert (await interaction(client, **point))["customer_id"] == made["id"]

    @pytest.mark.parametrize(
        "header",
        [
            "Zoë <zoe@example.com>",
            '"Doe, J" <ZOE@example.com>',
            "mailto:zoe@example.com?subject=x",
            "zoe@example.com.",
            "<zoe@example.com>",
            "zoe@example.com\u200b",
            "zoe＠example.com",
            "\u00a0zoe@example.com",
        ],
    )
    async def test_of_an_address(self, client: httpx.AsyncClient, header: str) -> None:
        made = await make.create(client, contact_points=[make.email("zoe@example.com")])
        channel = {"channel": "email"}
        assert (await interaction(client, "email", header, **channel))["customer_id"] == made["id"]
        assert (await buy(client, email=header))["customer_id"] == made["id"]
        assert await found(client, email=header) == [made["id"]]
        answer = await client.post(PATH, json=make.customer(contact_points=[make.email(header)]))
        assert answer.status_code == 409

    async def test_of_a_host(self, client: httpx.AsyncClient) -> None:
        made = await make.create(client, contact_points=[make.email("zoe@bücher.example")])
        assert await found(client, email="Zoë <zoe@xn--bcher-kva.example>") == [made["id"]]

    @pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", "JAVASCRIPT:alert(1)"])
    async def test_of_the_web_only(self, client: httpx.AsyncClient, value: str) -> None:
        answer = await client.post(PATH, json=make.customer(contact_points=[{"kind": "web", "value": value}]))
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/contact_points/0/value")
