"""What customers are to each other."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers.customers import Kind
from app.schemas.kit.types import Day, Id, Line, Moment, Name, PageQuery, Resource, Schema, Version, partial


class Reading(StrEnum):
    """Read from one customer: *they* work for, employ, supply ... *the other*."""

    WORKS_FOR = "works_for"
    EMPLOYS = "employs"
    HOUSEHOLD = "household"
    PARENT_ORGANIZATION = "parent_organization"
    SUBSIDIARY_ORGANIZATION = "subsidiary_organization"
    DISTRIBUTOR_OF = "distributor_of"
    DISTRIBUTED_BY = "distributed_by"
    SUPPLIES = "supplies"
    SUPPLIED_BY = "supplied_by"
    REFERRED = "referred"
    REFERRED_BY = "referred_by"


class RelationshipContent(Schema):
    """What can be changed of a relationship."""

    title: Line | None = None
    """Such as `Head chef`, `Mother`."""
    since: Day | None = None
    until: Day | None = None
    """Not before `since`."""


class RelationshipNew(RelationshipContent):
    """A relationship, as the customer in the path sees it."""

    kind: Reading
    customer_id: Id
    """The other customer."""


RelationshipChange = partial(
    RelationshipContent, "RelationshipChange", "What changes of a relationship; null takes a value away."
)


class RelatedCustomer(Resource):
    id: Id
    display_name: Name
    kind: Kind


class Relationship(Resource):
    id: Id
    kind: Reading
    """Read from the customer whose relationships are listed."""
    direction: Literal["outgoing", "incoming", "mutual"]
    customer: RelatedCustomer
    """The other one."""
    title: Line | None
    since: Day | None
    until: Day | None
    version: Version
    created_at: Moment
    updated_at: Moment


class RelationshipPage(Resource):
    items: Annotated[list[Relationship], Field(max_length=200)]
    next_cursor: str | None


class RelationshipQuery(PageQuery):
    sort: Literal["created_at", "-created_at"] = "created_at"
