"""Who has which contact points, alone or together with others."""

from collections.abc import Iterable
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import rows


async def holders(ctx: Context, keys: Iterable[tuple[str, str, str]], apart_from: UUID | None = None) -> list[Record]:
    """Rows of (kind, normalized, extension, customer_id) for those of the keys that somebody has, other than one.

    Of those that customers share, and nobody holds exclusively, `customer_id` is null.
    """
    kinds, values, extensions = rows.columns(keys, 3)
    return await ctx.db.fetch(
        f"""
        SELECT w.kind, w.normalized, w.extension, h.customer_id
        FROM unnest($1::text[], $2::text[], $3::text[]) AS w(kind, normalized, extension)
        LEFT JOIN contact_points h ON (h.kind, h.normalized, h.extension) = (w.kind, w.normalized, w.extension)
            AND h.exclusive AND h.customer_id IS DISTINCT FROM $4
        WHERE h.customer_id IS NOT NULL OR {_shared_by_others("w", "$4")}
        """,
        kinds,
        values,
        extensions,
        apart_from,
    )


async def had_beside(
    ctx: Context, customer_ids: Iterable[UUID], keys: Iterable[tuple[str, str, str]]
) -> list[tuple[UUID, tuple[str, str, str]]]:
    """Which of the customers have which of the keys without holding them: as shared, or while they are archived."""
    kinds, values, extensions = rows.columns(keys, 3)
    found = await ctx.db.fetch(
        """
        SELECT p.customer_id, p.kind, p.normalized, p.extension
        FROM unnest($2::text[], $3::text[], $4::text[]) AS w(kind, normalized, extension)
        JOIN contact_points p USING (kind, normalized, extension)
        WHERE p.customer_id = ANY ($1::uuid[]) AND NOT p.exclusive AND NOT p.invalid
        """,
        list(customer_ids),
        kinds,
        values,
        extensions,
    )
    return [(row["customer_id"], (row["kind"], row["normalized"], row["extension"])) for row in found]


async def namesakes(ctx: Context, keys: Iterable[tuple[str, str, str]], display_name: str) -> list[UUID]:
    """The first ten customers of this name, not archived, who have one of the keys as shared."""
    kinds, values, extensions = rows.columns(keys, 3)
    found = await ctx.db.fetch(
        """
        SELECT DISTINCT c.id FROM unnest($1::text[], $2::text[], $3::text[]) AS w(kind, normalized, extension)
        JOIN contact_points p USING (kind, normalized, extension)
        JOIN customers c ON c.id = p.customer_id AND c.archived_at IS NULL
        WHERE p.shared AND NOT p.invalid AND c.display_name = $4
        ORDER BY c.id LIMIT 10
        """,
        kinds,
        values,
        extensions,
        display_name,
    )
    return [row["id"] for row in found]


async def share(ctx: Context, keys: Iterable[tuple[str, str, str]]) -> list[Record]:
    """Let others have these too: rows of (customer_id, display_name, places) of those who held them exclusively.

    `places` are those of the contact points in the customer's list, counted from 0.
    """
    kinds, values, extensions = rows.columns(sorted(keys), 3)
    return await ctx.db.fetch(
        """
        WITH shared AS (
            UPDATE contact_points p SET shared = true, exclusive = false
            FROM unnest($1::text[], $2::text[], $3::text[]) AS w(kind, normalized, extension)
            WHERE (p.kind, p.normalized, p.extension) = (w.kind, w.normalized, w.extension) AND p.exclusive
            RETURNING p.customer_id, p.position
        )
        SELECT c.id AS customer_id, c.display_name, array_agg((
            SELECT count(*) FROM contact_points p WHERE p.customer_id = c.id AND p.position < s.position
        ) ORDER BY s.position) AS places
        FROM shared s JOIN customers c ON c.id = s.customer_id GROUP BY c.id ORDER BY c.id
        """,
        kinds,
        values,
        extensions,
    )


async def of_customer(ctx: Context, customer_id: UUID) -> list[Record]:
    return await ctx.db.fetch("SELECT * FROM contact_points WHERE customer_id = $1 ORDER BY position", customer_id)


async def release(ctx: Context, customer_id: UUID) -> None:
    """Let other customers have the same contact points."""
    await ctx.db.execute("UPDATE contact_points SET exclusive = false WHERE customer_id = $1", customer_id)


async def reserve(ctx: Context, customer_id: UUID) -> None:
    """Let no other customer have the same ones, unless others share them already: then they are shared."""
    await ctx.db.execute(
        f"""
        UPDATE contact_points p SET shared = w.shared, exclusive = NOT w.shared
        FROM (SELECT p.id, {_shared_by_others("p", "$1")} AS shared FROM contact_points p WHERE p.customer_id = $1) w
        WHERE p.id = w.id AND NOT p.shared AND NOT p.invalid AND p.identifies
        """,
        customer_id,
    )


def _shared_by_others(point: str, customer_id: str) -> str:
    return (
        "EXISTS (SELECT FROM contact_points o JOIN customers c ON c.id = o.customer_id AND c.archived_at IS NULL "
        f"WHERE (o.kind, o.normalized, o.extension) = ({point}.kind, {point}.normalized, {point}.extension) "
        f"AND o.shared AND NOT o.invalid AND o.customer_id IS DISTINCT FROM {customer_id})"
    )
