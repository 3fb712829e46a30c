from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.sales.sites import Site, SiteChange, SitePage, SiteQuery
from app.services.sales.sites import SITES
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("sites")


@router.get("", response_model=SitePage)
async def list_sites(ctx: Ctx, request: Request, query: Annotated[SiteQuery, Query()]) -> Response:
    """List sites

    Newest first by default. Sites are created automatically when a receipt names them.
    """
    return replies.page(request, await SITES.find(ctx, query))


export_routes.add(router, list_sites, Site, SITES.find)


@router.get("/{site_id}", response_model=Site)
async def get_site(ctx: Ctx, site_id: PathId) -> Response:
    """Get a site

    With its name and time zone, if they have been set.
    """
    return replies.resource(await SITES.get(ctx, site_id))


@router.patch("/{site_id}", response_model=Site)
async def update_site(
    ctx: Ctx,
    site_id: PathId,
    patch: Annotated[SiteChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a site

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value.
    """
    return replies.resource(await SITES.change(ctx, site_id, patch, version))
