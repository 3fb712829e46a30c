from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.themes import (
    TextReanalysis,
    Theme,
    ThemeChange,
    ThemeNew,
    ThemePage,
    ThemeQuery,
    ThemeVersionPage,
)
from app.schemas.kit.types import VersionQuery
from app.services.feedback import themes
from app.services.feedback.themes import THEMES
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/themes"
router = resource("feedback", PATH)


@router.get("", response_model=ThemePage)
async def list_themes(ctx: Ctx, request: Request, query: Annotated[ThemeQuery, Query()]) -> Response:
    """List themes

    Newest first by default. A theme is a topic that feedback texts are searched for.
    """
    return replies.page(request, await THEMES.find(ctx, query))


export_routes.add(router, list_themes, Theme, THEMES.find)


@router.post("", response_model=Theme, status_code=201)
async def create_theme(ctx: Ctx, new: ThemeNew) -> Response:
    """Create a theme

    New feedback that mentions it is tagged with its code immediately; the worker searches existing feedback in the
    background. 409 when the code is already in use.
    """
    return replies.created(await themes.create(ctx, new), PATH)


@router.post("/reanalyze", response_model=TextReanalysis)
async def reanalyze_feedback(ctx: Ctx) -> Response:
    """Analyze all feedback again

    Schedules the detection of language, sentiment and themes for all feedback, with the current analyzer and themes.
    The worker does it in the background; feedback whose result differs gets a new version. Creating or updating a theme
    schedules the same.
    """
    return replies.json_text(await themes.schedule_reanalysis(ctx))


@router.get("/{theme_id}", response_model=Theme)
async def get_theme(ctx: Ctx, theme_id: PathId) -> Response:
    """Get a theme

    The current version of the theme. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await THEMES.get(ctx, theme_id))


@router.patch("/{theme_id}", response_model=Theme)
async def update_theme(
    ctx: Ctx,
    theme_id: PathId,
    patch: Annotated[ThemeChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a theme

    A JSON merge patch (RFC 7396): fields that are left out keep their value, lists are replaced as a whole. Creates a
    new version unless nothing changes, and schedules a new analysis of all feedback. Set `active` to false to stop
    searching for a theme.
    """
    return replies.resource(await themes.change(ctx, theme_id, patch, version))


@router.get("/{theme_id}/versions", response_model=ThemeVersionPage)
async def list_theme_versions(
    ctx: Ctx, request: Request, theme_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a theme

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await THEMES.versions(ctx, theme_id, query))
