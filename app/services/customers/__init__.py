"""Customers: who they are and how to reach them."""

from app.services.customers.customers import change, record_created
from app.services.customers.drafts import CustomerDraft, draft_customer, write_drafts
from app.services.customers.resolution import CustomerReference, Facts, Resolver

__all__ = [
    "CustomerDraft",
    "CustomerReference",
    "Facts",
    "Resolver",
    "change",
    "draft_customer",
    "record_created",
    "write_drafts",
]
