"""What requests and responses look like: one customer, her receipt, her enquiry, and the task that follows from it.

A response is looked up by its schema, a body by the operation. The tests validate all of them against the document,
and send the requests.
"""

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from app.rules.kit.csv_rows import flat_row
from app.web.examples.customers import customers

Value = dict[str, Any]


def _collected(name: str) -> Value:
    """What the modules of all domains have under this name, put together; a new module needs no entry anywhere."""
    modules = [import_module(found.name) for found in walk_packages(__path__, f"{__name__}.")]
    return {key: value for module in modules for key, value in getattr(module, name, {}).items()}


PATHS = _collected("PATHS")
"""Examples of path parameters, by their name."""
PATHS_OF = _collected("PATHS_OF")
"""Those of single operations."""
QUERIES = _collected("QUERIES")
"""Filled in when an operation is tried out in Swagger UI, so these values belong together."""
BODIES = _collected("BODIES")
ANSWERS = _collected("ANSWERS")
"""Of single operations; all others are answered with the example of their schema."""
SCHEMAS = _collected("SCHEMAS")

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
    "batch": "L2026-071",
    "bought_sku": "LAMB-SHOULDER",
    "bought_batch": "L2026-071",
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
_COLUMNS = 5


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
                    for content in answer.get("content", {}).values():
                        content["examples"] = _answer(name, content["schema"])
                    _illustrate_csv(answer.get("content", {}))
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


def _answer(operation: str, schema: dict[str, Any]) -> dict[str, Any]:
    if operation in ANSWERS:
        return {"answer": {"value": ANSWERS[operation]}}
    name = schema.get("$ref", "").rpartition("/")[2]
    return {name: {"$ref": f"#/components/examples/{name}"}} if name else {}


def _illustrate_csv(content: dict[str, Any]) -> None:
    """The first columns of what stands beside it as JSON Lines."""
    if "text/csv" in content:
        name = content["application/x-ndjson"]["schema"]["$ref"].rpartition("/")[2]
        columns = list(flat_row(SCHEMAS[name]).items())[:_COLUMNS]
        rows = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in zip(*columns, strict=True)]
        content["text/csv"]["examples"] = {"csv": {"value": "".join(f"{row}\r\n" for row in rows)}}


def _key(summary: str) -> str:
    """A name that OpenAPI allows for an example."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in summary.lower())
