"""Sources with a policy."""

from typing import Any

import httpx

from tests.support import api


async def create(client: httpx.AsyncClient, code: str = "till", **policy: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/sources", {"code": code, **policy})


async def change(client: httpx.AsyncClient, code: str, **policy: Any) -> dict[str, Any]:
    """Of a source that records have created."""
    (source,) = (await client.get("/v1/sources", params={"code": code})).json()["items"]
    answer = await api.patch(client, f"/v1/sources/{source['id']}", policy)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed
