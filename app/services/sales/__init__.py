"""Receipts, products and sites."""

from app.services.sales.settlement import RECHECK_RETURN_JOB, recheck_return

__all__ = ["RECHECK_RETURN_JOB", "recheck_return"]
