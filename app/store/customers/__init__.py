"""Customers: who they are and how to reach them."""

from app.store.customers.customers import (
    CUSTOMERS,
    contact_points,
    existing_ids,
    holders_of_contact_points,
)
from app.store.customers.resolution import MATCHES_BY_CONTACT_POINT, MATCHES_BY_IDENTITY, customer_references

__all__ = [
    "CUSTOMERS",
    "MATCHES_BY_CONTACT_POINT",
    "MATCHES_BY_IDENTITY",
    "contact_points",
    "customer_references",
    "existing_ids",
    "holders_of_contact_points",
]
