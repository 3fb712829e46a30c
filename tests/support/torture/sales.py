"""Sales, products and sites."""

from typing import Any
from uuid import uuid4

import httpx

from tests import make
from tests.support.torture.records import create, only_listed

_SOMEBODY = str(uuid4())
_SALE = make.sale(
    revision=1,
    business_date="2026-03-01",
    site="Leeds",
    till="1",
    operator="mia",
    channel="online",
    customer={
        "id": _SOMEBODY,
        "identity": {"system": "loyalty", "external_id": "L-1"},
        "phone": "020 7946 0000",
        "email": "a@example.com",
        "name": "Ada",
    },
    lines=[
        {
            "line_no": 1,
            "sku": "T",
            "name": "Tea",
            "category": "Food",
            "quantity": "-1",
            "unit_price": "10.00",
            "discount": "0.00",
            "tax": "-0.10",
            "total": "-10.00",
            "refund_of": {"source": "web", "receipt_no": "X", "line_no": 1, "goods_kept": False},
        }
    ],
    payments=[{"method": "card", "amount": "-10.00", "reference": "1111"}],
    total="-10.00",
    attributes={"a": {"b": ["c", 1]}},
)
EXAMPLES: dict[str, Any] = {
    "record_sale": _SALE,
    "record_sales": _SALE,
    "claim_sale": {"customer_id": "{customer_id}"},
    "release_sale": {"reason": "Wrong customer"},
    "void_sale": {"reason": "Wrong till"},
    "update_product": {"name": "Tea", "category": "Food"},
    "update_site": {"name": "Leeds", "time_zone": "Europe/London"},
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    return {
        "sale_id": await create(client, "/v1/sales", make.sale(site="Leeds")),
        "product_id": await only_listed(client, "/v1/products"),
        "site_id": await only_listed(client, "/v1/sites"),
    }
