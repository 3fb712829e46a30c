"""The types that every contract is made of. Bounded, strict, and explained in the OpenAPI document."""

import re
from copy import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, core_schema

from app.rules.kit import countries, json_limits, moments
from app.schemas.kit.spellings import Language, Location, Url
from app.schemas.kit.texts import LINES, ONE_LINE, Label, Line, Name, Note, OwnCode, Reference, Tag, code, text

__all__ = ["LINES", "ONE_LINE", "Label", "Language", "Line", "Location", "Name", "Note"]
__all__ += ["OwnCode", "Reference", "Tag", "Url", "code", "text"]


def fault(member: str, code: str, detail: str) -> PydanticCustomError:
    """What is wrong between the members of an object, at the member that has to change."""
    return PydanticCustomError(code, detail, {"member": member})


class Schema(BaseModel):
    """Base of everything that comes in: unknown fields are refused, infinities are not numbers."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True, frozen=True)


class Resource(BaseModel):
    """Base of everything that goes out. The database writes the JSON; these classes name its columns."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def _only_text(value: object) -> object:
    if isinstance(value, str | datetime | date | UUID | Decimal):
        return value
    raise PydanticCustomError("string_type", "Input should be a string")


_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
)
_BLANK_FOR_PLUS = re.compile(r" [0-9]{2}:?[0-9]{2}$")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _moment_text(value: object) -> object:
    # A number in a string would be taken for seconds since 1970.
    if isinstance(value, str) and not _MOMENT.fullmatch(value):
        detail = "Must be an RFC 3339 timestamp with an offset, such as 2026-03-01T10:15:00Z"
        if _BLANK_FOR_PLUS.search(value):
            detail += "; in a query, a plus sign is sent as %2B"
        raise PydanticCustomError("datetime_parsing", detail)
    return _only_text(value)


def _day_text(value: object) -> object:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "Must be a date such as 2026-03-01")
    return _only_text(value)


def _day_in_range(value: date) -> date:
    if not 1000 <= value.year < 3000:  # the first and the last day there is are stored as infinities
        raise PydanticCustomError("day_range", "Must be between the years 1000 and 2999")
    return value


def _in_range(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("moment_range", "Must be between the years 1900 and 2200")
    return value


def _in_utc(value: datetime) -> datetime:
    return _in_range(value).astimezone(UTC)


class _Exact:
    """A decimal in a string, checked and read without leaving compiled code: a receipt has dozens."""

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        text_schema = core_schema.str_schema(pattern=DECIMAL, max_length=20, strict=True)
        return core_schema.chain_schema([text_schema, core_schema.decimal_schema()])


EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$"
_DECIMAL_SCHEMA = {"type": "string", "pattern": DECIMAL, "maxLength": 20}

Id = Annotated[UUID, BeforeValidator(_only_text)]
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment_text),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
"""RFC 3339 with an offset; answered in UTC."""
LocalMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_moment_text),
    AfterValidator(_in_range),
    PlainSerializer(lambda value: value.astimezone(UTC).isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
"""The same, but the offset it was sent with can still be asked for."""
_DAY_SCHEMA = {"type": "string", "format": "date", "maxLength": 10}
Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_day_in_range), WithJsonSchema(_DAY_SCHEMA)]
Money = Annotated[
    Decimal,
    _Exact,
    WithJsonSchema(
        _DECIMAL_SCHEMA | {"description": "An amount of money, as a decimal string.", "examples": ["12.34"]}
    ),
]
Quantity = Annotated[
    Decimal,
    _Exact,
    WithJsonSchema(
        _DECIMAL_SCHEMA
        | {
            "description": "A quantity, as a decimal string. It is negative for goods that are returned.",
            "examples": ["1"],
        }
    ),
]
Figure = Annotated[
    Decimal,
    _Exact,
    WithJsonSchema(_DECIMAL_SCHEMA | {"description": "A number, as a decimal string.", "examples": ["9"]}),
]
"""A mark, a score: a number that is neither money nor counted."""
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", min_length=3, max_length=3)]


def _country(value: str) -> str:
    if (detail := countries.problem(value)) is not None:
        raise PydanticCustomError("country", detail)
    return value


CountryCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$", min_length=2, max_length=2), AfterValidator(_country)
]


def _listed(value: str) -> str:
    if value not in _ZONES:
        raise PydanticCustomError("time_zone", "Must be an IANA time zone, such as Europe/London")
    return value


_ZONES = available_timezones()
TimeZone = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]+$", min_length=1, max_length=64), AfterValidator(_listed)
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", min_length=1, max_length=60)]
LineNumber = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
"""Of a line of a receipt."""
Flag = Annotated[bool, Field(strict=True)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=2**53 - 1)]


def _bounded(value: dict[str, Any]) -> dict[str, Any]:
    if (problem := json_limits.problem(value)) is not None:
        code, detail = problem
        raise PydanticCustomError(code, detail)
    return value


Attributes = Annotated[
    dict[Annotated[str, text(100)], Any],
    AfterValidator(_bounded),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": json_limits.MOST_KEYS,
            "additionalProperties": True,
            "description": "Further data about the resource: a JSON object of at most 16 KiB, 8 levels and 200 keys.",
        }
    ),
]


class Periods(Schema):
    """Filters by ranges, named `x_since` and `x_before`, or `x_min` and `x_max`: none ends before it begins."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for since, before in _periods(type(self)):
            start, end = getattr(self, since), getattr(self, before)
            if start is not None and end is not None and end < start:
                raise fault(before, moments.OUT_OF_ORDER, moments.not_before(since))
        return self


@cache
def _periods(query: type[Schema]) -> list[tuple[str, str]]:
    names = query.model_fields
    pairs = [
        (name, f"{name.removesuffix(start)}{end}")
        for start, end in (("since", "before"), ("_min", "_max"))
        for name in names
        if name.endswith(start)
    ]
    return [(since, before) for since, before in pairs if before in names]


class PageQuery(Periods):
    limit: Annotated[int, Field(ge=1, le=200, description="The maximum number of items to return.")] = 50
    cursor: Annotated[
        str | None,
        Field(
            max_length=1_000,
            pattern=r"^[A-Za-z0-9_-]*$",
            description="The `next_cursor` of the previous page. Leave it out for the first page.",
        ),
    ] = None


class VersionQuery(PageQuery):
    """For lists of the versions of a resource."""

    sort: Literal["version", "-version"] = "-version"


def partial(whole: type[Schema], name: str, doc: str) -> type[Any]:
    """The merge patch (RFC 7396) of a schema: every field may be left out, and null clears a value."""
    fields: dict[str, Any] = {field: _clearable(info) for field, info in whole.model_fields.items()}
    return create_model(name, __base__=_Described, __doc__=doc, __module__=whole.__module__, **fields)


def _clearable(info: FieldInfo) -> tuple[Any, FieldInfo]:
    """The field with null as another value, which the constraints and checks of its values do not see."""
    value: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    cleared = copy(info)
    cleared.metadata, cleared.default, cleared.default_factory = [], None, None
    return value | None, cleared


class _Described(Schema):
    """Its fields have been described where they were declared: looking for their docstrings again takes its time."""

    model_config = ConfigDict(use_attribute_docstrings=False)


class BatchResult(Resource):
    """The result of one line of a batch. Results come in the order of the lines."""

    line: Annotated[int, Field(ge=1, le=2**53 - 1)]
    """The number of the line in the request, counted from 1."""
    status: Annotated[int, Field(ge=200, le=599)]
    """The HTTP status that the line would have had as a request of its own."""
    id: Id | None = None
    """The id of the stored resource. Absent if there is none."""
    replayed: bool = False
    """Whether the resource was already stored with the same content, so that nothing was changed."""
    problem: dict[str, Any] | None = None
    """Why the line was refused. Absent if it was not."""
