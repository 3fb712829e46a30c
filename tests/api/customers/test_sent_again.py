"""Customers who are sent again after somebody has looked at them: what was left out is no difference."""

import json
from typing import Any

import httpx
import pytest

from tests.make import customers as make
from tests.support import api

PATH = "/v1/customers"
NUMBER = "+44 7911 123402"
MARKS: list[dict[str, Any]] = [
    {"opted_out": ["sms"]},
    {"label": "work"},
    {"primary": True},
    {"uses": ["call"]},
    {"verified_at": "2026-01-02T03:04:05Z"},
]


def line(**changes: Any) -> dict[str, Any]:
    return {"display_name": "Bo", "contact_points": [make.phone(NUMBER)], **changes}


async def send(client: httpx.AsyncClient, body: dict[str, Any], on_match: str | None) -> int:
    answer = await client.post(
        f"{PATH}/batch",
        content=json.dumps(body).encode(),
        headers=api.JSON_LINES,
        params={} if on_match is None else {"on_match": on_match},
    )
    (result,) = map(json.loads, answer.text.splitlines())
    return int(result["status"])


async def patch(client: httpx.AsyncClient, **changes: Any) -> None:
    ((one,),) = [(await api.get(client, PATH))["items"]]
    headers = {"Content-Type": "application/merge-patch+json"}
    answer = await client.patch(f"{PATH}/{one['id']}", content=json.dumps(changes).encode(), headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("on_match", [None, "refuse", "match", "keep"])
@pytest.mark.parametrize("identities", [[], [make.identity("shop", "7")]], ids=["", "identity"])
@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: next(iter(mark)))
async def test_what_staff_note_of_a_contact_point_is_no_difference(
    client: httpx.AsyncClient, mark: dict[str, Any], identities: list[Any], on_match: str | None
) -> None:
    body = line(identities=identities)
    assert await send(client, body, on_match) == 201
    await patch(client, contact_points=[make.phone(NUMBER) | mark])
    assert await send(client, body, on_match) == 200
    (one,) = (await api.get(client, PATH))["items"]
    (name,) = mark
    assert one["contact_points"][0][name] == (mark[name] if name != "verified_at" else "2026-01-02T03:04:05.000000Z")


@pytest.mark.parametrize(
    "more",
    [
        {"tags": ["a", "x"]},
        {"addresses": [{"city": "London"}, {"city": "Leeds"}]},
        {"addresses": [{"city": "London", "label": "home", "primary": True}]},
    ],
    ids=["tag", "address", "label"],
)
@pytest.mark.parametrize("on_match", ["refuse", "keep"])
async def test_what_staff_add_is_no_difference(client: httpx.AsyncClient, more: dict[str, Any], on_match: str) -> None:
    body = line(tags=["a"], addresses=[{"city": "London"}])
    assert await send(client, body, on_match) == 201
    await patch(client, **more)
    assert await send(client, body, on_match) == 200


@pytest.mark.parametrize(
    "other",
    [
        line(tags=["b"]),
        line(addresses=[{"city": "York"}]),
        line(contact_points=[make.phone(NUMBER) | {"label": "home"}]),
        line(contact_points=[make.phone(NUMBER) | {"opted_out": ["call"]}]),
        line(contact_points=[make.phone(NUMBER) | {"invalid": True}], identities=[make.identity("shop", "7")]),
    ],
    ids=["tag", "address", "label", "opted_out", "invalid"],
)
async def test_what_is_said_otherwise_is_one(client: httpx.AsyncClient, other: dict[str, Any]) -> None:
    first = line(tags=["a"], addresses=[{"city": "London"}], identities=[make.identity("shop", "7")])
    assert await send(client, first, "refuse") == 201
    await patch(client, contact_points=[make.phone(NUMBER) | {"label": "work", "opted_out": ["sms"]}])
    assert await send(client, other, "refuse") == 409


async def test_one_who_shares_a_number_is_the_same_one_who_opted_out(client: httpx.AsyncClient) -> None:
    body = line(contact_points=[make.phone(NUMBER) | {"shared": True}])
    assert await send(client, body, None) == 201
    await patch(client, contact_points=[make.phone(NUMBER) | {"shared": True, "opted_out": ["call"]}])
    assert await send(client, body, None) == 200


@pytest.mark.parametrize("door", ["post", "batch"])
async def test_a_match_widens_no_uses(client: httpx.AsyncClient, door: str) -> None:
    await make.create(client, contact_points=[make.phone(NUMBER) | {"uses": ["call"]}])
    if door == "post":
        answer = await client.post(PATH, json=line(), params={"on_match": "match"})
        assert answer.status_code == 200
    else:
        assert await send(client, line(), "match") == 200
    (one,) = (await api.get(client, PATH))["items"]
    assert one["contact_points"][0]["uses"] == ["call"]


async def test_a_match_adds_uses_that_are_sent(client: httpx.AsyncClient) -> None:
    await make.create(client, contact_points=[make.phone(NUMBER) | {"uses": ["call"]}])
    point = {"kind": "whatsapp", "value": NUMBER, "opted_out": ["sms"]}
    assert await send(client, line(contact_points=[point]), "match") == 200
    (one,) = (await api.get(client, PATH))["items"]
    assert one["contact_points"][0]["uses"] == ["call", "sms", "whatsapp"]
    assert one["contact_points"][0]["opted_out"] == ["sms"]


async def test_a_match_adds_unwelcome_channels(client: httpx.AsyncClient) -> None:
    def body(*channels: str) -> dict[str, Any]:
        return line(preferences={"unwelcome_channels": [{"channel": channel} for channel in channels]})

    for channels in (["email"], ["sms"], ["sms", "email"]):
        assert await send(client, body(*channels), "match") in (200, 201)
    (one,) = (await api.get(client, PATH))["items"]
    assert [unwelcome["channel"] for unwelcome in one["preferences"]["unwelcome_channels"]] == ["email", "sms"]
