"""Contact points that other customers share: whoever else has them shares them as well."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.customers import ContactKind
from app.schemas.customers.customers import CustomerNew
from app.services.customers.contact_points import StoredForms, normalized_contact_points
from app.store.customers import contact_points as store


async def settle(
    ctx: Context,
    customer_id: UUID,
    new: CustomerNew,
    stored: Mapping[str, Any],
    forms: StoredForms,
    *,
    is_sent: bool,
) -> CustomerNew:
    """What a customer who is `stored` will be, with contact points as shared that others share, or that they have as
    shared and nobody says more of. What they have alone stays theirs alone.

    `is_sent` says that the contact points were sent; else they are those that are stored, read anew.
    """
    known = {
        (ContactKind(point["kind"]), point["normalized"], point["extension"] or ""): point
        for point in stored["contact_points"]
    }
    shared: set[int] = set()
    new_to_them: dict[tuple[str, str, str], int] = {}
    for n, point, form in normalized_contact_points(ctx, new, forms):
        key = (point.kind, form.value, form.extension)
        before = known.get(key)
        is_said = is_sent and "shared" in point.model_fields_set
        if before is not None and before["shared"] and not is_said:
            shared.add(n)
        elif not point.shared and form.identifies and not point.invalid and not _is_alone(before):
            new_to_them[key] = n
    if new_to_them:
        rows = await store.holders(ctx, new_to_them, customer_id)
        shared |= {
            new_to_them[row["kind"], row["normalized"], row["extension"]] for row in rows if row["customer_id"] is None
        }
    return with_shared(new, shared)


def with_shared(new: CustomerNew, positions: set[int]) -> CustomerNew:
    """What was sent, with the contact points at these positions as shared."""
    if not positions:
        return new
    points = [p.model_copy(update={"shared": p.shared or n in positions}) for n, p in enumerate(new.contact_points)]
    return new.model_copy(update={"contact_points": points})


def _is_alone(point: Mapping[str, Any] | None) -> bool:
    return point is not None and not (point["shared"] or point["invalid"])
