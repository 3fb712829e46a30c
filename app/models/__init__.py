"""Tables, and nothing but tables. Imported together so that the metadata is whole."""

from app.models import access, clocks, complaints, customers, events, interactions, jobs, sales, service, tasks
from app.models.base import metadata

__all__ = [
    "access",
    "clocks",
    "complaints",
    "customers",
    "events",
    "interactions",
    "jobs",
    "metadata",
    "sales",
    "service",
    "tasks",
]
