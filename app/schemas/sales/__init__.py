"""Receipts, products and sites."""

from app.schemas.sales.sales import SaleLineNew, SaleNew

__all__ = ["SaleLineNew", "SaleNew"]
