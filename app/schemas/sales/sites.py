"""Sites, which are created when a receipt names them."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.kit.types import Id, Label, Moment, Name, PageQuery, Resource, Schema, TimeZone, Version, partial


class SiteContent(Schema):
    name: Name | None = None
    """The name of the site."""
    time_zone: TimeZone | None = None
    """The IANA time zone of the site, such as `Europe/London`."""


SiteChange = partial(SiteContent, "SiteChange", "The fields of a site to change, as a JSON merge patch (RFC 7396).")


class Site(Resource):
    """A place of business, such as a shop or a web shop."""

    id: Id
    code: Label
    """The code by which receipts name the site, unique among sites."""
    name: Name | None
    """The name of the site. Null until it is set."""
    time_zone: TimeZone | None
    """The IANA time zone of the site, such as `Europe/London`. Null until it is set."""
    version: Version
    created_at: Moment
    updated_at: Moment


class SitePage(Resource):
    items: Annotated[list[Site], Field(max_length=200)]
    next_cursor: str | None


class SiteQuery(PageQuery):
    code: Label | None = None
    """Only the site with this code."""
    sort: Literal["created_at", "-created_at", "code", "-code"] = "-created_at"
