"""With whom records say to be themselves, whatever they are linked to."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.kit.links import TABLES
from app.store.kit.assigned_reasons import CONTACTS


async def contacts(ctx: Context, noun: str, ids: Sequence[UUID]) -> list[Record]:
    """Rows of (id, contact, source, taken_from, match_reasons) of these records."""
    return await ctx.db.fetch(
        f"SELECT t.id, {CONTACTS[noun]} AS contact, t.source, t.taken_from, t.match_reasons FROM {TABLES[noun]} t "
        "WHERE t.id = ANY ($1::uuid[]) ORDER BY t.id",
        ids,
    )


async def set_resolutions(ctx: Context, noun: str, resolutions: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set who may be meant by locked records, and why; `links.assign_customers` says whose they are."""
    await ctx.db.execute(
        f"UPDATE {TABLES[noun]} t SET match_reasons = v.match_reasons, "
        "candidates = ARRAY(SELECT jsonb_array_elements_text(v.candidates)::uuid) "
        "FROM jsonb_to_recordset($1::text::jsonb) AS v(id uuid, candidates jsonb, match_reasons jsonb) "
        "WHERE t.id = v.id",
        json.dumps([{**row, "id": n} for n, row in resolutions.items()], default=str),
    )
