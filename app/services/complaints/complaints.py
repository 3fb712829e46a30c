"""Complaints: recording, reading and changing them."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ComplaintDiffers, Problem
from app.rules.complaints import states as rules
from app.rules.kit import event_types
from app.schemas.complaints.complaints import ComplaintQuery
from app.schemas.complaints.intake import ComplaintContent, ComplaintNew
from app.schemas.complaints.moves import ComplaintMoveQuery
from app.schemas.kit import validation
from app.services import interactions
from app.services.complaints import case_store, claims, policies, resent
from app.services.complaints import intake as complaint_intake
from app.services.complaints.drafts import ComplaintDraft, References
from app.services.kit import intake, patching
from app.services.kit.links import NO_LONGER_LINKED
from app.services.kit.record_result import RecordResult
from app.store import interactions as interaction_store
from app.store import sales as sales_store
from app.store.complaints import complaints as store
from app.store.complaints.complaint_row import ComplaintRow
from app.store.kit.documents import Document
from app.store.kit.link_locks import lock_linked
from app.store.kit.links import Assignment
from app.store.kit.listing import Page

_POLICY_FIELDS = {"category", "severity", "site", "channel", "value", "currency"}
"""What the policy is selected by."""


async def find(ctx: Context, query: ComplaintQuery) -> Page:
    """A reference whose check digit is wrong finds nothing."""
    if query.reference is None:
        return await store.page(ctx, query, None)
    number = rules.parse_reference(query.reference)
    return await store.page(ctx, query, rules.reference(number)) if number is not None else Page([], None)


async def get(ctx: Context, complaint_id: UUID) -> Document:
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def history(ctx: Context, complaint_id: UUID, query: ComplaintMoveQuery) -> Page:
    page = await store.history(ctx, complaint_id, query)
    if not page.items:
        await store.COMPLAINTS.get(ctx, complaint_id)  # raises NotFound for a complaint that is not there
    return page


async def record(ctx: Context, new: ComplaintNew) -> tuple[Document, RecordResult]:
    """Record one complaint; see `record_many`. Raises the problem of a refused one."""
    (result,) = await record_many(ctx, [new])
    await ctx.reactions.follow(ctx)  # it may have its customer from a record that it is linked to
    return await store.COMPLAINTS.get(ctx, result.recorded_id()), result


async def record_many(
    ctx: Context, new_complaints: Sequence[ComplaintNew], origins: Mapping[str, UUID] = MappingProxyType({})
) -> list[RecordResult]:
    """Record complaints in order; one result for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    ComplaintDiffers. A reference to something that does not exist, or an impossible history: refused. `origins` are
    the records that customers were taken from, by external id.
    """
    drafts = [ComplaintDraft(new, origins.get(new.external_id or "")) for new in new_complaints]
    references = await References.load(ctx, drafts)
    decided = await intake.decide(
        ctx,
        store.COMPLAINTS,
        drafts,
        references.existing,
        references.resolve,
        partial(resent.contents, ctx),
        _differs,
    )
    refused = await complaint_intake.write(ctx, decided.accepted)
    results = decided.results
    duplicates = [n for n, result in enumerate(results) if result.id in refused and result.status != 201]
    results = [RecordResult.refused(refused[r.id]) if r.id in refused else r for r in results]
    references.policies.note(ctx, [draft.new.source for draft in decided.accepted if draft.id not in refused])
    if duplicates:  # of complaints of the same batch that were refused: each is decided by itself
        decided_alone = await record_many(ctx, [new_complaints[n] for n in duplicates], origins)
        for n, result in zip(duplicates, decided_alone, strict=True):
            results[n] = result
    return results


async def change(ctx: Context, complaint_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a ComplaintChange: a merge patch. 412 if the complaint is no longer at `version`."""
    links = await _lock_links(ctx, complaint_id, patch)
    case = await case_store.load(ctx, complaint_id)
    patching.require_version(case.complaint.version, version)
    document = await store.COMPLAINTS.get(ctx, complaint_id)
    patched = patching.patched(ComplaintContent, json.loads(document.json), patching.sent(patch))
    if not patched.changes:
        return document
    patching.require_payable(patched, "value", "currency")
    new = patched.content
    loses_origin = _loses_origin(case.complaint, new)
    customer_id = None if loses_origin else case.complaint.customer_id
    # Where it is about another sale now, that may not have been later.
    received_at = case.complaint.received_at.isoformat() if "sale_id" in patched.fields else None
    whole = {
        **new.model_dump(mode="json", exclude={"value", "currency"}),  # earlier releases took any amount
        "customer_id": customer_id and str(customer_id),
        "complainant": case.complaint.complainant,
        "source": case.complaint.source,
        "external_id": case.complaint.external_id,
        "received_at": received_at,
    }
    draft = ComplaintDraft(validation.validate_stored(ComplaintNew, whole), taken_from=case.complaint.taken_from)
    if (problem := (await References.load(ctx, [draft], complaint_id)).resolve(0, draft)) is not None:
        raise problem
    await sales_store.ensure_exist(ctx, [new.site], [new.sku])
    former = case.complaint.interaction_id  # it may be theirs only because it was named
    case.complaint.update({name: value for name, value in new.model_dump().items() if name in patched.fields})
    if patched.fields & _POLICY_FIELDS:
        await policies.reselect(ctx, [case])
    case.record(event_types.COMPLAINT_UPDATED, ctx.now, changes=patched.listed)
    linked = [(complaint_id, new.interaction_id)] if new.interaction_id and "interaction_id" in patched.fields else []
    await case_store.save(ctx, [case], messages=linked)
    if "interaction_id" in patched.fields:
        gone = await interaction_store.link_complaints_anew(ctx, [complaint_id])
        await interactions.release_unlinked(ctx, [*gone, *([former] if former is not None else [])])
    before = case.complaint.customer_id
    # It says now whose it is, or does not any more; or it is theirs because of another record, maybe.
    is_new = draft.customer_id != before or (loses_origin and before is not None)
    if links and is_new:
        now = Assignment(complaint_id, before, draft.customer_id, draft.origin_id, NO_LONGER_LINKED, by_link=True)
        await claims.assign_customers(ctx, [now], {complaint_id: draft.resolution})
    await ctx.reactions.follow(ctx)
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def _lock_links(ctx: Context, complaint_id: UUID, patch: Any) -> bool:
    """Whether it may be linked to others: if so, they, and all that follows it, are locked before it is."""
    if not patch.model_fields_set & {"sale_id", "interaction_id"}:
        return False
    sales, interactions = ([row_id] if row_id else [] for row_id in (patch.sale_id, patch.interaction_id))
    await lock_linked(ctx, conversations_of=interactions, with_leaders=True, complaint=[complaint_id], sale=sales)
    return True


def _loses_origin(complaint: ComplaintRow, new: ComplaintContent) -> bool:
    """Whether the record that its customer was taken from is not linked any more, or there is no customer at all."""
    if complaint.customer_id is None:
        return True
    links = {(complaint.sale_id, new.sale_id), (complaint.interaction_id, new.interaction_id)}
    return any(before == complaint.customer_from_id is not None and before != after for before, after in links)


def _differs(errors: list[dict[str, Any]], complaint_id: UUID) -> Problem:
    return ComplaintDiffers(errors=errors, complaint_id=str(complaint_id))
