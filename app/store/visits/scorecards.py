import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.schemas.visits import scorecards as schemas
from app.store.kit.versioned import VersionedTable

SCORECARDS = VersionedTable(
    "scorecard",
    "scorecards",
    "code",
    schemas.ScorecardNew,
    schemas.Scorecard,
    schemas.ScorecardVersion,
    schemas.ScorecardQuery,
    {"code": "r.code = {}"},
    {"created_at": ("r.created_at", "timestamptz")},
)


async def current(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, tuple[int, Any]]:
    """Current version and definition of those that exist, by id."""
    found = await ctx.db.fetch(
        "SELECT id, version, definition::text FROM scorecards WHERE id = ANY ($1::uuid[])", sorted(set(ids))
    )
    return {row[0]: (row[1], json.loads(row[2])) for row in found}
