from app.schemas.sales import sites
from app.store.kit.simple_resources import SimpleTable

SITES = SimpleTable(
    "site",
    "sites",
    "code",
    sites.Site,
    {"code": "r.code = {}"},
    {"created_at": ("r.created_at", "timestamptz"), "code": ("r.code", "text")},
    title="name",
)
