from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.customers.sources import Source, SourceChange, SourceNew, SourcePage, SourceQuery
from app.services.customers.sources import SOURCES
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("sources")
PATH = "/v1/sources"


@router.get("", response_model=SourcePage)
async def list_sources(ctx: Ctx, request: Request, query: Annotated[SourceQuery, Query()]) -> Response:
    """List sources

    Newest first by default. A source is created automatically when a record is the first to name it; with
    `confirmed=false`, the list has those that nobody has looked at yet.
    """
    return replies.page(request, await SOURCES.find(ctx, query))


export_routes.add(router, list_sources, Source, SOURCES.find)


@router.post("", response_model=Source, status_code=201)
async def create_source(ctx: Ctx, new: SourceNew) -> Response:
    """Create a source

    To set the policy of a source before its first record comes in. Answers 409 if there is one with this code.
    """
    return replies.created(await SOURCES.create(ctx, new), path=PATH)


@router.get("/{source_id}", response_model=Source)
async def get_source(ctx: Ctx, source_id: PathId) -> Response:
    """Get a source

    With its policy: what its records may do, and what they mean where they do not say it.
    """
    return replies.resource(await SOURCES.get(ctx, source_id))


@router.patch("/{source_id}", response_model=Source)
async def update_source(
    ctx: Ctx,
    source_id: PathId,
    patch: Annotated[SourceChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a source

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. What is stored
    stays as it is; records that come in from now on are under the new policy. Other processes of the service follow
    within five seconds.
    """
    return replies.resource(await SOURCES.change(ctx, source_id, patch, version))
