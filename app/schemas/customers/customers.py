"""Customers, and every other party of the business."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.rules.customers.customers import ContactKind, Kind, Role, Trade
from app.rules.kit.channels import Channel
from app.schemas.kit.types import (
    ONE_LINE,
    Attributes,
    CountryCode,
    Day,
    Flag,
    Id,
    Label,
    Language,
    Line,
    Moment,
    Name,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Tag,
    TimeZone,
    Version,
    partial,
    text,
)

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]
PostalCode = Annotated[str, text(20)]


class ContactPointNew(Schema):
    """One way to reach a customer."""

    kind: ContactKind
    value: Name
    """As it was entered: any spelling. It is kept, and matched by a normalised form."""
    label: Label | None = None
    """Such as `home`, `work`, `till`."""
    primary: Flag = False
    verified_at: Moment | None = None
    invalid: Flag = False
    """It bounced, or rings at a stranger's: kept, but no longer matched or unique."""
    shared: Flag = False
    """Several customers may hold it, such as the phone of a household."""


class ContactPoint(Resource):
    id: Id
    kind: ContactKind
    value: Name
    normalized: Name
    """E.164 of a phone number, the canonical form of an e-mail address, else a folded spelling."""
    extension: Label | None
    label: Label | None
    primary: bool
    verified_at: Moment | None
    invalid: bool
    shared: bool


class IdentityNew(Schema):
    """What another system calls this customer. One customer per system and id."""

    system: Label
    """Such as `loyalty`, `webshop`, `accounting`."""
    external_id: Reference


class Identity(Resource):
    system: Label
    external_id: Reference


class AddressNew(Schema):
    label: Label | None = None
    lines: Annotated[list[Name], Field(max_length=6)] = []
    city: Label | None = None
    region: Label | None = None
    postal_code: PostalCode | None = None
    country: CountryCode | None = None
    """ISO 3166-1 alpha-2."""
    primary: Flag = False
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    """Degrees, WGS 84."""


class Address(Resource):
    id: Id
    label: Label | None
    lines: Annotated[list[Name], Field(max_length=6)]
    city: Label | None
    region: Label | None
    postal_code: PostalCode | None
    country: CountryCode | None
    primary: bool
    latitude: Latitude | None
    longitude: Longitude | None


class UnwelcomeChannel(Schema):
    channel: Channel
    reason: Line | None = None
    since: Day | None = None


class QuietHours(Schema):
    """Do not call or write between these times of the customer's day; `start` after `end` means over midnight."""

    start: ClockTime
    end: ClockTime
    time_zone: TimeZone = "UTC"


class Preferences(Schema):
    """How this customer wishes to be treated."""

    channels: Annotated[list[Channel], Field(max_length=16)] = []
    """Best first."""
    unwelcome_channels: Annotated[list[UnwelcomeChannel], Field(max_length=16)] = []
    quiet_hours: QuietHours | None = None
    language: Language | None = None
    """BCP 47."""
    delivery: Line | None = None
    payment: Line | None = None
    standing_instructions: Annotated[list[Line], Field(max_length=50)] = []
    """Such as `Trim the steaks`."""
    tastes: Annotated[list[Line], Field(max_length=50)] = []
    matters: Annotated[list[Line], Field(max_length=50)] = []
    """What is important to them."""
    expects: Annotated[list[Line], Field(max_length=50)] = []
    """What they expect of us."""


class CustomerNew(Schema):
    """A person or an organization."""

    kind: Kind = Kind.PERSON
    trade: Trade | None = None
    """Left out: `b2c` for a person, `b2b` for an organization."""
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)] = [Role.CUSTOMER]
    display_name: Name | None = None
    """What to show first. Left out: the given and family name, or else a contact point or identity."""
    given_name: Name | None = None
    family_name: Name | None = None
    name_prefix: Label | None = None
    name_suffix: Label | None = None
    preferred_name: Name | None = None
    salutation: Name | None = None
    """How to begin a letter: `Dear Dr Okafor`."""
    pronunciation: Name | None = None
    """How to say the name."""
    contact_points: Annotated[list[ContactPointNew], Field(max_length=50)] = []
    identities: Annotated[list[IdentityNew], Field(max_length=50)] = []
    addresses: Annotated[list[AddressNew], Field(max_length=20)] = []
    tags: Annotated[list[Tag], Field(max_length=50)] = []
    owner: Label | None = None
    """The member of staff who looks after them."""
    acquisition_source: Label | None = None
    referred_by: Id | None = None
    """The customer who sent them."""
    preferences: Preferences = Preferences()
    attributes: Attributes = {}


QuietHoursChange = partial(QuietHours, "QuietHoursChange", "What changes of the quiet hours.")


class _PreferencesWhole(Preferences):
    quiet_hours: QuietHoursChange = None  # type: ignore[valid-type]


PreferencesChange = partial(_PreferencesWhole, "PreferencesChange", "What changes of the preferences.")


class _CustomerWhole(CustomerNew):
    preferences: PreferencesChange = None  # type: ignore[valid-type]


CustomerChange = partial(
    _CustomerWhole, "CustomerChange", "What changes of a customer: lists are replaced whole, null takes a value away."
)


class Customer(Resource):
    id: Id
    kind: Kind
    trade: Trade
    roles: Annotated[list[Role], Field(max_length=6)]
    display_name: Name
    given_name: Name | None
    family_name: Name | None
    name_prefix: Label | None
    name_suffix: Label | None
    preferred_name: Name | None
    salutation: Name | None
    pronunciation: Name | None
    contact_points: Annotated[list[ContactPoint], Field(max_length=50)]
    identities: Annotated[list[Identity], Field(max_length=1_000)]
    addresses: Annotated[list[Address], Field(max_length=20)]
    tags: Annotated[list[Tag], Field(max_length=50)]
    owner: Label | None
    acquisition_source: Label | None
    referred_by: Id | None
    preferences: Preferences
    attributes: Attributes
    archived_at: Moment | None
    version: Version
    created_at: Moment
    updated_at: Moment


class CustomerPage(Resource):
    items: Annotated[list[Customer], Field(max_length=200)]
    next_cursor: str | None


CustomerSort = Literal["created_at", "-created_at", "updated_at", "-updated_at", "display_name", "-display_name"]


class CustomerFilters(Schema):
    q: (
        Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=ONE_LINE)] | None
    ) = None
    """Names, contact points and identities, typing errors forgiven; best match first, so `sort` does not apply."""
    kind: Kind | None = None
    trade: Trade | None = None
    role: Role | None = None
    owner: Label | None = None
    tag: Tag | None = None
    acquisition_source: Label | None = None
    referred_by: Id | None = None
    country: CountryCode | None = None
    postal_code: PostalCode | None = None
    system: Label | None = None
    """Has an identity in this system."""
    archived: Literal["no", "yes", "any"] = "no"
    created_since: Moment | None = None
    created_before: Moment | None = None
    updated_since: Moment | None = None
    sort: CustomerSort = "-created_at"


class CustomerQuery(PageQuery, CustomerFilters):
    pass


class CustomerExport(CustomerFilters):
    """What an export holds: the same filters, and no pages."""
