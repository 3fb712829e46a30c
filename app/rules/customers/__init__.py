"""Customers: who they are and how to reach them."""

from app.rules.customers.contact_points import Normalized, NotAContact, normalize, normalize_email
from app.rules.customers.customers import ContactKind, CustomerKind, CustomerRole, RelationshipKind, Trade
from app.rules.customers.resolution import Match

__all__ = [
    "ContactKind",
    "CustomerKind",
    "CustomerRole",
    "Match",
    "Normalized",
    "NotAContact",
    "RelationshipKind",
    "Trade",
    "normalize",
    "normalize_email",
]
