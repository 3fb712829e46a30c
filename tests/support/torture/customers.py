"""Customers, what they are to each other, and the sources that send them."""

from typing import Any

import httpx

from tests import make
from tests.make.customers import FULL
from tests.support.torture.records import create

_CUSTOMER = {**FULL, "referred_by": "{other_id}"}
_POLICY = {
    "name": "Till",
    "kind": "till",
    "confirmed": True,
    "may_create": True,
    "may_teach": False,
    "on_match": "match",
    "values_of_nobody": ["020 7946 0000"],
    "country": "GB",
    "time_zone": "Europe/London",
    "currency": "GBP",
    "tax": "included",
}
_RELATIONSHIP = {
    "subject": {
        "id": "{customer_id}",
        "identity": {"system": "loyalty", "external_id": "4-711"},
        "phone": "020 7946 0123",
        "email": "chidi@example.com",
    },
    "kind": "supplies",
    "customer": {"id": "{other_id}"},
    "title": "Cook",
    "since": "2026-01-01",
    "until": "2026-02-01",
}
EXAMPLES: dict[str, Any] = {
    "create_source": {"code": "kiosk", **_POLICY},
    "update_source": _POLICY,
    "create_customer": _CUSTOMER,
    "create_customers": _CUSTOMER,
    "update_customer": _CUSTOMER,
    "upsert_customer": _CUSTOMER,
    "create_relationship": {
        "kind": "supplies",
        "customer_id": "{other_id}",
        "title": "Cook",
        "since": "2026-01-01",
        "until": "2026-02-01",
    },
    "record_relationship": _RELATIONSHIP,
    "record_relationships": _RELATIONSHIP,
    "update_relationship": {"title": "Cook", "since": "2026-01-01", "until": "2026-02-01"},
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    customer, other = [await create(client, "/v1/customers", make.customer()) for _ in range(2)]
    works_for = {"kind": "works_for", "customer_id": other}
    return {
        "source_id": await create(client, "/v1/sources", {"code": "loyalty", "name": "Cards"}),
        "customer_id": customer,
        "other_id": other,
        "relationship_id": await create(client, f"/v1/customers/{customer}/relationships", works_for),
        "system": "webshop",
        "external_id": "u-1",
    }
