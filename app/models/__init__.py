"""Tables, and nothing but tables. Imported together so that the metadata is whole."""

from app.models import (
    access,
    clocks,
    complaints,
    customers,
    events,
    feedback,
    ideas,
    interactions,
    jobs,
    sales,
    service,
    surveys,
    tasks,
    visits,
)
from app.models.base import metadata

__all__ = [
    "access",
    "clocks",
    "complaints",
    "customers",
    "events",
    "feedback",
    "ideas",
    "interactions",
    "jobs",
    "metadata",
    "sales",
    "service",
    "surveys",
    "tasks",
    "visits",
]
