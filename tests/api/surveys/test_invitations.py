"""Invitations made by hand: who may be asked, how they are handed over with a token nobody keeps, and taken back."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.rules.access import tokens
from tests import make
from tests.make.surveys import INVITATIONS, SURVEYS, create_customer, create_open, invite, record_sale, survey
from tests.support import api
from tests.support.application import Keys, TestClock
from tests.support.surveys import invitation_events, listed_invitations, refused
from tests.support.times import NOW

HOUR, DAY = 3_600, 86_400
NOBODY = str(uuid4())
# Quiet from 09:00 to 11:00 of a customer in London: the tests' clock begins at nine.
QUIET = {"preferences": {"quiet_hours": {"start": "09:00", "end": "11:00", "time_zone": "Europe/London"}}}


async def send(client: httpx.AsyncClient, one: dict[str, Any], **headers: str) -> httpx.Response:
    return await client.post(f"{INVITATIONS}/{one['id']}/send", headers=headers)


async def sent(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    return await api.post(client, f"{INVITATIONS}/{one['id']}/send", status=200)


async def get(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"{INVITATIONS}/{one['id']}")).json()


async def patch_customer(client: httpx.AsyncClient, one: dict[str, Any], **changes: Any) -> None:
    await api.patched(client, f"/v1/customers/{one['id']}", changes)


class TestCreate:
    async def test_the_least(self, client: httpx.AsyncClient, db: Any) -> None:
        asked, ada = await create_open(client, name="After your visit"), await create_customer(client)
        answer = await client.post(INVITATIONS, json={"survey_id": asked["id"], "customer_id": ada["id"]})
        assert answer.status_code == 201, answer.text
        one = answer.json()
        assert answer.headers["location"] == f"{INVITATIONS}/{one['id']}"
        assert (one["channel"], one["language"], one["state"]) == ("email", "en", "pending")
        assert (one["send_after"], one["expires_at"]) == (NOW, "2026-04-01T09:00:00.000000Z")
        assert (one["survey_version"], one["rule_id"], one["sent_at"]) == (asked["published_version"], None, None)
        assert await get(client, one) == one
        assert await invitation_events(db, one) == [("created", "Asked for feedback: After your visit")]
        row = await db.fetchrow("SELECT * FROM events WHERE type = 'invitation.created'")
        assert (str(row["customer_id"]), row["channel"]) == (ada["id"], "email")
        assert json.loads(row["data"]) == {
            "invitation_id": one["id"],
            "survey": asked["code"],
            "send_after": NOW,
            "language": "en",
        }

    async def test_whole(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client, expires_days=3)
        ada = await create_customer(client)
        sale = await record_sale(client, ada, site="Leeds", operator="mia")
        body = {
            "customer_id": ada["id"],
            "channel": "letter",
            "language": "en",
            "sale_id": sale["id"],
            "site": "York",
            "staff": "tom",
            "send_after": "2026-03-05T10:00:00Z",
        }
        one = await invite(client, asked, **body)
        assert {name: one[name] for name in body} == body | {"send_after": "2026-03-05T10:00:00.000000Z"}
        assert one["expires_at"] == "2026-03-08T10:00:00.000000Z"

    async def test_site_and_staff_are_those_of_what_it_is_about(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client)
        sale = await record_sale(client, None, site="Leeds", operator="mia")
        one = await invite(client, asked, sale_id=sale["id"])
        assert (one["site"], one["staff"], one["customer_id"]) == ("Leeds", "mia", None)

    async def test_for_nobody_known(self, client: httpx.AsyncClient) -> None:
        """A code on a card: any number of them, whatever was asked before."""
        asked = await create_open(client)
        first, second = [await invite(client, asked) for _ in range(2)]
        assert (first["customer_id"], first["channel"]) == (None, None)
        assert (await sent(client, first))["token"] != (await sent(client, second))["token"]

    @pytest.mark.parametrize(
        ("preferences", "points", "expected"),
        [
            ({}, ["email", "phone"], "email"),
            ({"channels": ["phone", "email"]}, ["email", "phone"], "phone"),
            ({"channels": ["letter", "sms"]}, ["email", "phone"], "sms"),
            ({"channels": ["whatsapp"]}, ["email", "phone"], "whatsapp"),
            ({"unwelcome_channels": [{"channel": "email"}]}, ["email", "phone"], "sms"),
            ({}, [], None),
        ],
    )
    async def test_the_channel_is_the_customers(
        self, client: httpx.AsyncClient, preferences: Any, points: list[str], expected: Any
    ) -> None:
        made = [make.phone() if kind == "phone" else make.email() for kind in points]
        ada = await create_customer(client, contact_points=made, preferences=preferences)
        one = await invite(client, await create_open(client), customer_id=ada["id"])
        assert one["channel"] == expected

    async def test_the_language_is_the_nearest(self, client: httpx.AsyncClient) -> None:
        words = {"en": "Would you recommend us?", "de": "Empfehlen Sie uns?"}
        asked = await create_open(
            client,
            languages=["en", "de"],
            min_days_between_invitations=0,
            questions=[{"key": "recommend", "kind": "nps", "wording": words}],
        )
        ada = await create_customer(client, preferences={"language": "de-AT"})
        named = [await invite(client, asked, customer_id=ada["id"], **more) for more in ({}, {"language": "en-GB"})]
        assert [one["language"] for one in named] == ["de", "en"]
        assert (await invite(client, asked, language="fr"))["language"] == "en"

    async def test_what_would_fall_in_quiet_hours_is_put_off(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client, min_days_between_invitations=0)
        ada = await create_customer(client, **QUIET)
        assert (await invite(client, asked, customer_id=ada["id"]))["send_after"] == "2026-03-02T11:00:00.000000Z"
        later = await invite(client, asked, customer_id=ada["id"], send_after="2026-07-01T08:30:00Z")
        assert later["send_after"] == "2026-07-01T10:00:00.000000Z"  # in summer, eleven is ten
        face = await invite(client, asked, customer_id=ada["id"], channel="in_person")
        assert face["send_after"] == NOW

    async def test_the_past_is_now(self, client: httpx.AsyncClient) -> None:
        one = await invite(client, await create_open(client), send_after="2020-01-01T00:00:00Z")
        assert one["send_after"] == NOW

    @pytest.mark.parametrize("way", [[], ["open", "pause"], ["open", "close"]])
    async def test_of_a_survey_that_is_not_open(self, client: httpx.AsyncClient, way: list[str]) -> None:
        asked = await api.post(client, SURVEYS, survey())
        for verb in way:
            await api.post(client, f"{SURVEYS}/{asked['id']}/{verb}", status=200)
        problem = await refused(client, INVITATIONS, {"survey_id": asked["id"]})
        assert problem["code"] == "SURVEY_NOT_OPEN"

    async def test_an_archived_customer_is_not_asked(self, client: httpx.AsyncClient) -> None:
        asked, ada = await create_open(client), await create_customer(client)
        await api.post(client, f"/v1/customers/{ada['id']}/archive", status=200)
        problem = await refused(client, INVITATIONS, {"survey_id": asked["id"], "customer_id": ada["id"]})
        assert problem["code"] == "CUSTOMER_ARCHIVED"

    @pytest.mark.parametrize("channel", ["email", None])
    async def test_never_on_an_unwelcome_channel(self, client: httpx.AsyncClient, channel: str | None) -> None:
        asked = await create_open(client)
        ada = await create_customer(client, preferences={"unwelcome_channels": [{"channel": "email"}]})
        body = {"survey_id": asked["id"], "customer_id": ada["id"], "channel": channel}
        assert (await refused(client, INVITATIONS, body))["code"] == "UNWELCOME_CHANNEL"
        assert (await refused(client, INVITATIONS, body | {"channel": "sms"}, 422))["errors"][0][
            "code"
        ] == "unreachable"

    async def test_not_again_for_some_days_whatever_the_survey(
        self, client: httpx.AsyncClient, clock: TestClock
    ) -> None:
        first, second = (
            await create_open(client, min_days_between_invitations=100),
            await create_open(client, min_days_between_invitations=10),
        )
        never = await create_open(client, min_days_between_invitations=0)
        ada = await create_customer(client)
        await invite(client, first, customer_id=ada["id"])
        problem = await refused(client, INVITATIONS, {"survey_id": second["id"], "customer_id": ada["id"]})
        assert (problem["code"], problem["allowed_at"]) == ("ASKED_RECENTLY", "2026-03-12T09:00:00.000000Z")
        await invite(client, second, customer_id=(await create_customer(client))["id"])
        clock.tick(10 * DAY - 1)
        await refused(client, INVITATIONS, {"survey_id": second["id"], "customer_id": ada["id"]})
        clock.tick(1)
        await invite(client, second, customer_id=ada["id"])
        await invite(client, never, customer_id=ada["id"])

    async def test_a_revoked_one_has_not_asked(self, client: httpx.AsyncClient) -> None:
        asked, ada = await create_open(client), await create_customer(client)
        one = await invite(client, asked, customer_id=ada["id"])
        await api.post(client, f"{INVITATIONS}/{one['id']}/revoke", status=200)
        await invite(client, asked, customer_id=ada["id"])

    async def test_twenty_at_once_ask_once(self, client: httpx.AsyncClient, db: Any) -> None:
        asked, ada = await create_open(client), await create_customer(client)
        body = {"survey_id": asked["id"], "customer_id": ada["id"]}
        answers = await asyncio.gather(*(client.post(INVITATIONS, json=body) for _ in range(20)))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 19
        assert await db.fetchval("SELECT count(*) FROM invitations") == 1

    @pytest.mark.parametrize("field", ["survey_id", "customer_id", "sale_id", "complaint_id", "interaction_id"])
    async def test_what_there_is_not(self, client: httpx.AsyncClient, field: str) -> None:
        asked = await create_open(client)
        problem = await refused(client, INVITATIONS, {"survey_id": asked["id"], field: NOBODY}, 422)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(f"/{field}", "not_found")]

    async def test_things_of_two_customers(self, client: httpx.AsyncClient) -> None:
        asked, ada, eve = await create_open(client), await create_customer(client), await create_customer(client)
        sale = await record_sale(client, ada)
        calls = [await make.record_interaction(client, customer_id=one["id"]) for one in (eve, ada)]
        body = {"survey_id": asked["id"], "sale_id": sale["id"], "interaction_id": calls[0]["id"]}
        problem = await refused(client, INVITATIONS, body, 422)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/interaction_id", "other_customer")]
        made = await invite(client, asked, sale_id=sale["id"], interaction_id=calls[1]["id"])
        assert made["customer_id"] == ada["id"]

    async def test_somebody_elses_sale(self, client: httpx.AsyncClient) -> None:
        asked, ada, eve = await create_open(client), await create_customer(client), await create_customer(client)
        sale = await record_sale(client, ada)
        body = {"survey_id": asked["id"], "customer_id": eve["id"], "sale_id": sale["id"]}
        assert (await refused(client, INVITATIONS, body, 422))["errors"][0]["pointer"] == "/sale_id"
        await invite(client, asked, customer_id=ada["id"], sale_id=sale["id"])


class TestBatch:
    async def test_one_bad_line_stops_nothing(self, client: httpx.AsyncClient, db: Any) -> None:
        asked, ada, eve = await create_open(client), await create_customer(client), await create_customer(client)
        lines = [
            {"survey_id": asked["id"], "customer_id": ada["id"]},
            {"survey_id": asked["id"], "customer_id": NOBODY},
            {"survey_id": "none"},
            {"survey_id": asked["id"], "customer_id": ada["id"]},
            {"survey_id": asked["id"], "customer_id": eve["id"]},
        ]
        headers = {"content-type": "application/x-ndjson"}

        async def sent_all() -> list[dict[str, Any]]:
            content = "\n".join(json.dumps(line) for line in lines)
            answer = await client.post(f"{INVITATIONS}/batch", content=content, headers=headers)
            return [json.loads(line) for line in answer.text.splitlines()]

        results = await sent_all()
        assert [result["status"] for result in results] == [201, 422, 422, 409, 201]
        assert results[3]["problem"]["code"] == "ASKED_RECENTLY"
        assert [result["status"] for result in await sent_all()] == [409, 422, 422, 409, 409]
        assert await db.fetchval("SELECT count(*) FROM invitations") == 2
        assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'invitation.created'") == 2

    async def test_in_opposite_orders_nobody_is_asked_twice(self, client: httpx.AsyncClient, db: Any) -> None:
        asked = await create_open(client)
        lines = [{"survey_id": asked["id"], "customer_id": (await create_customer(client))["id"]} for _ in range(20)]
        headers = {"content-type": "application/x-ndjson"}

        async def post(ordered: list[dict[str, Any]]) -> list[int]:
            content = "\n".join(json.dumps(line) for line in ordered)
            answer = await client.post(f"{INVITATIONS}/batch", content=content, headers=headers)
            return [json.loads(line)["status"] for line in answer.text.splitlines()]

        found = await asyncio.gather(*(post(order) for order in [lines, lines[::-1]] * 3))
        assert sorted(status for statuses in found for status in statuses) == [201] * 20 + [409] * 100
        assert await db.fetchval("SELECT count(DISTINCT customer_id) FROM invitations") == 20


class TestSend:
    async def test_hands_over_what_is_needed(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        asked = await create_open(client, name="After your visit")
        ada = await create_customer(client, contact_points=[make.email(), make.email("Ada@Example.com", primary=True)])
        one = await invite(client, asked, customer_id=ada["id"])
        clock.tick(60)
        found = await sent(client, one)
        token = found["token"]
        assert found["path"] == f"/v1/answers/{token}" and len(token) == tokens.LENGTH
        assert (found["channel"], found["address"], found["language"]) == ("email", "Ada@Example.com", "en")
        assert found["invitation"] == await get(client, one)
        assert (found["invitation"]["state"], found["invitation"]["version"]) == ("sent", 2)
        assert found["invitation"]["sent_at"] == "2026-03-02T09:01:00.000000Z"
        assert await db.fetchval("SELECT token_hash FROM invitations") == tokens.hash_token(token)
        assert await invitation_events(db, one) == [
            ("created", "Asked for feedback: After your visit"),
            ("sent", "Invitation sent: After your visit"),
        ]

    async def test_again_makes_the_former_token_worthless(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        one = await invite(client, await create_open(client))
        first = await sent(client, one)
        assert (await anonymous.get(first["path"])).status_code == 200
        clock.tick(60)
        second = await sent(client, one)
        assert second["token"] != first["token"] and second["invitation"]["sent_at"] == NOW
        assert (await anonymous.get(first["path"])).status_code == 404
        assert (await anonymous.get(second["path"])).status_code == 200
        assert [title for _, title in await invitation_events(db, one)][-1].startswith("Invitation sent again: ")

    async def test_the_token_is_stored_nowhere(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await invite(client, await create_open(client), customer_id=(await create_customer(client))["id"])
        headers = {"idempotency-key": "deliver-1"}
        first = await send(client, one, **headers)
        token = first.json()["token"]
        again = await send(client, one, **headers)
        assert again.headers["idempotent-replayed"] == "true"
        expected = first.json() | {"token": None, "path": None}
        assert again.json() | {"note": ""} == expected | {"note": ""}
        assert "not kept" in again.json()["note"]
        tables = await db.fetch(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c "
            "JOIN information_schema.tables t USING (table_schema, table_name) "
            "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        )
        assert len(tables) > 100
        for table, column in tables:
            kind = await db.fetchval(f'SELECT pg_typeof("{column}")::text FROM "{table}" LIMIT 1')
            shown = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            found = await db.fetchval(f'SELECT count(*) FROM "{table}" WHERE position($1 in {shown}) > 0', token)
            assert found == 0, f"{table}.{column}"

    async def test_before_its_time(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await invite(client, await create_open(client), send_after="2026-03-02T10:00:00Z")
        problem = await refused(client, f"{INVITATIONS}/{one['id']}/send")
        assert (problem["code"], problem["allowed_at"]) == ("QUIET_HOURS", "2026-03-02T10:00:00.000000Z")
        clock.tick(HOUR)
        await sent(client, one)

    async def test_in_quiet_hours(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """Also in those that the customer has named since, and when it is sent again."""
        ada = await create_customer(client)
        one = await invite(client, await create_open(client), customer_id=ada["id"])
        await sent(client, one)
        await patch_customer(client, ada, **QUIET)
        problem = await refused(client, f"{INVITATIONS}/{one['id']}/send")
        assert (problem["code"], problem["allowed_at"]) == ("QUIET_HOURS", "2026-03-02T11:00:00.000000Z")
        clock.tick(2 * HOUR)
        await sent(client, one)

    async def test_on_a_channel_that_has_become_unwelcome(self, client: httpx.AsyncClient) -> None:
        ada = await create_customer(client)
        one = await invite(client, await create_open(client), customer_id=ada["id"])
        await patch_customer(client, ada, preferences={"unwelcome_channels": [{"channel": "email"}]})
        assert (await refused(client, f"{INVITATIONS}/{one['id']}/send"))["code"] == "UNWELCOME_CHANNEL"

    async def test_to_an_address_that_is_gone(self, client: httpx.AsyncClient) -> None:
        ada = await create_customer(client)
        one = await invite(client, await create_open(client), customer_id=ada["id"])
        await patch_customer(client, ada, contact_points=[make.email(invalid=True)])
        assert (await refused(client, f"{INVITATIONS}/{one['id']}/send"))["code"] == "CONFLICT"
        assert (await get(client, one))["state"] == "pending"

    async def test_to_somebody_archived(self, client: httpx.AsyncClient) -> None:
        ada = await create_customer(client)
        one = await invite(client, await create_open(client), customer_id=ada["id"])
        await api.post(client, f"/v1/customers/{ada['id']}/archive", status=200)
        assert (await refused(client, f"{INVITATIONS}/{one['id']}/send"))["code"] == "CUSTOMER_ARCHIVED"

    async def test_of_a_survey_that_is_paused(self, client: httpx.AsyncClient) -> None:
        asked = await create_open(client)
        one = await invite(client, asked)
        await api.post(client, f"{SURVEYS}/{asked['id']}/pause", status=200)
        assert (await refused(client, f"{INVITATIONS}/{one['id']}/send"))["code"] == "SURVEY_NOT_OPEN"

    async def test_after_it_ran_out(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        one = await invite(client, await create_open(client, expires_days=1))
        clock.tick(DAY)
        problem = await refused(client, f"{INVITATIONS}/{one['id']}/send")
        assert (problem["code"], problem["allowed"]) == ("MOVE_NOT_ALLOWED", ["revoke"])

    @pytest.mark.parametrize("state", ["answered", "revoked"])
    async def test_of_what_is_over(self, client: httpx.AsyncClient, db: Any, state: str) -> None:
        one = await invite(client, await create_open(client))
        await db.execute("UPDATE invitations SET state = $1", state)
        for verb in ("send", "revoke"):
            problem = await refused(client, f"{INVITATIONS}/{one['id']}/{verb}")
            assert (problem["code"], problem["allowed"]) == ("MOVE_NOT_ALLOWED", [])

    async def test_of_none(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(f"{INVITATIONS}/{NOBODY}/send")).status_code == 404


class TestRevoke:
    @pytest.mark.parametrize("first", ["", "send"])
    async def test_its_token_is_worth_nothing_any_more(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, first: str
    ) -> None:
        one = await invite(client, await create_open(client, name="After your visit"))
        path = (await sent(client, one))["path"] if first else None
        found = await api.post(client, f"{INVITATIONS}/{one['id']}/revoke", status=200)
        assert (found["state"], found["revoked_at"]) == ("revoked", NOW)
        assert (await invitation_events(db, one))[-1] == ("revoked", "Invitation revoked: After your visit")
        if path is not None:
            assert (await anonymous.get(path)).status_code in (404, 409, 410)


class TestList:
    async def test_by_each_filter(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        asked, other = await create_open(client, expires_days=1), await create_open(client)
        ada = await create_customer(client)
        first = await invite(client, asked, site="Leeds")
        clock.tick(HOUR)
        second = await invite(client, other, customer_id=ada["id"], send_after="2026-03-02T12:00:00Z")
        clock.tick(HOUR)
        third = await invite(client, other, channel="sms")
        await sent(client, third)

        async def ids(**query: Any) -> list[int]:
            known = [first["id"], second["id"], third["id"]]
            return [known.index(one["id"]) + 1 for one in await listed_invitations(client, **query)]

        assert await ids() == [3, 2, 1]
        assert await ids(sort="created_at") == [1, 2, 3]
        assert await ids(survey_id=asked["id"]) == [1]
        assert await ids(customer_id=ada["id"]) == [2]
        assert await ids(state="pending") == [2, 1]
        assert await ids(state="sent", sendable=False) == [3]
        assert await ids(channel="sms") == [3]
        assert await ids(site="Leeds") == [1]
        assert await ids(created_since="2026-03-02T10:00:00Z") == [3, 2]
        assert await ids(created_before="2026-03-02T10:00:00Z") == [1]
        assert await ids(sendable=True) == [1]
        assert await ids(sendable=False) == [3, 2]
        clock.tick(HOUR)
        assert await ids(sendable=True) == [1, 2]
        assert await ids(expired=True) == []
        clock.tick(DAY)
        assert await ids(expired=True) == [1]
        assert await ids(expired=False) == [3, 2]
        assert await ids(sendable=True) == [2]
        await api.post(client, f"{SURVEYS}/{other['id']}/pause", status=200)
        assert await ids(sendable=True) == []

    async def test_what_is_to_be_sent_goes_on_from_page_to_page(
        self, client: httpx.AsyncClient, clock: TestClock
    ) -> None:
        """What runs out soonest first; a moment passes between the pages."""
        asked = await create_open(client)
        moments = ["2026-03-02T09:00:03Z", "2026-03-02T09:00:01Z", "2026-03-02T09:00:02Z"]
        made = [await invite(client, asked, send_after=moment) for moment in moments]
        clock.tick(10)
        first = (await client.get(INVITATIONS, params={"limit": 2, "sendable": True})).json()
        clock.tick(1)
        query = {"limit": 2, "sendable": True, "cursor": first["next_cursor"]}
        second = (await client.get(INVITATIONS, params=query)).json()
        found = [one["id"] for one in first["items"] + second["items"]]
        assert found == [made[1]["id"], made[2]["id"], made[0]["id"]]


class TestScopes:
    async def test_reading_is_not_sending(self, client: httpx.AsyncClient, keys: Keys) -> None:
        one = await invite(client, await create_open(client))
        reader, stranger = await keys("surveys:read"), await keys("customers:write", "sales:write")
        assert (await reader.get(INVITATIONS)).status_code == 200
        assert (await send(reader, one)).status_code == 403
        assert (await stranger.get(INVITATIONS)).status_code == 403
