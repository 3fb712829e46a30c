"""The HTTP contract, one file a resource: the table of contents of the API."""

from app.routers import customers, health, products, profiles, sales, sites

ROUTERS = (
    profiles.router,
    customers.router,
    sales.router,
    products.router,
    sites.router,
    health.router,
)
