"""Receipts, products and sites."""

from app.services.sales.intake import RECHECK_RETURN_JOB
from app.services.sales.settlement import recheck_return

__all__ = ["RECHECK_RETURN_JOB", "recheck_return"]
