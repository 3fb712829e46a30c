"""Receipts, products and sites."""

from app.rules.sales.receipts import SaleChannel

__all__ = ["SaleChannel"]
