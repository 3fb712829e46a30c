"""Forgetting what a customer has learnt from a record that is not theirs."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.resolution import Key
from app.services.customers import changes
from app.services.kit.patching import Current

_MARKS = ("label", "verified_at", "shared", "opted_out", "invalid")
"""What somebody who has looked at a contact point leaves on it."""


async def forget(ctx: Context, customer_id: UUID, keys: Collection[Key], created: Collection[Key] = ()) -> None:
    """Take keys from a customer who has learnt them, or was `created` with them, but not those that somebody has looked
    at since.
    """
    if not keys:
        return

    def patch(current: Current) -> dict[str, Any]:
        stored = changes.body(current.stored)
        points = zip(current.stored["contact_points"], stored["contact_points"], strict=True)
        kept = {
            "identities": [i for i in stored["identities"] if ("identity", i["system"], i["external_id"]) not in keys],
            "contact_points": [sent for point, sent in points if _is_kept(point, keys, created)],
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


def _is_kept(point: Mapping[str, Any], keys: Collection[Key], created: Collection[Key]) -> bool:
    key: Key = ("contact_point", point["kind"], point["normalized"])
    # The first ones of a customer are primary by themselves.
    is_chosen = point["primary"] and key not in created
    return key not in keys or is_chosen or any(point[each] for each in _MARKS)
