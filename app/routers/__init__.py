"""The HTTP contract, one file a resource: the table of contents of the API."""

from app.routers import (
    customers,
    health,
    interactions,
    products,
    profiles,
    relationships,
    sales,
    sites,
    tasks,
)

# Where two could answer the same path, the one that is more particular comes first.
ROUTERS = (
    profiles.router,
    customers.router,
    relationships.router,
    interactions.router,
    tasks.router,
    sales.router,
    products.router,
    sites.router,
    health.router,
)
