from fastapi import Response

from app.schemas.feedback.tasks import TaskComplete
from app.schemas.interactions import Task
from app.services.feedback import tasks
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("tasks")


@router.post("/{task_id}/complete", response_model=Task)
async def complete_task(ctx: Ctx, task_id: PathId, done: TaskComplete) -> Response:
    """Complete a task

    Only an open task can be completed. Otherwise the response is 409, and `allowed` lists what can be done with it. As
    long as `open_loop` is true, the customer who gave the feedback was not told what came of it: `close_loop` does that
    in the same request, or nothing at all happens.
    """
    return replies.resource(await tasks.complete(ctx, task_id, done))
