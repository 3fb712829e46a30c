"""What is read of a complaint that a new interaction may be about: is it, and does it take its customer?"""

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


def is_others(complaint: Mapping[str, Any], resolution: Resolution, contact: Contact | None) -> bool:
    """Whether it is known who may have written a message about a complaint, and that its customer, if any, has not."""
    if complaint["customer_id"] is None:
        return False
    if contact is not None and complaint["contact"] == contact.value:
        return False
    return resolution.is_others(UUID(complaint["customer_id"]))
