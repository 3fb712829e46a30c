"""Stored customers in the form in which they are sent, and as they will be stored."""

import json
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from app.rules.customers.customers import CustomerKind, default_trade, display_name
from app.schemas.customers.customers import CustomerNew
from app.store.kit.documents import Document


def joined_names(body: dict[str, Any]) -> str | None:
    return display_name(body.get("given_name"), body.get("family_name"), [])


def body_of(document: Document) -> dict[str, Any]:
    """The stored customer in the form in which it is sent."""
    stored = json.loads(document.json)
    for contact_point in stored["contact_points"]:
        for name in ("id", "normalized", "extension"):
            del contact_point[name]
    for address in stored["addresses"]:
        del address["id"]
    return {name: value for name, value in stored.items() if name in CustomerNew.model_fields}


def normalized(body: dict[str, Any]) -> dict[str, Any]:
    """As it will be stored, so that two ways of writing the same are no difference."""
    with suppress(ValidationError):  # of what was stored by an earlier release, which took more
        body = CustomerNew.model_validate(body).model_dump(mode="json")
    return {
        **body,
        "trade": body["trade"] or default_trade(CustomerKind(body["kind"])),
        "roles": list(dict.fromkeys(body["roles"])),
        "tags": list(dict.fromkeys(body["tags"])),
        "identities": sorted([i["system"], i["external_id"]] for i in body["identities"]),
    }
