"""Where things are sold. Sites appear by themselves when a receipt names them."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.kit.types import Id, Label, Moment, Name, PageQuery, Resource, Schema, TimeZone, Version, partial


class _Changeable(Schema):
    name: Name | None = None
    time_zone: TimeZone | None = None
    """IANA name."""


SiteChange = partial(_Changeable, "SiteChange", "What changes of a site; null takes a value away.")


class Site(Resource):
    id: Id
    code: Label
    """As receipts name it."""
    name: Name | None
    time_zone: TimeZone | None
    version: Version
    created_at: Moment
    updated_at: Moment


class SitePage(Resource):
    items: Annotated[list[Site], Field(max_length=200)]
    next_cursor: str | None


class SiteQuery(PageQuery):
    code: Label | None = None
    sort: Literal["created_at", "-created_at", "code", "-code"] = "-created_at"
