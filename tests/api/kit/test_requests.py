"""What requests may say besides their bodies: versions, formats, keys; and bodies where none belongs."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from app.rules.access import keys as access
from tests import make
from tests.support.application import ADMIN_KEY, Keys, MakeApp
from tests.support.mutations import OPERATIONS

PATH = "/v1/customers"
NOTHING = "0190a0b0-0000-7000-8000-000000000000"


class TestIfMatch:
    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ('"1"', 412),
            ('"2"', 200),
            ('"1", "2"', 200),
            ('"2","1"', 200),
            ('W/"1", "2", "x"', 200),
            ('"1", "3"', 412),
            ('W/"2"', 412),
            ('"x"', 412),
            ('""', 412),
            ('"-1"', 412),
            (f'"{2**63}"', 412),
            ("*", 200),
            ("2", 400),
            ('"2', 400),
            ('"1" "2"', 400),
            (", ".join(f'"{n}"' for n in range(50)), 400),
        ],
    )
    async def test_is_a_list_of_strong_tags(self, client: httpx.AsyncClient, sent: str, status: int) -> None:
        made = await make.create_customer(client)
        headers = {"content-type": "application/merge-patch+json"}
        path = f"{PATH}/{made['id']}"
        assert (await client.patch(path, json={"owner": "mia"}, headers=headers)).headers["etag"] == '"2"'
        answer = await client.patch(path, json={"owner": "tom"}, headers={**headers, "if-match": sent})
        assert answer.status_code == status, answer.text
        stored = (await client.get(path)).json()
        assert (stored["owner"], stored["version"]) == (("tom", 3) if status == 200 else ("mia", 2))

    async def test_may_be_two_headers(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        headers = [("content-type", "application/merge-patch+json"), ("if-match", '"7"'), ("if-match", '"1"')]
        assert (await client.patch(f"{PATH}/{made['id']}", json={"owner": "tom"}, headers=headers)).status_code == 200

    async def test_of_nothing_is_nothing(self, client: httpx.AsyncClient) -> None:
        headers = {"content-type": "application/merge-patch+json", "if-match": 'W/"1"'}
        assert (await client.patch(f"{PATH}/{NOTHING}", json={"owner": "tom"}, headers=headers)).status_code == 404


class TestAccept:
    @pytest.mark.parametrize(
        ("accepted", "kind"),
        [
            ("text/csv", "text/csv"),
            ("text/csv;q=0, application/x-ndjson", "application/x-ndjson"),
            ("text/csv;q=0.1, application/x-ndjson;q=0.2", "application/x-ndjson"),
            ("application/x-ndjson;q=0.5, text/csv", "text/csv"),
            ("application/x-ndjson, text/csv", "application/x-ndjson"),
            ("text/csv, application/x-ndjson", "text/csv"),
            ("*/*", "application/x-ndjson"),
            ("*/*;q=0.1, text/*", "text/csv"),
            ("application/x-ndjson;q=0, */*", "text/csv"),
            ("TEXT/CSV ; Q=1.0", "text/csv"),
            ("text/csv;q=9, application/x-ndjson;q=0.9", "text/csv"),
            ("application/jsonl", "application/x-ndjson"),
            ("text/html, text/csv;q=0", None),
            ("*/*;q=0", None),
            ("image/png", None),
        ],
    )
    async def test_weights_count(self, client: httpx.AsyncClient, accepted: str, kind: str | None) -> None:
        answer = await client.get(f"{PATH}/export", headers={"accept": accepted})
        assert answer.status_code == (406 if kind is None else 200)
        if kind is not None:
            assert answer.headers["content-type"].partition(";")[0] == kind


BODILESS = sorted(
    name
    for name, (verb, path, operation) in OPERATIONS.items()
    if verb in ("post", "delete") and "requestBody" not in operation
)


@pytest.mark.parametrize("name", BODILESS)
class TestBodiesWhereNoneBelongs:
    @pytest.mark.parametrize(
        ("content", "kind", "pointers"),
        [
            (b'{"x": 1, "y/z": 2}', "application/json", ["/x", "/y~1z"]),
            (b"garbage", "text/plain", [""]),
            (b"[]", "application/json", [""]),
            (b"null", "application/json", [""]),
            (b"x" * 100_000, "application/octet-stream", [""]),
        ],
    )
    async def test_are_refused(
        self, client: httpx.AsyncClient, name: str, content: bytes, kind: str, pointers: list[str]
    ) -> None:
        verb, path, _ = OPERATIONS[name]
        headers = {"content-type": kind}
        path = path.format_map(_Nothing())
        answer = await client.request(verb, path, content=content, headers=headers)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers

    @pytest.mark.parametrize("content", [b"", b"{}", b" { } ", b"\n"])
    async def test_are_passed_over_where_they_say_nothing(
        self, client: httpx.AsyncClient, name: str, content: bytes
    ) -> None:
        verb, path, _ = OPERATIONS[name]
        answer = await client.request(verb, path.format_map(_Nothing()), content=content)
        assert answer.status_code == (200 if name == "reanalyze_feedback" else 404)


class _Nothing(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return NOTHING


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JAVA\u200bSCRIPT:x", "data:text/html,x", "file:///etc/passwd"]
)
class TestAddresses:
    async def test_that_run_something_are_refused(self, client: httpx.AsyncClient, address: str) -> None:
        bodies: list[tuple[str, Any, str]] = [
            (
                "/v1/interactions",
                make.interaction(documents=[{"name": "x", "address": address}]),
                "/documents/0/address",
            ),
            ("/v1/interactions", make.interaction(contact={"kind": "web", "value": address}), "/contact/value"),
            (
                "/v1/customers",
                make.customer(contact_points=[{"kind": "web", "value": address}]),
                "/contact_points/0/value",
            ),
            ("/v1/feedback", {"method": "review", "text": "Good", "url": address}, "/url"),
        ]
        for path, body, at in bodies:
            answer = await client.post(path, json=body)
            assert answer.status_code == 422, path
            assert (at, "url_scheme") in [(e["pointer"], e["code"]) for e in answer.json()["errors"]], answer.text


class TestWrongKeys:
    async def test_are_answered_429_in_the_end_and_valid_ones_are_not(
        self, make_app: MakeApp, connect: Any, keys: Keys
    ) -> None:
        app = await make_app(wrong_key_limit=5, key_cache_seconds=0)
        wrong = [connect(access.new_key(), app) for _ in range(12)]
        statuses = [(await client.get(PATH)).status_code for client in wrong]
        assert statuses == [401] * 5 + [429] * 7
        refused = await wrong[0].get(PATH)
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await connect(ADMIN_KEY, app).get(PATH)).status_code == 200
        never_seen = await keys("customers:read", to=app)
        assert (await never_seen.get(PATH)).status_code == 200

    async def test_the_same_one_costs_one_query(self, make_app: MakeApp, connect: Any) -> None:
        app = await make_app()
        credentials, asked = app.state.service.credentials, []
        find_all = credentials._find_all

        async def counted(hashes: list[bytes]) -> Any:
            asked.append(len(hashes))
            return await find_all(hashes)

        credentials._find_all = counted
        client = connect(access.new_key(), app)
        for _ in range(20):
            assert (await client.get(PATH)).status_code == 401
        assert asked == [1]

    async def test_many_at_once_cost_few_queries(self, make_app: MakeApp, connect: Any, keys: Keys) -> None:
        app = await make_app(wrong_key_limit=5)
        credentials, asked = app.state.service.credentials, []
        find_all = credentials._find_all

        async def counted(hashes: list[bytes]) -> Any:
            asked.append(len(hashes))
            return await find_all(hashes)

        credentials._find_all = counted
        for _ in range(5):
            await connect(access.new_key(), app).get(PATH)
        valid = await keys("customers:read", to=app)
        began = time.monotonic()
        answers = await asyncio.gather(*(connect(access.new_key(), app).get(PATH) for _ in range(100)), valid.get(PATH))
        assert [answer.status_code for answer in answers] == [429] * 100 + [200]
        assert len(asked) <= 8
        assert time.monotonic() - began < 5

    async def test_no_key_at_all_is_not_counted(self, make_app: MakeApp, connect: Any) -> None:
        app = await make_app(wrong_key_limit=2)
        assert {(await connect(None, app).get(PATH)).status_code for _ in range(10)} == {401}
