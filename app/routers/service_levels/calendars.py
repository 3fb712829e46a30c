from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import VersionQuery
from app.schemas.service_levels.calendars import (
    Calendar,
    CalendarChange,
    CalendarNew,
    CalendarPage,
    CalendarQuery,
    CalendarVersionPage,
)
from app.services.service_levels.calendars import CALENDARS
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/calendars"
router = resource("service", PATH)


@router.get("", response_model=CalendarPage)
async def list_calendars(ctx: Ctx, request: Request, query: Annotated[CalendarQuery, Query()]) -> Response:
    """List calendars"""
    return replies.page(request, await CALENDARS.find(ctx, query))


@router.post("", response_model=Calendar, status_code=201)
async def create_calendar(ctx: Ctx, new: CalendarNew) -> Response:
    """Create a calendar

    Working time is what the clock on the wall of its time zone shows: an hour that a change of the clocks skips is
    never worked, one that it repeats is worked twice. 409 when the code is taken.
    """
    return replies.created(await CALENDARS.create(ctx, new), PATH)


@router.get("/{calendar_id}", response_model=Calendar)
async def get_calendar(ctx: Ctx, calendar_id: PathId) -> Response:
    """Get a calendar"""
    return replies.resource(await CALENDARS.get(ctx, calendar_id))


@router.patch("/{calendar_id}", response_model=Calendar)
async def change_calendar(
    ctx: Ctx,
    calendar_id: PathId,
    patch: Annotated[CalendarChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a calendar

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole. It becomes a new
    version, unless nothing changes, and the open clocks that go by it are worked out again.
    """
    return replies.resource(await CALENDARS.change(ctx, calendar_id, patch, version))


@router.get("/{calendar_id}/versions", response_model=CalendarVersionPage)
async def list_calendar_versions(
    ctx: Ctx, request: Request, calendar_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a calendar

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await CALENDARS.versions(ctx, calendar_id, query))
