"""What is read of a complaint that a new interaction may be about: is it, and whose is it by that?"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.schemas.interactions.interactions import Contact
from app.services.customers import Resolution


def is_in_conversation(complaint: Mapping[str, Any], customer_id: UUID | None) -> bool:
    """Whether an interaction with this customer, in a thread of this name, is in the conversation of a complaint: as
    `threads.same_thread` has it for stored ones.
    """
    if complaint["same_source"] or str(customer_id) in (complaint["customers"] or ()):
        return True
    if customer_id is None:
        return bool(complaint["may_be_one"])
    only_with = complaint["only_with"]
    return complaint["may_be_one_of_nobody"] and (only_with is None or str(customer_id) in only_with)


def customer_of(complaint: Mapping[str, Any], resolution: Resolution, contact: Contact | None) -> UUID | None:
    """Whose a message about a complaint is if it says itself no customer: nobody's by this complaint if it is known who
    may have written it, and that the customer of the complaint has not.
    """
    if complaint["customer_id"] is None:
        return None
    customer_id = UUID(complaint["customer_id"])
    by_complainant = contact is not None and complaint["contact"] == contact.value
    return customer_id if by_complainant or not resolution.is_others(customer_id) else None
