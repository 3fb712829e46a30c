from app.services.kit.simple_resources import SimpleResource
from app.store.sales import sites as store

SITES = SimpleResource(store.SITES)
