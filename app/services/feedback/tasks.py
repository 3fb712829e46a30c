"""Tasks that follow up feedback: completing them can close its loop."""

import json
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from app.core.context import Context
from app.core.errors import InsufficientScope, Problem, invalid
from app.rules.access import allows
from app.schemas.feedback.loop import FeedbackAction
from app.schemas.feedback.tasks import LoopClosure, TaskComplete
from app.services.feedback import loop
from app.services.interactions import complete_task
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.interactions import TASKS
from app.store.kit.documents import Document

Step = TypeVar("Step")


async def complete(ctx: Context, task_id: UUID, done: TaskComplete) -> Document:
    """Complete a task, and close the loop of its feedback with it, if that is asked for.

    422 where it follows up no feedback, 403 for a key that may not write feedback, and what the steps themselves raise.
    """
    if done.close_loop is None:
        return await complete_task(ctx, task_id, done.outcome)
    if not allows(ctx.scopes, "feedback:write"):
        raise InsufficientScope("`close_loop` requires the scope `feedback:write`")
    if (feedback_id := json.loads((await TASKS.get(ctx, task_id)).json)["feedback_id"]) is None:
        raise invalid("/close_loop", "no_feedback", "The task does not follow up feedback")
    # Feedback is locked before what follows it. Which one a task follows up never changes.
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, UUID(feedback_id)))
    await complete_task(ctx, task_id, done.outcome)
    await _close(ctx, row, done.close_loop, done.outcome)
    return await TASKS.get(ctx, task_id)


async def _close(ctx: Context, row: FeedbackRow, closure: LoopClosure, outcome: str | None) -> None:
    feedback_id = row.id
    acted = closure.acted
    if acted is None and row.acted_at is None and outcome is not None:
        acted = FeedbackAction(action=outcome, staff=closure.notified.staff if closure.notified is not None else None)
    if closure.acknowledged is not None:
        await _step(ctx, feedback_id, "acknowledged", loop.acknowledge, closure.acknowledged)
    if acted is not None:
        await _step(ctx, feedback_id, "acted", loop.act, acted)
    elif row.acted_at is None:
        raise invalid("/close_loop/acted", "missing", "Required, or an `outcome`: nothing was changed yet")
    if closure.notified is not None:
        await _step(ctx, feedback_id, "notified", loop.notify, closure.notified)


async def _step(
    ctx: Context, feedback_id: UUID, name: str, make: Callable[[Context, UUID, Step], Awaitable[Document]], step: Step
) -> None:
    try:
        await make(ctx, feedback_id, step)
    except Problem as problem:
        raise problem.under(f"/close_loop/{name}") from None
