"""Customers: who they are and how to reach them."""

from app.schemas.customers.customers import (
    ContactPointNew,
    Customer,
    CustomerChange,
    CustomerNew,
    IdentityNew,
    UnwelcomeChannel,
)

__all__ = ["ContactPointNew", "Customer", "CustomerChange", "CustomerNew", "IdentityNew", "UnwelcomeChannel"]
