"""Complaints."""

from app.store.complaints.complaints import COMPLAINTS, open_
from app.store.complaints.insights import filters

__all__ = ["COMPLAINTS", "filters", "open_"]
