from app.services.kit.simple_resources import SimpleResource
from app.store.sales import products as store

PRODUCTS = SimpleResource(store.PRODUCTS)
