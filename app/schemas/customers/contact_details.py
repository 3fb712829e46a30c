"""How a customer is reached and identified: contact points, identities and addresses."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from app.rules.customers import ContactKind, NotAContact, normalize
from app.rules.kit import equality
from app.schemas.kit.comparison import Compared
from app.schemas.kit.types import CountryCode, Flag, Id, Label, Moment, Name, Reference, Resource, Schema, code

Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]
PostalCode = Annotated[str, code(20)]


def contact_form(kind: ContactKind, value: Any, region: str) -> Any:
    """The normalised form of a number or address, by which it is compared; of what is none, its text."""
    try:
        return "".join(normalize(kind, value, region))
    except NotAContact:
        return equality.name(value)


def by_contact_form(members: dict[str, Any], region: str) -> dict[str, Any]:
    """The members `kind` and `value` of a contact, so that two spellings of its value are equal."""
    return {**members, "value": contact_form(ContactKind(members["kind"]), members["value"], region)}


Phone = Annotated[Name, Compared(lambda value, region: contact_form(ContactKind.PHONE, value, region))]
"""A phone number, of which two spellings are equal."""
Email = Annotated[Name, Compared(lambda value, region: contact_form(ContactKind.EMAIL, value, region))]
"""An e-mail address, of which two spellings are equal."""


class ContactPointNew(Schema):
    """A phone number, e-mail address or account by which a customer is reached and recognised."""

    kind: ContactKind
    value: Name
    """The number or address in any spelling. It is stored unchanged and matched by its normalised form."""
    label: Label | None = None
    """What the contact point is for, such as `home`, `work` or `till`."""
    primary: Flag = False
    """Whether this is the preferred contact point of its kind."""
    verified_at: Moment | None = None
    """When the customer confirmed that this is theirs. Null if it was never verified."""
    invalid: Flag = False
    """Set it when messages bounce or somebody else answers: it is kept, but no longer matched or unique."""
    shared: Flag = False
    """Set it when several customers use it, such as the phone of a household. Otherwise it must be unique."""

    compared: ClassVar = staticmethod(by_contact_form)


class ContactPoint(Resource):
    """A phone number, e-mail address or account by which the customer is reached and recognised."""

    id: Id
    """The id of the contact point. It is kept while kind and normalised value stay the same."""
    kind: ContactKind
    value: Name
    """The number or address as it was entered."""
    normalized: Name
    """The form used for matching: E.164 for phone numbers, otherwise a canonical spelling."""
    extension: Label | None
    """The extension of a phone number, which `normalized` leaves out. Null if there is none."""
    label: Label | None
    """What the contact point is for, such as `home`, `work` or `till`."""
    primary: bool
    """Whether this is the preferred contact point of its kind."""
    verified_at: Moment | None
    """When the customer confirmed that this is theirs. Null if it was never verified."""
    invalid: bool
    """Whether it does not reach the customer. An invalid contact point is not matched and need not be unique."""
    shared: bool
    """Whether several customers may have it. Otherwise it belongs to this customer only."""


class IdentityNew(Schema):
    """The id of the customer in an external system. Each id of a system belongs to one customer at most."""

    system: Label
    """The external system, such as `loyalty`, `webshop` or `accounting`."""
    external_id: Reference
    """The id that the external system uses for the customer."""


class Identity(Resource):
    """The id of the customer in an external system."""

    system: Label
    """The external system, such as `loyalty`, `webshop` or `accounting`."""
    external_id: Reference
    """The id that the external system uses for the customer."""


class AddressNew(Schema):
    """A postal address of the customer."""

    label: Label | None = None
    """What the address is for, such as `home` or `delivery`."""
    lines: Annotated[list[Name], Field(max_length=6)] = []
    """Street, house number and the like, in the order in which they are written."""
    city: Label | None = None
    region: Label | None = None
    """The state, province or county, as it is written in an address."""
    postal_code: PostalCode | None = None
    country: CountryCode | None = None
    """The country, an ISO 3166-1 alpha-2 code such as `GB`."""
    primary: Flag = False
    """Whether this is the main address of the customer."""
    latitude: Latitude | None = None
    """The geographical latitude in degrees (WGS 84)."""
    longitude: Longitude | None = None
    """The geographical longitude in degrees (WGS 84)."""


class Address(Resource):
    """A postal address of the customer."""

    id: Id
    """The id of the address. It changes whenever the list of addresses is replaced."""
    label: Label | None
    """What the address is for, such as `home` or `delivery`."""
    lines: Annotated[list[Name], Field(max_length=6)]
    """Street, house number and the like, in the order in which they are written."""
    city: Label | None
    region: Label | None
    """The state, province or county, as it is written in an address."""
    postal_code: PostalCode | None
    country: CountryCode | None
    """The country, an ISO 3166-1 alpha-2 code such as `GB`."""
    primary: bool
    """Whether this is the main address of the customer."""
    latitude: Latitude | None
    """The geographical latitude in degrees (WGS 84)."""
    longitude: Longitude | None
    """The geographical longitude in degrees (WGS 84)."""
