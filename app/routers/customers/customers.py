from typing import Annotated

from fastapi import Body, Header, Query, Request, Response

from app.rules.kit import csv_rows
from app.schemas.customers.customers import (
    Customer,
    CustomerChange,
    CustomerExport,
    CustomerNew,
    CustomerPage,
    CustomerQuery,
)
from app.schemas.kit.types import BatchResult, Label, Reference
from app.services.customers import customers
from app.web import batch, exports, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("customers")
PATH = "/v1/customers"


@router.get("", response_model=CustomerPage)
async def list_customers(ctx: Ctx, request: Request, query: Annotated[CustomerQuery, Query()]) -> Response:
    """List customers

    Newest first unless sorted otherwise. With `q`, those that have every word of it in their names, contact points or
    identities, best match first, typing errors forgiven.
    """
    return replies.page(request, await customers.find(ctx, query))


@router.post("", response_model=Customer, status_code=201)
async def create_customer(ctx: Ctx, new: CustomerNew) -> Response:
    """Create a customer

    Answers 409 naming the holder when an identity or an unshared contact point belongs to somebody already.
    """
    return replies.created(await customers.create(ctx, new), PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def create_customers(request: Request, caller: Caller) -> Response:
    """Create customers in bulk

    One customer a line, of any number; one result a line, in order, as soon as it is recorded. A customer who is known
    with just this content answers 200, one whose identity or contact point somebody else holds 409. One bad line stops
    nothing.
    """
    return await batch.answer(request, caller, CustomerNew, customers.create_many)


@router.get("/export", response_model=Customer)
@streams
async def export_customers(request: Request, caller: Caller, query: Annotated[CustomerExport, Query()]) -> Response:
    """Export customers

    All that the filters let through, as JSON Lines, or as CSV where `Accept: text/csv` asks for it. In CSV, a cell that
    a spreadsheet would take for a formula begins with an apostrophe.
    """
    return exports.answer(request, "customers", customers.export(caller, query), csv_rows.customer)


@router.get("/{customer_id}", response_model=Customer)
async def get_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Get a customer"""
    return replies.resource(await customers.get(ctx, customer_id))


@router.patch("/{customer_id}", response_model=Customer)
async def change_customer(
    ctx: Ctx,
    customer_id: PathId,
    patch: Annotated[CustomerChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a customer

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole.
    """
    return replies.resource(await customers.change(ctx, customer_id, patch, version))


@router.post("/{customer_id}/archive", response_model=Customer)
async def archive_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Archive a customer

    No longer listed or in anyone's way: the contact points are free for others. The history stays.
    """
    return replies.resource(await customers.archive(ctx, customer_id))


@router.post("/{customer_id}/restore", response_model=Customer)
async def restore_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Restore an archived customer

    Answers 409 when somebody else has taken a contact point meanwhile.
    """
    return replies.resource(await customers.restore(ctx, customer_id))


@router.put("/by-identity/{system}/{external_id}", response_model=Customer)
async def put_customer(
    ctx: Ctx,
    system: Label,
    external_id: Reference,
    new: CustomerNew,
    if_none_match: Annotated[str | None, Header(pattern=r"^\*$", max_length=1)] = None,
) -> Response:
    """Create or change the customer with this identity

    What was not sent stays as it is; identities are added, other lists replaced whole. 201 when the customer was made.
    `If-None-Match: *` only makes.
    """
    return replies.created_or_existing(
        *await customers.put(ctx, system, external_id, new, only_new=if_none_match == "*"), path=PATH
    )
