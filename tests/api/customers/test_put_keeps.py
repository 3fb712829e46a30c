"""What a system that sends a customer by their identity leaves out of a contact point stays as it is known."""

from typing import Any

import httpx
import pytest

from tests.make import customers as make
from tests.support import api

NUMBER = "+44 7911 123402"
KNOWN: dict[str, Any] = {
    "kind": "phone",
    "value": NUMBER,
    "label": "mobile",
    "primary": True,
    "verified_at": "2026-01-02T03:04:05Z",
    "uses": ["call", "sms", "whatsapp"],
    "opted_out": ["call", "whatsapp"],
}
ADDRESS: dict[str, Any] = {"kind": "email", "value": "zoe@example.com", "label": "home", "invalid": True}
KEPT = ("label", "primary", "verified_at", "uses", "opted_out", "invalid")


async def put(client: httpx.AsyncClient, points: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
    body = {"display_name": "Zoe Ng", "contact_points": points, **more}
    answer = await client.put("/v1/customers/by-identity/shop/7", json=body)
    assert answer.status_code in (200, 201), answer.text
    return list(answer.json()["contact_points"])


async def known(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return await put(client, [KNOWN, ADDRESS])


@pytest.mark.parametrize("value", [NUMBER, "07911 123402", "+447911123402"])
async def test_what_is_left_out_stays(client: httpx.AsyncClient, value: str) -> None:
    before = await known(client)
    after = await put(client, [make.phone(value), make.email("Zoe@Example.com")])
    assert [{name: point[name] for name in KEPT} for point in after] == [
        {name: point[name] for name in KEPT} for point in before
    ]
    assert [point["id"] for point in after] == [point["id"] for point in before]


@pytest.mark.parametrize(
    ("sent", "field", "wanted"),
    [
        ({"opted_out": []}, "opted_out", []),
        ({"opted_out": None}, "opted_out", []),
        ({"opted_out": ["sms"]}, "opted_out", ["sms"]),
        ({"opted_out": ["sms"]}, "uses", ["call", "sms", "whatsapp"]),
        ({"label": None}, "label", None),
        ({"label": "work"}, "label", "work"),
        ({"label": "work"}, "opted_out", ["call", "whatsapp"]),
        ({"primary": False}, "primary", False),
        ({"invalid": True}, "invalid", True),
        ({"verified_at": None}, "verified_at", None),
        ({"uses": ["sms"], "opted_out": []}, "uses", ["sms"]),
        ({"uses": ["call", "sms"]}, "uses", ["call", "sms", "whatsapp"]),  # that they do not want it is not forgotten
        ({"uses": ["call", "sms"]}, "opted_out", ["call", "whatsapp"]),
    ],
)
async def test_what_is_said_holds(client: httpx.AsyncClient, sent: dict[str, Any], field: str, wanted: Any) -> None:
    await known(client)
    (point,) = await put(client, [make.phone(NUMBER) | sent])
    assert point[field] == wanted


async def test_a_whatsapp_account_takes_no_opt_out_away(client: httpx.AsyncClient) -> None:
    await known(client)
    (point,) = await put(client, [{"kind": "whatsapp", "value": NUMBER}])
    assert point["opted_out"] == ["call", "whatsapp"]


async def test_another_one_becomes_primary(client: httpx.AsyncClient) -> None:
    await known(client)
    after = await put(client, [make.phone("+44 7911 123403") | {"primary": True}, make.phone(NUMBER)])
    assert [(point["primary"], point["opted_out"]) for point in after] == [(True, []), (False, ["call", "whatsapp"])]


async def test_a_number_that_is_left_out_goes(client: httpx.AsyncClient) -> None:
    await known(client)
    assert [point["kind"] for point in await put(client, [make.email("zoe@example.com")])] == ["email"]


async def test_a_shop_that_sends_the_same_again_changes_nothing(client: httpx.AsyncClient) -> None:
    await known(client)
    body = {"display_name": "Zoe Ng", "contact_points": [make.phone("07911 123402"), make.email("zoe@example.com")]}
    first = await client.put("/v1/customers/by-identity/shop/7", json=body)
    again = await client.put("/v1/customers/by-identity/shop/7", json=body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["version"] == first.json()["version"] == 1


async def test_with_the_country_of_a_source(client: httpx.AsyncClient) -> None:
    await api.post(client, "/v1/sources", {"code": "shop", "country": "DE"})
    await put(client, [make.phone("+49 1511 2345678") | {"opted_out": ["sms"]}])
    (point,) = await put(client, [make.phone("01511 2345678")])
    assert (point["normalized"], point["opted_out"]) == ("+4915112345678", ["sms"])


async def test_a_patch_replaces_the_list(client: httpx.AsyncClient) -> None:
    """As a merge patch does (RFC 7396): it comes from whoever has just read the customer."""
    customer = await make.create(client, contact_points=[KNOWN])
    changed = await client.patch(
        f"/v1/customers/{customer['id']}",
        json={"contact_points": [make.phone(NUMBER)]},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    (point,) = changed.json()["contact_points"]
    assert (point["label"], point["opted_out"], point["uses"]) == (None, [], ["call", "sms"])


@pytest.mark.parametrize("first", ["phone", "whatsapp"])
async def test_one_number_in_two_columns_takes_nothing_away(client: httpx.AsyncClient, first: str) -> None:
    (before, _) = await known(client)
    kinds = sorted(["phone", "whatsapp"], reverse=first == "whatsapp")
    (after,) = await put(client, [{"kind": kind, "value": NUMBER} for kind in kinds])
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}


async def test_one_number_in_two_columns_stays_invalid(client: httpx.AsyncClient) -> None:
    await put(client, [make.phone(NUMBER) | {"invalid": True}])
    (after,) = await put(client, [make.phone(NUMBER), {"kind": "whatsapp", "value": NUMBER}])
    assert after["invalid"]


@pytest.mark.parametrize("uses", [["call"], ["whatsapp"], ["call", "sms", "whatsapp"]])
async def test_uses_stay_unless_they_are_sent(client: httpx.AsyncClient, uses: list[str]) -> None:
    await put(client, [make.phone(NUMBER) | {"uses": uses}])
    (after,) = await put(client, [make.phone(NUMBER)])
    assert after["uses"] == uses
    (after,) = await put(client, [make.phone(NUMBER) | {"uses": ["call", "sms"]}])
    assert after["uses"] == ["call", "sms"]


async def test_what_identifies_nobody_for_the_source_may_be_sent_again(client: httpx.AsyncClient) -> None:
    await api.post(client, "/v1/sources", {"code": "shop", "values_of_nobody": ["0"]})
    await put(client, [make.phone(NUMBER)], addresses=[{"country": "GB"}])
    assert [point["value"] for point in await put(client, [make.phone("0")])] == ["0"]


async def test_addresses_that_are_taken_away_no_longer_say_the_country(client: httpx.AsyncClient) -> None:
    await put(client, [], addresses=[{"country": "US"}])
    (point,) = await put(client, [make.phone("07911 123456")], addresses=[])
    assert point["normalized"] == "+447911123456"


async def test_who_looks_up_another_extension_is_told(client: httpx.AsyncClient) -> None:
    await put(client, [make.phone(NUMBER), make.phone(f"{NUMBER} ext 9") | {"opted_out": ["call"]}])
    for extension in ("", " ext 8", " ext 9"):
        (found,) = (await api.get(client, "/v1/customers/lookup", phone=f"{NUMBER}{extension}"))["items"]
        assert found["matched"]["opted_out"] == ["call"]


@pytest.mark.parametrize(
    ("by", "opted_out"),
    [({"phone": NUMBER}, ["call", "whatsapp"]), ({"email": "zoe@example.com"}, []), ({"identity": "shop:7"}, [])],
)
async def test_who_looks_them_up_is_told(client: httpx.AsyncClient, by: dict[str, str], opted_out: list[str]) -> None:
    await put(client, [KNOWN, make.email("zoe@example.com")])
    (found,) = (await api.get(client, "/v1/customers/lookup", **by))["items"]
    assert found["matched"]["opted_out"] == opted_out
