"""Zoë Okafor, who buys lamb, and the restaurant she works for."""

from typing import Any

ZOE = "019cea11-5e80-7a3c-9d2f-4b6a1c8e7f02"
CLAIMED_FOR_ZOE = [{"kind": "id", "value": ZOE, "customer_id": ZOE, "result": "claimed"}]
RELEASED_FROM_ZOE = [{"kind": "id", "value": ZOE, "customer_id": ZOE, "result": "released"}]
RESTAURANT = "019cea10-91c0-7b51-8f04-2d7e9a6c3b11"
_MADE, _CHANGED = "2026-03-14T09:12:44.120391Z", "2026-03-14T10:31:07.048215Z"

NEW: dict[str, Any] = {
    "kind": "person",
    "given_name": "Zoë",
    "family_name": "Okafor",
    "preferred_name": "Zoë",
    "salutation": "Dear Ms Okafor",
    "pronunciation": "ZOH-ee oh-KAH-for",
    "contact_points": [
        {
            "kind": "phone",
            "value": "020 7946 0958",
            "label": "mobile",
            "primary": True,
            "uses": ["call", "sms", "whatsapp"],
            "opted_out": ["sms"],
        },
        {"kind": "email", "value": "zoe.okafor@example.com", "label": "home", "primary": True},
    ],
    "identities": [{"system": "loyalty", "external_id": "2001-4477"}],
    "addresses": [{"label": "home", "lines": ["14 Harbour Street"], "city": "Whitstable", "postal_code": "CT5 1AQ"}],
    "tags": ["weekend"],
    "owner": "Amara",
    "acquisition_source": "market stall",
    "known_since": "2024-05-11T00:00:00Z",
    "preferences": {
        "channels": ["whatsapp", "phone"],
        "unwelcome_channels": [{"channel": "email", "reason": "Too many newsletters", "since": "2026-02-01"}],
        "quiet_hours": {"start": "21:00", "end": "08:00", "time_zone": "Europe/London"},
        "language": "en-GB",
        "standing_instructions": ["Trim the steaks"],
        "tastes": ["Lamb"],
    },
    "attributes": {"birthday_month": "May"},
}
NEW_RESTAURANT: dict[str, Any] = {
    "kind": "organization",
    "display_name": "The Oyster Shed",
    "contact_points": [{"kind": "email", "value": "kitchen@oystershed.example", "primary": True}],
    "identities": [{"system": "accounting", "external_id": "D-10442"}],
    "tags": ["restaurant"],
}
_PREFERENCES = {
    "channels": ["whatsapp", "phone"],
    "unwelcome_channels": [{"channel": "email", "reason": "Too many newsletters", "since": "2026-02-01"}],
    "quiet_hours": {"start": "21:00", "end": "08:00", "time_zone": "Europe/London"},
    "language": "en-GB",
    "delivery": None,
    "payment": None,
    "standing_instructions": ["Trim the steaks"],
    "tastes": ["Lamb"],
    "matters": [],
    "expects": [],
}
CUSTOMER: dict[str, Any] = {
    "id": ZOE,
    "kind": "person",
    "trade": "b2c",
    "roles": ["customer"],
    "display_name": "Zoë Okafor",
    "given_name": "Zoë",
    "family_name": "Okafor",
    "name_prefix": None,
    "name_suffix": None,
    "preferred_name": "Zoë",
    "salutation": "Dear Ms Okafor",
    "pronunciation": "ZOH-ee oh-KAH-for",
    "contact_points": [
        {
            "id": "019cea11-5e81-7d10-b0c4-91f3a2e57d60",
            "kind": "phone",
            "value": "020 7946 0958",
            "normalized": "+442079460958",
            "extension": None,
            "label": "mobile",
            "primary": True,
            "verified_at": None,
            "invalid": False,
            "shared": False,
            "uses": ["call", "sms", "whatsapp"],
            "opted_out": ["sms"],
            "identifies": True,
        },
        {
            "id": "019cea11-5e81-7e42-8a17-5c0d4f9b2e83",
            "kind": "email",
            "value": "zoe.okafor@example.com",
            "normalized": "zoe.okafor@example.com",
            "extension": None,
            "label": "home",
            "primary": True,
            "verified_at": None,
            "invalid": False,
            "shared": False,
            "uses": [],
            "opted_out": [],
            "identifies": True,
        },
    ],
    "identities": [{"system": "loyalty", "external_id": "2001-4477"}],
    "addresses": [
        {
            "id": "019cea11-5e82-7034-9b6e-7a1f0c3d5e94",
            "label": "home",
            "lines": ["14 Harbour Street"],
            "city": "Whitstable",
            "region": None,
            "postal_code": "CT5 1AQ",
            "country": None,
            "primary": False,
            "latitude": None,
            "longitude": None,
        }
    ],
    "tags": ["weekend"],
    "owner": "Amara",
    "acquisition_source": "market stall",
    "created_by_source": None,
    "referred_by": None,
    "preferences": _PREFERENCES,
    "attributes": {"birthday_month": "May"},
    "archived_at": None,
    "known_since": "2024-05-11T00:00:00.000000Z",
    "version": 1,
    "created_at": _MADE,
    "updated_at": _MADE,
}
CHANGE: dict[str, Any] = {"tags": ["weekend", "regular"], "preferences": {"delivery": "Leave it with number 16"}}
CHANGED = CUSTOMER | {
    "tags": ["weekend", "regular"],
    "preferences": _PREFERENCES | {"delivery": "Leave it with number 16"},
    "version": 2,
    "updated_at": _CHANGED,
}
ARCHIVED = CUSTOMER | {"archived_at": _CHANGED, "version": 2, "updated_at": _CHANGED}
IMPORTED: dict[str, Any] = {"given_name": "Zoë", "family_name": "Okafor", "tags": ["web shop"]}
BY_WEB_SHOP = CUSTOMER | {
    "identities": [
        {"system": "loyalty", "external_id": "2001-4477"},
        {"system": "webshop", "external_id": "zoe.okafor"},
    ],
    "tags": ["web shop"],
    "version": 2,
    "updated_at": _CHANGED,
}
PATHS = {
    "customer_id": ZOE,
    "system": "webshop",
    "external_id": "zoe.okafor",
}
QUERIES: dict[str, Any] = {
    "list_customers": {"q": "okafor"},
    "export_customers": {"tag": "weekend"},
}
BODIES: dict[str, Any] = {
    "create_customer": {"A person": NEW, "An organization": NEW_RESTAURANT},
    "create_customers": {"A customer": NEW},
    "update_customer": {"Another tag and a delivery preference": CHANGE},
    "upsert_customer": {"A customer of the web shop": IMPORTED},
}
ANSWERS: dict[str, Any] = {
    "update_customer": CHANGED,
    "archive_customer": ARCHIVED,
    "upsert_customer": BY_WEB_SHOP,
}
SCHEMAS: dict[str, Any] = {
    "Customer": CUSTOMER,
    "BatchResult": {"line": 1, "status": 201, "id": ZOE},
    "CustomerResult": {"line": 1, "status": 201, "id": ZOE},
    "Health": {"status": "ok"},
}
