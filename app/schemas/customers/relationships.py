"""What customers are to each other."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers.customers import CustomerKind, RelationshipKind
from app.schemas.customers.contact_details import CustomerKeys
from app.schemas.kit.types import Day, Id, Line, Moment, Name, PageQuery, Resource, Schema, Version, partial


class DirectedRelationshipKind(StrEnum):
    """What the one customer is to the other: the one `works_for`, `employs` or `supplies` the other."""

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
    """The part of a relationship that can be changed."""

    title: Line | None = None
    """The position or role, such as `Head chef` or `Mother`."""
    since: Day | None = None
    """The first day of the relationship, if it is known."""
    until: Day | None = None
    """The last day of the relationship. It must not be before `since`."""


class RelationshipNew(RelationshipContent):
    """A relationship, described from the side of the customer in the path."""

    kind: DirectedRelationshipKind
    """What the customer in the path is to the other one."""
    customer_id: Id
    """The id of the other customer."""


class RelationshipRecord(RelationshipContent):
    """A relationship between two customers, whichever keys name them. The pair and the kind identify it."""

    subject: CustomerKeys
    """The customer from whose side the relationship is described."""
    kind: DirectedRelationshipKind
    """What the `subject` is to the other customer."""
    customer: CustomerKeys
    """The other customer of the relationship."""


RelationshipChange = partial(
    RelationshipContent,
    "RelationshipChange",
    "The fields of a relationship to change, as a JSON merge patch (RFC 7396).",
)


class RelatedCustomer(Resource):
    """A customer of a relationship, in short."""

    id: Id
    """The id of the customer."""
    display_name: Name
    kind: CustomerKind


class Relationship(Resource):
    """A relationship between two customers, described from the side of one of them."""

    id: Id
    subject: RelatedCustomer
    """The customer from whose side the relationship is described."""
    kind: DirectedRelationshipKind
    """What the customer, from whose side the relationship is described, is to the other one."""
    direction: Literal["outgoing", "incoming", "mutual"]
    """Whether the customer is the one who works, supplies or refers (`outgoing`), or the other one (`incoming`)."""
    customer: RelatedCustomer
    """The other customer of the relationship."""
    title: Line | None
    """The position or role, such as `Head chef` or `Mother`."""
    since: Day | None
    """The first day of the relationship. Null if it is not known."""
    until: Day | None
    """The last day of the relationship. Null if it has not ended."""
    version: Version
    created_at: Moment
    updated_at: Moment


class RelationshipPage(Resource):
    items: Annotated[list[Relationship], Field(max_length=200)]
    next_cursor: str | None


class CustomerRelationshipQuery(PageQuery):
    sort: Literal["created_at", "-created_at"] = "created_at"


class RelationshipQuery(PageQuery):
    kind: RelationshipKind | None = None
    """Only relationships of this kind, described from the side of the customer who works, supplies or refers."""
    customer_id: Id | None = None
    """Only relationships of the customer with this id, at either end."""
    sort: Literal["created_at", "-created_at"] = "created_at"
