from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.complaints.procedures import (
    Procedure,
    ProcedureChange,
    ProcedureNew,
    ProcedurePage,
    ProcedureQuery,
    ProcedureVersionPage,
)
from app.schemas.kit.types import VersionQuery
from app.services.complaints.procedures import PROCEDURES
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/procedures"
router = resource("service", PATH)


@router.get("", response_model=ProcedurePage)
async def list_procedures(ctx: Ctx, request: Request, query: Annotated[ProcedureQuery, Query()]) -> Response:
    """List procedures

    Newest first by default. A procedure is the checklist for the complaints of one category.
    """
    return replies.page(request, await PROCEDURES.find(ctx, query))


export_routes.add(router, list_procedures, Procedure, PROCEDURES.find)


@router.post("", response_model=Procedure, status_code=201)
async def create_procedure(ctx: Ctx, new: ProcedureNew) -> Response:
    """Create a procedure

    The steps for complaints of one category, suggested wording, and guidance for dealing with upset customers. 409 when
    the category already has a procedure.
    """
    return replies.created(await PROCEDURES.create(ctx, new), PATH)


@router.get("/{procedure_id}", response_model=Procedure)
async def get_procedure(ctx: Ctx, procedure_id: PathId) -> Response:
    """Get a procedure

    The current version of the procedure. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await PROCEDURES.get(ctx, procedure_id))


@router.patch("/{procedure_id}", response_model=Procedure)
async def update_procedure(
    ctx: Ctx,
    procedure_id: PathId,
    patch: Annotated[ProcedureChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a procedure

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, the list of steps is
    replaced as a whole. Creates a new version unless nothing changes; open complaints keep the version they started
    with.
    """
    return replies.resource(await PROCEDURES.change(ctx, procedure_id, patch, version))


@router.get("/{procedure_id}/versions", response_model=ProcedureVersionPage)
async def list_procedure_versions(
    ctx: Ctx, request: Request, procedure_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a procedure

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await PROCEDURES.versions(ctx, procedure_id, query))
