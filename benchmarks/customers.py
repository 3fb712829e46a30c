"""Writes any number of customers: copies of drafts of the service, each with its own name and contact points."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Connection

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import search
from app.schemas.customers.customers import CustomerNew
from app.services.customers import drafts
from app.services.customers.drafts import CustomerDraft
from app.store.customers import search as store
from app.store.customers import word_sets
from benchmarks import shop

_CHUNK = 10_000
_JSON_COLUMNS = ("preferences", "attributes")
_FIELDS = ("kind", "trade", "owner", "acquisition_source")
_CYCLE = 12
"""Number of patterns: everything but names and contact points repeats after so many customers."""


async def load(db: Connection, ctx: Context, count: int) -> list[UUID]:
    """Write `count` customers with COPY; their ids."""
    patterns = [_draft(ctx, n) for n in range(_CYCLE)]
    ids: list[UUID] = []
    for first in range(0, count, _CHUNK):
        chunk = range(first, min(first + _CHUNK, count))
        customers = [_copy_pattern(patterns[n % _CYCLE], n) for n in chunk]
        _check(ctx, customers[len(customers) // 2], chunk[len(customers) // 2])
        timestamps = [shop.START - timedelta(days=30) + timedelta(seconds=n) for n in chunk]
        await _write(db, ctx, customers, timestamps)
        await store.add_words(ctx, {word for customer in customers for word in customer.row["words"]})
        ids += [customer.id for customer in customers]
    while await word_sets.refresh(ctx):  # as the worker does
        pass
    return ids


def _draft(ctx: Context, n: int) -> CustomerDraft:
    return drafts.draft_customer(ctx, new_id(), CustomerNew.model_validate(shop.customer(n)))


def _copy_pattern(pattern: CustomerDraft, n: int) -> CustomerDraft:
    document, id_ = shop.customer(n), new_id()
    number, address = shop.e164(n), shop.email(n)
    names = {name: document[name] for name in ("display_name", "given_name", "family_name")}
    words = search.customer_words(
        search.Sought(
            names=[name for name in names.values() if name],
            numbers=[number],
            addresses=[address],
            identities=[shop.loyalty_number(n)],
            places=[document["addresses"][0][name] for name in ("postal_code", "city")],
            tags=pattern.row["tags"],
            fields={
                **{name: [pattern.row[name]] for name in _FIELDS if pattern.row[name]},
                "role": pattern.row["roles"],
                "country": [document["addresses"][0]["country"]],
                "postal_code": [document["addresses"][0]["postal_code"]],
                "system": [document["identities"][0]["system"]],
            },
        )
    )
    phone, email = pattern.contact_points
    return CustomerDraft(
        id_,
        {
            **pattern.row,
            **names,
            "id": id_,
            "sort_name": search.fold(document["display_name"]),
            "words": sorted(words),
        },
        [
            {**phone, "customer_id": id_, "value": shop.phone(n), "normalized": number},
            {**email, "customer_id": id_, "value": address, "normalized": address},
        ],
        [{**pattern.identities[0], "customer_id": id_, "external_id": shop.loyalty_number(n)}],
        [{**pattern.addresses[0], **document["addresses"][0], "customer_id": id_}],
        pattern.sent_positions,
    )


def _check(ctx: Context, copy: CustomerDraft, n: int) -> None:
    """Compare the rows with those of the service; done for one customer of each chunk."""
    draft = _draft(ctx, n)
    pairs = [
        (copy.row, draft.row),
        *zip(copy.contact_points, draft.contact_points, strict=True),
        *zip(copy.addresses, draft.addresses, strict=True),
    ]
    for actual, expected in pairs:
        names = expected.keys() - {"id", "customer_id"}
        different = {name: (actual.get(name), expected[name]) for name in names if actual.get(name) != expected[name]}
        assert not different, f"Customer {n} is not as the service writes it: {different}"


async def _write(
    db: Connection, ctx: Context, customers: Sequence[CustomerDraft], timestamps: Sequence[datetime]
) -> None:
    rows = []
    for customer, at in zip(customers, timestamps, strict=True):
        documents = {name: json.dumps(customer.row[name]) for name in _JSON_COLUMNS}
        rows.append({**customer.row, **documents, "known_since": at, "created_at": at, "updated_at": at})
    await _copy(db, "customers", rows)
    await _copy(db, "customer_activity", [{"customer_id": customer.id} for customer in customers])
    await _copy(db, "identities", [row for customer in customers for row in customer.identities])
    await _copy(db, "contact_points", [row for customer in customers for row in customer.contact_points])
    await _copy(db, "addresses", [row for customer in customers for row in customer.addresses])
    events = [
        {
            "type": "customer.created",
            "subject_type": "customer",
            "subject_id": row["id"],
            "customer_id": row["id"],
            "occurred_at": row["created_at"],
            "recorded_at": row["created_at"],
            "actor": ctx.actor,
            "title": f"{row['display_name']} created",
        }
        for row in rows
    ]
    await _copy(db, "events", events)


async def _copy(db: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    records = [tuple(row.values()) for row in rows]
    await db.copy_records_to_table(table, records=records, columns=list(rows[0]))
