"""What a claim, a release or a link makes of `match` and its reasons, told twice: by a statement for many records, and
by a service for complaints. They say the same.
"""

import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core.context import Context
from app.services import customers
from app.services.customers import Reason
from app.store.kit import links
from app.store.kit.links import Assignment
from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.support.application import TestClock

CONTACT = {"kind": "phone", "value": "020 7946 0199"}
SALE = UUID(int=7)


def contexts(*customer_ids: UUID) -> Iterator[tuple[UUID | None, UUID | None, UUID | None, bool]]:
    """Of assignments: whose it was and becomes, from which record, and whether only what it is linked to says so."""
    ada, bo, _ = customer_ids
    yield None, ada, None, False
    yield ada, ada, None, False
    yield bo, ada, None, False
    yield ada, None, None, False
    yield None, ada, SALE, False
    yield bo, ada, SALE, False
    yield ada, None, None, True
    yield ada, bo, None, True
    yield None, ada, None, True


def all_reasons(contact: bool, *customer_ids: UUID) -> Iterator[list[Reason]]:
    """Of records that say whom to contact, or do not: found, unknown, linked, claimed and released, several at once."""
    ada, bo, cy = map(str, customer_ids)
    phone: list[Reason] = [
        CONTACT | {"customer_id": ada, "result": "found"},
        CONTACT | {"customer_id": bo, "result": "found"},
        CONTACT | {"customer_id": None, "result": "unknown"},
        CONTACT | {"customer_id": cy, "result": "released"},
        CONTACT | {"customer_id": None, "result": "released"},
    ]
    other: list[Reason] = [
        {"kind": "id", "value": ada, "customer_id": ada, "result": "claimed"},
        {"kind": "record", "value": str(SALE), "customer_id": ada, "result": "linked"},
        {"kind": "id", "value": bo, "customer_id": bo, "result": "released"},
        {"kind": "id", "value": ada, "customer_id": ada, "result": "released"},
    ]
    possible = [*phone, *other] if contact else [phone[2], *other]
    for count in range(3):
        yield from map(list, combinations(possible, count))


@pytest.mark.parametrize("contact", [True, False])
@pytest.mark.parametrize("noun", ["interaction", "feedback"])
async def test_the_statement_says_what_the_service_says(
    client: httpx.AsyncClient, db: Any, noun: str, contact: bool
) -> None:
    ids = [UUID((await make.create_customer(client))["id"]) for _ in range(3)]
    if noun == "interaction":
        record = await make.record_interaction(client, **({"contact": CONTACT} if contact else {}))
    else:
        record = await record_feedback(client, feedback(**({"author": {"contact": CONTACT}} if contact else {})))
    said = CONTACT if contact else None
    compared = 0
    for reasons in all_reasons(contact, *ids):
        for before, customer_id, origin_id, by_link in contexts(*ids):
            now = Assignment(UUID(record["id"]), before, customer_id, origin_id, by_link=by_link)
            row = await assigned(db, noun, now, reasons)
            expected = customers.reassigned(
                customer_id, origin_id, said, reasons, now.released_from, by_link=by_link
            ).columns()
            stored = {name: row[name] for name in ("match", "candidates")}
            stored["match_reasons"] = json.loads(row["match_reasons"])
            assert stored == expected, (reasons, now)
            compared += 1
    assert compared >= 77


async def assigned(db: asyncpg.Connection, noun: str, now: Assignment, reasons: list[Reason]) -> asyncpg.Record:
    """The row after the assignment, which is undone."""
    ctx = Context(db, UUID(int=0), "tests", frozenset(), TestClock.START, b"key", "GB")
    transaction = db.transaction()
    await transaction.start()
    table = {"interaction": "interactions", "feedback": "feedback"}[noun]
    await db.execute(
        f"UPDATE {table} SET match_reasons = $2::text::jsonb, customer_id = $3 WHERE id = $1",
        now.id,
        json.dumps(reasons),
        now.before,
    )
    (row,) = await links.assign_customers(ctx, noun, [now])
    await transaction.rollback()
    return row
