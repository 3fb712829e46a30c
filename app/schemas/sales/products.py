"""Products, which are created when a receipt names them."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.kit.types import Id, Label, Moment, Name, PageQuery, Reference, Resource, Schema, Version, partial


class ProductContent(Schema):
    name: Name | None = None
    """The name of the product."""
    category: Label | None = None
    """The product category, such as `lamb`."""


ProductChange = partial(
    ProductContent, "ProductChange", "The fields of a product to change, as a JSON merge patch (RFC 7396)."
)


class Product(Resource):
    """A product that receipts, complaints or feedback name by its SKU."""

    id: Id
    sku: Reference
    """The stock keeping unit, unique among products."""
    name: Name | None
    """The name on the receipt that created the product, unless it was changed since."""
    category: Label | None
    """The product category, such as `lamb`."""
    version: Version
    created_at: Moment
    updated_at: Moment


class ProductPage(Resource):
    items: Annotated[list[Product], Field(max_length=200)]
    next_cursor: str | None


class ProductQuery(PageQuery):
    sku: Reference | None = None
    """Only the product with this SKU."""
    category: Label | None = None
    """Only products in this category. The spelling must match exactly."""
    sort: Literal["created_at", "-created_at", "sku", "-sku"] = "-created_at"
