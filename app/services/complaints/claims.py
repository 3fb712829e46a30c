"""Whose a complaint is: claimed, moved, released, or taken from what it is linked to."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from app.core.context import Context
from app.rules.kit.links import taken_from
from app.schemas.complaints.complaints import ComplaintClaim
from app.services import customers
from app.services.complaints import case_store, policies
from app.services.complaints.case import Case
from app.services.customers import Resolution
from app.services.kit.links import change_of, take_customers
from app.store.complaints import complaints as store
from app.store.kit import links
from app.store.kit.documents import Document
from app.store.kit.link_locks import lock_linked
from app.store.kit.links import Assignment


async def claim(ctx: Context, complaint_id: UUID, claimed: ComplaintClaim) -> Document:
    """Set the customer of a complaint. 409 AlreadyClaimed if it has another one that it is not moved from."""
    await lock_linked(ctx, complaint=[complaint_id])
    case = await case_store.load(ctx, complaint_id)
    holder = case.complaint.customer_id
    follows = case.complaint.customer_from_id is not None
    if await customers.claims(ctx, holder, claimed.customer_id, claimed.moved_from, follows=follows):
        await _assign(ctx, [(case, Assignment(complaint_id, holder, claimed.customer_id))])
    await ctx.reactions.follow(ctx)  # they may have replied before, so that it does not wait any more
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def release(ctx: Context, complaint_id: UUID, reason: str) -> Document:
    """Take a complaint from its customer, if it has one. It may be somebody else's by what it is about."""
    await lock_linked(ctx, complaint=[complaint_id], with_leaders=True)
    case = await case_store.load(ctx, complaint_id)
    if (holder := case.complaint.customer_id) is not None:
        await _assign(ctx, [(case, Assignment(complaint_id, holder, None, reason=reason))])
        if taken := await take_customers(ctx, "complaint", complaint_id):
            await assign_customers(ctx, taken)
    await ctx.reactions.follow(ctx)
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def assign_customers(
    ctx: Context, assignments: Sequence[Assignment], found: Mapping[UUID, Resolution] = MappingProxyType({})
) -> None:
    """Give locked complaints their customers; `found` is what those led to, by their ids, that were looked up anew."""
    by_id = {each.id: each for each in assignments}
    await _assign(ctx, [(case, by_id[case.id]) for case in await case_store.load_many(ctx, list(by_id))], found)


async def _assign(
    ctx: Context, cases: Sequence[tuple[Case, Assignment]], found: Mapping[UUID, Resolution] = MappingProxyType({})
) -> None:
    for case, assignment in cases:
        complaint = case.complaint
        complaint.customer_id, complaint.customer_from_id = assignment.customer_id, assignment.origin_id
        if case.id in found:
            resolution = customers.with_released(found[case.id], complaint.match_reasons)
        else:
            resolution = customers.reassigned(
                assignment.customer_id,
                assignment.origin_id,
                (complaint.complainant or {}).get("contact"),
                complaint.match_reasons,
                assignment.released_from,
                by_link=assignment.by_link,
            )
        complaint.update(resolution.columns())
        complaint.taken_from = taken_from(complaint.taken_from, assignment.released_from, assignment.customer_id)
    await policies.reselect(ctx, [case for case, _ in cases])
    for case, assignment in cases:
        if assignment.is_told:
            _record(ctx, case, assignment)
    await case_store.save(ctx, [case for case, _ in cases])
    await links.repoint(ctx, "complaint", [assignment for _, assignment in cases])


def _record(ctx: Context, case: Case, assignment: Assignment) -> None:
    type_, data = change_of("complaint", assignment)
    # A claim is dated when the complaint was received: that is its place on the timeline of its customer.
    at = case.complaint.received_at if assignment.is_claim else ctx.now
    case.record(type_, at, case.complaint.channel, title={"channel": case.complaint.channel}, **data)
