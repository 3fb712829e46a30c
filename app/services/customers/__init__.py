"""Customers: who they are and how to reach them."""

from app.rules.customers.resolution import EnteredKey
from app.services.customers.claims import claims, require_customer
from app.services.customers.creation import record_created
from app.services.customers.customers import change
from app.services.customers.drafts import CustomerDraft, draft_customer, write_drafts
from app.services.customers.learning import Lesson
from app.services.customers.resolution import CustomerReference, Facts, Resolver

__all__ = [
    "CustomerDraft",
    "CustomerReference",
    "EnteredKey",
    "Facts",
    "Lesson",
    "Resolver",
    "change",
    "claims",
    "draft_customer",
    "record_created",
    "require_customer",
    "write_drafts",
]
