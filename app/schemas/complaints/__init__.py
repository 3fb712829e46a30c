"""Complaints."""

from app.schemas.complaints.insights import MatureShare, Scope
from app.schemas.complaints.intake import Complainant, ComplaintNew

__all__ = ["Complainant", "ComplaintNew", "MatureShare", "Scope"]
