"""Customers, and every other party of the business."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from app.rules.customers.customers import (
    MOST_CONTACT_POINTS,
    MOST_IDENTITIES,
    CustomerKind,
    CustomerRole,
    OnMatch,
    Trade,
    default_trade,
)
from app.schemas.customers.contact_details import (
    Address,
    AddressNew,
    ContactPoint,
    ContactPointNew,
    Identity,
    IdentityNew,
    PostalCode,
)
from app.schemas.customers.preferences import Preferences, PreferencesChange
from app.schemas.kit.comparison import UNORDERED
from app.schemas.kit.types import (
    ONE_LINE,
    Attributes,
    BatchResult,
    CountryCode,
    CurrencyCode,
    Id,
    Label,
    Moment,
    Money,
    Name,
    PageQuery,
    Periods,
    Reference,
    Resource,
    Schema,
    Tag,
    Version,
    fault,
    partial,
)


class CustomerNew(Schema):
    """A person or an organization. A name, a contact point or an identity is required."""

    kind: CustomerKind = CustomerKind.PERSON
    trade: Trade | None = None
    """Whether they buy as a consumer or a business. Defaults to `b2c` for a person, `b2b` for an organization."""
    roles: Annotated[list[CustomerRole], Field(min_length=1, max_length=6), UNORDERED] = [CustomerRole.CUSTOMER]
    """What the party is to the business; several roles are possible."""
    display_name: Name | None = None
    """The name to show. Defaults to the given and family name, or else to the first contact point or identity."""
    given_name: Name | None = None
    family_name: Name | None = None
    name_prefix: Label | None = None
    """What is written before the name, such as `Dr`."""
    name_suffix: Label | None = None
    """What is written after the name, such as `Jr`."""
    preferred_name: Name | None = None
    """The name by which the customer likes to be called."""
    salutation: Name | None = None
    """The opening line of a letter, such as `Dear Dr Okafor`."""
    pronunciation: Name | None = None
    """A hint at how the name is pronounced, such as `ZOH-ee oh-KAH-for`."""
    contact_points: Annotated[list[ContactPointNew], Field(max_length=MOST_CONTACT_POINTS)] = []
    """Each must be unique among all customers, unless it is shared or invalid."""
    identities: Annotated[list[IdentityNew], Field(max_length=MOST_IDENTITIES), UNORDERED] = []
    """The ids of this customer in external systems."""
    addresses: Annotated[list[AddressNew], Field(max_length=20)] = []
    tags: Annotated[list[Tag], Field(max_length=50), UNORDERED] = []
    """Free labels to filter by. Duplicates are removed."""
    owner: Label | None = None
    """The member of staff who is responsible for the customer."""
    acquisition_source: Label | None = None
    """How the customer was acquired, such as `market stall`."""
    referred_by: Id | None = None
    """The id of the customer who referred this one."""
    known_since: Moment | None = None
    """Since when the customer is known, such as the date of their first order in another system. One that is later than
    what is known here already changes nothing.
    """
    preferences: Preferences = Preferences()
    attributes: Attributes = {}

    @staticmethod
    def compared(members: dict[str, Any], _region: str) -> dict[str, Any]:
        """A trade that is left out is the usual one of the kind."""
        if "kind" not in members or "trade" in members:
            return members
        return {**members, "trade": default_trade(CustomerKind(members["kind"])).value}


class _CustomerWhole(CustomerNew):
    preferences: PreferencesChange = None  # type: ignore[valid-type]


CustomerChange = partial(
    _CustomerWhole,
    "CustomerChange",
    "The fields of a customer to change, as a JSON merge patch (RFC 7396): lists are replaced as a whole.",
)


class Customer(Resource):
    """A person or an organization, with everything that is stored about them."""

    id: Id
    kind: CustomerKind
    trade: Trade
    """Whether they buy as a consumer, a business or both."""
    roles: Annotated[list[CustomerRole], Field(max_length=6)]
    """What the party is to the business; several roles are possible."""
    display_name: Name
    """The name to show; it is never empty."""
    given_name: Name | None
    family_name: Name | None
    name_prefix: Label | None
    """What is written before the name, such as `Dr`."""
    name_suffix: Label | None
    """What is written after the name, such as `Jr`."""
    preferred_name: Name | None
    """The name by which the customer likes to be called."""
    salutation: Name | None
    """The opening line of a letter, such as `Dear Dr Okafor`."""
    pronunciation: Name | None
    """A hint at how the name is pronounced, such as `ZOH-ee oh-KAH-for`."""
    contact_points: Annotated[list[ContactPoint], Field(max_length=50)]
    """How the customer is reached, in the order in which it was sent."""
    identities: Annotated[list[Identity], Field(max_length=1_000)]
    """The ids of this customer in external systems."""
    addresses: Annotated[list[Address], Field(max_length=20)]
    tags: Annotated[list[Tag], Field(max_length=50)]
    """Free labels to filter by."""
    owner: Label | None
    """The member of staff who is responsible for the customer."""
    acquisition_source: Label | None
    """How the customer was acquired, such as `market stall`."""
    created_by_source: Label | None
    """The code of the source whose record created the customer. Null if nobody but a person did."""
    referred_by: Id | None
    """The id of the customer who referred this one."""
    preferences: Preferences
    attributes: Attributes
    archived_at: Moment | None
    """When the customer was archived. Null if they are not."""
    known_since: Moment
    """The earliest time at which anything of the customer is known: of their timeline, or as it was given, and at the
    latest `created_at`.
    """
    version: Version
    created_at: Moment
    updated_at: Moment


class CustomerParams(Schema):
    # `validate_only`, which every write knows, stands in the same query; unknown names are refused before.
    model_config = ConfigDict(extra="ignore")

    on_match: OnMatch | None = None
    """What to do if another customer has an identity or a contact point: `refuse` with 409; `match`, so that this
    customer learns what was not known of them; or `keep` a customer of their own, who shares the contact point.
    A contact point that either of them has as `shared` does not count, since it identifies nobody alone.
    Defaults to what the source says, which is `refuse` until it is set.
    """
    source: Label | None = None
    """The code of the source that sends the customers. Defaults, for each customer, to the system of the identity in
    the path, or else of their first identity.
    """


class CustomerResult(BatchResult):
    """The result of one line of a batch of customers. Results come in the order of the lines."""

    matched: bool = False
    """Whether the line was matched to a customer who was known before, and who has learnt what was new."""


class CustomerPage(Resource):
    items: Annotated[list[Customer], Field(max_length=200)]
    next_cursor: str | None


CustomerSort = Literal[
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "display_name",
    "-display_name",
    "known_since",
    "-known_since",
    "last_purchase_at",
    "-last_purchase_at",
    "last_contact_at",
    "-last_contact_at",
    "net",
    "-net",
]


class CustomerFilters(Periods):
    q: (
        Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)] | None
    ) = None
    """Words to search for in names, contact points, identities, postal codes and cities. Typing errors are tolerated
    and every word must match. Customers who have the very words come first, the newest of them first; all others
    follow in batches of the newest 400, each batch with the best match first. `sort` does not apply. Case, accents,
    apostrophes and hyphens do not matter. Numbers are also found by their last digits, from four on, and e-mail
    addresses by `@` and their domain. Words of scripts without spaces are found by any part of them, all others by
    what they begin with; of what begins with digits before letters or with `@`, only the first 100 words in the order
    of the alphabet are found. Words around a whole phone number, or around the only e-mail address as in the header
    of a message, are passed over where nobody is found by all of them. Where many customers have each of
    the words but few have all of them, a page has those who were found in a fraction of a second, which may be few or
    none, and `next_cursor` goes on with the search."""
    kind: CustomerKind | None = None
    """Only persons, or only organizations."""
    trade: Trade | None = None
    role: CustomerRole | None = None
    owner: Label | None = None
    """Only customers for whom this member of staff is responsible, in whatever case the name is written."""
    tag: Tag | None = None
    """Only customers with this tag, in whatever case it is written."""
    acquisition_source: Label | None = None
    """Only customers with this acquisition source, in whatever case it is written."""
    created_by_source: Label | None = None
    """Only customers whom a record of the source with this code created."""
    referred_by: Id | None = None
    country: CountryCode | None = None
    postal_code: PostalCode | None = None
    """Only customers with an address that has this postal code, in any case and with or without blanks."""
    system: Label | None = None
    """Only customers who have an identity in this external system."""
    archived: Literal["no", "yes", "any"] = "no"
    created_since: Moment | None = None
    created_before: Moment | None = None
    updated_since: Moment | None = None
    known_since: Moment | None = None
    """Only customers who are known since this time or later."""
    known_before: Moment | None = None
    """Only customers who were known before this time."""
    last_purchase_since: Moment | None = None
    """Only customers whose latest purchase took place at this time or later."""
    last_purchase_before: Moment | None = None
    """Only customers whose latest purchase took place before this time. Those without a purchase are left out."""
    last_contact_since: Moment | None = None
    """Only customers whose latest contact took place at this time or later. Internal notes are no contacts."""
    last_contact_before: Moment | None = None
    """Only customers whose latest contact took place before this time. Those without a contact are left out."""
    currency: CurrencyCode | None = None
    """The currency of `net_min`, `net_max` and the sort by `net`. Other currencies are never compared with it."""
    net_min: Money | None = None
    """Only customers who spent at least this net amount in `currency`."""
    net_max: Money | None = None
    """Only customers who have receipts in `currency`, and spent at most this net amount."""
    bought_sku: Reference | None = None
    """Only customers who bought this product. Like `bought_batch`, it is asked of one line of a receipt, whether or not
    it was given back later; voided receipts do not count.
    """
    bought_batch: Reference | None = None
    """Only customers who bought something of this batch."""
    bought_since: Moment | None = None
    """Only customers who bought, at this time or later, what `bought_sku` and `bought_batch` say, or anything."""
    bought_before: Moment | None = None
    """Only customers who bought, before this time, what `bought_sku` and `bought_batch` say, or anything."""
    sort: CustomerSort = "-created_at"
    """What to sort by. Customers without a purchase, a contact, or receipts in `currency` come last, whichever way the
    list is sorted.
    """

    @model_validator(mode="after")
    def _in_one_currency(self) -> Self:
        by_net = self.sort.removeprefix("-") == "net" or self.net_min is not None or self.net_max is not None
        if by_net and self.currency is None:
            raise fault("currency", "missing", "Required with `net_min`, `net_max` and the sort by `net`")
        if self.currency is not None and not by_net:
            raise fault("currency", "unused", "Only together with `net_min`, `net_max` or the sort by `net`")
        return self


class CustomerQuery(PageQuery, CustomerFilters):
    pass
