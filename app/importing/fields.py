"""The fields that a column can fill, derived from the schemas of the API, so that nothing is listed twice.

A field is a dotted path into the document. A row can fill one object of a list (`addresses.city`). Contact points,
identities and payments are addressed by their kind, system or method instead: `contact_points.email`, with a label
`contact_points.phone.home`, `identities.loyalty`, `payments.card`. Anything can go to `attributes.<name>`. The history
of a complaint is given by timestamps such as `responded_at` (see complaints.py), the ratings of feedback by columns
such as `nps` and `aspects.<name>` (see feedback.py).
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from app.importing.complaints import ComplaintRow
from app.importing.feedback import ASPECTS, FeedbackRow
from app.rules.customers import WHATSAPP, ContactKind
from app.schemas.customers import CustomerNew, RelationshipRecord
from app.schemas.interactions import InteractionNew, TaskNew
from app.schemas.sales import SaleLineNew, SaleNew


class Shape(StrEnum):
    """The type of a field's value."""

    TEXT = "text"
    REFERENCE = "reference"
    """An id in another system."""
    ID = "id"
    CHOICE = "choice"
    DECIMAL = "decimal"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TIMESTAMP = "timestamp"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Field:
    path: str
    shape: Shape
    is_list: bool = False
    """The cell is split into items."""
    choices: tuple[str, ...] = ()
    line: bool = False
    """It belongs to a line of a receipt, not to the receipt."""
    lists: tuple[str, ...] = ()
    """The parents of the field that are lists of objects."""
    required: bool = False


SCHEMAS: dict[str, type[BaseModel]] = {
    "customers": CustomerNew,
    "interactions": InteractionNew,
    "sales": SaleNew,
    "complaints": ComplaintRow,
    "feedback": FeedbackRow,
    "tasks": TaskNew,
    "relationships": RelationshipRecord,
}
FAMILIES: dict[str, tuple[str, ...]] = {
    "customers": ("contact_points", "identities", "attributes"),
    "interactions": ("attributes",),
    "sales": ("payments", "attributes"),
    "complaints": ("attributes",),
    "feedback": ("attributes", *ASPECTS),
    "tasks": (),
    "relationships": (),
}
# Lists of objects that are not filled by cells: the lines of a receipt have rows of their own, and the history of a
# complaint is given by its timestamps.
NOT_MAPPED = {"lines", "history"}
OWN_NAMES = {"line_total": "total", "receipt_discount": "discount"}
"""Both a receipt and its lines have a total and a discount: what the less common of each is called, and its path."""
# Ids that look like numbers: a spreadsheet writes them as 17850.0 where the column has gaps.
REFERENCES = {"external_id", "receipt_no", "sku", "thread", "phone", "postal_code"}
_SHAPES = {
    bool: Shape.FLAG,
    int: Shape.INTEGER,
    float: Shape.NUMBER,
    Decimal: Shape.DECIMAL,
    datetime: Shape.TIMESTAMP,
    AwareDatetime: Shape.TIMESTAMP,
    date: Shape.DATE,
    UUID: Shape.ID,
}


@cache
def fields_of(resource: str) -> dict[str, Field]:
    """The fields of a resource by path, without those of the open families."""
    fields = list(_walk(SCHEMAS[resource], skip={*FAMILIES[resource], *NOT_MAPPED}))
    if resource == "sales":
        own = {path: name for name, path in OWN_NAMES.items()}
        fields = [replace(field, path=own["discount"]) if field.path == "discount" else field for field in fields]
        for field in _walk(SaleLineNew, line=True):
            fields.append(replace(field, path=own["total"]) if field.path == "total" else field)
    return {field.path: field for field in fields}


def find(resource: str, path: str) -> Field | None:
    """The field with this path, including those of the open families."""
    if (field := fields_of(resource).get(path)) is not None:
        return field
    family, _, rest = path.partition(".")
    if family not in FAMILIES[resource] or not rest:
        return None
    match family:
        case "contact_points":
            kind, _, label = rest.partition(".")
            known = kind in {*ContactKind, WHATSAPP} and not (rest.endswith(".") and not label)
            shape = Shape.REFERENCE if kind in (ContactKind.PHONE, WHATSAPP) else Shape.TEXT
            return Field(path, shape, is_list=True) if known else None
        case "payments" | "aspects" | "expectations":
            return Field(path, Shape.DECIMAL)
        case "identities":
            return Field(path, Shape.REFERENCE)
    return Field(path, Shape.TEXT)


def describe_fields(resource: str) -> str:
    """All fields of a resource, for an error message."""
    families = {
        "contact_points": f"contact_points.<{'|'.join([*ContactKind, WHATSAPP])}>[.<label>]",
        "identities": "identities.<system>",
        "payments": "payments.<method>",
        "attributes": "attributes.<name>",
        **{family: f"{family}.<name>" for family in ASPECTS},
    }
    return ", ".join([*fields_of(resource), *(families[family] for family in FAMILIES[resource])])


def _walk(
    schema: type[BaseModel],
    prefix: str = "",
    *,
    skip: Set[str] = frozenset(),
    line: bool = False,
    lists: tuple[str, ...] = (),
) -> Iterator[Field]:
    for name, info in schema.model_fields.items():
        if name in skip:
            continue
        path = prefix + name
        kind, is_list = _unwrap(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, path + ".", line=line, lists=(*lists, path) if is_list else lists)
        else:
            choices = (
                tuple(str(member.value) for member in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
            )
            if kind is ContactKind:
                choices = (*choices, WHATSAPP)
            required = info.is_required() and not prefix
            yield Field(path, _shape(name, kind), is_list, choices, line, lists, required)


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """A type without its constraints, its None and its list, and whether there was a list."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _unwrap(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _unwrap(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is list:
        return _unwrap(get_args(annotation)[0])[0], True
    return annotation, False


def _shape(name: str, kind: Any) -> Shape:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Shape.CHOICE
    return _SHAPES.get(kind, Shape.REFERENCE if name in REFERENCES else Shape.TEXT)
