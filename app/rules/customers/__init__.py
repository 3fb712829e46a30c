"""Customers: who they are, how to reach them, and when."""

from app.rules.customers.contact_points import Normalized, NotAContact, normalize, normalize_email
from app.rules.customers.contact_policy import (
    CONTACT_BY_CHANNEL,
    FACE_TO_FACE,
    QuietHours,
    choose_channel,
    contact_kind,
    next_permitted,
    parse_quiet_hours,
)
from app.rules.customers.customers import (
    NUMBER_KINDS,
    ContactKind,
    CustomerKind,
    CustomerRole,
    RelationshipKind,
    Trade,
)
from app.rules.customers.resolution import Match

__all__ = [
    "CONTACT_BY_CHANNEL",
    "FACE_TO_FACE",
    "NUMBER_KINDS",
    "ContactKind",
    "CustomerKind",
    "CustomerRole",
    "Match",
    "Normalized",
    "NotAContact",
    "QuietHours",
    "RelationshipKind",
    "Trade",
    "choose_channel",
    "contact_kind",
    "next_permitted",
    "normalize",
    "normalize_email",
    "parse_quiet_hours",
]
