"""What another system knows of a known customer is added to them: nothing is overwritten."""

from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.customers import MOST_CONTACT_POINTS, ordered_uses
from app.schemas.customers.customers import CustomerNew
from app.services.customers import changes, contact_points
from app.store.customers import customers as store

_ADDED = ("contact_points", "identities", "preferences", "attributes")
_KEPT = ("kind", "trade", "roles", "display_name")
"""Everybody has these; they are never changed."""


async def fill(ctx: Context, customer_id: UUID, new: CustomerNew) -> None:
    """Teach a customer the identities and contact points of `new`, and fill in the fields that are empty."""
    await store.CUSTOMERS.lock(ctx, customer_id)
    stored = changes.body(await store.CUSTOMERS.get(ctx, customer_id))
    sent = new.model_dump(mode="json", exclude_unset=True)
    filled = {
        name: value for name, value in sent.items() if name not in (*_ADDED, *_KEPT) and value and not stored[name]
    }
    if "known_since" in sent:
        filled["known_since"] = sent["known_since"]  # an earlier one says more
    if filled.get("referred_by") == str(customer_id):
        del filled["referred_by"]
    filled["identities"] = stored["identities"] + [
        i for i in sent.get("identities", []) if i not in stored["identities"]
    ]
    filled["contact_points"] = _contact_points(ctx, stored, new)
    for name in ("preferences", "attributes"):
        filled[name] = {key: value for key, value in sent.get(name, {}).items() if value and not stored[name].get(key)}
    # The name stays as it is, even where it was made of names that are completed now.
    await changes.change(ctx, customer_id, {**filled, "display_name": stored["display_name"]}, None)


def _contact_points(ctx: Context, stored: dict[str, Any], new: CustomerNew) -> list[dict[str, Any]]:
    """Those that are stored, with the uses of both, and then those that are new."""
    known = contact_points.normalized_contact_points(ctx, CustomerNew.model_validate(stored))
    points = {(point.kind, form): point for _, point, form in known}
    kinds = {point.kind for point in points.values() if point.primary}
    for _, point, form in contact_points.normalized_contact_points(ctx, new):
        same = points.get((point.kind, form))
        if same is not None:
            uses = {name: ordered_uses([*getattr(same, name), *getattr(point, name)]) for name in ("uses", "opted_out")}
            points[point.kind, form] = same.model_copy(update=uses)
        elif len(points) < MOST_CONTACT_POINTS:
            points[point.kind, form] = point.model_copy(update={"primary": point.primary and point.kind not in kinds})
    return [point.model_dump(mode="json") for point in points.values()]
