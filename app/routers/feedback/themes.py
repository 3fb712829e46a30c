from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.themes import Rejudging, Theme, ThemeChange, ThemeNew, ThemePage, ThemeQuery, ThemeVersionPage
from app.schemas.kit.types import VersionQuery
from app.services.feedback import themes
from app.services.feedback.themes import THEMES
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/themes"
router = resource("feedback", PATH)


@router.get("", response_model=ThemePage)
async def list_themes(ctx: Ctx, request: Request, query: Annotated[ThemeQuery, Query()]) -> Response:
    """List themes"""
    return replies.page(request, await THEMES.find(ctx, query))


@router.post("", response_model=Theme, status_code=201)
async def create_theme(ctx: Ctx, new: ThemeNew) -> Response:
    """Create a theme

    Feedback that speaks of it is filed under it from now on; what was said before is looked through by the worker. 409
    when another theme has the code.
    """
    return replies.created(await themes.create(ctx, new), PATH)


@router.post("/rejudge", response_model=Rejudging)
async def rejudge_texts(ctx: Ctx) -> Response:
    """Judge all texts again

    Language, sentiment and themes of everything that was ever said, by the judge and the themes of now. The worker does
    it bit by bit; what comes to something else gets a new version. Themes that are made or changed do the same by
    themselves.
    """
    return replies.json_text(await themes.plan_rejudging(ctx))


@router.get("/{theme_id}", response_model=Theme)
async def get_theme(ctx: Ctx, theme_id: PathId) -> Response:
    """Get a theme"""
    return replies.resource(await THEMES.get(ctx, theme_id))


@router.patch("/{theme_id}", response_model=Theme)
async def change_theme(
    ctx: Ctx,
    theme_id: PathId,
    patch: Annotated[ThemeChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a theme

    A JSON merge patch: what is left out stays, lists are replaced whole. It becomes a new version, unless nothing
    changes, and everything that was said is looked through again. A theme that is not to be looked for any more is made
    inactive.
    """
    return replies.resource(await themes.change(ctx, theme_id, patch, version))


@router.get("/{theme_id}/versions", response_model=ThemeVersionPage)
async def list_theme_versions(
    ctx: Ctx, request: Request, theme_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a theme

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await THEMES.versions(ctx, theme_id, query))
