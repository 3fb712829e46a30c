"""API keys are created, listed and revoked. The key itself is returned once, on creation."""

from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import invalid
from app.rules.access import keys as rules
from app.store.access import keys as store


async def create(ctx: Context, name: str, scopes: list[str], key: str | None = None) -> str:
    """Store `key`, which has at least 32 characters, or a new random key, and return it."""
    if unknown := sorted(set(scopes) - {*rules.SCOPES, rules.ADMIN}):
        known = ", ".join([*rules.SCOPES, rules.ADMIN])
        raise invalid("/scopes", "scope", f"Unknown scopes: {', '.join(unknown)}. Known: {known}")
    if not 1 <= len(name) <= rules.LONGEST_NAME:
        detail = f"The name must have 1 to {rules.LONGEST_NAME} characters"
        raise invalid("/name", "too_long" if name else "missing", detail)
    if key is not None and len(key) < rules.SHORTEST_KEY:
        raise invalid("/key", "too_short", f"A key must have at least {rules.SHORTEST_KEY} characters")
    secret = key or rules.new_key()
    await store.add(ctx, name, rules.hash_key(secret), rules.hint(secret), sorted(set(scopes)))
    return secret


async def bootstrap(ctx: Context, key: str | None) -> str | None:
    """Create the first admin key; None where keys already exist."""
    if await store.has_any(ctx):
        return None
    return await create(ctx, "admin", [rules.ADMIN], key)


async def find(ctx: Context) -> list[Record]:
    return await store.find(ctx)


async def revoke(ctx: Context, key_id: UUID) -> None:
    await store.revoke(ctx, key_id)
