"""What is sold. Products appear by themselves when a receipt names them."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.kit.types import Id, Label, Moment, Name, PageQuery, Reference, Resource, Schema, Version, partial


class _Changeable(Schema):
    name: Name | None = None
    category: Label | None = None


ProductChange = partial(_Changeable, "ProductChange", "What changes of a product; null takes a value away.")


class Product(Resource):
    id: Id
    sku: Reference
    name: Name | None
    """As the first receipt had it, unless it was changed here."""
    category: Label | None
    version: Version
    created_at: Moment
    updated_at: Moment


class ProductPage(Resource):
    items: Annotated[list[Product], Field(max_length=200)]
    next_cursor: str | None


class ProductQuery(PageQuery):
    sku: Reference | None = None
    category: Label | None = None
    sort: Literal["created_at", "-created_at", "sku", "-sku"] = "-created_at"
