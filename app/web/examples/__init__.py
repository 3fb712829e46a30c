"""What requests and responses look like: one customer, her receipt, her enquiry, and the task that follows from it.

A response is looked up by its schema, a body by the operation. The tests validate all of them against the document,
and send the requests.
"""

from typing import Any

from app.web.examples.complaints import complaints, insights, moves
from app.web.examples.customers import customers, relationships
from app.web.examples.feedback import feedback, ideas, measures, themes
from app.web.examples.interactions import interactions
from app.web.examples.overview import profiles
from app.web.examples.sales import sales
from app.web.examples.service_levels import policies
from app.web.examples.surveys import invitations, surveys
from app.web.examples.visits import visits

Value = dict[str, Any]

PATHS = {
    "customer_id": customers.ZOE,
    "sale_id": sales.SALE,
    "product_id": sales.PRODUCT,
    "site_id": sales.SITE,
    "interaction_id": interactions.ENQUIRY,
    "task_id": interactions.TASK,
    "relationship_id": relationships.RELATIONSHIP,
    "system": "webshop",
    "external_id": "zoe.okafor",
    **complaints.PATHS,
    **feedback.PATHS,
    **ideas.PATHS,
    **themes.PATHS,
    **policies.PATHS,
    **visits.PATHS,
    **surveys.PATHS,
    **invitations.PATHS,
}
PATHS_OF = {
    "claim_sale": {"sale_id": sales.UNKNOWN_SALE},
    **complaints.PATHS_OF,
    **visits.PATHS_OF,
    **feedback.PATHS_OF,
}

QUERIES: dict[str, Value] = {
    "list_customers": {"q": "okafor"},
    "export_customers": {"tag": "weekend"},
    "lookup_customers": {"phone": "020 7946 0958"},
    "list_timeline": {"type": "sale"},
    "list_sales": {"customer_id": customers.ZOE, "occurred_since": "2026-03-01T00:00:00Z"},
    "list_interactions": {"customer_id": customers.ZOE, "unanswered": True},
    "list_tasks": {"owner": "Amara", "status": "open"},
    "list_products": {"category": "lamb"},
    "list_sites": {"code": "whitstable"},
    **complaints.QUERIES,
    **feedback.QUERIES,
    **ideas.QUERIES,
    **themes.QUERIES,
    **measures.QUERIES,
    **policies.QUERIES,
    **visits.QUERIES,
    **surveys.QUERIES,
    **invitations.QUERIES,
}
"""Filled in when an operation is tried out in Swagger UI, so these values belong together."""

HINTS: Value = {
    "q": "zoe okafr",
    "owner": "Amara",
    "staff": "Amara",
    "tag": "weekend",
    "acquisition_source": "market stall",
    "country": "GB",
    "postal_code": "CT5 1AQ",
    "system": "loyalty",
    "source": "till",
    "receipt_no": "2026-000117",
    "site": "whitstable",
    "till": "1",
    "sku": "LAMB-SHOULDER",
    "category": "lamb",
    "code": "whitstable",
    "thread": "zoe-easter",
    "channel": "whatsapp",
    "type": "sale.recorded",
    "email": "zoe.okafor@example.com",
    "phone": "+44 20 7946 0958",
    "identity": "loyalty:2001-4477",
    "customer_id": customers.ZOE,
    "referred_by": customers.ZOE,
    "external_id": "wamid.HBgMNDQyMDc5NDYwOTU4",
    "cursor": "WyIyMDI2LTAzLTE0Il0",
}
"""Shown beside a parameter, but not filled in."""
_MOMENT = "2026-03-01T00:00:00Z"

BODIES: dict[str, dict[str, Value]] = {
    "create_customer": {"A person": customers.NEW, "An organization": customers.NEW_RESTAURANT},
    "create_customers": {"A customer": customers.NEW},
    "update_customer": {"Another tag and a delivery preference": customers.CHANGE},
    "upsert_customer": {"A customer of the web shop": customers.IMPORTED},
    "record_sale": {"A sale": sales.NEW, "A return": sales.RETURN},
    "record_sales": {"A receipt": sales.NEW},
    "claim_sale": {"The customer who bought": {"customer_id": customers.ZOE}},
    "void_sale": {"Rung up by mistake": {"reason": "Rung up twice"}},
    "update_product": {"A better name": {"name": "Shoulder of lamb"}},
    "update_site": {"A name and a time zone": {"name": "Harbour Street", "time_zone": "Europe/London"}},
    "record_interaction": {"An enquiry": interactions.NEW},
    "record_interactions": {"An interaction": interactions.NEW},
    "update_interaction": {"The outcome": {"outcome": "Two kilos reserved"}},
    "answer_interaction": {"An answer by message": interactions.NEW_ANSWER},
    "claim_interaction": {"The customer who asked": {"customer_id": customers.ZOE, "keep_contact": True}},
    "create_task": {"A call to make": interactions.NEW_TASK},
    "update_task": {"Another owner": {"owner": "Tom"}},
    "complete_task": {"With its outcome": {"outcome": "She comes by at noon"}},
    "snooze_task": {"Until Thursday": {"until": "2026-04-02T09:00:00+01:00"}},
    "cancel_task": {"No longer needed": {"reason": "She came by herself"}},
    "create_relationship": {"An employer": relationships.NEW_RELATIONSHIP},
    "update_relationship": {"A new position": {"title": "Owner"}},
    **moves.BODIES,
    **feedback.BODIES,
    **ideas.BODIES,
    **themes.BODIES,
    **policies.BODIES,
    **visits.BODIES,
    **surveys.BODIES,
    **invitations.BODIES,
}

ANSWERS: dict[str, Value] = {
    "update_customer": customers.CHANGED,
    "archive_customer": customers.ARCHIVED,
    "upsert_customer": customers.BY_WEB_SHOP,
    "claim_sale": sales.CLAIMED,
    "void_sale": sales.VOIDED,
    "update_product": sales.LAMB | {"name": "Shoulder of lamb", "version": 2},
    "update_site": sales.WHITSTABLE | {"name": "Harbour Street", "time_zone": "Europe/London", "version": 2},
    "update_interaction": interactions.INTERACTION | {"outcome": "Two kilos reserved", "version": 2},
    "answer_interaction": interactions.REPLY,
    "update_task": interactions.OPEN_TASK | {"owner": "Tom", "version": 2},
    "complete_task": interactions.COMPLETED_TASK,
    "snooze_task": interactions.OPEN_TASK | {"snoozed_until": "2026-04-02T08:00:00.000000Z", "version": 2},
    "cancel_task": interactions.COMPLETED_TASK | {"status": "cancelled", "outcome": "She came by herself"},
    "update_relationship": relationships.WORKS_FOR | {"title": "Owner", "version": 2},
    **moves.ANSWERS,
    **feedback.ANSWERS,
    **ideas.ANSWERS,
    **themes.ANSWERS,
    **policies.ANSWERS,
    **visits.ANSWERS,
    **surveys.ANSWERS,
    **invitations.ANSWERS,
}

SCHEMAS: dict[str, Value] = {
    "Customer": customers.CUSTOMER,
    "LookupResult": {"items": [profiles.CALLER]},
    "CustomerProfile": profiles.PROFILE,
    "TimelinePage": {"items": profiles.HAPPENED, "next_cursor": None},
    "BatchResult": {"line": 1, "status": 201, "id": customers.ZOE},
    "SaleResult": {"line": 1, "status": 201, "id": sales.SALE},
    "Sale": sales.RECEIPT,
    "Product": sales.LAMB,
    "Site": sales.WHITSTABLE,
    "Interaction": interactions.INTERACTION,
    "Task": interactions.OPEN_TASK,
    "Relationship": relationships.WORKS_FOR,
    **complaints.SCHEMAS,
    **insights.SCHEMAS,
    **measures.SCHEMAS,
    **moves.SCHEMAS,
    **feedback.SCHEMAS,
    **ideas.SCHEMAS,
    **themes.SCHEMAS,
    **policies.SCHEMAS,
    **visits.SCHEMAS,
    **surveys.SCHEMAS,
    **invitations.SCHEMAS,
    "Health": {"status": "ok"},
}
_CSV = "id,display_name\r\n" + f"{customers.ZOE},Zoë Okafor\r\n"


def add(paths: dict[str, Any], components: dict[str, Any]) -> None:
    """Puts the examples into the operations of an OpenAPI document, and those of schemas into its components."""
    components["examples"] = {
        name: {"value": value} for name, value in sorted(_by_schema(components["schemas"]).items())
    }
    for verbs in paths.values():
        for operation in verbs.values():
            name = operation["operationId"]
            for parameter in operation.get("parameters", []):
                _illustrate(name, parameter)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["examples"] = {
                    _key(summary): {"summary": summary, "value": value}
                    for summary, value in BODIES.get(name, {}).items()
                }
            for status, answer in operation["responses"].items():
                if status[0] == "2":
                    for media_type, content in answer.get("content", {}).items():
                        content["examples"] = _answer(name, media_type, content["schema"])
    for parameter in components["parameters"].values():
        _illustrate("", parameter)


def _by_schema(schemas: dict[str, Any]) -> dict[str, Value]:
    pages = {f"{name}Page": {"items": [value], "next_cursor": None} for name, value in SCHEMAS.items()}
    return {name: value for name, value in (pages | SCHEMAS).items() if name in schemas}


def _illustrate(operation: str, parameter: dict[str, Any]) -> None:
    # One that is only referred to has its examples where it is written down.
    place, name = parameter.get("in"), parameter.get("name", "")
    if place == "path":
        example = PATHS_OF.get(operation, PATHS).get(name) or PATHS.get(name)
        if example is not None:
            parameter["example"] = example
    elif place == "query" and name in QUERIES.get(operation, {}):
        parameter["example"] = QUERIES[operation][name]
    elif place == "query" and "default" not in parameter["schema"]:
        hint = _MOMENT if parameter["schema"].get("format") == "date-time" else HINTS.get(name)
        if hint is not None and not {"enum", "$ref"} & set(parameter["schema"]):
            parameter["schema"]["examples"] = [hint]


def _answer(operation: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    if media_type == "text/csv":
        return {"csv": {"value": _CSV}}
    if operation in ANSWERS:
        return {"answer": {"value": ANSWERS[operation]}}
    name = schema.get("$ref", "").rpartition("/")[2]
    return {name: {"$ref": f"#/components/examples/{name}"}} if name else {}


def _key(summary: str) -> str:
    """A name that OpenAPI allows for an example."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in summary.lower())
