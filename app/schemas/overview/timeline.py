"""Everything that happened with a customer, as a list of entries."""

from typing import Annotated, Any

from pydantic import Field

from app.schemas.kit.types import Id, Label, Line, Moment, PageQuery, Resource


class TimelineEntry(Resource):
    """Something that happened with the customer."""

    id: Id
    """The id of the entry, a UUID assigned by Rapport."""
    type: Label
    """What happened: one of the names in `x-event-types` of this document, such as `sale.recorded`."""
    subject_type: Label
    """The kind of resource that it happened to, such as `sale` or `task`."""
    subject_id: Id
    """The id of that resource. It may no longer exist."""
    channel: Label | None
    """The channel of the sale or contact. Null for anything else."""
    occurred_at: Moment
    """When it happened, which may be long before it was recorded."""
    recorded_at: Moment
    """When it was recorded in Rapport."""
    actor: Label
    """The name of the API key that was used."""
    title: Line
    """What happened, in words. It can be read without the resource."""
    data: Annotated[
        dict[str, Any], Field(description="Details, with the schema that `x-event-types` gives for the type.")
    ]


class TimelinePage(Resource):
    items: Annotated[list[TimelineEntry], Field(max_length=200)]
    next_cursor: str | None


class TimelineQuery(PageQuery):
    type: Label | None = None
    """Only entries of this type, such as `sale.recorded`, or all types of one subject, such as `sale`."""
    channel: Label | None = None
    """Only entries with this channel."""
    since: Moment | None = None
    before: Moment | None = None
