"""Tasks are changed, completed, snoozed, cancelled and reopened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed, invalid
from app.core.ids import new_id
from app.rules.interactions import tasks as rules
from app.rules.interactions.tasks import TaskStatus
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.rules.kit.links import taken_from
from app.schemas.interactions.tasks import TaskContent, TaskQuery
from app.services import customers
from app.services.kit import patching
from app.store.interactions import tasks as store
from app.store.kit import events, links
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.links import Assignment
from app.store.kit.listing import Page


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A task to create. `made_at` is when it was agreed upon, which may be in the past."""

    what: str
    made_at: datetime
    note: str | None = None
    customer_id: UUID | None = None
    origin_id: UUID | None = None
    """The record that the customer is taken from; None where it was said for whom the task is."""
    interaction_id: UUID | None = None
    feedback_id: UUID | None = None
    complaint_id: UUID | None = None
    owner: str | None = None
    due_at: datetime | None = None
    source: str | None = None
    external_id: str | None = None
    content_hash: bytes | None = None
    id: UUID = field(default_factory=new_id)


async def find(ctx: Context, query: TaskQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, task_id: UUID) -> Document:
    return await store.TASKS.get(ctx, task_id)


async def create_tasks(ctx: Context, drafts: Sequence[TaskDraft]) -> list[UUID]:
    """The ids of the tasks. Their customers must exist."""
    await store.TASKS.add(
        ctx,
        [
            {
                "id": draft.id,
                "what": draft.what,
                "note": draft.note,
                "customer_id": draft.customer_id,
                "customer_from_id": draft.origin_id,
                "interaction_id": draft.interaction_id,
                "feedback_id": draft.feedback_id,
                "complaint_id": draft.complaint_id,
                "owner": draft.owner,
                "due_at": draft.due_at,
                "source": draft.source,
                "external_id": draft.external_id,
                "content_hash": draft.content_hash,
            }
            for draft in drafts
        ],
    )
    await events.record_all(
        ctx,
        [
            Event(
                event_types.TASK_CREATED,
                draft.id,
                draft.customer_id,
                event_types.TASK_CREATED.titled(task=draft.what),
                draft.made_at,
                data=_present(owner=draft.owner, due_at=draft.due_at),
            )
            for draft in drafts
        ],
    )
    return [draft.id for draft in drafts]


async def assign_customers(ctx: Context, assignments: Sequence[Assignment]) -> None:
    """Give locked tasks their customers."""
    rows = await links.assign_customers(ctx, "task", assignments)
    for assignment, row in zip(assignments, rows, strict=True):
        if assignment.before != assignment.customer_id:
            stored, sent = (id_ and str(id_) for id_ in (assignment.before, assignment.customer_id))
            changes = [{"pointer": "/customer_id", "stored": stored, "sent": sent}]
            await _record(ctx, event_types.TASK_UPDATED, row, assignment.customer_id, {"changes": changes})


async def change(ctx: Context, task_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a TaskChange: a merge patch. 412 if the task is no longer at `version`."""
    current = await patching.lock(ctx, store.TASKS, task_id, version)
    patched = patching.patched(TaskContent, current.stored, patching.sent(patch))
    if not patched.changes:
        return current.document
    new = patched.content
    await customers.require_customer(ctx, new.customer_id)
    values: dict[str, Any] = new.model_dump()
    if "customer_id" in patched.fields:  # whoever says for whom it is knows better than what it is about
        values["customer_from_id"] = None
        before = current.row["taken_from"], current.row["customer_id"]
        values["taken_from"] = taken_from(*before, new.customer_id)
        await events.repoint(ctx, "task", [task_id], new.customer_id)
    await store.TASKS.change(ctx, task_id, values)
    await _record(
        ctx,
        event_types.TASK_UPDATED,
        {**current.row, "what": new.what},
        new.customer_id,
        {"changes": patched.listed},
    )
    return await store.TASKS.get(ctx, task_id)


async def complete(ctx: Context, task_id: UUID, outcome: str | None) -> Document:
    data = _present(outcome=outcome)
    return await _move(ctx, task_id, "complete", event_types.TASK_COMPLETED, {"outcome": outcome}, data)


async def cancel(ctx: Context, task_id: UUID, reason: str | None) -> Document:
    return await _move(ctx, task_id, "cancel", event_types.TASK_CANCELLED, {"outcome": reason}, _present(reason=reason))


async def snooze(ctx: Context, task_id: UUID, until: datetime) -> Document:
    """Hide a task until then; 422 if the time is in the past."""
    if until <= ctx.now:
        raise invalid("/until", "past", "Must be in the future")
    return await _move(
        ctx, task_id, "snooze", event_types.TASK_SNOOZED, {"snoozed_until": until}, _present(until=until)
    )


async def reopen(ctx: Context, task_id: UUID) -> Document:
    return await _move(ctx, task_id, "reopen", event_types.TASK_REOPENED, {"outcome": None}, {})


async def _move(
    ctx: Context, task_id: UUID, verb: str, type_: EventType, values: Mapping[str, Any], data: dict[str, Any]
) -> Document:
    row = await store.TASKS.lock(ctx, task_id)
    status = TaskStatus(row["status"])
    if (target := rules.next_status(status, verb)) is None:
        raise MoveNotAllowed(f"The task is {status}", allowed=rules.allowed_verbs(status))
    closed_at = None if target == TaskStatus.OPEN else ctx.now
    changed = {"status": target.value, "closed_at": closed_at, "snoozed_until": None, **values}
    await store.TASKS.change(ctx, task_id, changed)
    await _record(ctx, type_, row, row["customer_id"], data)
    return await store.TASKS.get(ctx, task_id)


async def _record(
    ctx: Context, type_: EventType, task: Record | Mapping[str, Any], customer_id: UUID | None, data: dict[str, Any]
) -> None:
    title = type_.titled(task=task["what"])
    await events.record(ctx, Event(type_, task["id"], customer_id, title, ctx.now, data=data))


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
