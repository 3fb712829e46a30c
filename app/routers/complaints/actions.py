from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.complaints.actions import Action, ActionChange, ActionNew, ActionPage, ActionQuery
from app.services.complaints import actions
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("complaints", "/v1")
PATH = "/v1/complaints"


@router.post("/complaints/{complaint_id}/actions", response_model=Action, status_code=201)
async def create_complaint_action(ctx: Ctx, complaint_id: PathId, new: ActionNew) -> Response:
    """Plan an action

    A corrective action fixes the problem, a preventive action stops it from happening again.
    """
    return replies.created(await actions.create(ctx, complaint_id, new), f"{PATH}/{complaint_id}/actions")


@router.get("/complaints/{complaint_id}/actions/{action_id}", response_model=Action)
async def get_complaint_action(ctx: Ctx, complaint_id: PathId, action_id: PathId) -> Response:
    """Get an action

    With its due date, its outcome, and when it was done and verified.
    """
    return replies.resource(await actions.get(ctx, complaint_id, action_id))


@router.patch("/complaints/{complaint_id}/actions/{action_id}", response_model=Action)
async def update_complaint_action(
    ctx: Ctx,
    complaint_id: PathId,
    action_id: PathId,
    patch: Annotated[ActionChange, Body(media_type="application/merge-patch+json")],
    version: IfMatch,
) -> Response:
    """Update an action

    Set `done_at` when it is completed, and `verified_at` when somebody has checked that it works.
    """
    return replies.resource(await actions.change(ctx, complaint_id, action_id, patch, version))


@router.get("/complaint-actions", response_model=ActionPage)
async def list_complaint_actions(ctx: Ctx, request: Request, query: Annotated[ActionQuery, Query()]) -> Response:
    """List the actions of all complaints

    Those that are due soonest first. For the open actions of one person, filter by `done=false` and `owner`.
    """
    return replies.page(request, await actions.find(ctx, query))


export_routes.add(router, list_complaint_actions, Action, actions.find)
