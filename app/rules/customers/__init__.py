"""Customers: who they are, how to reach them, and when."""

from app.rules.customers.contact_points import Normalized, NotAContact, normalize
from app.rules.customers.contact_policy import (
    CHANNEL_BY_USE,
    CONTACT_BY_CHANNEL,
    FACE_TO_FACE,
    USE_BY_CHANNEL,
    QuietHours,
    ReachablePoint,
    choose_channel,
    choose_contact_point,
    next_permitted,
    parse_quiet_hours,
)
from app.rules.customers.customers import (
    MOST_CONTACT_POINTS,
    USUAL_USES,
    WHATSAPP,
    ContactKind,
    CustomerKind,
    CustomerRole,
    NumberUse,
    RelationshipKind,
    Trade,
)
from app.rules.customers.nobody import as_values, identity_of_nobody
from app.rules.customers.phone_numbers import with_country_code
from app.rules.customers.resolution import UNDECIDED, Key, Match, ReasonResult
from app.rules.customers.search import tag_word
from app.rules.customers.sources import NO_POLICY, SourcePolicy

__all__ = [
    "CHANNEL_BY_USE",
    "CONTACT_BY_CHANNEL",
    "FACE_TO_FACE",
    "MOST_CONTACT_POINTS",
    "NO_POLICY",
    "UNDECIDED",
    "USE_BY_CHANNEL",
    "USUAL_USES",
    "WHATSAPP",
    "ContactKind",
    "CustomerKind",
    "CustomerRole",
    "Key",
    "Match",
    "Normalized",
    "NotAContact",
    "NumberUse",
    "QuietHours",
    "ReachablePoint",
    "ReasonResult",
    "RelationshipKind",
    "SourcePolicy",
    "Trade",
    "as_values",
    "choose_channel",
    "choose_contact_point",
    "identity_of_nobody",
    "next_permitted",
    "normalize",
    "parse_quiet_hours",
    "tag_word",
    "with_country_code",
]
