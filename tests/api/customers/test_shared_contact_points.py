"""A number or address that several customers have: all who have it share it, however often they are sent."""

import json
from typing import Any

import httpx
import pytest

from tests.make import customers as make
from tests.support import api

PATH = "/v1/customers"
POINTS = [make.phone("+44 7911 123402"), make.email("home@example.com")]
DECISIONS = ["refuse", "match", "keep"]


def member(number: int, point: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One of a household, as their shop sends them."""
    identities = [make.identity("shop", str(number))]
    return {"display_name": f"Member {number}", "identities": identities, "contact_points": [point], **changes}


async def household(client: httpx.AsyncClient, point: dict[str, Any]) -> list[dict[str, Any]]:
    """Two who share the contact point, because the second one was kept apart."""
    first = await api.post(client, PATH, member(1, point))
    return [first, await api.post(client, f"{PATH}?on_match=keep", member(2, point))]


async def batch(client: httpx.AsyncClient, bodies: list[Any], **params: str) -> list[dict[str, Any]]:
    content = "\n".join(map(json.dumps, bodies)).encode()
    answer = await client.post(f"{PATH}/batch", content=content, headers=api.JSON_LINES, params=params)
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.text.splitlines()]


async def put(client: httpx.AsyncClient, number: int, point: dict[str, Any], **params: str) -> httpx.Response:
    return await client.put(f"{PATH}/by-identity/shop/{number}", json={"contact_points": [point]}, params=params)


async def shared(client: httpx.AsyncClient) -> list[bool]:
    """Of all contact points of all customers, in the order of creation."""
    customers = (await api.get(client, PATH, sort="created_at", archived="any"))["items"]
    return [point["shared"] for customer in customers for point in customer["contact_points"]]


async def alone(client: httpx.AsyncClient, point: dict[str, Any]) -> dict[str, Any]:
    """One who has the contact point alone, while a household that joined since shares it: each of them said so."""
    holder = await make.create(client, contact_points=[point])
    for number in (1, 2):
        await api.post(client, PATH, member(number, point | {"shared": True}))
    return holder


@pytest.mark.parametrize("point", POINTS, ids=["phone", "email"])
class TestTheThirdOne:
    @pytest.mark.parametrize("on_match", DECISIONS)
    async def test_shares_it_too(self, client: httpx.AsyncClient, point: dict[str, Any], on_match: str) -> None:
        await household(client, point)
        for _ in range(3):
            body = make.customer(contact_points=[point])
            await api.post(client, f"{PATH}?on_match={on_match}", body)
        assert await shared(client) == [True] * 5

    async def test_shares_it_within_one_batch(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        rows = [member(n, point) for n in range(5)]
        assert [result["status"] for result in await batch(client, rows, on_match="keep")] == [201] * 5
        assert await shared(client) == [True] * 5
        told = await batch(client, [make.customer(contact_points=[point | {"shared": True}]), member(9, point)])
        assert [result["status"] for result in told] == [201, 201]
        assert await shared(client) == [True] * 7

    async def test_is_not_the_end_of_the_others(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        made = await household(client, point)
        await api.post(client, PATH, make.customer(contact_points=[point]))
        for on_match in DECISIONS:
            results = await batch(client, [member(1, point), member(2, point)], on_match=on_match)
            assert [(result["status"], result.get("id")) for result in results] == [(200, m["id"]) for m in made]
            for number in (1, 2):
                answer = await put(client, number, point, on_match=on_match)
                assert (answer.status_code, answer.json()["version"]) == (200, made[number - 1]["version"] + 2 - number)
        assert await shared(client) == [True] * 3

    async def test_who_is_known_learns_it_as_shared(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        made = await household(client, point)
        known = await make.create(client, identities=[make.identity("shop", "3")])
        changed = await api.patched(client, f"{PATH}/{known['id']}", {"contact_points": [point]})
        assert changed["contact_points"][0]["shared"]
        await api.patched(client, f"{PATH}/{known['id']}", {"contact_points": []})
        (result,) = await batch(client, [member(3, point, tags=["web"])], on_match="match")
        assert (result["status"], result["id"]) == (200, known["id"])
        assert await shared(client) == [True] * 3
        await api.patched(client, f"{PATH}/{known['id']}", {"contact_points": []})
        assert (await put(client, 3, point)).json()["contact_points"][0]["shared"]
        rows = [member(n, point, tags=["web"]) for n in (1, 2, 3)]
        results = await batch(client, rows, on_match="match")
        expected = [*(m["id"] for m in made), known["id"]]
        assert [(result["status"], result.get("id")) for result in results] == [(200, id_) for id_ in expected]

    async def test_who_comes_back_shares_it(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        gone = await make.create(client, contact_points=[point])
        await api.post(client, f"{PATH}/{gone['id']}/archive", status=200)
        made = await household(client, point)
        await api.post(client, f"{PATH}/{gone['id']}/restore", status=200)
        assert await shared(client) == [True] * 3
        assert [r["id"] for r in await batch(client, [member(n, point) for n in (1, 2)])] == [m["id"] for m in made]


@pytest.mark.parametrize("point", POINTS, ids=["phone", "email"])
class TestSentAgain:
    async def test_it_stays_shared(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        first, second = await household(client, point)
        first = await api.get(client, f"{PATH}/{first['id']}")
        for _ in range(2):
            for number, made in ((2, second), (1, first)):
                answer = await put(client, number, point)
                assert (answer.status_code, answer.json()) == (200, made)
                assert await api.patched(client, f"{PATH}/{made['id']}", {"contact_points": [point]}) == made

    async def test_it_stays_shared_as_a_client_writes_defaults(
        self, client: httpx.AsyncClient, point: dict[str, Any]
    ) -> None:
        await household(client, point)
        for number in (2, 1, 2):
            assert (await put(client, number, point | {"shared": False})).status_code == 200
        rows = [member(n, point | {"shared": False}) for n in (1, 2)]
        assert [result["status"] for result in await batch(client, rows)] == [200, 200]
        await api.post(client, PATH, make.customer(contact_points=[point | {"shared": False}]))
        assert await shared(client) == [True] * 3

    async def test_it_stays_shared_while_nobody_else_has_it(
        self, client: httpx.AsyncClient, point: dict[str, Any]
    ) -> None:
        await api.post(client, PATH, member(1, point | {"shared": True}))
        assert (await put(client, 1, point | {"label": "home"})).json()["contact_points"][0]["shared"]
        assert not (await put(client, 1, point | {"shared": False})).json()["contact_points"][0]["shared"]

    async def test_beside_one_who_has_it_alone(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        holder = await alone(client, point)
        for on_match in DECISIONS:
            results = await batch(client, [member(n, point) for n in (1, 2)], on_match=on_match)
            assert [result["status"] for result in results] == [200, 200]
            for number in (2, 1):
                assert (await put(client, number, point, on_match=on_match)).status_code == 200
        rows = [member(n, point, tags=["web"]) for n in (1, 2)]
        assert [result["status"] for result in await batch(client, rows, on_match="match")] == [200, 200]
        said = {"contact_points": [point | {"shared": False}]}
        assert await api.patched(client, f"{PATH}/{holder['id']}", said) == holder
        assert await shared(client) == [False, True, True]
        assert (await client.post(PATH, json=make.customer(contact_points=[point]))).status_code == 409

    async def test_of_who_has_nothing_else(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        """Of a household, all of what was sent tells them apart."""
        made = await household(client, point)
        rows = [{"display_name": name, "contact_points": [point], "tags": ["web"]} for name in ("Ada", "Ben", "Ada")]
        results = await batch(client, rows, on_match="keep")
        assert [result["status"] for result in results] == [201, 201, 200]
        assert results[2]["id"] == results[0]["id"]
        for on_match in DECISIONS:
            again = await batch(client, rows, on_match=on_match)
            assert [(result["status"], result["id"]) for result in again] == [(200, r["id"]) for r in results]
        others = [rows[0] | {"tags": ["till"]}, rows[0] | {"identities": [make.identity("shop", "9")]}]
        assert [result["status"] for result in await batch(client, others)] == [201, 201]
        (first,) = await batch(client, [{"display_name": "Member 1", "contact_points": [point]}])
        assert (first["status"], first["id"]) == (200, made[0]["id"])

    async def test_of_who_is_archived(self, client: httpx.AsyncClient, point: dict[str, Any]) -> None:
        made = await api.post(client, PATH, member(1, point))
        await api.post(client, f"{PATH}/{made['id']}/archive", status=200)
        await make.create(client, contact_points=[point])
        (result,) = await batch(client, [member(1, point)])
        assert (result["status"], result["id"]) == (200, made["id"])
        assert await shared(client) == [False, False]


async def test_a_number_of_a_source_stays_shared(client: httpx.AsyncClient) -> None:
    """Numbers without a country are spelled anew, as the source means them."""
    await make.create_source(client, "shop", country="DE")
    point = make.phone("030 901820")
    await household(client, point)
    for number in (2, 1):
        answer = await put(client, number, {**point, "uses": ["call"]})
        assert (answer.status_code, answer.json()["contact_points"][0]["shared"]) == (200, True)


async def test_a_number_that_is_sent_twice_stays_shared(client: httpx.AsyncClient) -> None:
    point = make.phone("+44 7911 123402")
    await household(client, point)
    body = {"contact_points": [point, {"kind": "whatsapp", "value": point["value"]}]}
    answer = await client.put(f"{PATH}/by-identity/shop/2", json=body)
    assert [p["shared"] for p in answer.json()["contact_points"]] == [True]
    await api.post(client, PATH, make.customer(**body))
    assert await shared(client) == [True] * 3


async def test_a_move_to_a_number_that_others_share(client: httpx.AsyncClient) -> None:
    await household(client, make.phone("+49 30 901820"))
    made = await make.create(client, contact_points=[make.phone("030 901820")])
    moved = await api.patched(client, f"{PATH}/{made['id']}", {"addresses": [{"city": "Berlin", "country": "DE"}]})
    assert moved["contact_points"][0]["shared"]


async def test_a_contact_that_is_kept_is_shared_as_well(client: httpx.AsyncClient) -> None:
    point = make.phone("+44 7911 123402")
    await household(client, point)
    third = await make.create(client)
    body = {"kind": "call", "channel": "phone", "direction": "inbound", "body": "Hello"}
    call = await api.post(client, "/v1/interactions", body | {"contact": {"kind": "phone", "value": point["value"]}})
    assert (call["match"], len(call["candidates"])) == ("ambiguous", 2)
    claim = {"customer_id": third["id"], "keep_contact": True}
    await api.post(client, f"/v1/interactions/{call['id']}/claim", claim, status=200)
    assert await shared(client) == [True] * 3
