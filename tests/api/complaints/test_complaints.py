"""Complaints as they come in, are found, changed and claimed. Their moves, parts and clocks have files of their own."""

import asyncio
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core.sessions import Sessions
from app.rules.complaints import states as rules
from app.schemas.complaints.intake import ComplaintNew
from app.services.complaints import complaints
from tests import make
from tests.make.complaints import MOVES_TO, PATH, body, history, record, record_in
from tests.support.api import errors, pointers
from tests.support.application import TestClock
from tests.support.complaints import batch, clocks, events, get, listed, moved, moves, next_check_at, patch, patched
from tests.support.service_levels import change_policy
from tests.support.times import NOW, ago

PHONE = {"kind": "phone", "value": "020 7946 0111"}
WHOLE: dict[str, Any] = {
    "complainant": {"name": "Zoë Ōkafor", "contact": PHONE},
    "channel": "email",
    "received_at": "2026-03-01T10:00:00+01:00",
    "site": "Leeds",
    "sku": "LAMB-1",
    "staff": "tom",
    "category": "Freshness",
    "severity": "high",
    "complexity": "moderate",
    "impact": "several_customers",
    "immediate_action": True,
    "description": "The lamb was off.\nNobody rang — 🥩",
    "desired_outcome": "The money back",
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "17.00",
    "currency": "GBP",
    "owner": "mia",
    "priority": "high",
    "cause_kind": "supplier",
    "cause": "The van was warm",
    "attributes": {"mood": ["bad", {"n": 1}]},
    "source": "helpdesk",
    "external_id": "H-1",
}


async def codes(client: httpx.AsyncClient, path: str, name: str) -> list[str]:
    return [item[name] for item in (await client.get(path)).json()["items"]]


async def count(db: Any, table: str) -> int:
    return await db.fetchval(f"SELECT count(*) FROM {table}")


class TestRecord:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        answer = await client.post(PATH, json=WHOLE)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert answer.headers["etag"] == '"1"'
        assert {name: found[name] for name in WHOLE} == WHOLE | {"received_at": "2026-03-01T09:00:00.000000Z"}
        assert await get(client, found) == found
        assert (found["state"], found["state_since"]) == ("received", found["received_at"])
        assert found["allowed_moves"] == ["acknowledge", "withdraw"]
        assert await events(db, found) == [("received", "received by email")]
        assert await codes(client, "/v1/sites", "code") == ["Leeds"]
        assert await codes(client, "/v1/products", "sku") == ["LAMB-1"]

    async def test_the_least(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        assert (found["received_at"], found["created_at"], found["updated_at"]) == (NOW, NOW, NOW)
        assert (found["customer_id"], found["complainant"], found["severity"]) == (None, None, None)
        assert (found["priority"], found["publicity"], found["immediate_action"]) == ("normal", "private", False)
        assert (found["remedies"], found["actions"], found["clocks"], found["attributes"]) == ([], [], [], {})
        assert (found["policy_id"], found["procedure_id"], found["due_at"], found["breached"]) == (
            None,
            None,
            None,
            False,
        )

    async def test_each_has_a_number_of_its_own(self, client: httpx.AsyncClient) -> None:
        found = [(await record(client))["reference"] for _ in range(3)]
        assert all(re.fullmatch(r"C-\d{3}-\d{4}", reference) for reference in found)
        numbers = [rules.parse_reference(reference) for reference in found]
        assert None not in numbers and len(set(numbers)) == 3

    async def test_what_would_put_it_right(self, client: httpx.AsyncClient) -> None:
        wanted = [{"kind": "refund", "cost": "5.00", "currency": "GBP"}, {"kind": "apology", "description": "In words"}]
        found = await record(client, remedies=wanted, received_at=ago(days=1))
        assert [(r["kind"], r["state"], r["sought_at"], r["offered_at"]) for r in found["remedies"]] == [
            ("refund", "sought", ago(days=1), None),
            ("apology", "sought", ago(days=1), None),
        ]
        assert (found["remedies"][0]["cost"], found["remedies"][1]["description"]) == ("5.00", "In words")

    async def test_is_told_on_the_timeline_when_it_came_in(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        found = await record(client, customer_id=customer["id"], received_at=ago(days=9), feeling="angry")
        (entry,) = (await client.get(f"/v1/customers/{customer['id']}/timeline?type=complaint")).json()["items"]
        assert (entry["type"], entry["occurred_at"], entry["recorded_at"]) == ("complaint.received", ago(days=9), NOW)
        assert entry["title"] == f"Complaint {found['reference']}: received by phone"
        assert (entry["channel"], entry["data"]) == ("phone", {"feeling": "angry"})

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"description": ""}, ("/description", "string_too_short")),
            ({"description": "a\0"}, ("/description", "control_character")),
            ({"channel": "pigeon"}, ("/channel", "enum")),
            ({"severity": "grave"}, ("/severity", "enum")),
            ({"immediate_action": 1}, ("/immediate_action", "bool_type")),
            ({"received_at": "2026-03-01T10:00:00"}, ("/received_at", "datetime_parsing")),
            ({"received_at": "2026-03-03T09:00:00.000001Z"}, ("/received_at", "in_the_future")),
            ({"customer_id": str(uuid4())}, ("/customer_id", "not_found")),
            ({"sale_id": str(uuid4())}, ("/sale_id", "not_found")),
            ({"interaction_id": str(uuid4())}, ("/interaction_id", "not_found")),
            ({"sale_line_no": 1}, ("/sale_id", "missing")),
            ({"value": "1.00"}, ("/currency", "missing")),
            ({"currency": "GBP"}, ("/value", "missing")),
            ({"source": "helpdesk"}, ("/external_id", "missing")),
            ({"external_id": "H-1"}, ("/source", "missing")),
            ({"complainant": {"contact": {"kind": "phone"}}}, ("/complainant/contact/value", "missing")),
            ({"remedies": [{"kind": "kiss"}]}, ("/remedies/0/kind", "enum")),
            ({"remedies": [{"kind": "refund", "cost": "1.00"}]}, ("/remedies/0/currency", "missing")),
            ({"remedies": [{"kind": "apology"}] * 51}, ("/remedies", "too_long")),
            ({"history": history("withdraw") * 201}, ("/history", "too_long")),
            ({"state": "closed"}, ("/state", "unknown_field")),
            ({"reference": "C-000-0011"}, ("/reference", "unknown_field")),
        ],
    )
    async def test_wrong_values(
        self, client: httpx.AsyncClient, db: Any, change: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        assert errors(await client.post(PATH, json=body(site="Leeds", **change))) == [expected]
        for table in ("complaints", "sites", "events", "jobs"):
            assert await count(db, table) == 0

    async def test_about_a_line_of_a_sale(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client)
        found = await record(client, sale_id=sale["id"], sale_line_no=1)
        assert (found["sale_id"], found["sale_line_no"]) == (sale["id"], 1)
        answer = await client.post(PATH, json=body(sale_id=sale["id"], sale_line_no=2))
        assert errors(answer) == [("/sale_line_no", "not_found")]

    async def test_is_not_received_before_the_sale(self, client: httpx.AsyncClient) -> None:
        """By more than clocks differ; a till whose clock is not to be believed says nothing."""
        sale = await make.record_sale(client, occurred_at="2026-03-02T08:00:00Z")
        await record(client, sale_id=sale["id"], received_at="2026-03-01T08:00:00Z")
        early: dict[str, Any] = {"received_at": "2026-03-01T07:59:59Z"}
        expected = [("/received_at", "out_of_order")]
        assert errors(await client.post(PATH, json=body(sale_id=sale["id"], **early))) == expected
        found = await record(client, **early)
        assert errors(await patch(client, found, {"sale_id": sale["id"]})) == expected
        ahead = await make.record_sale(client, make.sale(occurred_at="2027-03-02T08:00:00Z"))
        await record(client, sale_id=ahead["id"], **early)

    async def test_under_one_idempotency_key_once(self, client: httpx.AsyncClient, db: Any) -> None:
        headers = {"Idempotency-Key": "k-1"}
        first, again = [await client.post(PATH, json=body(), headers=headers) for _ in range(2)]
        assert (again.status_code, again.text) == (201, first.text)
        assert again.headers["idempotent-replayed"] == "true"
        assert (await client.post(PATH, json=body(site="York"), headers=headers)).status_code == 422
        assert await count(db, "complaints") == 1

    async def test_only_tried_it_leaves_nothing(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_policy(client)
        before = [await count(db, table) for table in ("events", "jobs")]
        answer = await client.post(PATH, params={"validate_only": "true"}, json=body(site="Leeds", sku="TEA"))
        assert (answer.status_code, len(answer.json()["clocks"])) == (201, 1)
        assert [await count(db, table) for table in ("events", "jobs")] == before
        for table in ("complaints", "complaint_clocks", "clock_intervals", "sites", "products"):
            assert await count(db, table) == 0

    async def test_tried_in_vain_it_says_so(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(
            PATH, params={"validate_only": "true"}, json=body(received_at="2027-01-01T00:00:00Z")
        )
        assert errors(answer) == [("/received_at", "in_the_future")]


class TestOnce:
    async def test_the_same_again_is_what_is_stored(self, client: httpx.AsyncClient, db: Any) -> None:
        first = await client.post(PATH, json=WHOLE)
        again = await client.post(PATH, json=WHOLE)
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        assert await count(db, "complaints") == 1
        assert len(await events(db, first.json())) == 1

    async def test_whatever_became_of_it_meanwhile(self, client: httpx.AsyncClient) -> None:
        first = await record(client, **WHOLE)
        after = await moved(client, first, "acknowledge")
        after = await patched(client, after, {"severity": "low", "owner": None})
        assert await record(client, 200, **WHOLE) == after

    async def test_of_an_earlier_contract_it_is_compared_by_what_is_stored(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        first = await record(client, **WHOLE)
        await db.execute("UPDATE complaints SET content_hash = NULL")
        assert await record(client, 200, **WHOLE) == first
        assert (await client.post(PATH, json=WHOLE | {"severity": None})).status_code == 409

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"description": "Off"}, ["/description"]),
            ({"value": "18.00", "site": "York"}, ["/site", "/value"]),
            ({"attributes": {"mood": ["bad", {"n": 2}]}}, ["/attributes/mood/1/n"]),
            ({"received_at": "2026-03-01T09:00:01Z"}, ["/received_at"]),
            ({"complainant": {"name": "Zoë"}}, ["/complainant/name", "/complainant/contact"]),
            ({"severity": None}, ["/severity"]),
        ],
    )
    async def test_with_other_content_it_says_what_differs(
        self, client: httpx.AsyncClient, change: dict[str, Any], expected: list[str]
    ) -> None:
        first = await record(client, **WHOLE)
        answer = await client.post(PATH, json=WHOLE | change)
        assert (answer.status_code, answer.json()["code"]) == (409, "COMPLAINT_DIFFERS")
        assert answer.json()["complaint_id"] == first["id"]
        assert sorted(pointers(answer)) == sorted(expected)
        assert await get(client, first) == first

    async def test_of_another_customer_it_differs(self, client: httpx.AsyncClient) -> None:
        one, other = [await make.create_customer(client) for _ in range(2)]
        await record(client, **WHOLE, customer_id=one["id"])
        answer = await client.post(PATH, json=WHOLE | {"customer_id": other["id"]})
        assert pointers(answer) == ["/customer_id"]

    async def test_with_other_remedies_or_another_history_it_differs(self, client: httpx.AsyncClient) -> None:
        await record(client, **WHOLE)
        for change in ({"remedies": [{"kind": "refund"}]}, {"history": history("acknowledge")}):
            answer = await client.post(PATH, json=WHOLE | change)
            assert (answer.status_code, answer.json()["code"]) == (409, "COMPLAINT_DIFFERS")

    async def test_what_was_offered_later_is_no_difference(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        body = WHOLE | {"received_at": ago(days=3), "remedies": [{"kind": "refund"}]}
        first = await record(client, **body)
        clock.tick(60)
        for verb in ("acknowledge", "assess", "investigate"):
            await moved(client, first, verb, at=ago(days=2))
        await moved(client, first, "respond", at=ago(days=2), offers=[{"kind": "apology"}])
        # Spelled in another way, so that it is compared with what is stored.
        again = await client.post(PATH, json=body | {"received_at": ago(days=3).replace("Z", "+00:00")})
        assert (again.status_code, again.json()["id"]) == (200, first["id"]), again.text

    async def test_the_same_number_of_another_system_is_another_complaint(self, client: httpx.AsyncClient) -> None:
        first = await record(client, **WHOLE)
        assert (await record(client, **WHOLE | {"source": "shop"}))["id"] != first["id"]

    async def test_without_a_number_each_is_a_new_one(self, client: httpx.AsyncClient, db: Any) -> None:
        await record(client)
        await record(client)
        assert await count(db, "complaints") == 2


class TestWhose:
    async def test_by_id(self, client: httpx.AsyncClient) -> None:
        customer, other = await make.create_customer(client), await make.create_customer(client, contact_points=[PHONE])
        complainant = {"contact": PHONE}
        found = await record(client, customer_id=customer["id"], complainant=complainant)
        assert (found["customer_id"], found["complainant"]) == (customer["id"], {"name": None, "contact": PHONE})
        assert found["customer_id"] != other["id"]

    async def test_by_the_only_holder_of_a_contact(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, contact_points=[PHONE])
        contact = {"kind": "phone", "value": "+44 (0)20 7946 0111"}
        assert (await record(client, complainant={"contact": contact}))["customer_id"] == customer["id"]

    async def test_of_two_holders_by_neither(self, client: httpx.AsyncClient) -> None:
        for _ in range(2):
            await make.create_customer(client, contact_points=[PHONE | {"shared": True}])
        found = await record(client, complainant={"contact": PHONE})
        assert (found["customer_id"], found["complainant"]["contact"]) == (None, PHONE)

    async def test_a_contact_that_is_none_is_kept_as_it_was_said(self, client: httpx.AsyncClient) -> None:
        contact = {"kind": "phone", "value": "the one with the red door"}
        found = await record(client, complainant={"contact": contact})
        assert (found["customer_id"], found["complainant"]["contact"]) == (None, contact)

    async def test_by_the_sale(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client, customer={"id": customer["id"]})
        assert (await record(client, sale_id=sale["id"]))["customer_id"] == customer["id"]

    async def test_by_the_interaction(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        interaction = await make.record_interaction(client, customer_id=customer["id"])
        assert (await record(client, interaction_id=interaction["id"]))["customer_id"] == customer["id"]

    async def test_a_contact_says_more_than_a_sale_and_that_more_than_an_interaction(
        self, client: httpx.AsyncClient
    ) -> None:
        holder, buyer = await make.create_customer(client, contact_points=[PHONE]), await make.create_customer(client)
        sale = await make.record_sale(client, customer={"id": buyer["id"]})
        interaction = await make.record_interaction(client, customer_id=(await make.create_customer(client))["id"])
        both = {"sale_id": sale["id"], "interaction_id": interaction["id"]}
        assert (await record(client, **both, complainant={"contact": PHONE}))["customer_id"] == holder["id"]
        assert (await record(client, **both))["customer_id"] == buyer["id"]

    async def test_a_sale_and_an_interaction_of_nobody(self, client: httpx.AsyncClient) -> None:
        sale, interaction = await make.record_sale(client), await make.record_interaction(client)
        found = await record(client, sale_id=sale["id"], interaction_id=interaction["id"])
        assert found["customer_id"] is None

    async def test_the_policy_is_that_of_the_customers_tags(self, client: httpx.AsyncClient) -> None:
        policy = await make.create_policy(client, applies_to={"customer_tags": ["vip"]})
        await make.create_customer(client, contact_points=[PHONE], tags=["vip"])
        assert (await record(client, complainant={"contact": PHONE}))["policy_id"] == policy["id"]
        assert (await record(client))["policy_id"] is None


class TestClaim:
    async def claim(self, client: httpx.AsyncClient, one: dict[str, Any], customer_id: str) -> httpx.Response:
        return await client.post(f"{PATH}/{one['id']}/claim", json={"customer_id": customer_id})

    async def test_it_belongs_on_their_timeline_when_it_came_in(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        found = await record(client, received_at=ago(days=3))
        answer = await self.claim(client, found, customer["id"])
        assert (answer.status_code, answer.json()["customer_id"]) == (200, customer["id"])
        assert answer.headers["etag"] == '"2"'
        entries = (await client.get(f"/v1/customers/{customer['id']}/timeline?type=complaint")).json()["items"]
        entry, received = entries
        assert (received["type"], received["occurred_at"]) == ("complaint.received", ago(days=3))
        assert (entry["type"], entry["occurred_at"]) == ("complaint.claimed", ago(days=3))
        assert await listed(client, claimed="false") == []

    async def test_by_the_one_who_has_it_nothing_changes(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        found = await record(client, customer_id=customer["id"])
        assert (await self.claim(client, found, customer["id"])).json() == found
        assert len(await events(db, found)) == 1

    async def test_of_another(self, client: httpx.AsyncClient) -> None:
        customer, other = [await make.create_customer(client) for _ in range(2)]
        found = await record(client, customer_id=customer["id"])
        answer = await self.claim(client, found, other["id"])
        assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_CLAIMED")
        assert answer.json()["customer_id"] == customer["id"]

    async def test_by_nobody(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        assert errors(await self.claim(client, found, str(uuid4()))) == [("/customer_id", "not_found")]
        assert (await self.claim(client, {"id": uuid4()}, str(uuid4()))).status_code == 404

    async def test_has_the_policy_chosen_anew(self, client: httpx.AsyncClient, db: Any) -> None:
        policy = await make.create_policy(client, applies_to={"customer_tags": ["vip"]})
        customer = await make.create_customer(client, tags=["vip"])
        found = await record(client)
        after = (await self.claim(client, found, customer["id"])).json()
        assert (after["policy_id"], [clock["metric"] for clock in after["clocks"]]) == (policy["id"], ["respond"])
        assert await next_check_at(db, found) is not None


class TestHistory:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        targets = {"acknowledge_minutes": 60, "respond_minutes": 120, "resolve_minutes": 960}
        calendar = make.calendar(code="always", hours=[{"day": "monday", "opens": "00:00", "closes": "24:00"}])
        assert (await client.post("/v1/calendars", json=calendar)).status_code == 201
        await make.create_policy(client, calendar="always", targets=targets)
        entries = history(*MOVES_TO["closed"], since="2026-03-02T04:00:00Z")
        entries[0] |= {"staff": "tom", "note": "By phone", "customer_notified": True}
        entries[3] |= {"decision": "partly_upheld", "customer_notified": True, "at": "2026-03-02T06:30:00Z"}
        entries[4]["at"] = entries[5]["at"] = "2026-03-02T07:00:00Z"  # at one moment
        found = await record(client, received_at="2026-03-02T04:00:00Z", history=entries)
        assert (found["state"], found["state_since"]) == ("closed", "2026-03-02T07:00:00.000000Z")
        assert found["ended_at"] == found["state_since"]
        assert found["acknowledged_at"] == "2026-03-02T04:01:00.000000Z"
        assert found["responded_at"] == found["notified_at"] == "2026-03-02T06:30:00.000000Z"
        assert (found["decision"], found["due_at"], found["breached"]) == ("partly_upheld", None, True)
        assert {clock["metric"]: clock["breached_at"] for clock in found["clocks"]} == {
            "acknowledge": None,
            "respond": "2026-03-02T06:00:00.000000Z",
            "resolve": None,
        }
        made = await moves(client, found)
        assert [m["position"] for m in made] == [1, 2, 3, 4, 5, 6]
        assert [m["move"] for m in made] == MOVES_TO["closed"]
        assert [m["from_state"] for m in made] == ["received", *(m["to_state"] for m in made[:-1])]
        assert (made[0]["staff"], made[0]["note"]) == ("tom", "By phone")
        assert {m["recorded_at"] for m in made} == {NOW}
        assert [m["happened_at"][11:16] for m in made] == ["04:01", "04:02", "04:03", "06:30", "07:00", "07:00"]
        assert [what for what, _ in await events(db, found)] == [
            "received",
            "acknowledged",
            "assessed",
            "investigated",
            "responded",
            "accepted",
            "closed",
            "breached",
        ]
        assert await next_check_at(db, found) is None

    @pytest.mark.parametrize("state", MOVES_TO)
    async def test_into_every_state(self, client: httpx.AsyncClient, state: str) -> None:
        found = await record_in(client, state)
        assert found["state"] == state
        assert (found["ended_at"] is not None) == (state in ("closed", "withdrawn"))
        assert found["reopened_count"] == (state == "reopened")

    @pytest.mark.parametrize(
        ("history", "expected"),
        [
            (history("assess"), ("/history/0/move", "not_allowed")),
            (history("acknowledge", "assess", "respond"), ("/history/2/move", "not_allowed")),
            (history("withdraw", "close"), ("/history/1/move", "not_allowed")),
            (history("acknowledge", since=ago(hours=2)), ("/history/0/at", "too_early")),
            (
                history("acknowledge", since=ago(minutes=30)) + history("withdraw", since=ago(minutes=40)),
                ("/history/1/at", "too_early"),
            ),
            ([{"move": "acknowledge", "at": "2026-03-02T09:00:01Z"}], ("/history/0/at", "in_the_future")),
            ([{"move": "escalate", "at": NOW}], ("/history/0/move", "enum")),
            ([{"move": "acknowledge"}], ("/history/0/at", "missing")),
        ],
    )
    async def test_that_cannot_be(
        self, client: httpx.AsyncClient, db: Any, history: list[Any], expected: tuple[str, str]
    ) -> None:
        answer = await client.post(PATH, json=body(received_at=ago(hours=1), history=history))
        assert errors(answer) == [expected]
        assert await count(db, "complaints") == await count(db, "complaint_moves") == 0

    async def test_whom_the_customer_was_told_by_has_its_clock(self, client: httpx.AsyncClient) -> None:
        await make.create_policy(client, targets={"update_minutes": 60})
        entries = history("acknowledge", "assess", "investigate")
        found = await record(
            client, received_at=ago(hours=1), history=[*entries[:2], entries[2] | {"customer_notified": True}]
        )
        kept = await clocks(client, found)
        assert {number: clock["state"] for (_, number), clock in kept.items()} == {1: "met", 2: "running"}
        assert kept["update", 1]["met_at"] == kept["update", 2]["started_at"] == entries[2]["at"]

    async def test_goes_on_from_where_it_ended(self, client: httpx.AsyncClient) -> None:
        found = await record_in(client, "investigating")
        await moved(client, found, "respond")
        assert [m["position"] for m in await moves(client, found)] == [1, 2, 3, 4]


class TestBatch:
    async def test_bad_lines_stop_nothing(self, client: httpx.AsyncClient, db: Any) -> None:
        known = body(source="s", external_id="1")
        results = await batch(
            client,
            body(description="1"),
            body(channel="pigeon"),
            known,
            "{not json",
            body(customer_id=str(uuid4())),
            body(received_at=ago(hours=1), history=history("close")),
            known,
            known | {"description": "Else"},
            body(description="2", received_at=ago(hours=1), history=history("withdraw")),
        )
        assert [r["status"] for r in results] == [201, 422, 201, 400, 422, 422, 200, 409, 201]
        assert [r["line"] for r in results] == list(range(1, 10))
        assert (results[6]["id"], results[6]["replayed"]) == (results[2]["id"], True)
        assert results[5]["problem"]["errors"][0]["pointer"] == "/history/0/move"
        assert await count(db, "complaints") == 3
        assert (await get(client, results[8]))["state"] == "withdrawn"

    async def test_again(self, client: httpx.AsyncClient) -> None:
        bodies = [body(source="s", external_id=f"{n}", remedies=[{"kind": "refund"}]) for n in range(20)]
        first, again = await batch(client, *bodies), await batch(client, *reversed(bodies))
        assert {r["status"] for r in first} == {201}
        assert {(r["status"], r["replayed"]) for r in again} == {(200, True)}
        assert [r["id"] for r in again] == [r["id"] for r in reversed(first)]

    async def test_a_good_line_after_a_bad_one_of_the_same_number(self, client: httpx.AsyncClient) -> None:
        good = body(source="s", external_id="1", received_at=ago(hours=1))
        bad = good | {"history": history("close")}
        results = await batch(client, bad, bad, good, good, good | {"description": "Else"})
        assert [r["status"] for r in results] == [422, 422, 201, 200, 409]
        assert results[2]["id"] == results[3]["id"]

    async def test_as_each_alone(self, client: httpx.AsyncClient, sessions: Sessions) -> None:
        new = [ComplaintNew.model_validate(body(description=f"{n}", site="York")) for n in range(30)]
        outcomes = await sessions.write(lambda ctx: complaints.record_many(ctx, new))
        found = [await get(client, {"id": outcome.id}) for outcome in outcomes]
        assert [one["description"] for one in found] == [f"{n}" for n in range(30)]
        assert len({one["reference"] for one in found}) == 30


class TestReference:
    async def find(self, client: httpx.AsyncClient, said: str) -> list[str]:
        answer = await client.get(PATH, params={"reference": said})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["items"]]

    async def test_however_it_was_said(self, client: httpx.AsyncClient) -> None:
        found = [await record(client) for _ in range(3)][1]
        digits = re.sub(r"\D", "", found["reference"])
        for said in (
            found["reference"],
            found["reference"].lower(),
            digits,
            " ".join(digits),
            f"no. {digits[:3]} / {digits[3:]}!",
            f"00{digits}",
        ):
            assert await self.find(client, said) == [found["id"]], said

    async def test_one_wrong_digit_or_a_swap_finds_none(self, client: httpx.AsyncClient) -> None:
        found = [await record(client) for _ in range(12)][5]
        digits = re.sub(r"\D", "", found["reference"])
        for n, digit in enumerate(digits):
            for other in set("0123456789") - {digit}:
                assert await self.find(client, digits[:n] + other + digits[n + 1 :]) == []
        for n in range(len(digits) - 1):
            if digits[n] != digits[n + 1]:
                assert await self.find(client, digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :]) == []

    async def test_with_other_filters(self, client: httpx.AsyncClient) -> None:
        found = await record(client, site="York")
        query = {"reference": found["reference"], "site": "Leeds"}
        assert (await client.get(PATH, params=query)).json()["items"] == []

    @pytest.mark.parametrize("said", ["C-", "lamb", "12", "٠٠٠-٠٠١٢", "9" * 40])
    async def test_of_nothing(self, client: httpx.AsyncClient, said: str) -> None:
        assert await self.find(client, said) == []


class TestList:
    async def test_filters(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        sale = await make.record_sale(client)
        special: dict[str, dict[str, Any]] = {
            "customer_id": {"customer_id": customer["id"]},
            "category": {"category": "Freshness"},
            "severity": {"severity": "critical"},
            "priority": {"priority": "urgent"},
            "feeling": {"feeling": "calm"},
            "channel": {"channel": "letter"},
            "site": {"site": "York"},
            "sku": {"sku": "LAMB"},
            "sale_id": {"sale_id": sale["id"]},
            "staff": {"staff": "tom"},
            "owner": {"owner": "mia"},
            "source": {"source": "shop", "external_id": "1"},
            "external_id": {"source": "helpdesk", "external_id": "2"},
        }
        for name, content in special.items():
            await record(client, **{"description": name, "feeling": "angry", **content})
        for name, content in special.items():
            assert await listed(client, **{name: content[name]}) == [name], name
        assert await listed(client, owner="MIA") == ["owner"]
        assert await listed(client, customer_id=str(uuid4())) == []
        assert await listed(client, claimed="true") == ["customer_id"]
        assert len(await listed(client, claimed="false")) == len(special) - 1

    async def test_by_state(self, client: httpx.AsyncClient) -> None:
        for state in MOVES_TO:
            await record_in(client, state, description=state)
        for state in MOVES_TO:
            assert await listed(client, state=state) == [state]
        over = ["withdrawn", "closed"]
        assert await listed(client, open="false") == over
        assert await listed(client, open="true") == [state for state in reversed(MOVES_TO) if state not in over]
        assert await listed(client, open="true", state="closed") == []

    async def test_in_every_order(self, client: httpx.AsyncClient) -> None:
        for days in (3, 1, 2, 1):
            await record(client, description=f"{days}", received_at=ago(days=days))
        assert await listed(client) == ["1", "1", "2", "3"]
        assert await listed(client, sort="received_at") == ["3", "2", "1", "1"]
        assert await listed(client, received_since=ago(days=2)) == ["1", "1", "2"]
        assert await listed(client, received_before=ago(days=2)) == ["3"]
        assert await listed(client, received_since=ago(days=2), received_before=ago(days=1)) == ["2"]

    async def test_by_what_is_due(self, client: httpx.AsyncClient, clock: TestClock, work: Any) -> None:
        """Monday at nine; the clock runs from nine to five."""
        for name, minutes in (("low", 480), ("high", 60), ("critical", 30)):
            targets = {"resolve_minutes": minutes}
            await make.create_policy(client, targets=targets, pauses=["rejected"], applies_to={"severities": [name]})
        for name in ("low", "high", "critical"):
            await record(client, description=name, severity=name)
        await record(client, description="untimed")
        await record_in(client, "rejected", description="paused", severity="low")
        closed = await record(client, description="withdrawn", severity="critical")
        await moved(client, closed, "withdraw")
        assert await listed(client, sort="due_at") == ["critical", "high", "low"]
        assert await listed(client, overdue="true") == []
        clock.tick(45 * 60)
        assert await listed(client, overdue="true") == ["critical"]
        assert await listed(client, overdue="false") == ["untimed", "high", "low", "paused"]
        assert await listed(client, overdue="true", sort="due_at") == ["critical"]
        assert await listed(client, overdue="false", sort="due_at") == ["high", "low"]
        assert await listed(client, overdue="true", open="false") == []
        assert await listed(client, overdue="false", open="false") == []
        assert await listed(client, sort="due_at", open="false") == []
        assert await listed(client, breached="true") == []
        await work()
        assert await listed(client, breached="true") == ["critical"]
        assert len(await listed(client, breached="false")) == 5
        clock.tick(60 * 60)
        assert await listed(client, overdue="true", sort="due_at") == ["critical", "high"]

    @pytest.mark.parametrize("query", [{}, {"sort": "received_at"}, {"sort": "due_at"}, {"overdue": "true"}])
    async def test_pages_have_each_once(self, client: httpx.AsyncClient, clock: TestClock, query: Any) -> None:
        targets = {"acknowledge_minutes": 1}
        await make.create_policy(client, targets=targets)
        # Some came in at the same moment.
        bodies = [body(description=f"{n}", received_at=ago(days=1, minutes=n // 3)) for n in range(11)]
        assert {r["status"] for r in await batch(client, *bodies)} == {201}
        clock.tick(3_600)
        found = await listed(client, clock.tick, **query)
        assert sorted(found, key=int) == [f"{n}" for n in range(11)]
        keys = {f"{n}": n // 3 for n in range(11)}
        if query.get("sort", "-received_at").endswith("received_at"):
            ordered = [keys[words] for words in found]
            assert ordered == sorted(ordered, reverse="sort" in query)

    async def test_while_others_come_in(self, client: httpx.AsyncClient) -> None:
        for n in range(4):
            await record(client, description=f"{n}", received_at=ago(days=9 - n))
        first = (await client.get(PATH, params={"limit": 2})).json()
        await record(client, description="new")
        rest = (await client.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [one["description"] for one in first["items"] + rest["items"]] == ["3", "2", "1", "0"]

    async def test_a_cursor_is_for_its_own_list(self, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            await record(client, site="York")
        cursor = (await client.get(PATH, params={"limit": 1, "site": "York"})).json()["next_cursor"]
        query = {"limit": 1, "cursor": cursor, "site": "York"}
        assert (await client.get(PATH, params=query)).status_code == 200
        for other in ({"site": "Leeds"}, {"sort": "received_at"}, {"open": "true"}):
            assert (await client.get(PATH, params=query | other)).status_code == 400

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"stat": "closed"}, 400),
            ({"q": "lamb"}, 400),
            ({"state": "lost"}, 422),
            ({"sort": "-due_at"}, 422),
            ({"sort": "owner"}, 422),
            ({"open": "maybe"}, 422),
            ({"reference": ""}, 422),
            ({"reference": "C-000\0"}, 422),
            ({"reference": "1" * 41}, 422),
            ({"received_since": "yesterday"}, 422),
        ],
    )
    async def test_wrong_queries(self, client: httpx.AsyncClient, query: dict[str, str], status: int) -> None:
        assert (await client.get(PATH, params=query)).status_code == status

    @pytest.mark.parametrize(
        ("where", "sort", "index"),
        [
            ("true", "received_at DESC, id DESC", "ix_complaints_received_at_id"),
            ("state NOT IN ('closed', 'withdrawn')", "received_at DESC, id DESC", "ix_complaints_open"),
            ("state NOT IN ('closed', 'withdrawn') AND due_at IS NOT NULL", "due_at, id", "ix_complaints_due"),
            ("state = 'settled'", "received_at DESC, id DESC", "ix_complaints_state_received_at_id"),
            ("lower(owner) = 'o7'", "received_at DESC, id DESC", "ix_complaints_owner"),
        ],
    )
    async def test_is_an_index_walk(
        self, client: httpx.AsyncClient, db: Any, where: str, sort: str, index: str
    ) -> None:
        await db.execute(
            "INSERT INTO complaints (reference, channel, description, received_at, state, state_since, due_at, owner) "
            "SELECT 'C' || n, 'phone', 'x', now() - n * interval '1 minute', "
            "CASE WHEN n % 40 = 0 THEN 'settled' ELSE (array['closed', 'received', 'withdrawn'])[1 + n % 3] END, "
            "now(), CASE WHEN n % 2 = 0 THEN now() + n * interval '1 minute' END, 'o' || n % 20 "
            "FROM generate_series(1, 4000) n"
        )
        await db.execute("ANALYZE complaints")
        statement = f"SELECT * FROM complaints WHERE {where} ORDER BY {sort} LIMIT 51"
        async with db.transaction():  # the planner may like to sort few rows: only what no index sorts is sorted here
            await db.execute("SET LOCAL enable_sort = off")
            plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement}"))
        assert index in plan and "Sort" not in plan, plan


class TestGet:
    async def test_unchanged(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        path = f"{PATH}/{found['id']}"
        assert (await client.get(path, headers={"if-none-match": '"1"'})).status_code == 304
        await moved(client, found, "acknowledge")
        assert (await client.get(path, headers={"if-none-match": '"1"'})).headers["etag"] == '"2"'

    @pytest.mark.parametrize("more", ["", "/moves", "/clocks", "/checklist"])
    async def test_nothing_there(self, client: httpx.AsyncClient, more: str) -> None:
        assert (await client.get(f"{PATH}/{uuid4()}{more}")).status_code == 404

    async def test_no_moves_yet(self, client: httpx.AsyncClient) -> None:
        assert await moves(client, await record(client)) == []


class TestChange:
    async def test_all_of_it(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        sale, interaction = await make.record_sale(client), await make.record_interaction(client)
        before = await record(client)
        clock.tick(60)
        changes = {name: value for name, value in WHOLE.items() if name in ComplaintNew.model_fields}
        for name in ("complainant", "received_at", "source", "external_id"):
            del changes[name]
        changes |= {"sale_id": sale["id"], "sale_line_no": 1, "interaction_id": interaction["id"]}
        answer = await patch(client, before, changes)
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert {name: after[name] for name in changes} == changes
        assert (after["version"], answer.headers["etag"]) == (2, '"2"')
        assert after["updated_at"] == "2026-03-02T09:01:00.000000Z"
        assert {name for name in after if after[name] != before[name]} == {*changes, "version", "updated_at"}
        assert await get(client, before) == after
        assert (await events(db, before))[-1] == ("updated", "updated")
        assert "York" not in await codes(client, "/v1/sites", "code")
        await patched(client, after, {"site": "York"})
        assert "York" in await codes(client, "/v1/sites", "code")

    async def test_null_takes_a_value_away(self, client: httpx.AsyncClient) -> None:
        before = await record(client, **WHOLE)
        after = await patched(client, before, {"severity": None, "value": None, "currency": None, "priority": None})
        assert (after["severity"], after["value"], after["currency"]) == (None, None, None)
        assert after["priority"] == "normal"
        assert after["description"] == before["description"]

    async def test_attributes_are_merged(self, client: httpx.AsyncClient) -> None:
        before = await record(client, attributes={"a": {"b": 1, "c": 2}, "d": 3})
        after = await patched(client, before, {"attributes": {"a": {"b": None, "e": 4}}})
        assert after["attributes"] == {"a": {"c": 2, "e": 4}, "d": 3}

    async def test_nothing_new(self, client: httpx.AsyncClient, db: Any) -> None:
        before = await record(client, **WHOLE)
        assert (
            await patched(client, before, {"description": WHOLE["description"], "value": "17.00", "sale_id": None})
            == before
        )
        assert await patched(client, before, {}) == before
        assert len(await events(db, before)) == 1

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"description": None}, ("/description", "missing")),
            ({"channel": None}, ("/channel", "missing")),
            ({"currency": None}, ("/currency", "missing")),
            ({"sale_id": str(uuid4())}, ("/sale_id", "not_found")),
            ({"sale_line_no": 1}, ("/sale_id", "missing")),
            ({"interaction_id": str(uuid4())}, ("/interaction_id", "not_found")),
            ({"state": "closed"}, ("/state", "unknown_field")),
            ({"received_at": NOW}, ("/received_at", "unknown_field")),
            ({"customer_id": None}, ("/customer_id", "unknown_field")),
            ({"complainant": None}, ("/complainant", "unknown_field")),
            ({"source": "x"}, ("/source", "unknown_field")),
            ({"external_id": "x"}, ("/external_id", "unknown_field")),
            ({"reference": "C-000-0011"}, ("/reference", "unknown_field")),
            ({"history": []}, ("/history", "unknown_field")),
            ({"remedies": []}, ("/remedies", "unknown_field")),
            ({"decision": "upheld"}, ("/decision", "unknown_field")),
            ({"waiting_for": "customer"}, ("/waiting_for", "unknown_field")),
        ],
    )
    async def test_what_cannot_change(
        self, client: httpx.AsyncClient, changes: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        before = await record(client, **WHOLE)
        assert errors(await patch(client, before, changes)) == [expected]
        assert await get(client, before) == before

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        before = await record(client)
        answer = await patch(client, before, {"owner": "tom"}, **{"if-match": '"2"'})
        assert (answer.status_code, answer.json()["code"]) == (412, "PRECONDITION_FAILED")
        assert (await patch(client, before, {"owner": "tom"}, **{"if-match": '"1"'})).status_code == 200
        assert (await patch(client, before, {"owner": "mia"}, **{"if-match": '"1"'})).status_code == 412

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await patch(client, {"id": uuid4()}, {"owner": "tom"})).status_code == 404

    async def test_only_tried(self, client: httpx.AsyncClient) -> None:
        before = await record(client)
        answer = await client.patch(
            f"{PATH}/{before['id']}",
            params={"validate_only": "true"},
            json={"owner": "tom"},
            headers={"content-type": "application/merge-patch+json"},
        )
        assert (answer.status_code, answer.json()["owner"]) == (200, "tom")
        assert await get(client, before) == before

    async def test_when_it_is_over_too(self, client: httpx.AsyncClient) -> None:
        before = await record_in(client, "closed")
        after = await patched(client, before, {"cause": "The fridge", "cause_kind": "product"})
        assert (after["cause"], after["state"], after["ended_at"]) == ("The fridge", "closed", before["ended_at"])


class TestChosenAnew:
    """By what changes, the policy and the procedure are chosen."""

    async def test_the_category(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        food = await make.create_policy(client, position=1, applies_to={"categories": ["Food"]})
        other = await make.create_policy(client, position=2, targets={"respond_minutes": 60, "resolve_minutes": 90})
        cooking, usual = await make.create_procedure(client, category="Food"), await make.create_procedure(client)
        before = await record(client)
        assert (before["policy_id"], before["procedure_id"]) == (other["id"], usual["id"])
        clock.tick(600)
        after = await patched(client, before, {"category": "Food"})
        assert (after["policy_id"], after["procedure_id"]) == (food["id"], cooking["id"])
        kept = await clocks(client, after)
        # What has run stays: sixteen hours from nine on, and what food has no target for is called off.
        assert (kept["respond", 1]["target_minutes"], kept["respond", 1]["elapsed_seconds"]) == (960, 600)
        assert kept["respond", 1]["due_at"] == "2026-03-03T17:00:00.000000Z"
        assert kept["resolve", 1]["state"] == "cancelled"
        assert await next_check_at(db, before) is not None
        back = await patched(client, after, {"category": None})
        assert (back["policy_id"], back["procedure_id"]) == (other["id"], usual["id"])
        kept = await clocks(client, back)
        # The new one begins where the others began.
        assert (kept["resolve", 2]["started_at"], kept["resolve", 2]["state"]) == (NOW, "running")

    @pytest.mark.parametrize(
        ("scope", "changes"),
        [
            ({"severities": ["critical"]}, {"severity": "critical"}),
            ({"sites": ["York"]}, {"site": "York"}),
            ({"channels": ["letter"]}, {"channel": "letter"}),
            ({"value_from": "100.00", "currency": "GBP"}, {"value": "100.00", "currency": "GBP"}),
        ],
    )
    async def test_everything_else_it_is_chosen_by(
        self, client: httpx.AsyncClient, scope: dict[str, Any], changes: dict[str, Any]
    ) -> None:
        special = await make.create_policy(client, position=1, applies_to=scope)
        usual = await make.create_policy(client, position=2)
        before = await record(client)
        assert before["policy_id"] == usual["id"]
        after = await patched(client, before, changes)
        assert after["policy_id"] == special["id"]
        assert (await patched(client, before, {"owner": "tom"}))["policy_id"] == special["id"]

    async def test_none_that_fits(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_policy(client, applies_to={"categories": ["Food"]})
        await make.create_procedure(client, category="Food")
        before = await record(client, category="Food")
        assert await next_check_at(db, before) is not None
        after = await patched(client, before, {"category": "Service"})
        assert (after["policy_id"], after["procedure_id"], after["due_at"]) == (None, None, None)
        assert [clock["state"] for clock in after["clocks"]] == ["cancelled"]
        assert await next_check_at(db, before) is None

    async def test_none_that_fits_after_a_new_version_brought_a_clock(self, client: httpx.AsyncClient) -> None:
        """The new version is met with the loading, its clock is called off with the choosing."""
        policy = await make.create_policy(client, applies_to={"categories": ["Food"]})
        before = await record(client, category="Food")
        await change_policy(client, policy, {"targets": {"resolve_minutes": 60}})
        after = await patched(client, before, {"category": "Service"})
        assert {clock["metric"]: clock["state"] for clock in after["clocks"]} == {
            "respond": "cancelled",
            "resolve": "cancelled",
        }
        assert {c["policy"]["version"] for c in (await clocks(client, after)).values()} == {2}

    async def test_a_breach_stays_one(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await make.create_policy(client, position=2, targets={"respond_minutes": 60})
        await make.create_policy(
            client, position=1, applies_to={"severities": ["low"]}, targets={"respond_minutes": 960}
        )
        before = await record(client)
        clock.tick(2 * 3_600)
        after = await patched(client, before, {"severity": "low"})
        assert after["breached"]
        (kept,) = after["clocks"]
        assert (kept["breached_at"], kept["due_at"]) == ("2026-03-02T10:00:00.000000Z", "2026-03-03T17:00:00.000000Z")


class TestAtOnce:
    async def test_one_winner_for_each_version(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        for version in (1, 2, 3):
            answers = await asyncio.gather(
                *(patch(client, found, {"owner": f"v{version} {n}"}, **{"if-match": f'"{version}"'}) for n in range(20))
            )
            assert sorted(a.status_code for a in answers) == [200] + [412] * 19
            (winner,) = [a.json()["owner"] for a in answers if a.status_code == 200]
            assert (await get(client, found))["owner"] == winner

    async def test_without_a_version_nothing_is_lost_that_others_changed(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        answers = await asyncio.gather(*(patch(client, found, {"attributes": {f"a{n}": n}}) for n in range(20)))
        assert {a.status_code for a in answers} == {200}
        after = await get(client, found)
        assert (len(after["attributes"]), after["version"]) == (20, 21)

    async def test_the_same_complaint_is_recorded_once(self, client: httpx.AsyncClient, db: Any) -> None:
        answers = await asyncio.gather(*(client.post(PATH, json=WHOLE) for _ in range(30)))
        assert sorted(a.status_code for a in answers) == [200] * 29 + [201]
        assert len({a.text for a in answers}) == 1
        assert await count(db, "complaints") == await count(db, "events") == 1

    async def test_the_same_batch_many_times_over(self, client: httpx.AsyncClient, db: Any) -> None:
        """In other orders, with sites and products that nobody knows yet: no circle of waiting, each once."""
        await make.create_policy(client)
        bodies = [body(source="s", external_id=f"{n}", site=f"S{n % 7}", sku=f"P{n % 5}") for n in range(60)]
        orders = [bodies, bodies[::-1], bodies[30:] + bodies[:30], bodies[::2] + bodies[1::2]] * 2
        results = await asyncio.gather(*(batch(client, *order) for order in orders))
        assert sorted(r["status"] for answered in results for r in answered) == [200] * 420 + [201] * 60
        assert await count(db, "complaints") == await count(db, "complaint_clocks") == 60
        assert await count(db, "jobs") == 60

    async def test_claims_have_one_winner(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        claimants = [await make.create_customer(client) for _ in range(8)]
        path = f"{PATH}/{found['id']}/claim"
        answers = await asyncio.gather(*(client.post(path, json={"customer_id": c["id"]}) for c in claimants))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 7


class TestScopes:
    async def test_reading_does_not_include_writing(self, client: httpx.AsyncClient, keys: Any) -> None:
        found = await record(client)
        reader = await keys("complaints:read")
        assert (await reader.get(f"{PATH}/{found['id']}")).status_code == 200
        assert (await reader.post(PATH, json=body())).status_code == 403
        assert (await reader.post(f"{PATH}/{found['id']}/acknowledge", json={})).status_code == 403
        assert (await patch(reader, found, {"owner": "tom"})).status_code == 403
