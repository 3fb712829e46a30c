"""Blank texts and padded identifiers at the doors: in bodies, patches and filters."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.api import errors
from tests.support.application import ADMIN_KEY

BLANKS = ["   ", "\u00a0", "\u200b", "\u3164", "\u2800", "\ufeff", "\U000e0041"]
blank = pytest.mark.parametrize("text", BLANKS)


@blank
class TestBlank:
    @pytest.mark.parametrize(
        ("path", "body", "pointer"),
        [
            ("/v1/customers", {"display_name": ...}, "/display_name"),
            ("/v1/customers", {"display_name": "Zoe", "tags": ["a", ...]}, "/tags/1"),
            ("/v1/customers", {"display_name": "Zoe", "attributes": {"a": 1}, "owner": ...}, "/owner"),
            ("/v1/customers", {"contact_points": [{"kind": "email", "value": ...}]}, "/contact_points/0/value"),
            ("/v1/sales", make.sale() | {"receipt_no": ...}, "/receipt_no"),
            ("/v1/sales", make.sale() | {"source": ...}, "/source"),
            ("/v1/sales", make.sale() | {"payments": [{"method": ..., "amount": "10.00"}]}, "/payments/0/method"),
            ("/v1/tasks", {"what": ...}, "/what"),
            ("/v1/interactions", make.interaction(body=...), "/body"),
            ("/v1/complaints", make.complaint(description=...), "/description"),
            ("/v1/feedback", {"method": "form", "text": ...}, "/text"),
            ("/v1/ideas", {"title": ...}, "/title"),
        ],
    )
    async def test_bodies(self, client: httpx.AsyncClient, text: str, path: str, body: Any, pointer: str) -> None:
        filled = json.loads(json.dumps(body, default=lambda _: text))
        answer = await client.post(path, json=filled)
        assert (answer.status_code, errors(answer)) == (422, [(pointer, "blank")])

    async def test_patches(self, client: httpx.AsyncClient, text: str) -> None:
        zoe = await make.create_customer(client)
        for name in ("display_name", "owner"):
            answer = await api.patch(client, f"/v1/customers/{zoe['id']}", {name: text})
            assert errors(answer) == [(f"/{name}", "blank")]

    async def test_reasons(self, client: httpx.AsyncClient, text: str) -> None:
        sale = await make.record_sale(client)
        assert errors(await client.post(f"/v1/sales/{sale['id']}/void", json={"reason": text})) == [
            ("/reason", "blank")
        ]

    async def test_filters(self, client: httpx.AsyncClient, text: str) -> None:
        for path, name in (("/v1/customers", "owner"), ("/v1/customers", "tag"), ("/v1/sales", "receipt_no")):
            assert errors(await client.get(path, params={name: text})) == [(f"/query/{name}", "blank")]


@pytest.fixture
async def unchecked(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Its answers may have texts that the contract has no more."""
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
        yield client


class TestStoredByEarlierReleases:
    """What is stored stays as it is while something else changes; what is sent is judged."""

    async def test_a_customer(self, unchecked: httpx.AsyncClient, db: Any) -> None:
        points = [{"kind": "web", "value": "example.com"}, {"kind": "email", "value": "zoe@example.com"}]
        zoe = await make.create_customer(unchecked, display_name="Zoe", owner="mia", contact_points=points)
        path = f"/v1/customers/{zoe['id']}"
        await db.execute("UPDATE customers SET owner = ' ', pronunciation = ' ' WHERE id = $1", zoe["id"])
        await db.execute(
            "UPDATE contact_points SET value = 'javascript:x', normalized = 'javascript:x' "
            "WHERE customer_id = $1 AND kind = 'web'",
            zoe["id"],
        )
        await db.execute("UPDATE contact_points SET label = ' ' WHERE customer_id = $1", zoe["id"])
        changed = await api.patched(unchecked, path, {"given_name": "Zoe"})
        assert (changed["given_name"], changed["owner"], changed["pronunciation"]) == ("Zoe", " ", " ")
        assert {(p["value"], p["label"]) for p in changed["contact_points"]} == {
            ("javascript:x", " "),
            ("zoe@example.com", " "),
        }
        for name, value in (("owner", " "), ("contact_points", [{"kind": "web", "value": "javascript:x"}])):
            assert errors(await api.patch(unchecked, path, {name: value}))
        await api.post(unchecked, f"{path}/archive", status=200)
        await api.post(unchecked, f"{path}/restore", status=200)
        beside = {"kind": "email", "value": "zoe@example.com"}
        known = {"display_name": "Z", "contact_points": [beside], "identities": [make.identity()]}
        matched = await unchecked.post("/v1/customers?on_match=match", json=known)
        assert (matched.status_code, len(matched.json()["identities"])) == (200, 1), matched.text

    @pytest.mark.parametrize(
        ("path", "body", "stored", "change"),
        [
            ("tasks", {"what": "x"}, {"what": " ", "note": " "}, {"owner": "mia"}),
            (
                "interactions",
                make.interaction(documents=[{"name": "a", "address": "https://example.com"}]),
                {
                    "subject": " ",
                    "documents": [{"name": " ", "address": "javascript:x", "media_type": None, "size": None}],
                },
                {"outcome": "x"},
            ),
            (
                "complaints",
                make.complaint(complainant={"name": "Zoe"}),
                {"desired_outcome": " ", "complainant": {"name": " ", "contact": None}},
                {"owner": "mia"},
            ),
            (
                "feedback",
                {"method": "form", "text": "Nice", "author": {"name": "Zoe"}},
                {"title": " ", "author": {"name": " ", "contact": None}},
                {"text": "Nicer"},
            ),
        ],
    )
    async def test_other_records(
        self, unchecked: httpx.AsyncClient, db: Any, path: str, body: Any, stored: Any, change: Any
    ) -> None:
        made = await api.post(unchecked, f"/v1/{path}", body)
        columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(stored, start=2))
        values = [value if isinstance(value, str) else json.dumps(value) for value in stored.values()]
        await db.execute(f"UPDATE {path} SET {columns} WHERE id = $1", made["id"], *values)
        before = await api.get(unchecked, f"/v1/{path}/{made['id']}")
        changed = await api.patched(unchecked, f"/v1/{path}/{made['id']}", change)
        assert changed["version"] == before["version"] + 1
        assert {name: changed[name] for name in stored} == {name: before[name] for name in stored}
        answer = await api.patch(unchecked, f"/v1/{path}/{made['id']}", dict.fromkeys(stored, "\u200b"))
        assert errors(answer)


class TestIdentifiers:
    async def test_a_padded_number_is_the_same_receipt(self, client: httpx.AsyncClient) -> None:
        body = make.sale(receipt_no="1001")
        first = await make.record_sale(client, body)
        for number in (" 1001", "1001\u00a0", "\ufeff1001", "1001\u200b "):
            again = await make.record_sale(client, {**body, "receipt_no": number}, 200)
            assert (again["id"], again["receipt_no"]) == (first["id"], "1001")
        assert (await api.get(client, "/v1/sales", receipt_no=" 1001 "))["items"] == [first]

    async def test_what_is_filtered_by_has_one_spelling(self, client: httpx.AsyncClient) -> None:
        sent = {"owner": " Zoe\u0308", "tags": ["cafe\u0301 "], "acquisition_source": "\u00a0Markt"}
        zoe = await make.create_customer(client, **sent)
        assert (zoe["owner"], zoe["tags"], zoe["acquisition_source"]) == ("Zo\u00eb", ["caf\u00e9"], "Markt")
        for query in (
            {"owner": "Zo\u00eb"},
            {"owner": "Zoe\u0308 "},
            {"tag": "cafe\u0301"},
            {"tag": " caf\u00e9"},
            {"acquisition_source": "Markt "},
        ):
            assert [c["id"] for c in (await api.get(client, "/v1/customers", **query))["items"]] == [zoe["id"]], query

    async def test_names_of_people_are_kept_byte_for_byte(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client, display_name=" Zoe\u0308 ")
        assert zoe["display_name"] == " Zoe\u0308 "


class TestCountries:
    @pytest.mark.parametrize("code", ["QX", "UK", "EL", "ZZ"])
    async def test_none(self, client: httpx.AsyncClient, code: str) -> None:
        answer = await client.post("/v1/customers", json=make.customer(addresses=[{"country": code}]))
        assert errors(answer) == [("/addresses/0/country", "country")]
        if code == "UK":
            assert "GB, not UK" in answer.json()["errors"][0]["detail"]

    @pytest.mark.parametrize("code", ["GB", "AQ", "XK", "UM"])
    async def test_one(self, client: httpx.AsyncClient, code: str) -> None:
        await make.create_customer(client, addresses=[{"country": code}])


async def test_errors_name_no_class(client: httpx.AsyncClient) -> None:
    for path, body in (("/v1/customers", []), ("/v1/sales", make.sale(customer=3)), ("/v1/customers", "x")):
        answer = await client.post(path, json=body)
        assert answer.status_code == 422
        assert [error["detail"] for error in answer.json()["errors"]] == ["Must be an object"]


async def test_periods_end_after_they_begin(client: httpx.AsyncClient) -> None:
    late, early = "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"
    for path, name in (("sales", "occurred"), ("interactions", "happened"), ("customers", "created")):
        query = {f"{name}_since": late, f"{name}_before": early}
        answer = await client.get(f"/v1/{path}", params=query)
        assert errors(answer) == [(f"/query/{name}_before", "out_of_order")]
        assert f"`{name}_since`" in answer.json()["errors"][0]["detail"]
        assert (await client.get(f"/v1/{path}", params={**query, f"{name}_before": late})).status_code == 200
