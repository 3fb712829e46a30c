"""Aggregates over very many rows: planned for the given arguments, with more working memory."""

from collections.abc import Mapping
from typing import Any

from app.core.context import Context
from app.store.kit.sql import Statement

_SETTINGS = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '64MB'"


async def fetch(ctx: Context, statement: Statement, values: Mapping[str, Any]) -> str:
    """The first column of the first row: JSON.

    The plan is made anew for each call, with the values of the parameters. A filter that is not asked for, as in
    `:site IS NULL OR c.site = :site`, is folded away before planning, and so are the branches of a CASE or UNION that
    are not taken: a plan that was kept for all values would take any period for a short one, and use no index that
    fits the filters. Planning costs milliseconds, as do the round trips of a transaction: little beside the summing.
    """
    async with ctx.db.transaction():
        await ctx.db.execute(_SETTINGS)
        found: str = await ctx.db.fetchval(statement.text, *statement.arguments(values))
        return found
