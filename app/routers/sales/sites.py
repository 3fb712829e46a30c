from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.sales.sites import Site, SiteChange, SitePage, SiteQuery
from app.services.sales.sites import SITES
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("sites")


@router.get("", response_model=SitePage)
async def list_sites(ctx: Ctx, request: Request, query: Annotated[SiteQuery, Query()]) -> Response:
    """List sites

    They appear by themselves when a receipt names them.
    """
    return replies.page(request, await SITES.find(ctx, query))


@router.get("/{site_id}", response_model=Site)
async def get_site(ctx: Ctx, site_id: PathId) -> Response:
    """Get a site"""
    return replies.resource(await SITES.get(ctx, site_id))


@router.patch("/{site_id}", response_model=Site)
async def change_site(
    ctx: Ctx,
    site_id: PathId,
    patch: Annotated[SiteChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a site

    A JSON merge patch: what is left out stays, null takes a value away.
    """
    return replies.resource(await SITES.change(ctx, site_id, patch, version))
