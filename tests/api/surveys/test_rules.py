"""Survey rules: what is theirs alone as resources, and whom they ask, when, and whom not."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.context import Context
from app.jobs import HANDLERS
from app.rules.surveys.triggers import is_sampled
from app.services.kit import job_runner
from app.services.surveys import auto_invite
from app.store.kit import jobs as queue
from tests import make
from tests.make import complaints
from tests.make.complaints import record_in
from tests.make.surveys import RULES, SURVEYS, create_customer, create_open, create_rule, record_sale, rule
from tests.support import api
from tests.support.application import NewSessions, TestClock, Worker
from tests.support.complaints import moved
from tests.support.surveys import invitation_events, listed_invitations, refused
from tests.support.times import NOW

HOUR, DAY = 3_600, 86_400


async def scheduled(db: Any) -> list[tuple[str, str]]:
    """For when what kind of occasion is noted."""
    rows = await db.fetch("SELECT key, due_at FROM jobs WHERE kind = 'ask' ORDER BY due_at, key")
    return [(row["key"].split(":")[1], f"{row['due_at']:%m-%d %H:%M}") for row in rows]


async def patched(client: httpx.AsyncClient, path: str, one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return await api.patched(client, f"{path}/{one['id']}", changes)


async def record_call(client: httpx.AsyncClient, to: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    named = {"customer_id": to["id"]} if to is not None else {}
    return await make.record_interaction(client, **{"kind": "call", "channel": "phone", **named, **changes})


class TestResource:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        asked = await create_open(client)
        body = {
            "code": "afterwards",
            "name": "After a visit",
            "active": False,
            "survey": asked["code"],
            "after": "sale",
            "delay_hours": 48,
            "sample_percent": 10,
            "conditions": {
                "sites": ["Leeds"],
                "sale_channels": ["in_store"],
                "channels": [],
                "staff": ["mia"],
                "customer_tags": ["vip"],
                "min_total": "20.00",
                "currency": "GBP",
                "interaction_kinds": [],
                "complaint_categories": [],
            },
            "channels": ["sms", "email"],
        }
        answer = await client.post(RULES, json=body)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert {name: made[name] for name in body} == body
        assert (await client.get(f"{RULES}/{made['id']}")).json() == made
        assert str(await db.fetchval("SELECT survey_id FROM survey_rules")) == asked["id"]
        assert await invitation_events(db, made) == [("survey_rule.created", "Survey rule After a visit created")]
        second = await patched(client, RULES, made, sample_percent=20, conditions={"staff": []})
        assert (second["version"], second["conditions"]) == (2, body["conditions"] | {"staff": []})
        versions = (await client.get(f"{RULES}/{made['id']}/versions")).json()["items"]
        assert [v["definition"]["sample_percent"] for v in versions] == [20, 10]

    async def test_the_least_asks_everybody_at_once(self, client: httpx.AsyncClient) -> None:
        made = await create_rule(client)
        assert (made["active"], made["delay_hours"], made["sample_percent"], made["channels"]) == (True, 0, 100, [])

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"survey": "nowhere"}, ("/survey", "not_found")),
            ({"delay_hours": -1}, ("/delay_hours", "greater_than_equal")),
            ({"delay_hours": 8_761}, ("/delay_hours", "less_than_equal")),
            ({"sample_percent": 0}, ("/sample_percent", "greater_than_equal")),
            ({"sample_percent": 101}, ("/sample_percent", "less_than_equal")),
            ({"after": "birthday"}, ("/after", "enum")),
            ({"conditions": {"min_total": "1.00"}}, ("/conditions/currency", "missing")),
            ({"conditions": {"min_total": "1.5", "currency": "JPY"}}, ("/conditions/min_total", "too_precise")),
            ({"conditions": {"min_total": "1", "currency": "GBX"}}, ("/conditions/currency", "currency")),
            ({"conditions": {"currency": "GBP"}}, ("/conditions/min_total", "missing")),
            ({"conditions": {"channels": ["phone"]}}, ("/conditions/channels", "not_applicable")),
            ({"after": "interaction", "conditions": {"sites": ["a"]}}, ("/conditions/sites", "not_applicable")),
            (
                {"after": "complaint_closed", "conditions": {"interaction_kinds": ["call"]}},
                ("/conditions/interaction_kinds", "not_applicable"),
            ),
        ],
    )
    async def test_what_is_wrong_is_told_where(self, client: httpx.AsyncClient, change: Any, expected: Any) -> None:
        asked = await create_open(client)
        problem = await refused(client, RULES, rule(asked["code"], **change), 422)
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [expected]

    async def test_a_code_is_given_once(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client)
        made = await create_rule(client, asked, code="a")
        assert (await refused(client, RULES, rule(asked["code"], code="a")))["survey_rule_id"] == made["id"]

    async def test_are_listed_by_what_they_are(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client)
        first, second = await create_rule(client, asked, active=False), await create_rule(client)

        async def codes(**query: Any) -> list[str]:
            return [one["code"] for one in (await client.get(RULES, params=query)).json()["items"]]

        assert await codes(sort="created_at") == [first["code"], second["code"]]
        assert await codes(active=True) == [second["code"]]
        assert await codes(active=False) == await codes(code=first["code"]) == [first["code"]]
        assert await codes(survey_id=asked["id"]) == [first["code"]]


class TestAfterSales:
    async def test_the_buyer_is_asked(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        asked = await create_open(client, name="After your visit")
        made = await create_rule(client, asked)
        ada = await create_customer(client)
        sale = await record_sale(client, ada, site="Leeds", operator="mia")
        assert await scheduled(db) == [("sale", "03-02 09:00")]
        assert await work() == 1
        (one,) = await listed_invitations(client)
        expected = {
            "survey_id": asked["id"],
            "survey_version": asked["published_version"],
            "customer_id": ada["id"],
            "rule_id": made["id"],
            "sale_id": sale["id"],
            "complaint_id": None,
            "interaction_id": None,
            "site": "Leeds",
            "staff": "mia",
            "channel": "email",
            "language": "en",
            "state": "pending",
            "send_after": NOW,
        }
        assert {name: one[name] for name in expected} == expected
        assert await invitation_events(db, one) == [("created", "Asked for feedback: After your visit")]
        assert await db.fetchval("SELECT actor FROM events WHERE type = 'invitation.created'") == "worker"
        assert await scheduled(db) == []

    async def test_so_much_later(self, client: httpx.AsyncClient, db: Any, work: Worker, clock: TestClock) -> None:
        """After the sale, not after it came in; but not before now."""
        await create_rule(client, delay_hours=3)
        await record_sale(client, await create_customer(client), occurred_at="2026-03-02T07:00:00Z")
        await record_sale(client, await create_customer(client), occurred_at="2026-02-28T07:00:00Z")
        assert await scheduled(db) == [("sale", "03-02 09:00"), ("sale", "03-02 10:00")]
        assert await work() == 1
        clock.tick(HOUR - 1)
        assert await work() == 0
        clock.tick(1)
        assert await work() == 1
        assert len(await listed_invitations(client)) == 2

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, 1),
            ({"occurred_at": "2026-02-23T09:00:00Z"}, 1),
            ({"occurred_at": "2026-02-23T08:59:59Z"}, 0),
            ({"occurred_at": "2025-12-24T09:00:00Z"}, 0),
            ({"lines": [make.line("-10.00", quantity="-1", unit_price="10.00")], "total": "-10.00", "payments": []}, 0),
        ],
    )
    async def test_of_these_days_that_are_no_returns(
        self, client: httpx.AsyncClient, db: Any, changes: Any, expected: int
    ) -> None:
        await create_rule(client)
        await record_sale(client, await create_customer(client), **changes)
        assert len(await scheduled(db)) == expected

    async def test_nobody_is_asked_who_is_not_known(self, client: httpx.AsyncClient, db: Any) -> None:
        await create_rule(client)
        await record_sale(client, None)
        assert await scheduled(db) == []

    async def test_a_sale_claimed_in_these_days_counts(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        await create_rule(client)
        ada, eve = await create_customer(client), await create_customer(client)
        late = await record_sale(client, None, occurred_at="2026-02-20T09:00:00Z")
        sale = await record_sale(client, None)
        for one, whose in ((late, ada), (sale, eve)):
            await api.post(client, f"/v1/sales/{one['id']}/claim", {"customer_id": whose["id"]}, 200)
        assert await work() == 1
        assert [one["customer_id"] for one in await listed_invitations(client)] == [eve["id"]]

    async def test_a_batch_asks_all_its_buyers(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        await create_rule(client)
        await create_rule(client, after="interaction")
        buyers = [await create_customer(client) for _ in range(3)]
        lines = [make.sale(customer={"id": one["id"]}, occurred_at="2026-03-02T08:00:00Z") for one in buyers]
        content = "\n".join(json.dumps(line) for line in lines)
        await client.post("/v1/sales/batch", content=content, headers={"content-type": "application/x-ndjson"})
        assert len(await scheduled(db)) == 3
        await work()
        assert {one["customer_id"] for one in await listed_invitations(client)} == {one["id"] for one in buyers}

    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            ({"sites": ["Leeds"], "staff": ["mia"], "sale_channels": ["in_store"]}, 1),
            ({"sites": ["York"]}, 0),
            ({"min_total": "10.00", "currency": "GBP"}, 1),
            ({"min_total": "10.01", "currency": "GBP"}, 0),
        ],
    )
    async def test_that_fit_the_conditions(
        self, client: httpx.AsyncClient, db: Any, conditions: Any, expected: int
    ) -> None:
        await create_rule(client, conditions=conditions)
        await record_sale(client, await create_customer(client), site="Leeds", operator="mia", channel="in_store")
        assert len(await scheduled(db)) == expected

    async def test_of_customers_with_a_tag(self, client: httpx.AsyncClient, work: Worker) -> None:
        """Which they have when they are asked: nobody looks at it before."""
        await create_rule(client, conditions={"customer_tags": ["vip"]})
        ada, eve = await create_customer(client, tags=["vip"]), await create_customer(client)
        for one in (ada, eve):
            await record_sale(client, one)
        assert await work() == 2
        assert [one["customer_id"] for one in await listed_invitations(client)] == [ada["id"]]

    async def test_a_sample_of_them(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        made = await create_rule(client, sample_percent=50)
        sales = [await record_sale(client, await create_customer(client)) for _ in range(24)]
        drawn = {one["id"] for one in sales if is_sampled(UUID(made["id"]), UUID(one["id"]), 50)}
        assert 0 < len(drawn) < 24
        await work()
        assert {one["sale_id"] for one in await listed_invitations(client)} == drawn

    async def test_a_voided_one_asks_nobody(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client)
        sale = await record_sale(client, await create_customer(client))
        await api.post(client, f"/v1/sales/{sale['id']}/void", {"reason": "Rung up twice"}, 200)
        assert await work() == 1
        assert await listed_invitations(client) == []


class TestAfterComplaints:
    async def test_a_closed_one_asks(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        await create_rule(
            client, after="complaint_closed", conditions={"channels": ["phone"], "complaint_categories": ["a"]}
        )
        ada = await create_customer(client)
        one = await record_in(client, "accepted", customer_id=ada["id"], category="a", site="Leeds")
        other = await record_in(client, "accepted", customer_id=(await create_customer(client))["id"], category="b")
        assert await scheduled(db) == []
        for complaint in (one, other):
            await moved(client, complaint, "close")
        assert await scheduled(db) == [("complaint_closed", "03-02 09:00")]
        await work()
        (made,) = await listed_invitations(client)
        assert (made["complaint_id"], made["customer_id"], made["site"]) == (one["id"], ada["id"], "Leeds")

    async def test_one_that_was_opened_again_meanwhile_does_not(
        self, client: httpx.AsyncClient, work: Worker, clock: TestClock
    ) -> None:
        await create_rule(client, after="complaint_closed", delay_hours=24)
        one = await record_in(client, "accepted", customer_id=(await create_customer(client))["id"])
        await moved(client, one, "close")
        clock.tick(HOUR)
        await moved(client, one, "reopen")
        clock.tick(DAY)
        await work()
        assert await listed_invitations(client) == []

    async def test_withdrawn_ones_do_not(self, client: httpx.AsyncClient, db: Any) -> None:
        await create_rule(client, after="complaint_closed")
        await record_in(client, "withdrawn", customer_id=(await create_customer(client))["id"])
        assert await scheduled(db) == []

    async def test_one_that_came_in_closed_counts_if_it_is_fresh(self, client: httpx.AsyncClient, db: Any) -> None:
        await create_rule(client, after="complaint_closed")
        ada = await create_customer(client)
        await record_in(client, "closed", customer_id=ada["id"])
        history = complaints.history(*complaints.MOVES_TO["closed"], since="2026-01-01T00:00:00+00:00")
        await make.record_complaint(client, customer_id=ada["id"], received_at="2026-01-01T00:00:00Z", history=history)
        assert len(await scheduled(db)) == 1


class TestAfterInteractions:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, 1),
            ({"direction": "outbound", "staff": "mia"}, 1),
            ({"direction": "outbound"}, 0),
            ({"direction": "internal", "kind": "note", "staff": "mia"}, 0),
            ({"happened_at": "2026-01-01T00:00:00Z"}, 0),
            ({"kind": "message"}, 0),
        ],
    )
    async def test_a_contact_asks(self, client: httpx.AsyncClient, work: Worker, changes: Any, expected: int) -> None:
        await create_rule(client, after="interaction", conditions={"interaction_kinds": ["call", "note"]})
        ada = await create_customer(client)
        one = await record_call(client, ada, **changes)
        await work()
        assert [made["interaction_id"] for made in await listed_invitations(client)] == [one["id"]] * expected

    async def test_one_that_is_claimed(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client, after="interaction")
        one = await record_call(client, contact={"kind": "phone", "value": "+44 20 7946 0999"})
        await work()
        assert await listed_invitations(client) == []
        ada = await create_customer(client)
        await api.post(client, f"/v1/interactions/{one['id']}/claim", {"customer_id": ada["id"]}, 200)
        await work()
        assert [made["customer_id"] for made in await listed_invitations(client)] == [ada["id"]]


class TestWhomNot:
    async def test_not_again_for_some_days(self, client: httpx.AsyncClient, work: Worker, clock: TestClock) -> None:
        await create_rule(client, await create_open(client, min_days_between_invitations=10))
        ada = await create_customer(client)
        for days in (0, 5, 4, 1):
            clock.tick(days * DAY)
            await record_sale(client, ada, occurred_at=clock.now.isoformat())
            await work()
        first, last = await listed_invitations(client, sort="created_at")
        assert (first["created_at"], last["created_at"]) == (NOW, "2026-03-12T09:00:00.000000Z")

    async def test_by_several_rules_once(self, client: httpx.AsyncClient, work: Worker) -> None:
        for _ in range(3):
            await create_rule(client)
        await record_sale(client, await create_customer(client))
        assert await work() == 3
        assert len(await listed_invitations(client)) == 1

    @pytest.mark.parametrize(
        ("changes", "channels", "expected"),
        [
            ({}, [], "email"),
            ({"unwelcome_channels": [{"channel": "email"}]}, [], "sms"),
            ({"unwelcome_channels": [{"channel": "email"}]}, ["email"], None),
            ({"channels": ["phone"]}, ["email", "sms"], "email"),
            ({"channels": ["sms"]}, ["email", "sms"], "sms"),
            ({}, ["whatsapp"], None),
        ],
    )
    async def test_on_the_right_channel_or_not_at_all(
        self, client: httpx.AsyncClient, work: Worker, changes: Any, channels: list[str], expected: str | None
    ) -> None:
        await create_rule(client, channels=channels)
        points = [make.email(), make.phone()]
        await record_sale(client, await create_customer(client, contact_points=points, preferences=changes))
        await work()
        assert [one["channel"] for one in await listed_invitations(client)] == [expected] * (expected is not None)

    async def test_in_quiet_hours_nothing_is_lost(
        self, client: httpx.AsyncClient, work: Worker, clock: TestClock
    ) -> None:
        await create_rule(client, await create_open(client, expires_days=1))
        quiet = {"start": "18:00", "end": "10:30", "time_zone": "Europe/London"}
        await record_sale(client, await create_customer(client, preferences={"quiet_hours": quiet}))
        await work()
        (one,) = await listed_invitations(client)
        assert one["send_after"] == "2026-03-02T10:30:00.000000Z"
        assert one["expires_at"] == "2026-03-03T10:30:00.000000Z"
        assert await listed_invitations(client, sendable=True) == []
        clock.tick(1.5 * HOUR)
        assert await listed_invitations(client, sendable=True) == [one]

    async def test_the_archived(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client)
        ada = await create_customer(client)
        await record_sale(client, ada)
        await api.post(client, f"/v1/customers/{ada['id']}/archive", status=200)
        await work()
        assert await listed_invitations(client) == []

    async def test_where_the_rule_was_switched_off_meanwhile(self, client: httpx.AsyncClient, work: Worker) -> None:
        made = await create_rule(client)
        await record_sale(client, await create_customer(client))
        await patched(client, RULES, made, active=False)
        await record_sale(client, await create_customer(client))
        assert await work() == 1
        assert await listed_invitations(client) == []

    @pytest.mark.parametrize("verb", ["pause", "close"])
    async def test_while_the_survey_is_not_open(self, client: httpx.AsyncClient, work: Worker, verb: str) -> None:
        asked = await create_open(client)
        await create_rule(client, asked)
        await record_sale(client, await create_customer(client))
        await api.post(client, f"{SURVEYS}/{asked['id']}/{verb}", status=200)
        await work()
        assert await listed_invitations(client) == []

    async def test_again_when_a_receipt_is_revised(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client, await create_open(client, min_days_between_invitations=0))
        ada = await create_customer(client)
        body = make.sale(customer={"id": ada["id"]}, occurred_at="2026-03-02T08:00:00Z")
        for revision in (0, 1):
            answer = await client.post("/v1/sales", json=body | {"revision": revision})
            assert answer.status_code in (200, 201), answer.text
            await work()
        assert len(await listed_invitations(client)) == 1


class TestTwice:
    async def test_two_workers_at_once_ask_once(
        self, client: httpx.AsyncClient, db: Any, new_sessions: NewSessions
    ) -> None:
        """Each rule has a job of its own: they are about one customer, and each worker does some of them."""
        for _ in range(6):
            await create_rule(client)
        people = [await create_customer(client) for _ in range(4)]
        for one in people:
            await record_sale(client, one)
        workers = [new_sessions() for _ in range(4)]

        async def work(sessions: Any) -> int:
            total = 0
            while taken := await job_runner.run_due(sessions, HANDLERS, 1):
                total += taken
            return total

        done = await asyncio.gather(*(work(sessions) for sessions in workers))
        assert sum(done) == 24
        assert await scheduled(db) == []
        assert sorted(one["customer_id"] for one in await listed_invitations(client)) == sorted(
            one["id"] for one in people
        )

    async def test_a_worker_that_dies_before_the_end_has_done_nothing(
        self, client: httpx.AsyncClient, db: Any, new_sessions: NewSessions, work: Worker, clock: TestClock
    ) -> None:
        await create_rule(client)
        await record_sale(client, await create_customer(client))
        sessions = new_sessions()
        (job,) = await sessions.write(lambda ctx: queue.lease(ctx, 1, timedelta(seconds=60)))

        async def dies(ctx: Context) -> None:
            await auto_invite.invite(ctx, job)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await sessions.write(dies)
        assert await listed_invitations(client) == []
        assert await work() == 0
        clock.tick(61)
        assert await work() == 1
        assert len(await listed_invitations(client)) == 1

    async def test_a_job_done_again_makes_no_second(
        self, client: httpx.AsyncClient, db: Any, new_sessions: NewSessions
    ) -> None:
        """Also where the survey would ask the customer again at once."""
        await create_rule(client, await create_open(client, min_days_between_invitations=0))
        await record_sale(client, await create_customer(client))
        sessions = new_sessions()
        (job,) = await sessions.write(lambda ctx: queue.lease(ctx, 1, timedelta(seconds=60)))
        await asyncio.gather(*(sessions.write(lambda ctx: auto_invite.invite(ctx, job)) for _ in range(4)))
        (one,) = await listed_invitations(client)
        assert len(await invitation_events(db, one)) == 1
