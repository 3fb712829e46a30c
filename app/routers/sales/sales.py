from functools import partial
from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.sales.moves import SaleClaim, SaleRelease, SaleVoid
from app.schemas.sales.queries import SaleParams, SaleQuery
from app.schemas.sales.sales import Sale, SaleNew, SalePage, SaleResult
from app.services.sales import sales
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, PathId
from app.web.route import resource, streams

router = resource("sales")
PATH = "/v1/sales"


@router.post("", response_model=Sale, status_code=201)
async def record_sale(ctx: Ctx, new: SaleNew, params: Annotated[SaleParams, Query()]) -> Response:
    """Record a receipt

    Idempotent by `source` and `receipt_no`: the same content again answers 200 with what is stored, other content
    answers 409 and names the differences. A higher `revision` replaces the receipt; an older one answers 200 with
    the header `Receipt-Stale: true` and changes nothing. Receipts may arrive late, out of order and without a
    customer, and a return may arrive before its sale. A return that refers to a sale line must not exceed what
    remains of it, or the response is 409. A return without a customer belongs to the customer of the sale.
    """
    return replies.recorded(*await sales.record(ctx, new, params.on_unknown_customer), path=PATH)


@router.post("/batch", response_model=SaleResult)
@streams
async def record_sales(request: Request, caller: Caller, params: Annotated[SaleParams, Query()]) -> Response:
    """Record receipts in bulk

    JSON Lines: one receipt per line, any number of lines. Answers one result per line, in order, as soon as the
    receipt is recorded. A line that is refused does not affect the others. The same file can be sent again: each
    receipt is recorded once.
    """
    return await batch.record_lines(
        request,
        caller,
        SaleNew,
        partial(sales.record_many, on_unknown=params.on_unknown_customer),
        sales.draft_early,
    )


@router.get("", response_model=SalePage)
async def list_sales(ctx: Ctx, request: Request, query: Annotated[SaleQuery, Query()]) -> Response:
    """List receipts

    Latest first by default. Voided receipts are included unless `voided=no` is set.
    """
    return replies.page(request, await sales.find(ctx, query))


export_routes.add(router, list_sales, Sale, sales.find)


@router.get("/{sale_id}", response_model=Sale)
async def get_sale(ctx: Ctx, sale_id: PathId) -> Response:
    """Get a receipt

    With its lines and payments, and the customer if they are known.
    """
    return replies.resource(await sales.get(ctx, sale_id))


@router.post("/{sale_id}/claim", response_model=Sale)
async def claim_sale(ctx: Ctx, sale_id: PathId, claim: SaleClaim) -> Response:
    """Assign a receipt to a customer

    For a receipt without a customer, because none was given or none was found. Answers 409 if it already belongs to
    another customer, unless `moved_from` names that customer: then it is moved. Returns of the receipt without a
    customer of their own follow.
    """
    return replies.resource(await sales.claim(ctx, sale_id, claim.customer_id, claim.moved_from))


@router.post("/{sale_id}/release", response_model=Sale)
async def release_sale(ctx: Ctx, sale_id: PathId, release: SaleRelease) -> Response:
    """Take a receipt from its customer

    For a receipt that was assigned to the wrong customer when the right one is not known. It leaves their totals and
    their timeline. Returns of the receipt without a customer of their own follow. A receipt without a customer stays
    as it is.
    """
    return replies.resource(await sales.release(ctx, sale_id, release.reason))


@router.post("/{sale_id}/void", response_model=Sale)
async def void_sale(ctx: Ctx, sale_id: PathId, void: SaleVoid) -> Response:
    """Void a receipt

    The receipt no longer counts in any sum, but can still be read. Its number cannot be used again. Answers 409 if
    something of it was returned: the returns have to be voided first.
    """
    return replies.resource(await sales.void(ctx, sale_id, void.reason))
