"""Tables, and nothing but tables. Imported together so that the metadata is whole."""

from app.models import access, customers, events, interactions, sales, tasks
from app.models.base import metadata

__all__ = ["access", "customers", "events", "interactions", "metadata", "sales", "tasks"]
