"""Loads a synthetic shop into a database with COPY: the rows that the service itself would write."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import JSONB

from app.core.context import Context
from app.core.ids import new_id
from app.models import metadata
from app.rules.customers import Match
from app.rules.kit.event_type import EventType
from app.rules.kit.event_types import INTERACTION_RECORDED, SALE_RECORDED
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.sales.sales import SaleNew
from app.services.interactions.intake import InteractionDraft
from app.services.sales.receipts import ReceiptDraft, draft_receipt
from app.store.kit import activity
from app.store.sales import intake, totals
from app.store.sales.totals import Account
from benchmarks import customers, postgres, shop
from benchmarks.shop import Scale

Row = tuple[Any, ...]
_CHUNK = 10_000
_ACTOR = "bench"
_EVENT_COLUMNS = (
    "type",
    "subject_type",
    "subject_id",
    "customer_id",
    "channel",
    "occurred_at",
    "recorded_at",
    "actor",
    "title",
    "data",
)
_CHANGED_INTERACTION_COLUMNS = ("id", "customer_id", "happened_at", "created_at", "updated_at")
_CHANGED_SALE_COLUMNS = (
    "id",
    "receipt_no",
    "occurred_at",
    "business_date",
    "customer_id",
    "customer",
    "content_hash",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True)
class LoadedShop:
    dsn: str
    scale: Scale
    customers: list[UUID]


def make_context(db: asyncpg.Connection) -> Context:
    return Context(db, UUID(int=0), _ACTOR, frozenset(), datetime.now(UTC), b"", "GB")


async def load(dsn: str, scale: Scale) -> LoadedShop:
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0", "synchronous_commit": "off"})
    try:
        ctx = make_context(db)
        customer_ids = await customers.load(db, ctx, scale.customers)
        await _load_interactions(db, ctx, scale, customer_ids)
        if scale.receipts:
            await _load_sales(db, ctx, scale, customer_ids)
            bought = await db.fetch("SELECT DISTINCT customer_id, currency FROM sales WHERE customer_id IS NOT NULL")
            await totals.recompute(ctx, [Account(*row) for row in bought])
        await activity.find_known_since(ctx, customer_ids)
        await activity.find_last_contacts(ctx, customer_ids)
    finally:
        await db.close()
    await postgres.vacuum(dsn)
    return LoadedShop(dsn, scale, customer_ids)


async def _load_interactions(db: asyncpg.Connection, ctx: Context, scale: Scale, customer_ids: Sequence[UUID]) -> None:
    drafts = [InteractionDraft(InteractionNew.model_validate(d), shop.START) for d in shop.interactions()]
    written = {"created_at": ctx.now, "updated_at": ctx.now}
    patterns = [(draft.title, _encode_json("interactions", draft.row() | written)) for draft in drafts]
    columns = list(patterns[0][1])
    owners = shop.owners(scale.interactions, scale, 0.6)
    for chunk in _chunks(scale.interactions):
        rows, events = [], []
        for n in chunk:
            title, pattern = patterns[n % len(patterns)]
            id_, customer_id, at = new_id(), customer_ids[next(owners)], shop.timestamp(n, scale.interactions)
            changes = zip(_CHANGED_INTERACTION_COLUMNS, (id_, customer_id, at, at, at), strict=True)
            rows.append(tuple((pattern | dict(changes)).values()))
            data = {name: pattern[name] for name in ("kind", "direction", "staff", "outcome") if pattern[name]}
            events.append(_event(INTERACTION_RECORDED, id_, customer_id, pattern["channel"], at, title, data))
        await db.copy_records_to_table("interactions", records=rows, columns=columns)
        await db.copy_records_to_table("events", records=events, columns=_EVENT_COLUMNS)


async def _load_sales(db: asyncpg.Connection, ctx: Context, scale: Scale, customer_ids: Sequence[UUID]) -> None:
    drafts = [_draft_sale(basket) for basket in shop.baskets()]
    lines = [line for draft in drafts for line in draft.lines]
    products = {line.sku: (line.sku, line.name, line.category) for line in lines if line.sku is not None}
    await db.execute(
        "INSERT INTO products (sku, name, category) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])",
        *zip(*(products[sku] for sku in sorted(products)), strict=True),
    )
    await db.execute("INSERT INTO sites (code) SELECT unnest($1::text[])", shop.SITES)
    rows_of = [dict(zip(intake.SALE, draft.row(ctx.now), strict=True)) for draft in drafts]
    patterns = [(draft, _encode_json("sales", row)) for draft, row in zip(drafts, rows_of, strict=True)]
    owners = shop.owners(scale.receipts, scale, 0.4)
    for chunk in _chunks(scale.receipts):
        rows, line_rows, events = [], [], []
        for n in chunk:
            draft, pattern = patterns[n % len(patterns)]
            row = pattern | _sale_changes(n, scale, next(owners), customer_ids)
            rows.append(tuple(row.values()))
            line_rows += [(row["id"], *line) for line in draft.lines]
            data = draft.event.data | {"receipt_no": row["receipt_no"]}
            subject = row["id"], row["customer_id"], row["channel"], row["occurred_at"]
            events.append(_event(SALE_RECORDED, *subject, draft.title, data))
        await db.copy_records_to_table("sales", records=rows, columns=intake.SALE)
        await db.copy_records_to_table("sale_lines", records=line_rows, columns=intake.SALE_LINE)
        await db.copy_records_to_table("events", records=events, columns=_EVENT_COLUMNS)


def _draft_sale(basket: dict[str, Any]) -> ReceiptDraft:
    draft = draft_receipt(SaleNew.model_validate(shop.receipt(basket, "0", shop.START, 0)))
    draft.match = Match.MATCHED
    return draft


def _sale_changes(n: int, scale: Scale, customer: int, customer_ids: Sequence[UUID]) -> dict[str, Any]:
    """The values of the n-th receipt that its pattern does not have."""
    number, at = f"L-{n:08d}", shop.timestamp(n, scale.receipts)
    reference = f'{{"identity": {{"system": "loyalty", "external_id": "{shop.loyalty_number(customer)}"}}}}'
    content_hash = hashlib.blake2b(number.encode(), digest_size=16).digest()
    values = (new_id(), number, at, at.date(), customer_ids[customer], reference, content_hash, at, at)
    return dict(zip(_CHANGED_SALE_COLUMNS, values, strict=True))


def _event(
    type_: EventType, subject: UUID, customer: UUID, channel: str, at: datetime, title: str, data: dict[str, Any]
) -> Row:
    return type_.name, type_.subject, subject, customer, channel, at, at, _ACTOR, title, json.dumps(data)


def _encode_json(table: str, row: dict[str, Any]) -> dict[str, Any]:
    is_json = {column.name: isinstance(column.type, JSONB) for column in metadata.tables[table].columns}
    return {
        name: json.dumps(value) if is_json[name] and isinstance(value, dict | list | tuple) else value
        for name, value in row.items()
    }


def _chunks(count: int) -> Iterator[range]:
    return (range(n, min(n + _CHUNK, count)) for n in range(0, count, _CHUNK))
