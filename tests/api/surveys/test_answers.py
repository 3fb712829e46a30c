"""The public side of surveys: what the holder of a token may see and say, and what nobody else finds out."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.rules.access import tokens
from app.rules.access.tokens import hash_token, new_token
from tests import make
from tests.make.surveys import answers, create_open
from tests.support.api import errors, without_request
from tests.support.application import MakeApp, TestClock
from tests.support.shared_data import NAUGHTY_STRINGS, vectors
from tests.support.surveys import moved, patch

PATH = "/v1/answers"
HOUR, DAY = 3_600, 86_400
WORDING = {"en": "How much?", "de": "Wie sehr?"}
BOTH: dict[str, Any] = {
    "languages": ["en", "de"],
    "introduction": {"en": "Hello", "de": "Hallo"},
    "thanks": {"en": "Thanks", "de": "Danke"},
    "questions": [
        {"key": "nps", "kind": "nps", "wording": WORDING, "required": True},
        {"key": "wait", "kind": "csat", "wording": WORDING, "aspect": "waiting time"},
        {"key": "hoped", "kind": "csat", "wording": WORDING, "aspect": "waiting time", "side": "expectation"},
        {"key": "ease", "kind": "ces", "wording": WORDING, "worst": "5", "best": "1"},
        {
            "key": "what",
            "kind": "multiple_choice",
            "wording": WORDING,
            "choices": [
                {"key": "meat", "wording": {"en": "Meat", "de": "Fleisch"}},
                {"key": "cheese", "wording": WORDING},
            ],
        },
        {"key": "why", "kind": "text", "wording": WORDING, "show_if": {"question": "nps", "at_most": "6"}},
        {"key": "more", "kind": "text", "wording": WORDING},
        {"key": "back", "kind": "yes_no", "wording": WORDING},
        {"key": "times", "kind": "number", "wording": WORDING},
    ],
}


async def insert_invitation(db: Any, survey: dict[str, Any], clock: TestClock, **changes: Any) -> str:
    """An invitation that was sent; gives its token."""
    token = new_token()
    columns = {
        "survey_id": UUID(survey["id"]),
        "survey_version": survey["published_version"],
        "state": "sent",
        "token_hash": hash_token(token),
        "send_after": clock.now,
        "sent_at": clock.now,
        "expires_at": clock.now + timedelta(days=30),
        **changes,
    }
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await db.execute(f"INSERT INTO invitations ({', '.join(columns)}) VALUES ({places})", *columns.values())
    return token


async def answer(client: httpx.AsyncClient, token: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    found = await client.post(f"{PATH}/{token}", json=body)
    assert found.status_code == status, found.text
    return found.json()


async def form(client: httpx.AsyncClient, token: str, **params: str) -> dict[str, Any]:
    found = await client.get(f"{PATH}/{token}", params=params)
    assert found.status_code == 200, found.text
    return found.json()


async def refused(client: httpx.AsyncClient, token: str, status: int, code: str) -> None:
    """To be seen as to be answered."""
    for found in (await client.get(f"{PATH}/{token}"), await client.post(f"{PATH}/{token}", json=answers())):
        assert (found.status_code, found.json()["code"]) == (status, code), found.text


async def list_feedback(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/v1/feedback")).json()["items"]


class TestForm:
    async def test_needs_no_key_and_tells_of_nobody(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        customer = (await client.post("/v1/customers", json=make.customer())).json()
        survey = await create_open(client, name="Your visit", **BOTH)
        token = await insert_invitation(
            db, survey, clock, customer_id=UUID(customer["id"]), site="Leeds", language="de-AT"
        )
        found = await anonymous.get(f"{PATH}/{token}")
        assert found.status_code == 200, found.text
        whole = found.json()
        assert {name: whole[name] for name in whole if name != "questions"} == {
            "name": survey["name"],
            "language": "de",
            "languages": ["en", "de"],
            "introduction": "Hallo",
            "thanks": "Danke",
            "answers": [],
            "answered_at": None,
            "editable_until": None,
            "expires_at": "2026-04-01T09:00:00.000000Z",
        }
        assert whole["questions"][3] == {
            "key": "ease",
            "kind": "ces",
            "wording": "Wie sehr?",
            "required": False,
            "worst": "5",
            "best": "1",
            "choices": [],
            "max_choices": None,
            "show_if": None,
        }
        assert (whole["questions"][0]["worst"], whole["questions"][0]["best"]) == ("0", "10")
        assert whole["questions"][4]["choices"][0] == {"key": "meat", "wording": "Fleisch"}
        assert whole["questions"][5]["show_if"]["at_most"] == "6"
        for secret in (customer["id"], customer["display_name"], survey["id"], survey["code"], "Leeds", "waiting"):
            assert secret not in found.text
        assert found.headers["cache-control"] == "no-store"
        assert "etag" not in found.headers

    @pytest.mark.parametrize(
        ("wanted", "invited_in", "expected"),
        [("de-CH", "en", "de"), ("fr", "de", "de"), ("fr", None, "en"), ("EN-gb", "de", "en")],
    )
    async def test_in_the_language_that_is_wanted(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, wanted: str, invited_in: str | None, expected: str
    ) -> None:
        token = await insert_invitation(db, await create_open(client, **BOTH), clock, language=invited_in)
        assert (await form(client, token, language=wanted))["language"] == expected

    async def test_asks_what_was_published_when_they_were_invited(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        survey = await create_open(client)
        token = await insert_invitation(db, survey, clock)
        await patch(client, survey, {"name": "Newer"})
        await moved(client, survey, "open")
        assert (await form(client, token))["name"] == survey["name"]

    async def test_shows_the_answers_while_they_can_be_changed(
        self, anonymous: httpx.AsyncClient, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        made = await answer(anonymous, token, answers(3, why="Slow"))
        assert await form(anonymous, token) == made
        clock.tick(DAY - 1)
        assert (await form(anonymous, token))["answers"] == made["answers"]
        clock.tick(1)
        later = await form(anonymous, token)
        assert later == made | {"answers": []}


class TestAnswer:
    async def test_makes_feedback_of_the_customer(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        customer = (await client.post("/v1/customers", json=make.customer())).json()["id"]
        sale = (await client.post("/v1/sales", json=make.sale(site="Leeds"))).json()["id"]
        survey = await create_open(client, **BOTH)
        known = {"customer_id": UUID(customer), "sale_id": UUID(sale), "site": "Leeds", "staff": "tom"}
        token = await insert_invitation(db, survey, clock, channel="sms", **known)
        clock.tick(HOUR)
        given: list[dict[str, Any]] = [
            {"question": "nps", "value": "3.0"},
            {"question": "wait", "value": "2"},
            {"question": "hoped", "value": "5"},
            {"question": "ease", "value": "1"},
            {"question": "what", "choices": ["cheese", "meat"]},
            {"question": "why", "text": "Eine Stunde gewartet."},
            {"question": "more", "text": "Und kalt war es."},
            {"question": "back", "yes_no": "no"},
            {"question": "times", "value": "12"},
        ]
        found = await answer(anonymous, token, {"answers": given[::-1], "language": "de"})
        kept = [given[0] | {"value": "3"}, *given[1:4], given[4] | {"choices": ["meat", "cheese"]}, *given[5:]]
        assert _said(found["answers"]) == kept
        assert (found["answered_at"], found["editable_until"], found["thanks"]) == (
            "2026-03-02T10:00:00.000000Z",
            "2026-03-03T10:00:00.000000Z",
            "Danke",
        )
        (feedback,) = await list_feedback(client)
        expected = {
            "method": "survey",
            "collected_at": "2026-03-02T10:00:00.000000Z",
            "channel": "sms",
            "customer_id": customer,
            "sale_id": sale,
            "site": "Leeds",
            "staff": "tom",
            "survey_id": survey["id"],
            "survey_version": 1,
            "metric": "nps",
            "value": "3",
            "score": "30.00",
            "nps_class": "detractor",
            "text": "Eine Stunde gewartet.\n\nUnd kalt war es.",
            "language": "de",
        }
        assert {name: feedback[name] for name in expected} == expected
        assert _said(feedback["answers"]) == kept
        assert [(r["question"], r["metric"], r["aspect"], r["side"], r["score"]) for r in feedback["ratings"]] == [
            ("nps", "nps", None, "experience", "30.00"),
            ("wait", "csat", "waiting time", "experience", "25.00"),
            ("hoped", "csat", "waiting time", "expectation", "100.00"),
            ("ease", "ces", None, "experience", "100.00"),
        ]
        invitation = await db.fetchrow("SELECT * FROM invitations")
        assert (invitation["state"], invitation["answered_at"], invitation["version"]) == ("answered", clock.now, 2)
        event = await db.fetchrow("SELECT * FROM events WHERE type = 'invitation.answered'")
        assert (event["actor"], event["title"], str(event["customer_id"]), event["channel"]) == (
            "answers",
            f"Survey {survey['name']} answered",
            customer,
            "sms",
        )
        assert json.loads(event["data"]) == {"survey_id": survey["id"], "feedback_id": feedback["id"]}

    async def test_the_same_again_changes_nothing(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        made = await answer(client, token, answers(3, why="Slow"))
        events = await db.fetchval("SELECT count(*) FROM events")
        clock.tick(HOUR)
        again = answers(3, why="Slow")
        again["answers"].reverse()
        again["answers"][1]["value"] = "3.00"
        assert await answer(client, token, again, 200) == made
        clock.tick(2 * DAY)
        assert await answer(client, token, again, 200) == made | {"answers": []}
        assert await db.fetchval("SELECT count(*) FROM events") == events
        assert len(await list_feedback(client)) == 1

    async def test_others_take_their_place_for_a_day(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        first = await answer(client, token, answers(3, why="Slow"))
        clock.tick(DAY - 1)
        found = await answer(client, token, answers(10), 200)
        assert (found["answered_at"], found["editable_until"]) == (first["answered_at"], first["editable_until"])
        assert _said(found["answers"]) == answers(10)["answers"]
        (feedback,) = await list_feedback(client)
        assert (feedback["value"], feedback["nps_class"], feedback["text"]) == ("10", "promoter", None)
        assert (feedback["collected_at"], len(feedback["ratings"])) == (first["answered_at"], 1)
        assert await db.fetchval("SELECT count(*) FROM ratings") == 1
        clock.tick(1)
        late = await client.post(f"{PATH}/{token}", json=answers(0))
        assert (late.status_code, late.json()["code"]) == (409, "ANSWER_CLOSED")
        assert (await list_feedback(client)) == [feedback]

    async def test_no_time_for_changes(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client, edit_hours=0), clock)
        await answer(client, token, answers(3))
        await answer(client, token, answers(4), 409)
        await answer(client, token, answers(3), 200)

    async def test_can_be_changed_past_the_end_of_the_invitation(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock, expires_at=clock.now + timedelta(hours=1))
        await answer(client, token, answers(3))
        clock.tick(2 * HOUR)
        await answer(client, token, answers(4), 200)
        clock.tick(DAY)
        await refused(client, token, 410, "ANSWER_EXPIRED")

    async def test_fifty_at_once_make_one(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        found = await asyncio.gather(
            *(anonymous.post(f"{PATH}/{token}", json=answers(3, why="Slow")) for _ in range(50))
        )
        assert sorted(one.status_code for one in found) == [200] * 49 + [201]
        assert len({one.text for one in found}) == 1
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1
        assert await db.fetchval("SELECT count(*) FROM ratings") == 1
        kinds = await db.fetch("SELECT type, count(*) FROM events GROUP BY type ORDER BY type")
        assert [tuple(row) for row in kinds if row[0].startswith(("feedback", "invitation"))] == [
            ("feedback.received", 1),
            ("invitation.answered", 1),
        ]

    async def test_fifty_different_ones_at_once_make_one(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        found = await asyncio.gather(*(anonymous.post(f"{PATH}/{token}", json=answers(n % 11)) for n in range(50)))
        assert sorted(one.status_code for one in found) == [200] * 49 + [201]
        (feedback,) = await list_feedback(client)
        assert len(feedback["ratings"]) == await db.fetchval("SELECT count(*) FROM ratings") == 1
        assert _said(feedback["answers"]) == _said((await form(anonymous, token))["answers"])

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"answers": []}, ("/answers", "missing")),
            (answers(11), ("/answers/0/value", "scale")),
            (answers(9, why="Slow"), ("/answers/1/question", "not_asked")),
            (answers(3, what="Slow"), ("/answers/1/question", "not_found")),
            ({"answers": [{"question": "recommend", "text": "9"}]}, ("/answers/0", "kind")),
            ({"answers": [{"question": "recommend", "value": 9}]}, ("/answers/0/value", "string_type")),
            (answers(3) | {"language": "english"}, ("/language", "string_pattern_mismatch")),
            (answers(3) | {"customer_id": "x"}, ("/customer_id", "unknown_field")),
            (answers(3, why="x" * 5_001), ("/answers/1/text", "string_too_long")),
            (answers(3, why="a\0"), ("/answers/1/text", "control_character")),
            ({"answers": answers()["answers"] * 51}, ("/answers", "too_long")),
            ({}, ("/answers", "missing")),
        ],
    )
    async def test_what_is_refused(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, body: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        assert errors(await client.post(f"{PATH}/{token}", json=body)) == [expected]
        assert await list_feedback(client) == []
        assert (await form(client, token))["answered_at"] is None

    async def test_as_if(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        found = await client.post(f"{PATH}/{token}", json=answers(), params={"validate_only": "true"})
        assert (found.status_code, found.json()["answered_at"]) == (201, "2026-03-02T09:00:00.000000Z")
        assert await list_feedback(client) == []

    async def test_too_large(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        found = await client.post(f"{PATH}/{token}", json=answers(3, why="x" * 600_000))
        assert (found.status_code, found.json()["code"]) == (413, "BODY_TOO_LARGE")

    async def test_texts_that_break_things(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        strings = [text for text in json.loads(vectors(NAUGHTY_STRINGS)) if text]
        survey = await create_open(client, edit_hours=168)
        token = await insert_invitation(db, survey, clock)
        status = 201
        for text in strings[::5]:
            found = await client.post(f"{PATH}/{token}", json=answers(3, why=text))
            if found.status_code == 422:
                assert errors(found)[0] in [("/answers/1/text", code) for code in ("control_character", "blank")]
                continue
            assert found.status_code == status, found.text
            status = 200
            assert found.json()["answers"][1]["text"] == text
            assert (await form(client, token))["answers"][1]["text"] == text

    async def test_an_idempotency_key_is_not_needed_and_not_kept(
        self, anonymous: httpx.AsyncClient, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        survey = await create_open(client)
        for nps, status in ((3, 201), (4, 201)):  # of two customers whose browsers chose the same
            token = await insert_invitation(db, survey, clock)
            found = await anonymous.post(f"{PATH}/{token}", json=answers(nps), headers={"idempotency-key": "1"})
            assert (found.status_code, found.json()["answers"][0]["value"]) == (status, str(nps))
        assert await db.fetchval("SELECT count(*) FROM idempotency_keys") == 0


class TestTokens:
    async def test_every_unknown_one_is_answered_alike(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        near = [token[:-1] + ("A" if token[-1] != "A" else "B"), token[:-1], token + "A", token.swapcase(), f" {token}"]
        guesses = [new_token(), "x", "' OR 1=1 --", "%00".replace("%00", "0"), "\U0001f600" * 20, "a" * 200, *near]
        told_of = set()
        for guess in guesses:
            for found in (
                await anonymous.get(f"{PATH}/{guess}"),
                await anonymous.post(f"{PATH}/{guess}", json=answers()),
            ):
                assert found.status_code == 404, (guess, found.text)
                told_of.add(json.dumps(without_request(found), sort_keys=True))
        assert len(told_of) == 1
        assert (await form(anonymous, token))["answered_at"] is None

    async def test_the_hash_of_one_opens_nothing(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        assert (await client.get(f"{PATH}/{tokens.hash_token(token).hex()}")).status_code == 404

    async def test_none_is_kept_anywhere(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        await form(client, token)
        await answer(client, token, answers(3))
        await answer(client, token, answers(4), 200)
        tables = await db.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables:
            found = await db.fetchval(
                f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", token[4:40]
            )
            assert found == 0, table

    async def test_none_is_logged(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        with caplog.at_level("DEBUG", logger="rapport"):
            await form(client, token)
            await answer(client, token, answers(3))
            await answer(client, token, answers(30), 422)
        lines = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
        assert any("/v1/answers/{token}" in line for line in lines)
        assert not [line for line in lines if token in line]


class TestNoLonger:
    async def test_expired(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        clock.tick(30 * DAY - 1)
        await form(client, token)
        clock.tick(1)
        await refused(client, token, 410, "ANSWER_EXPIRED")

    async def test_revoked(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock, state="revoked")
        await refused(client, token, 410, "ANSWER_EXPIRED")

    async def test_paused_and_open_again(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        survey = await create_open(client)
        token = await insert_invitation(db, survey, clock)
        await moved(client, survey, "pause")
        await refused(client, token, 409, "SURVEY_NOT_OPEN")
        await moved(client, survey, "open")
        await answer(client, token, answers())

    async def test_closed(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        survey = await create_open(client)
        token = await insert_invitation(db, survey, clock)
        await moved(client, survey, "close")
        await refused(client, token, 410, "ANSWER_EXPIRED")


class TestInvitations:
    async def test_from_the_invitation_to_the_answer(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient
    ) -> None:
        """As whoever delivers invitations has it."""
        customer = (await client.post("/v1/customers", json=make.customer())).json()
        survey = await create_open(client)
        new = {"survey_id": survey["id"], "customer_id": customer["id"]}
        made = await client.post("/v1/invitations", json=new)
        assert made.status_code == 201, made.text
        sent = await client.post(f"/v1/invitations/{made.json()['id']}/send")
        assert sent.status_code == 200, sent.text
        await answer(anonymous, sent.json()["token"], answers(3))
        assert (await client.get(f"/v1/invitations/{made.json()['id']}")).json()["state"] == "answered"
        (feedback,) = await list_feedback(client)
        assert (feedback["customer_id"], feedback["invitation_id"]) == (customer["id"], made.json()["id"])


class TestLimit:
    async def test_by_address(self, make_app: MakeApp, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        token = await insert_invitation(db, await create_open(client), clock)
        app = await make_app(answer_rate_limit=2)

        async def ask(address: str, path: str = f"{PATH}/{token}", **headers: str) -> httpx.Response:
            transport = httpx.ASGITransport(app, client=(address, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as caller:
                return await caller.get(path, headers=headers)

        first = await ask("203.0.113.7")
        assert first.headers["ratelimit-policy"] == '"default";q=2;w=60'
        assert [(await ask("203.0.113.7", path)).status_code for path in (f"{PATH}/x", f"{PATH}/{token}")] == [404, 429]
        refused = await ask("203.0.113.7", "/v1/receipt-answers")
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
        assert int(refused.headers["retry-after"]) in range(1, 31)
        assert refused.headers["cache-control"] == "no-store"
        # What a client claims of itself counts for nothing here: only a server in front of it is believed.
        assert (await ask("203.0.113.7", **{"x-forwarded-for": "198.51.100.1"})).status_code == 429
        assert (await ask("203.0.113.8")).status_code == 200
        network = [(await ask(f"2001:db8:0:7::{n}")).status_code for n in range(1, 4)]
        assert network == [200, 200, 429]
        assert (await ask("2001:db8:0:8::1")).status_code == 200


def _said(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what was not given."""
    return [{name: value for name, value in one.items() if value not in (None, [])} for one in answers]
