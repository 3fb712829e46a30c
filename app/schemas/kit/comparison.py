"""The form of a record in which it is compared with the same record sent again.

What a field holds says how it is compared, so no field can be forgotten: decimals by value, moments by instant, texts
composed, without the blanks around them and with any line ends, free JSON by type and value. What is known of a field
beyond that is said in its annotation: `UNORDERED` for a list that is a set, `IN_ANY_ORDER` for one whose order says
nothing, `Compared` for a spelling of its own, or, for several members together, a `compared` of their schema.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, TypeAdapter

from app.rules.kit import equality
from app.schemas.kit.texts import is_one_line

Form = Callable[[Any, str], Any]
"""Makes the form of a value; the second argument is the country of phone numbers without a prefix."""


@dataclass(frozen=True, slots=True)
class Compared:
    """In the annotation of a field: how its values are compared."""

    form: Form


@dataclass(frozen=True, slots=True)
class _Unordered:
    pass


UNORDERED = _Unordered()
"""In the annotation of a list: neither order nor repetition counts."""


@dataclass(frozen=True, slots=True)
class _InAnyOrder:
    pass


IN_ANY_ORDER = _InAnyOrder()
"""In the annotation of a list: the order does not count, but how often something is in it."""


def comparable(
    schema: type[BaseModel], content: Mapping[str, Any], region: str, names: Collection[str] | None = None
) -> dict[str, Any]:
    """The form of JSON or of a dump of the schema. Members that are null are left out, as those that are absent.

    Without `names`, members that are absent have their defaults.
    """
    forms = _forms(schema)
    result: dict[str, Any] = {}
    for member in forms if names is None else names:
        value = content.get(member)
        if member not in forms:
            form: Form | None = _free
        else:
            form, default = forms[member]
            value = default if value is None else value
        if value is not None and form is not None:
            result[member] = form(value, region)
    if (own := getattr(schema, "compared", None)) is not None:
        result = own(result, region)
    return result


@cache
def _forms(schema: type[BaseModel]) -> dict[str, tuple[Form, Any]]:
    """The form and the default, as JSON, of every field."""
    forms = {}
    for member, info in schema.model_fields.items():
        default = None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
        if default is not None:
            default = TypeAdapter(Any).dump_python(default, mode="json")
        forms[member] = (_form(info.annotation, tuple(info.metadata)), default)
    return forms


def _form(annotation: Any, metadata: tuple[Any, ...]) -> Form:
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = (*metadata, *more)
    for note in metadata:
        if isinstance(note, Compared):
            return note.form
    if get_origin(annotation) in (Union, UnionType):
        choices = [choice for choice in get_args(annotation) if choice is not type(None)]
        return _form(choices[0], metadata) if len(choices) == 1 else _free
    if get_origin(annotation) is list:
        form = _form(get_args(annotation)[0], ())
        return _bag(form) if IN_ANY_ORDER in metadata else _list(form, ordered=UNORDERED not in metadata)
    if annotation is Any or get_origin(annotation) in (Literal, dict):
        return _free
    if annotation is AwareDatetime:
        return _moment
    if annotation is str:
        return _name if any(is_one_line(note) for note in metadata) else _note
    if issubclass(annotation, BaseModel):
        _forms(annotation)  # so that a field of an unknown type is found at once
        return lambda value, region: _object(annotation, value, region)
    if issubclass(annotation, Decimal):
        return _number
    if issubclass(annotation, Enum | UUID | date | bool | int | float) and not issubclass(annotation, datetime):
        return _plain
    raise TypeError(f"How values of {annotation} are compared is not said")


def _object(schema: type[BaseModel], value: Any, region: str) -> Any:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    return comparable(schema, value, region) if isinstance(value, Mapping) else value


def _list(form: Form, *, ordered: bool) -> Form:
    def of(value: Any, region: str) -> Any:
        elements = [form(element, region) for element in value]
        return elements if ordered else tuple(sorted({repr(element): element for element in elements}.items()))

    return of


def _bag(form: Form) -> Form:
    def of(value: Any, region: str) -> Any:
        elements = [form(element, region) for element in value]
        # Of one element it is said in what it differs, of several only that they do: which is which is not known.
        return elements if len(elements) <= 1 else tuple(sorted(elements, key=repr))

    return of


def _number(value: Any, _region: str) -> Any:
    return equality.number(value)


def _moment(value: Any, _region: str) -> Any:
    return equality.moment(value)


def _name(value: Any, _region: str) -> Any:
    return equality.name(value)


def _note(value: Any, _region: str) -> Any:
    return equality.note(value)


def _free(value: Any, _region: str) -> Any:
    return equality.free(value)


def _plain(value: Any, _region: str) -> Any:
    """Of ids, days, choices, whole numbers and flags, which have one spelling in JSON."""
    return equality.free(value) if isinstance(value, Enum | int | float) else str(value)
