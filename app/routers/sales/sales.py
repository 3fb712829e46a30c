from functools import partial
from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.sales.sales import Sale, SaleClaim, SaleNew, SalePage, SaleParams, SaleQuery, SaleResult, SaleVoid
from app.services.sales import receipts, sales
from app.web import batch, replies
from app.web.deps import Caller, Ctx, PathId
from app.web.route import resource, streams

router = resource("sales")
PATH = "/v1/sales"


@router.post("", response_model=Sale, status_code=201)
async def record_sale(ctx: Ctx, new: SaleNew, params: Annotated[SaleParams, Query()]) -> Response:
    """Record a receipt

    Exactly once per source and receipt number, for ever: the same receipt again answers 200 with what is stored; other
    content answers 409 naming the differences; a higher `revision` replaces; an older one answers 200 with the header
    `Receipt-Stale: true` and changes nothing. Late, out-of-order and anonymous receipts are taken, and a refund before
    its sale. A return that names its line may not exceed what is left of it.
    """
    return replies.recorded(*await sales.record(ctx, new, params.on_unknown_customer), path=PATH)


@router.post("/batch", response_model=SaleResult)
@streams
async def record_sales(request: Request, caller: Caller, params: Annotated[SaleParams, Query()]) -> Response:
    """Record receipts in bulk

    One receipt a line, of any number; one result a line, in order, as soon as it is recorded. One bad line stops
    nothing, and the whole can be sent again.
    """
    return await batch.answer(
        request,
        caller,
        SaleNew,
        partial(sales.record_many, on_unknown=params.on_unknown_customer),
        receipts.draft_receipt,
    )


@router.get("", response_model=SalePage)
async def list_sales(ctx: Ctx, request: Request, query: Annotated[SaleQuery, Query()]) -> Response:
    """List receipts

    Latest first unless sorted otherwise.
    """
    return replies.page(request, await sales.find(ctx, query))


@router.get("/{sale_id}", response_model=Sale)
async def get_sale(ctx: Ctx, sale_id: PathId) -> Response:
    """Get a receipt"""
    return replies.resource(await sales.get(ctx, sale_id))


@router.post("/{sale_id}/claim", response_model=Sale)
async def claim_sale(ctx: Ctx, sale_id: PathId, claim: SaleClaim) -> Response:
    """Say whose receipt it is

    For receipts that came without a customer, or with one that nobody knew.
    """
    return replies.resource(await sales.claim(ctx, sale_id, claim.customer_id))


@router.post("/{sale_id}/void", response_model=Sale)
async def void_sale(ctx: Ctx, sale_id: PathId, void: SaleVoid) -> Response:
    """Void a receipt

    It leaves all sums, and stays to be seen; its number stays taken.
    """
    return replies.resource(await sales.void(ctx, sale_id, void.reason))
