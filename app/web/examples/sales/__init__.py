"""Receipts, products and sites."""

from app.web.examples.sales.sales import SALE, UNKNOWN_SALE

__all__ = ["SALE", "UNKNOWN_SALE"]
