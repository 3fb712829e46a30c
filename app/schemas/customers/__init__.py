"""Customers: who they are and how to reach them."""

from app.schemas.customers.contact_details import (
    ContactPointNew,
    Email,
    EnteredContactKind,
    IdentityNew,
    Phone,
    by_contact_form,
)
from app.schemas.customers.customers import Customer, CustomerChange, CustomerNew
from app.schemas.customers.matches import MatchCandidates, MatchReasons
from app.schemas.customers.preferences import UnwelcomeChannel

__all__ = [
    "ContactPointNew",
    "Customer",
    "CustomerChange",
    "CustomerNew",
    "Email",
    "EnteredContactKind",
    "IdentityNew",
    "MatchCandidates",
    "MatchReasons",
    "Phone",
    "UnwelcomeChannel",
    "by_contact_form",
]
