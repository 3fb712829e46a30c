"""Values of a row into a document of the API."""

import json
from collections.abc import Iterator
from typing import Any

from app.importing import complaints, feedback
from app.importing.fields import FAMILIES
from app.importing.mapping import Plan, Values
from app.importing.natural_keys import keyed
from app.importing.rows import Document, Refusal, Row, Table, original_of, problem

# What an object of the API is nothing without: a customer's system alone is no identity.
_HEARTS = {
    "customer.identity": "customer.identity.external_id",
    "contact": "contact.value",
    "complainant.contact": "complainant.contact.value",
    "author.contact": "author.contact.value",
    "receipt": "receipt.receipt_no",
    "ratings": "ratings.value",
    "refund_of": "refund_of.receipt_no",
}


def documents(table: Table, plan: Plan, source: str | None) -> Iterator[Document | Refusal]:
    """One document a row, as the file is read."""
    for row in table.rows():
        yield _document(table, plan, source, row)


def assembled(values: Values, plan: Plan, *, line: bool = False) -> dict[str, Any]:
    """A document, or a line of one, of what a row says of it, with constants where it says nothing.

    Constants alone do not make an object that columns are mapped to: a `customer.identity.system` for all is no
    customer of the rows that have no `customer.identity.external_id`.
    """
    chosen = plan.fixed[line] | values
    document: dict[str, Any] = {}
    for path, value in chosen.items():
        if "." not in path:
            document["total" if path == "line_total" else path] = value
        elif _stands(path, chosen, values, plan):
            _place(document, path, value, plan.fields[path].lists)
    return document


def refused(title: str, code: str, errors: list[dict[str, str]]) -> dict[str, Any]:
    return problem(title, code, " ".join(error["detail"] for error in errors[:5]), errors)


def _document(table: Table, plan: Plan, source: str | None, row: Row) -> Document | Refusal:
    def original() -> dict[str, Any]:
        return original_of(table.columns, row.cells)

    if row.problem is not None:
        return Refusal(row.problem, row.number, original, row.position)
    values, errors = plan.read(row.cells)
    if errors:
        found = refused("The row cannot be read", "unreadable_cell", errors)
        return Refusal(found, row.number, original, row.position)
    document = assembled(values, plan)
    if plan.resource == "complaints" and (errors := complaints.reshaped(document)):
        found = refused("The row contradicts itself", "contradicting_cells", errors)
        return Refusal(found, row.number, original, row.position)
    if plan.resource == "feedback":
        feedback.reshaped(document)
    body = json.dumps(keyed(plan.resource, document, source)).encode()
    return Document(body, row.number, original, row.position)


def _stands(path: str, chosen: Values, values: Values, plan: Plan) -> bool:
    """Whether the object that a field belongs to is there at all."""
    group = path.rpartition(".")[0]
    if _HEARTS.get(group, path) not in chosen:
        return False
    # Preferences are a part of every customer, not a thing that may be there or not.
    if path in values or group == "preferences" or path.partition(".")[0] in FAMILIES[plan.resource]:
        return True
    columns = plan.mapped.get(group)
    return not columns or not columns.isdisjoint(values)


def _place(document: dict[str, Any], path: str, value: Any, lists: tuple[str, ...]) -> None:
    family, _, rest = path.partition(".")
    match family:
        case "contact_points":
            kind, _, label = rest.partition(".")
            labelled = {"label": label} if label else {}
            points = [{"kind": kind, "value": one} | labelled for one in value]
            document.setdefault(family, []).extend(points)
        case "identities":
            document.setdefault(family, []).append({"system": rest, "external_id": value})
        case "payments":
            # A till's table has a column for every way to pay, and zero in most of them.
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
