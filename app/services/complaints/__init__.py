"""Complaints."""

from app.services.complaints.complaints import record_many
from app.services.complaints.insights import LONGEST, with_share

__all__ = ["LONGEST", "record_many", "with_share"]
