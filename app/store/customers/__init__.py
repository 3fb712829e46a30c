"""Customers: who they are and how to reach them."""

from app.store.customers.customers import (
    COLUMNS,
    MISSING,
    contact_points,
    existing_ids,
    get,
    holders_of_contact_points,
    lock,
)
from app.store.customers.resolution import MATCHES_BY_CONTACT_POINT, MATCHES_BY_IDENTITY, customer_references

__all__ = [
    "COLUMNS",
    "MATCHES_BY_CONTACT_POINT",
    "MATCHES_BY_IDENTITY",
    "MISSING",
    "contact_points",
    "customer_references",
    "existing_ids",
    "get",
    "holders_of_contact_points",
    "lock",
]
