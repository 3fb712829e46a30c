"""Complaints."""

from app.schemas.complaints.complaints import Complainant, ComplaintNew
from app.schemas.complaints.insights import MatureShare, Scope

__all__ = ["Complainant", "ComplaintNew", "MatureShare", "Scope"]
