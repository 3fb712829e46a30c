"""Customers: who they are and how to reach them."""

from app.schemas.customers.contact_details import ContactPointNew, EnteredContactKind, IdentityNew
from app.schemas.customers.customers import Customer, CustomerChange, CustomerNew
from app.schemas.customers.preferences import UnwelcomeChannel

__all__ = [
    "ContactPointNew",
    "Customer",
    "CustomerChange",
    "CustomerNew",
    "EnteredContactKind",
    "IdentityNew",
    "UnwelcomeChannel",
]
