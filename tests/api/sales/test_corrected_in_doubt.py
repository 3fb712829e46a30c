"""A correction that does not say whose a receipt is takes no key from the customer whose it stays."""

from typing import Any

import asyncpg
import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt
from tests.support.sales import summed_anew

PHONE, ADA_S, BO_S = "020 7946 0999", "020 7946 0777", "020 7946 0888"
EMAIL = "pat@example.com"


def card(external_id: str) -> dict[str, Any]:
    return {"identity": make.identity("loyalty", external_id)}


@pytest.fixture
async def others(client: httpx.AsyncClient) -> None:
    for name, number in (("A", ADA_S), ("B", BO_S)):
        points = [make.phone(number), make.email(f"{name}@example.com"), make.phone("020 7946 0111") | {"shared": True}]
        await make.create_customer(client, identities=[make.identity("loyalty", name)], contact_points=points)


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    "said", [{"phone": PHONE}, {"email": EMAIL}, card("X"), {"phone": PHONE, "email": EMAIL}], ids=str
)
@pytest.mark.parametrize(
    "doubtful",
    [
        {"email": "a@example.com", "phone": BO_S},
        card("B") | {"phone": ADA_S},
        card("A") | {"email": "b@example.com", "phone": BO_S},
        {"phone": "020 7946 0111"},
        card("A") | {"phone": BO_S, "email": EMAIL},
    ],
    ids=str,
)
@pytest.mark.parametrize("batched", [False, True], ids=["one by one", "batch"])
async def test_who_was_created_keeps_the_key(
    client: httpx.AsyncClient, db: asyncpg.Connection, said: dict[str, Any], doubtful: dict[str, Any], batched: bool
) -> None:
    first = await Receipt(client, customer=said | {"name": "Pat Lee"}).record()
    second = await Receipt(client, customer=said).record()
    pat = first.sale["customer_id"]
    complaint = await api.post(client, "/v1/complaints", make.complaint(sale_id=second.sale["id"]))
    if batched:
        body = first.body | {"revision": 1, "customer": doubtful}
        assert [each["status"] for each in await api.batch(client, "/v1/sales", body)] == [200]
    else:
        await first.revise(customer=doubtful)
    for sale in (first, second):
        assert (await api.get(client, f"/v1/sales/{sale.sale['id']}"))["customer_id"] == pat
    assert (await api.get(client, f"/v1/complaints/{complaint['id']}"))["customer_id"] == pat
    third = await Receipt(client, customer=said).record()
    assert third.sale["customer_id"] == pat, "they are known by it as before"
    kept, summed = await summed_anew(db)
    assert kept == summed


@pytest.mark.usefixtures("others")
async def test_a_correction_that_says_it_takes_the_mistyped_key(client: httpx.AsyncClient) -> None:
    first = await Receipt(client, customer={"phone": PHONE, "email": EMAIL}).record()
    pat = first.sale["customer_id"]
    await first.revise(customer={"phone": "020 7946 0555", "email": EMAIL})
    points = (await api.get(client, f"/v1/customers/{pat}"))["contact_points"]
    assert sorted(point["value"] for point in points) == ["020 7946 0555", EMAIL]
