from app.schemas.sales import products
from app.store.kit.simple_resources import SimpleTable

PRODUCTS = SimpleTable(
    "product",
    "products",
    "sku",
    products.Product,
    {"sku": "r.sku = {}", "category": "r.category = {}"},
    {"created_at": ("r.created_at", "timestamptz"), "sku": ("r.sku", "text")},
    title="name",
)
