"""Customers by the hundred thousand: copies of one that the service drafted, with names and numbers of their own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import search
from app.schemas.customers.customers import CustomerNew
from app.services.customers import drafts
from app.services.customers.drafts import Draft
from app.store.customers import search as words
from benchmarks import shop

_CHUNK = 10_000
_DOCUMENTS = ("preferences", "attributes")
_CYCLE = 12
"""What does not depend on the name repeats after so many customers."""


@dataclass(frozen=True, slots=True)
class _Person:
    row: dict[str, Any]
    points: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    addresses: list[dict[str, Any]]


async def load(ctx: Context, count: int) -> list[UUID]:
    """Write so many customers by COPY; gives their ids."""
    patterns = [_drafted(ctx, n) for n in range(_CYCLE)]
    ids = []
    for first in range(0, count, _CHUNK):
        some = range(first, min(first + _CHUNK, count))
        people = [_person(patterns[n % _CYCLE], n) for n in some]
        _check(ctx, people[len(people) // 2], some[len(people) // 2])
        moments = [shop.START - timedelta(days=30) + timedelta(seconds=n) for n in some]
        await _copy(ctx, people, moments)
        await words.add_words(ctx, {word for p in people for word in p.row["words"]})
        ids += [p.row["id"] for p in people]
    return ids


def _drafted(ctx: Context, n: int) -> Draft:
    return drafts.draft(ctx, new_id(), CustomerNew.model_validate(shop.customer(n)))


def _person(pattern: Draft, n: int) -> _Person:
    sent, id_ = shop.customer(n), new_id()
    shown, number, address = sent["display_name"], shop.e164(n), shop.email(n)
    own = {name: sent[name] for name in ("display_name", "given_name", "family_name")}
    found = search.name_words(own.values()) | search.contact_words(number) | search.contact_words(address)
    found.add(shop.card(n).lower())
    phone, email = pattern.points
    return _Person(
        {
            **pattern.row,
            **own,
            "id": id_,
            "sort_name": search.fold(shown),
            "words": sorted(found),
        },
        [
            {**phone, "customer_id": id_, "value": shop.phone(n), "normalized": number},
            {**email, "customer_id": id_, "value": address, "normalized": address},
        ],
        [{"customer_id": id_, "system": "loyalty", "external_id": shop.card(n)}],
        [{**pattern.addresses[0], **sent["addresses"][0], "customer_id": id_}],
    )


def _check(ctx: Context, person: _Person, n: int) -> None:
    """One of each chunk is compared with what the service makes of it."""
    real = _drafted(ctx, n)
    for ours, theirs in (([person.row], [real.row]), (person.points, real.points), (person.addresses, real.addresses)):
        for mine, its in zip(ours, theirs, strict=True):
            ignored = ("id", "customer_id")
            different = {k: (mine.get(k), its[k]) for k in its if k not in ignored and mine.get(k) != its[k]}
            assert not different, f"Customer {n} is not as the service writes it: {different}"


async def _copy(ctx: Context, people: Sequence[_Person], moments: Sequence[datetime]) -> None:
    rows = []
    for person, at in zip(people, moments, strict=True):
        documents = {name: json.dumps(person.row[name]) for name in _DOCUMENTS}
        rows.append({**person.row, **documents, "created_at": at, "updated_at": at})
    await _into(ctx, "customers", rows)
    await _into(ctx, "identities", [i for p in people for i in p.identities])
    await _into(ctx, "contact_points", [point for p in people for point in p.points])
    await _into(ctx, "addresses", [a for p in people for a in p.addresses])
    told = [
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
    await _into(ctx, "events", told)


async def _into(ctx: Context, table: str, rows: Sequence[dict[str, Any]]) -> None:
    records = [tuple(row.values()) for row in rows]
    await ctx.db.copy_records_to_table(table, records=records, columns=list(rows[0]))
