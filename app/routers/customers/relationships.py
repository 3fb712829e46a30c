from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from app.schemas.customers.relationships import (
    CustomerRelationshipQuery,
    Relationship,
    RelationshipChange,
    RelationshipNew,
    RelationshipPage,
    RelationshipQuery,
    RelationshipRecord,
)
from app.schemas.kit.types import BatchResult
from app.services.customers import relationship_intake, relationships
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("customers", "/v1")
PATH = "/v1/relationships"
Viewpoint = Annotated[
    UUID | None,
    Query(
        description="The id of the customer from whose side the relationship is described. Defaults to the customer "
        "who works, supplies or refers."
    ),
]


@router.get("/customers/{customer_id}/relationships", response_model=RelationshipPage)
async def list_customer_relationships(
    ctx: Ctx, request: Request, customer_id: PathId, query: Annotated[CustomerRelationshipQuery, Query()]
) -> Response:
    """List the relationships of a customer

    Each relationship is described from the side of this customer: an employee sees `works_for`, their employer sees
    `employs`.
    """
    return replies.page(request, await relationships.find_of_customer(ctx, customer_id, query))


@router.post("/customers/{customer_id}/relationships", response_model=Relationship, status_code=201)
async def create_relationship(ctx: Ctx, customer_id: PathId, new: RelationshipNew) -> Response:
    """Create a relationship

    Described from the side of the customer in the path, in either direction. It is stored once and listed for both
    customers. Answers 409 if the two customers already have this relationship.
    """
    return replies.created(await relationships.create(ctx, customer_id, new), PATH)


@router.get("/relationships", response_model=RelationshipPage)
async def list_relationships(ctx: Ctx, request: Request, query: Annotated[RelationshipQuery, Query()]) -> Response:
    """List relationships

    Each relationship once, described from the side of the customer who works, supplies or refers, whatever side is
    asked for. First created first by default.
    """
    return replies.page(request, await relationships.find(ctx, query))


export_routes.add(router, list_relationships, Relationship, relationships.find)


@router.post("/relationships", response_model=Relationship, status_code=201)
async def record_relationship(ctx: Ctx, new: RelationshipRecord) -> Response:
    """Record a relationship

    Between two customers who are named by their ids, or by their keys in other systems. Idempotent by the pair and the
    kind, from whichever side it is described: the same content again answers 200 with what is stored, other content
    answers 409 and names the differences.
    """
    return replies.recorded(*await relationship_intake.record(ctx, new), path=PATH)


@router.post("/relationships/batch", response_model=BatchResult)
@streams
async def record_relationships(request: Request, caller: Caller) -> Response:
    """Record relationships in bulk

    JSON Lines: one relationship per line, any number of lines. Answers one result per line, in order, as soon as the
    relationship is recorded. A line that is refused does not affect the others. The same file can be sent again: each
    relationship is recorded once.
    """
    return await batch.record_lines(request, caller, RelationshipRecord, relationship_intake.record_many)


@router.get("/relationships/{relationship_id}", response_model=Relationship)
async def get_relationship(ctx: Ctx, relationship_id: PathId, customer_id: Viewpoint = None) -> Response:
    """Get a relationship

    Described from the side of the customer named in `customer_id`.
    """
    return replies.resource(await relationships.get(ctx, relationship_id, customer_id))


@router.patch("/relationships/{relationship_id}", response_model=Relationship)
async def update_relationship(
    ctx: Ctx,
    relationship_id: PathId,
    patch: Annotated[RelationshipChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
    customer_id: Viewpoint = None,
) -> Response:
    """Update a relationship

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. The customers and
    the kind cannot be changed: delete the relationship and create another one instead.
    """
    return replies.resource(await relationships.change(ctx, relationship_id, patch, version, customer_id))


@router.delete("/relationships/{relationship_id}", status_code=204)
async def delete_relationship(ctx: Ctx, relationship_id: PathId, version: IfMatch) -> None:
    """Delete a relationship

    It is deleted for both customers. Their timelines keep the record of it.
    """
    await relationships.remove(ctx, relationship_id, version)
