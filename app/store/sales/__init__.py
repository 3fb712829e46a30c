"""Receipts, products and sites."""

from app.store.sales.catalog import ensure_exist
from app.store.sales.sales import BELIEVED_MOMENT

__all__ = ["BELIEVED_MOMENT", "ensure_exist"]
