from app.schemas.sales.products import Product, ProductContent, ProductQuery
from app.services.kit.simple_resources import SimpleResource
from app.store.kit.simple_resources import SimpleTable

PRODUCTS = SimpleResource(
    SimpleTable("product", "products", Product, ProductQuery, key="sku", title="name"),
    ProductContent,
)
