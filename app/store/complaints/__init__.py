"""Complaints."""

from app.store.complaints.complaints import MISSING, open_
from app.store.complaints.insights import filters

__all__ = ["MISSING", "filters", "open_"]
