"""Customers and what belongs to them."""

from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api

# Every field that a client may send.
FULL: dict[str, Any] = {
    "kind": "person",
    "trade": "both",
    "roles": ["customer", "supplier"],
    "display_name": "Chidi O.",
    "given_name": "Chidi",
    "family_name": "Okafor",
    "name_prefix": "Dr",
    "name_suffix": "PhD",
    "preferred_name": "Chi",
    "salutation": "Dear Dr Okafor",
    "pronunciation": "CHEE-dee",
    "contact_points": [
        {"kind": "phone", "value": "020 7946 0123 x12", "label": "work", "primary": True},
        {"kind": "email", "value": "Chidi@Example.COM", "verified_at": "2026-01-01T01:00:00+01:00"},
        {"kind": "instagram", "value": "https://www.instagram.com/Chidi.O/"},
    ],
    "identities": [{"system": "loyalty", "external_id": "4-711"}, {"system": "till", "external_id": "9"}],
    "addresses": [
        {
            "label": "home",
            "lines": ["1 High Street", "Flat 2"],
            "city": "Leeds",
            "region": "West Yorkshire",
            "postal_code": "LS1 1AA",
            "country": "GB",
            "primary": True,
            "latitude": 53.8,
            "longitude": -1.5,
        }
    ],
    "tags": ["vip", "steak"],
    "owner": "mia",
    "acquisition_source": "fair",
    "preferences": {
        "channels": ["whatsapp", "email"],
        "unwelcome_channels": [{"channel": "phone", "reason": "Works nights", "since": "2026-01-05"}],
        "quiet_hours": {"start": "21:00", "end": "08:00", "time_zone": "Europe/London"},
        "language": "en-GB",
        "delivery": "Ring twice",
        "payment": "Monthly invoice",
        "standing_instructions": ["Trim the steaks"],
        "tastes": ["Rare"],
        "matters": ["Being on time"],
        "expects": ["A call back"],
    },
    "attributes": {"shoe_size": 44, "nested": {"list": [1, 2.5, None, "x"]}},
}


def customer(**changes: Any) -> dict[str, Any]:
    return {"display_name": f"Customer {number()}", **changes}


def person(given: str = "Ada", family: str = "Okafor", **changes: Any) -> dict[str, Any]:
    return {"given_name": given, "family_name": family, **changes}


def phone(value: str | None = None, **changes: Any) -> dict[str, Any]:
    """A British number out of the range that is kept for drama (020 7946 0xxx)."""
    return {"kind": "phone", "value": value or f"+44 20 7946 {number() % 1000:04}", **changes}


def email(value: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"kind": "email", "value": value or f"someone{number()}@example.com", **changes}


def identity(system: str = "loyalty", external_id: str | None = None) -> dict[str, Any]:
    return {"system": system, "external_id": external_id or f"CARD-{number()}"}


async def create(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/customers", customer(**changes))


async def create_source(client: httpx.AsyncClient, code: str = "till", **policy: Any) -> dict[str, Any]:
    """A source with a policy."""
    return await api.post(client, "/v1/sources", {"code": code, **policy})


async def change_source(client: httpx.AsyncClient, code: str, **policy: Any) -> dict[str, Any]:
    """Of a source that records have created."""
    (source,) = (await client.get("/v1/sources", params={"code": code})).json()["items"]
    answer = await api.patch(client, f"/v1/sources/{source['id']}", policy)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed
