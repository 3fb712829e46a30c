"""Customers: who they are and how to reach them."""

from app.rules.customers.resolution import EnteredKey
from app.services.customers.claims import claims, require_customer
from app.services.customers.creation import record_created
from app.services.customers.customers import refresh_word_sets
from app.services.customers.drafts import CustomerDraft, draft_customer, write_drafts
from app.services.customers.exclusions import Excluded
from app.services.customers.filling import fill
from app.services.customers.learning import Lesson
from app.services.customers.own_contacts import find_own_customers
from app.services.customers.reassignment import (
    after_release,
    by_own_keys,
    is_released_from,
    linked,
    reassigned,
    still_theirs,
    with_released,
)
from app.services.customers.references import CustomerReference, references_by_contact
from app.services.customers.resolution import (
    NO_CUSTOMER,
    Facts,
    Reason,
    Resolution,
    Resolver,
    find_customers,
    reason,
)
from app.services.customers.sources import Policies, create_new_sources, load_policies, under
from app.services.customers.unlearning import forget

__all__ = [
    "NO_CUSTOMER",
    "CustomerDraft",
    "CustomerReference",
    "EnteredKey",
    "Excluded",
    "Facts",
    "Lesson",
    "Policies",
    "Reason",
    "Resolution",
    "Resolver",
    "after_release",
    "by_own_keys",
    "claims",
    "create_new_sources",
    "draft_customer",
    "fill",
    "find_customers",
    "find_own_customers",
    "forget",
    "is_released_from",
    "linked",
    "load_policies",
    "reason",
    "reassigned",
    "record_created",
    "references_by_contact",
    "refresh_word_sets",
    "require_customer",
    "still_theirs",
    "under",
    "with_released",
    "write_drafts",
]
