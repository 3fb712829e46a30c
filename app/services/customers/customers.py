"""Customers are found, created, changed, archived and restored."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, PreconditionFailed, invalid
from app.rules.customers import search_terms
from app.rules.customers.customers import OnMatch
from app.rules.customers.nobody import identity_of_nobody
from app.rules.customers.search import FILTERS, field_word, tag_word
from app.rules.kit import event_types
from app.schemas.customers.customers import CustomerNew, CustomerQuery
from app.schemas.kit import validation
from app.services.customers import changes, creation, key_holders
from app.services.customers.drafts import draft_customer
from app.services.customers.resolution import CustomerReference, find_customer
from app.services.kit.record_result import RecordResult
from app.store.customers import customers as store
from app.store.kit.documents import Document
from app.store.kit.listing import Page


async def find(ctx: Context, query: CustomerQuery) -> Page:
    filters = {} if query.tag is None else {"tag": tag_word(query.tag)}
    if query.q is None:
        return await store.CUSTOMERS.page(ctx, query, filters)
    terms = search_terms.terms(query.q, ctx.region)
    required = [field_word(name, value) for name in FILTERS if (value := getattr(query, name)) is not None]
    return (
        await store.search_page(ctx, query, terms, filters, [*filters.values(), *required]) if terms else Page([], None)
    )


async def get(ctx: Context, customer_id: UUID) -> Document:
    return await store.CUSTOMERS.get(ctx, customer_id)


async def create(ctx: Context, new: CustomerNew, on_match: OnMatch = OnMatch.REFUSE) -> tuple[Document, bool]:
    """True if created, False if they were matched to a known customer (see OnMatch).

    409 AlreadyHeld, with the holder, when an identity or an unshared contact point is taken.
    """
    (result,) = await creation.create(ctx, [new], on_match, replay=False)
    return await store.CUSTOMERS.get(ctx, result.recorded_id()), not result.matched


async def create_many(
    ctx: Context, customers: Sequence[CustomerNew], on_match: OnMatch = OnMatch.REFUSE
) -> list[RecordResult]:
    """One result for each, in order. A customer who is already stored with the same content is replayed."""
    return await creation.create(ctx, customers, on_match, replay=True)


async def change(ctx: Context, customer_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a CustomerChange: a merge patch. 412 if the customer is no longer at `version`."""
    return await changes.change(ctx, customer_id, patch.model_dump(mode="json", exclude_unset=True), version)


async def put(
    ctx: Context,
    system: str,
    external_id: str,
    new: CustomerNew,
    on_match: OnMatch = OnMatch.REFUSE,
    *,
    only_new: bool = False,
) -> tuple[Document, bool]:
    """Create or change the customer with this identity; fields that were not sent are left alone. True if created."""
    if identity_of_nobody(system, external_id, ctx.values_of_nobody):
        raise invalid("/path/external_id", "identifies_nobody", "This id is used where the customer is not known")
    own = {"system": system, "external_id": external_id}
    reference = CustomerReference(identity=(system, external_id))
    customer_id = (await find_customer(ctx, reference)).customer_id
    sent = new.model_dump(mode="json", exclude_unset=True)
    others = [i for i in sent.pop("identities", []) if i != own]
    if customer_id is None:
        try:
            whole = validation.validate(CustomerNew, {**sent, "identities": [own, *others]})
            return await create(ctx, whole, OnMatch.REFUSE if only_new else on_match)
        except AlreadyHeld:
            customer_id = (await find_customer(ctx, reference)).customer_id
            if customer_id is None:  # the conflict is with another identity or contact point
                raise
    if only_new:
        raise PreconditionFailed(f"The identity already belongs to customer {customer_id}")
    if others:
        await store.CUSTOMERS.lock(ctx, customer_id)  # nobody else adds identities between reading and writing them
        present = json.loads((await store.CUSTOMERS.get(ctx, customer_id)).json)["identities"]
        sent["identities"] = present + [i for i in others if i not in present]
    return await changes.change(ctx, customer_id, sent, None, respelled=False), False


async def archive(ctx: Context, customer_id: UUID) -> Document:
    """Archived customers are not listed, and their contact points are free for others. Their history stays."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is None:
        await store.release_contact_points(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": ctx.now})
        await changes.record(ctx, event_types.CUSTOMER_ARCHIVED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)


async def restore(ctx: Context, customer_id: UUID) -> Document:
    """409 AlreadyHeld when another customer has taken a contact point meanwhile."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is not None:
        new = validation.validate(CustomerNew, changes.body(await store.CUSTOMERS.get(ctx, customer_id)))
        if problem := await key_holders.conflict(ctx, draft_customer(ctx, customer_id, new)):
            raise problem
        await store.reserve_contact_points(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": None})
        await changes.record(ctx, event_types.CUSTOMER_RESTORED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)
