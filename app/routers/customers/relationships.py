from typing import Annotated
from uuid import UUID

from fastapi import Body, Query, Request, Response

from app.schemas.customers.relationships import (
    Relationship,
    RelationshipChange,
    RelationshipNew,
    RelationshipPage,
    RelationshipQuery,
)
from app.services.customers import relationships
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("customers", "/v1")
PATH = "/v1/relationships"
Viewpoint = Annotated[
    UUID | None, Query(description="The customer from whom it is read. Left out: the one who works, supplies, refers.")
]


@router.get("/customers/{customer_id}/relationships", response_model=RelationshipPage)
async def list_relationships(
    ctx: Ctx, request: Request, customer_id: PathId, query: Annotated[RelationshipQuery, Query()]
) -> Response:
    """List the relationships of a customer

    Each is read from this customer: an employee sees `works_for`, the employer `employs`.
    """
    return replies.page(request, await relationships.find(ctx, customer_id, query))


@router.post("/customers/{customer_id}/relationships", response_model=Relationship, status_code=201)
async def add_relationship(ctx: Ctx, customer_id: PathId, new: RelationshipNew) -> Response:
    """Add a relationship

    Said from this customer's side, in either direction: it is kept once and seen by both. 409 when the two have this
    relationship already.
    """
    return replies.created(await relationships.create(ctx, customer_id, new), PATH)


@router.get("/relationships/{relationship_id}", response_model=Relationship)
async def get_relationship(ctx: Ctx, relationship_id: PathId, customer_id: Viewpoint = None) -> Response:
    """Get a relationship"""
    return replies.resource(await relationships.get(ctx, relationship_id, customer_id))


@router.patch("/relationships/{relationship_id}", response_model=Relationship)
async def change_relationship(
    ctx: Ctx,
    relationship_id: PathId,
    patch: Annotated[RelationshipChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
    customer_id: Viewpoint = None,
) -> Response:
    """Change a relationship

    A JSON merge patch: what is left out stays, null takes a value away. Who it binds and how stays for ever: remove it
    and add another.
    """
    return replies.resource(await relationships.change(ctx, relationship_id, patch, version, customer_id))


@router.delete("/relationships/{relationship_id}", status_code=204)
async def remove_relationship(ctx: Ctx, relationship_id: PathId, version: IfMatch) -> None:
    """Remove a relationship

    For both customers. Their timelines keep that it was there.
    """
    await relationships.remove(ctx, relationship_id, version)
