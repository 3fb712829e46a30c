from app.core.context import Context


async def allowed(ctx: Context) -> int:
    """How many connections this user may have to this database."""
    count: int = await ctx.db.fetchval(_ALLOWED)
    return count


# Limits of the database and of the role are -1 where there are none. Superusers have the reserved connections too.
_ALLOWED = """
    SELECT least(
        current_setting('max_connections')::int - CASE WHEN r.rolsuper THEN 0
            ELSE current_setting('superuser_reserved_connections')::int
                + current_setting('reserved_connections')::int END,
        nullif(d.datconnlimit, -1), nullif(r.rolconnlimit, -1))
    FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user
"""
