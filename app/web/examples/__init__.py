"""What requests and answers look like: one customer, her receipt, her enquiry, and what she was promised.

An answer is looked up by its schema, a body by the operation. The tests hold all of them against the document, and send
the requests.
"""

from typing import Any

from app.web.examples import (
    complaining,
    complaint_insights,
    complaint_moves,
    feedback,
    feedback_measures,
    ideas,
    invitations,
    people,
    service,
    shopping,
    surveys,
    talking,
    themes,
    visits,
)

Value = dict[str, Any]

PATHS = {
    "customer_id": people.ZOE,
    "sale_id": shopping.SALE,
    "product_id": shopping.PRODUCT,
    "site_id": shopping.SITE,
    "interaction_id": talking.ENQUIRY,
    "task_id": talking.TASK,
    "relationship_id": talking.RELATIONSHIP,
    "system": "webshop",
    "external_id": "zoe.okafor",
    **complaining.PATHS,
    **feedback.PATHS,
    **ideas.PATHS,
    **themes.PATHS,
    **service.PATHS,
    **visits.PATHS,
    **surveys.PATHS,
    **invitations.PATHS,
}
PATHS_OF = {
    "claim_sale": {"sale_id": shopping.UNKNOWN_SALE},
    **complaining.PATHS_OF,
    **visits.PATHS_OF,
    **feedback.PATHS_OF,
}

QUERIES: dict[str, Value] = {
    "list_customers": {"q": "okafor"},
    "export_customers": {"tag": "weekend"},
    "lookup_customers": {"phone": "020 7946 0958"},
    "list_timeline": {"type": "sale"},
    "list_sales": {"customer_id": people.ZOE, "occurred_since": "2026-03-01T00:00:00Z"},
    "list_interactions": {"customer_id": people.ZOE, "unanswered": True},
    "list_tasks": {"owner": "Amara", "status": "open"},
    "list_products": {"category": "lamb"},
    "list_sites": {"code": "whitstable"},
    **complaining.QUERIES,
    **feedback.QUERIES,
    **ideas.QUERIES,
    **themes.QUERIES,
    **feedback_measures.QUERIES,
    **service.QUERIES,
    **visits.QUERIES,
    **surveys.QUERIES,
    **invitations.QUERIES,
}
"""Filled in where Swagger UI is tried out, so these go together."""

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
    "customer_id": people.ZOE,
    "referred_by": people.ZOE,
    "external_id": "wamid.HBgMNDQyMDc5NDYwOTU4",
    "cursor": "WyIyMDI2LTAzLTE0Il0",
}
"""Shown beside a parameter, and not filled in."""
_MOMENT = "2026-03-01T00:00:00Z"

BODIES: dict[str, dict[str, Value]] = {
    "create_customer": {"A person": people.NEW, "An organization": people.NEW_RESTAURANT},
    "create_customers": {"A customer": people.NEW},
    "change_customer": {"A tag and a wish more": people.CHANGE},
    "put_customer": {"From the web shop": people.IMPORTED},
    "record_sale": {"A sale": shopping.NEW, "A return": shopping.RETURN},
    "record_sales": {"A receipt": shopping.NEW},
    "claim_sale": {"Zoë's": {"customer_id": people.ZOE}},
    "void_sale": {"A mistake": {"reason": "Rung up twice"}},
    "change_product": {"Another name": {"name": "Shoulder of lamb"}},
    "change_site": {"A name and a clock": {"name": "Harbour Street", "time_zone": "Europe/London"}},
    "record_interaction": {"An enquiry": talking.NEW},
    "record_interactions": {"An interaction": talking.NEW},
    "change_interaction": {"What came of it": {"outcome": "Two kilos reserved"}},
    "answer_interaction": {"By message": talking.NEW_ANSWER},
    "claim_interaction": {"Zoë's": {"customer_id": people.ZOE, "keep_contact": True}},
    "create_task": {"A promise": talking.NEW_TASK},
    "change_task": {"Somebody else": {"owner": "Tom"}},
    "complete_task": {"Kept": {"outcome": "She comes by at noon"}},
    "snooze_task": {"Until Thursday": {"until": "2026-04-02T09:00:00+01:00"}},
    "cancel_task": {"Not wanted any more": {"reason": "She came by herself"}},
    "add_relationship": {"Where she works": talking.NEW_RELATIONSHIP},
    "change_relationship": {"Promoted": {"title": "Owner"}},
    **complaint_moves.BODIES,
    **feedback.BODIES,
    **ideas.BODIES,
    **themes.BODIES,
    **service.BODIES,
    **visits.BODIES,
    **surveys.BODIES,
    **invitations.BODIES,
}

ANSWERS: dict[str, Value] = {
    "change_customer": people.CHANGED,
    "archive_customer": people.ARCHIVED,
    "put_customer": people.BY_WEB_SHOP,
    "claim_sale": shopping.CLAIMED,
    "void_sale": shopping.VOIDED,
    "change_product": shopping.LAMB | {"name": "Shoulder of lamb", "version": 2},
    "change_site": shopping.WHITSTABLE | {"name": "Harbour Street", "time_zone": "Europe/London", "version": 2},
    "change_interaction": talking.INTERACTION | {"outcome": "Two kilos reserved", "version": 2},
    "answer_interaction": talking.REPLY,
    "change_task": talking.PROMISE | {"owner": "Tom", "version": 2},
    "complete_task": talking.KEPT,
    "snooze_task": talking.PROMISE | {"snoozed_until": "2026-04-02T08:00:00.000000Z", "version": 2},
    "cancel_task": talking.KEPT | {"status": "cancelled", "outcome": "She came by herself"},
    "change_relationship": talking.WORKS_FOR | {"title": "Owner", "version": 2},
    **complaint_moves.ANSWERS,
    **feedback.ANSWERS,
    **ideas.ANSWERS,
    **themes.ANSWERS,
    **service.ANSWERS,
    **visits.ANSWERS,
    **surveys.ANSWERS,
    **invitations.ANSWERS,
}

SCHEMAS: dict[str, Value] = {
    "Customer": people.CUSTOMER,
    "Candidates": {"items": [talking.CALLER]},
    "Profile": talking.PROFILE,
    "TimelinePage": {"items": talking.HAPPENED, "next_cursor": None},
    "BatchResult": {"line": 1, "status": 201, "id": people.ZOE},
    "SaleResult": {"line": 1, "status": 201, "id": shopping.SALE},
    "Sale": shopping.RECEIPT,
    "Product": shopping.LAMB,
    "Site": shopping.WHITSTABLE,
    "Interaction": talking.INTERACTION,
    "Task": talking.PROMISE,
    "Relationship": talking.WORKS_FOR,
    **complaining.SCHEMAS,
    **complaint_insights.SCHEMAS,
    **feedback_measures.SCHEMAS,
    **complaint_moves.SCHEMAS,
    **feedback.SCHEMAS,
    **ideas.SCHEMAS,
    **themes.SCHEMAS,
    **service.SCHEMAS,
    **visits.SCHEMAS,
    **surveys.SCHEMAS,
    **invitations.SCHEMAS,
    "Health": {"status": "ok"},
}
_CSV = "id,display_name\r\n" + f"{people.ZOE},Zoë Okafor\r\n"


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
