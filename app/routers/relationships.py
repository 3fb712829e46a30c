from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.relationships import (
    Relationship,
    RelationshipChange,
    RelationshipNew,
    RelationshipPage,
    RelationshipQuery,
)
from app.services import relationships
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("customers", "/v1/customers/{customer_id}/relationships")
PATH = "/v1/customers/{}/relationships"


@router.get("", response_model=RelationshipPage)
async def list_relationships(
    ctx: Ctx, request: Request, customer_id: PathId, query: Annotated[RelationshipQuery, Query()]
) -> Response:
    """List the relationships of a customer

    Each is read from this customer: an employee sees `works_for`, the employer `employs`.
    """
    return replies.page(request, await relationships.find(ctx, customer_id, query))


@router.post("", response_model=Relationship, status_code=201)
async def add_relationship(ctx: Ctx, customer_id: PathId, new: RelationshipNew) -> Response:
    """Add a relationship

    Said from this customer's side, in either direction: it is kept once and seen by both. 409 when the two have this
    relationship already.
    """
    return replies.created(await relationships.create(ctx, customer_id, new), PATH.format(customer_id))


@router.get("/{relationship_id}", response_model=Relationship)
async def get_relationship(ctx: Ctx, customer_id: PathId, relationship_id: PathId) -> Response:
    """Get a relationship"""
    return replies.one(await relationships.get(ctx, customer_id, relationship_id))


@router.patch("/{relationship_id}", response_model=Relationship)
async def change_relationship(
    ctx: Ctx,
    customer_id: PathId,
    relationship_id: PathId,
    patch: Annotated[RelationshipChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a relationship

    A JSON merge patch: what is left out stays, null takes a value away. Who it binds and how stays for ever: remove it
    and add another.
    """
    return replies.one(await relationships.change(ctx, customer_id, relationship_id, patch, version))


@router.delete("/{relationship_id}", status_code=204)
async def remove_relationship(ctx: Ctx, customer_id: PathId, relationship_id: PathId, version: IfMatch) -> None:
    """Remove a relationship

    For both customers. Their timelines keep that it was there.
    """
    await relationships.remove(ctx, customer_id, relationship_id, version)
