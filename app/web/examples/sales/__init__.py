"""Receipts, products and sites."""

from app.web.examples.sales.sales import SALE

__all__ = ["SALE"]
