"""Customers who are sent again: all that was sent is stored already, whatever else became known of them since."""

import json
from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld
from app.rules.customers.customers import ContactKind
from app.rules.customers.search import tag_word
from app.schemas.customers.contact_details import AddressNew, contact_form
from app.schemas.customers.customers import CustomerNew
from app.services.customers import changes
from app.services.customers.contact_points import normalized_contact_points
from app.services.customers.drafts import CustomerDraft
from app.services.kit.resent import differing
from app.store.customers import contact_points as points_store
from app.store.customers import customers as store


async def find_same(
    ctx: Context, source: Context, new: CustomerNew, problem: AlreadyHeld, earlier: Mapping[UUID, CustomerNew]
) -> UUID | None:
    """The customer who has the conflicting keys, if everything that was sent is already stored for them.

    `source` is the context in which it was sent, `ctx` that in which stored customers are read. `earlier` are those of
    the same batch who are not stored yet.
    """
    holders = [UUID(holder) for holder in problem.extensions["customer_ids"]]
    is_same = len(holders) == 1 and await _is_same(ctx, source, new, holders[0], earlier)
    return holders[0] if is_same else None


async def find_same_sharer(ctx: Context, source: Context, new: CustomerNew, draft: CustomerDraft) -> UUID | None:
    """One of those who share a contact point of the draft, if everything that was sent is already stored for them, the
    name included.
    """
    keys = [key for key in (*draft.contact_point_keys, *draft.shared_keys) if key is not None]
    for customer_id in await points_store.namesakes(ctx, keys, draft.row["display_name"]):
        if await _is_same(ctx, source, new, customer_id, {}):
            return customer_id
    return None


async def _is_same(
    ctx: Context, source: Context, new: CustomerNew, customer_id: UUID, earlier: Mapping[UUID, CustomerNew]
) -> bool:
    if (first := earlier.get(customer_id)) is not None:
        stored = changes.comparable(source, first.model_dump(mode="json"))
    else:
        stored = changes.comparable(ctx, changes.body(json.loads((await store.CUSTOMERS.get(ctx, customer_id)).json)))
    sent = changes.comparable(source, new.model_dump(mode="json"))
    only_sent = {name: sent[name] for name in new.model_fields_set}
    if stored["known_since"] is not None and stored["known_since"] <= (sent["known_since"] or stored["known_since"]):
        only_sent.pop("known_since", None)  # nothing new: they are known since then, or earlier
    stored = _without_additions(stored, sent, source, new, ctx.region)
    return not differing(CustomerNew, stored, only_sent, ctx.region)


def _without_additions(
    stored: Mapping[str, Any], sent: Mapping[str, Any], source: Context, new: CustomerNew, region: str
) -> dict[str, Any]:
    """What is stored, without what receipts, other systems and staff have added: keys, tags, addresses, attributes,
    preferences, and what was left out of contact points and addresses.
    """
    given = new.preferences.model_fields_set
    points = [point.new.model_fields_set for point in normalized_contact_points(source, new)]
    tags = set(map(tag_word, sent["tags"]))
    return {
        **stored,
        "tags": [tag for tag in stored["tags"] if tag_word(tag) in tags],
        "addresses": _addresses_sent(stored["addresses"], new.addresses),
        "identities": [identity for identity in stored["identities"] if identity in sent["identities"]],
        "contact_points": _points_sent(stored["contact_points"], sent["contact_points"], points, region),
        "attributes": {name: value for name, value in stored["attributes"].items() if name in sent["attributes"]},
        "preferences": {
            name: stored["preferences"][name] if name in given else value for name, value in sent["preferences"].items()
        },
    }


def _points_sent(
    stored: list[dict[str, Any]], sent: list[dict[str, Any]], said: Sequence[Set[str]], region: str
) -> list[dict[str, Any]]:
    """The stored ones of those that were sent, in their order."""
    known = {_form(point, region): point for point in stored}
    return [
        _as_sent(known[form], point, names)
        for point, names in zip(sent, said, strict=True)
        if (form := _form(point, region)) in known
    ]


def _addresses_sent(stored: list[dict[str, Any]], sent: Sequence[AddressNew]) -> list[dict[str, Any]]:
    """Those that were sent, if all that they say is stored of one each; else all that are stored."""
    said = [address.model_dump(mode="json", exclude_unset=True) for address in sent]
    are_known = all(any(known | one == known for known in stored) for one in said)
    return [address.model_dump(mode="json") for address in sent] if are_known else stored


def _form(point: Mapping[str, Any], region: str) -> Any:
    return point["kind"], contact_form(ContactKind(point["kind"]), point["value"], region)


def _as_sent(stored: dict[str, Any], sent: Mapping[str, Any], said: Set[str]) -> dict[str, Any]:
    """Others may have it since, it may have further uses and opt-outs, somebody may have verified it; and what was left
    out may be anything.
    """
    additions = {
        name: sent[name] for name in ("uses", "opted_out") if set(sent[name]) <= set(stored[name]) or name not in said
    }
    left_out = {name: sent[name] for name in ("label", "primary", "invalid") if name not in said}
    verified_at = stored["verified_at"] if sent["verified_at"] is not None else None
    shared = stored["shared"] and sent["shared"]
    return {**stored, "shared": shared, "verified_at": verified_at, **additions, **left_out}
