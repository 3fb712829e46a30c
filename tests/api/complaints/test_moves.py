"""The path of a complaint through the API: every move from every state, and what each brings with it."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.rules.complaints.states import Move
from app.services.complaints.case import MOVE_EVENTS
from tests import make
from tests.make.complaints import PATH, REQUIRED, record, record_in
from tests.support import api
from tests.support.api import errors, pointers
from tests.support.application import TestClock
from tests.support.complaints import (
    checklist,
    clocks,
    events,
    get,
    move,
    moved,
    moves,
    next_check_at,
    refused,
)
from tests.support.links import claim, release
from tests.support.service_levels import change_procedure
from tests.support.times import NOW, ago
from tests.support.transitions import TRANSITIONS

UNWELCOME = {"preferences": {"unwelcome_channels": [{"channel": "phone", "reason": "Works at night"}]}}
EMAIL = {"kind": "email", "value": "zoe@example.com"}


async def interaction(client: httpx.AsyncClient, one: dict[str, Any], position: int = -1) -> dict[str, Any]:
    """What the customer was told with a move."""
    made = (await moves(client, one))[position]
    return await api.get(client, f"/v1/interactions/{made['interaction_id']}")


async def record_letter(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await make.record_interaction(client, **{"channel": "letter", "direction": "outbound", **changes})


class TestEveryMove:
    @pytest.mark.parametrize("state", TRANSITIONS)
    async def test_from(self, client: httpx.AsyncClient, db: Any, state: str) -> None:
        for verb in Move:
            before = await record_in(client, state)
            way_before = await moves(client, before)
            answer = await move(client, before, verb, staff="tom", note="As it was")
            if (to := TRANSITIONS[state].get(verb)) is None:
                assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED"), verb
                assert (
                    answer.json()["allowed"] == before["allowed_moves"] == [m for m in Move if m in TRANSITIONS[state]]
                )
                assert await get(client, before) == before
                assert await moves(client, before) == way_before
                continue
            assert answer.status_code == 200, f"{verb}: {answer.text}"
            after = answer.json()
            assert (after["state"], after["state_since"], after["version"]) == (to, NOW, before["version"] + 1)
            assert after["allowed_moves"] == [m for m in Move if m in TRANSITIONS[to]]
            assert after["ended_at"] == (NOW if to in ("closed", "withdrawn") else None)
            assert await get(client, before) == after
            *others, last = await moves(client, before)
            assert others == way_before
            assert last == {
                "position": len(way_before) + 1,
                "move": verb,
                "from_state": state,
                "to_state": to,
                "happened_at": NOW,
                "recorded_at": NOW,
                "actor": "admin",
                "staff": "tom",
                "note": "As it was",
                "interaction_id": None,
            }
            assert (await events(db, before))[-1][1] == MOVE_EVENTS[Move(verb)].title.partition(": ")[2]

    @pytest.mark.parametrize("verb", [*Move, "hold", "resume", "messages"])
    async def test_of_nothing(self, client: httpx.AsyncClient, verb: str) -> None:
        asked = {"hold": {"waiting_for": "other"}, "messages": {"body": "x"}}.get(verb, {})
        assert (await move(client, {"id": uuid4()}, verb, **asked)).status_code == 404

    @pytest.mark.parametrize("verb", REQUIRED)
    async def test_without_what_it_asks(self, client: httpx.AsyncClient, verb: str) -> None:
        answer = await client.post(f"{PATH}/{uuid4()}/{verb}", json={})
        assert errors(answer) == [(f"/{name}", "missing") for name in REQUIRED[verb]]

    async def test_from_the_first_to_the_last(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        """Every state there is, in one life."""
        one = await record(client)
        verbs = "acknowledge assess investigate respond reject deadlock refer settle close reopen investigate respond"
        for verb in [*verbs.split(), "accept", "withdraw", "reopen"]:
            clock.tick(60)
            one = await moved(client, one, verb)
        made = await moves(client, one)
        assert [m["position"] for m in made] == list(range(1, 16))
        assert {m["to_state"] for m in made} | {"received"} == set(TRANSITIONS)
        assert (one["reopened_count"], one["version"]) == (2, 16)
        assert len(await events(db, one)) == 16

    async def test_of_one_complaint_at_once_one_succeeds(self, client: httpx.AsyncClient) -> None:
        one = await record(client)
        answers = await asyncio.gather(*(move(client, one, "acknowledge", staff=f"{n}") for n in range(20)))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 19
        assert len(await moves(client, one)) == 1

    async def test_that_exclude_each_other_at_once_one_succeeds(self, client: httpx.AsyncClient) -> None:
        for _ in range(4):
            one = await record_in(client, "responded")
            answers = await asyncio.gather(*(move(client, one, verb) for verb in ("accept", "reject") * 5))
            assert sorted(a.status_code for a in answers) == [200] + [409] * 9
            won = next(a.json()["state"] for a in answers if a.status_code == 200)
            assert [m["to_state"] for m in await moves(client, one)][4:] == [won]
            assert (await get(client, one))["state"] == won

    async def test_only_tried(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        one = await record(client, customer_id=customer["id"])
        path = f"{PATH}/{one['id']}/acknowledge"
        answer = await client.post(path, params={"validate_only": "true"}, json={"message": {"body": "We have it"}})
        assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
        assert await get(client, one) == one
        assert await moves(client, one) == []
        assert await db.fetchval("SELECT count(*) FROM interactions") == 0

    async def test_again_under_one_idempotency_key(self, client: httpx.AsyncClient) -> None:
        one, headers = await record(client), {"Idempotency-Key": "k"}
        path = f"{PATH}/{one['id']}/acknowledge"
        first, again = [await client.post(path, json={}, headers=headers) for _ in range(2)]
        assert (first.status_code, again.status_code) == (200, 200)
        assert (again.text, again.headers["idempotent-replayed"]) == (first.text, "true")


class TestMoments:
    async def test_in_the_past(self, client: httpx.AsyncClient) -> None:
        one = await record(client, received_at=ago(hours=2))
        after = await moved(client, one, "acknowledge", at=ago(hours=1))
        assert after["state_since"] == after["acknowledged_at"] == ago(hours=1)
        (made,) = await moves(client, one)
        assert (made["happened_at"], made["recorded_at"]) == (ago(hours=1), NOW)

    async def test_as_exactly_as_may_be(self, client: httpx.AsyncClient) -> None:
        one = await record(client, received_at=ago(hours=2))
        await moved(client, one, "acknowledge", at=ago(hours=2))
        assert (await moved(client, one, "assess", at=ago(hours=2)))["state_since"] == ago(hours=2)
        assert (await moved(client, one, "investigate", at=NOW))["state_since"] == NOW

    @pytest.mark.parametrize(
        ("at", "code"), [("2026-03-02T09:00:00.000001Z", "in_the_future"), (ago(hours=2, microseconds=1), "too_early")]
    )
    @pytest.mark.parametrize("verb", ["acknowledge", "withdraw", "hold"])
    async def test_that_cannot_be(self, client: httpx.AsyncClient, verb: str, at: str, code: str) -> None:
        one = await record(client, received_at=ago(hours=2))
        more = {"waiting_for": "customer"} if verb == "hold" else {}
        assert errors(await refused(client, one, verb, at=at, **more)) == [("/at", code)]

    async def test_the_move_comes_first(self, client: httpx.AsyncClient) -> None:
        """A move that is not allowed is not allowed, whenever it was."""
        answer = await refused(client, await record(client), "close", at="2027-01-01T00:00:00Z")
        assert answer.status_code == 409


class TestMessages:
    async def test_become_interactions_of_the_customer(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        one = await record(client, customer_id=customer["id"], channel="email", received_at=ago(hours=1))
        message = {"body": "Dear Zoë,\nwe have it.", "staff": "tom", "documents": [{"name": "Terms", "address": "x"}]}
        await moved(client, one, "acknowledge", at=ago(minutes=30), message=message)
        found = await interaction(client, one)
        assert {name: found[name] for name in ("body", "staff", "kind", "channel", "direction", "thread")} == {
            "body": message["body"],
            "staff": "tom",
            "kind": "message",
            "channel": "email",
            "direction": "outbound",
            "thread": one["reference"],
        }
        assert (found["customer_id"], found["happened_at"]) == (customer["id"], ago(minutes=30))
        assert (found["subject"], found["documents"][0]["name"]) == (f"Your complaint {one['reference']}", "Terms")
        assert await db.fetchval("SELECT count(*) FROM complaint_messages WHERE complaint_id = $1", one["id"]) == 1
        event = await db.fetchrow("SELECT channel FROM events WHERE type = 'complaint.acknowledged'")
        assert event["channel"] == "email"

    @pytest.mark.parametrize(
        ("channel", "kind"),
        [("phone", "call"), ("in_person", "meeting"), ("web_form", "message"), ("other", "message")],
    )
    async def test_on_any_channel(self, client: httpx.AsyncClient, channel: str, kind: str) -> None:
        one = await record(client)
        await moved(client, one, "acknowledge", message={"body": "x", "channel": channel, "subject": "Lamb"})
        found = await interaction(client, one)
        assert (found["channel"], found["kind"], found["subject"]) == (channel, kind, "Lamb")

    async def test_to_somebody_who_is_not_known(self, client: httpx.AsyncClient) -> None:
        one = await record(client, complainant={"name": "Zoë", "contact": EMAIL}, channel="email")
        await moved(client, one, "acknowledge", message={"body": "x"})
        found = await interaction(client, one)
        assert (found["customer_id"], found["contact"]) == (None, EMAIL)

    @pytest.mark.parametrize("way", ["acknowledge", "messages"])
    async def test_go_where_the_complaint_goes(self, client: httpx.AsyncClient, way: str) -> None:
        """Nobody but the complaint has said whose they are."""
        ada, bo = [await make.create_customer(client, display_name=name) for name in ("Ada", "Bo")]
        one = await record(client, customer_id=ada["id"])
        if way == "messages":
            await api.post(client, f"{PATH}/{one['id']}/messages", {"channel": "email", "body": "Hello"}, 200)
        else:
            await moved(client, one, way, message={"channel": "email", "body": "We look into it"})
        page = await api.get(client, "/v1/interactions", complaint_id=one["id"])
        (message,) = [each for each in page["items"] if each["direction"] == "outbound"]

        async def holder() -> tuple[str | None, str, list[str]]:
            found = await api.get(client, f"/v1/interactions/{message['id']}")
            return found["customer_id"], found["match"], [each["kind"] for each in found["match_reasons"]]

        assert await holder() == (ada["id"], "matched", ["record"])
        await claim(client, "complaint", one, bo, moved_from=ada["id"])
        assert await holder() == (bo["id"], "matched", ["record"])
        await release(client, "complaint", one)
        assert await holder() == (None, "anonymous", [])
        await claim(client, "complaint", one, ada)
        assert await holder() == (ada["id"], "matched", ["record"])

    async def test_on_a_channel_that_is_not_welcome(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client, **UNWELCOME)
        one = await record(client, customer_id=customer["id"])
        answer = await refused(client, one, "acknowledge", message={"body": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "UNWELCOME_CHANNEL")
        assert pointers(answer) == ["/message/channel"]
        assert await db.fetchval("SELECT count(*) FROM interactions") == 0
        answer = await client.post(f"{PATH}/{one['id']}/messages", json={"body": "x"})
        assert (answer.status_code, pointers(answer)) == (409, ["/channel"])
        assert await get(client, one) == one
        await moved(client, one, "acknowledge", message={"body": "x", "unwelcome_reason": "There is no other way"})
        assert (await interaction(client, one))["unwelcome_reason"] == "There is no other way"
        await moved(client, one, "assess", message={"body": "x", "channel": "letter"})

    async def test_that_were_recorded_before(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        one = await record(client, customer_id=customer["id"])
        letter = await record_letter(client, customer_id=customer["id"])
        await moved(client, one, "acknowledge", interaction_id=letter["id"])
        assert (await interaction(client, one))["id"] == letter["id"]

    async def test_that_were_not_to_the_customer(self, client: httpx.AsyncClient) -> None:
        customer, other = [await make.create_customer(client) for _ in range(2)]
        one = await record(client, customer_id=customer["id"])
        for strange in (
            await record_letter(client, customer_id=other["id"]),
            await record_letter(client),
            await record_letter(client, customer_id=customer["id"], direction="inbound"),
            await record_letter(client, customer_id=customer["id"], direction="internal", kind="note"),
            {"id": str(uuid4())},
        ):
            answer = await refused(client, one, "acknowledge", interaction_id=strange["id"])
            assert errors(answer) == [("/interaction_id", "not_found")]

    async def test_one_way_of_telling(self, client: httpx.AsyncClient) -> None:
        one = await record(client)
        answer = await move(client, one, "acknowledge", message={"body": "x"}, interaction_id=str(uuid4()))
        assert errors(answer) == [("/interaction_id", "conflict")]

    async def test_without_a_move(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        await make.create_policy(client, targets={"update_minutes": 60})
        customer = await make.create_customer(client)
        one = await record_in(client, "acknowledged", customer_id=customer["id"])
        clock.tick(600)
        answer = await client.post(f"{PATH}/{one['id']}/messages", json={"body": "Still at it", "channel": "sms"})
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert (after["state"], after["state_since"], after["version"]) == ("acknowledged", one["state_since"], 2)
        assert len(await moves(client, one)) == 1
        assert (await events(db, one))[-1] == ("update_sent", "update sent to the customer")
        kept = await clocks(client, one)
        assert kept["update", 1]["met_at"] == kept["update", 2]["started_at"] == "2026-03-02T09:10:00.000000Z"
        timeline = (await client.get(f"/v1/customers/{customer['id']}/timeline")).json()["items"]
        assert [entry["type"] for entry in timeline[:2]] == ["complaint.update_sent", "interaction.recorded"]


class TestAssess:
    async def test_whole(self, client: httpx.AsyncClient) -> None:
        weighed = {
            "category": "Freshness",
            "severity": "critical",
            "complexity": "complex",
            "impact": "safety",
            "immediate_action": True,
            "feeling": "distressed",
            "relationship_at_risk": True,
            "owner": "mia",
        }
        after = await moved(client, await record_in(client, "acknowledged"), "assess", **weighed)
        assert {name: after[name] for name in weighed} == weighed

    async def test_what_is_not_said_stays(self, client: httpx.AsyncClient) -> None:
        said = {"category": "Freshness", "owner": "mia", "immediate_action": True, "feeling": "angry"}
        after = await moved(client, await record_in(client, "acknowledged", **said), "assess", severity="low")
        assert {name: after[name] for name in said} == said
        assert after["severity"] == "low"

    async def test_policy_and_procedure_are_chosen_anew(self, client: httpx.AsyncClient, db: Any) -> None:
        grave = await make.create_policy(
            client, position=1, applies_to={"severities": ["high"]}, targets={"resolve_minutes": 60}
        )
        usual = await make.create_policy(client, position=2, targets={"resolve_minutes": 960, "respond_minutes": 960})
        cooking, other = (
            await make.create_procedure(client, category="Food"),
            await make.create_procedure(client, steps=[]),
        )
        one = await record_in(client, "acknowledged", received_at=NOW, history=[{"move": "acknowledge", "at": NOW}])
        assert (one["policy_id"], one["procedure_id"]) == (usual["id"], other["id"])
        after = await moved(client, one, "assess", severity="high", category="Food")
        assert (after["policy_id"], after["procedure_id"]) == (grave["id"], cooking["id"])
        assert after["due_at"] == "2026-03-02T10:00:00.000000Z"
        states = {clock["metric"]: clock["state"] for clock in after["clocks"]}
        assert states == {"resolve": "running", "respond": "cancelled"}
        due = await next_check_at(db, one)
        assert due is not None and due.isoformat() == "2026-03-02T10:00:00.000001+00:00"


class TestInvestigate:
    async def test_by_whom(self, client: httpx.AsyncClient) -> None:
        one = await record_in(client, "assessed", owner="mia")
        assert (await moved(client, one, "investigate"))["owner"] == "mia"
        again = await record_in(client, "rejected", owner="mia")
        assert (await moved(client, again, "investigate", owner="tom"))["owner"] == "tom"


class TestRespond:
    async def test_whole(self, client: httpx.AsyncClient) -> None:
        sought = {"kind": "apology"}
        one = await record_in(client, "investigating", remedies=[sought])
        offers = [{"kind": "refund", "cost": "17.00", "currency": "GBP"}, {"kind": "voucher", "description": "For ten"}]
        message = {"body": "We are sorry"}
        after = await moved(
            client,
            one,
            "respond",
            decision="partly_upheld",
            decision_text="It was warm",
            offers=offers,
            message=message,
        )
        assert (after["decision"], after["decision_text"]) == ("partly_upheld", "It was warm")
        assert after["responded_at"] == after["notified_at"] == NOW
        shown = [(r["kind"], r["state"], r["offered_at"], r["cost"]) for r in after["remedies"]]
        assert shown == [
            ("apology", "sought", None, None),
            ("refund", "offered", NOW, "17.00"),
            ("voucher", "offered", NOW, None),
        ]

    async def test_without_telling(self, client: httpx.AsyncClient) -> None:
        after = await moved(client, await record_in(client, "investigating"), "respond", at=ago(minutes=10))
        assert (after["responded_at"], after["notified_at"]) == (ago(minutes=10), None)

    async def test_again_after_a_rejection(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await record_in(client, "investigating")
        await moved(client, one, "respond", decision="not_upheld", decision_text="No", message={"body": "No"})
        await moved(client, one, "reject")
        await moved(client, one, "investigate")
        clock.tick(60)
        after = await moved(client, one, "respond", decision="upheld")
        assert (after["decision"], after["decision_text"], after["notified_at"]) == ("upheld", None, None)
        assert after["responded_at"] == "2026-03-02T09:01:00.000000Z"


class TestAccept:
    async def offered(self, client: httpx.AsyncClient) -> dict[str, Any]:
        one = await record_in(client, "investigating", remedies=[{"kind": "apology"}])
        return await moved(client, one, "respond", offers=[{"kind": kind} for kind in ("refund", "voucher", "repair")])

    def states(self, one: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
        return {remedy["kind"]: (remedy["state"], remedy["decided_at"]) for remedy in one["remedies"]}

    async def test_all_that_is_offered(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await self.offered(client)
        clock.tick(60)
        assert self.states(await moved(client, one, "accept", at=NOW)) == {
            "apology": ("sought", None),
            "refund": ("accepted", NOW),
            "voucher": ("accepted", NOW),
            "repair": ("accepted", NOW),
        }

    async def test_some_and_the_others_are_refused(self, client: httpx.AsyncClient) -> None:
        one = await self.offered(client)
        voucher = next(r["id"] for r in one["remedies"] if r["kind"] == "voucher")
        after = await moved(client, one, "accept", remedy_ids=[voucher, voucher])
        assert self.states(after) == {
            "apology": ("sought", None),
            "refund": ("refused", NOW),
            "voucher": ("accepted", NOW),
            "repair": ("refused", NOW),
        }
        assert [r["version"] for r in after["remedies"]] == [1, 2, 2, 2]

    async def test_none(self, client: httpx.AsyncClient) -> None:
        after = await moved(client, await self.offered(client), "accept", remedy_ids=[])
        assert [state for state, _ in self.states(after).values()] == ["sought", *["refused"] * 3]

    async def test_what_is_not_on_offer(self, client: httpx.AsyncClient) -> None:
        one = await self.offered(client)
        sought, refund = one["remedies"][0]["id"], one["remedies"][1]["id"]
        elsewhere = (await self.offered(client))["remedies"][1]["id"]
        for strange in (sought, elsewhere, str(uuid4())):
            answer = await refused(client, one, "accept", remedy_ids=[refund, strange])
            assert errors(answer) == [("/remedy_ids/1", "not_found")]

    async def test_out_of_a_deadlock(self, client: httpx.AsyncClient) -> None:
        one = await self.offered(client)
        await moved(client, one, "reject")
        await moved(client, one, "deadlock")
        offered = await client.post(f"{PATH}/{one['id']}/remedies", json={"kind": "goodwill", "state": "offered"})
        assert offered.status_code == 200
        after = await moved(client, one, "accept")
        assert [r["state"] for r in after["remedies"]] == ["sought", "refused", "refused", "refused", "accepted"]


class TestReject:
    async def test_refuses_what_was_offered(self, client: httpx.AsyncClient) -> None:
        one = await record_in(client, "investigating", remedies=[{"kind": "apology"}])
        await moved(client, one, "respond", offers=[{"kind": "refund"}])
        after = await moved(client, one, "reject")
        assert [(r["state"], r["decided_at"]) for r in after["remedies"]] == [("sought", None), ("refused", NOW)]


class TestDispute:
    async def test_it_is_referred_and_settled(self, client: httpx.AsyncClient) -> None:
        one = await record_in(client, "rejected")
        after = await moved(client, one, "refer", referred_to="The ombudsman", reference="O-7")
        referral = {"referred_to": "The ombudsman", "reference": "O-7", "outcome": None, "note": None}
        assert after["referral"] == referral
        after = await moved(client, one, "settle", outcome="not_upheld", outcome_text="The lamb was fine")
        assert after["referral"] == referral | {"outcome": "not_upheld", "note": "The lamb was fine"}

    async def test_it_is_settled_by_agreement(self, client: httpx.AsyncClient) -> None:
        after = await moved(client, await record_in(client, "deadlock"), "settle", outcome="partly_upheld")
        assert after["referral"] == {"referred_to": None, "reference": None, "outcome": "partly_upheld", "note": None}

    async def test_a_deadlock_has_a_clock_of_its_own(self, client: httpx.AsyncClient) -> None:
        await make.create_policy(client, targets={"deadlock_minutes": 60})
        one = await record_in(client, "rejected")
        assert one["clocks"] == []
        await moved(client, one, "deadlock")
        kept = await clocks(client, one)
        assert kept["deadlock", 1]["due_at"] == "2026-03-02T10:00:00.000000Z"
        await moved(client, one, "refer")
        assert (await clocks(client, one))["deadlock", 1]["met_at"] == NOW


class TestClose:
    async def test_with_its_cause(self, client: httpx.AsyncClient) -> None:
        one = await record_in(client, "accepted")
        after = await moved(client, one, "close", cause_kind="supplier", cause="The van was warm")
        assert (after["cause_kind"], after["cause"]) == ("supplier", "The van was warm")

    async def test_what_is_known_of_the_cause_stays(self, client: httpx.AsyncClient) -> None:
        after = await moved(client, await record_in(client, "accepted", cause="The van", cause_kind="people"), "close")
        assert (after["cause_kind"], after["cause"]) == ("people", "The van")

    async def test_ends_the_clocks(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_policy(
            client, targets={"resolve_minutes": 60, "acknowledge_minutes": 60, "update_minutes": 60}
        )
        one = await record_in(client, "rejected")
        after = await moved(client, one, "close")
        states = {(clock["metric"], clock["cycle"]): clock["state"] for clock in after["clocks"]}
        assert states == {
            ("acknowledge", 1): "met",
            ("resolve", 1): "met",
            ("update", 1): "met",
            ("update", 2): "cancelled",
        }
        assert (after["due_at"], await next_check_at(db, one)) == (None, None)


class TestWithdraw:
    async def test_calls_the_clocks_off(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_policy(client, targets={"resolve_minutes": 60, "acknowledge_minutes": 60})
        after = await moved(client, await record(client), "withdraw", reason="It was mended")
        assert {clock["state"] for clock in after["clocks"]} == {"cancelled"}
        assert (after["due_at"], await next_check_at(db, after)) == (None, None)
        data = await db.fetchval("SELECT data->>'reason' FROM events WHERE type = 'complaint.withdrawn'")
        assert data == "It was mended"


class TestReopen:
    DAY = 86_400

    async def closed(self, client: httpx.AsyncClient, **reopening: Any) -> dict[str, Any]:
        await make.create_policy(
            client, targets={"respond_minutes": 60, "resolve_minutes": 60}, reopening=reopening or None
        )
        one = await record_in(client, "closed", received_at=NOW, history=[])
        for verb in ("acknowledge", "assess", "investigate", "respond", "accept", "close"):
            one = await moved(client, one, verb)
        return one

    async def test_as_long_as_the_policy_allows(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await self.closed(client, within_days=30)
        clock.tick(30 * self.DAY)
        after = await moved(client, one, "reopen")
        assert (after["state"], after["ended_at"], after["reopened_count"]) == ("reopened", None, 1)

    async def test_no_longer(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await self.closed(client, within_days=30)
        clock.tick(30 * self.DAY + 1)
        answer = await refused(client, one, "reopen")
        assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED")
        assert (answer.json()["allowed"], "30 days" in answer.json()["detail"]) == ([], True)
        # What counts is when the customer came back, not when it is recorded.
        at = "2026-04-01T09:00:00Z"
        assert (await moved(client, one, "reopen", at=at))["state_since"] == "2026-04-01T09:00:00.000000Z"

    async def test_as_often_as_the_policy_allows(self, client: httpx.AsyncClient) -> None:
        one = await self.closed(client, at_most=2)
        for _ in range(2):
            await moved(client, one, "reopen")
            await moved(client, one, "withdraw")
        answer = await refused(client, one, "reopen")
        assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED")

    async def test_without_a_policy_at_any_time(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await record_in(client, "withdrawn")
        clock.tick(4_000 * self.DAY)
        assert (await moved(client, one, "reopen"))["state"] == "reopened"

    async def test_its_clocks_are_new_ones(self, client: httpx.AsyncClient, clock: TestClock, db: Any) -> None:
        one = await self.closed(client)
        before = await clocks(client, one)
        clock.tick(self.DAY)
        await moved(client, one, "reopen")
        after = await clocks(client, one)
        assert {key: after[key] for key in before} == before
        assert set(after) - set(before) == {("respond", 2), ("resolve", 2)}
        assert after["respond", 2]["due_at"] == "2026-03-03T10:00:00.000000Z"
        assert await next_check_at(db, one) is not None


class TestWait:
    async def test_for_somebody(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record_in(client, "assessed")
        after = await moved(client, one, "hold", waiting_for="supplier", note="For the report")
        assert (after["waiting_for"], after["state"]) == ("supplier", "assessed")
        assert (after["state_since"], after["allowed_moves"]) == (one["state_since"], one["allowed_moves"])
        assert (await events(db, one))[-1] == ("held", "on hold, waiting for supplier")
        after = await moved(client, one, "hold", waiting_for="customer", message={"body": "Could you send a picture?"})
        assert after["waiting_for"] == "customer"
        assert len(await moves(client, one)) == 2
        after = await moved(client, one, "resume", note="It came")
        assert (after["waiting_for"], after["state"]) == (None, "assessed")
        assert (await events(db, one))[-1] == ("resumed", "resumed")

    async def test_ends_with_the_next_move(self, client: httpx.AsyncClient) -> None:
        one = await record_in(client, "assessed")
        await moved(client, one, "hold", waiting_for="other")
        assert (await moved(client, one, "investigate"))["waiting_for"] is None

    @pytest.mark.parametrize("state", ["closed", "withdrawn"])
    async def test_for_nothing_when_it_is_over(self, client: httpx.AsyncClient, state: str) -> None:
        answer = await refused(client, await record_in(client, state), "hold", waiting_for="other")
        assert (answer.status_code, answer.json()["allowed"]) == (409, ["reopen"])

    async def test_for_nobody_there_is_nothing_to_resume(self, client: httpx.AsyncClient) -> None:
        answer = await refused(client, await record_in(client, "assessed"), "resume")
        assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED")
        assert answer.json()["allowed"] == ["investigate", "withdraw"]

    async def test_it_cannot_have_gone_on_before_it_waited(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """The clocks stood still meanwhile: that is not undone afterwards."""
        await make.create_policy(client, pauses=["waiting_customer"])
        one = await record_in(client, "assessed")
        await moved(client, one, "hold", waiting_for="customer")
        clock.tick(3_600)
        for verb in ("resume", "investigate"):
            assert errors(await refused(client, one, verb, at=ago(minutes=30))) == [("/at", "too_early")]
        await moved(client, one, "resume", at="2026-03-02T09:30:00Z")
        assert errors(await refused(client, one, "investigate", at=NOW)) == [("/at", "too_early")]
        await moved(client, one, "investigate", at="2026-03-02T09:30:00Z")


class TestProcedure:
    STEPS = (
        {"key": "ring", "title": "Ring them", "before": "assess"},
        {"key": "note", "title": "Note who rang", "before": "assess", "mandatory": False},
        {"key": "look", "title": "Look into the fridge", "before": "respond", "wording": "We shall look."},
    )

    async def mark(self, client: httpx.AsyncClient, one: dict[str, Any], step: str, **change: Any) -> httpx.Response:
        return await client.put(f"{PATH}/{one['id']}/checklist/{step}", json=change)

    async def test_its_steps_are_done_first(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_procedure(client, steps=self.STEPS)
        one = await record_in(client, "acknowledged")
        answer = await refused(client, one, "assess")
        assert (answer.status_code, answer.json()["code"]) == (409, "STEP_OPEN")
        assert (answer.json()["steps"], pointers(answer)) == (["ring"], ["/steps/ring"])
        assert "Ring them" in answer.json()["detail"]
        answer = await self.mark(client, one, "ring", note="They were glad")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert [(s["key"], s["done"], s["mandatory"]) for s in found["steps"]] == [
            ("ring", True, True),
            ("note", False, False),
            ("look", False, True),
        ]
        first = found["steps"][0]
        assert (first["done_at"], first["done_by"], first["note"]) == (NOW, "admin", "They were glad")
        assert found["allowed_moves"] == [{"move": "assess", "open_steps": []}, {"move": "withdraw", "open_steps": []}]
        assert (await events(db, one))[-1] == ("step_done", "Ring them: done")
        await moved(client, one, "assess")
        await moved(client, one, "investigate")
        assert (await refused(client, one, "respond")).json()["steps"] == ["look"]

    async def test_a_move_that_is_not_allowed_is_told_first(self, client: httpx.AsyncClient) -> None:
        await make.create_procedure(client, steps=self.STEPS)
        assert (await refused(client, await record(client), "assess")).json()["code"] == "MOVE_NOT_ALLOWED"

    async def test_a_step_may_not_be_done_after_all(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.create_procedure(client, steps=self.STEPS)
        one = await record_in(client, "acknowledged")
        await self.mark(client, one, "ring", done_by="tom")
        answer = await self.mark(client, one, "ring", done=False)
        assert (answer.json()["steps"][0]["done"], answer.json()["steps"][0]["done_by"]) == (False, None)
        assert answer.json()["allowed_moves"][0] == {"move": "assess", "open_steps": ["ring"]}
        assert (await events(db, one))[-1] == ("step_undone", "Ring them: not done after all")
        assert (await refused(client, one, "assess")).json()["code"] == "STEP_OPEN"

    async def test_done_twice_it_is_told_once(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        await make.create_procedure(client, steps=self.STEPS)
        one = await record_in(client, "acknowledged")
        for note in ("One", "Two"):
            answer = await self.mark(client, one, "ring", done_by="tom", note=note)
            clock.tick(60)
        shown = answer.json()["steps"][0]
        assert (shown["note"], shown["done_at"]) == ("Two", NOW)
        assert [what for what, _ in await events(db, one)].count("step_done") == 1
        await self.mark(client, one, "note", done=False)
        assert [what for what, _ in await events(db, one)].count("step_undone") == 0

    async def test_a_step_that_it_has_not(self, client: httpx.AsyncClient) -> None:
        await make.create_procedure(client, category="Food", steps=self.STEPS)
        for one in (await record(client, category="Food"), await record(client)):
            assert (await self.mark(client, one, "jump")).status_code == 404
        assert (await self.mark(client, {"id": uuid4()}, "ring")).status_code == 404

    async def test_a_new_version_is_for_new_complaints(self, client: httpx.AsyncClient) -> None:
        procedure = await make.create_procedure(client, steps=self.STEPS)
        old = await record_in(client, "acknowledged")
        await change_procedure(client, procedure, {"steps": [], "name": "Nothing"})
        new = await record_in(client, "acknowledged")
        assert (old["procedure_version"], new["procedure_version"]) == (1, 2)
        assert (await refused(client, old, "assess")).json()["steps"] == ["ring"]
        assert len((await checklist(client, old))["steps"]) == 3
        assert (await checklist(client, new))["steps"] == []
        await moved(client, new, "assess")
        assert (await moved(client, old, "withdraw"))["procedure_version"] == 1

    async def test_the_checklist_helps_with_the_customer(self, client: httpx.AsyncClient) -> None:
        made = await make.create_procedure(
            client, guidance={"angry": "Let them finish"}, staff_mood={"keep": "Breathe", "recover": "Walk"}
        )
        angry, calm, unknown = [await record(client, feeling=feeling) for feeling in ("angry", "calm", None)]
        found = await checklist(client, angry)
        assert (found["name"], found["procedure_id"]) == (made["name"], made["id"])
        assert (found["feeling"], found["guidance"]) == ("angry", "Let them finish")
        assert found["staff_mood"] == {"keep": "Breathe", "recover": "Walk"}
        assert (await checklist(client, calm))["guidance"] is None
        assert (await checklist(client, unknown))["guidance"] is None

    async def test_without_one(self, client: httpx.AsyncClient) -> None:
        found = await checklist(client, await record(client))
        assert (found["procedure_id"], found["name"], found["steps"], found["staff_mood"]) == (None, None, [], None)
        assert [m["move"] for m in found["allowed_moves"]] == ["acknowledge", "withdraw"]


async def test_the_buyer_of_a_sale_is_told(client: httpx.AsyncClient) -> None:
    """Whoever was found by the sale is the customer whom messages go to."""
    customer = await make.create_customer(client)
    sale = (await client.post("/v1/sales", json=make.sale(customer={"id": customer["id"]}))).json()
    one = await record(client, sale_id=sale["id"])
    await moved(client, one, "acknowledge", message={"body": "We have it"})
    assert (await interaction(client, one))["customer_id"] == customer["id"]


class TestAtOnce:
    async def test_a_move_that_has_waited_for_a_later_one(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """Its transaction began before the one that it waited for, and says no time: it is not too early."""
        complaint = await make.record_complaint(client)
        body = {"waiting_for": "supplier", "message": {"body": "We have asked them"}}
        clock.tick(60)
        held = await api.post(client, f"{PATH}/{complaint['id']}/hold", body, 200)
        clock.tick(-1)
        again = await api.post(client, f"{PATH}/{complaint['id']}/hold", body, 200)
        assert again["waiting_since"] == held["waiting_since"]
