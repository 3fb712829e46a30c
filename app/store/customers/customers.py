from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import InvalidCursor
from app.rules.customers.search_terms import Term
from app.rules.kit import cursors
from app.schemas.customers import contact_details
from app.schemas.customers import customers as schemas
from app.store.customers import found, search
from app.store.kit import documents, rows
from app.store.kit.listing import Listing, Page
from app.store.kit.tables import Table

_CHILDREN = {
    "contact_points": documents.json_array(
        contact_details.ContactPoint,
        "contact_points p",
        "p",
        where="p.customer_id = c.id",
        order="p.position",
        own={"extension": "nullif(p.extension, '')"},
    ),
    "identities": documents.json_array(
        contact_details.Identity, "identities i", "i", where="i.customer_id = c.id", order="i.system, i.external_id"
    ),
    "addresses": documents.json_array(
        contact_details.Address, "addresses a", "a", where="a.customer_id = c.id", order="a.position"
    ),
}
_COLUMNS = documents.columns(schemas.Customer, "c", _CHILDREN)
_FILTERS: dict[str, str | Mapping[Any, str]] = {
    "archived": {"no": "c.archived_at IS NULL", "yes": "c.archived_at IS NOT NULL", "any": "true"},
    "kind": "c.kind = {}",
    "trade": "c.trade = {}",
    "role": "c.roles @> ARRAY[{}::text]",
    "owner": "lower(c.owner) = lower({})",
    "tag": "c.words @> ARRAY[{}::text]",
    "acquisition_source": "lower(c.acquisition_source) = lower({})",
    "referred_by": "c.referred_by = {}",
    "country": "EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id AND a.country = {})",
    "postal_code": "EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id "
    "AND lower(replace(a.postal_code, ' ', '')) = lower(replace({}, ' ', '')))",
    "system": "EXISTS (SELECT FROM identities i WHERE i.customer_id = c.id AND i.system = {})",
    "created_since": "c.created_at >= {}",
    "created_before": "c.created_at < {}",
    "updated_since": "c.updated_at >= {}",
}
_SORTS = {
    "created_at": ("c.created_at", "timestamptz"),
    "updated_at": ("c.updated_at", "timestamptz"),
    "display_name": ("c.sort_name", "text"),
}
_HANDLED = frozenset({"q"})
_LIST = Listing("customers", _COLUMNS, "customers", "c", schemas.CustomerQuery, _FILTERS, _SORTS, handled=_HANDLED)
CUSTOMERS = Table("customer", _LIST)


async def search_page(
    ctx: Context,
    query: schemas.CustomerQuery,
    terms: Sequence[Term],
    extra_filters: Mapping[str, Any],
    required: Sequence[str],
) -> Page:
    """The customers that match all terms, best match first. `required` are words that the filters ask for."""
    values = _LIST.values(query, extra_filters)
    sought = " ".join(term.word for term in terms)
    binding = f"customers found by words|{sought}|{sorted((name, str(value)) for name, value in values.items())}"
    position = found.START
    if query.cursor is not None:
        sealed = cursors.unseal(query.cursor, binding, ctx.cursor_key)
        if sealed is None:
            raise InvalidCursor
        position = found.Position(*map(int, sealed))
    matches = await search.match_terms(ctx, terms)
    if not all(match.found for match in matches.terms):
        return Page([], None)
    filters = found.Filters(_LIST.asked(values), _LIST.arguments(values), required)
    items, after = await found.Search(_LIST, matches, filters).page(ctx, position, query.limit)
    next_cursor = cursors.seal([str(part) for part in after], binding, ctx.cursor_key) if after else None
    return Page(items, next_cursor)


async def holders_of_identities(ctx: Context, identities: Iterable[tuple[str, str]]) -> list[Record]:
    """Rows of (system, external_id, customer_id) for those of the identities that are taken."""
    systems, ids = rows.columns(identities, 2)
    return await ctx.db.fetch(
        "SELECT i.system, i.external_id, i.customer_id FROM unnest($1::text[], $2::text[]) AS w(system, external_id) "
        "JOIN identities i USING (system, external_id) WHERE i.identifies",
        systems,
        ids,
    )


async def holders_of_contact_points(ctx: Context, keys: Iterable[tuple[str, str, str]]) -> list[Record]:
    """Rows of (kind, normalized, extension, customer_id) for those of the keys that one customer holds exclusively."""
    kinds, values, extensions = rows.columns(keys, 3)
    return await ctx.db.fetch(
        "SELECT p.kind, p.normalized, p.extension, p.customer_id "
        "FROM unnest($1::text[], $2::text[], $3::text[]) AS w(kind, normalized, extension) "
        "JOIN contact_points p USING (kind, normalized, extension) WHERE p.exclusive",
        kinds,
        values,
        extensions,
    )


async def lock_learners(ctx: Context, ids: Iterable[UUID]) -> list[Record]:
    """Rows of (id, display_name, archived, words, identities, contact_points, position, own), locked in order of id.

    `identities` and `contact_points` are counts, `position` is the last one; contact points of customers who are being
    created are not there yet, and keep the first fifty. `own` are the contact points: pairs of kind and form.
    """
    return await ctx.db.fetch(
        """
        SELECT c.id, c.display_name, c.archived_at IS NOT NULL AS archived, c.words,
            (SELECT count(*) FROM identities i WHERE i.customer_id = c.id) AS identities,
            (SELECT count(*) FROM contact_points p WHERE p.customer_id = c.id) AS contact_points,
            (SELECT coalesce(max(p.position), 49) FROM contact_points p WHERE p.customer_id = c.id) AS position,
            ARRAY(SELECT ARRAY[p.kind, p.normalized] FROM contact_points p WHERE p.customer_id = c.id) AS own
        FROM customers c WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id FOR NO KEY UPDATE OF c
        """,
        sorted(ids),
    )


async def share_contact_points(ctx: Context, keys: Iterable[tuple[str, str, str]]) -> list[Record]:
    """Let others have these too. Rows of (customer_id, display_name, position) of those who held them exclusively."""
    kinds, values, extensions = rows.columns(sorted(keys), 3)
    return await ctx.db.fetch(
        "UPDATE contact_points p SET shared = true, exclusive = false "
        "FROM unnest($1::text[], $2::text[], $3::text[]) AS w(kind, normalized, extension), customers c "
        "WHERE (p.kind, p.normalized, p.extension) = (w.kind, w.normalized, w.extension) AND p.exclusive "
        "AND c.id = p.customer_id RETURNING p.customer_id, c.display_name, p.position",
        kinds,
        values,
        extensions,
    )


async def has_any(ctx: Context) -> bool:
    exists: bool = await ctx.db.fetchval("SELECT EXISTS (SELECT FROM customers)")
    return exists


async def existing_ids(ctx: Context, ids: Iterable[UUID]) -> set[UUID]:
    existing = await ctx.db.fetch("SELECT id FROM customers WHERE id = ANY ($1::uuid[])", list(ids))
    return {row["id"] for row in existing}


async def add_children(ctx: Context, table: str, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, table, values)


async def drop_children(ctx: Context, table: str, customer_id: UUID) -> None:
    await ctx.db.execute(f"DELETE FROM {table} WHERE customer_id = $1", customer_id)


async def contact_points(ctx: Context, customer_id: UUID) -> list[Record]:
    return await ctx.db.fetch("SELECT * FROM contact_points WHERE customer_id = $1 ORDER BY position", customer_id)


async def release_contact_points(ctx: Context, customer_id: UUID) -> None:
    """Let other customers have the same contact points."""
    await ctx.db.execute("UPDATE contact_points SET exclusive = false WHERE customer_id = $1", customer_id)


async def reserve_contact_points(ctx: Context, customer_id: UUID) -> None:
    await ctx.db.execute(
        "UPDATE contact_points SET exclusive = true "
        "WHERE customer_id = $1 AND NOT shared AND NOT invalid AND identifies",
        customer_id,
    )
