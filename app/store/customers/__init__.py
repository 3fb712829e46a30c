"""Customers: who they are and how to reach them."""

from app.store.customers.customers import COLUMNS, MISSING, existing, get, holders_of_points, lock, points
from app.store.customers.resolution import customer_references

__all__ = ["COLUMNS", "MISSING", "customer_references", "existing", "get", "holders_of_points", "lock", "points"]
