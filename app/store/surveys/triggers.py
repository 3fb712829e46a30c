"""What is needed to decide on invitations: rules, published surveys, customers, and the subjects of triggers."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.surveys.triggers import TriggerEvent


class Rule(NamedTuple):
    id: UUID
    active: bool
    survey_id: UUID
    definition: dict[str, Any]


def active_rule(event: TriggerEvent) -> str:
    """SQL condition: there is an active rule for this event."""
    return f"EXISTS (SELECT FROM survey_rules r WHERE r.active AND r.definition->>'after' = '{event}')"


async def active_rules(ctx: Context, event: TriggerEvent) -> list[Rule]:
    found = await ctx.db.fetch(
        f"{_RULE} WHERE r.active AND r.definition->>'after' = $1 ORDER BY r.id",
        event.value,
    )
    return [_rule(row) for row in found]


async def rule(ctx: Context, rule_id: UUID) -> Rule | None:
    row = await ctx.db.fetchrow(f"{_RULE} WHERE r.id = $1", rule_id)
    return row and _rule(row)


async def surveys(ctx: Context, survey_ids: Iterable[UUID]) -> list[Record]:
    """Rows of (id, code, status, published_version, definition): the published definition, or else the draft."""
    return await ctx.db.fetch(_SURVEYS, list(survey_ids))


async def customers(ctx: Context, customer_ids: Iterable[UUID], *, lock: bool) -> list[Record]:
    """Rows of (id, archived, tags, preferences, points, last_invited_at); locked on request.

    Contact points are those that are not invalid and identify somebody, the preferred one of a kind first: a JSON array
    of [kind, value, uses, opted_out], or null.
    """
    ordered = list(customer_ids)
    if lock:
        await ctx.db.execute("SELECT FROM customers WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", ordered)
    return await ctx.db.fetch(_CUSTOMERS, ordered)


async def subjects(ctx: Context, event: TriggerEvent, subject_ids: Iterable[UUID]) -> list[Record]:
    """Rows of sales, complaints or interactions; `eligible`: customers may be invited after it, `undone`: it fell away,
    `planned_for`: it has not taken place yet.
    """
    return await ctx.db.fetch(_SUBJECTS[event], list(subject_ids))


def _rule(row: Record) -> Rule:
    return Rule(row["id"], row["active"], row["survey_id"], json.loads(row["definition"]))


_RULE = "SELECT r.id, r.active, r.survey_id, r.definition::text AS definition FROM survey_rules r"
_SURVEYS = """
    SELECT s.id, s.code, s.status, s.published_version, coalesce(v.definition, s.definition)::text AS definition
    FROM surveys s LEFT JOIN survey_versions v ON v.survey_id = s.id AND v.version = s.published_version
    WHERE s.id = ANY ($1::uuid[])
"""
_CUSTOMERS = """
    SELECT c.id, c.archived_at IS NOT NULL AS archived, c.tags, c.preferences::text AS preferences,
        p.points, a.last_invited_at
    FROM customers c
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(p.kind, p.value, p.uses, p.opted_out)
            ORDER BY p.primary DESC, p.position)::text AS points
        FROM contact_points p WHERE p.customer_id = c.id AND NOT p.invalid AND p.identifies
    ) p
    LEFT JOIN LATERAL (
        SELECT i.created_at AS last_invited_at FROM invitations i
        WHERE i.customer_id = c.id AND i.state NOT IN ('revoked', 'withdrawn') ORDER BY i.created_at DESC LIMIT 1
    ) a ON true
    WHERE c.id = ANY ($1::uuid[])
"""
_SUBJECTS = {
    TriggerEvent.SALE: """
        SELECT s.id, s.customer_id, s.occurred_at AS happened_at, s.site, s.operator AS staff, s.channel,
            NULL AS kind, NULL AS category, s.total, s.currency,
            s.purchase AS eligible, s.voided_at IS NOT NULL OR s.fully_returned AS undone,
            NULL::timestamptz AS planned_for
        FROM sales s WHERE s.id = ANY ($1::uuid[])
    """,
    TriggerEvent.COMPLAINT_CLOSED: """
        SELECT k.id, k.customer_id, coalesce(k.ended_at, k.state_since) AS happened_at, k.site, k.staff, k.channel,
            NULL AS kind, k.category, NULL::numeric AS total, NULL AS currency, k.state = 'closed' AS eligible,
            k.state = 'withdrawn' AS undone, NULL::timestamptz AS planned_for
        FROM complaints k WHERE k.id = ANY ($1::uuid[])
    """,
    TriggerEvent.INTERACTION: """
        SELECT i.id, i.customer_id, i.happened_at, NULL AS site, i.staff, i.channel,
            i.kind, NULL AS category, NULL::numeric AS total, NULL AS currency,
            i.state = 'held' AND (i.direction = 'inbound' OR i.direction = 'outbound' AND i.staff IS NOT NULL)
            AS eligible, i.state IN ('missed', 'cancelled') AS undone,
            CASE WHEN i.state = 'planned' THEN i.happened_at END AS planned_for
        FROM interactions i WHERE i.id = ANY ($1::uuid[])
    """,
}
