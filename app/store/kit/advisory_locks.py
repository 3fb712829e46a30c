from app.core.advisory_lock_ids import SAMPLE
from app.core.context import Context


async def try_sample(ctx: Context) -> bool:
    """Whether this transaction is the only one that loads the sample shop; it is until it ends."""
    locked: bool = await ctx.db.fetchval("SELECT pg_try_advisory_xact_lock($1)", SAMPLE)
    return locked
