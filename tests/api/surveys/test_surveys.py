"""Surveys through the API: a class for each verb. What versioned resources share stands in test_calendars."""

import asyncio
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.surveys import create, create_open
from tests.support.api import errors, events
from tests.support.application import Keys, TestClock
from tests.support.surveys import moved, patch

PATH = "/v1/surveys"
CODES = "/v1/answer-codes"


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        wording = {"en": "Which?", "cy-GB": "Pa un?"}
        body = {
            "code": "after-sale",
            "name": "Your visit",
            "languages": ["en", "cy-GB"],
            "introduction": {"en": "Hello\nthere", "cy-GB": "Helo"},
            "thanks": {"en": "Thanks", "cy-GB": "Diolch"},
            "questions": [
                {
                    "key": "wait",
                    "kind": "csat",
                    "wording": wording,
                    "required": True,
                    "worst": "7",
                    "best": "1",
                    "choices": [],
                    "max_choices": None,
                    "aspect": "waiting time",
                    "side": "expectation",
                    "show_if": None,
                },
                {
                    "key": "where",
                    "kind": "multiple_choice",
                    "wording": wording,
                    "required": False,
                    "worst": None,
                    "best": None,
                    "choices": [{"key": "meat", "wording": wording}, {"key": "cheese", "wording": wording}],
                    "max_choices": 1,
                    "aspect": None,
                    "side": "experience",
                    "show_if": {
                        "question": "wait",
                        "at_least": "2",
                        "at_most": "4.5",
                        "any_of": [],
                        "yes_no": None,
                    },
                },
            ],
            "for_receipts": True,
            "expires_days": 365,
            "edit_hours": 0,
            "min_days_between_invitations": 0,
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert {name: found[name] for name in body} == body
        state = {name: found[name] for name in ("status", "published_version", "opened_at", "closed_at", "version")}
        assert state == {
            "status": "draft",
            "published_version": None,
            "opened_at": None,
            "closed_at": None,
            "version": 1,
        }
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        (first,) = (await client.get(f"{PATH}/{found['id']}/versions")).json()["items"]
        assert (first["version"], first["definition"]) == (1, body)
        assert await events(db, found["id"]) == [("survey.created", "Survey Your visit created", None, {"version": 1})]

    async def test_what_is_left_out(self, client: httpx.AsyncClient) -> None:
        made = await create(client)
        days = {"expires_days": 30, "edit_hours": 24, "min_days_between_invitations": 30, "for_receipts": False}
        assert {name: made[name] for name in days} == days

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"code": "After Sale"}, ("/code", "string_pattern_mismatch")),
            ({"languages": []}, ("/languages", "too_short")),
            ({"languages": ["english"]}, ("/languages/0", "string_pattern_mismatch")),
            ({"questions": []}, ("/questions", "too_short")),
            ({"introduction": {"en": ""}}, ("/introduction/en", "string_too_short")),
            ({"introduction": {"en": "a\0"}}, ("/introduction/en", "control_character")),
            ({"introduction": {"de": "Hallo"}}, ("/introduction/de", "language")),
            ({"introduction": {"e": "?"}}, ("/introduction/e/[key]", "string_pattern_mismatch")),
            ({"thanks": {"en": 1}}, ("/thanks/en", "string_type")),
            ({"edit_hours": 169}, ("/edit_hours", "less_than_equal")),
            ({"expires_days": 0}, ("/expires_days", "greater_than_equal")),
            ({"min_days_between_invitations": -1}, ("/min_days_between_invitations", "greater_than_equal")),
            ({"questions": [{"key": "a", "kind": "stars", "wording": {"en": "?"}}]}, ("/questions/0/kind", "enum")),
            (
                {"questions": [{"key": "a", "kind": "csat", "wording": {"en": "?"}, "worst": 1, "best": "5"}]},
                ("/questions/0/worst", "string_type"),
            ),
        ],
    )
    async def test_wrong_values(
        self, client: httpx.AsyncClient, change: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        found = errors(await client.post(PATH, json=make.survey(**change)))
        assert expected in found
        assert (await client.get(PATH)).json()["items"] == []

    async def test_what_is_wrong_between_fields_is_told_at_once(self, client: httpx.AsyncClient) -> None:
        again = {"key": "a", "kind": "text", "wording": {}, "show_if": {"question": "b"}}
        body = make.survey(questions=[{"key": "a", "kind": "text", "wording": {"en": "?"}}, again])
        assert errors(await client.post(PATH, json=body)) == [
            ("/questions/1/key", "duplicate"),
            ("/questions/1/wording", "missing"),
            ("/questions/1/show_if/question", "not_found"),
        ]

    async def test_a_taken_code(self, client: httpx.AsyncClient) -> None:
        made = await create(client)
        answer = await client.post(PATH, json=make.survey(code=made["code"]))
        assert (answer.status_code, answer.json()["survey_id"]) == (409, made["id"])


class TestList:
    async def test_by_code_and_status(self, client: httpx.AsyncClient) -> None:
        draft, running = await create(client), await create_open(client)
        assert (await client.get(PATH, params={"code": draft["code"]})).json()["items"] == [draft]
        assert (await client.get(PATH, params={"status": "open"})).json()["items"] == [running]
        assert (await client.get(PATH, params={"status": "closed"})).json()["items"] == []
        assert (await client.get(PATH, params={"sort": "created_at"})).json()["items"] == [draft, running]


class TestChange:
    async def test_what_is_published_stays_what_it_is(self, client: httpx.AsyncClient, db: Any) -> None:
        running = await create_open(client)
        answer = await patch(client, running, {"name": "Other", "thanks": {"en": "Thanks"}})
        found = answer.json()
        assert (found["name"], found["status"], found["published_version"], found["version"]) == ("Other", "open", 1, 3)
        newest, oldest = (await client.get(f"{PATH}/{running['id']}/versions")).json()["items"]
        assert (newest["version"], oldest["version"]) == (3, 1)
        assert oldest["definition"]["name"] == running["name"]
        assert (await events(db, running["id"]))[-1] == (
            "survey.updated",
            "Survey Other updated",
            None,
            {"version": 3, "changed": ["name", "thanks"]},
        )

    async def test_a_language_is_taken_away(self, client: httpx.AsyncClient) -> None:
        texts = {"en": "Hello", "de": "Hallo"}
        questions = [{"key": "a", "kind": "text", "wording": texts}]
        made = await create(client, languages=["en", "de"], introduction=texts, questions=questions)
        assert errors(await patch(client, made, {"introduction": {"de": None}})) == [("/introduction", "missing")]
        whole = [{"key": "a", "kind": "text", "wording": {"en": "?"}}]
        changes = {"introduction": {"de": None}, "languages": ["en"], "questions": whole}
        assert (await patch(client, made, changes)).json()["introduction"] == {"en": "Hello"}

    async def test_a_stale_version(self, client: httpx.AsyncClient) -> None:
        running = await create_open(client)
        answer = await patch(client, running, {"name": "x"}, **{"if-match": '"1"'})
        assert (answer.status_code, answer.json()["code"]) == (412, "PRECONDITION_FAILED")

    async def test_no_version_where_nothing_changes(self, client: httpx.AsyncClient) -> None:
        made = await create(client)
        assert (await patch(client, made, {"name": made["name"], "questions": made["questions"]})).json() == made

    async def test_what_is_closed_does_not_change(self, client: httpx.AsyncClient) -> None:
        made = await moved(client, await create(client), "close")
        answer = await patch(client, made, {"name": "x"})
        assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "MOVE_NOT_ALLOWED", [])


class TestMoves:
    async def test_from_draft_to_closed(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        made = await create(client)
        seen = []
        for move in ("open", "pause", "open", "close"):
            clock.tick(60)
            found = await moved(client, made, move)
            seen.append((found["status"], found["published_version"], found["opened_at"], found["closed_at"]))
        first, second, end = (f"2026-03-02T09:0{minute}:00.000000Z" for minute in (1, 3, 4))
        assert seen == [
            ("open", 1, first, None),
            ("paused", 1, first, None),
            ("open", 1, second, None),
            ("closed", 1, second, end),
        ]
        assert found["version"] == 5
        name, data = made["name"], {"published_version": 1}
        assert (await events(db, made["id"]))[1:] == [
            ("survey.opened", f"Survey {name} opened", None, data),
            ("survey.paused", f"Survey {name} paused", None, data),
            ("survey.opened", f"Survey {name} opened", None, data),
            ("survey.closed", f"Survey {name} closed", None, data),
        ]

    async def test_opening_an_open_one_publishes_what_is_newer(self, client: httpx.AsyncClient) -> None:
        running = await create_open(client)
        await patch(client, running, {"name": "Newer"})
        again = await moved(client, running, "open")
        assert (again["published_version"], again["version"]) == (3, 4)
        assert await moved(client, running, "open") == again

    @pytest.mark.parametrize(
        ("way", "move", "allowed"),
        [
            ([], "pause", ["open", "close"]),
            (["open", "pause"], "pause", ["open", "close"]),
            (["close"], "open", []),
            (["close"], "pause", []),
            (["close"], "close", []),
        ],
    )
    async def test_what_is_not_allowed(
        self, client: httpx.AsyncClient, way: list[str], move: str, allowed: list[str]
    ) -> None:
        made = await create(client)
        for step in way:
            await moved(client, made, step)
        answer = await client.post(f"{PATH}/{made['id']}/{move}")
        assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED")
        assert answer.json()["allowed"] == allowed

    async def test_one_of_many_closes_it(self, client: httpx.AsyncClient) -> None:
        made = await create_open(client)
        answers = await asyncio.gather(*(client.post(f"{PATH}/{made['id']}/close") for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7

    @pytest.mark.parametrize("move", ["open", "pause", "close"])
    async def test_of_nothing(self, client: httpx.AsyncClient, move: str) -> None:
        answer = await client.post(f"{PATH}/0190a0b0-0000-7000-8000-000000000000/{move}")
        assert answer.status_code == 404


class TestAnswerCodes:
    async def test_are_the_same_each_time_and_for_receipts_to_come(self, client: httpx.AsyncClient) -> None:
        receipt = {"source": "till", "receipt_no": "R-1"}
        first, again = [(await client.get(CODES, params=receipt)).json() for _ in range(2)]
        assert first == again and {name: first[name] for name in receipt} == receipt
        other = (await client.get(CODES, params=receipt | {"source": "till 2"})).json()
        assert other["code"] != first["code"]

    async def test_need_a_receipt(self, client: httpx.AsyncClient) -> None:
        assert errors(await client.get(CODES)) == [("/query/source", "missing"), ("/query/receipt_no", "missing")]

    async def test_need_a_key_for_surveys(self, keys: Keys) -> None:
        receipt = {"source": "till", "receipt_no": "R-1"}
        assert (await (await keys("surveys:read")).get(CODES, params=receipt)).status_code == 200
        assert (await (await keys("sales:write")).get(CODES, params=receipt)).status_code == 403
