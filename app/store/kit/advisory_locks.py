from app.core.context import Context

_SAMPLE = 7_270_613
"""Any constant that no other advisory lock has."""


async def try_sample(ctx: Context) -> bool:
    """Whether this transaction is the only one that loads the sample shop; it is until it ends."""
    locked: bool = await ctx.db.fetchval("SELECT pg_try_advisory_xact_lock($1)", _SAMPLE)
    return locked
