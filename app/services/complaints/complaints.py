"""Complaints: taken in once each, found again, changed, and given to their customers."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyClaimed, ComplaintDiffers, invalid
from app.core.ids import new_id
from app.rules.complaints import states as rules
from app.rules.kit import event_types
from app.rules.kit.content_hash import content_hash
from app.rules.kit.differences import MOST, as_errors, differences
from app.rules.kit.merge_patch import merged
from app.rules.kit.timestamps import format_timestamp
from app.schemas.complaints.complaints import ComplaintQuery
from app.schemas.complaints.intake import ComplaintContent, ComplaintNew
from app.schemas.kit import validation
from app.services import interactions, service_levels
from app.services.complaints import case_store, intake, procedures
from app.services.complaints.case import Case
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.store import customers as customer_store
from app.store import sales as sales_store
from app.store.complaints import complaints as store
from app.store.kit.documents import Document
from app.store.kit.listing import Page

_CONTENT = tuple(ComplaintContent.model_fields)
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
    (outcome,) = await record_many(ctx, [new])
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id), outcome


async def record_many(ctx: Context, wanted: Sequence[ComplaintNew]) -> list[RecordResult]:
    """Take complaints in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    ComplaintDiffers. What it refers to and is not there, or a history that the path does not allow: refused.
    """
    known = await intake.References.of(ctx, wanted)
    outcomes: list[RecordResult] = []
    made: list[intake.ComplaintDraft] = []
    earlier: dict[tuple[str, str], tuple[UUID, bytes | None]] = {}  # in this very chunk
    for n, new in enumerate(wanted):
        received = intake.ComplaintDraft(new, new_id(), _hash(new))
        held = known.complaints.get(n) or earlier.get(received.key)
        if held is not None:
            outcomes.append(await _again(ctx, new, received.content_hash, held, stored=n in known.complaints))
        elif (problem := known.match(n, received)) is not None:
            outcomes.append(RecordResult.refused(problem))
        else:
            outcomes.append(RecordResult(201, received.id))
            made.append(received)
            if new.external_id is not None:
                earlier[received.key] = received.id, received.content_hash
    refused = await intake.write(ctx, made)
    again = [n for n, o in enumerate(outcomes) if o.id in refused and o.status != 201]
    outcomes = [RecordResult.refused(refused[o.id]) if o.id in refused else o for o in outcomes]
    if again:  # they were taken for what was not to be: each stands for itself
        for n, outcome in zip(again, await record_many(ctx, [wanted[n] for n in again]), strict=True):
            outcomes[n] = outcome
    return outcomes


async def change(ctx: Context, complaint_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a ComplaintChange: a merge patch. 412 if the complaint is no longer at `version`."""
    case = await case_store.load(ctx, complaint_id)
    patching.require_version(case.row["version"], version)
    stored = json.loads((await store.get(ctx, complaint_id)).json)
    before = {name: stored[name] for name in _CONTENT}
    new = validation.validate(ComplaintContent, merged(before, patch.model_dump(mode="json", exclude_unset=True)))
    if not (changes := differences(before, new.model_dump(mode="json"))):
        return await store.get(ctx, complaint_id)
    as_new = ComplaintNew.model_validate({**new.model_dump(mode="json"), "customer_id": case.row["customer_id"]})
    known = await intake.References.of(ctx, [as_new])
    if (problem := known.match(0, intake.ComplaintDraft(as_new, complaint_id, None))) is not None:
        raise problem
    await sales_store.ensure_exist(ctx, [new.site], [new.sku])
    changed = {str(c["pointer"]).split("/")[1] for c in changes}
    case.set(**{name: value for name, value in new.model_dump().items() if name in changed})
    if changed & _CHOOSES:
        await reselect_policy(ctx, case)
    case.record(event_types.COMPLAINT_UPDATED, ctx.now, changes=changes[:MOST])
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id)


async def claim(ctx: Context, complaint_id: UUID, customer_id: UUID) -> Document:
    """Say whose complaint it is; what was said about it is theirs too. 409 AlreadyClaimed if it is another's."""
    case = await case_store.load(ctx, complaint_id)
    holder = case.row["customer_id"]
    if holder not in (None, customer_id):
        raise AlreadyClaimed(f"It belongs to customer {holder}", customer_id=str(holder))
    if holder is None:
        if not await customer_store.existing(ctx, [customer_id]):
            raise invalid("/customer_id", "not_found", "There is no such customer")
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
    tags = await store.tags_of(ctx, customer_id) if customer_id is not None else []
    (chosen,) = await service_levels.select_policies(ctx, [case.facts(tags)])
    case.adopt(ctx, chosen)
    if (procedure := (await procedures.procedure_for(ctx, [category])).get(category)) is not None:
        if procedure[0] != case.row["procedure_id"]:
            case.set(procedure_id=procedure[0], procedure_version=procedure[1])
    elif case.row["procedure_id"] is not None:
        case.set(procedure_id=None, procedure_version=None)


async def _again(
    ctx: Context, new: ComplaintNew, sent: bytes | None, held: tuple[UUID, bytes | None], *, stored: bool
) -> RecordResult:
    held_id, content_hash = held
    if sent == content_hash:
        return RecordResult(200, held_id, replayed=True)
    errors = []
    if stored:
        content, sent_content = json.loads((await store.get(ctx, held_id)).json), _as_sent(new)
        found = differences({name: content[name] for name in sent_content}, sent_content)
        errors = as_errors(found[:MOST])
    detail = None if errors else "Its remedies or its history differ, or it was changed since"
    return RecordResult.refused(ComplaintDiffers(detail, errors=errors or None, complaint_id=str(held_id)), held_id)


def _as_sent(new: ComplaintNew) -> dict[str, Any]:
    """As it would be answered with, as far as its sender has decided: to be compared with what is stored."""
    sent = new.model_dump(mode="json", include={*_CONTENT, "complainant"})
    if new.customer_id is not None:
        sent["customer_id"] = str(new.customer_id)
    if new.received_at is not None:
        sent["received_at"] = format_timestamp(new.received_at)
    return sent


def _hash(new: ComplaintNew) -> bytes | None:
    return content_hash(new.model_dump_json(exclude_none=True)) if new.external_id is not None else None
