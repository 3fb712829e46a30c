"""Customers are found, created, changed, archived and restored."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, InvalidCursor, PreconditionFailed, invalid
from app.rules.customers import search_terms
from app.rules.customers.customers import OnMatch
from app.rules.customers.nobody import identity_of_nobody
from app.rules.customers.search import FILTERS, field_word, tag_word
from app.rules.customers.sources import SourcePolicy
from app.rules.kit import event_types
from app.schemas.customers.customers import CustomerNew, CustomerQuery
from app.schemas.kit import validation
from app.services.customers import changes, contact_points, creation, key_holders
from app.services.customers.drafts import CustomerDraft, draft_customer
from app.services.customers.references import CustomerReference
from app.services.customers.resolution import find_customer
from app.services.customers.sources import load_policies, under
from app.services.kit.patching import Current
from app.services.kit.record_result import RecordResult
from app.store.customers import contact_points as points_store
from app.store.customers import customers as store
from app.store.customers import word_sets
from app.store.kit.documents import Document
from app.store.kit.listing import Page


async def find(ctx: Context, query: CustomerQuery) -> Page:
    filters = {} if query.tag is None else {"tag": tag_word(query.tag)}
    if query.postal_code is not None:
        filters["postal_code"] = field_word("postal_code", query.postal_code)
    if (q := query.q) is None:
        return await store.CUSTOMERS.page(ctx, query, filters)
    if query.net_min is None and query.net_max is None:
        query = query.model_copy(update={"currency": None})  # of the sort, which does not apply
    asked = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
    words = filters | {name: field_word(name, value) for name, value in asked.items()}
    return await _search(ctx, query, q, filters, list(words.values()))


async def _search(ctx: Context, query: CustomerQuery, q: str, filters: Mapping[str, Any], words: list[str]) -> Page:
    """The customers who are found by the first reading that finds any; of a later page, by that of its cursor."""
    page = None
    for terms in search_terms.readings(q, ctx.region):
        if not terms:
            return Page([], None)
        with contextlib.suppress(InvalidCursor):  # it may be one of the next reading
            page = await store.search_page(ctx, query, terms, filters, words)
            if page.items or page.next_cursor is not None or query.cursor is not None:
                return page
    if page is None:
        raise InvalidCursor
    return page


async def refresh_word_sets(ctx: Context) -> bool:
    """Keep up what searches for several words need: whether there is more to do at once."""
    return await word_sets.refresh(ctx)


async def get(ctx: Context, customer_id: UUID) -> Document:
    return await store.CUSTOMERS.get(ctx, customer_id)


async def create(
    ctx: Context, new: CustomerNew, on_match: OnMatch | None = None, source: str | None = None
) -> tuple[Document, bool]:
    """True if created, False if they were matched to a known customer (see OnMatch).

    409 AlreadyHeld, with the holder, when an identity or an unshared contact point is taken.
    """
    (result,) = await creation.create(ctx, [new], on_match, source, replay=False)
    return await store.CUSTOMERS.get(ctx, result.recorded_id()), not result.matched


async def create_many(
    ctx: Context, customers: Sequence[CustomerNew], on_match: OnMatch | None = None, source: str | None = None
) -> list[RecordResult]:
    """One result for each, in order. A customer who is already stored with the same content is replayed."""
    return await creation.create(ctx, customers, on_match, source, replay=True)


async def change(ctx: Context, customer_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a CustomerChange: a merge patch. 412 if the customer is no longer at `version`."""
    sent = patch.model_dump(mode="json", exclude_unset=True)
    return await changes.change(ctx, customer_id, lambda _: sent, version)


async def put(
    ctx: Context,
    system: str,
    external_id: str,
    new: CustomerNew,
    on_match: OnMatch | None = None,
    source: str | None = None,
    *,
    only_new: bool = False,
) -> tuple[Document, bool]:
    """Create or change the customer with this identity; fields that were not sent are left alone. True if created.

    The source is the system unless it is named.
    """
    source = source or system
    policies = await load_policies(ctx, [source])
    policy = policies.of(source)
    if identity_of_nobody(system, external_id, ctx.values_of_nobody | policy.of_nobody):
        raise invalid("/path/external_id", "identifies_nobody", "This id is used where the customer is not known")
    policies.note(ctx, [source])
    own = {"system": system, "external_id": external_id}
    reference = CustomerReference(identity=(system, external_id))
    customer_id = (await find_customer(ctx, reference)).customer_id
    sent = new.model_dump(mode="json", exclude_unset=True)
    others = [i for i in sent.pop("identities", []) if i != own]
    if customer_id is None:
        try:
            whole = validation.validate(CustomerNew, {**sent, "identities": [own, *others]})
            return await create(ctx, whole, OnMatch.REFUSE if only_new else on_match, source)
        except AlreadyHeld:
            customer_id = (await find_customer(ctx, reference)).customer_id
            if customer_id is None:  # the conflict is with another identity or contact point
                raise
    if only_new:
        raise PreconditionFailed(f"The identity already belongs to customer {customer_id}")
    if not policy.may_teach:
        others = []
        sent.pop("contact_points", None)
    reading = replace(ctx, values_of_nobody=ctx.values_of_nobody | policy.of_nobody)
    draft = await _draft_of_known(under(ctx, policy), customer_id, new) if others else None
    holders = await key_holders.KeyHolders.load(ctx, [draft] if draft is not None else [])

    def patch(current: Current) -> changes.Content:
        stored = changes.body(current.stored)
        changed = dict(sent)
        if draft is not None:
            if problem := holders.second_id(reading, draft, customer_id, stored, system):
                raise problem
            present = stored["identities"]
            changed["identities"] = present + [i for i in others if i not in present]
        if "contact_points" in sent:
            changed["contact_points"] = _points_of_known(reading, current.stored, new, policy)
        return changed

    return await changes.change(reading, customer_id, patch, respelled=False), False


async def _draft_of_known(ctx: Context, customer_id: UUID, new: CustomerNew) -> CustomerDraft:
    """What was sent, its numbers read as those of the customer."""
    if "addresses" not in new.model_fields_set:
        stored, _ = changes.stored_content(json.loads((await store.CUSTOMERS.get(ctx, customer_id)).json))
        new = new.model_copy(update={"addresses": stored.addresses})
    return draft_customer(ctx, customer_id, new)


def _points_of_known(
    ctx: Context, stored: Mapping[str, Any], new: CustomerNew, policy: SourcePolicy
) -> list[dict[str, Any]]:
    """The contact points that were sent, each with what is known of it and was left out.

    Numbers without a country are those of the customer's addresses, or else of the source.
    """
    if "addresses" not in new.model_fields_set:
        new = new.model_copy(update={"addresses": changes.stored_content(stored)[0].addresses})
    reading = ctx if contact_points.country_of(new.addresses) else under(ctx, policy)
    points = contact_points.normalized_contact_points(reading, new, changes.stored_forms(stored))
    return contact_points.with_known(points, stored["contact_points"])


async def archive(ctx: Context, customer_id: UUID) -> Document:
    """Archived customers are not listed, and their contact points are free for others. Their history stays."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is None:
        await points_store.release(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": ctx.now})
        await changes.record(ctx, event_types.CUSTOMER_ARCHIVED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)


async def restore(ctx: Context, customer_id: UUID) -> Document:
    """409 AlreadyHeld when another customer has taken a contact point meanwhile."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is not None:
        stored = json.loads((await store.CUSTOMERS.get(ctx, customer_id)).json)
        new, forms = changes.stored_content(stored)
        if problem := await key_holders.conflict(ctx, draft_customer(ctx, customer_id, new, forms)):
            raise problem
        await points_store.reserve(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": None})
        await changes.record(ctx, event_types.CUSTOMER_RESTORED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)
