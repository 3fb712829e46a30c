"""Customers: who they are and how to reach them."""

from app.store.customers.customers import COLUMNS, MISSING, existing, get, holders_of_points, lock, points

__all__ = ["COLUMNS", "MISSING", "existing", "get", "holders_of_points", "lock", "points"]
