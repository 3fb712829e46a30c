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
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/calendars"
router = resource("service", PATH)


@router.get("", response_model=CalendarPage)
async def list_calendars(ctx: Ctx, request: Request, query: Annotated[CalendarQuery, Query()]) -> Response:
    """List calendars

    Newest first by default. Calendars define the working time that service level targets are measured in.
    """
    return replies.page(request, await CALENDARS.find(ctx, query))


export_routes.add(router, list_calendars, Calendar, CALENDARS.find)


@router.post("", response_model=Calendar, status_code=201)
async def create_calendar(ctx: Ctx, new: CalendarNew) -> Response:
    """Create a calendar

    Working time is local time in the calendar's time zone: an hour that is skipped when the clocks change is not
    counted, an hour that is repeated is counted twice. 409 when the code is already in use.
    """
    return replies.created(await CALENDARS.create(ctx, new), PATH)


@router.get("/{calendar_id}", response_model=Calendar)
async def get_calendar(ctx: Ctx, calendar_id: PathId) -> Response:
    """Get a calendar

    The current version of the calendar. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await CALENDARS.get(ctx, calendar_id))


@router.patch("/{calendar_id}", response_model=Calendar)
async def update_calendar(
    ctx: Ctx,
    calendar_id: PathId,
    patch: Annotated[CalendarChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a calendar

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are replaced as
    a whole. Creates a new version unless nothing changes, and recalculates the open clocks that use this calendar.
    """
    return replies.resource(await CALENDARS.change(ctx, calendar_id, patch, version))


@router.get("/{calendar_id}/versions", response_model=CalendarVersionPage)
async def list_calendar_versions(
    ctx: Ctx, request: Request, calendar_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a calendar

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await CALENDARS.versions(ctx, calendar_id, query))
