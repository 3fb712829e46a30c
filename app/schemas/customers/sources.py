"""Sources, which are created when a record names them, and what follows from them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.rules.customers.customers import OnMatch
from app.rules.customers.nobody import is_value_of_nobody
from app.rules.customers.sources import LineTax, SourceKind
from app.schemas.kit.comparison import UNORDERED
from app.schemas.kit.currencies import Currency
from app.schemas.kit.types import (
    CountryCode,
    CurrencyCode,
    Flag,
    Id,
    Label,
    Moment,
    Name,
    OwnCode,
    PageQuery,
    Resource,
    Schema,
    TimeZone,
    Version,
    code,
    partial,
)


def _with_whole_wildcard(value: str) -> str:
    if not is_value_of_nobody(value):
        raise PydanticCustomError("wildcard", "`*` stands for all that is on one side of the `@` of an address")
    return value


_ValueOfNobody = Annotated[str, code(310), AfterValidator(_with_whole_wildcard)]


class SourceContent(Schema):
    """What can be set of a source."""

    name: Name | None = None
    """The name of the source."""
    kind: SourceKind = SourceKind.OTHER
    confirmed: Flag = True
    """Whether somebody has looked at the source. A source that a record creates is not confirmed."""
    may_create: Flag = True
    """Whether records of the source may create customers. If not, they are kept without a customer."""
    may_teach: Flag = True
    """Whether records of the source may add identities and contact points to the customers whom they find."""
    on_match: OnMatch = OnMatch.REFUSE
    """What becomes of a customer whom the source sends while somebody else has one of their identities or contact
    points, where the request does not say it.
    """
    values_of_nobody: Annotated[list[_ValueOfNobody], Field(max_length=500), UNORDERED] = []
    """Phone numbers, e-mail addresses and ids that identify nobody when they come from the source, such as the shop's
    own number. An address may have `*` on one side of its `@`; anywhere else it is refused.
    """
    country: CountryCode | None = None
    """The country of phone numbers without one, where the record itself has no country."""
    time_zone: TimeZone | None = None
    """The IANA time zone in which the trading days of receipts begin, unless the site has one."""
    currency: Currency | None = None
    """The currency of receipts that do not name one."""
    tax: LineTax | None = None
    """Whether the totals of lines include their tax, where the receipt does not say it. Null if that follows from the
    totals of receipts.
    """


class SourceNew(SourceContent):
    """A source, before its first record comes in."""

    code: OwnCode
    """The code by which records name the source, as `source` or as the `system` of an identity."""


SourceChange = partial(
    SourceContent, "SourceChange", "The fields of a source to change, as a JSON merge patch (RFC 7396)."
)


class Source(Resource):
    """A system that sends records, such as a till, a web shop or a connector, and what its records may do."""

    id: Id
    code: Label
    """The code by which records name the source, unique among sources."""
    name: Name | None
    """The name of the source. Null until it is set."""
    kind: SourceKind
    confirmed: bool
    """Whether somebody has looked at the source. A source that a record creates is not confirmed."""
    may_create: bool
    """Whether records of the source may create customers. If not, they are kept without a customer."""
    may_teach: bool
    """Whether records of the source may add identities and contact points to the customers whom they find."""
    on_match: OnMatch
    """What becomes of a customer whom the source sends while somebody else has one of their keys."""
    values_of_nobody: Annotated[list[Name], Field(max_length=500)]
    """Phone numbers, e-mail addresses and ids that identify nobody when they come from the source."""
    country: CountryCode | None
    """The country of phone numbers without one. Null for that of the service."""
    time_zone: TimeZone | None
    """The IANA time zone in which the trading days of receipts begin, unless the site has one. Null until it is set."""
    currency: CurrencyCode | None
    """The currency of receipts that do not name one. Null if they have to."""
    tax: LineTax | None
    """Whether the totals of lines include their tax. Null if that follows from the totals of receipts."""
    version: Version
    created_at: Moment
    updated_at: Moment


class SourcePage(Resource):
    items: Annotated[list[Source], Field(max_length=200)]
    next_cursor: str | None


class SourceQuery(PageQuery):
    code: Label | None = None
    """Only the source with this code."""
    kind: SourceKind | None = None
    """Only sources of this kind."""
    confirmed: bool | None = None
    """Whether to return only sources that somebody has looked at, or only those that records have created."""
    sort: Literal["created_at", "-created_at", "code", "-code"] = "-created_at"
