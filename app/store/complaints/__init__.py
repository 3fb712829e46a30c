"""Complaints."""

from app.store.complaints.complaints import MISSING, open_
from app.store.complaints.later_purchases import BOUGHT, DAYS, PURCHASE, chosen, scope, span

__all__ = ["BOUGHT", "DAYS", "MISSING", "PURCHASE", "chosen", "open_", "scope", "span"]
