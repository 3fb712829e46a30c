from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.sales.products import Product, ProductChange, ProductPage, ProductQuery
from app.services.sales.products import PRODUCTS
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

router = resource("products")


@router.get("", response_model=ProductPage)
async def list_products(ctx: Ctx, request: Request, query: Annotated[ProductQuery, Query()]) -> Response:
    """List products

    Newest first by default. Products are created automatically when a receipt names them.
    """
    return replies.page(request, await PRODUCTS.find(ctx, query))


export_routes.add(router, list_products, Product, PRODUCTS.find)


@router.get("/{product_id}", response_model=Product)
async def get_product(ctx: Ctx, product_id: PathId) -> Response:
    """Get a product

    With the name and category that receipts or an update gave it.
    """
    return replies.resource(await PRODUCTS.get(ctx, product_id))


@router.patch("/{product_id}", response_model=Product)
async def update_product(
    ctx: Ctx,
    product_id: PathId,
    patch: Annotated[ProductChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a product

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value.
    """
    return replies.resource(await PRODUCTS.change(ctx, product_id, patch, version))
