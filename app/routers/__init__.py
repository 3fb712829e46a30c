"""The HTTP contract, one file a resource: the table of contents of the API."""

from app.routers import (
    calendars,
    complaint_insights,
    complaint_moves,
    complaint_parts,
    complaints,
    customers,
    health,
    interactions,
    procedures,
    products,
    profiles,
    relationships,
    sales,
    service_policies,
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
    complaint_insights.router,
    complaints.router,
    complaint_moves.router,
    complaint_parts.router,
    calendars.router,
    service_policies.router,
    procedures.router,
    health.router,
)
