"""Complaints: taken in once each, found again, changed, and given to their customers."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ComplaintDiffers, Problem, already_claimed, reference_not_found
from app.rules.complaints import states as rules
from app.rules.kit import event_types
from app.schemas.complaints.complaints import ComplaintQuery
from app.schemas.complaints.intake import ComplaintContent, ComplaintNew
from app.services import interactions, service_levels
from app.services.complaints import case_store, procedures
from app.services.complaints import intake as complaint_intake
from app.services.complaints.case import Case
from app.services.complaints.drafts import ComplaintDraft, References
from app.services.kit import intake, patching
from app.services.kit.record_result import RecordResult
from app.store import customers as customer_store
from app.store import sales as sales_store
from app.store.complaints import complaints as store
from app.store.kit.documents import Document
from app.store.kit.listing import Page

_CHOOSES = {"category", "severity", "site", "channel", "value", "currency"}
"""What the policy is chosen by."""


async def find(ctx: Context, query: ComplaintQuery) -> Page:
    """By reference, too: one with a wrong digit finds nothing."""
    if query.reference is None:
        return await store.page(ctx, query, None)
    number = rules.number_of(query.reference)
    return await store.page(ctx, query, rules.reference(number)) if number is not None else Page([], None)


async def get(ctx: Context, complaint_id: UUID) -> Document:
    return await store.get(ctx, complaint_id)


async def history(ctx: Context, complaint_id: UUID, query: Any) -> Page:
    page = await store.history(ctx, complaint_id, query)
    if not page.items:
        await store.get(ctx, complaint_id)  # raises NotFound for a complaint that is not there
    return page


async def record(ctx: Context, new: ComplaintNew) -> tuple[Document, RecordResult]:
    """Take one complaint in; see `record_many`. Raises what was wrong with it."""
    (result,) = await record_many(ctx, [new])
    if result.problem is not None:
        raise result.problem
    assert result.id is not None
    return await store.get(ctx, result.id), result


async def record_many(ctx: Context, wanted: Sequence[ComplaintNew]) -> list[RecordResult]:
    """Take complaints in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    ComplaintDiffers. What it refers to and is not there, or a history that the path does not allow: refused.
    """
    drafts = [ComplaintDraft(new) for new in wanted]
    references = await References.load(ctx, drafts)
    decided = await intake.decide(
        drafts, references.existing, references.assign, intake.contents(ctx, store.get), _differs
    )
    refused = await complaint_intake.write(ctx, decided.accepted)
    results = decided.results
    again = [n for n, result in enumerate(results) if result.id in refused and result.status != 201]
    results = [RecordResult.refused(refused[r.id]) if r.id in refused else r for r in results]
    if again:  # they were taken for what was not to be: each stands for itself
        for n, result in zip(again, await record_many(ctx, [wanted[n] for n in again]), strict=True):
            results[n] = result
    return results


async def change(ctx: Context, complaint_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a ComplaintChange: a merge patch. 412 if the complaint is no longer at `version`."""
    case = await case_store.load(ctx, complaint_id)
    patching.require_version(case.row["version"], version)
    document = await store.get(ctx, complaint_id)
    patched = patching.patched(ComplaintContent, json.loads(document.json), patching.sent(patch))
    if not patched.changes:
        return document
    new = patched.content
    as_new = ComplaintNew.model_validate({**new.model_dump(mode="json"), "customer_id": case.row["customer_id"]})
    draft = ComplaintDraft(as_new)
    if (problem := (await References.load(ctx, [draft])).assign(0, draft)) is not None:
        raise problem
    await sales_store.ensure_exist(ctx, [new.site], [new.sku])
    case.set(**{name: value for name, value in new.model_dump().items() if name in patched.fields})
    if patched.fields & _CHOOSES:
        await reselect_policy(ctx, case)
    case.record(event_types.COMPLAINT_UPDATED, ctx.now, changes=patched.listed)
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id)


async def claim(ctx: Context, complaint_id: UUID, customer_id: UUID) -> Document:
    """Say whose complaint it is; what was said about it is theirs too. 409 AlreadyClaimed if it is another's."""
    case = await case_store.load(ctx, complaint_id)
    holder = case.row["customer_id"]
    if holder not in (None, customer_id):
        raise already_claimed(holder)
    if holder is None:
        if not await customer_store.existing_ids(ctx, [customer_id]):
            raise reference_not_found("/customer_id", "Customer")
        case.set(customer_id=customer_id)
        await reselect_policy(ctx, case)
        # At the moment it came in: there it belongs on the timeline of its customer.
        channel = case.row["channel"]
        case.record(event_types.COMPLAINT_CLAIMED, case.row["received_at"], channel, title={"channel": channel})
        await case_store.save(ctx, [case])
        for interaction_id in await store.unclaimed_messages(ctx, complaint_id):
            await interactions.claim(ctx, interaction_id, customer_id)
    return await store.get(ctx, complaint_id)


async def reselect_policy(ctx: Context, case: Case) -> None:
    """What its policy and its procedure are chosen by has changed."""
    customer_id, category = case.row["customer_id"], case.row["category"]
    tags = await store.customer_tags(ctx, customer_id) if customer_id is not None else []
    (chosen,) = await service_levels.select_policies(ctx, [case.facts(tags)])
    case.adopt(ctx, chosen)
    if (procedure := (await procedures.procedure_for(ctx, [category])).get(category)) is not None:
        if procedure[0] != case.row["procedure_id"]:
            case.set(procedure_id=procedure[0], procedure_version=procedure[1])
    elif case.row["procedure_id"] is not None:
        case.set(procedure_id=None, procedure_version=None)


def _differs(errors: list[dict[str, Any]], complaint_id: UUID) -> Problem | None:
    detail = None if errors else "The remedies or the history differ, or the complaint was changed after it was stored"
    return ComplaintDiffers(detail, errors=errors or None, complaint_id=str(complaint_id))
