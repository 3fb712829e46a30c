from functools import partial
from typing import Annotated

from fastapi import Body, Header, Query, Request, Response

from app.rules.customers import csv_rows
from app.schemas.customers.customers import (
    Customer,
    CustomerChange,
    CustomerNew,
    CustomerPage,
    CustomerParams,
    CustomerQuery,
    CustomerResult,
)
from app.schemas.kit.types import Label, Reference
from app.services.customers import customers
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("customers")
PATH = "/v1/customers"


@router.get("", response_model=CustomerPage)
async def list_customers(ctx: Ctx, request: Request, query: Annotated[CustomerQuery, Query()]) -> Response:
    """List customers

    Newest first by default. With `q`, only customers in whose names, contact points or identities every word is
    found, best match first; typing errors are tolerated.
    """
    return replies.page(request, await customers.find(ctx, query))


export_routes.add(router, list_customers, Customer, customers.find, csv_rows.customer_row)


@router.post("", response_model=Customer, status_code=201)
async def create_customer(ctx: Ctx, new: CustomerNew, params: Annotated[CustomerParams, Query()]) -> Response:
    """Create a customer

    Answers 409 if another customer already has one of the identities, or one of the contact points and neither of them
    shares it; the response names that customer. With `on_match=match`, the answer is that customer, who has learnt the
    identities and contact points that were new; empty fields are filled, and nothing is overwritten. It is 409
    (`contradicts`) where they have another id in the system of one of the identities, unless several contact points of
    their own say that both ids are theirs.
    """
    return replies.created_or_existing(*await customers.create(ctx, new, params.on_match, params.source), path=PATH)


@router.post("/batch", response_model=CustomerResult)
@streams
async def create_customers(request: Request, caller: Caller, params: Annotated[CustomerParams, Query()]) -> Response:
    """Create customers in bulk

    JSON Lines: one customer per line, any number of lines. Answers one result per line, in order, as soon as the
    customer is stored. A customer for whom all that is sent is already stored answers 200, whatever else became known
    of them since; any other line whose identity or unshared contact point belongs to a customer answers 409, or what
    `on_match` says. A line that is refused does not affect the others.
    Without `on_match`, the source decides: the one that is named, or the system of the first identity of a line.
    """
    return await batch.record_lines(
        request, caller, CustomerNew, partial(customers.create_many, on_match=params.on_match, source=params.source)
    )


@router.get("/{customer_id}", response_model=Customer)
async def get_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Get a customer

    With all contact points, identities, addresses and preferences.
    """
    return replies.resource(await customers.get(ctx, customer_id))


@router.patch("/{customer_id}", response_model=Customer)
async def update_customer(
    ctx: Ctx,
    customer_id: PathId,
    patch: Annotated[CustomerChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a customer

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are
    replaced as a whole. Whether a contact point is `shared` stays as it is where it is left out.
    """
    return replies.resource(await customers.change(ctx, customer_id, patch, version))


@router.post("/{customer_id}/archive", response_model=Customer)
async def archive_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Archive a customer

    Archived customers are no longer listed by default, and new records that name one of their contact points are not
    theirs. The contact points become available to others. Whoever looks one up still finds them, in the last place.
    Their history is kept.
    """
    return replies.resource(await customers.archive(ctx, customer_id))


@router.post("/{customer_id}/restore", response_model=Customer)
async def restore_customer(ctx: Ctx, customer_id: PathId) -> Response:
    """Restore an archived customer

    Answers 409 if another customer has taken one of the contact points in the meantime. Those that others share by
    now are shared.
    """
    return replies.resource(await customers.restore(ctx, customer_id))


@router.put("/by-identity/{system}/{external_id}", response_model=Customer)
async def upsert_customer(
    ctx: Ctx,
    system: Label,
    external_id: Reference,
    new: CustomerNew,
    params: Annotated[CustomerParams, Query()],
    if_none_match: Annotated[str | None, Header(pattern=r"^\*$", max_length=1)] = None,
) -> Response:
    """Create or update a customer by identity

    If no customer has this identity, one is created with it and the response is 201. Otherwise the customer is
    updated: fields that are left out keep their value, null takes a value away, identities are added, `preferences`
    and `attributes` are merged, and other lists are replaced as a whole; what is left out of a contact point that is
    known, such as its label or that it is opted out of, stays as well. An identity in a system in which the customer
    has another id is refused (409, `contradicts`), unless several contact points of their own come with it.
    With `If-None-Match: *`, nothing is ever updated. If nobody has the identity, but somebody else a contact point,
    the response is 409, or what `on_match` says.
    """
    return replies.created_or_existing(
        *await customers.put(
            ctx, system, external_id, new, params.on_match, params.source, only_new=if_none_match == "*"
        ),
        path=PATH,
    )
