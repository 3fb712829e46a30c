"""Which fields a column can fill, read from the API's own schemas, so that nothing is listed twice.

A field is a dotted path into the document. Of a list of objects one can be filled from a row (`addresses.city`), but a
contact point, identity or payment is named by its kind, system or method: `contact_points.email`, with a label
`contact_points.phone.home`, `identities.loyalty`, `payments.card`. Anything can go to `attributes.<name>`. The way that
a complaint has come is told by moments such as `responded_at` (see complaints.py), the figures of feedback by columns
such as `nps` and `aspects.<name>` (see feedback.py).
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
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
from app.rules.customers import ContactKind
from app.schemas.customers import CustomerNew
from app.schemas.interactions import InteractionNew
from app.schemas.sales import SaleLineNew, SaleNew


class Shape(StrEnum):
    """What the value of a field looks like."""

    TEXT = "text"
    REFERENCE = "reference"
    """An id in somebody else's system."""
    ID = "id"
    CHOICE = "choice"
    DECIMAL = "decimal"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Field:
    path: str
    shape: Shape
    many: bool = False
    """A list: its cell is split."""
    choices: tuple[str, ...] = ()
    line: bool = False
    """Of one line of a receipt."""
    lists: tuple[str, ...] = ()
    """Those of its parents that are lists of objects."""
    required: bool = False


SCHEMAS: dict[str, type[BaseModel]] = {
    "customers": CustomerNew,
    "interactions": InteractionNew,
    "sales": SaleNew,
    "complaints": ComplaintRow,
    "feedback": FeedbackRow,
}
FAMILIES = {
    "customers": ("contact_points", "identities", "attributes"),
    "interactions": ("attributes",),
    "sales": ("payments", "attributes"),
    "complaints": ("attributes",),
    "feedback": ("attributes", *ASPECTS),
}
# Lists that no single cell can fill: the lines of a receipt have rows of their own, and the way that a complaint has
# come is told by its moments.
WHOLE = {"lines", "history"}
# Numbers that are names: a spreadsheet spells them 17850.0 where the column has gaps.
REFERENCES = {"external_id", "receipt_no", "sku", "thread", "phone", "postal_code"}
_SIMPLE = {
    bool: Shape.FLAG,
    int: Shape.INTEGER,
    float: Shape.NUMBER,
    Decimal: Shape.DECIMAL,
    datetime: Shape.MOMENT,
    AwareDatetime: Shape.MOMENT,
    date: Shape.DAY,
    UUID: Shape.ID,
}


@cache
def fields_of(resource: str) -> dict[str, Field]:
    """Every field of a resource but the open families."""
    found = list(_walk(SCHEMAS[resource], skip={*FAMILIES[resource], *WHOLE}))
    if resource == "sales":
        # A receipt and its lines both have a total.
        for field in _walk(SaleLineNew, line=True):
            path = "line_total" if field.path == "total" else field.path
            found.append(Field(path, field.shape, field.many, field.choices, True, field.lists, field.required))
    return {field.path: field for field in found}


def find(resource: str, path: str) -> Field | None:
    """A field by its path, families included."""
    if (field := fields_of(resource).get(path)) is not None:
        return field
    family, _, rest = path.partition(".")
    if family not in FAMILIES[resource] or not rest:
        return None
    match family:
        case "contact_points":
            kind, _, label = rest.partition(".")
            known = kind in set(ContactKind) and not (rest.endswith(".") and not label)
            shape = Shape.REFERENCE if kind in (ContactKind.PHONE, ContactKind.WHATSAPP) else Shape.TEXT
            return Field(path, shape, many=True) if known else None
        case "payments" | "aspects" | "expectations":
            return Field(path, Shape.DECIMAL)
        case "identities":
            return Field(path, Shape.REFERENCE)
    return Field(path, Shape.TEXT)


def allowed(resource: str) -> str:
    """All the fields there are, for a message."""
    families = {
        "contact_points": f"contact_points.<{'|'.join(ContactKind)}>[.<label>]",
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
        kind, many = _bare(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, path + ".", line=line, lists=(*lists, path) if many else lists)
        else:
            choices = (
                tuple(str(word.value) for word in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()
            )
            required = info.is_required() and not prefix
            yield Field(path, _shape(name, kind), many, choices, line, lists, required)


def _bare(annotation: Any) -> tuple[Any, bool]:
    """A type without its constraints and its None, and whether it is a list of it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _bare(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not type(None)))
    if origin is list:
        return _bare(get_args(annotation)[0])[0], True
    return annotation, False


def _shape(name: str, kind: Any) -> Shape:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Shape.CHOICE
    return _SIMPLE.get(kind, Shape.REFERENCE if name in REFERENCES else Shape.TEXT)
