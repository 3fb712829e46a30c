"""The HTTP contract, one file a resource: the table of contents of the API."""

from app.routers import customers, health

ROUTERS = (customers.router, health.router)
