"""Drafts of customers: what was sent, checked, normalised and turned into rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import in_the_future, invalid
from app.rules.customers import customers as rules
from app.rules.customers import search
from app.rules.customers.customers import ContactKind
from app.rules.customers.nobody import identity_of_nobody
from app.schemas.customers.contact_details import IdentityNew
from app.schemas.customers.customers import CustomerNew
from app.services.customers import contact_points, learning
from app.services.customers.contact_points import ContactPoint, StoredForms
from app.services.customers.learning import Lesson
from app.store.customers import customers as store
from app.store.customers import search as search_store

ContactPointKey = tuple[str, str, str]
IdentityKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """The rows of one customer, before they are written."""

    id: UUID
    row: dict[str, Any]
    contact_points: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    addresses: list[dict[str, Any]]
    sent_positions: list[int]
    """Where each contact point stands in what was sent."""
    created_by_source: str | None = None
    """The source whose record creates the customer; it is not changed any more."""

    @property
    def contact_point_keys(self) -> list[ContactPointKey | None]:
        """By position; None for a contact point that other customers may have too."""
        return [(p["kind"], p["normalized"], p["extension"]) if p["exclusive"] else None for p in self.contact_points]

    @property
    def shared_keys(self) -> list[ContactPointKey]:
        """Of contact points that identify, and that the customer shares."""
        return [
            (p["kind"], p["normalized"], p["extension"])
            for p in self.contact_points
            if p["shared"] and p["identifies"] and not p["invalid"]
        ]

    @property
    def identity_keys(self) -> list[IdentityKey | None]:
        """By position; None for an id that identifies nobody."""
        return [(i["system"], i["external_id"]) if i["identifies"] else None for i in self.identities]


def draft_customer(
    ctx: Context,
    customer_id: UUID,
    new: CustomerNew,
    stored: StoredForms = MappingProxyType({}),
    created_by_source: str | None = None,
    first_seen_at: datetime | None = None,
) -> CustomerDraft:
    """Raises ValidationFailed, with a pointer to every contact point that is not valid; see `normalized_contact_points`
    of those that are `stored`.

    `first_seen_at` is when the record was made that the customer is created for.
    """
    if new.known_since is not None and new.known_since > ctx.now:
        raise in_the_future("/known_since")
    points = contact_points.normalized_contact_points(ctx, new, stored)
    fallbacks = [*(p.value for p in new.contact_points), *(i.external_id for i in new.identities)]
    display_name = new.display_name or rules.display_name(new.given_name, new.family_name, fallbacks)
    if display_name is None:
        raise invalid("/display_name", "missing", "A name, a contact point or an identity is required")
    _require_distinct_identities(new)
    row = {
        **new.model_dump(mode="json", exclude=_SEPARATE_FIELDS),
        "id": customer_id,
        "trade": new.trade or rules.default_trade(new.kind),
        "roles": list(dict.fromkeys(new.roles)),
        "tags": search.distinct_tags(new.tags),
        "display_name": display_name,
        "referred_by": new.referred_by,
        "known_since_given": new.known_since,
        "known_since": min(at for at in (ctx.now, new.known_since, first_seen_at) if at is not None),
        "preferences": new.preferences.model_dump(mode="json"),
        "sort_name": search.fold(display_name)[:200],
        "words": sorted(_search_words(new, points, display_name)),
    }
    return CustomerDraft(
        customer_id,
        row,
        [contact_points.row(customer_id, n, point, form) for n, (_, point, form) in enumerate(points)],
        [_identity_row(ctx, customer_id, identity) for identity in new.identities],
        [{"customer_id": customer_id, "position": n, **a.model_dump()} for n, a in enumerate(new.addresses)],
        [point.sent_position for point in points],
        created_by_source,
    )


def require_quiet_hours(new: CustomerNew) -> None:
    """Raises ValidationFailed for quiet hours that end when they begin: no time of the day, or all of it."""
    hours = new.preferences.quiet_hours
    if hours is not None and hours.start == hours.end:
        raise invalid("/preferences/quiet_hours/end", "same", "Must be another time than `start`")


async def write_drafts(ctx: Context, drafts: Sequence[CustomerDraft], lessons: Sequence[Lesson] = ()) -> None:
    """Insert the rows of all drafts, and what customers learn, sorted by unique keys: consistent lock order, so no
    deadlocks.
    """
    if drafts:
        await store.add(ctx, [{**d.row, "created_by_source": d.created_by_source} for d in drafts])
    learnt = await learning.prepare(ctx, lessons)
    identities = [*(i for d in drafts for i in d.identities), *learnt.identities]
    await store.add_children(ctx, "identities", sorted(identities, key=lambda i: (i["system"], i["external_id"])))
    points = [*(p for d in drafts for p in d.contact_points), *learnt.contact_points]
    points.sort(key=lambda p: (p["kind"], p["normalized"], p["extension"]))
    await store.add_children(ctx, "contact_points", points)
    await store.add_children(ctx, "addresses", [a for d in drafts for a in d.addresses])
    if drafts:
        await add_search_words(ctx, drafts)
    if lessons:
        await learnt.finish(ctx)


async def add_search_words(ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
    await search_store.add_words(ctx, {word for d in drafts for word in d.row["words"]})


_SEPARATE_FIELDS = {"contact_points", "identities", "addresses", "preferences", "referred_by", "known_since"}


def _require_distinct_identities(new: CustomerNew) -> None:
    for n, identity in enumerate(new.identities):
        if identity in new.identities[:n]:
            raise invalid(f"/identities/{n}", "twice", "Duplicate identity")


def _identity_row(ctx: Context, customer_id: UUID, identity: IdentityNew) -> dict[str, Any]:
    identifies = not identity_of_nobody(identity.system, identity.external_id, ctx.values_of_nobody)
    return {"customer_id": customer_id, **identity.model_dump(), "identifies": identifies}


def _search_words(new: CustomerNew, points: Sequence[ContactPoint], display_name: str) -> set[str]:
    names = [display_name, new.given_name, new.family_name, new.preferred_name, new.pronunciation]
    places = [place for address in new.addresses for place in (address.postal_code, address.city) if place]
    return search.customer_words(
        search.Sought(
            names=[name for name in dict.fromkeys(names) if name],
            # Only a phone number's plus means anything: a handle may be called +1.
            numbers=[form.value for _, point, form in points if point.kind is ContactKind.PHONE],
            addresses=[form.value.lstrip("+") for _, point, form in points if point.kind is not ContactKind.PHONE],
            identities=[identity.external_id for identity in new.identities],
            places=places,
            tags=new.tags,
            fields=_fields(new),
        )
    )


def _fields(new: CustomerNew) -> dict[str, list[str]]:
    """What searches can be filtered by without looking at each customer who is found."""
    one_each = {
        "kind": new.kind,
        "trade": new.trade or rules.default_trade(new.kind),
        "owner": new.owner,
        "acquisition_source": new.acquisition_source,
    }
    return {name: [value] for name, value in one_each.items() if value} | {
        "role": list(new.roles),
        "country": [address.country for address in new.addresses if address.country],
        "postal_code": [address.postal_code for address in new.addresses if address.postal_code],
        "system": [identity.system for identity in new.identities],
    }
