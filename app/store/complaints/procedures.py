from collections.abc import Collection
from uuid import UUID

from app.core.context import Context
from app.schemas.complaints import procedures
from app.store.kit.versioned import BY_CREATION, VersionedTable

PROCEDURES = VersionedTable(
    "procedure",
    "procedures",
    "category",
    procedures.ProcedureNew,
    procedures.Procedure,
    procedures.ProcedureVersion,
    procedures.ProcedureQuery,
    {"category": "r.category = {}"},
    BY_CREATION,
)


async def procedures_of_categories(ctx: Context, categories: Collection[str]) -> dict[str | None, tuple[UUID, int]]:
    """Id and version of the procedures for these categories, and under None the one for all others."""
    found = await ctx.db.fetch(
        "SELECT category, id, version FROM procedures WHERE category = ANY ($1::text[]) "
        "UNION ALL SELECT category, id, version FROM procedures WHERE category IS NULL",
        list(categories),
    )
    return {row["category"]: (row["id"], row["version"]) for row in found}
