"""Brings a shop into a database by COPY: the rows that the service itself would have written."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from app.core.context import Context
from app.core.ids import new_id
from app.core.sessions import utc_now
from app.rules.customers import Match
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.sales.sales import SaleNew
from app.services.interactions import intake as entries
from app.services.sales.receipts import ReceiptDraft, draft_receipt
from app.store.sales import intake, sales
from benchmarks import people, postgres, shop
from benchmarks.shop import Scale

_CHUNK = 10_000
_EVENT = (
    "type",
    "subject_type",
    "subject_id",
    "customer_id",
    "channel",
    "occurred_at",
    "recorded_at",
    "actor",
    "title",
)
_ACTOR = "bench"


@dataclass(frozen=True)
class Loaded:
    dsn: str
    scale: Scale
    customers: list[UUID]


async def load(dsn: str, scale: Scale) -> Loaded:
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0", "synchronous_commit": "off"})
    try:
        # asyncpg's connections are told from a pool's only by their type.
        ctx = Context(db, UUID(int=0), _ACTOR, frozenset(), utc_now(), b"", "GB")  # type: ignore[arg-type]
        customers = await people.load(ctx, scale.customers)
        await _interactions(ctx, scale, customers)
        if scale.receipts:
            await _receipts(ctx, scale, customers)
            await sales.recompute_totals(ctx, set(customers))
    finally:
        await db.close()
    await postgres.vacuum(dsn)
    return Loaded(dsn, scale, customers)


async def _interactions(ctx: Context, scale: Scale, customers: Sequence[UUID]) -> None:
    patterns = [entries.entry(ctx, InteractionNew.model_validate(d)) for d in shop.conversations()]
    rows = [(_sent(p.row(ctx.now)), p.title) for p in patterns]
    names = list(rows[0][0])
    changed = [names.index(n) for n in ("id", "customer_id", "happened_at", "created_at", "updated_at")]
    owners = shop.spread(scale.interactions, scale, 0.6)
    for some in _chunks(range(scale.interactions)):
        copied, told = [], []
        for n in some:
            pattern, title = rows[n % len(rows)]
            customer_id, at, id_ = customers[next(owners)], shop.happened(n, scale.interactions), new_id()
            row = list(pattern.values())
            for place, value in zip(changed, (id_, customer_id, at, at, at), strict=True):
                row[place] = value
            copied.append(row)
            data = {"kind": pattern["kind"], "direction": pattern["direction"], "staff": pattern["staff"]}
            event = ("interaction.recorded", "interaction", id_, customer_id, pattern["channel"], at, at, _ACTOR, title)
            told.append((*event, json.dumps(data)))
        await ctx.db.copy_records_to_table("interactions", records=copied, columns=names)
        await ctx.db.copy_records_to_table("events", records=told, columns=(*_EVENT, "data"))


async def _receipts(ctx: Context, scale: Scale, customers: Sequence[UUID]) -> None:
    patterns = [_pattern(ctx, basket) for basket in shop.baskets()]
    lines = {line[1]: line for _, _, of, _ in patterns for line in of}
    await ctx.db.execute(
        "INSERT INTO products (sku, name, category) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])",
        *zip(*((sku, line[2], line[3]) for sku, line in sorted(lines.items())), strict=True),
    )
    await ctx.db.execute("INSERT INTO sites (code) SELECT unnest($1::text[])", shop.SITES)
    owners = shop.spread(scale.receipts, scale, 0.4)
    for some in _chunks(range(scale.receipts)):
        written = list(_written(patterns, scale, customers, some, owners))
        await ctx.db.copy_records_to_table("sales", records=[w[0] for w in written], columns=intake.SALE)
        await ctx.db.copy_records_to_table(
            "sale_lines", records=[line for w in written for line in w[1]], columns=intake.SALE_LINE
        )
        await ctx.db.copy_records_to_table("events", records=[w[2] for w in written], columns=(*_EVENT, "data"))


def _pattern(ctx: Context, basket: dict[str, Any]) -> tuple[ReceiptDraft, list[Any], list[tuple], dict[str, Any]]:
    kept = draft_receipt(SaleNew.model_validate(shop.receipt(basket, "0", shop.START, 0)))
    kept.match = Match.MATCHED
    row = [json.dumps(v) if isinstance(v, dict | list) else v for v in kept.row(ctx.now)]
    told = {"source": kept.new.source, "kind": kept.kind.value, "total": str(kept.total), "currency": shop.CURRENCY}
    return kept, row, [tuple(line) for line in kept.lines], {**told, "site": kept.new.site}


def _written(
    patterns: Sequence[tuple[ReceiptDraft, list[Any], list[tuple], dict[str, Any]]],
    scale: Scale,
    customers: Sequence[UUID],
    some: Iterable[int],
    owners: Iterator[int],
) -> Iterator[tuple[list[Any], list[tuple], tuple]]:
    places = [intake.SALE.index(name) for name in _OWN]
    for n in some:
        kept, pattern, lines, told = patterns[n % len(patterns)]
        buyer, at, id_, number = next(owners), shop.happened(n, scale.receipts), new_id(), f"L-{n:08d}"
        row = list(pattern)
        bought = f'{{"identity": {{"system": "loyalty", "external_id": "{shop.card(buyer)}"}}}}'
        hashed = hashlib.blake2b(number.encode(), digest_size=16).digest()
        for place, value in zip(
            places, (id_, number, at, at.date(), customers[buyer], bought, hashed, at, at), strict=True
        ):
            row[place] = value
        event = ("sale.recorded", "sale", id_, customers[buyer], kept.new.channel.value, at, at, _ACTOR, kept.title)
        yield row, [(id_, *line) for line in lines], (*event, json.dumps({**told, "receipt_no": number}))


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def _chunks(of: range) -> Iterator[Sequence[int]]:
    return (of[n : n + _CHUNK] for n in range(0, len(of), _CHUNK))


_OWN = (
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
