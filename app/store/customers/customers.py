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
from app.store.customers import search, search_pages, search_plan
from app.store.kit import documents, rows
from app.store.kit.listing import Listing, Page, Sort, Within
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
# Of the activity and the totals of a customer, and of what they bought.
_ACTIVITY = "EXISTS (SELECT FROM customer_activity a WHERE a.customer_id = c.id AND {})"
_TOTALS = "EXISTS (SELECT FROM customer_totals t WHERE t.customer_id = c.id AND {})"
_BOUGHT = (
    "EXISTS (SELECT FROM sales s JOIN sale_lines l ON l.sale_id = s.id WHERE s.customer_id = c.id "
    "AND s.voided_at IS NULL AND (l.quantity > 0 OR l.total > 0) AND {})"
)
_ACTIVITIES = {
    "last_purchase_since": "last_purchase_at >= {}",
    "last_purchase_before": "last_purchase_at < {}",
    "last_contact_since": "last_contact_at >= {}",
    "last_contact_before": "last_contact_at < {}",
}
_NET = {"currency": "currency = {}", "net_min": "net >= {}", "net_max": "net <= {}"}
_FILTERS: dict[str, str | Within | Mapping[Any, str]] = {
    "archived": {"no": "c.archived_at IS NULL", "yes": "c.archived_at IS NOT NULL", "any": "true"},
    "kind": "c.kind = {}",
    "trade": "c.trade = {}",
    "role": "c.roles @> ARRAY[{}::text]",
    "owner": "lower(c.owner) = lower({})",
    "tag": "c.words @> ARRAY[{}::text]",
    "acquisition_source": "lower(c.acquisition_source) = lower({})",
    "created_by_source": "c.created_by_source = {}",
    "referred_by": "c.referred_by = {}",
    "country": "EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id AND a.country = {})",
    "postal_code": "c.words @> ARRAY[{}::text]",
    "system": "EXISTS (SELECT FROM identities i WHERE i.customer_id = c.id AND i.system = {})",
    "created_since": "c.created_at >= {}",
    "created_before": "c.created_at < {}",
    "updated_since": "c.updated_at >= {}",
    "known_since": "c.known_since >= {}",
    "known_before": "c.known_since < {}",
    **{name: Within(_ACTIVITY, f"a.{condition}") for name, condition in _ACTIVITIES.items()},
    **{name: Within(_TOTALS, f"t.{condition}") for name, condition in _NET.items()},
    "bought_sku": Within(_BOUGHT, "l.sku = {}"),
    "bought_batch": Within(_BOUGHT, "l.batch = {}"),
    "bought_since": Within(_BOUGHT, "s.occurred_at >= {}"),
    "bought_before": Within(_BOUGHT, "s.occurred_at < {}"),
}
_PLANNED_ANEW = frozenset({"known_since", "known_before", *_ACTIVITIES, "net_min", "net_max"}) | {
    name for name in _FILTERS if name.startswith("bought")
}


def _by_activity(column: str) -> Sort:
    """By one of the moments of `customer_activity`: the index on it is walked, and customers are looked up."""
    source = (
        "(SELECT c.*, a.customer_id AS holder_id, a.last_purchase_at, a.last_contact_at "
        "FROM customer_activity a JOIN customers c ON c.id = a.customer_id)"
    )
    key, holder = f"c.{column}", "c.holder_id"
    filters = {name: f"c.{condition}" for name, condition in _ACTIVITIES.items()}
    without = Sort(key, "timestamptz", source, holder, f"{key} IS NULL", filters)
    return Sort(key, "timestamptz", source, holder, f"{key} IS NOT NULL", filters, without)


_BY_NET = Sort(
    "c.net",
    "numeric",
    "(SELECT c.*, t.customer_id AS holder_id, t.currency, t.net "
    "FROM customer_totals t JOIN customers c ON c.id = t.customer_id)",
    "c.holder_id",
    filters={name: f"c.{condition}" for name, condition in _NET.items()},
    without_key=Sort(
        "NULL::numeric",
        "numeric",
        filters={
            "currency": "NOT EXISTS (SELECT FROM customer_totals t WHERE t.customer_id = c.id AND t.currency = {})"
        },
    ),
)
_SORTS = {
    "created_at": ("c.created_at", "timestamptz"),
    "updated_at": ("c.updated_at", "timestamptz"),
    "display_name": ("c.sort_name", "text"),
    "known_since": ("c.known_since", "timestamptz"),
    "last_purchase_at": _by_activity("last_purchase_at"),
    "last_contact_at": _by_activity("last_contact_at"),
    "net": _BY_NET,
}
_HANDLED = frozenset({"q"})
_LIST = Listing(
    "customers",
    _COLUMNS,
    "customers",
    "c",
    schemas.CustomerQuery,
    _FILTERS,
    _SORTS,
    handled=_HANDLED,
    planned_anew=_PLANNED_ANEW,
)
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
    sought = " ".join(f"={term.word}" if term.is_exact else term.word for term in terms)
    binding = f"customers found by words|{sought}|{sorted((name, str(value)) for name, value in values.items())}"
    position = search_pages.START
    if query.cursor is not None:
        sealed = cursors.unseal(query.cursor, binding, ctx.cursor_key)
        if sealed is None:
            raise InvalidCursor
        position = search_pages.Position(*(int(part) for part in sealed if part is not None))
    matches = await search.match_terms(ctx, terms, required)
    if not all(match.found for match in matches.terms):
        return Page([], None)
    filters = search_plan.Filters(_LIST.asked(values), _LIST.arguments(values), required)
    items, after = await search_pages.Search(_LIST, matches, filters).page(ctx, position, query.limit)
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


async def lock(ctx: Context, ids: Iterable[UUID]) -> None:
    """Lock customers in order of id. Without ids, the database is not queried."""
    if wanted := sorted(ids):
        await ctx.db.execute("SELECT FROM customers WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", wanted)


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


async def add(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert customers in the given order, each with their activity."""
    dated = [{**row, "created_at": ctx.now, "updated_at": ctx.now} for row in values]
    names = tuple(dated[0])
    await ctx.db.execute(
        f"WITH c AS ({rows.insertion('customers', names)} RETURNING id) "
        "INSERT INTO customer_activity (customer_id) SELECT id FROM c",
        *rows.arguments("customers", names, [tuple(row.values()) for row in dated]),
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
