"""Ideas: suggesting them, voting for them, and deciding on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import invalid, reference_not_found
from app.core.ids import new_id
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.schemas.feedback.ideas import IdeaContent, IdeaNew, IdeaQuery, IdeaVoteQuery, Voter
from app.services import customers
from app.services.kit import patching
from app.store.feedback import ideas as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.feedback.ideas import IDEAS
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page


async def find(ctx: Context, query: IdeaQuery) -> Page:
    return await IDEAS.page(ctx, query)


async def get(ctx: Context, idea_id: UUID) -> Document:
    return await IDEAS.get(ctx, idea_id)


async def votes(ctx: Context, idea_id: UUID, query: IdeaVoteQuery) -> Page:
    await IDEAS.get(ctx, idea_id)
    return await store.votes(ctx, idea_id, query)


async def create(ctx: Context, new: IdeaNew) -> Document:
    customer_id = await _customer(ctx, new.customer_id, new.feedback_id)
    idea_id = new_id()
    content = new.model_dump(exclude={"customer_id", "feedback_id"})
    await IDEAS.add(ctx, [{"id": idea_id, **content, "status_at": ctx.now}])
    await _record(ctx, event_types.IDEA_CREATED, {"id": idea_id, **content}, customer_id, ctx.now)
    if customer_id is not None or new.feedback_id is not None:
        # The customer has the idea on their timeline already.
        await store.add_vote(ctx, idea_id, customer_id, new.feedback_id, ctx.now)
    return await IDEAS.get(ctx, idea_id)


async def change(ctx: Context, idea_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is an IdeaChange: a merge patch. 412 if the idea is no longer at `version`.

    Voters get no event of their own: the list of votes says whom to notify.
    """
    current = await patching.lock(ctx, IDEAS, idea_id, version)
    sent = patching.sent(patch)
    moves = sent.get("status", current.stored["status"]) != current.stored["status"]
    if moves and "status_note" not in sent:
        sent["status_note"] = None  # the old note does not apply to the new status
    patched = patching.patched(IdeaContent, current.stored, sent)
    if not patched.changes:
        return current.document
    after = patched.content.model_dump(mode="json")
    await IDEAS.change(ctx, idea_id, {**after, "status_at": ctx.now if moves else current.row["status_at"]})
    data = {"changes": patched.listed}
    type_ = event_types.get("idea", after["status"] if moves else "updated")
    await _record(ctx, type_, {"id": idea_id, **after}, None, ctx.now, data)
    return await IDEAS.get(ctx, idea_id)


async def vote(
    ctx: Context, idea_id: UUID, *, customer_id: UUID | None, feedback_id: UUID | None, at: datetime
) -> None:
    """Add a vote, once per customer, or per feedback without a customer.

    A vote of feedback without a customer becomes the customer's once the feedback is theirs. Customer and feedback
    have to exist; 422 where the idea does not.
    """
    if (idea := await store.lock(ctx, idea_id)) is None:
        raise reference_not_found("/idea_id", "Idea")
    votes = await store.find_votes(ctx, idea_id, customer_id, feedback_id)
    of_customer = next((v for v in votes if v["customer_id"] is not None and v["customer_id"] == customer_id), None)
    of_feedback = next((v for v in votes if feedback_id is not None and v["feedback_id"] == feedback_id), None)
    if of_feedback is not None and of_feedback["customer_id"] is None and customer_id is not None:
        if of_customer is not None:  # they had voted already: this is the same vote twice
            await store.remove_vote(ctx, idea_id, of_feedback["id"])
        else:
            await store.assign_vote(ctx, of_feedback["id"], customer_id, feedback_id)
            await _record(ctx, event_types.IDEA_VOTED, idea, customer_id, at)
    elif of_customer is not None and feedback_id is None:  # they say so themselves now
        await store.assign_vote(ctx, of_customer["id"], customer_id, None)
    elif of_customer is None and of_feedback is None:
        await store.add_vote(ctx, idea_id, customer_id, feedback_id, at)
        await _record(ctx, event_types.IDEA_VOTED, idea, customer_id, at)


async def carry_votes(
    ctx: Context, feedback: FeedbackRow, before: UUID | None, customer_id: UUID | None, at: datetime
) -> None:
    """Give the votes by this feedback, for the idea that it names and others, to the customer whose it is now, from the
    one whose it was.
    """
    feedback_id, named = feedback.id, [feedback.idea_id] if feedback.idea_id is not None else []
    for idea_id in sorted({*await store.voted_by_feedback(ctx, feedback_id), *named}):
        if before is not None:
            await release_vote(ctx, idea_id, before, feedback_id)
        await vote(ctx, idea_id, customer_id=customer_id, feedback_id=feedback_id, at=at)


async def release_vote(ctx: Context, idea_id: UUID, customer_id: UUID, feedback_id: UUID) -> None:
    """The vote that a customer had by this feedback is that of the feedback alone again: it is somebody else's.

    A vote of their own, or by other feedback of theirs, stays.
    """
    if (idea := await store.lock(ctx, idea_id)) is None:
        return
    for vote in await store.find_votes(ctx, idea_id, customer_id, feedback_id):
        if vote["customer_id"] != customer_id or vote["feedback_id"] != feedback_id:
            continue
        if (other := await store.supporting_feedback(ctx, idea_id, customer_id, feedback_id)) is not None:
            await store.assign_vote(ctx, vote["id"], customer_id, other)
        else:
            await store.assign_vote(ctx, vote["id"], None, feedback_id)
            await _record(ctx, event_types.IDEA_UNVOTED, idea, customer_id, ctx.now)


async def unvote_by_feedback(ctx: Context, idea_id: UUID, customer_id: UUID | None, feedback_id: UUID) -> None:
    """Feedback names the idea no more: its vote is removed, but no vote of the customer's own or by other feedback."""
    if customer_id is not None:
        await release_vote(ctx, idea_id, customer_id, feedback_id)
    await unvote(ctx, idea_id, customer_id=None, feedback_id=feedback_id)


async def unvote(ctx: Context, idea_id: UUID, *, customer_id: UUID | None, feedback_id: UUID | None) -> None:
    """Remove the vote of this customer, or of this feedback without a customer."""
    if (idea := await store.lock(ctx, idea_id)) is None:
        return
    for vote in await store.find_votes(ctx, idea_id, customer_id, feedback_id):
        if vote["customer_id"] not in (None, customer_id):
            continue
        await store.remove_vote(ctx, idea_id, vote["id"])
        if vote["customer_id"] is not None:
            await _record(ctx, event_types.IDEA_UNVOTED, idea, customer_id, ctx.now)


async def support(ctx: Context, idea_id: UUID, voter: Voter) -> Document:
    """A vote by request; a second one changes nothing."""
    customer_id = await _voter(ctx, idea_id, voter)
    await vote(ctx, idea_id, customer_id=customer_id, feedback_id=voter.feedback_id, at=ctx.now)
    return await IDEAS.get(ctx, idea_id)


async def withdraw(ctx: Context, idea_id: UUID, voter: Voter) -> Document:
    """Remove a vote by request; where there is none, nothing happens."""
    customer_id = await _voter(ctx, idea_id, voter)
    await unvote(ctx, idea_id, customer_id=customer_id, feedback_id=voter.feedback_id)
    return await IDEAS.get(ctx, idea_id)


async def _voter(ctx: Context, idea_id: UUID, voter: Voter) -> UUID | None:
    await IDEAS.lock(ctx, idea_id)
    return await _customer(ctx, voter.customer_id, voter.feedback_id)


async def _customer(ctx: Context, customer_id: UUID | None, feedback_id: UUID | None) -> UUID | None:
    """The customer who votes; 422 for a customer or feedback that does not exist, or that do not belong together."""
    await customers.require_customer(ctx, customer_id)
    if feedback_id is None:
        return customer_id
    if (row := await store.feedback_customer(ctx, feedback_id)) is None:
        raise reference_not_found("/feedback_id", "Feedback")
    holder: UUID | None = row["customer_id"]
    if customer_id is not None and holder not in (None, customer_id):
        raise invalid("/feedback_id", "differs", "The feedback belongs to another customer")
    return customer_id or holder


async def _record(
    ctx: Context,
    type_: EventType,
    idea: Mapping[str, Any],
    customer_id: UUID | None,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    title = type_.titled(idea=idea["title"])
    await events.record(ctx, Event(type_, idea["id"], customer_id, title, at, data=data or {}))
