"""What breaks naive services, sent to every operation of the OpenAPI document: refused in its place, never a 500.

Every writing operation has an example here that fills every field it can; each leaf of it is replaced by everything
that its kind must not take. A new operation fails `test_every_writing_operation_is_tortured` until it has one.
"""

import copy
import csv
import gzip
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.core.settings import Settings
from app.main import create_app
from app.models import metadata
from tests import make
from tests.api.test_customers import WHOLE
from tests.contract_check import operations

DOCUMENT = create_app(Settings(_env_file=None, database_url="postgresql://nowhere")).openapi()
OPERATIONS = {operation["operationId"]: (verb, path, operation) for verb, path, operation in operations(DOCUMENT)}
LINES = "application/x-ndjson"
VECTORS = Path(__file__).parents[3] / "shared" / "data" / "vectors"
LIMIT = 262_144

_SOMEBODY = str(uuid4())
_INTERACTION = {
    "customer_id": "{customer_id}",
    "contact": {"kind": "email", "value": "someone@example.com"},
    "kind": "meeting",
    "channel": "video",
    "direction": "outbound",
    "subject": "Steaks",
    "body": "Two lines\nof text",
    "happened_at": "2026-03-01T10:00:00Z",
    "duration_seconds": 60,
    "provider": "zoom",
    "participants": [{"name": "Mia", "role": "buyer", "address": "mia@example.com", "customer_id": "{customer_id}"}],
    "staff": "tom",
    "outcome": "Agreed",
    "documents": [
        {"name": "Offer", "address": "https://example.com/o.pdf", "media_type": "application/pdf", "size": 9}
    ],
    "thread": "t-1",
    "unwelcome_reason": "They asked for it",
    "attributes": {"a": {"b": ["c", 1]}},
}
_SALE = make.sale(
    revision=1,
    business_date="2026-03-01",
    site="Leeds",
    till="1",
    operator="mia",
    channel="online",
    customer={
        "id": _SOMEBODY,
        "identity": {"system": "loyalty", "external_id": "L-1"},
        "phone": "020 7946 0000",
        "email": "a@example.com",
        "name": "Ada",
    },
    lines=[
        {
            "line_no": 1,
            "sku": "T",
            "name": "Tea",
            "category": "Food",
            "quantity": "1",
            "unit_price": "10.00",
            "discount": "0.00",
            "tax": "0.10",
            "total": "10.00",
            "refund_of": {"receipt_no": "X", "line_no": 1},
        }
    ],
    payments=[{"method": "card", "amount": "10.00", "reference": "1111"}],
    attributes={"a": {"b": ["c", 1]}},
)
_CUSTOMER = {**WHOLE, "referred_by": "{other_id}"}
_TASK = {
    "what": "Call back",
    "note": "Two lines\nof text",
    "customer_id": "{customer_id}",
    "owner": "mia",
    "due_at": "2026-04-01T10:00:00Z",
}
_CALENDAR = {
    "code": "night",
    "name": "Night shift",
    "time_zone": "Europe/London",
    "hours": [{"day": "monday", "opens": "00:00", "closes": "06:00"}],
    "exceptions": [{"on": "2026-12-24", "name": "Eve", "hours": [{"opens": "00:00", "closes": "24:00"}]}],
    "holidays": {"country": "GB", "subdivision": "SCT"},
}
_POLICY = {
    "code": "night",
    "name": "By night",
    "position": 1,
    "active": False,
    "calendar": "office",
    "applies_to": {
        "categories": ["Delivery"],
        "severities": ["high"],
        "channels": ["phone"],
        "sites": ["Leeds"],
        "customer_tags": ["vip"],
        "value_from": "100.00",
        "currency": "GBP",
    },
    "targets": {f"{name}_minutes": 60 for name in ("acknowledge", "update", "respond", "resolve", "deadlock")},
    "pauses": ["waiting_customer", "referred"],
    "escalations": [
        {"metric": "respond", "at_minutes": -5, "notify": ["tom"], "reassign_to": "mia", "raise_priority": True}
    ],
    "reopening": {"within_days": 90, "at_most": 2},
}
_PROCEDURE = {
    "category": "Delivery",
    "name": "Deliveries",
    "steps": [{"key": "ring", "title": "Ring", "before": "assess", "mandatory": False, "wording": "Two\nlines"}],
    "guidance": dict.fromkeys(("calm", "disappointed", "frustrated", "angry", "distressed"), "Two\nlines"),
    "mood": {"keep": "Breathe", "recover": "Walk"},
}
_MESSAGE = {
    "channel": "email",
    "subject": "Your complaint",
    "body": "Two lines\nof text",
    "staff": "tom",
    "documents": [{"name": "Offer", "address": "https://example.com/o", "media_type": "text/plain", "size": 9}],
    "unwelcome_reason": "They asked for it",
}
_STEP = {"at": "2026-03-02T08:00:00Z", "staff": "tom", "note": "Two lines\nof text", "message": _MESSAGE}
_TOLD = {"at": "2026-03-02T08:00:00Z", "interaction_id": "{told_id}"}
_REMEDY = {"kind": "refund", "state": "offered", "description": "All of it", "cost": "10.00", "currency": "GBP"}
_ACTION = {"kind": "preventive", "description": "Mend the fridge", "owner": "tom", "due_on": "2026-04-01"}
_COMPLAINT_CONTENT = {
    "channel": "phone",
    "site": "Leeds",
    "sku": "TEA-1",
    "sale_id": "{sale_id}",
    "sale_line_no": 1,
    "interaction_id": "{interaction_id}",
    "staff": "tom",
    "category": "Delivery",
    "severity": "high",
    "complexity": "simple",
    "impact": "safety",
    "immediate_action": True,
    "words": "Two lines\nof text",
    "wanted": "The money back",
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "10.00",
    "currency": "GBP",
    "owner": "mia",
    "priority": "high",
    "cause_kind": "people",
    "cause": "Nobody looked",
    "attributes": {"a": {"b": ["c", 1]}},
}
_COMPLAINT = {
    **_COMPLAINT_CONTENT,
    "customer_id": "{customer_id}",
    "complainant": {"name": "Ada", "contact": {"kind": "phone", "value": "020 7946 0000"}},
    "received_at": "2026-03-01T10:00:00Z",
    "remedies": [_REMEDY],
    "history": [
        {
            "move": "acknowledge",
            "at": "2026-03-01T11:00:00Z",
            "staff": "tom",
            "note": "Two lines\nof text",
            "told": True,
            "decision": None,
        }
    ],
    "source": "helpdesk",
    "external_id": "H-1",
}
EXAMPLES: dict[str, Any] = {
    "create_customer": _CUSTOMER,
    "create_customers": _CUSTOMER,
    "change_customer": _CUSTOMER,
    "put_customer": _CUSTOMER,
    "add_relationship": {
        "kind": "supplies",
        "customer_id": "{other_id}",
        "title": "Cook",
        "since": "2026-01-01",
        "until": "2026-02-01",
    },
    "change_relationship": {"title": "Cook", "since": "2026-01-01", "until": "2026-02-01"},
    "record_interaction": _INTERACTION,
    "record_interactions": _INTERACTION,
    "change_interaction": {
        name: value for name, value in _INTERACTION.items() if name not in ("customer_id", "contact")
    },
    "claim_interaction": {"customer_id": "{customer_id}", "keep_contact": True},
    "answer_interaction": {
        "channel": "phone",
        "subject": "Steaks",
        "body": "Two lines\nof text",
        "happened_at": "2026-03-01T10:00:00Z",
        "staff": "tom",
        "outcome": "Answered",
    },
    "create_task": _TASK,
    "change_task": _TASK,
    "complete_task": {"outcome": "Done"},
    "snooze_task": {"until": "2026-04-01T10:00:00Z"},
    "cancel_task": {"reason": "Not wanted"},
    "record_sale": _SALE,
    "record_sales": _SALE,
    "claim_sale": {"customer_id": "{customer_id}"},
    "void_sale": {"reason": "Wrong till"},
    "change_product": {"name": "Tea", "category": "Food"},
    "change_site": {"name": "Leeds", "time_zone": "Europe/London"},
    "create_calendar": _CALENDAR,
    "change_calendar": _CALENDAR,
    "create_service_policy": _POLICY,
    "change_service_policy": _POLICY,
    "create_procedure": _PROCEDURE,
    "change_procedure": _PROCEDURE,
    "record_complaint": _COMPLAINT,
    "record_complaints": _COMPLAINT,
    "change_complaint": _COMPLAINT_CONTENT,
    "claim_complaint": {"customer_id": "{customer_id}"},
    "acknowledge_complaint": _STEP,
    "assess_complaint": _STEP
    | {"category": "Delivery", "severity": "high", "complexity": "complex", "impact": "safety", "owner": "mia"}
    | {"immediate_action": True, "feeling": "angry", "relationship_at_risk": True},
    "investigate_complaint": _TOLD | {"owner": "mia"},
    "respond_to_complaint": _STEP | {"decision": "upheld", "decision_text": "Two lines\nof text", "offers": [_REMEDY]},
    "accept_complaint_response": _TOLD | {"remedy_ids": ["{remedy_id}"]},
    "reject_complaint_response": _TOLD,
    "declare_complaint_deadlock": _STEP,
    "refer_complaint": _TOLD | {"body": "The ombudsman", "reference": "O-1"},
    "settle_complaint": _TOLD | {"outcome": "upheld", "outcome_text": "Two lines\nof text"},
    "close_complaint": _TOLD | {"cause_kind": "people", "cause": "Nobody looked"},
    "withdraw_complaint": _TOLD | {"reason": "It was mended"},
    "reopen_complaint": _TOLD | {"reason": "It broke again"},
    "await_others_on_complaint": _STEP | {"waiting_for": "supplier"},
    "resume_complaint": _TOLD,
    "tell_complainant": _MESSAGE,
    "add_complaint_remedy": _REMEDY,
    "change_complaint_remedy": _REMEDY | {"state": "accepted"},
    "add_complaint_action": _ACTION,
    "change_complaint_action": _ACTION
    | {"done_at": "2026-03-01T10:00:00Z", "verified_at": "2026-03-01T10:00:00Z"}
    | {"verified_by": "mia", "outcome": "No more of them"},
    "mark_complaint_step": {"done": True, "done_by": "mia", "note": "All well"},
}
# Where a complaint has to be for a move: the moves that lead there.
WAYS: dict[str, list[str]] = {
    "assess_complaint": ["acknowledge"],
    "investigate_complaint": ["acknowledge", "assess"],
    "respond_to_complaint": ["acknowledge", "assess", "investigate"],
    "accept_complaint_response": ["acknowledge", "assess", "investigate", "respond"],
    "reject_complaint_response": ["acknowledge", "assess", "investigate", "respond"],
    "declare_complaint_deadlock": ["acknowledge", "assess", "investigate", "respond", "reject"],
    "refer_complaint": ["acknowledge", "assess", "investigate", "respond", "reject"],
    "settle_complaint": ["acknowledge", "assess", "investigate", "respond", "reject", "refer"],
    "close_complaint": ["acknowledge", "assess", "investigate", "respond", "accept"],
    "reopen_complaint": ["withdraw"],
}
WITH_BODY = sorted(name for name, (_, _, operation) in OPERATIONS.items() if "requestBody" in operation)
STREAMS = sorted(name for name in WITH_BODY if LINES in OPERATIONS[name][2]["requestBody"]["content"])
WHOLE_BODY = sorted(set(WITH_BODY) - set(STREAMS))
READS = sorted(name for name, (verb, path, _) in OPERATIONS.items() if verb == "get" and path.startswith("/v1"))
WITH_PATH = sorted(name for name, (_, path, _) in OPERATIONS.items() if "{" in path)

NUL, SURROGATE = "a\0b", "a\ud800b"
LONG = "x" * 51_000
ANYWHERE = [NUL, SURROGATE, LONG]
WRONG: dict[str, list[Any]] = {
    "text": [*ANYWHERE, "", "a\x07b", "a\x1fb", 12, 1.5, True, [], {}],
    "enum": [*ANYWHERE, "nope", "", 1, True, []],
    "uuid": [*ANYWHERE, "zzz", "", 1, 2**63, True, [], "0" * 33],
    "moment": [
        *ANYWHERE,
        "2026-03-01T10:00:00",
        "2026-03-01",
        "10:00:00Z",
        "1772359200",
        1772359200,
        1.5,
        True,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-03-01T25:00:00Z",
        "2026-03-01T10:00:60Z",
        "2026-03-01T10:00:00+24:00",
        "now",
        "",
    ],
    "day": [
        *ANYWHERE,
        "2026-02-30",
        "0000-01-01",
        "0001-01-01",
        "9999-12-31",
        "1772323200",
        1772323200,
        True,
        "today",
        "",
    ],
    "decimal": [
        *ANYWHERE,
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999999",
        "1E2",
        "9" * 200_000,
        "1" * 13,
        "0.0000001",
        "1,5",
        "+1",
        " 1",
        "1_0",
        "٣",
        "0x1",
        "",
        12,
        1.5,
        True,
        2**63,
    ],
    "integer": [2**63, -(2**63) - 1, 10**400, 1.5, 1e300, "12", True, [], {}, "x"],
    "number": [10**400, "1.5", True, [], {}, 1e300],
    "flag": ["true", 1, 0, "yes", [], {}],
    "free": ANYWHERE,
}
# Tokens that no writer of JSON should make, put in the place of a leaf: the body is not JSON, or out of range.
TOKENS = {
    "NaN": 400,
    "Infinity": 400,
    "-Infinity": 400,
    "1" * 5000: 400,
    "[" * 100_000 + "]" * 100_000: 400,
    "[" * 900 + "]" * 900: 422,
    "1e400": 422,
    "1e999999": 422,
}


@pytest.fixture
async def world(client: httpx.AsyncClient, db: Any, request: pytest.FixtureRequest) -> dict[str, str]:
    """One of each, so that every path leads somewhere; and a complaint where the operation that is tried needs it."""
    name = request.node.callspec.params.get("name", "") if hasattr(request.node, "callspec") else ""

    async def made(path: str, body: Any) -> str:
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    customer, other = [await made("/v1/customers", make.customer()) for _ in range(2)]
    relationship = await made(f"/v1/customers/{customer}/relationships", {"kind": "works_for", "customer_id": other})
    contact = {"kind": "email", "value": "x@example.com"}
    enquiry = {"kind": "enquiry", "channel": "email", "direction": "inbound", "contact": contact}
    letter = {"kind": "message", "channel": "letter", "direction": "outbound", "customer_id": customer}
    found = {
        "customer_id": customer,
        "other_id": other,
        "relationship_id": relationship,
        "interaction_id": await made("/v1/interactions", enquiry),
        "task_id": await made("/v1/tasks", {"what": "Call"}),
        "sale_id": await made("/v1/sales", make.sale(site="Leeds")),
        "product_id": str(await db.fetchval("SELECT id FROM products")),
        "site_id": str(await db.fetchval("SELECT id FROM sites")),
        "system": "webshop",
        "external_id": "u-1",
        "calendar_id": await made("/v1/calendars", {"code": "office", "name": "Office", "time_zone": "UTC"}),
        "service_policy_id": await made("/v1/service-policies", make.policy(calendar="office")),
        "procedure_id": await made("/v1/procedures", {"name": "Everything else", "steps": _PROCEDURE["steps"]}),
        "told_id": await made("/v1/interactions", letter),
        "step": "ring",
    }
    if name in OPERATIONS and "{complaint_id}" in OPERATIONS[name][1]:
        history = [{"move": move, "at": "2026-03-02T07:00:00Z"} for move in WAYS.get(name, [])]
        body: dict[str, Any] = {"words": "Off", "channel": "phone", "received_at": "2026-03-02T07:00:00Z"}
        owned = {} if name == "claim_complaint" else {"customer_id": customer}
        answer = await client.post("/v1/complaints", json=body | owned | {"remedies": [_REMEDY], "history": history})
        assert answer.status_code == 201, answer.text
        complaint_id = answer.json()["id"]
        found |= {"complaint_id": complaint_id, "remedy_id": answer.json()["remedies"][0]["id"]}
        found["action_id"] = await made(f"/v1/complaints/{complaint_id}/actions", _ACTION)
        if name == "resume_complaint":
            waits = {"waiting_for": "customer", "at": "2026-03-02T07:30:00Z"}
            assert (await client.post(f"/v1/complaints/{complaint_id}/wait", json=waits)).status_code == 200
    return found


@pytest.fixture
def stored(db: Any) -> Any:
    """Says what is stored: every table's number of rows and newest version."""

    async def look() -> dict[str, Any]:
        found = {}
        for table in metadata.sorted_tables:
            version = "coalesce(sum(version), 0)" if "version" in table.columns else "0"
            found[table.name] = tuple(await db.fetchrow(f"SELECT count(*), {version} FROM {table.name}"))
        return found

    return look


def example(name: str, world: dict[str, str]) -> Any:
    text = json.dumps(EXAMPLES[name])
    for key, value in world.items():
        text = text.replace(f"{{{key}}}", value)
    return json.loads(text)


def media_type(name: str) -> str:
    return next(iter(OPERATIONS[name][2]["requestBody"]["content"]))


def url(name: str, world: dict[str, str]) -> str:
    return OPERATIONS[name][1].format(**world)


async def send(client: httpx.AsyncClient, name: str, world: dict[str, str], content: Any, **headers: str) -> Any:
    verb = OPERATIONS[name][0].upper()
    sent = {"content-type": media_type(name)} | {key.replace("_", "-"): value for key, value in headers.items()}
    return await client.request(verb, url(name, world), content=content, headers=sent)


def spelled(body: Any) -> bytes:
    """JSON in which a lone surrogate is an escape, as a client would have to send it."""
    return json.dumps(body).encode()


def resolved(schema: Any) -> list[Any]:
    """What a schema may be, references and alternatives followed; null is no alternative."""
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return [s for option in schema["anyOf"] for s in resolved(option) if s.get("type") != "null"]
    if "allOf" in schema:
        return [s for part in schema["allOf"] for s in resolved(part)]
    return [schema]


def kind_of(schema: Any) -> str:
    if "enum" in schema or "const" in schema:
        return "enum"
    match schema.get("type"), schema.get("format"):
        case "string", "uuid":
            return "uuid"
        case "string", "date-time":
            return "moment"
        case "string", "date":
            return "day"
        case "string", _:
            return "decimal" if "[0-9]{1,12}" in schema.get("pattern", "") else "text"
        case "integer", _:
            return "integer"
        case "number", _:
            return "number"
        case "boolean", _:
            return "flag"
    return "free"


def leaves(value: Any, schema: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every scalar of a body with its kind; below a free object everything is free."""
    (found,) = resolved(schema)[:1] or [{}]
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, found.get("properties", {}).get(name, {}), (*at, name))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from leaves(item, found.get("items", {}), (*at, n))
    else:
        yield at, kind_of(found)


def objects(value: Any, schema: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object of a body that takes no fields but its own."""
    (found,) = resolved(schema)[:1] or [{}]
    if isinstance(value, dict) and "properties" in found:
        yield at
        for name, item in value.items():
            yield from objects(item, found["properties"].get(name, {}), (*at, name))
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from objects(item, found.get("items", {}), (*at, n))


def replaced(body: Any, at: tuple[Any, ...], value: Any) -> Any:
    body = copy.deepcopy(body)
    place = body
    for name in at[:-1]:
        place = place[name]
    place[at[-1]] = value
    return body


def pointer(at: tuple[Any, ...]) -> str:
    return "".join(f"/{name}" for name in at)


# What takes the same body as another operation is read by the same code: of what goes wrong there, a sample is enough.
SAMPLED = {
    "put_customer": 7,
    "change_customer": 5,
    "change_interaction": 5,
    "change_calendar": 5,
    "change_service_policy": 5,
    "change_procedure": 5,
    "change_complaint": 5,
    "investigate_complaint": 3,
    "respond_to_complaint": 3,
    "accept_complaint_response": 3,
    "declare_complaint_deadlock": 7,
    "reject_complaint_response": 3,
    "refer_complaint": 3,
    "settle_complaint": 3,
    "close_complaint": 3,
    "withdraw_complaint": 3,
    "reopen_complaint": 3,
    "await_others_on_complaint": 5,
    "resume_complaint": 3,
    "tell_complainant": 3,
}


def mutations(name: str, world: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    """(what, where, body): the operation's example with one leaf wrong, or one field too many."""
    yield from itertools.islice(_mutations(name, world), 0, None, SAMPLED.get(name, 1))


def _mutations(name: str, world: dict[str, str]) -> Iterator[tuple[str, str, Any]]:
    body = example(name, world)
    schema = next(iter(OPERATIONS[name][2]["requestBody"]["content"].values()))["schema"]
    for at, kind in leaves(body, schema):
        for wrong in WRONG[kind]:
            yield f"{str(wrong)[:30]!r} as {kind}", pointer(at), replaced(body, at, wrong)
    for at in objects(body, schema):
        yield "an unknown field", f"{pointer(at)}/surprise", replaced(body, (*at, "surprise"), 1)


def complaint(status: int, problem: Any, what: str, where: str) -> str | None:
    """What is wrong with the answer to one mutation."""
    if status != 422:
        return f"{what} at {where}: {status} {json.dumps(problem)[:300]}"
    told = [error["pointer"] for error in problem.get("errors", [])]
    if not any(p == where or (p and where.startswith(f"{p}/")) for p in told):
        return f"{what} at {where}: told at {told}"
    return None


def test_every_writing_operation_is_tortured() -> None:
    assert set(WITH_BODY) == set(EXAMPLES)


class TestExamples:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_would_be_taken_as_it_is(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        verb, path, _ = OPERATIONS[name]
        answer = await client.request(
            verb.upper(),
            path.format(**world),
            params={"validate_only": "true"},
            content=spelled(example(name, world)),
            headers={"content-type": media_type(name)},
        )
        assert answer.status_code in (200, 201), answer.text
        assert await stored() == before


class TestLeaves:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_are_refused_in_their_place(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        complaints = []
        for what, where, body in mutations(name, world):
            answer = await send(client, name, world, spelled(body))
            complaints.append(complaint(answer.status_code, answer.json(), what, where))
        found = [text for text in complaints if text]
        assert not found, f"{len(found)} of {len(complaints)}:\n" + "\n".join(found[:40])
        assert await stored() == before

    @pytest.mark.parametrize("name", STREAMS)
    async def test_are_refused_line_by_line(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        cases = list(mutations(name, world))
        answer = await send(client, name, world, b"\n".join(spelled(body) for _, _, body in cases))
        results = [json.loads(line) for line in answer.text.splitlines()]
        assert [result["line"] for result in results] == list(range(1, len(cases) + 1))
        found = [
            text
            for (what, where, _), result in zip(cases, results, strict=True)
            if (text := complaint(result["status"], result.get("problem", {}), what, where))
        ]
        assert not found, f"{len(found)} of {len(cases)}:\n" + "\n".join(found[:40])
        assert await stored() == before

    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_tokens_that_are_no_numbers(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        body = example(name, world)
        schema = next(iter(OPERATIONS[name][2]["requestBody"]["content"].values()))["schema"]
        one_of_each = {kind: at for at, kind in leaves(body, schema)}
        for at in one_of_each.values():
            marked = spelled(replaced(body, at, "HERE"))
            for token, status in TOKENS.items():
                answer = await send(client, name, world, marked.replace(b'"HERE"', token.encode()))
                assert answer.status_code == status, f"{token[:20]} at {pointer(at)}: {answer.text[:500]}"
        assert await stored() == before


def bodies(name: str, world: dict[str, str]) -> list[tuple[str, bytes, dict[str, str], int]]:
    """(what, body, headers, status) of bodies that are wrong as a whole."""
    good = spelled(example(name, world))
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
        ("a bomb", gzip.compress(b" " * 20_000_000), {"content_encoding": "gzip"}, 413),
    ]


class TestBodies:
    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_are_refused_as_a_whole(
        self, make_app: Any, connect: Any, world: dict[str, str], stored: Any, name: str
    ) -> None:
        client = connect(to=await make_app(body_limit=LIMIT))
        before = await stored()
        for what, content, headers, status in bodies(name, world):
            answer = await send(client, name, world, content, **headers)
            assert answer.status_code == status, f"{what}: {answer.text[:500]}"
            if status == 415 and "content_encoding" not in headers:
                accepted = "accept-patch" if OPERATIONS[name][0] == "patch" else "accept-post"
                assert media_type(name) in answer.headers[accepted]
        assert await stored() == before

    @pytest.mark.parametrize("name", WHOLE_BODY)
    async def test_of_no_stated_length_are_counted_as_they_come(
        self, make_app: Any, connect: Any, world: dict[str, str], name: str
    ) -> None:
        client = connect(to=await make_app(body_limit=LIMIT))
        sent = 0

        async def chunks() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(1000):
                sent += 1024
                yield b" " * 1024

        answer = await send(client, name, world, chunks())
        assert answer.status_code == 413
        assert answer.headers["connection"] == "close"

    @pytest.mark.parametrize("name", STREAMS)
    async def test_of_streams_that_are_no_lines(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        for what, content, headers, status in bodies(name, world):
            answer = await send(client, name, world, content, **headers)
            if status == 415:
                assert answer.status_code == 415, what
                continue
            assert answer.status_code == 200, what
            results = [json.loads(line) for line in answer.text.splitlines()]
            wrong = [result["status"] for result in results if result["status"] not in (400, 413, 422)]
            assert not wrong or what in ("too large",), f"{what}: {answer.text[:500]}"
            if what == "too large":  # a stream has no end: its lines have
                before = await stored()
        assert await stored() == before

    async def test_a_byte_order_mark_is_passed_over(self, client: httpx.AsyncClient, world: dict[str, str]) -> None:
        answer = await send(client, "create_task", world, b"\xef\xbb\xbf" + spelled({"what": "Call"}))
        assert answer.status_code == 201

    async def test_gzip_is_read(self, client: httpx.AsyncClient, world: dict[str, str]) -> None:
        body = gzip.compress(spelled({"what": "Call"}))
        answer = await send(client, "create_task", world, body, content_encoding="gzip")
        assert answer.status_code == 201

    async def test_gzip_in_several_members_is_read_to_its_end(
        self, client: httpx.AsyncClient, world: dict[str, str], db: Any
    ) -> None:
        """As `cat a.gz b.gz` makes them (RFC 1952 section 2.2): nothing may be lost without a word."""
        parts = b"".join(gzip.compress(spelled(make.sale()) + b"\n") for _ in range(3))
        answer = await send(client, "record_sales", world, parts, content_encoding="gzip")
        assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [201] * 3

    async def test_something_behind_gzip_is_told(self, client: httpx.AsyncClient, world: dict[str, str]) -> None:
        body = gzip.compress(spelled({"what": "Call"})) + b"garbage"
        answer = await send(client, "create_task", world, body, content_encoding="gzip")
        assert answer.status_code == 400


class TestPaths:
    @pytest.mark.parametrize("name", WITH_PATH)
    async def test_that_are_no_text(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        verb, path, _ = OPERATIONS[name]
        for place in re.findall(r"\{(\w+)\}", path):
            for wrong in ("%00", "a%00b", "%ED%A0%80", "%FF", "a%C3"):
                answer = await client.request(verb.upper(), path.format(**{**world, place: wrong}))
                assert answer.status_code == 400, f"{wrong} as {place}: {answer.text[:300]}"
        assert await stored() == before

    @pytest.mark.parametrize("name", WITH_PATH)
    async def test_ids_that_are_none(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        verb, path, operation = OPERATIONS[name]
        content = spelled(example(name, world)) if "requestBody" in operation else b""
        headers = {"content-type": media_type(name)} if content else {}
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
    async def test_ids_of_nothing(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        verb, path, operation = OPERATIONS[name]
        content = spelled(example(name, world)) if "requestBody" in operation else b""
        headers = {"content-type": media_type(name)} if content else {}
        for place in re.findall(r"\{(\w+)\}", path):
            target = path.format(**{**world, place: str(uuid4())})
            answer = await client.request(verb.upper(), target, content=content, headers=headers)
            assert answer.status_code == 404, f"{place}: {answer.text[:300]}"
        assert await stored() == before


def query_parameters(name: str) -> Iterator[tuple[str, Any]]:
    for parameter in OPERATIONS[name][2].get("parameters", []):
        if "$ref" in parameter:
            parameter = DOCUMENT["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        if parameter["in"] == "query":
            yield parameter["name"], resolved(parameter["schema"])[0]


WRONG_QUERY: dict[str, list[str]] = {
    "text": ["a%00b", "", "x" * 5000],
    "enum": ["nope", "", "a%00b"],
    "uuid": ["zzz", "", "9223372036854775808", "a%00b"],
    "moment": [
        "2026-03-01T10:00:00",
        "1772359200",
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-03-01T10:00:00+00:00",  # an unescaped plus is a space
        "",
        "a%00b",
    ],
    "day": ["2026-02-30", "1772323200", ""],
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
    "flag": ["maybe", "2", "", "a%00b"],
}


class TestQueries:
    @pytest.mark.parametrize("name", READS)
    async def test_values_that_are_none(self, client: httpx.AsyncClient, world: dict[str, str], name: str) -> None:
        complaints = []
        for parameter, schema in query_parameters(name):
            for wrong in WRONG_QUERY[kind_of(schema)]:
                answer = await client.get(f"{url(name, world)}?{parameter}={wrong}")
                told = [error["pointer"] for error in answer.json().get("errors", [])] if answer.text else []
                cursor = parameter == "cursor" and answer.status_code == 400
                if not cursor and (answer.status_code, told) != (422, [f"/query/{parameter}"]):
                    complaints.append(f"{parameter}={wrong[:40]}: {answer.status_code} {told}")
        assert not complaints, "\n".join(complaints)

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
    async def test_of_writing_operations(
        self, client: httpx.AsyncClient, world: dict[str, str], stored: Any, name: str
    ) -> None:
        before = await stored()
        verb, _, operation = OPERATIONS[name]
        content = spelled(example(name, world)) if "requestBody" in operation else b""
        headers = {"content-type": media_type(name)} if content else {}
        for query, status in (
            ("surprise=1", 400),
            ("validate_only=%FF", 400),
            ("validate_only=yes please", 400 if name in STREAMS else 422),
            ("validate_only=", 400 if name in STREAMS else 422),
            ("validate_only=true&validate_only=true", 400),
        ):
            answer = await client.request(verb.upper(), f"{url(name, world)}?{query}", content=content, headers=headers)
            assert answer.status_code == status, f"{query}: {answer.text[:300]}"
        assert await stored() == before


def vectors(name: str) -> Path:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"the test vectors are not there: {path.name} belongs into ../shared/data/vectors")
    return path


class TestNaughtyStrings:
    async def test_are_kept_byte_for_byte_or_refused(self, client: httpx.AsyncClient, db: Any) -> None:
        strings = json.loads(vectors("blns.json").read_text(encoding="utf-8"))
        kept = 0
        for text in strings:
            body = {
                "display_name": text,
                "given_name": text,
                "tags": [text[:60]],
                "preferences": {"standing_instructions": [text]},
                "attributes": {"note": text, text[:100]: 1},
            }
            answer = await client.post("/v1/customers", json=body)
            if answer.status_code == 201:
                kept += 1
                customer = (await client.get(answer.headers["location"])).json()
                for field, value in body.items():
                    got = customer[field]
                    assert (got if field != "preferences" else {k: got[k] for k in value}) == value, repr(text)
            else:
                assert answer.status_code == 422, answer.text
        assert kept > 0.9 * len(strings)
        assert await db.fetchval("SELECT count(*) FROM customers") == kept

    async def test_are_searched_for_and_filtered_by(self, client: httpx.AsyncClient) -> None:
        for text in json.loads(vectors("blns.json").read_text(encoding="utf-8")):
            answer = await client.get("/v1/customers", params={"q": text, "owner": text})
            assert answer.status_code in (200, 422), f"{text!r}: {answer.text[:300]}"

    async def test_in_notes_and_receipts(self, client: httpx.AsyncClient) -> None:
        """Every second one: how a text is taken and kept is the same everywhere."""
        for text in json.loads(vectors("blns.json").read_text(encoding="utf-8"))[::2]:
            task = await client.post("/v1/tasks", json={"what": "x", "note": text})
            assert task.status_code == 422 or task.json()["note"] == text
            sale = await client.post("/v1/sales", json=make.sale(operator=text[:100], site=text[:100]))
            assert sale.status_code == 422 or (sale.json()["operator"], sale.json()["site"]) == (text[:100],) * 2

    async def test_scripts_emoji_and_marks(self, client: httpx.AsyncClient) -> None:
        for text in (
            "É",
            "E\u0301",
            "ﬁ",
            "＠",
            "ẞ",
            "\u202eabc",
            "a\u200db",
            "👩🏽‍🚒" * 20,
            "Z" + "\u0301" * 250,
            "مرحبا",
            "\ufeffx",
        ):
            answer = await client.post("/v1/customers", json={"display_name": text})
            assert (answer.status_code, answer.json()["display_name"]) == (201, text)


class TestContactVectors:
    """Every country's numbers, and addresses that break parsers: taken in their one form, or refused in their place."""

    @staticmethod
    async def taken(client: httpx.AsyncClient, kind: str, values: list[str]) -> list[dict[str, Any]]:
        lines = [json.dumps(make.customer(contact_points=[{"kind": kind, "value": value}])) for value in values]
        answer = await client.post(
            "/v1/customers/batch", content="\n".join(lines).encode(), headers={"content-type": LINES}
        )
        return [json.loads(line) for line in answer.text.splitlines()]

    async def test_phones(self, client: httpx.AsyncClient, db: Any) -> None:
        rows = list(csv.DictReader(vectors("phone_examples.csv").read_text(encoding="utf-8").splitlines()))
        good = {row["e164"]: row["international"] for row in rows if row["expect"] == "valid"}
        results = await self.taken(client, "phone", list(good.values()))
        assert {result["status"] for result in results} == {201}
        stored = await db.fetch("SELECT normalized, value FROM contact_points")
        assert {row["normalized"]: row["value"] for row in stored} == good
        bad = [row["e164"] for row in rows if row["expect"] == "invalid"]
        for result in await self.taken(client, "phone", bad):
            assert result["status"] in (201, 409, 422)

    async def test_addresses(self, client: httpx.AsyncClient) -> None:
        found = json.loads(vectors("email_vectors.json").read_text(encoding="utf-8"))
        values = list(dict.fromkeys(vector["input"] for vector in found))
        wrong = {vector["input"] for vector in found if vector["test"] == "test_email_invalid_syntax"}
        for value, result in zip(values, await self.taken(client, "email", values), strict=True):
            assert result["status"] in (201, 409, 422), value
            if value in wrong or result["status"] == 422:
                assert result["problem"]["errors"][0]["pointer"] == "/contact_points/0/value", value
