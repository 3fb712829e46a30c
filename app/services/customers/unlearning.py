"""Forgetting what a customer has learnt from a record that is not theirs."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.resolution import Key
from app.services.customers import changes
from app.services.kit.patching import Current


async def forget(ctx: Context, customer_id: UUID, keys: Collection[Key]) -> None:
    """Take keys from a customer who has learnt them, or was created with them."""
    if not keys:
        return

    def patch(current: Current) -> dict[str, Any]:
        stored = changes.body(current.stored)
        points = zip(current.stored["contact_points"], stored["contact_points"], strict=True)
        kept = {
            "identities": [i for i in stored["identities"] if ("identity", i["system"], i["external_id"]) not in keys],
            "contact_points": [sent for point, sent in points if _key(point) not in keys],
        }
        return {**kept, **_renamed(stored, kept)}

    await changes.change(ctx, customer_id, patch)


def _renamed(stored: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Who has no name is called by a key, and not by one that was never theirs if there is another."""
    left = _values(kept)
    is_forgotten = stored["display_name"] in _values(stored) - left
    return {"display_name": None} if is_forgotten and left else {}


def _values(content: Mapping[str, Any]) -> set[str]:
    return {p["value"] for p in content["contact_points"]} | {i["external_id"] for i in content["identities"]}


def _key(point: Mapping[str, Any]) -> Key:
    return "contact_point", point["kind"], point["normalized"]
