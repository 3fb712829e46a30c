"""Incoming tasks: for whom and about what they are. Those that their sender knows by an id are created once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, TaskDiffers, invalid
from app.schemas.interactions.tasks import TaskNew
from app.services.customers import CustomerReference, Policies, Resolver, load_policies
from app.services.interactions.tasks import TaskDraft, create_tasks
from app.services.kit import intake
from app.services.kit.intake import Draft, Subjects
from app.services.kit.record_result import RecordResult
from app.store.interactions import tasks as store
from app.store.kit import links
from app.store.kit.documents import Document

_SUBJECTS = ("interaction", "complaint", "feedback")
"""What a task can be about. It is for the customer of the first that has one, if it does not say for whom it is."""
_SENT = [name for name in TaskNew.model_fields if name not in ("customer", "source", "external_id")]


@dataclass(slots=True)
class IncomingTask(Draft[TaskNew]):
    """The customer and the problem are set by `_resolve`."""

    customer_id: UUID | None = None
    origin_id: UUID | None = None
    problem: Problem | None = None

    def as_sent(self) -> dict[str, Any]:
        sent = intake.as_sent(self.new, _SENT, ["customer_id"])
        return sent if self.new.customer is None else sent | {"customer_id": _text(self.customer_id)}

    def as_stored(self) -> dict[str, Any]:
        return self.as_sent() | {"customer_id": _text(self.customer_id)}

    def task(self, ctx: Context) -> TaskDraft:
        new = self.new
        return TaskDraft(
            new.what,
            ctx.now,
            new.note,
            self.customer_id,
            self.origin_id,
            new.interaction_id,
            new.feedback_id,
            new.complaint_id,
            new.owner,
            new.due_at,
            new.source,
            new.external_id,
            self.content_hash,
            self.id,
        )


async def create(ctx: Context, new: TaskNew) -> tuple[Document, RecordResult]:
    """Create one task; see `create_many`. Raises its problem."""
    (result,) = await create_many(ctx, [new])
    return await store.TASKS.get(ctx, result.recorded_id()), result


async def create_many(ctx: Context, news: Sequence[TaskNew]) -> list[RecordResult]:
    """Create tasks in order, with a result for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    TaskDiffers. What it refers to does not exist, or its keys do not name exactly one customer: 422.
    """
    drafts = [IncomingTask(new) for new in news]
    await links.lock(ctx, **{noun: [getattr(new, f"{noun}_id") for new in news] for noun in _SUBJECTS})
    policies = await load_policies(ctx, [new.source for new in news if new.customer is not None])
    named = [CustomerReference(new.customer_id) if new.customer is None else _keys(new, policies) for new in news]
    customers = Resolver(ctx, named)
    found = await store.REFERENCES.load(ctx, _subject_keys(drafts) | customers.keys())
    customers.add(found)
    subjects = Subjects.of(found, *_SUBJECTS)
    for n, draft in enumerate(drafts):
        draft.problem = _resolve(n, draft, customers, subjects)
    decided = await intake.decide(
        ctx,
        store.TASKS,
        drafts,
        intake.existing(found, "task"),
        lambda _, draft: draft.problem,
        intake.contents(ctx, store.TASKS.get),
        lambda errors, task_id: TaskDiffers(errors=errors, task_id=str(task_id)),
    )
    if accepted := intake.ordered(decided.accepted):
        await create_tasks(ctx, [draft.task(ctx) for draft in accepted])
    return decided.results


def _resolve(n: int, draft: IncomingTask, customers: Resolver, subjects: Subjects) -> Problem | None:
    """Set the customer of the n-th task, or return the problem that prevents its creation."""
    new = draft.new
    if (problem := intake.incomplete_source_key(new) or subjects.missing(n, new)) is not None:
        return problem
    if new.customer is None:
        if (problem := customers.missing(n)) is not None:
            return problem
        draft.customer_id = new.customer_id
        if new.customer_id is None and (subject := subjects.first_with_customer(n)) is not None:
            draft.customer_id, draft.origin_id = UUID(subject["customer_id"]), subject["id"]
        return None
    if new.customer_id is not None:
        return invalid("/customer", "ambiguous", "`customer` and `customer_id` must not be sent together")
    found = customers.require(n, "/customer")
    if isinstance(found, Problem):
        return found
    draft.customer_id = found
    return None


def _keys(new: TaskNew, policies: Policies) -> CustomerReference:
    return CustomerReference.by_keys(new.customer, policy=policies.of(new.source))


def _subject_keys(drafts: Sequence[IncomingTask]) -> dict[str, list[tuple[Any, ...]]]:
    keys: dict[str, list[tuple[Any, ...]]] = {
        noun: [(n, id_) for n, draft in enumerate(drafts) if (id_ := getattr(draft.new, f"{noun}_id")) is not None]
        for noun in _SUBJECTS
    }
    return keys | {"task": [(n, *draft.key) for n, draft in enumerate(drafts) if draft.key is not None]}


def _text(customer_id: UUID | None) -> str | None:
    return str(customer_id) if customer_id is not None else None
