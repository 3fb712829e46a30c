"""What breaks naive services, sent to every operation of the OpenAPI document: refused in its place, never a 500.

Every writing operation has an example in `tests/support/torture` that fills every field it can (how one is added is
said there: a few lines in the module of its domain); its leaves are replaced by what their kind must not take. A new
operation fails `test_every_writing_operation_has_an_example` until it has one.

Nothing that is sent is stored. So all operations share one world, and a test that leaves something behind fails, and
the next one gets a new world.
"""

import functools
import gzip
import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from app.main import create_app
from app.models import metadata
from tests import make
from tests.support.application import ADMIN_KEY, TestClock, plain_settings
from tests.support.contract_check import CheckedTransport
from tests.support.mutations import (
    DOCUMENT,
    OPERATIONS,
    STREAMS,
    TOKENS,
    WHOLE_BODY,
    WITH_BODY,
    encoded,
    example,
    fault,
    kind_of,
    leaves_of,
    media_type,
    mutations,
    pointer,
    replaced,
    resolved,
    share_of,
)
from tests.support.torture import EXAMPLES, World

LIMIT = 262_144

READS = sorted(name for name, (verb, path, _) in OPERATIONS.items() if verb == "get" and path.startswith("/v1"))
WITH_PATH = sorted(name for name, (_, path, _) in OPERATIONS.items() if "{" in path)


class SharedWorld:
    """The world that tests share until one of them changes it."""

    def __init__(self, client: httpx.AsyncClient, db: "asyncpg.Connection[Any]", empty: Any) -> None:
        self._client, self._db, self._empty = client, db, empty
        self._world: World | None = None
        self._before: Any = None
        versions = {t.name: "sum(version)" if "version" in t.columns else "0" for t in metadata.sorted_tables}
        counts = [f"SELECT '{name}', count(*), {version} FROM {name}" for name, version in versions.items()]
        self._count = " UNION ALL ".join(counts)

    async def ids_for(self, name: str) -> dict[str, str]:
        if self._world is None:
            await self._empty()
            self._world = World(self._client)
        ids = await self._world.ids_for(name, OPERATIONS[name][1] if name else "")
        self._before = await self._stored()
        return ids

    async def changed(self) -> list[Any]:
        """Tables that are not as they were: their number of rows, and the sum of their versions."""
        now = await self._stored()
        return [(was, row) for was, row in zip(self._before, now, strict=True) if was != row]

    def forget(self) -> None:
        self._world = None

    async def _stored(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._db.fetch(self._count)]


def connected(app: FastAPI) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    return httpx.AsyncClient(transport=CheckedTransport(app), base_url="http://test", headers=headers)


@pytest.fixture(scope="module")
async def client(session_app: FastAPI, admin_id: Any, session_clock: TestClock) -> AsyncIterator[httpx.AsyncClient]:
    """One for all tests: it empties nothing."""
    session_clock.now = TestClock.START
    async with connected(session_app) as client:
        yield client


@pytest.fixture(scope="module")
async def limited(database_url: str, admin_id: Any, session_clock: TestClock) -> AsyncIterator[httpx.AsyncClient]:
    """Of a service that takes bodies of a quarter of a megabyte."""
    app = create_app(plain_settings(database_url=database_url, body_limit=LIMIT), clock=session_clock)
    async with app.router.lifespan_context(app), connected(app) as client:
        yield client


@pytest.fixture(scope="module")
async def shared(client: httpx.AsyncClient, database_url: str, emptying: Any) -> AsyncIterator[SharedWorld]:
    connection = await asyncpg.connect(database_url)
    yield SharedWorld(client, connection, emptying)
    await connection.close()


@pytest.fixture
async def world(shared: SharedWorld, request: pytest.FixtureRequest) -> AsyncIterator[dict[str, str]]:
    """One of each, so that every path leads somewhere; and things in the state that the operation needs.

    What the test leaves behind fails it.
    """
    yield await shared.ids_for(request.node.callspec.params["name"])
    if changed := await shared.changed():
        shared.forget()
        pytest.fail(f"this was stored (table, rows, versions; before and after): {changed}")


@pytest.fixture
async def fresh_world(shared: SharedWorld, request: pytest.FixtureRequest) -> AsyncIterator[dict[str, str]]:
    """The world for a test that may change it."""
    yield await shared.ids_for(request.node.callspec.params["name"] if hasattr(request.node, "callspec") else "")
    shared.forget()


def headers_of(name: str, content: bytes) -> dict[str, str]:
    return {"content-type": media_type(name)} if content else {}


def url(name: str, world: dict[str, str]) -> str:
    return OPERATIONS[name][1].format(**world)


async def send(client: httpx.AsyncClient, name: str, world: dict[str, str], content: Any, **headers: str) -> Any:
    verb = OPERATIONS[name][0].upper()
    sent = {"content-type": media_type(name)} | {key.replace("_", "-"): value for key, value in headers.items()}
    return await client.request(verb, url(name, world), content=content, headers=sent)


def test_every_writing_operation_has_an_example() -> None:
    assert set(WITH_BODY) == set(EXAMPLES)


class TestExamples:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_would_be_taken_as_it_is(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, path, _ = OPERATIONS[name]
        answer = await client.request(
            verb.upper(),
            path.format(**world),
            params={"validate_only": "true"},
            content=encoded(example(name, world)),
            headers={"content-type": media_type(name)},
        )
        assert answer.status_code in (200, 201), answer.text


class TestNulls:
    """Null in each place, whole objects and lists included: what a merge patch clears, and most others do not take."""

    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_are_taken_or_refused(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        whole = example(name, world)
        for where in places(whole):
            answer = await client.request(
                OPERATIONS[name][0].upper(),
                url(name, world),
                params={"validate_only": "true"},
                content=encoded(replaced(whole, where, None)),
                headers={"content-type": media_type(name)},
            )
            assert answer.status_code < 500, (where, answer.text)


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The paths of everything within a JSON value, but for the members of free objects: these may all be null."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (key,)
        if key != "attributes":
            yield from ((key, *rest) for rest in places(member))


class TestLeaves:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_are_refused_in_their_place(
        self, client: httpx.AsyncClient, world: dict[str, str], name: str
    ) -> None:
        faults = []
        for what, where, body in mutations(name, world):
            answer = await send(client, name, world, encoded(body))
            faults.append(fault(answer.status_code, answer.json(), what, where))
        found = [text for text in faults if text]
        assert not found, f"{len(found)} of {len(faults)}:\n" + "\n".join(found[:40])

    @pytest.mark.parametrize("name", STREAMS)
    async def test_are_refused_line_by_line(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        cases = list(mutations(name, world))
        answer = await send(client, name, world, b"\n".join(encoded(body) for _, _, body in cases))
        results = [json.loads(line) for line in answer.text.splitlines()]
        assert [result["line"] for result in results] == list(range(1, len(cases) + 1))
        found = [
            text
            for (what, where, _), result in zip(cases, results, strict=True)
            if (text := fault(result["status"], result.get("problem", {}), what, where))
        ]
        assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:40])

    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_tokens_that_are_no_numbers(
        self, client: httpx.AsyncClient, world: dict[str, str], name: str
    ) -> None:
        body = example(name, world)
        one_of_each = list({kind: at for at, kind in leaves_of(name)}.values())
        for n, (token, status) in enumerate(TOKENS.items()):
            # What is no JSON at all is none wherever it stands.
            for at in one_of_each if status == 422 else [one_of_each[n % len(one_of_each)]]:
                marked = encoded(replaced(body, at, "HERE"))
                answer = await send(client, name, world, marked.replace(b'"HERE"', token.encode()))
                assert answer.status_code == status, f"{token[:20]} at {pointer(at)}: {answer.text[:500]}"


BOMB = functools.cache(lambda: gzip.compress(b" " * 20_000_000))


def bodies(name: str, world: dict[str, str]) -> list[tuple[str, bytes, dict[str, str], int]]:
    """(what, body, headers, status) of bodies that are wrong as a whole."""
    good = encoded(example(name, world))
    first = json.dumps(next(iter(example(name, world)))).encode()
    return [
        ("empty", b"", {}, 400),
        ("not JSON", b"not json", {}, 400),
        ("cut off", good[:-1], {}, 400),
        ("two values", good + good, {}, 400),
        ("single quotes", b"{'a': 1}", {}, 400),
        ("trailing comma", good[:-1] + b",}", {}, 400),
        ("NaN", b"NaN", {}, 400),
        ("invalid UTF-8", good[:-1] + b',"x":"\xff"}', {}, 400),
        ("surrogate bytes", good[:-1] + b',"x":"\xed\xa0\x80"}', {}, 400),
        ("UTF-16", good.decode().encode("utf-16"), {}, 400),
        ("UTF-16 without a mark", good.decode().encode("utf-16-le"), {}, 400),
        ("UTF-32", good.decode().encode("utf-32"), {}, 400),
        ("raw NUL", good.replace(b":", b":\0", 1), {}, 400),
        ("100,000 deep", b"[" * 100_000 + b"]" * 100_000, {}, 400),
        ("900 deep", b"[" * 900 + b"]" * 900, {}, 422),
        ("a list", b"[" + good + b"]", {}, 422),
        ("null", b"null", {}, 422),
        ("a number", b"1", {}, 422),
        ("a text", b'"x"', {}, 422),
        ("a name twice", good[:-1] + b"," + first + b":null}", {}, 422),
        ("no type", good, {"content_type": ""}, 415),
        ("plain text", good, {"content_type": "text/plain"}, 415),
        ("XML", b"<a/>", {"content_type": "application/xml"}, 415),
        ("a form", b"a=1", {"content_type": "application/x-www-form-urlencoded"}, 415),
        ("another charset", good, {"content_type": f"{media_type(name)}; charset=utf-16"}, 415),
        ("not gzip", good, {"content_encoding": "gzip"}, 400),
        ("half of gzip", gzip.compress(good)[:-9], {"content_encoding": "gzip"}, 400),
        ("brotli", good, {"content_encoding": "br"}, 415),
        ("too large", good[:-1] + b" " * LIMIT + b"}", {}, 413),
        ("a bomb", BOMB(), {"content_encoding": "gzip"}, 413),
    ]


class TestBodies:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_are_refused_as_a_whole(self, limited: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        every = bodies(name, world)
        alike = [[body for body in every if body[3] == status] for status in dict.fromkeys(body[3] for body in every)]
        for what, content, headers, status in [body for some in alike for body in share_of(name, some, 3)]:
            answer = await send(limited, name, world, content, **headers)
            assert answer.status_code == status, f"{what}: {answer.text[:500]}"
            if status == 415 and "content_encoding" not in headers:
                accepted = "accept-patch" if OPERATIONS[name][0] == "patch" else "accept-post"
                assert media_type(name) in answer.headers[accepted]

    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_of_no_stated_length_are_counted_as_they_come(
        self, limited: httpx.AsyncClient, world: dict[str, str], name: str
    ) -> None:
        sent = 0

        async def chunks() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(1000):
                sent += 1024
                yield b" " * 1024

        answer = await send(limited, name, world, chunks())
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"

    @pytest.mark.parametrize("name", STREAMS)
    async def test_of_streams_that_are_no_lines(
        self, client: httpx.AsyncClient, shared: SharedWorld, fresh_world: dict[str, str], name: str
    ) -> None:
        wrong = {what: (content, headers, status) for what, content, headers, status in bodies(name, fresh_world)}
        too_large, _, _ = wrong.pop("too large")
        for what, (content, headers, status) in wrong.items():
            answer = await send(client, name, fresh_world, content, **headers)
            if status == 415:
                assert answer.status_code == 415, what
                continue
            assert answer.status_code == 200, what
            results = [json.loads(line) for line in answer.text.splitlines()]
            taken = [result["status"] for result in results if result["status"] not in (400, 413, 422)]
            assert not taken, f"{what}: {answer.text[:500]}"
        assert not await shared.changed()
        # A stream has no end: its lines have.
        assert (await send(client, name, fresh_world, too_large)).status_code == 200

    async def test_a_byte_order_mark_is_passed_over(
        self, client: httpx.AsyncClient, fresh_world: dict[str, str]
    ) -> None:
        answer = await send(client, "create_task", fresh_world, b"\xef\xbb\xbf" + encoded({"what": "Call"}))
        assert answer.status_code == 201

    async def test_gzip_is_read(self, client: httpx.AsyncClient, fresh_world: dict[str, str]) -> None:
        body = gzip.compress(encoded({"what": "Call"}))
        answer = await send(client, "create_task", fresh_world, body, content_encoding="gzip")
        assert answer.status_code == 201

    async def test_gzip_in_several_members_is_read_to_its_end(
        self, client: httpx.AsyncClient, fresh_world: dict[str, str]
    ) -> None:
        """As `cat a.gz b.gz` makes them (RFC 1952 section 2.2): nothing may be lost without a word."""
        parts = b"".join(gzip.compress(encoded(make.sale()) + b"\n") for _ in range(3))
        answer = await send(client, "record_sales", fresh_world, parts, content_encoding="gzip")
        assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201] * 3

    async def test_something_behind_gzip_is_told(self, client: httpx.AsyncClient, fresh_world: dict[str, str]) -> None:
        body = gzip.compress(encoded({"what": "Call"})) + b"garbage"
        answer = await send(client, "create_task", fresh_world, body, content_encoding="gzip")
        assert answer.status_code == 400


class TestPaths:
    @pytest.mark.parametrize("name", WITH_PATH)
    async def test_that_are_no_text(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, path, _ = OPERATIONS[name]
        for place in re.findall(r"\{(\w+)\}", path):
            for wrong in ("%00", "a%00b", "%ED%A0%80", "%FF", "a%C3"):
                answer = await client.request(verb.upper(), path.format(**{**world, place: wrong}))
                assert answer.status_code == 400, f"{wrong} as {place}: {answer.text[:300]}"

    @pytest.mark.parametrize("name", WITH_PATH)
    async def test_ids_that_are_none(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, path, operation = OPERATIONS[name]
        content = encoded(example(name, world)) if "requestBody" in operation else b""
        headers = headers_of(name, content)
        for place in re.findall(r"\{(\w+_id)\}", path):
            if place == "external_id":
                continue
            for wrong in ("zzz", "9223372036854775808", "-1", "null", "%0A", "' OR 1=1", "x" * 5000):
                target = path.format(**{**world, place: wrong})
                answer = await client.request(verb.upper(), target, content=content, headers=headers)
                assert answer.status_code == 422, f"{wrong[:50]} as {place}: {answer.text[:300]}"
                assert [e["pointer"] for e in answer.json()["errors"]] == [f"/path/{place}"]

    @pytest.mark.parametrize(
        "name", [name for name in WITH_PATH if not OPERATIONS[name][1].startswith("/v1/customers/by")]
    )
    async def test_ids_of_nothing(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, path, operation = OPERATIONS[name]
        content = encoded(example(name, world)) if "requestBody" in operation else b""
        headers = headers_of(name, content)
        for place in re.findall(r"\{(\w+)\}", path):
            target = path.format(**{**world, place: str(uuid4())})
            answer = await client.request(verb.upper(), target, content=content, headers=headers)
            assert answer.status_code == 404, f"{place}: {answer.text[:300]}"


def in_query(name: str) -> Iterator[dict[str, Any]]:
    for parameter in OPERATIONS[name][2].get("parameters", []):
        if "$ref" in parameter:
            parameter = DOCUMENT["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        if parameter["in"] == "query":
            yield parameter


def query_parameters(name: str) -> Iterator[tuple[str, Any]]:
    for parameter in in_query(name):
        yield parameter["name"], resolved(parameter["schema"])[0]


WRONG_QUERY: dict[str, list[str]] = {
    "text": ["a%00b", "", "x" * 5000],
    "text or blank": ["a%00b", "x" * 5000],
    "enum": ["nope", "", "a%00b"],
    "uuid": ["zzz", "", "9223372036854775808", "a%00b"],
    "timestamp": [
        "2026-03-01T10:00:00",
        "1772359200",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-03-01T10:00:00+00:00",  # an unescaped plus is a space
        "",
        "a%00b",
    ],
    "date": ["2026-02-30", "1772323200", ""],
    "integer": [
        "-1",
        "0",
        "201",
        "9223372036854775808",
        "9" * 5000,
        "1.5",
        "abc",
        "",
        "NaN",
        "1e3",
        "%D9%A3x",
        "a%00b",
    ],
    "boolean": ["maybe", "2", "", "a%00b"],
    "decimal": [
        "NaN",
        "Infinity",
        "1E2",
        "9" * 5000,
        "1" * 13,
        "0.0000001",
        "1,5",
        "1_0",
        "%D9%A3",
        "0x1",
        "",
        "a%00b",
    ],
}


def wrong_in_query(schema: Any) -> Iterator[str]:
    """Without the whole numbers that this parameter takes."""
    for wrong in WRONG_QUERY[kind_of(schema)]:
        number = schema.get("type") == "integer" and re.fullmatch("[0-9]{1,9}", wrong)
        if not (number and schema["minimum"] <= int(wrong) <= schema["maximum"]):
            yield wrong


class TestQueries:
    @pytest.mark.parametrize("name", READS)
    async def test_values_that_are_none(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        faults = []
        needed = {parameter["name"]: parameter["example"] for parameter in in_query(name) if parameter.get("required")}
        for parameter, schema in query_parameters(name):
            others = urlencode({name: value for name, value in needed.items() if name != parameter})
            for wrong in wrong_in_query(schema):
                answer = await client.get(f"{url(name, world)}?{parameter}={wrong}{'&' if others else ''}{others}")
                told = [error["pointer"] for error in answer.json().get("errors", [])] if answer.text else []
                cursor = parameter == "cursor" and answer.status_code == 400
                if not cursor and (answer.status_code, told) != (422, [f"/query/{parameter}"]):
                    faults.append(f"{parameter}={wrong[:40]}: {answer.status_code} {told}")
        assert not faults, "\n".join(faults)

    @pytest.mark.parametrize("name", READS)
    async def test_that_are_no_text_or_not_known(
        self, client: httpx.AsyncClient, world: dict[str, str], name: str
    ) -> None:
        known = [parameter for parameter, _ in query_parameters(name)]
        for query in ("surprise=1", "%FF=1", "x=%ED%A0%80", "x=%FF", "=", *(f"{p}=%FF" for p in known)):
            answer = await client.get(f"{url(name, world)}?{query}")
            assert answer.status_code == 400, f"{query}: {answer.text[:300]}"
        for parameter in known:
            answer = await client.get(f"{url(name, world)}?{parameter}=1&{parameter}=1")
            assert answer.status_code in (400, 422), parameter

    @pytest.mark.parametrize("name", sorted(set(OPERATIONS) - set(READS) - {"check_health", "check_readiness"}))
    async def test_of_writing_operations(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, _, operation = OPERATIONS[name]
        content = encoded(example(name, world)) if "requestBody" in operation else b""
        headers = headers_of(name, content)
        for query, status in (
            ("surprise=1", 400),
            ("validate_only=%FF", 400),
            ("validate_only=yes please", 400 if name in STREAMS else 422),
            ("validate_only=", 400 if name in STREAMS else 422),
            ("validate_only=true&validate_only=true", 400),
        ):
            answer = await client.request(verb.upper(), f"{url(name, world)}?{query}", content=content, headers=headers)
            assert answer.status_code == status, f"{query}: {answer.text[:300]}"
