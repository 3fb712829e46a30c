"""Calendars through the API: a class for each verb. What all versioned resources share is tried here."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.schemas.service_levels.calendars import CalendarNew
from tests import make
from tests.make.service_levels import create_calendar
from tests.support import api
from tests.support.api import MERGE_PATCH, errors, events
from tests.support.application import Keys, TestClock
from tests.support.service_levels import change_calendar, scheduled_jobs

PATH = "/v1/calendars"
MONDAY = {"day": "monday", "opens": "09:00", "closes": "17:00"}


async def patch(client: httpx.AsyncClient, made: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{made['id']}", changes, **headers)


async def versions(client: httpx.AsyncClient, made: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.get(f"{PATH}/{made['id']}/versions")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.calendar(
            code="shop",
            name="Shop hours",
            hours=[
                {"day": "saturday", "opens": "07:30", "closes": "12:30"},
                {"day": "saturday", "opens": "13:30", "closes": "24:00"},
                {"day": "sunday", "opens": "00:00", "closes": "00:00"},
            ],
            exceptions=[
                {"on": "2026-12-24", "name": "Eve", "hours": [{"opens": "08:00", "closes": "12:00"}]},
                {"on": "2026-12-27", "name": None, "hours": []},
            ],
            holidays={"country": "GB", "subdivision": "SCT"},
        )
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert answer.headers["etag"] == '"1"'
        assert {name: found[name] for name in body} == body
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        assert await events(db, found["id"]) == [
            ("calendar.created", "Calendar Shop hours created", None, {"version": 1})
        ]

    async def test_the_least(self, client: httpx.AsyncClient) -> None:
        body = {"code": "mondays", "name": "Mondays", "time_zone": "UTC", "hours": [MONDAY]}
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert (found["exceptions"], found["holidays"], found["version"]) == ([], None, 1)

    @pytest.mark.parametrize(
        "times",
        [
            {},
            {"hours": [MONDAY | {"closes": MONDAY["opens"]}]},
            {
                "exceptions": [
                    {"on": "2026-05-01"},
                    {"on": "2026-05-02", "hours": [{"opens": "09:00", "closes": "09:00"}]},
                ]
            },
        ],
    )
    async def test_one_that_never_opens_is_refused(self, client: httpx.AsyncClient, times: dict[str, Any]) -> None:
        body = {"code": "never", "name": "Never", "time_zone": "UTC", **times}
        assert errors(await client.post(PATH, json=body)) == [("/hours", "never_opens")]

    async def test_one_that_only_opens_on_certain_days(self, client: httpx.AsyncClient) -> None:
        fair = {"on": "2026-05-02", "hours": [{"opens": "09:00", "closes": "17:00"}]}
        body = {"code": "fair", "name": "Fair", "time_zone": "UTC", "exceptions": [fair]}
        assert (await client.post(PATH, json=body)).status_code == 201
        policy = make.policy(calendar="fair", targets={"respond_minutes": 8 * 60})
        assert (await client.post("/v1/service-policies", json=policy)).status_code == 201
        endless = make.policy(calendar="fair", targets={"respond_minutes": 8 * 60, "resolve_minutes": 8 * 60 + 1})
        answer = await client.post("/v1/service-policies", json=endless)
        assert errors(answer) == [("/targets/resolve_minutes", "never_due")]

    async def test_is_its_own_first_version(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client)
        (first,) = await versions(client, made)
        assert (first["version"], first["actor"], first["created_at"]) == (1, "admin", made["created_at"])
        assert first["definition"] == {name: made[name] for name in CalendarNew.model_fields}

    async def test_no_clock_goes_by_a_new_one(self, client: httpx.AsyncClient, db: Any) -> None:
        await create_calendar(client)
        assert await scheduled_jobs(db) == []

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"code": ""}, ("/code", "string_too_short")),
            ({"name": None}, ("/name", "string_type")),
            ({"time_zone": "Europe/Nowhere"}, ("/time_zone", "time_zone")),
            ({"hours": [MONDAY | {"day": "Monday"}]}, ("/hours/0/day", "enum")),
            ({"hours": [MONDAY, MONDAY | {"opens": "9:00"}]}, ("/hours/1/opens", "string_pattern_mismatch")),
            ({"hours": [MONDAY | {"opens": "24:00"}]}, ("/hours/0/opens", "string_pattern_mismatch")),
            ({"hours": [MONDAY | {"closes": "24:01"}]}, ("/hours/0/closes", "string_pattern_mismatch")),
            ({"hours": [MONDAY | {"closes": "12:60"}]}, ("/hours/0/closes", "string_pattern_mismatch")),
            ({"hours": [MONDAY, MONDAY | {"closes": "08:59"}]}, ("/hours/1/closes", "before_opens")),
            ({"hours": [MONDAY | {"from": "09:00"}]}, ("/hours/0/from", "unknown_field")),
            ({"hours": [MONDAY] * 169}, ("/hours", "too_long")),
            ({"exceptions": [{"on": "2026-02-30"}]}, ("/exceptions/0/on", "date_from_datetime_parsing")),
            ({"exceptions": [{"on": "2026-05-01"}, {"on": "2026-05-01"}]}, ("/exceptions/1/on", "duplicate")),
            (
                {"exceptions": [{"on": "2026-05-01", "hours": [{"opens": "22:00", "closes": "06:00"}]}]},
                ("/exceptions/0/hours/0/closes", "before_opens"),
            ),
            ({"holidays": {"country": "ZZ"}}, ("/holidays/country", "country")),
            ({"holidays": {"country": "gb"}}, ("/holidays/country", "string_pattern_mismatch")),
            ({"holidays": {"country": "GB", "subdivision": "XYZ"}}, ("/holidays/subdivision", "subdivision")),
            ({"holidays": {"subdivision": "SCT"}}, ("/holidays/country", "missing")),
            ({"version": 3}, ("/version", "unknown_field")),
        ],
    )
    async def test_wrong_values(
        self, client: httpx.AsyncClient, change: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        assert errors(await client.post(PATH, json=make.calendar(**change))) == [expected]
        assert (await client.get(PATH)).json()["items"] == []

    async def test_everything_wrong_between_fields_is_told_at_once(self, client: httpx.AsyncClient) -> None:
        backward = MONDAY | {"closes": "01:00"}
        body = make.calendar(hours=[backward, backward], holidays={"country": "GB", "subdivision": "XYZ"})
        found = [pointer for pointer, _ in errors(await client.post(PATH, json=body))]
        assert found == ["/hours/0/closes", "/hours/1/closes", "/holidays/subdivision"]

    async def test_an_unknown_part_of_a_country_names_those_that_are_known(self, client: httpx.AsyncClient) -> None:
        body = make.calendar(holidays={"country": "GB", "subdivision": "XYZ"})
        (error,) = (await client.post(PATH, json=body)).json()["errors"]
        assert error["detail"] == "Unknown subdivision of GB. Known: ENG, NIR, SCT, WLS"

    async def test_a_thousand_exceptions_and_not_one_more(self, client: httpx.AsyncClient) -> None:
        days = [{"on": f"{2026 + n // 336}-{n % 336 // 28 + 1:02}-{n % 28 + 1:02}"} for n in range(1_001)]
        made = await create_calendar(client, exceptions=days[:1_000])
        assert len(made["exceptions"]) == 1_000
        assert errors(await client.post(PATH, json=make.calendar(exceptions=days))) == [("/exceptions", "too_long")]

    async def test_a_taken_code(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client, code="shop")
        answer = await client.post(PATH, json=make.calendar(code="shop"))
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
        assert answer.json()["calendar_id"] == made["id"]
        assert answer.json()["detail"] == "A calendar with this code already exists"

    async def test_many_at_once_with_one_code_make_one(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.calendar(code="shop")
        answers = await asyncio.gather(*(client.post(PATH, json=body) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
        assert await db.fetchval("SELECT count(*) FROM calendar_versions") == 1


class TestGet:
    async def test_not_again_when_it_is_known(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client)
        answer = await client.get(f"{PATH}/{made['id']}", headers={"if-none-match": '"1"'})
        assert (answer.status_code, answer.content) == (304, b"")

    @pytest.mark.parametrize("path", ["", "/versions"])
    async def test_unknown(self, client: httpx.AsyncClient, path: str) -> None:
        answer = await client.get(f"{PATH}/{uuid4()}{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, "Calendar not found")


class TestList:
    async def test_pages_in_both_orders(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        for code in "abc":
            await create_calendar(client, code=code)
            clock.tick()
        for sort, expected in (("created_at", "abc"), ("-created_at", "cba")):
            first = (await client.get(PATH, params={"limit": 2, "sort": sort})).json()
            query = {"limit": 2, "sort": sort, "cursor": first["next_cursor"]}
            second = (await client.get(PATH, params=query)).json()
            assert [item["code"] for item in first["items"] + second["items"]] == list(expected)
            assert second["next_cursor"] is None

    async def test_by_code(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client, code="a")
        await create_calendar(client, code="b")
        assert (await client.get(PATH, params={"code": "a"})).json()["items"] == [made]
        assert (await client.get(PATH, params={"code": "c' OR 1=1 --"})).json()["items"] == []


class TestChange:
    async def test_becomes_a_new_version(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        made = await create_calendar(client, name="Shop", exceptions=[{"on": "2026-05-01", "name": None, "hours": []}])
        clock.tick(60)
        answer = await patch(client, made, {"name": "Shop hours", "exceptions": []}, **{"if-match": '"1"'})
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
        found = answer.json()
        assert found == made | {
            "name": "Shop hours",
            "exceptions": [],
            "version": 2,
            "updated_at": "2026-03-02T09:01:00.000000Z",
        }
        newest, oldest = await versions(client, made)
        assert (newest["version"], newest["created_at"]) == (2, found["updated_at"])
        assert (oldest["version"], oldest["definition"]["name"]) == (1, "Shop")
        assert len(oldest["definition"]["exceptions"]) == 1 and newest["definition"]["exceptions"] == []
        data = {"version": 2, "changed": ["name", "exceptions"]}
        assert (await events(db, made["id"]))[1:] == [("calendar.updated", "Calendar Shop hours updated", None, data)]

    async def test_has_the_open_clocks_worked_out_again(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        made = await create_calendar(client)
        await change_calendar(client, made, {"time_zone": "UTC"})
        clock.tick(60)
        await change_calendar(client, made, {"time_zone": "Asia/Tokyo"})
        assert await scheduled_jobs(db) == [("calendar", made["id"], clock.now)]

    async def test_no_version_where_nothing_changes(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_calendar(client, holidays={"country": "GB", "subdivision": None})
        same = {name: made[name] for name in CalendarNew.model_fields}
        for changes in ({}, same, {"holidays": {"subdivision": None}}):
            assert await change_calendar(client, made, changes) == made
        assert len(await versions(client, made)) == 1
        assert len(await events(db, made["id"])) == 1
        assert await scheduled_jobs(db) == []

    async def test_within_the_holidays(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client, holidays={"country": "GB", "subdivision": "SCT"})
        found = await change_calendar(client, made, {"holidays": {"subdivision": None}})
        assert found["holidays"] == {"country": "GB", "subdivision": None}
        assert (await change_calendar(client, made, {"holidays": None}))["holidays"] is None
        found = await change_calendar(client, made, {"holidays": {"country": "DE"}})
        assert found["holidays"] == {"country": "DE", "subdivision": None}

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"name": None}, [("/name", "missing")]),
            ({"time_zone": "Europe/Nowhere"}, [("/time_zone", "time_zone")]),
            ({"hours": [MONDAY | {"closes": "08:00"}]}, [("/hours/0/closes", "before_opens")]),
            ({"holidays": {"country": "DE"}}, [("/holidays/subdivision", "subdivision")]),
            ({"holidays": {"country": None}}, [("/holidays/country", "missing")]),
            ({"surprise": 1}, [("/surprise", "unknown_field")]),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, changes: Any, expected: list[tuple[str, str]]) -> None:
        made = await create_calendar(client, holidays={"country": "GB", "subdivision": "SCT"})
        assert errors(await patch(client, made, changes)) == expected
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client)
        answer = await patch(client, made, {"name": "x"}, **{"if-match": '"2"'})
        assert (answer.status_code, answer.json()["code"]) == (412, "PRECONDITION_FAILED")

    async def test_one_of_many_at_once(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client)
        answers = await asyncio.gather(
            *(patch(client, made, {"name": f"By {n}"}, **{"if-match": '"1"'}) for n in range(8))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
        assert len(await versions(client, made)) == 2

    async def test_to_a_taken_code(self, client: httpx.AsyncClient) -> None:
        taken, made = await create_calendar(client, code="a"), await create_calendar(client, code="b")
        answer = await patch(client, made, {"code": "a"})
        assert (answer.status_code, answer.json()["calendar_id"]) == (409, taken["id"])
        assert (await change_calendar(client, made, {"code": "c"}))["code"] == "c"
        assert (await change_calendar(client, taken, {"code": "b"}))["code"] == "b"

    async def test_tried_only(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_calendar(client)
        answer = await client.patch(f"{PATH}/{made['id']}?validate_only=true", json={"name": "x"}, headers=MERGE_PATCH)
        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        assert len(await versions(client, made)) == 1
        assert await scheduled_jobs(db) == []

    async def test_unknown(self, client: httpx.AsyncClient) -> None:
        assert (await patch(client, {"id": str(uuid4())}, {})).status_code == 404


class TestVersions:
    async def test_pages_in_both_orders(self, client: httpx.AsyncClient) -> None:
        made = await create_calendar(client)
        for name in "bcde":
            await change_calendar(client, made, {"name": name})
        await change_calendar(client, await create_calendar(client), {"name": "of another one"})
        for sort, expected in (("-version", [5, 4, 3, 2, 1]), ("version", [1, 2, 3, 4, 5])):
            found: list[int] = []
            query: dict[str, Any] = {"limit": 2, "sort": sort}
            while True:
                page = (await client.get(f"{PATH}/{made['id']}/versions", params=query)).json()
                found += [item["version"] for item in page["items"]]
                if page["next_cursor"] is None:
                    break
                query["cursor"] = page["next_cursor"]
            assert found == expected

    async def test_a_cursor_holds_for_one_calendar(self, client: httpx.AsyncClient) -> None:
        made, other = await create_calendar(client), await create_calendar(client)
        await change_calendar(client, made, {"name": "x"})
        cursor = (await client.get(f"{PATH}/{made['id']}/versions?limit=1")).json()["next_cursor"]
        answer = await client.get(f"{PATH}/{other['id']}/versions?limit=1&cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR")


class TestScopes:
    async def test_reading_does_not_include_writing(self, client: httpx.AsyncClient, keys: Keys) -> None:
        made = await create_calendar(client)
        reader = await keys("service:read")
        assert (await reader.get(f"{PATH}/{made['id']}/versions")).status_code == 200
        assert (await reader.post(PATH, json=make.calendar())).status_code == 403
        assert (await patch(reader, made, {"name": "x"})).status_code == 403

    async def test_other_scopes_do_not_help(self, keys: Keys) -> None:
        outsider = await keys("customers:write", "complaints:write")
        assert (await outsider.get(PATH)).status_code == 403

    async def test_the_actor_is_the_key(self, client: httpx.AsyncClient, keys: Keys, db: Any) -> None:
        made = await create_calendar(client)
        writer = await keys("service:write")
        await change_calendar(writer, made, {"name": "x"})
        name = await db.fetchval("SELECT name FROM api_keys WHERE scopes = '{service:write}'")
        assert [version["actor"] for version in await versions(client, made)] == [name, "admin"]
