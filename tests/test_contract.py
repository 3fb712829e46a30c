"""The OpenAPI document: committed, well formed, complete, and what its examples say is what the service does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app import contract
from app.core import errors
from app.rules.access import keys
from app.rules.kit.event_types import EVENT_TYPES
from app.web.examples import ANSWERS, BODIES, PATHS, PATHS_OF, QUERIES
from app.web.examples.complaints import complaints
from tests import make
from tests.support.application import TestClock
from tests.support.contract_check import COMMITTED, document

PROBLEM = "application/problem+json"
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
DOCUMENT = document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    operation["operationId"]: (path, verb, operation)
    for path, verbs in DOCUMENT["paths"].items()
    for verb, operation in verbs.items()
}
every_operation = pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS.values(), ids=OPERATIONS)


class TestDocument:
    def test_is_the_one_that_is_committed(self) -> None:
        made = contract.render()
        assert COMMITTED.read_text(encoding="utf-8") == made, (
            "The contract has changed: run `make contract`, read the diff"
        )
        assert contract.render() == made, "it is the same each time"

    def test_is_an_openapi_document(self) -> None:
        assert DOCUMENT["openapi"].startswith("3.1.")
        for name, schema in SCHEMAS.items():
            dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
            assert jsonschema_rs.meta.is_valid(dialect | schema), name

    def test_says_what_it_is(self) -> None:
        info = DOCUMENT["info"]
        assert info["license"]["identifier"] == "Apache-2.0" and info["contact"] and len(info["description"]) > 1_000
        assert {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]} == {
            operation["tags"][0] for _, _, operation in OPERATIONS.values()
        }

    def test_every_reference_leads_somewhere(self) -> None:
        for found in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT))):
            place: Any = DOCUMENT
            for part in found.split("/"):
                place = place[part]

    def test_operation_ids_are_unique(self) -> None:
        assert len(OPERATIONS) == sum(len(verbs) for verbs in DOCUMENT["paths"].values())

    def test_no_example_is_left_over(self) -> None:
        assert {*BODIES, *ANSWERS, *QUERIES} <= set(OPERATIONS)


class TestNames:
    """A21 and A22 of the API rules."""

    def test_properties_are_snake_case(self) -> None:
        names = {name for _, schema in _schemas() for name in schema.get("properties", {})}
        assert [name for name in names if not SNAKE.fullmatch(name)] == []

    def test_query_parameters_are_snake_case(self) -> None:
        names = {p["name"] for _, _, o in OPERATIONS.values() for p in _parameters(o) if p["in"] in ("query", "path")}
        assert [name for name in names if not SNAKE.fullmatch(name)] == []

    def test_paths_are_kebab_case(self) -> None:
        parts = {part for path in DOCUMENT["paths"] for part in path.strip("/").split("/") if part[0] != "{"}
        assert [part for part in parts if not KEBAB.fullmatch(part)] == []

    def test_operations_are_snake_case(self) -> None:
        assert [name for name in OPERATIONS if not SNAKE.fullmatch(name)] == []

    def test_schemas_are_pascal_case(self) -> None:
        assert [name for name in SCHEMAS if not re.fullmatch(r"([A-Z][a-z0-9]*)+", name)] == []


class TestShapes:
    def test_every_answer_is_an_object(self) -> None:
        for name, (_, _, operation) in OPERATIONS.items():
            for status, content in _answers(operation):
                if "text/csv" not in content:
                    schema = next(iter(content.values()))["schema"]
                    assert _resolved(schema).get("type") == "object", f"{name} {status}"

    def test_arrays_and_booleans_are_never_null_in_answers(self) -> None:
        found = [
            (where, branch)
            for where, schema in _schemas(_reachable_from_answers())
            for branch in schema.get("anyOf", [])
            if {"type": "null"} in schema["anyOf"] and _resolved(branch).get("type") in ("array", "boolean")
        ]
        assert found == []

    def test_inputs_know_all_their_fields(self) -> None:
        """But for the attributes, which are free."""
        for name in _reachable(schema for _, _, o in OPERATIONS.values() for schema in _bodies(o)) - {"Attributes"}:
            if SCHEMAS[name].get("type") == "object":
                assert SCHEMAS[name].get("additionalProperties") is False, name

    def test_everything_is_bounded(self) -> None:
        found = [where for where, schema in _schemas() if not _bounded(schema)]
        found += [
            f"{name} {p['name']}"
            for name, (_, _, o) in OPERATIONS.items()
            for p in _parameters(o)
            if not _bounded(p["schema"])
        ]
        assert found == []


class TestOperations:
    @every_operation
    def test_is_explained(self, path: str, verb: str, operation: dict[str, Any]) -> None:
        assert operation["summary"] and len(operation["summary"]) <= 80 and operation["description"]
        assert all(p.get("description") for p in _parameters(operation))
        assert len(operation["tags"]) == 1

    @every_operation
    def test_says_what_it_answers_with(self, path: str, verb: str, operation: dict[str, Any]) -> None:
        answers = _answers(operation)
        assert answers or "204" in operation["responses"]
        for _, content in answers:
            assert all(described["schema"] for described in content.values())

    @every_operation
    def test_says_how_it_fails(self, path: str, verb: str, operation: dict[str, Any]) -> None:
        failures = {status for status in operation["responses"] if status[0] in "45"}
        if not path.startswith("/v1"):
            assert {"500", "503"} <= failures
            return
        expected = {"400", "401", "403", "422", "429", "500", "503"}
        if operation["security"] == []:
            expected = expected - {"401", "403"} | {"404", "409", "410"}
        if "requestBody" in operation:
            expected |= {"408", "415"}
        if any(p["in"] == "path" and p["schema"].get("format") == "uuid" for p in _parameters(operation)):
            expected |= {"404"}
        if any(p["name"] == "If-Match" for p in _parameters(operation)):
            expected |= {"412"}
        assert expected <= failures
        for status in failures:
            assert PROBLEM in _resolved(operation["responses"][status])["content"]

    @every_operation
    def test_needs_a_scope(self, path: str, verb: str, operation: dict[str, Any]) -> None:
        if path.startswith("/v1") and operation["tags"] != ["answers"]:
            assert operation["security"] == [{"bearer": []}]
            assert operation["x-required-scope"] in keys.SCOPES
            assert operation["x-required-scope"] in operation["description"]
        else:
            assert operation["security"] == []

    @every_operation
    def test_its_examples_fit_their_schemas(self, path: str, verb: str, operation: dict[str, Any]) -> None:
        """There is one for every body, every answer and every part of the path."""
        for content in [operation.get("requestBody", {}).get("content", {}), *(c for _, c in _answers(operation))]:
            for media_type, described in content.items():
                assert described["examples"], media_type
                for example in described["examples"].values():
                    _validator(described["schema"]).validate(_resolved(example)["value"])
        for parameter in _parameters(operation):
            assert parameter["in"] != "path" or "example" in parameter, parameter["name"]
            shown = [parameter["example"]] if "example" in parameter else []
            for example in [*shown, *parameter["schema"].get("examples", [])]:
                _validator(parameter["schema"]).validate(example)

    def test_problems_have_examples_that_fit(self) -> None:
        for response in DOCUMENT["components"]["responses"].values():
            described = response["content"][PROBLEM]
            for example in described["examples"].values():
                _validator(described["schema"]).validate(example["value"])

    def test_every_problem_is_published(self) -> None:
        assert SCHEMAS["ProblemCode"]["enum"] == sorted({problem.code for problem in errors.problem_classes()})


class TestExamples:
    async def test_run_as_they_stand(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """Each operation's example is sent; only the ids that Rapport gave are replaced by those it gives now."""
        clock.tick(13 * 86_400)  # what the examples tell of has happened by now
        await _Reader(client).read_everything()


class _Reader:
    """Goes through the document as somebody would who tries out one operation after the other."""

    # Makers first, then those who look and change, then those after which a thing is not what it was.
    LAST = (
        "revoke_invitation",
        "pause_survey",
        "close_survey",
        "complete_task",
        "reopen_task",
        "cancel_task",
        "delete_",
        "release_sale",
        "void_sale",
        "archive_customer",
        "restore_customer",
    )

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.real: dict[str, str] = {}

    async def read_everything(self) -> None:
        for name in sorted(OPERATIONS, key=self._turn):
            await self._prepare(name)
            path, verb, operation = OPERATIONS[name]
            contents: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
            media_type = next(iter(contents), None)
            content = contents[media_type] if media_type else {}
            for example in content.get("examples", {"none": None}).values():
                await self._send(name, path, verb, operation, media_type, example and example["value"])

    def _turn(self, name: str) -> tuple[int, int, str]:
        order = (
            "create_customer",
            "record_sale",
            "record_interaction",
            "create_task",
            "create_relationship",
            "create_calendar",
            "create_service_policy",
            "create_procedure",
            "record_complaint",
            "create_complaint_action",
            "create_survey",
            "open_survey",
            "create_survey_rule",
            "create_invitation",
            "create_idea",
            "create_feedback_rule",
            "create_theme",
            "record_feedback",
            "record_feedback_action",
            "create_scorecard",
            "record_visit",
        )
        last = next((n for n, prefix in enumerate(self.LAST) if name.startswith(prefix)), -1)
        return last, order.index(name) if name in order else len(order), name

    async def _prepare(self, name: str) -> None:
        """What an example takes for granted and no other example makes."""
        if name == "claim_sale":
            anonymous = {**BODIES["record_sale"]["A sale"], "receipt_no": "2026-000121"}
            del anonymous["customer"]
            made = (await self.client.post("/v1/sales", json=anonymous)).json()
            self.real[OPERATIONS[name][2]["parameters"][0]["example"]] = made["id"]
        elif name == "void_sale":
            twice = {**BODIES["record_sale"]["A sale"], "receipt_no": "2026-000118"}
            self.real[PATHS_OF[name]["sale_id"]] = (await self.client.post("/v1/sales", json=twice)).json()["id"]
        elif name == "claim_feedback":
            made = (await self.client.post("/v1/feedback", json={"method": "form", "text": "Fine"})).json()
            self.real[PATHS_OF[name]["feedback_id"]] = made["id"]
        elif name in ("mark_interaction_held", "mark_interaction_missed", "cancel_interaction"):
            meeting = self._real(BODIES["record_interaction"]["A meeting to come"])
            if name == "mark_interaction_missed":
                meeting["happened_at"] = "2026-03-02T09:00:00Z"
            planned = await self.client.post("/v1/interactions", json=meeting)
            self.real[PATHS_OF[name]["interaction_id"]] = planned.json()["id"]
        elif name in ("complete_visit", "cancel_visit"):
            planned = await self.client.post("/v1/visits", json=self._real(BODIES["record_visit"]["Planned visit"]))
            self.real[PATHS_OF[name]["visit_id"]] = planned.json()["id"]
        elif name in ("get_receipt_survey_form", "submit_receipt_answers"):
            held = await self.client.get("/v1/answer-codes", params=QUERIES["get_answer_code"])
            self.real[QUERIES["get_receipt_survey_form"]["code"]] = held.json()["code"]
        elif name in ("get_survey_form", "submit_survey_answers"):
            made = await self.client.post("/v1/invitations", json={"survey_id": self._real(PATHS["survey_id"])})
            sent = await self.client.post(f"/v1/invitations/{made.json()['id']}/send")
            self.real[PATHS["token"]] = sent.json()["token"]
        elif name == "create_relationship":
            found = (await self.client.get("/v1/customers?kind=organization")).json()["items"]
            self.real[BODIES[name]["An employer"]["customer_id"]] = found[0]["id"]
        elif "{complaint_id}" in (path := OPERATIONS[name][0]) and (BODIES.get(name) or "{action_id}" in path):
            await self._complain(name)
        for kind in ("product", "site"):
            if f"{{{kind}_id}}" in OPERATIONS[name][0]:  # a receipt has made them
                found = (await self.client.get(f"/v1/{kind}s")).json()["items"]
                self.real.setdefault(PATHS[f"{kind}_id"], found[0]["id"])

    async def _complain(self, name: str) -> None:
        """A complaint of its own for each move, as far along the path as the move asks."""
        way = {"assess": "K", "investigate": "KA", "respond": "KAI", "accept": "KAIR", "reject": "KAIR"}
        way |= {"declare": "KAIRJ", "refer": "KAIRJ", "settle": "KAIRJF", "close": "KAIRY", "reopen": "W"}
        moves = {"K": "acknowledge", "A": "assess", "I": "investigate", "R": "respond", "J": "reject"}
        moves |= {"F": "refer", "Y": "accept", "W": "withdraw"}
        customer_id = self._real(complaints.NEW["customer_id"])
        new: dict[str, Any] = {"channel": "phone", "description": "Off", "customer_id": customer_id}
        if name == "claim_complaint":
            del new["customer_id"]
        if name == "mark_complaint_step":
            new["category"] = "freshness"
        if name == "update_complaint_remedy":
            new["remedies"] = complaints.NEW["remedies"]
        new["history"] = [{"move": moves[m], "at": "2026-03-02T09:00:00Z"} for m in way.get(name.split("_")[0], "")]
        new["received_at"] = "2026-02-28T09:00:00Z"
        made = (await self.client.post("/v1/complaints", json=new)).json()
        if name == "resume_complaint":
            await self.client.post(f"/v1/complaints/{made['id']}/hold", json={"waiting_for": "customer"})
        if "{action_id}" in OPERATIONS[name][0]:
            action = BODIES["create_complaint_action"]["Preventive action"]
            planned = await self.client.post(f"/v1/complaints/{made['id']}/actions", json=action)
            self.real[complaints.ACTION] = planned.json()["id"]
        if made["remedies"]:
            self.real[complaints.REMEDY] = made["remedies"][0]["id"]
        self.real[PATHS_OF.get(name, PATHS)["complaint_id"]] = made["id"]

    async def _send(self, name: str, path: str, verb: str, operation: Any, media_type: str | None, body: Any) -> None:
        given = {p["name"]: self._real(p["example"]) for p in _parameters(operation) if "example" in p}
        query = {
            p["name"]: given[p["name"]] for p in _parameters(operation) if p["in"] == "query" and p["name"] in given
        }
        content = json.dumps(self._real(body)) if body is not None else None
        headers = {"Content-Type": media_type} if media_type else {}
        response = await self.client.request(verb, path.format(**given), params=query, content=content, headers=headers)
        assert response.is_success, f"{name}: {response.status_code} {response.text}"
        if verb == "post" and response.headers.get("content-type") == "application/x-ndjson":
            assert all(json.loads(line).get("status", 200) < 500 for line in response.text.splitlines()), response.text
        elif verb == "post":
            self._learn(operation, response)

    def _learn(self, operation: Any, response: httpx.Response) -> None:
        shown = operation["responses"][str(response.status_code)]["content"]["application/json"]["examples"]
        expected = _resolved(next(iter(shown.values())))["value"]
        for key in ("id", "task_id"):
            if expected.get(key) and response.json().get(key):
                self.real.setdefault(expected[key], response.json()[key])

    def _real(self, value: Any) -> Any:
        text = json.dumps(value)
        for shown, real in self.real.items():
            text = text.replace(shown, real)
        return json.loads(text)


def _parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [_resolved(parameter) for parameter in operation.get("parameters", [])]


def _answers(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = operation["responses"].items()
    return [(status, answer["content"]) for status, answer in found if status[0] == "2" and "content" in answer]


def _bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [content["schema"] for content in operation.get("requestBody", {}).get("content", {}).values()]


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = DOCUMENT["components"][kind][name]
    return node


def _validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    whole = {"components": DOCUMENT["components"], "allOf": [schema]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _reachable(schemas: Any) -> set[str]:
    found: set[str] = set()
    queue = [json.dumps(schema) for schema in schemas]
    while queue:
        for name in re.findall(r'"#/components/schemas/([^"]+)"', queue.pop()):
            if name not in found:
                found.add(name)
                queue.append(json.dumps(SCHEMAS[name]))
    return found


def _reachable_from_answers() -> set[str]:
    contents = [content for _, _, o in OPERATIONS.values() for _, content in _answers(o)]
    return _reachable(described["schema"] for content in contents for described in content.values())


def _schemas(names: set[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema and every schema within, with a name to tell of."""
    queue = [(name, schema) for name, schema in SCHEMAS.items() if names is None or name in names]
    while queue:
        where, schema = queue.pop()
        yield where, schema
        within = [(f"{where}.{name}", part) for name, part in schema.get("properties", {}).items()]
        within += [(where, branch) for branch in schema.get("anyOf", [])]
        within += [(f"{where}[]", schema["items"])] if "items" in schema else []
        queue.extend(within)


def _bounded(schema: dict[str, Any]) -> bool:
    if "$ref" in schema or {"enum", "const"} & set(schema):
        return True
    match schema.get("type"):
        case "string":
            return "maxLength" in schema or schema.get("format") in ("uuid", "date", "date-time")
        case "array":
            return "maxItems" in schema
        case "integer" | "number":
            return {"minimum", "maximum"} <= set(schema)
    return True


EVENT_DATA = {entry["name"]: entry["data"] for entry in DOCUMENT["x-event-types"]}


class TestEventTypes:
    def test_all_are_published(self) -> None:
        assert EVENT_DATA.keys() == EVENT_TYPES.keys()

    async def test_events_carry_the_data_that_is_published(self, client: httpx.AsyncClient) -> None:
        customer = (await client.post("/v1/customers", json=make.person())).json()
        await client.post("/v1/sales", json=make.sale(customer={"id": customer["id"]}))
        headers = {"content-type": "application/merge-patch+json"}
        await client.patch(f"/v1/customers/{customer['id']}", content=b'{"owner":"Amara"}', headers=headers)
        entries = (await client.get(f"/v1/customers/{customer['id']}/timeline")).json()["items"]
        assert {entry["type"] for entry in entries} == {"customer.created", "customer.updated", "sale.recorded"}
        for entry in entries:
            jsonschema_rs.validate(EVENT_DATA[entry["type"]], entry["data"])
