"""What triggers invitations: which rules fit what happened, which of it is sampled, and when customers are asked."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID


class TriggerEvent(StrEnum):
    """The occasion after which customers are invited to a survey."""

    SALE = "sale"
    COMPLAINT_CLOSED = "complaint_closed"
    INTERACTION = "interaction"


MAX_AGE = timedelta(days=7)
"""Events older than this and the delay of a rule trigger no invitation: old receipts may be imported."""


def is_sampled(rule_id: UUID, subject_id: UUID, percent: int) -> bool:
    """Whether this subject is among the `percent` that a rule invites: random, but the same each time."""
    hashed = hashlib.sha256(rule_id.bytes + subject_id.bytes).digest()[:8]
    return int.from_bytes(hashed) * 100 < percent << 64


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event after which a customer may be invited."""

    event: TriggerEvent
    id: UUID
    """Of the sale, the complaint or the interaction."""
    happened_at: datetime
    customer_id: UUID
    site: str | None = None
    staff: str | None = None
    channel: str | None = None
    """Of a sale, a channel of sales."""
    kind: str | None = None
    """Of an interaction."""
    category: str | None = None
    """Of a complaint."""
    total: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> str:
        return f"{self.event}:{self.id}"


def parse_trigger_key(key: str) -> tuple[TriggerEvent, UUID]:
    event, _, subject_id = key.partition(":")
    return TriggerEvent(event), UUID(subject_id)


def matches(conditions: Mapping[str, Any], trigger: Trigger, tags: Iterable[str] | None = None) -> bool:
    """Whether a rule with these conditions invites after this trigger: every condition that is not empty has to match.

    `tags` are the customer's; None: not known yet, so the condition on tags is not checked.
    """
    facts = {
        "sites": trigger.site,
        "staff": trigger.staff,
        "sale_channels" if trigger.event is TriggerEvent.SALE else "channels": trigger.channel,
        "interaction_kinds": trigger.kind,
        "complaint_categories": trigger.category,
    }
    if any((allowed := conditions.get(name)) and value not in allowed for name, value in facts.items()):
        return False
    if (minimum := conditions.get("min_total")) is not None:
        too_little = trigger.total is None or trigger.total < Decimal(minimum)
        if too_little or trigger.currency != conditions.get("currency"):
            return False
    return tags is None or has_wanted_tag(conditions, tags)


def has_wanted_tag(conditions: Mapping[str, Any], tags: Iterable[str]) -> bool:
    """Whether a rule with these conditions invites customers with these tags."""
    any_of = conditions.get("customer_tags")
    return not any_of or not set(any_of).isdisjoint(tags)


def invitation_due(happened_at: datetime, delay: timedelta, now: datetime) -> datetime | None:
    """When to invite; None for an event that is too long ago."""
    return None if now - happened_at > MAX_AGE + delay else max(happened_at + delay, now)
