"""Who may do what: worked out from the OpenAPI document, for every operation there is."""

import re
from typing import Any

import httpx
import pytest

from app.rules.access import keys as access
from tests import make
from tests.support.application import ADMIN_KEY, Keys
from tests.support.contract_check import document, operations

DOCUMENT = document()
NOTHING = "0190a0b0-0000-7000-8000-000000000000"
OPEN = {
    *("check_health", "check_readiness"),
    *("get_survey_form", "submit_survey_answers", "get_receipt_survey_form", "submit_receipt_answers"),
}
GUARDED = {
    operation["operationId"]: (
        verb.upper(),
        re.sub(r"\{\w+\}", NOTHING, path),
        operation,
    )
    for verb, path, operation in operations(DOCUMENT)
    if operation["operationId"] not in OPEN
}


def scope_of(name: str) -> str:
    """By what it says of itself: reads need `<resource>:read`, everything else `<resource>:write`."""
    verb, _, operation = GUARDED[name]
    return f"{operation['tags'][0]}:{'read' if verb == 'GET' else 'write'}"


async def call(client: httpx.AsyncClient, name: str, **headers: str) -> httpx.Response:
    verb, path, _ = GUARDED[name]
    return await client.request(verb, path, headers=headers)


def test_nothing_is_open_but_health_and_documents() -> None:
    assert {op["operationId"] for _, _, op in operations(DOCUMENT) if op["security"] == []} == OPEN
    assert {scope_of(name) for name in GUARDED} <= set(access.SCOPES)


def by_scope() -> list[tuple[str, list[str]]]:
    """The scopes, with the operations that need them."""
    found: dict[str, list[str]] = {}
    for name in sorted(GUARDED):
        found.setdefault(scope_of(name), []).append(name)
    return sorted(found.items())


class TestEveryOperation:
    """All of them in each test: with a database emptied for each they would take a minute."""

    async def test_without_a_key(self, anonymous: httpx.AsyncClient) -> None:
        for name in GUARDED:
            answer = await call(anonymous, name)
            assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED"), name
            assert answer.headers["www-authenticate"] == 'Bearer realm="rapport"', name

    async def test_with_a_key_that_is_none(self, anonymous: httpx.AsyncClient) -> None:
        for name in GUARDED:
            answer = await call(anonymous, name, authorization=f"Bearer {access.new_key()}")
            assert answer.status_code == 401, name
            assert answer.headers["www-authenticate"] == 'Bearer realm="rapport", error="invalid_token"', name

    async def test_with_every_scope_but_its_own(self, keys: Keys) -> None:
        for needed, names in by_scope():
            enough = {needed, needed.replace(":read", ":write")}
            client = await keys(*(scope for scope in access.SCOPES if scope not in enough))
            challenge = f'Bearer realm="rapport", error="insufficient_scope", scope="{needed}"'
            for name in names:
                answer = await call(client, name)
                assert (answer.status_code, answer.json()["code"]) == (403, "INSUFFICIENT_SCOPE"), name
                assert answer.headers["www-authenticate"] == challenge, name

    async def test_with_its_scope_and_no_more(self, keys: Keys) -> None:
        for needed, names in by_scope():
            # Writing includes reading.
            for client in (await keys(needed), await keys(needed.replace(":read", ":write"))):
                for name in names:
                    assert (await call(client, name)).status_code not in (401, 403), name

    def test_says_which_scope_it_needs(self) -> None:
        assert {name: GUARDED[name][2]["x-required-scope"] for name in GUARDED} == {
            name: scope_of(name) for name in GUARDED
        }


@pytest.mark.parametrize("name", sorted(OPEN))
async def test_what_is_open_asks_for_no_key(anonymous: httpx.AsyncClient, name: str) -> None:
    verb, path = next((verb, path) for verb, path, op in operations(DOCUMENT) if op["operationId"] == name)
    for headers in ({}, {"authorization": "Bearer nobody"}):
        answer = await anonymous.request(verb.upper(), re.sub(r"\{\w+\}", NOTHING, path), headers=headers)
        assert answer.status_code not in (401, 403, 500)


class TestKeys:
    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            ADMIN_KEY,
            f"Basic {ADMIN_KEY}",
            f"Bearer {ADMIN_KEY}x",
            f"Bearer {ADMIN_KEY[:-1]}",
            f"Bearer {ADMIN_KEY.upper()}",
            f"Bearer {'x' * 5000}",
            "Bearer \u00e9\u00ff",
            "Bearer ' OR 1=1 --",
        ],
    )
    async def test_headers_that_hold_none(self, anonymous: httpx.AsyncClient, header: str) -> None:
        answer = await anonymous.get("/v1/customers", headers=[(b"authorization", header.encode("latin-1"))])
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="rapport"')

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    async def test_the_schemes_case_does_not_matter(self, anonymous: httpx.AsyncClient, scheme: str) -> None:
        answer = await anonymous.get("/v1/customers", headers={"authorization": f"{scheme} {ADMIN_KEY}"})
        assert answer.status_code == 200

    async def test_are_not_taken_from_the_query(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/v1/customers", params={"api_key": ADMIN_KEY})).status_code == 401

    async def test_a_revoked_one_ends_when_the_cache_does(
        self, make_app: Any, connect: Any, keys: Keys, db: Any
    ) -> None:
        app = await make_app(key_cache_seconds=0)
        client = await keys("customers:read", to=app)
        assert (await client.get("/v1/customers")).status_code == 200
        await db.execute("UPDATE api_keys SET revoked_at = now() WHERE name <> 'admin'")
        assert (await client.get("/v1/customers")).status_code == 401

    async def test_a_key_without_scopes_may_nothing(self, keys: Keys) -> None:
        client = await keys()
        assert {(await call(client, name)).status_code for name in GUARDED} == {403}

    async def test_none_is_stored_as_it_is(self, keys: Keys, db: Any) -> None:
        """No column of any table holds a key, or an unsalted piece of one long enough to use."""
        client = await keys("customers:write")
        key = client.headers["authorization"].removeprefix("Bearer ")
        await client.post("/v1/customers", json=make.customer(), headers={"Idempotency-Key": "a"})
        tables = await db.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in tables:
            found = await db.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", key[8:40])
            assert found == 0, table
        assert await db.fetchval("SELECT count(*) FROM api_keys WHERE secret_hash = $1", access.hash_key(key)) == 1

    def test_are_random_enough(self) -> None:
        keys = {access.new_key() for _ in range(1000)}
        assert len(keys) == 1000
        assert all(len(key) >= len("rapport_") + 40 for key in keys)

    async def test_a_refusal_does_not_tell_what_exists(self, keys: Keys, client: httpx.AsyncClient) -> None:
        made = (await client.post("/v1/customers", json=make.customer())).json()
        outsider = await keys("sales:read")
        known = await outsider.get(f"/v1/customers/{made['id']}")
        unknown = await outsider.get(f"/v1/customers/{NOTHING}")
        hidden = {"request_id", "instance"}
        assert {k: v for k, v in known.json().items() if k not in hidden} == {
            k: v for k, v in unknown.json().items() if k not in hidden
        }
