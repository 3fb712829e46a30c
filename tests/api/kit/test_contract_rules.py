"""The rules of HTTP that every resource shares, tried on customers and receipts."""

import asyncio
import gzip
import json
import logging
import re
from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import httpx
import pytest
from asyncpg import CheckViolationError
from fastapi import FastAPI

from app.core import errors
from app.core.context import Context
from app.core.reactions import Reaction, Reactions
from app.rules.kit.event_types import SALE_RECORDED
from app.services.customers import customers
from app.store.kit import jobs
from app.web import allowed_methods
from tests import make
from tests.support.api import patch
from tests.support.application import ADMIN_KEY, Keys, TestClock
from tests.support.contract_check import MAY_FAIL, PROBLEM

PATH, SALES = "/v1/customers", "/v1/sales"
NOTHING = "0190a0b0-0000-7000-8000-000000000000"


class TestProblems:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/nothing/here", 404, "NOT_FOUND"),
            ("GET", "/v1/customers/", 404, "NOT_FOUND"),
            ("GET", "/v2/customers", 404, "NOT_FOUND"),
            ("DELETE", PATH, 405, "METHOD_NOT_ALLOWED"),
            ("TRACE", PATH, 405, "METHOD_NOT_ALLOWED"),
            ("BREW", f"{PATH}/{NOTHING}", 405, "METHOD_NOT_ALLOWED"),
            ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED"),
            ("GET", f"{PATH}?limt=5", 400, "UNKNOWN_PARAMETER"),
            ("GET", f"{PATH}/{NOTHING}", 404, "NOT_FOUND"),
            ("GET", f"{PATH}/zzz", 422, "VALIDATION_FAILED"),
            ("POST", PATH, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ],
    )
    async def test_of_every_kind_look_alike(
        self, client: httpx.AsyncClient, method: str, path: str, status: int, code: str
    ) -> None:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        problem = answer.json()
        assert (problem["status"], problem["code"]) == (status, code)
        assert problem["instance"] == path.partition("?")[0]
        assert problem["request_id"] == answer.headers["x-request-id"]

    async def test_their_type_leads_to_a_page(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        problem = (await client.get(f"{PATH}/zzz")).json()
        page = await anonymous.get(problem["type"])
        assert page.status_code == 200
        assert problem["code"] in page.text

    def test_codes_are_unique_and_shaped(self) -> None:
        codes = [problem.code for problem in errors.problem_classes()]
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)

    @pytest.mark.parametrize(
        "error",
        [
            RuntimeError("SELECT secret FROM /app/main.py"),
            KeyError("x"),
            AssertionError(),
            RecursionError(),
            MemoryError(),
        ],
    )
    async def test_a_defect_of_ours_tells_nothing_but_its_number(
        self,
        client: httpx.AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        async def broken(_: Context, __: Any) -> Any:
            raise error

        monkeypatch.setattr(customers, "get", broken)
        with caplog.at_level(logging.ERROR, "rapport"):
            answer = await client.get(f"{PATH}/{NOTHING}", extensions=MAY_FAIL)
        assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
        assert "secret" not in answer.text and type(error).__name__ not in answer.text
        (record,) = [r for r in caplog.records if r.name.startswith("rapport")]
        assert record.fields["request_id"] == answer.json()["request_id"]  # type: ignore[attr-defined]
        assert record.exc_info is not None

    async def test_after_one_the_next_request_is_well(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, db: Any
    ) -> None:
        """Nothing of the broken one is stored, and its connection is not lost."""
        real = customers.create

        async def half_done(ctx: Context, new: Any) -> Any:
            await real(ctx, new)
            raise RuntimeError

        monkeypatch.setattr(customers, "create", half_done)
        for _ in range(40):
            assert (await client.post(PATH, json=make.customer(), extensions=MAY_FAIL)).status_code == 500
        monkeypatch.undo()
        assert await db.fetchval("SELECT count(*) FROM customers") == 0
        assert await make.create_customer(client)

    async def test_a_client_that_leaves_in_mid_body_stores_nothing(self, app: Any, db: Any) -> None:
        messages = iter(
            [{"type": "http.request", "body": b'{"display', "more_body": True}, {"type": "http.disconnect"}]
        )
        sent: list[Any] = []

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {ADMIN_KEY}".encode()), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": headers,
            "http_version": "1.1",
            "scheme": "http",
            "server": ("test", 80),
            "client": ("test", 1),
        }
        await app(scope, receive, send)
        assert sent[0]["status"] == 400
        assert await db.fetchval("SELECT count(*) FROM customers") == 0


class TestHeaders:
    async def test_of_every_answer(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        for answer in (
            await client.get(PATH),
            await client.get(f"{PATH}/{made['id']}"),
            await client.get(f"{PATH}/{NOTHING}"),
            await client.get("/nothing"),
            await anonymous.get(PATH),
        ):
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["vary"] == "Authorization, Accept, Accept-Encoding, Origin"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert len(answer.headers.get_list("vary")) == 1

    @pytest.mark.parametrize("sent", ["abc", "A-b_9", "x" * 128])
    async def test_a_request_id_is_sent_back(self, client: httpx.AsyncClient, sent: str) -> None:
        answer = await client.get(f"{PATH}/zzz", headers={"X-Request-Id": sent})
        assert answer.headers["x-request-id"] == answer.json()["request_id"] == sent

    @pytest.mark.parametrize("sent", ["", "a b", "x" * 129, "x" * 10_000, "a\tb", "<script>", "é", "a\nb"])
    async def test_a_bad_one_is_replaced(self, client: httpx.AsyncClient, sent: str) -> None:
        answer = await client.get(PATH, headers=[(b"X-Request-Id", sent.encode("latin-1"))])
        assert re.fullmatch("[0-9a-f]{24}", answer.headers["x-request-id"])

    async def test_two_requests_have_two_ids(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(PATH)).headers["x-request-id"] != (await client.get(PATH)).headers["x-request-id"]

    async def test_too_many_are_refused(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(PATH, headers={f"x-{n}": "x" for n in range(101)})
        assert (answer.status_code, answer.json()["code"]) == (431, "HEADERS_TOO_LARGE")


class TestMethods:
    @pytest.mark.parametrize("path", [PATH, f"{PATH}/zzz", f"{PATH}/{NOTHING}", "/healthz", "/nothing"])
    async def test_head_is_get_without_its_body(self, client: httpx.AsyncClient, path: str) -> None:
        got, head = await client.get(path), await client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert {k: v for k, v in head.headers.items() if k != "x-request-id"} == {
            k: v for k, v in got.headers.items() if k != "x-request-id"
        } | ({} if got.status_code < 400 else {"content-length": head.headers["content-length"]})

    async def test_head_of_a_customer_has_its_tag(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        head = await client.head(f"{PATH}/{made['id']}")
        assert (head.headers["etag"], head.content) == ('"1"', b"")

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            (PATH, "GET, HEAD, OPTIONS, POST"),
            (f"{PATH}/{NOTHING}", "GET, HEAD, OPTIONS, PATCH"),
            (f"{PATH}/{NOTHING}/archive", "OPTIONS, POST"),
            ("/healthz", "GET, HEAD, OPTIONS"),
        ],
    )
    async def test_options_and_405_say_what_there_is(
        self, anonymous: httpx.AsyncClient, client: httpx.AsyncClient, path: str, allowed: str
    ) -> None:
        options = await anonymous.options(path)
        assert (options.status_code, options.headers["allow"]) == (204, allowed)
        refused = await client.delete(path)
        assert (refused.status_code, refused.headers["allow"]) == (405, allowed)

    def test_they_are_known_without_the_contract(self) -> None:
        """It takes seconds to write, for which the first request with a wrong method would stop all others."""
        app = FastAPI()
        app.add_api_route("/items/{item_id}", lambda: None, methods=["GET", "PATCH"])
        app.add_api_route("/items/{item_id}", lambda: None, methods=["DELETE"])
        app.add_api_route("/hidden", lambda: None, include_in_schema=False)
        app.openapi = Mock(side_effect=AssertionError)  # type: ignore[method-assign]
        assert allowed_methods.methods(app, "/items/7") == ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]
        assert allowed_methods.methods(app, "/hidden") == allowed_methods.methods(app, "/items") == []

    async def test_options_of_nothing(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.options("/nothing")).status_code == 404


class TestMediaTypes:
    @pytest.mark.parametrize(
        "sent", ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
    )
    async def test_json_in_utf_8(self, client: httpx.AsyncClient, sent: str) -> None:
        answer = await client.post(PATH, content=b'{"display_name":"A"}', headers={"content-type": sent})
        assert answer.status_code == 201

    async def test_a_patch_is_a_merge_patch(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        answer = await client.patch(f"{PATH}/{made['id']}", json={"owner": "mia"})
        assert answer.status_code == 415
        assert answer.headers["accept-patch"] == "application/merge-patch+json"

    async def test_a_post_without_a_body_needs_no_type(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        assert (await client.post(f"{PATH}/{made['id']}/archive")).status_code == 200

    @pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
    async def test_long_answers_are_compressed(self, client: httpx.AsyncClient, encoding: str) -> None:
        for _ in range(5):
            await make.create_customer(client)
        plain = await client.get(PATH, headers={"accept-encoding": "identity"})
        packed = await client.get(PATH, headers={"accept-encoding": encoding})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == encoding
        assert packed.headers["vary"] == plain.headers["vary"]

    async def test_a_tag_survives_compression(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client, attributes={"long": "x" * 5000})
        answer = await client.get(f"{PATH}/{made['id']}", headers={"accept-encoding": "gzip"})
        again = await client.get(
            f"{PATH}/{made['id']}", headers={"accept-encoding": "gzip", "if-none-match": answer.headers["etag"]}
        )
        assert again.status_code == 304


class TestTags:
    async def test_what_is_known_is_not_sent_again(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        path = f"{PATH}/{made['id']}"
        for known in ('"1"', 'W/"1"', '"0", "1"', "*"):
            answer = await client.get(path, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"'), known
        await patch(client, f"{PATH}/{made['id']}", {"owner": "mia"})
        answer = await client.get(path, headers={"If-None-Match": '"1"'})
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')

    @pytest.mark.parametrize("sent", ["1", '"1', "x", '"1" "2"', ",", ""])
    async def test_a_tag_that_is_none(self, client: httpx.AsyncClient, sent: str) -> None:
        made = await make.create_customer(client)
        answer = await patch(client, f"{PATH}/{made['id']}", {"owner": "mia"}, if_match=sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")

    @pytest.mark.parametrize(("sent", "status"), [('"1"', 200), ("*", 200), ('"2"', 412), ('"0"', 412)])
    async def test_changes_are_meant_for_a_version(self, client: httpx.AsyncClient, sent: str, status: int) -> None:
        made = await make.create_customer(client)
        assert (await patch(client, f"{PATH}/{made['id']}", {"owner": "mia"}, if_match=sent)).status_code == status

    async def test_every_version_has_its_tag(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        tags = [(await patch(client, f"{PATH}/{made['id']}", {"owner": f"o{n}"})).headers["etag"] for n in range(3)]
        assert tags == ['"2"', '"3"', '"4"']


class TestIdempotencyKeys:
    async def test_the_second_time_has_the_first_answer(self, client: httpx.AsyncClient, db: Any) -> None:
        body, headers = make.customer(identities=[make.identity()]), {"Idempotency-Key": "k-1"}
        first = await client.post(PATH, json=body, headers=headers)
        assert "idempotent-replayed" not in first.headers
        await patch(client, f"{PATH}/{first.json()['id']}", {"owner": "mia"})
        again = await client.post(PATH, json=body, headers=headers)
        assert again.headers["idempotent-replayed"] == "true"
        assert (again.status_code, again.content) == (first.status_code, first.content)
        for name in ("location", "etag", "content-type"):
            assert again.headers[name] == first.headers[name]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_of_a_stale_receipt_says_so_again(self, client: httpx.AsyncClient) -> None:
        body = make.sale(revision=2)
        await client.post(SALES, json=body)
        answers = [
            await client.post(SALES, json={**body, "revision": 1}, headers={"Idempotency-Key": "k"}) for _ in range(2)
        ]
        assert [a.headers.get("receipt-stale") for a in answers] == ["true", "true"]
        assert answers[1].headers["idempotent-replayed"] == "true"

    @pytest.mark.parametrize(
        ("content", "same"),
        [
            (b'{"given_name":"A","family_name":"B"}', True),
            (b'{ "family_name" : "B",\n "given_name":"\\u0041" }', True),
            (b'{"given_name":"A","family_name":"b"}', False),
            (b'{"given_name":"A"}', False),
            (b'{"given_name":"A","family_name":"B","owner":null}', False),
        ],
    )
    async def test_another_request_under_the_same_key(
        self, client: httpx.AsyncClient, db: Any, content: bytes, same: bool
    ) -> None:
        headers = {"Idempotency-Key": "k", "content-type": "application/json"}
        first = await client.post(PATH, content=b'{"given_name":"A","family_name":"B"}', headers=headers)
        again = await client.post(PATH, content=content, headers=headers)
        assert (again.content == first.content) is same
        if not same:
            assert (again.status_code, again.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_another_path_or_query_is_another_request(self, client: httpx.AsyncClient) -> None:
        one, two = await make.create_customer(client), await make.create_customer(client)
        headers = {"Idempotency-Key": "k"}
        assert (await client.post(f"{PATH}/{one['id']}/archive", headers=headers)).status_code == 200
        assert (await client.post(f"{PATH}/{two['id']}/archive", headers=headers)).status_code == 422
        body = make.sale(customer={"email": "a@example.com"})
        headers = {"Idempotency-Key": "q"}
        await client.post(SALES, json=body, headers=headers)
        kept = await client.post(SALES, json=body, headers=headers, params={"on_unknown_customer": "keep"})
        assert kept.status_code == 422

    async def test_belongs_to_the_key_that_sent_it(self, keys: Keys, db: Any) -> None:
        one, two = await keys("customers:write"), await keys("customers:write")
        headers = {"Idempotency-Key": "k"}
        first = await one.post(PATH, json={"display_name": "A"}, headers=headers)
        second = await two.post(PATH, json={"display_name": "A"}, headers=headers)
        assert first.json()["id"] != second.json()["id"]
        assert "idempotent-replayed" not in second.headers

    @pytest.mark.parametrize("refused", [{"display_name": "\0"}, {"tags": []}, {"display_name": "A", "surprise": 1}])
    async def test_what_was_refused_is_not_kept(self, client: httpx.AsyncClient, refused: Any) -> None:
        headers = {"Idempotency-Key": "k"}
        assert (await client.post(PATH, json=refused, headers=headers)).status_code == 422
        assert (await client.post(PATH, json=make.customer(), headers=headers)).status_code == 201

    async def test_a_conflict_is_not_kept(self, client: httpx.AsyncClient) -> None:
        card = make.identity()
        holder = await make.create_customer(client, identities=[card])
        headers, body = {"Idempotency-Key": "k"}, make.customer(identities=[card])
        assert (await client.post(PATH, json=body, headers=headers)).status_code == 409
        await patch(client, f"{PATH}/{holder['id']}", {"identities": []})
        assert (await client.post(PATH, json=body, headers=headers)).status_code == 201

    @pytest.mark.parametrize("key", ["8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted with spaces"', "x" * 255, "!#~"])
    async def test_keys_that_are_taken(self, client: httpx.AsyncClient, key: str) -> None:
        answers = [
            await client.post(PATH, json={"display_name": "A"}, headers={"Idempotency-Key": key}) for _ in range(2)
        ]
        assert "idempotent-replayed" in answers[1].headers

    async def test_quoted_or_bare_is_the_same(self, client: httpx.AsyncClient) -> None:
        for key, replayed in (("abc", False), ('"abc"', True)):
            answer = await client.post(PATH, json={"display_name": "A"}, headers={"Idempotency-Key": key})
            assert ("idempotent-replayed" in answer.headers) is replayed

    @pytest.mark.parametrize("key", ["", '""', "x" * 256, "a b", "é", "a\x7f", 'a"b', '"'])
    async def test_keys_that_are_none(self, client: httpx.AsyncClient, db: Any, key: str) -> None:
        headers = [(b"Idempotency-Key", key.encode("latin-1"))]
        answer = await client.post(PATH, json=make.customer(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")
        assert await db.fetchval("SELECT count(*) FROM customers") == 0

    async def test_after_it_is_forgotten_the_natural_key_holds(self, client: httpx.AsyncClient, db: Any) -> None:
        body, headers = make.sale(), {"Idempotency-Key": "k"}
        first = await client.post(SALES, json=body, headers=headers)
        await db.execute("DELETE FROM idempotency_keys")
        again = await client.post(SALES, json=body, headers=headers)
        assert (again.status_code, again.json()) == (200, first.json())
        assert "idempotent-replayed" not in again.headers


class TestValidateOnly:
    @pytest.mark.parametrize("word", ["true", "1", "TRUE"])
    async def test_answers_as_if_and_stores_nothing(self, client: httpx.AsyncClient, db: Any, word: str) -> None:
        body, query = make.customer(), {"validate_only": word}
        answer = await client.post(PATH, json=body, params=query, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["display_name"]) == (201, body["display_name"])
        assert (await client.post(SALES, json=make.sale(), params=query)).status_code == 201
        for table in ("customers", "sales", "events", "idempotency_keys", "products", "search_words"):
            assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0, table
        real = await client.post(PATH, json=body, headers={"Idempotency-Key": "k"})
        assert "idempotent-replayed" not in real.headers

    async def test_answers_for_a_key_as_if(self, client: httpx.AsyncClient, db: Any) -> None:
        body, headers = make.customer(), {"Idempotency-Key": "k"}
        made = await client.post(PATH, json=body, headers=headers)
        dry = await client.post(PATH, json=body, headers=headers, params={"validate_only": "true"})
        assert (dry.status_code, dry.json(), dry.headers["idempotent-replayed"]) == (201, made.json(), "true")
        other = await client.post(PATH, json=make.customer(), headers=headers, params={"validate_only": "true"})
        assert (other.status_code, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
        spelled_out = await client.post(PATH, json=body, headers=headers, params={"validate_only": "false"})
        assert spelled_out.headers["idempotent-replayed"] == "true"

    async def test_does_not_keep_the_real_request_from_its_key(self, client: httpx.AsyncClient, db: Any) -> None:
        body, headers = make.customer(), {"Idempotency-Key": "k"}
        pairs = [client.post(PATH, json=body, headers=headers, params={"validate_only": w}) for w in ("1", "0")]
        assert [answer.status_code for answer in await asyncio.gather(*pairs)] == [201, 201]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_refuses_as_if(self, client: httpx.AsyncClient) -> None:
        card = make.identity()
        made = await make.create_customer(client, identities=[card])
        query = {"validate_only": "true"}
        assert (await client.post(PATH, json={"tags": []}, params=query)).status_code == 422
        assert (await client.post(PATH, json=make.customer(identities=[card]), params=query)).status_code == 409
        headers = {"content-type": "application/merge-patch+json", "if-match": '"9"'}
        answer = await client.patch(f"{PATH}/{made['id']}", json={}, params=query, headers=headers)
        assert answer.status_code == 412

    async def test_a_change_and_a_verb(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        query, headers = {"validate_only": "true"}, {"content-type": "application/merge-patch+json"}
        changed = await client.patch(f"{PATH}/{made['id']}", json={"owner": "x"}, params=query, headers=headers)
        assert (changed.json()["owner"], changed.headers["etag"]) == ("x", '"2"')
        assert (await client.post(f"{PATH}/{made['id']}/archive", params=query)).json()["archived_at"]
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made

    @pytest.mark.parametrize("error", [errors.Conflict("Too late"), CheckViolationError("no")])
    async def test_fails_where_a_reaction_would(
        self, app: FastAPI, client: httpx.AsyncClient, db: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        async def fail(ctx: Context, recorded: Any) -> None:
            raise error

        monkeypatch.setattr(app.state.service, "reactions", Reactions({SALE_RECORDED.name: [Reaction(fail)]}))
        dry, real = [
            await client.post(SALES, json=make.sale(), params={"validate_only": word}) for word in ("true", "false")
        ]
        assert (dry.status_code, dry.json()["code"]) == (real.status_code, real.json()["code"])
        assert dry.status_code in (409, 422)
        for table in ("sales", "events"):
            assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0, table

    async def test_answers_as_the_request_where_reactions_follow(
        self, app: FastAPI, client: httpx.AsyncClient, db: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def follow(ctx: Context, recorded: Any) -> None:
            await jobs.schedule(ctx, "ask", "key", ctx.now)

        monkeypatch.setattr(app.state.service, "reactions", Reactions({SALE_RECORDED.name: [Reaction(follow)]}))
        sale = make.sale()
        dry = await client.post(SALES, json=sale, params={"validate_only": "true"})
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0
        real = await client.post(SALES, json=sale)
        assert await db.fetchval("SELECT count(*) FROM jobs") == 1
        assert dry.status_code == real.status_code == 201
        assert dry.json() | {"id": real.json()["id"]} == real.json()

    async def test_no_constraint_waits_for_the_commit(self, db: Any) -> None:
        """A dry run would not meet it: `Sessions.rehearse` would have to set it to be checked immediately."""
        assert await db.fetch("SELECT conname FROM pg_constraint WHERE condeferrable") == []

    async def test_false_is_no_dry_run(self, client: httpx.AsyncClient, db: Any) -> None:
        await client.post(PATH, json=make.customer(), params={"validate_only": "false"})
        assert await db.fetchval("SELECT count(*) FROM customers") == 1


class TestCursors:
    @pytest.fixture
    async def cursor(self, client: httpx.AsyncClient) -> str:
        for _ in range(3):
            await make.create_customer(client, owner="mia")
        page = await client.get(PATH, params={"limit": 1})
        assert page.headers["link"] == f'<{PATH}?limit=1&cursor={page.json()["next_cursor"]}>; rel="next"'
        return page.json()["next_cursor"]

    async def test_the_link_leads_on(self, client: httpx.AsyncClient, cursor: str) -> None:
        page = await client.get(PATH, params={"limit": 1, "owner": "mia"})
        seen = [page.json()["items"][0]["id"]]
        while "link" in page.headers:
            page = await client.get(page.headers["link"].partition(">")[0][1:])
            seen.append(page.json()["items"][0]["id"])
        assert len(set(seen)) == 3

    async def test_every_changed_bit_is_noticed(self, client: httpx.AsyncClient, cursor: str) -> None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for n, letter in enumerate(cursor):
            for bit in range(6):
                changed = cursor[:n] + alphabet[alphabet.index(letter) ^ (1 << bit)] + cursor[n + 1 :]
                answer = await client.get(PATH, params={"limit": 1, "cursor": changed})
                assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR"), (n, bit)

    @pytest.mark.parametrize(
        "change", [lambda c: c[:-1], lambda c: c + "A", lambda c: c[4:], lambda c: "", lambda c: "A"]
    )
    async def test_other_texts(self, client: httpx.AsyncClient, cursor: str, change: Any) -> None:
        answer = await client.get(PATH, params={"cursor": change(cursor)})
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_CURSOR")

    @pytest.mark.parametrize(
        "query", [{"sort": "created_at"}, {"owner": "mia"}, {"archived": "any"}, {"q": "customer"}]
    )
    async def test_belongs_to_its_filter_and_sort(self, client: httpx.AsyncClient, cursor: str, query: Any) -> None:
        answer = await client.get(PATH, params={"cursor": cursor, **query})
        assert answer.status_code == 400

    async def test_belongs_to_its_list(self, client: httpx.AsyncClient, cursor: str) -> None:
        assert (await client.get(SALES, params={"cursor": cursor})).status_code == 400

    async def test_is_not_bound_to_a_limit(self, client: httpx.AsyncClient, cursor: str) -> None:
        page = await client.get(PATH, params={"cursor": cursor, "limit": 100})
        assert (page.status_code, len(page.json()["items"])) == (200, 2)

    async def test_grants_nothing(self, cursor: str, anonymous: httpx.AsyncClient, keys: Keys) -> None:
        assert (await anonymous.get(PATH, params={"cursor": cursor})).status_code == 401
        outsider = await keys("sales:read")
        assert (await outsider.get(PATH, params={"cursor": cursor})).status_code == 403

    async def test_does_not_show_what_it_holds_of_a_name_to_be_changed(
        self, client: httpx.AsyncClient, make_app: Any, connect: Any, cursor: str
    ) -> None:
        """Another process with the same database reads it: it may be behind the next request."""
        other = connect(to=await make_app())
        assert (await other.get(PATH, params={"cursor": cursor})).status_code == 200


class TestRateLimits:
    async def test_are_told_and_held(self, make_app: Any, keys: Keys) -> None:
        app = await make_app(rate_limit=5)
        client, other = await keys("customers:read", to=app), await keys("customers:read", to=app)
        left = []
        for _ in range(5):
            answer = await client.get(PATH)
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"default";q=5;w=60'
            limit = re.fullmatch(r'"default";r=(\d+);t=\d+', answer.headers["ratelimit"])
            assert limit is not None
            left.append(int(limit[1]))
        assert left == [4, 3, 2, 1, 0]
        refused = await client.get(PATH)
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
        assert 1 <= int(refused.headers["retry-after"]) <= 12
        assert refused.headers["ratelimit"].startswith('"default";r=0;t=')
        assert len(refused.headers.get_list("ratelimit")) == 1
        assert (await other.get(PATH)).status_code == 200

    async def test_refused_requests_do_nothing(self, make_app: Any, keys: Keys, db: Any) -> None:
        client = await keys("customers:write", to=await make_app(rate_limit=1))
        statuses = [(await client.post(PATH, json=make.customer())).status_code for _ in range(3)]
        assert statuses == [201, 429, 429]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_none_is_none(self, client: httpx.AsyncClient) -> None:
        assert "ratelimit" not in (await client.get(PATH)).headers


class TestHealth:
    async def test_needs_no_key(self, anonymous: httpx.AsyncClient) -> None:
        for path in ("/healthz", "/readyz"):
            answer = await anonymous.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    async def test_a_schema_that_is_behind_is_not_ready(self, make_app: Any, connect: Any, new_database: Any) -> None:
        client = connect(None, await make_app(database_url=new_database(template="template1")))
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "UNAVAILABLE")


class TestCors:
    ORIGIN = "https://crm.example.com"

    @pytest.fixture
    async def front(self, make_app: Any, connect: Any) -> httpx.AsyncClient:
        return connect(to=await make_app(cors_origins=[self.ORIGIN]))

    async def test_a_front_end_that_is_listed_may_ask(self, front: httpx.AsyncClient) -> None:
        headers = {
            "Origin": self.ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization, content-type, if-match, idempotency-key",
        }
        answer = await front.options(f"{PATH}/{NOTHING}", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == self.ORIGIN
        assert "PATCH" in answer.headers["access-control-allow-methods"]
        got = await front.get(PATH, headers={"Origin": self.ORIGIN})
        exposed = {name.strip().lower() for name in got.headers["access-control-expose-headers"].split(",")}
        assert {
            "etag",
            "link",
            "location",
            "retry-after",
            "ratelimit",
            "x-request-id",
            "idempotent-replayed",
        } <= exposed
        assert "origin" in got.headers["vary"].lower()

    async def test_others_may_not(self, front: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
        assert (await front.options(PATH, headers=headers)).status_code == 400
        for asked in (front, client):
            got = await asked.get(PATH, headers={"Origin": "https://evil.example"})
            assert "access-control-allow-origin" not in got.headers


class TestStreams:
    LINES = "application/x-ndjson"

    async def post(self, client: httpx.AsyncClient, content: Any, **headers: str) -> list[dict[str, Any]]:
        sent = {"content-type": self.LINES} | {k.replace("_", "-"): v for k, v in headers.items()}
        answer = await client.post(f"{SALES}/batch", content=content, headers=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (200, self.LINES), answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    @pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n\n"])
    @pytest.mark.parametrize("ending", ["", "\n", "\n  \n"])
    async def test_lines_end_as_they_like(self, client: httpx.AsyncClient, separator: str, ending: str) -> None:
        lines = [json.dumps(make.sale()) for _ in range(3)]
        results = await self.post(client, (separator.join(lines) + ending).encode())
        step = separator.count("\n")
        assert [(r["line"], r["status"]) for r in results] == [(1 + n * step, 201) for n in range(3)]

    async def test_chunks_may_end_anywhere(self, client: httpx.AsyncClient) -> None:
        content = "\n".join(json.dumps(make.sale(operator="é👩🏽‍🚒")) for _ in range(5)).encode()

        async def bytewise() -> Any:
            for n in range(0, len(content), 7):
                yield content[n : n + 7]

        assert [r["status"] for r in await self.post(client, bytewise())] == [201] * 5

    async def test_nothing_is_answered_with_nothing(self, client: httpx.AsyncClient) -> None:
        assert await self.post(client, b"") == []

    async def test_a_line_that_is_too_long_is_passed_over(self, make_app: Any, connect: Any) -> None:
        client = connect(to=await make_app(line_limit=2_000))
        good = json.dumps(make.sale()).encode()
        results = await self.post(client, b"\n".join([b'{"a":"' + b"x" * 50_000 + b'"}', good, b" " * 3_000]))
        assert [(r["line"], r["status"]) for r in results] == [(1, 413), (2, 201), (3, 413)]

    async def test_half_of_gzip_records_what_came_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        lines = b"".join(json.dumps(make.sale(operator=str(uuid4()))).encode() + b"\n" for _ in range(200))
        results = await self.post(client, gzip.compress(lines)[:-2000], content_encoding="gzip")
        assert results[-1]["status"] == 400
        recorded = [r for r in results if r["status"] == 201]
        assert len(recorded) == len(results) - 1 > 50
        assert await db.fetchval("SELECT count(*) FROM sales") == len(recorded)

    async def test_a_problem_in_a_line_is_a_problem_document(self, client: httpx.AsyncClient) -> None:
        (result,) = await self.post(client, json.dumps(make.sale(currency="???")).encode())
        assert (result["status"], result["problem"]["status"]) == (422, 422)
        assert result["problem"]["errors"][0]["pointer"] == "/currency"

    async def test_an_unexpected_failure_costs_only_its_line(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, db: Any
    ) -> None:
        real = customers.create_many

        async def sometimes(ctx: Context, wanted: Any, **how: Any) -> Any:
            if any(new.display_name == "Broken" for new in wanted):
                raise RuntimeError("SELECT secret")
            return await real(ctx, wanted, **how)

        monkeypatch.setattr("app.routers.customers.customers.customers.create_many", sometimes)
        bodies = [make.customer() for _ in range(20)]
        bodies[7]["display_name"] = "Broken"
        content = "\n".join(json.dumps(body) for body in bodies).encode()
        answer = await client.post(f"{PATH}/batch", content=content, headers={"content-type": self.LINES})
        statuses = [json.loads(line)["status"] for line in answer.text.splitlines()]
        assert statuses == [500 if n == 7 else 201 for n in range(20)]
        assert "secret" not in answer.text
        assert await db.fetchval("SELECT count(*) FROM customers") == 19


class TestClocks:
    @pytest.mark.parametrize("hours", [-26, 26])
    async def test_a_tills_clock_may_be_wrong(self, client: httpx.AsyncClient, clock: TestClock, hours: int) -> None:
        happened = (clock.now + timedelta(hours=hours)).isoformat()
        answer = await client.post(SALES, json=make.sale(occurred_at=happened))
        assert answer.status_code == 201

    @pytest.mark.parametrize("sent", ["2026-03-01T00:15:00+14:00", "2026-02-27T22:15:00-12:00", "2026-02-28t10:15:00z"])
    async def test_one_instant_has_one_spelling(self, client: httpx.AsyncClient, sent: str) -> None:
        sale = (await client.post(SALES, json=make.sale(occurred_at=sent))).json()
        assert sale["occurred_at"] == "2026-02-28T10:15:00.000000Z"

    async def test_microseconds_are_kept(self, client: httpx.AsyncClient) -> None:
        sale = (await client.post(SALES, json=make.sale(occurred_at="2026-03-01T10:15:00.123456Z"))).json()
        assert sale["occurred_at"] == "2026-03-01T10:15:00.123456Z"
