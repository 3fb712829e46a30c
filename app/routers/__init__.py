"""The HTTP contract, one file a resource: the table of contents of the API."""

from app.routers import customers, health, sales

ROUTERS = (customers.router, sales.router, health.router)
