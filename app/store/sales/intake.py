"""The intake of receipts: one statement looks up what they refer to, another writes any number of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.kit.event_types import SALE_RECORDED
from app.schemas.sales import sales as schemas
from app.store.customers import customer_references
from app.store.kit import activity, documents, rows
from app.store.kit.documents import Document
from app.store.kit.references import Lookup, Reference
from app.store.sales.sales import LINE, RECEIPT
from app.store.sales.totals import TOTALS, sums

SALE = (
    "id",
    "source",
    "receipt_no",
    "revision",
    "kind",
    "occurred_at",
    "business_date",
    "site",
    "till",
    "operator",
    "channel",
    "currency",
    "customer_id",
    "match",
    "customer",
    "candidates",
    "matched_by",
    "match_reasons",
    "discount",
    "service_charge",
    "shipping",
    "tip",
    "rounding",
    "taxes",
    "payments",
    "tendered",
    "change",
    "total",
    "gross",
    "refunded",
    "tax_on_top",
    "balanced",
    "imbalances",
    "attributes",
    "content_hash",
    "created_at",
    "updated_at",
)
SALE_LINE = (
    "sale_id",
    "line_no",
    "kind",
    "sku",
    "name",
    "category",
    "batch",
    "quantity",
    "unit_price",
    "discount",
    "tax",
    "total",
    "refund_source",
    "refund_receipt_no",
    "refund_line_no",
    "goods_kept",
)


Row = tuple[Any, ...]
"""The values of a row of SALE or SALE_LINE, in that order."""


Product = tuple[str | None, str | None, str | None]
"""Its SKU, name and category, as a line has them."""


async def add_to_catalog(ctx: Context, sites: Iterable[str | None], products: Iterable[Product]) -> None:
    """Create the sites and the products that receipts are the first to name."""
    await ctx.db.execute(f"WITH {_ADD_TO_CATALOG} SELECT", *_catalog_arguments(sites, products))


async def write(
    ctx: Context, sales: Sequence[Row], titles: Sequence[str], lines: Sequence[Row], *, with_totals: bool
) -> dict[UUID, list[bool]]:
    """Write receipts: rows of SALE ordered by (source, receipt_no), rows of SALE_LINE, and a title for each event.

    Without `with_totals`, the totals of customers have to be recomputed.

    Returns the flags of the reactions (see `Reactions.flags`) by sale, for sales whose events have any.
    """
    flags = ctx.reactions.flags(SALE_RECORDED.name)
    arguments = _arguments(ctx, sales, titles, lines)
    if flags is None:
        await ctx.db.execute(f"{_parts(with_totals)} SELECT", *arguments)
        return {}
    with_reactions = await ctx.db.fetch(_write_with_flags(flags, with_totals), *arguments)
    return {row["subject_id"]: row["flags"] for row in with_reactions}


async def write_one(
    ctx: Context, sale: Row, title: str, lines: Sequence[Row]
) -> tuple[Document, dict[UUID, list[bool]]]:
    """As `write` with totals, for one receipt; its document is returned as well."""
    statement = _write_one(ctx.reactions.flags(SALE_RECORDED.name))
    (row,) = await ctx.db.fetch(statement, *_arguments(ctx, [sale], [title], lines))
    document = Document(row["json"], row["id"], row["version"])
    return document, {document.id: row["flags"]} if any(row["flags"]) else {}


async def replace(ctx: Context, sale: Row, lines: Sequence[Row], named_before: Sequence[Mapping[str, Any]]) -> None:
    """Replace the content of a receipt; `id` and `created_at` stay. Its sites and products must be there."""
    values = {name: value for name, value in zip(SALE, sale, strict=True) if name not in ("id", "created_at")}
    values["named_before"] = named_before
    sale_id = sale[SALE.index("id")]
    await rows.update(ctx, "sales", sale_id, values)
    await ctx.db.execute("DELETE FROM sale_lines WHERE sale_id = $1", sale_id)
    await rows.insert(ctx, "sale_lines", [dict(zip(SALE_LINE, line, strict=True)) for line in lines])


def _arguments(ctx: Context, sales: Sequence[Row], titles: Sequence[str], lines: Sequence[Row]) -> list[Any]:
    return [
        *_catalog_arguments((sale[_SITE] for sale in sales), map(_PRODUCT, lines)),
        ctx.actor,
        rows.literal("TEXT", titles),
        *rows.arguments("sales", SALE, sales),
        *rows.arguments("sale_lines", SALE_LINE, lines),
    ]


def _catalog_arguments(sites: Iterable[str | None], products: Iterable[Product]) -> list[str]:
    first: dict[str, Product] = {}
    for product in products:
        if product[0] is not None:
            first.setdefault(product[0], product)
    columns = rows.columns((first[sku] for sku in sorted(first)), 3)
    return [rows.literal("TEXT", column) for column in (sorted({site for site in sites if site is not None}), *columns)]


_SITE = SALE.index("site")
_PRODUCT = itemgetter(*(SALE_LINE.index(name) for name in ("sku", "name", "category")))
REFERENCES = Lookup(
    Reference(
        "sale",
        {"source": "TEXT", "receipt_no": "TEXT"},
        "JOIN sales s USING (source, receipt_no)",
        "s.id",
        "json_build_object('revision', s.revision, 'hash', encode(s.content_hash, 'hex'))::text",
    ),
    Reference(
        "awaited",
        {"source": "TEXT", "receipt_no": "TEXT"},
        "JOIN sale_lines l ON l.refund_source = w.source AND l.refund_receipt_no = w.receipt_no",
        "l.sale_id",
    ),
    *customer_references(facts=False),
)
"""What receipts refer to: those with the same number, with revision and content hash, and their buyers.

Also whether earlier returns refer to them (`awaited`).
"""
_PRODUCTS = ", ".join(rows.array(n, "TEXT") for n in (2, 3, 4))
_ADD_TO_CATALOG = f"""
    new_sites AS (
        INSERT INTO sites (code) SELECT w.code FROM unnest({rows.array(1, "TEXT")}) AS w(code)
        WHERE NOT EXISTS (SELECT FROM sites k WHERE k.code = w.code) ON CONFLICT DO NOTHING
    ),
    new_products AS (
        INSERT INTO products (sku, name, category)
        SELECT w.sku, w.name, w.category FROM unnest({_PRODUCTS}) AS w(sku, name, category)
        WHERE NOT EXISTS (SELECT FROM products k WHERE k.sku = w.sku) ON CONFLICT DO NOTHING
    )
"""
_NEW_TOTALS = f"""
    totals AS (
        INSERT INTO customer_totals AS t (customer_id, currency, {", ".join(TOTALS)})
        SELECT s.customer_id, s.currency, {sums("s")}
        FROM s WHERE s.customer_id IS NOT NULL AND {activity.AFTER_CUSTOMERS}
        GROUP BY s.customer_id, s.currency ORDER BY s.customer_id, s.currency
        ON CONFLICT (customer_id, currency) DO UPDATE SET
            receipts = t.receipts + excluded.receipts, purchases = t.purchases + excluded.purchases,
            returns = t.returns + excluded.returns, gross = t.gross + excluded.gross,
            refunded = t.refunded + excluded.refunded, net = t.net + excluded.net,
            first_purchase_at = least(t.first_purchase_at, excluded.first_purchase_at),
            last_purchase_at = greatest(t.last_purchase_at, excluded.last_purchase_at)
        RETURNING t.customer_id, t.last_purchase_at
    ),
    {activity.bought("totals")},
"""
_LINES = documents.json_array(schemas.SaleLine, "l", "l", where="l.sale_id = s.id", order="l.line_no", own=LINE)
_WRITTEN = documents.columns(schemas.Sale, "s", RECEIPT | {"lines": _LINES})


# Foreign keys between rows that one statement inserts are checked at the end of the statement.
@cache
def _parts(with_totals: bool) -> str:
    return f"""
    WITH {_ADD_TO_CATALOG},
    sent AS MATERIALIZED ({rows.unnested("sales", SALE, 7)}),
    s AS (INSERT INTO sales ({", ".join(SALE)}) SELECT * FROM sent RETURNING *),
    l AS (INSERT INTO sale_lines ({", ".join(SALE_LINE)}) {rows.unnested("sale_lines", SALE_LINE, 7 + len(SALE))}
        RETURNING *),
    {activity.known_earlier("s", "(SELECT max(created_at) FROM s)")},
    {_NEW_TOTALS if with_totals else ""}
    recorded AS (
        INSERT INTO events
            (type, subject_type, subject_id, customer_id, channel, occurred_at, recorded_at, actor, title, data)
        SELECT '{SALE_RECORDED.name}', '{SALE_RECORDED.subject}', sent.id, sent.customer_id, sent.channel,
            sent.occurred_at, sent.created_at, $5, titles.title,
            jsonb_build_object('source', sent.source, 'receipt_no', sent.receipt_no, 'kind', sent.kind, 'total',
                sent.total::text, 'currency', sent.currency, 'site', sent.site)
        FROM (SELECT *, row_number() OVER () AS position FROM sent) sent
        JOIN unnest({rows.array(6, "TEXT")}) WITH ORDINALITY AS titles(title, position) USING (position)
        RETURNING *
    )
    """


@cache
def _write_with_flags(flags: str, with_totals: bool) -> str:
    return (
        f"{_parts(with_totals)} SELECT e.subject_id, f.flags FROM recorded e "
        f"CROSS JOIN LATERAL (SELECT {flags} AS flags) f WHERE true = ANY (f.flags)"
    )


@cache
def _write_one(flags: str | None) -> str:
    called = "ARRAY[]::bool[]" if flags is None else f"(SELECT {flags} FROM recorded e)"
    return f"{_parts(with_totals=True)} {documents.select_one(_WRITTEN, 's', 's', more=f'{called} AS flags')}"
