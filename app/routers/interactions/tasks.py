from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.interactions.tasks import (
    Task,
    TaskCancel,
    TaskChange,
    TaskNew,
    TaskPage,
    TaskQuery,
    TaskSnooze,
)
from app.schemas.kit.types import BatchResult
from app.services.interactions import task_intake, tasks
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("tasks")
PATH = "/v1/tasks"


@router.get("", response_model=TaskPage)
async def list_tasks(ctx: Ctx, request: Request, query: Annotated[TaskQuery, Query()]) -> Response:
    """List tasks

    By default those due first come first, tasks without a due date last. For the tasks of one person today, filter
    by `owner`, `due=today` and `awake=true`.
    """
    return replies.page(request, await tasks.find(ctx, query))


export_routes.add(router, list_tasks, Task, tasks.find)


@router.post("", response_model=Task, status_code=201)
async def create_task(ctx: Ctx, new: TaskNew) -> Response:
    """Create a task

    The task is open. It may be for a customer, on whose timeline it then appears. Idempotent by `source` and
    `external_id` where they are given: the same content again answers 200 with what is stored, other content answers
    409 and names the differences.
    """
    return replies.recorded(*await task_intake.create(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def create_tasks(request: Request, caller: Caller) -> Response:
    """Create tasks in bulk

    JSON Lines: one task per line, any number of lines. Answers one result per line, in order, as soon as the task is
    created. A line that is refused does not affect the others. The same file can be sent again: lines with `source` and
    `external_id` are created once.
    """
    return await batch.record_lines(request, caller, TaskNew, task_intake.create_many)


@router.get("/{task_id}", response_model=Task)
async def get_task(ctx: Ctx, task_id: PathId) -> Response:
    """Get a task

    With its status, and how it ended if it is no longer open.
    """
    return replies.resource(await tasks.get(ctx, task_id))


@router.patch("/{task_id}", response_model=Task)
async def update_task(
    ctx: Ctx,
    task_id: PathId,
    patch: Annotated[TaskChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a task

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. The status is
    changed by `/complete`, `/snooze`, `/cancel` and `/reopen`.
    """
    return replies.resource(await tasks.change(ctx, task_id, patch, version))


@router.post("/{task_id}/snooze", response_model=Task)
async def snooze_task(ctx: Ctx, task_id: PathId, snooze: TaskSnooze) -> Response:
    """Snooze a task

    Lists with `awake=true` leave the task out until the given time; it stays open and keeps its due date. Only an
    open task can be snoozed. Otherwise the response is 409, and `allowed` lists what can be done with it.
    """
    return replies.resource(await tasks.snooze(ctx, task_id, snooze.until))


@router.post("/{task_id}/cancel", response_model=Task)
async def cancel_task(ctx: Ctx, task_id: PathId, cancel: TaskCancel) -> Response:
    """Cancel a task

    Only an open task can be cancelled. Otherwise the response is 409, and `allowed` lists what can be done with it.
    """
    return replies.resource(await tasks.cancel(ctx, task_id, cancel.reason))


@router.post("/{task_id}/reopen", response_model=Task)
async def reopen_task(ctx: Ctx, task_id: PathId) -> Response:
    """Reopen a task

    Only a completed or cancelled task can be reopened. Otherwise the response is 409, and `allowed` lists what can
    be done with it.
    """
    return replies.resource(await tasks.reopen(ctx, task_id))
