from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.interactions.tasks import (
    Task,
    TaskCancel,
    TaskChange,
    TaskComplete,
    TaskNew,
    TaskPage,
    TaskQuery,
    TaskSnooze,
)
from app.services.interactions import tasks
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("tasks")
PATH = "/v1/tasks"


@router.get("", response_model=TaskPage)
async def list_tasks(ctx: Ctx, request: Request, query: Annotated[TaskQuery, Query()]) -> Response:
    """List tasks

    What is due first stands first, tasks without a date last, unless sorted otherwise. My day: `owner=` my name,
    `due=today`, `awake=true`.
    """
    return replies.page(request, await tasks.find(ctx, query))


@router.post("", response_model=Task, status_code=201)
async def create_task(ctx: Ctx, new: TaskNew) -> Response:
    """Create a task"""
    return replies.created(await tasks.create(ctx, new), PATH)


@router.get("/{task_id}", response_model=Task)
async def get_task(ctx: Ctx, task_id: PathId) -> Response:
    """Get a task"""
    return replies.resource(await tasks.get(ctx, task_id))


@router.patch("/{task_id}", response_model=Task)
async def change_task(
    ctx: Ctx,
    task_id: PathId,
    patch: Annotated[TaskChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a task

    A JSON merge patch: what is left out stays, null takes a value away. The status changes by its own verbs.
    """
    return replies.resource(await tasks.change(ctx, task_id, patch, version))


@router.post("/{task_id}/complete", response_model=Task)
async def complete_task(ctx: Ctx, task_id: PathId, done: TaskComplete) -> Response:
    """Complete a task

    Of open tasks only: otherwise 409, with the verbs that are possible in `allowed`.
    """
    return replies.resource(await tasks.complete(ctx, task_id, done.outcome))


@router.post("/{task_id}/snooze", response_model=Task)
async def snooze_task(ctx: Ctx, task_id: PathId, snooze: TaskSnooze) -> Response:
    """Snooze a task

    It stays open and due, but lists with `awake=true` leave it out until then. Of open tasks only: otherwise 409, with
    the verbs that are possible in `allowed`.
    """
    return replies.resource(await tasks.snooze(ctx, task_id, snooze.until))


@router.post("/{task_id}/cancel", response_model=Task)
async def cancel_task(ctx: Ctx, task_id: PathId, cancel: TaskCancel) -> Response:
    """Cancel a task

    Of open tasks only: otherwise 409, with the verbs that are possible in `allowed`.
    """
    return replies.resource(await tasks.cancel(ctx, task_id, cancel.reason))


@router.post("/{task_id}/reopen", response_model=Task)
async def reopen_task(ctx: Ctx, task_id: PathId) -> Response:
    """Reopen a task

    Of completed and cancelled tasks only: otherwise 409, with the verbs that are possible in `allowed`.
    """
    return replies.resource(await tasks.reopen(ctx, task_id))
