"""Customers are found, created, changed, archived and restored."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, PreconditionFailed, Problem, invalid, reference_not_found
from app.core.ids import new_id
from app.core.sessions import Sessions
from app.rules.customers import search
from app.rules.kit import event_types
from app.rules.kit.differences import MOST, differences
from app.rules.kit.event_types import EventType
from app.rules.kit.merge_patch import merged
from app.schemas.customers.customers import CustomerExport, CustomerNew, CustomerQuery
from app.schemas.kit import validation
from app.services.customers import drafts
from app.services.customers.bodies import body_of, joined_names, normalized
from app.services.customers.drafts import CustomerDraft, draft_customer
from app.services.customers.resolution import CustomerReference, find_customer
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.services.kit.resent import differing
from app.store.customers import customers as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page

_EXPORT_PAGE = 500


async def find(ctx: Context, query: CustomerQuery) -> Page:
    if query.q is None:
        return await store.CUSTOMERS.page(ctx, query)
    terms = search.terms(query.q)
    return await store.search_page(ctx, query, terms) if terms else Page([], None)


async def export(sessions: Sessions, filters: CustomerExport) -> AsyncIterator[list[str]]:
    """All matching customers, a page at a time, so that a slow reader does not hold a connection."""
    query = CustomerQuery.model_construct(**dict(filters), limit=_EXPORT_PAGE, cursor=None)
    while True:
        async with sessions.reading() as ctx:
            page = await find(ctx, query)
        yield page.items
        if page.next_cursor is None:
            return
        query = query.model_copy(update={"cursor": page.next_cursor})


async def get(ctx: Context, customer_id: UUID) -> Document:
    return await store.CUSTOMERS.get(ctx, customer_id)


async def create(ctx: Context, new: CustomerNew) -> Document:
    """409 AlreadyHeld, with the holder, when an identity or an unshared contact point is taken."""
    (result,) = await _create(ctx, [new], replay=False)
    return await store.CUSTOMERS.get(ctx, result.recorded_id())


async def create_many(ctx: Context, customers: Sequence[CustomerNew]) -> list[RecordResult]:
    """One result for each, in order. A customer who is already stored with the same content is replayed."""
    return await _create(ctx, customers, replay=True)


async def change(ctx: Context, customer_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a CustomerChange: a merge patch. 412 if the customer is no longer at `version`."""
    return await _change(ctx, customer_id, patch.model_dump(mode="json", exclude_unset=True), version)


async def put(
    ctx: Context, system: str, external_id: str, new: CustomerNew, *, only_new: bool = False
) -> tuple[Document, bool]:
    """Create or change the customer with this identity; fields that were not sent are left alone. True if created."""
    own = {"system": system, "external_id": external_id}
    reference = CustomerReference(identity=(system, external_id))
    customer_id = (await find_customer(ctx, reference)).customer_id
    sent = new.model_dump(mode="json", exclude_unset=True)
    others = [i for i in sent.pop("identities", []) if i != own]
    if customer_id is None:
        try:
            return await create(ctx, validation.validate(CustomerNew, {**sent, "identities": [own, *others]})), True
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
    return await _change(ctx, customer_id, sent, None, respelled=False), False


async def archive(ctx: Context, customer_id: UUID) -> Document:
    """Archived customers are not listed, and their contact points are free for others. Their history stays."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is None:
        await store.release_contact_points(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": ctx.now})
        await _record(ctx, event_types.CUSTOMER_ARCHIVED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)


async def restore(ctx: Context, customer_id: UUID) -> Document:
    """409 AlreadyHeld when another customer has taken a contact point meanwhile."""
    row = await store.CUSTOMERS.lock(ctx, customer_id)
    if row["archived_at"] is not None:
        new = validation.validate(CustomerNew, body_of(await store.CUSTOMERS.get(ctx, customer_id)))
        if problem := (await _conflicts(ctx, [draft_customer(ctx, customer_id, new)]))[0]:
            raise problem
        await store.reserve_contact_points(ctx, customer_id)
        await store.CUSTOMERS.change(ctx, customer_id, {"archived_at": None})
        await _record(ctx, event_types.CUSTOMER_RESTORED, customer_id, row["display_name"])
    return await store.CUSTOMERS.get(ctx, customer_id)


async def record_created(ctx: Context, created: Sequence[CustomerDraft]) -> None:
    type_ = event_types.CUSTOMER_CREATED
    recorded = [Event(type_, d.id, d.id, type_.titled(name=d.row["display_name"]), ctx.now) for d in created]
    await events.record_all(ctx, recorded)


async def _change(
    ctx: Context, customer_id: UUID, sent: dict[str, Any], version: int | None, *, respelled: bool = True
) -> Document:
    """Without `respelled`, what is only spelled in another way is no change."""
    current = await patching.lock(ctx, store.CUSTOMERS, customer_id, version)
    before = body_of(current.document)
    after = merged(before, sent)
    if "display_name" not in sent and before["display_name"] == joined_names(before):
        after["display_name"] = joined_names(after)  # it was derived from the names
    new = validation.validate(CustomerNew, after)
    if not respelled and not differing(CustomerNew, before, new.model_dump(mode="json"), ctx.region):
        return current.document
    if not (changes := differences(normalized(before), normalized(new.model_dump(mode="json")))):
        return current.document
    draft = draft_customer(ctx, customer_id, new)
    archived = current.row["archived_at"] is not None
    if not archived and (problem := (await _conflicts(ctx, [draft]))[0]):
        raise problem
    if new.referred_by == customer_id:
        raise invalid("/referred_by", "self", "A customer cannot be their own referrer")
    if await _missing_referrers(ctx, [new]):
        raise _referrer_not_found()
    await _rewrite(ctx, draft, sent, archived)
    name, data = draft.row["display_name"], {"changes": changes[:MOST]}
    await _record(ctx, event_types.CUSTOMER_UPDATED, customer_id, name, data)
    return await store.CUSTOMERS.get(ctx, customer_id)


async def _create(ctx: Context, customers: Sequence[CustomerNew], *, replay: bool) -> list[RecordResult]:
    results: dict[int, RecordResult] = {}
    valid: dict[int, CustomerDraft] = {}
    missing = await _missing_referrers(ctx, customers)
    for n, new in enumerate(customers):
        try:
            if new.referred_by in missing:
                raise _referrer_not_found()
            valid[n] = draft_customer(ctx, new_id(), new)
        except Problem as problem:
            results[n] = RecordResult.refused(problem)
    earlier: dict[UUID, CustomerNew] = {}
    created: list[CustomerDraft] = []
    for (n, draft), conflict in zip(valid.items(), await _conflicts(ctx, list(valid.values())), strict=True):
        if conflict is not None:
            same_id = await _find_same(ctx, customers[n], conflict, earlier) if replay else None
            results[n] = RecordResult(200, same_id, replayed=True) if same_id else RecordResult.refused(conflict)
        else:
            results[n] = RecordResult(201, draft.id)
            earlier[draft.id] = customers[n]
            created.append(draft)
    if created:
        await drafts.write_drafts(ctx, created)
        await record_created(ctx, created)
    return [results[n] for n in range(len(customers))]


async def _conflicts(ctx: Context, drafts: Sequence[CustomerDraft]) -> list[AlreadyHeld | None]:
    """For each draft, the problem if another customer, stored or earlier in the batch, has one of its keys."""
    contact_points = [key for d in drafts for key in d.contact_point_keys if key is not None]
    identities = [key for d in drafts for key in d.identity_keys]
    holders: dict[tuple[str, ...], UUID] = {}
    if contact_points:
        rows = await store.holders_of_contact_points(ctx, contact_points)
        holders |= {("contact_point", r["kind"], r["normalized"], r["extension"]): r["customer_id"] for r in rows}
    if identities:
        rows = await store.holders_of_identities(ctx, identities)
        holders |= {("identity", r["system"], r["external_id"]): r["customer_id"] for r in rows}
    conflicts: list[AlreadyHeld | None] = []
    for d in drafts:
        keys: list[tuple[str, tuple[str, ...]]]
        keys = [(f"/identities/{n}", ("identity", *key)) for n, key in enumerate(d.identity_keys)]
        keys += [
            (f"/contact_points/{n}", ("contact_point", *key))
            for n, key in enumerate(d.contact_point_keys)
            if key is not None
        ]
        held = [(pointer, holders[key]) for pointer, key in keys if holders.get(key, d.id) != d.id]
        if held:
            errors = [
                {
                    "pointer": pointer,
                    "code": "held",
                    "detail": f"Already belongs to customer {holder}",
                    "customer_id": str(holder),
                }
                for pointer, holder in held
            ]
            conflicts.append(AlreadyHeld(errors=errors, customer_ids=sorted({str(holder) for _, holder in held})))
        else:
            holders |= {key: d.id for _, key in keys}
            conflicts.append(None)
    return conflicts


async def _find_same(
    ctx: Context, new: CustomerNew, problem: AlreadyHeld, earlier: Mapping[UUID, CustomerNew]
) -> UUID | None:
    """The customer who has the conflicting keys, if everything that was sent is already stored for them.

    `earlier` are the customers of the same batch, who are not stored yet.
    """
    holders = [UUID(holder) for holder in problem.extensions["customer_ids"]]
    if len(holders) != 1:
        return None
    first = earlier.get(holders[0])
    stored = first.model_dump(mode="json") if first else body_of(await store.CUSTOMERS.get(ctx, holders[0]))
    sent = new.model_dump(mode="json", include=new.model_fields_set)
    return None if differing(CustomerNew, stored, sent, ctx.region) else holders[0]


async def _rewrite(ctx: Context, draft: CustomerDraft, sent: dict[str, Any], archived: bool) -> None:
    await store.CUSTOMERS.change(ctx, draft.id, {name: value for name, value in draft.row.items() if name != "id"})
    if "contact_points" in sent:
        stored = await store.contact_points(ctx, draft.id)
        ids = {(point["kind"], point["normalized"], point["extension"]): point["id"] for point in stored}
        await store.drop_children(ctx, "contact_points", draft.id)
        contact_points = [
            {
                **point,
                "id": ids.get((point["kind"], point["normalized"], point["extension"])) or new_id(),
                "exclusive": point["exclusive"] and not archived,
            }
            for point in draft.contact_points
        ]
        await store.add_children(ctx, "contact_points", contact_points)
    if "identities" in sent:
        await store.drop_children(ctx, "identities", draft.id)
        await store.add_children(ctx, "identities", draft.identities)
    if "addresses" in sent:
        await store.drop_children(ctx, "addresses", draft.id)
        await store.add_children(ctx, "addresses", draft.addresses)
    await drafts.add_search_words(ctx, [draft])


async def _missing_referrers(ctx: Context, customers: Sequence[CustomerNew]) -> set[UUID]:
    referrers = {new.referred_by for new in customers if new.referred_by is not None}
    return referrers - await store.existing_ids(ctx, referrers) if referrers else set()


def _referrer_not_found() -> Problem:
    return reference_not_found("/referred_by", "Customer")


async def _record(
    ctx: Context, type_: EventType, customer_id: UUID, name: str, data: dict[str, Any] | None = None
) -> None:
    event = Event(type_, customer_id, customer_id, type_.titled(name=name), ctx.now, data=data or {})
    await events.record(ctx, event)
