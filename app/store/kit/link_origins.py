"""Where records that follow others have their customers from, and from which of their links they may take one now."""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.core.context import Context
from app.rules.kit.links import LINKS, TABLES, Link
from app.store.kit.links import FOLLOWERS, is_excluded, joined


async def named_customers(ctx: Context, noun: str, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """For records of one noun, the customer of the first that each is linked to and that has one: (origin, customer).

    Links are looked at in their order. A record that has its customer from another one counts if that one, and so on,
    still has them, up to one that says itself whose it is; not if it has them from the very record that asks, nor if
    somebody took that from them.
    """
    found = await ctx.db.fetch(_NAMED[noun], list(ids))
    return {row["id"]: (row["origin_id"], row["customer_id"]) for row in found}


async def customers(ctx: Context, ids: Collection[UUID]) -> dict[UUID | None, UUID | None]:
    """Whose these records are, of whatever nouns. Without ids, nothing is queried."""
    found = await ctx.db.fetch(_CUSTOMERS, sorted(ids)) if ids else []
    return {row["id"]: row["customer_id"] for row in found}


async def unlinked(ctx: Context, noun: str, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these records have their customers from others that they are not linked to, or by whose links they do
    not have them any more: customers by id.
    """
    return {row["id"]: row["customer_id"] for row in await ctx.db.fetch(_UNLINKED[noun], sorted(ids))}


async def lent_by(ctx: Context, lender_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these records have their customers from this one, directly or not. Without ids, nothing is queried."""
    if not ids:
        return set()
    return {row["id"] for row in await ctx.db.fetch(_LENT, sorted(ids), lender_id)}


def _origin(table: str) -> str:
    """SQL expression on a row `l`: the record that it has its customer from."""
    return "l.customer_from_id" if table in {TABLES[noun] for noun in FOLLOWERS} else "NULL::uuid"


def _leaders(position: int, link: Link) -> str:
    table = TABLES[link.leader]
    return (
        f"SELECT k.{link.follower_column} AS id, {position} AS position, l.id AS origin_id, l.customer_id, "
        f"{_origin(table)} AS from_id FROM {link.table} k JOIN {table} l ON l.id = k.{link.leader_column} "
        f"{joined(link)}WHERE k.{link.follower_column} = ANY ($1::uuid[]) AND l.customer_id IS NOT NULL "
        f"AND NOT {is_excluded(link, 'l.customer_id')}"
    )


def _named(noun: str) -> str:
    leaders = " UNION ALL ".join(_leaders(n, link) for n, link in enumerate(LINKS) if link.follower == noun)
    return f"""
        WITH RECURSIVE leaders AS MATERIALIZED ({leaders}),
        chain (origin_id, customer_id, id, from_id) AS (
            SELECT DISTINCT origin_id, customer_id, origin_id, from_id FROM leaders
            UNION
            SELECT c.origin_id, c.customer_id, l.id, l.from_id
            FROM chain c CROSS JOIN LATERAL ({_RECORDS.format(id="c.from_id")}) l
            WHERE l.customer_id = c.customer_id
        )
        SELECT DISTINCT ON (l.id) l.id, l.origin_id, l.customer_id
        FROM leaders l JOIN chain c USING (origin_id, customer_id) WHERE c.from_id IS NULL AND NOT EXISTS (
            SELECT FROM chain a WHERE a.origin_id = l.origin_id AND a.customer_id = l.customer_id AND a.id = l.id
        )
        ORDER BY l.id, l.position, l.origin_id
    """


def _unlinked(noun: str) -> str:
    linked = " UNION ALL ".join(
        f"SELECT FROM {link.table} k WHERE k.{link.follower_column} = f.id "
        f"AND k.{link.leader_column} = f.customer_from_id AND NOT {is_excluded(link, 'f.customer_id')}"
        for link in LINKS
        if link.follower == noun
    )
    return (
        f"SELECT f.id, f.customer_id FROM {TABLES[noun]} f WHERE f.id = ANY ($1::uuid[]) "
        f"AND f.customer_from_id IS NOT NULL AND f.customer_id IS NOT NULL AND NOT EXISTS ({linked}) "
        "ORDER BY f.id FOR NO KEY UPDATE"
    )


_RECORDS = " UNION ALL ".join(
    f"SELECT l.id, l.customer_id, {_origin(table)} AS from_id FROM {table} l WHERE l.id = {{id}}"
    for table in TABLES.values()
)
"""The record with an id, of whatever noun."""
_CUSTOMERS = (
    f"SELECT l.id, l.customer_id FROM unnest($1::uuid[]) AS w(id) CROSS JOIN LATERAL ({_RECORDS.format(id='w.id')}) l"
)
_NAMED = {noun: _named(noun) for noun in FOLLOWERS}
_UNLINKED = {noun: _unlinked(noun) for noun in FOLLOWERS}
_LENT = f"""
    WITH RECURSIVE chain (id, from_id) AS (
        SELECT w.id, w.id FROM unnest($1::uuid[]) AS w(id)
        UNION
        SELECT c.id, l.from_id FROM chain c CROSS JOIN LATERAL ({_RECORDS.format(id="c.from_id")}) l
    )
    SELECT DISTINCT id FROM chain WHERE from_id = $2
"""
