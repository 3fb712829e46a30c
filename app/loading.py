"""Brings the sample shop into a store, by the same doors as everything else."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.sessions import Sessions
from app.rules.sales import OnUnknownCustomer
from app.sample import SampleShop
from app.schemas.customers import CustomerNew
from app.schemas.interactions import InteractionNew
from app.schemas.relationships import RelationshipNew
from app.schemas.sales import SaleNew
from app.schemas.tasks import TaskNew
from app.services import customers, interactions, receipts, relationships, sales, tasks
from app.store import customers as store

CHUNK = 500
Advance = Callable[[int], Any]


async def is_empty(ctx: Context) -> bool:
    return not await store.has_any(ctx)


def size(shop: SampleShop) -> int:
    """Documents, for a progress bar."""
    return sum(len(part) for part in (shop.customers, shop.interactions, shop.sales, shop.tasks, shop.relationships))


async def load(sessions: Sessions, shop: SampleShop, advance: Advance) -> None:
    """Load all of it; `advance` is told how many documents are done. A second time nothing is doubled."""
    await _each_chunk(sessions, shop.customers, _customers, advance)
    ids = await sessions.write(partial(_loyalty, [d["identities"][0]["external_id"] for d in shop.customers]))
    await _each_chunk(sessions, shop.sales, _sales, advance)
    await _each_chunk(sessions, shop.interactions, partial(_interactions, ids), advance)
    await sessions.write(partial(_promises, ids, shop))
    advance(len(shop.tasks) + len(shop.relationships))


async def _each_chunk(
    sessions: Sessions,
    documents: Sequence[dict[str, Any]],
    record: Callable[[Sequence[dict[str, Any]], Context], Awaitable[None]],
    advance: Advance,
) -> None:
    for start in range(0, len(documents), CHUNK):
        chunk = documents[start : start + CHUNK]
        await sessions.write(partial(record, chunk))
        advance(len(chunk))


async def _customers(documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    _all_taken(await customers.create_many(ctx, [CustomerNew.model_validate(d) for d in documents]))


async def _sales(documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    new = [receipts.receipt(SaleNew.model_validate(d)) for d in documents]
    _all_taken(await sales.record_many(ctx, new, OnUnknownCustomer.CREATE))


async def _interactions(ids: dict[str, UUID], documents: Sequence[dict[str, Any]], ctx: Context) -> None:
    new = [InteractionNew.model_validate(_addressed(d, ids)) for d in documents]
    _all_taken(await interactions.record_many(ctx, new))


async def _promises(ids: dict[str, UUID], shop: SampleShop, ctx: Context) -> None:
    for document in shop.tasks:
        await tasks.create(ctx, TaskNew.model_validate(_addressed(document, ids)))
    for document in shop.relationships:
        ends = {name: value for name, value in document.items() if not name.startswith("_")}
        new = RelationshipNew.model_validate({**ends, "customer_id": ids[document["_to"]]})
        await relationships.create(ctx, ids[document["_from"]], new)


async def _loyalty(numbers: Sequence[str], ctx: Context) -> dict[str, UUID]:
    found = await store.holders_of_identities(ctx, [("loyalty", number) for number in numbers])
    return {row["external_id"]: row["customer_id"] for row in found}


def _addressed(document: dict[str, Any], ids: dict[str, UUID]) -> dict[str, Any]:
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    number = document.get("_customer")
    return {**kept, "customer_id": str(ids[number])} if number else kept


def _all_taken(outcomes: Sequence[Any]) -> None:
    for outcome in outcomes:
        if outcome.problem is not None:
            raise outcome.problem
