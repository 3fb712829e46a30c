from app.schemas.sales.sites import Site, SiteContent, SiteQuery
from app.services.kit.simple_resources import SimpleResource
from app.store.kit.simple_resources import SimpleTable

SITES = SimpleResource(
    SimpleTable("site", "sites", Site, SiteQuery, key="code", title="name"),
    SiteContent,
)
