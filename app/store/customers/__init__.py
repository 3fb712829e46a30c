"""Customers: who they are and how to reach them."""

from app.store.customers.contact_points import holders as holders_of_contact_points
from app.store.customers.customers import CUSTOMERS, existing_ids, lock
from app.store.customers.resolution import (
    MATCHES_BY_CONTACT_POINT,
    MATCHES_BY_IDENTITY,
    REFERENCES,
    customer_references,
)

__all__ = [
    "CUSTOMERS",
    "MATCHES_BY_CONTACT_POINT",
    "MATCHES_BY_IDENTITY",
    "REFERENCES",
    "customer_references",
    "existing_ids",
    "holders_of_contact_points",
    "lock",
]
