"""A receipt as a till sends it again and again, and as a desk decides whose it is."""

from typing import Any

import httpx

from tests import make
from tests.support import api

PATH = "/v1/sales"


class Receipt:
    """A receipt with its revisions, one after another."""

    def __init__(self, client: httpx.AsyncClient, **body: Any) -> None:
        self.client, self.body, self.sale = client, make.sale(**body), dict[str, Any]()

    async def record(self) -> "Receipt":
        self.sale = await make.record_sale(self.client, self.body)
        return self

    async def revise(self, **changes: Any) -> dict[str, Any]:
        self.body = {**self.body, **changes, "revision": self.body.get("revision", 0) + 1}
        return await make.record_sale(self.client, self.body, 200)

    async def release(self) -> dict[str, Any]:
        body = {"reason": "Not theirs"}
        released: dict[str, Any] = await api.post(self.client, f"{PATH}/{self.sale['id']}/release", body, 200)
        return released

    async def claim(self, customer: dict[str, Any], moved_from: dict[str, Any] | None = None) -> dict[str, Any]:
        body = {"customer_id": customer["id"], "moved_from": moved_from and moved_from["id"]}
        claimed: dict[str, Any] = await api.post(self.client, f"{PATH}/{self.sale['id']}/claim", body, 200)
        return claimed
