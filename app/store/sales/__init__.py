"""Receipts, products and sites."""

from app.store.sales.catalog import ensure_exist

__all__ = ["ensure_exist"]
