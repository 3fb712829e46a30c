"""How a customer is reached and identified: contact points, identities and addresses."""

from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, ModelWrapValidatorHandler, WithJsonSchema, model_validator

from app.rules.customers import NotAContact, normalize, with_country_code
from app.rules.customers.customers import USUAL_USES, WHATSAPP, ContactKind, NumberUse, ordered_uses
from app.rules.kit import equality
from app.rules.kit.texts import normalized
from app.rules.kit.web_addresses import is_web_address
from app.schemas.kit.comparison import Compared, Form
from app.schemas.kit.texts import BLANK_IS_ABSENT
from app.schemas.kit.types import CountryCode, Flag, Id, Label, Moment, Name, Reference, Resource, Schema, code, fault

Latitude = Annotated[float, Field(strict=True, ge=-90, le=90)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180)]
PostalCode = Annotated[str, code(20)]


def contact_form(kind: ContactKind, value: Any, region: str) -> Any:
    """The normalised form of a number or address, by which it is compared; of what is none, its text."""
    try:
        form = normalize(kind, value, region)
        return form.value, form.extension
    except NotAContact:
        return equality.name(value)


def by_contact_form(members: dict[str, Any], region: str) -> dict[str, Any]:
    """The members `kind` and `value` of a contact, so that two spellings of its value are equal."""
    return {**members, "value": contact_form(ContactKind(members["kind"]), members["value"], region)}


Phone = Annotated[Name, Compared(lambda value, region: contact_form(ContactKind.PHONE, value, region))]
"""A phone number, of which two spellings are equal."""
Email = Annotated[Name, Compared(lambda value, region: contact_form(ContactKind.EMAIL, value, region))]
"""An e-mail address, of which two spellings are equal."""


def _number_or_address(value: Any, region: str) -> Any:
    return contact_form(
        ContactKind.EMAIL if "@" in normalized("NFKC", str(value)) else ContactKind.PHONE, value, region
    )


PhoneOrEmail = Annotated[Name, Compared(_number_or_address)]
"""A phone number or an e-mail address, of which two spellings are equal."""


EnteredContactKind = Annotated[
    ContactKind,
    BeforeValidator(lambda kind: ContactKind.PHONE if kind == WHATSAPP else kind),
    WithJsonSchema(
        {
            "type": "string",
            "enum": [*ContactKind, WHATSAPP],
            "description": "An address, a number, or an account of a service. `whatsapp` is a `phone` with this use.",
        }
    ),
]


def with_country_of_whatsapp(entered: Any) -> Any:
    """A contact with the `+` that WhatsApp leaves out: its digits alone would be a number of the region as well."""
    if not isinstance(entered, dict) or entered.get("kind") != WHATSAPP or not isinstance(entered.get("value"), str):
        return entered
    international = with_country_code(entered["value"])
    return entered if international is None else entered | {"value": international}


NumberUses = Annotated[list[NumberUse], Field(max_length=len(NumberUse))]


class ContactPointNew(Schema):
    """A phone number, e-mail address or account by which a customer is reached and recognised."""

    kind: EnteredContactKind
    value: Name
    """The number or address in any spelling. It is stored unchanged and matched by its normalised form. The digits
    alone by which WhatsApp names an account get the `+` that they lack, if the kind is `whatsapp`."""
    label: Label | None = None
    """What the contact point is for, such as `home`, `work` or `till`."""
    primary: Flag = False
    """Whether this is the preferred contact point of its kind."""
    verified_at: Moment | None = None
    """When the customer, or staff by `keep_contact`, confirmed that this is theirs. Null if it was never verified."""
    invalid: Flag = False
    """Set it when messages bounce or somebody else answers: it is kept, but no longer matched or unique."""
    shared: Flag = False
    """Set it when several customers use it, such as the phone of a household. Otherwise it must be unique. What other
    customers share, and none has alone, is shared whatever is sent; left out, it stays as it is stored."""
    uses: NumberUses = []
    """What a phone number can be used for. Defaults to `call` and `sms`, and `whatsapp` if that is the kind."""
    opted_out: NumberUses = []
    """The uses of this phone number that the customer does not want. It still identifies them."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_usual_uses(cls, entered: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """The usual uses are none that were sent."""
        point = validate(cls._with_uses(entered))
        if isinstance(entered, dict) and entered.get("kind") == ContactKind.PHONE and not entered.get("uses"):
            point.model_fields_set.discard("uses")
        return point

    @classmethod
    def _with_uses(cls, entered: Any) -> Any:
        if not isinstance(entered, dict) or entered.get("kind") not in (ContactKind.PHONE, WHATSAPP):
            return entered
        uses, opted_out = entered.get("uses") or [], entered.get("opted_out") or []
        if not all(isinstance(value, list) and set(map(str, value)) <= set(NumberUse) for value in (uses, opted_out)):
            return entered
        known = uses or [*USUAL_USES, *opted_out]
        if entered["kind"] == WHATSAPP:
            known = [*known, NumberUse.WHATSAPP]
            entered = with_country_of_whatsapp(entered)
        said = {"opted_out": ordered_uses(opted_out)} if "opted_out" in entered else {}
        return entered | {"uses": ordered_uses(known)} | said

    @model_validator(mode="after")
    def _check_uses(self) -> "ContactPointNew":
        if self.kind is not ContactKind.PHONE and (self.uses or self.opted_out):
            raise fault("uses", "uses", "Only a phone number has `uses` and `opted_out`")
        if not set(self.opted_out) <= set(self.uses):
            raise fault("opted_out", "uses", "Only a use of the number can be opted out of")
        return self

    compared: ClassVar[Form] = staticmethod(by_contact_form)

    @model_validator(mode="after")
    def _check_web_address(self) -> Self:
        if self.kind is ContactKind.WEB and not is_web_address(self.value):
            raise fault("value", "url_scheme", "Must be an http or https address")
        return self


class ContactPoint(Resource):
    """A phone number, e-mail address or account by which the customer is reached and recognised."""

    id: Id
    """The id of the contact point. It is kept while kind and normalised value stay the same."""
    kind: ContactKind
    value: Name
    """The number or address as it was entered."""
    normalized: Name
    """The form used for matching: E.164 for phone numbers, otherwise a canonical spelling. A number without its area
    code stays as it is."""
    extension: Label | None
    """The extension of a phone number, which `normalized` leaves out. Null if there is none."""
    label: Label | None
    """What the contact point is for, such as `home`, `work` or `till`."""
    primary: bool
    """Whether this is the preferred contact point of its kind."""
    verified_at: Moment | None
    """When the customer, or staff by `keep_contact`, confirmed that this is theirs. Null if it was never verified."""
    invalid: bool
    """Whether it does not reach the customer. An invalid contact point is not matched and need not be unique."""
    shared: bool
    """Whether several customers may have it. Otherwise it belongs to this customer only."""
    uses: NumberUses
    """What a phone number can be used for. Empty for everything else."""
    opted_out: NumberUses
    """The uses of this phone number that the customer does not want. It still identifies them."""
    identifies: bool
    """Whether records with this value are theirs. Not so for fillers such as `0000000000` or `none@none.com`, and for
    numbers without an area code or outside of the numbering plan; these need not be unique either."""


class IdentityNew(Schema):
    """The id of the customer in an external system. Each id of a system belongs to one customer at most."""

    system: Label
    """The external system, such as `loyalty`, `webshop` or `accounting`."""
    external_id: Reference
    """The id that the external system uses for the customer."""


class CustomerKeys(Schema):
    """A customer who exists, by any of their keys. The id decides; identity, phone and e-mail must agree."""

    id: Id | None = None
    """The id of the customer, if the sender knows it."""
    identity: IdentityNew | None = None
    phone: Annotated[Phone | None, BLANK_IS_ABSENT] = None
    """A phone number in any spelling."""
    email: Annotated[Email | None, BLANK_IS_ABSENT] = None
    """An e-mail address, in upper or lower case."""


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
