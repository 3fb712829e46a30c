"""No operation stores the number of a payment card, and none refuses other numbers for one."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests import make
from tests.make import surveys
from tests.support.mutations import (
    OPERATIONS,
    STREAMS,
    WITH_BODY,
    encoded,
    example,
    leaves_of,
    media_type,
    pointer,
    replaced,
)

NOTHING = "0190a0b0-0000-7000-8000-000000000000"
ARABIC = " ".join(["\u0664\u0661\u0661\u0661", *["\u0661" * 4] * 3])
CARD = "4111\u202f1111 1111.1111 12/28"


class _Nothing(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return NOTHING


@pytest.mark.parametrize("name", WITH_BODY)
async def test_every_operation_refuses_them_in_every_text(client: httpx.AsyncClient, name: str) -> None:
    verb, path, _ = OPERATIONS[name]
    texts = [at for at, kind in leaves_of(name) if kind in ("text", "text or blank", "free", "enum")]
    body = json.loads(json.dumps(example(name, {})))
    for at in texts[:: max(1, len(texts) // 6)]:
        content = encoded(replaced(body, at, CARD))
        answer = await client.request(
            verb, path.format_map(_Nothing()), content=content, headers={"content-type": media_type(name)}
        )
        if name in STREAMS:
            (line,) = answer.text.splitlines()
            status, problem = json.loads(line)["status"], json.loads(line)["problem"]
        else:
            status, problem = answer.status_code, answer.json()
        assert status == 422, pointer(at)
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer(at), "payment_card_number")]
        assert "1111" not in json.dumps(problem["errors"])


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        (
            "/v1/customers",
            {"display_name": "Zoe", "attributes": {"a": {"b": ["4111 1111 1111 1111"]}}},
            "/attributes/a/b/0",
        ),
        (
            "/v1/customers",
            {"display_name": "Zoe", "attributes": {"4111.1111.1111.1111": 1}},
            "/attributes/4111.1111.1111.1111",
        ),
        ("/v1/customers", {"display_name": "Zoe", "attributes": {"n": 4111111111111111}}, "/attributes/n"),
        ("/v1/customers", {"display_name": "Zoe 4111-1111-1111-1111"}, "/display_name"),
        ("/v1/tasks", {"what": "Call", "note": "pays by 4111  1111  1111  1111 12/28"}, "/note"),
        ("/v1/tasks", {"what": ARABIC}, "/what"),
    ],
)
async def test_is_refused_in_its_place(client: httpx.AsyncClient, db: Any, path: str, body: Any, at: str) -> None:
    answer = await client.post(path, json=body)
    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(at, "payment_card_number")]
    assert await db.fetchval("SELECT count(*) FROM events") == 0


async def test_is_refused_in_the_path(client: httpx.AsyncClient) -> None:
    written = ("4111 1111 1111 1111", "4111/1111/1111/1111", "4111%1111%1111%1111")
    for system, external_id in (*(("shop", number) for number in written), ("visa", "4111111111111111")):
        path = f"/v1/customers/by-identity/{system}/{quote(external_id, safe='')}"
        answer = await client.put(path, json={"display_name": "Zoe"})
        assert answer.status_code == 422
        error = answer.json()["errors"][0]
        assert (error["pointer"], error["code"]) == ("/path/external_id", "payment_card_number")


async def test_is_refused_as_a_code_that_others_could_not_name(client: httpx.AsyncClient) -> None:
    calendar, survey = await make.create_calendar(client), await surveys.create_open(client)
    new: dict[str, dict[str, Any]] = {
        "/v1/sources": {},
        "/v1/calendars": make.calendar(),
        "/v1/service-policies": make.policy(calendar["code"]),
        "/v1/survey-rules": surveys.rule(survey["code"]),
        "/v1/scorecards": make.scorecard(),
    }
    for path, body in new.items():
        answer = await client.post(path, json={**body, "code": "4111111111111111"})
        assert answer.status_code == 422, path
        errors = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
        assert errors == [("/code", "payment_card_number")]
        other = await client.post(path, json={**body, "code": "4111111111111112"})  # the check digit is wrong
        assert other.status_code == 201, other.text


async def test_is_refused_as_an_idempotency_key(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "4111-1111-1111-1111"}
    answer = await client.post("/v1/customers", json=make.customer(), headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/header/Idempotency-Key")


OTHERS: dict[str, Any] = {
    "a phone of 13 digits": make.sale(customer={"phone": "+49 1511 2345678"}),
    "an order at Amazon": make.sale(source="amazon", receipt_no="404-4412345-4412348"),
    "a receipt by date": make.sale(receipt_no="2612310000000005"),
    "an EAN-13 outside of sku": make.sale(
        lines=[make.line(name="Tea 5022830388368")], attributes={"eans": ["4222222222222"]}
    ),
    "a loyalty card of 19 digits": make.sale(customer={"identity": make.identity("loyalty", "6338000000000000002")}),
    "an id of 13 digits": make.sale(
        attributes={"shopify_id": 4222222222222, "shopify": "gid://shopify/Order/4222222222222"}
    ),
    "a masked number": make.sale(
        payments=[{"method": "card", "amount": "10.00", "reference": "411111******1111 auth 123456"}]
    ),
    "a number in a row as a receipt": make.sale(receipt_no="4111111111111111"),
}


@pytest.mark.parametrize("kind", OTHERS)
async def test_others_are_stored(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/v1/sales", json=OTHERS[kind])
    assert answer.status_code == 201, answer.text
