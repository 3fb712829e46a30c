"""The attributes of customers and of their relationships."""

from collections.abc import Iterable
from enum import StrEnum


class CustomerKind(StrEnum):
    """Whether the customer is a person or an organization."""

    PERSON = "person"
    ORGANIZATION = "organization"


class Trade(StrEnum):
    """Whether the customer buys as a consumer (`b2c`), as a business (`b2b`) or as both."""

    B2C = "b2c"
    B2B = "b2b"
    BOTH = "both"


class OnMatch(StrEnum):
    """What to do with a new customer whose identity or unshared contact point another customer has."""

    REFUSE = "refuse"
    """Answer 409."""
    MATCH = "match"
    """They are this customer, who learns what was not known; nothing is overwritten."""
    KEEP = "keep"
    """They are a customer of their own, and the contact point is shared."""


class CustomerRole(StrEnum):
    """What a party is to the business. One party may have several roles."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    PARTNER = "partner"
    SERVICE_USER = "service_user"
    STAFF_CONTACT = "staff_contact"
    OTHER = "other"


MOST_CONTACT_POINTS = MOST_IDENTITIES = 50
"""Of one customer. What was learnt counts as well: a customer is checked as a whole when anything of them changes."""


class ContactKind(StrEnum):
    """What a contact point is: an address, a number, or an account of a service."""

    EMAIL = "email"
    PHONE = "phone"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    WEB = "web"
    OTHER = "other"


WHATSAPP = "whatsapp"
"""Taken for a kind of contact point wherever one is entered. It is a phone number that has this use."""


class NumberUse(StrEnum):
    """What a phone number can be used for."""

    CALL = "call"
    SMS = "sms"
    WHATSAPP = "whatsapp"


USUAL_USES = (NumberUse.CALL, NumberUse.SMS)
"""Of a phone number of which nothing else is known."""


def ordered_uses(uses: Iterable[str]) -> list[NumberUse]:
    """Each once, in the order in which they are always answered."""
    known = set(uses)
    return [use for use in NumberUse if use in known]


class RelationshipKind(StrEnum):
    """Read from the `from` end: *from* works for *to*."""

    WORKS_FOR = "works_for"
    HOUSEHOLD = "household"
    PARENT_ORGANIZATION = "parent_organization"
    DISTRIBUTOR_OF = "distributor_of"
    SUPPLIES = "supplies"
    REFERRED = "referred"


# The same relationship, read from the other end.
INVERSE = {
    RelationshipKind.WORKS_FOR: "employs",
    RelationshipKind.HOUSEHOLD: "household",
    RelationshipKind.PARENT_ORGANIZATION: "subsidiary_organization",
    RelationshipKind.DISTRIBUTOR_OF: "distributed_by",
    RelationshipKind.SUPPLIES: "supplied_by",
    RelationshipKind.REFERRED: "referred_by",
}


def default_trade(kind: CustomerKind) -> Trade:
    return Trade.B2B if kind == CustomerKind.ORGANIZATION else Trade.B2C


def display_name(given: str | None, family: str | None, fallbacks: list[str]) -> str | None:
    """The names joined, or else the first fallback that is not empty."""
    full_name = " ".join(part for part in (given, family) if part)
    return full_name or next((value for value in fallbacks if value), None)
