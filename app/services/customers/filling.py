"""What another system knows of a known customer is added to them: nothing is overwritten."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.customers import MOST_CONTACT_POINTS, ordered_uses
from app.rules.customers.nobody import identity_of_nobody
from app.rules.customers.sources import SourcePolicy
from app.schemas.customers.customers import CustomerNew
from app.services.customers import changes, contact_points
from app.services.customers.sources import under
from app.services.kit.patching import Current

_ADDED = ("contact_points", "identities", "preferences", "attributes")
_KEPT = ("kind", "trade", "roles", "display_name")
"""Everybody has these; they are never changed."""


async def fill(
    ctx: Context,
    customer_id: UUID,
    new: CustomerNew,
    policy: SourcePolicy,
    check: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> None:
    """Teach a customer the identities and contact points of `new`, if its source may, and fill in what is empty.

    `check` is asked before, with the body of the customer; it raises a problem if they are not the same.
    """

    def patch(current: Current) -> changes.Content:
        stored = changes.body(current.stored)
        check(stored)
        return _patch(ctx, customer_id, current, stored, new, policy)

    await changes.change(ctx, customer_id, patch)


def _patch(
    ctx: Context, customer_id: UUID, current: Current, stored: dict[str, Any], new: CustomerNew, policy: SourcePolicy
) -> changes.Content:
    sent = new.model_dump(mode="json", exclude_unset=True)
    filled = {
        name: value for name, value in sent.items() if name not in (*_ADDED, *_KEPT) and value and not stored[name]
    }
    if "known_since" in sent:
        filled["known_since"] = sent["known_since"]  # an earlier one says more
    if filled.get("referred_by") == str(customer_id):
        del filled["referred_by"]
    if policy.may_teach:
        filled["identities"] = stored["identities"] + [
            i
            for i in sent.get("identities", [])
            if i not in stored["identities"] and not identity_of_nobody(i["system"], i["external_id"], policy.of_nobody)
        ]
        filled["contact_points"] = _contact_points(ctx, current, new, policy)
    for name in ("preferences", "attributes"):
        filled[name] = {key: value for key, value in sent.get(name, {}).items() if value and not stored[name].get(key)}
    filled["preferences"] |= _unwelcome_channels(stored["preferences"], sent.get("preferences", {}))
    # The name stays as it is, even where it was made of names that are completed now.
    return {**filled, "display_name": stored["display_name"]}


def _unwelcome_channels(stored: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Those of both: who says that another channel is unwelcome does not take that back by what they said before."""
    known = {unwelcome["channel"] for unwelcome in stored["unwelcome_channels"]}
    more = [unwelcome for unwelcome in sent.get("unwelcome_channels", []) if unwelcome["channel"] not in known]
    return {"unwelcome_channels": [*stored["unwelcome_channels"], *more]} if more else {}


def _contact_points(ctx: Context, current: Current, new: CustomerNew, policy: SourcePolicy) -> list[dict[str, Any]]:
    """Those that are stored, with the uses of both and verified if either is, and then those that are new, spelled so
    that they stay the same.
    """
    customer, forms = changes.stored_content(current.stored)
    region = contact_points.country_of(customer.addresses) or ctx.region
    known = contact_points.normalized_contact_points(ctx, customer, forms)
    points = {(point.kind, form): point for _, point, form in known}
    kinds = {point.kind for point in points.values() if point.primary}
    for _, point, form in contact_points.normalized_contact_points(under(ctx, policy), new):
        same = points.get((point.kind, form))
        if same is not None:
            said = point.model_fields_set.intersection(("uses", "opted_out"))
            uses = {name: ordered_uses([*getattr(same, name), *getattr(point, name)]) for name in said}
            if "opted_out" in said:
                uses["uses"] = ordered_uses([*uses.get("uses", same.uses), *uses["opted_out"]])
            verified = {"verified_at": same.verified_at or point.verified_at}
            points[point.kind, form] = same.model_copy(update=uses | verified)
        elif len(points) < MOST_CONTACT_POINTS and (form.identifies or not policy.of_nobody):
            point = contact_points.lasting(ctx, point, form, region)
            points[point.kind, form] = point.model_copy(update={"primary": point.primary and point.kind not in kinds})
    return [point.model_dump(mode="json", exclude_unset=True) for point in points.values()]
