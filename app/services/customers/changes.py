"""Changing a customer by merge patch, and comparing customers with what was sent."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.core.context import Context
from app.core.errors import Problem, ValidationFailed, in_the_future, invalid, reference_not_found
from app.core.ids import new_id
from app.rules.customers.contact_points import Normalized
from app.rules.customers.customers import ContactKind, CustomerKind, default_trade, display_name
from app.rules.customers.search import distinct_tags
from app.rules.kit import event_types
from app.rules.kit.differences import MOST, differences
from app.rules.kit.event_type import EventType
from app.rules.kit.merge_patch import merged
from app.rules.kit.timestamps import format_timestamp
from app.schemas.customers.customers import CustomerNew
from app.schemas.kit import validation
from app.services.customers import contact_points, drafts, key_holders, sharing
from app.services.customers.contact_points import StoredForms
from app.services.customers.drafts import CustomerDraft, draft_customer, require_quiet_hours
from app.services.kit import patching
from app.services.kit.resent import differing
from app.store.customers import contact_points as points_store
from app.store.customers import customers as store
from app.store.kit import activity, events
from app.store.kit.documents import Document
from app.store.kit.events import Event

Content = dict[str, Any]
"""A customer, or a merge patch of one, in the form in which it is sent."""

_OF_NUMBERS = ("contact_points", "addresses")
"""Numbers without a country are those of the customer's country."""
_KEYS = (*_OF_NUMBERS, "identities")
_OF_STORED_POINTS = ("id", "normalized", "extension", "identifies")


async def change(
    ctx: Context,
    customer_id: UUID,
    patch: Callable[[patching.Current], Content],
    version: int | None = None,
    *,
    respelled: bool = True,
) -> Document:
    """`patch` makes a merge patch of CustomerNew of what is stored. 412 if the customer is no longer at `version`.

    Without `respelled`, what is only spelled in another way is no change.
    """
    current = await patching.lock(ctx, store.CUSTOMERS, customer_id, version)
    before = body(current.stored)
    sent = _without_later(ctx, patch(current), before, current.row["known_since_given"])
    after = merged(before, sent)
    if "display_name" not in sent and before["display_name"] == _joined_names(before):
        after["display_name"] = _joined_names(after)  # it was derived from the names
    new = validation.validate_stored(CustomerNew, after)
    forms = stored_forms(current.stored)
    if not sent.keys().isdisjoint(_OF_NUMBERS):
        new = await sharing.settle(ctx, customer_id, new, current.stored, forms, is_sent="contact_points" in sent)
    stored, wanted = comparable(ctx, before), comparable(ctx, new.model_dump(mode="json"))
    if not respelled and not differing(CustomerNew, stored, wanted, ctx.region):
        return current.document
    if not (changes := differences(stored, wanted)):
        return current.document
    if wanted["preferences"]["quiet_hours"] != stored["preferences"]["quiet_hours"]:  # what is stored may stay
        require_quiet_hours(new)
    draft = draft_customer(ctx, customer_id, new, forms)
    archived = current.row["archived_at"] is not None
    reread = not archived and not sent.keys().isdisjoint(_KEYS)
    if reread and (problem := await key_holders.conflict(ctx, draft)):
        raise problem
    if new.referred_by == customer_id:
        raise invalid("/referred_by", "self", "A customer cannot be their own referrer")
    if new.referred_by is not None and not await store.existing_ids(ctx, {new.referred_by}):
        raise referrer_not_found()
    await _rewrite(ctx, draft, sent, archived)
    name, data = draft.row["display_name"], {"changes": changes[:MOST]}
    await record(ctx, event_types.CUSTOMER_UPDATED, customer_id, name, data)
    return await store.CUSTOMERS.get(ctx, customer_id)


def comparable(ctx: Context, content: dict[str, Any]) -> dict[str, Any]:
    """As it will be stored, so that two ways of writing the same are no difference."""
    points = None
    with suppress(ValidationError, ValidationFailed):  # of what was stored by an earlier release, which took more
        new = CustomerNew.model_validate(content)
        content = new.model_dump(mode="json")
        points = [p.model_dump(mode="json") for _, p, _ in contact_points.normalized_contact_points(ctx, new)]
    known_since = content["known_since"]
    return {
        **content,
        "known_since": known_since and format_timestamp(datetime.fromisoformat(known_since)),
        "trade": content["trade"] or default_trade(CustomerKind(content["kind"])),
        "roles": list(dict.fromkeys(content["roles"])),
        "tags": distinct_tags(content["tags"]),
        "identities": sorted([i["system"], i["external_id"]] for i in content["identities"]),
        "contact_points": content["contact_points"] if points is None else points,
    }


def body(stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored customer in the form in which it is sent."""
    content = {name: value for name, value in stored.items() if name in CustomerNew.model_fields}
    content["contact_points"] = [_without(point, _OF_STORED_POINTS) for point in stored["contact_points"]]
    content["addresses"] = [_without(address, ("id",)) for address in stored["addresses"]]
    return content


def stored_content(stored: Mapping[str, Any]) -> tuple[CustomerNew, StoredForms]:
    """The stored customer as the content of a draft, with the forms of its contact points."""
    return validation.validate_stored(CustomerNew, body(stored)), stored_forms(stored)


def _without(content: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


def stored_forms(stored: Mapping[str, Any]) -> StoredForms:
    return {
        (ContactKind(point["kind"]), point["value"]): Normalized(
            point["normalized"], point["extension"] or "", point["identifies"]
        )
        for point in stored["contact_points"]
    }


def referrer_not_found() -> Problem:
    return reference_not_found("/referred_by", "Customer")


async def record(
    ctx: Context, type_: EventType, customer_id: UUID, name: str, data: dict[str, Any] | None = None
) -> None:
    event = Event(type_, customer_id, customer_id, type_.titled(name=name), ctx.now, data=data or {})
    await events.record(ctx, event)


def _without_later(
    ctx: Context, sent: dict[str, Any], stored: dict[str, Any], given: datetime | None
) -> dict[str, Any]:
    """What is sent without a `known_since` that says nothing new: one that is not earlier, or null where none is given.

    422 for one in the future.
    """
    if "known_since" not in sent:
        return sent
    if sent["known_since"] is None:
        says_something = given is not None
    else:
        since = datetime.fromisoformat(sent["known_since"])
        if since > ctx.now:
            raise in_the_future("/known_since")
        says_something = since < datetime.fromisoformat(stored["known_since"])
    return sent if says_something else _without(sent, ("known_since",))


async def _rewrite(ctx: Context, draft: CustomerDraft, sent: dict[str, Any], archived: bool) -> None:
    kept = {"id", "known_since"} if "known_since" in sent else {"id", "known_since", "known_since_given"}
    await store.CUSTOMERS.change(ctx, draft.id, {name: v for name, v in draft.row.items() if name not in kept})
    if "known_since" in sent:
        await activity.find_known_since(ctx, [draft.id])
    if not sent.keys().isdisjoint(_OF_NUMBERS):
        await _replace_contact_points(ctx, draft, archived)
    if "identities" in sent:
        await store.drop_children(ctx, "identities", draft.id)
        await store.add_children(ctx, "identities", draft.identities)
    if "addresses" in sent:
        await store.drop_children(ctx, "addresses", draft.id)
        await store.add_children(ctx, "addresses", draft.addresses)
    await drafts.add_search_words(ctx, [draft])


async def _replace_contact_points(ctx: Context, draft: CustomerDraft, archived: bool) -> None:
    """Points that stay, or are only read anew, keep their ids."""
    stored = await points_store.of_customer(ctx, draft.id)
    by_form = {(point["kind"], point["normalized"], point["extension"]): point["id"] for point in stored}
    by_value = {(point["kind"], point["value"]): point["id"] for point in stored}
    rows, used = [], set()
    for point in draft.contact_points:
        form = point["kind"], point["normalized"], point["extension"]
        known = by_form.get(form) or by_value.get((point["kind"], point["value"]))
        point_id = known if known is not None and known not in used else new_id()
        used.add(point_id)
        rows.append({**point, "id": point_id, "exclusive": point["exclusive"] and not archived})
    await store.drop_children(ctx, "contact_points", draft.id)
    await store.add_children(ctx, "contact_points", rows)


def _joined_names(stored: dict[str, Any]) -> str | None:
    return display_name(stored.get("given_name"), stored.get("family_name"), [])
