"""Customers: who they are and how to reach them."""

from app.schemas.customers.contact_details import (
    ContactPointNew,
    CustomerKeys,
    Email,
    EnteredContactKind,
    IdentityNew,
    NumberUses,
    Phone,
    PhoneOrEmail,
    by_contact_form,
    with_country_of_whatsapp,
)
from app.schemas.customers.customers import Customer, CustomerChange, CustomerNew
from app.schemas.customers.matches import MatchCandidates, MatchReasons
from app.schemas.customers.preferences import UnwelcomeChannel
from app.schemas.customers.relationships import RelationshipRecord

__all__ = [
    "ContactPointNew",
    "Customer",
    "CustomerChange",
    "CustomerKeys",
    "CustomerNew",
    "Email",
    "EnteredContactKind",
    "IdentityNew",
    "MatchCandidates",
    "MatchReasons",
    "NumberUses",
    "Phone",
    "PhoneOrEmail",
    "RelationshipRecord",
    "UnwelcomeChannel",
    "by_contact_form",
    "with_country_of_whatsapp",
]
