"""Assembles documents of the API from the values of rows."""

import json
from collections.abc import Iterator
from typing import Any

from app.importing import complaints, feedback
from app.importing.fields import FAMILIES, OWN_NAMES
from app.importing.mapping import Plan, Values
from app.importing.natural_keys import NaturalKeys
from app.importing.rows import Document, Refusal, Row, Table, original_of, problem

# The field without which an object is left out: a system without an external id is not an identity.
_ESSENTIAL_FIELDS = {
    "customer.identity": "customer.identity.external_id",
    "subject.identity": "subject.identity.external_id",
    "contact": "contact.value",
    "complainant.contact": "complainant.contact.value",
    "author.contact": "author.contact.value",
    "receipt": "receipt.receipt_no",
    "ratings": "ratings.value",
    "refund_of": "refund_of.receipt_no",
}


def documents(table: Table, plan: Plan, keys: NaturalKeys) -> Iterator[Document | Refusal]:
    """A document for each row, made while the file is read."""
    for row in table.rows():
        yield _document(table, plan, keys, row)


def assemble(values: Values, plan: Plan, *, line: bool = False) -> dict[str, Any]:
    """A document, or with `line` a line of a receipt, of the values of a row, completed with constants.

    Constants alone do not make an object that columns are mapped to: with a constant `customer.identity.system`, rows
    without a `customer.identity.external_id` have no customer.
    """
    completed = plan.constants_by_level[line] | values
    document: dict[str, Any] = {}
    for path, value in completed.items():
        if "." not in path:
            document[OWN_NAMES.get(path, path)] = value
        elif _has_object(path, completed, values, plan):
            _set_field(document, path, value, plan.fields[path].lists)
    return document


def refusal_problem(title: str, code: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    return problem(title, code, " ".join(error["detail"] for error in errors[:5]), errors)


def _document(table: Table, plan: Plan, keys: NaturalKeys, row: Row) -> Document | Refusal:
    def original() -> dict[str, Any]:
        return original_of(table.columns, row.cells)

    if row.problem is not None:
        return Refusal(row.problem, row.number, original, row.position)
    values, errors = plan.read(row.cells)
    if errors:
        refusal = refusal_problem("The row cannot be read", "unreadable_cell", errors)
        return Refusal(refusal, row.number, original, row.position)
    document = assemble(values, plan)
    if plan.resource == "complaints" and (errors := complaints.reshape(document)):
        refusal = refusal_problem("The row contradicts itself", "contradicting_cells", errors)
        return Refusal(refusal, row.number, original, row.position)
    if plan.resource == "feedback":
        feedback.reshape(document)
    body = json.dumps(keys.complete(document)).encode()
    return Document(body, row.number, original, row.position)


def _has_object(path: str, completed: Values, values: Values, plan: Plan) -> bool:
    """Whether the document has the object that a field belongs to."""
    group = path.rpartition(".")[0]
    if _ESSENTIAL_FIELDS.get(group, path) not in completed:
        return False
    # Every customer has preferences, so constants may fill them alone.
    if path in values or group == "preferences" or path.partition(".")[0] in FAMILIES[plan.resource]:
        return True
    columns = plan.mapped_fields.get(group)
    return not columns or not columns.isdisjoint(values)


def _set_field(document: dict[str, Any], path: str, value: Any, lists: tuple[str, ...]) -> None:
    family, _, rest = path.partition(".")
    match family:
        case "contact_points":
            kind, _, label = rest.partition(".")
            labelled = {"label": label} if label else {}
            points = [{"kind": kind, "value": item} | labelled for item in value]
            document.setdefault(family, []).extend(points)
        case "identities":
            document.setdefault(family, []).append({"system": rest, "external_id": value})
        case "payments":
            # Tables of tills have a column for each payment method, most of them zero.
            if value.strip("-0."):
                document.setdefault(family, []).append({"method": rest, "amount": value})
        case "attributes" | "aspects" | "expectations":
            document.setdefault(family, {})[rest] = value
        case _:
            _nest(document, path, value, lists)


def _nest(document: dict[str, Any], path: str, value: Any, lists: tuple[str, ...]) -> None:
    *parents, last = path.split(".")
    for depth, name in enumerate(parents, start=1):
        if ".".join(parents[:depth]) in lists:
            document = document.setdefault(name, [{}])[0]
        else:
            document = document.setdefault(name, {})
    document[last] = value
