"""Feedback rules, and the follow-ups that they made."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.schemas.feedback import rules as schemas
from app.store.kit import rows
from app.store.kit.versioned import VersionedTable

RULES = VersionedTable(
    "feedback_rule",
    "feedback_rules",
    "code",
    schemas.FeedbackRuleNew,
    schemas.FeedbackRule,
    schemas.FeedbackRuleVersion,
    schemas.FeedbackRuleQuery,
    {"code": "r.code = {}", "active": {True: "r.active", False: "NOT r.active"}},
    {"created_at": ("r.created_at", "timestamptz")},
)


@dataclass(frozen=True, slots=True)
class Rule:
    id: UUID
    definition: dict[str, Any]


async def active(ctx: Context) -> list[Rule]:
    """In the order in which they are tried."""
    found = await ctx.db.fetch("SELECT id, definition::text FROM feedback_rules WHERE active ORDER BY code")
    return [Rule(row[0], json.loads(row[1])) for row in found]


async def survey_codes(ctx: Context, survey_ids: Collection[UUID]) -> dict[UUID, str]:
    found = await ctx.db.fetch("SELECT id, code FROM surveys WHERE id = ANY ($1::uuid[])", list(survey_ids))
    return {row[0]: row[1] for row in found}


async def customer_names(ctx: Context, customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """The display names of customers."""
    found = await ctx.db.fetch("SELECT id, display_name FROM customers WHERE id = ANY ($1::uuid[])", list(customer_ids))
    return {row[0]: row[1] for row in found}


async def add_follow_ups(ctx: Context, follow_ups: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "feedback_follow_ups", follow_ups)
