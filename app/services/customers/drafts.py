"""Drafts of customers: what was sent, checked, normalised and turned into rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed, invalid
from app.rules.customers import customers as rules
from app.rules.customers import search
from app.rules.customers.contact_points import Normalized, NotAContact, normalize
from app.rules.customers.customers import NUMBER_KINDS
from app.rules.kit import moments
from app.schemas.customers.contact_details import ContactPointNew
from app.schemas.customers.customers import CustomerNew
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

    @property
    def contact_point_keys(self) -> list[ContactPointKey | None]:
        """By position; None for a contact point that other customers may have too."""
        return [(p["kind"], p["normalized"], p["extension"]) if p["exclusive"] else None for p in self.contact_points]

    @property
    def identity_keys(self) -> list[IdentityKey]:
        return [(i["system"], i["external_id"]) for i in self.identities]


def draft_customer(ctx: Context, customer_id: UUID, new: CustomerNew) -> CustomerDraft:
    """Raises ValidationFailed, with a pointer to every contact point that is not valid."""
    normalized = _normalize_contact_points(ctx, new.contact_points)
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
        "tags": list(dict.fromkeys(new.tags)),
        "display_name": display_name,
        "referred_by": new.referred_by,
        "preferences": new.preferences.model_dump(mode="json"),
        "sort_name": search.fold(display_name)[:200],
        "words": sorted(_search_words(new, normalized, display_name))[: search.MOST_WORDS],
    }
    return CustomerDraft(
        customer_id,
        row,
        [
            {
                **point.model_dump(),
                "customer_id": customer_id,
                "position": position,
                "normalized": form.value,
                "extension": form.extension,
                "exclusive": not point.shared and not point.invalid,
            }
            for position, (point, form) in enumerate(zip(new.contact_points, normalized, strict=True))
        ],
        [{"customer_id": customer_id, **identity.model_dump()} for identity in new.identities],
        [{"customer_id": customer_id, "position": n, **a.model_dump()} for n, a in enumerate(new.addresses)],
    )


async def write_drafts(ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
    """Insert the rows of all drafts, sorted by unique keys: consistent lock order, so no deadlocks."""
    await store.CUSTOMERS.add(ctx, [d.row for d in drafts])
    identities = sorted((i for d in drafts for i in d.identities), key=lambda i: (i["system"], i["external_id"]))
    await store.add_children(ctx, "identities", identities)
    contact_points = sorted(
        (p for d in drafts for p in d.contact_points), key=lambda p: (p["kind"], p["normalized"], p["extension"])
    )
    await store.add_children(ctx, "contact_points", contact_points)
    await store.add_children(ctx, "addresses", [a for d in drafts for a in d.addresses])
    await add_search_words(ctx, drafts)


async def add_search_words(ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
    await search_store.add_words(ctx, {word for d in drafts for word in d.row["words"]})


_LONGEST_FORM = 300
_SEPARATE_FIELDS = {"contact_points", "identities", "addresses", "preferences", "referred_by"}


def _normalize_contact_points(ctx: Context, contact_points: Sequence[ContactPointNew]) -> list[Normalized]:
    forms: list[Normalized] = []
    errors = []
    seen: set[tuple[str, Normalized]] = set()
    for n, point in enumerate(contact_points):
        try:
            form = normalize(point.kind, point.value, ctx.region)
        except NotAContact as error:
            errors.append({"pointer": f"/contact_points/{n}/value", "code": point.kind.value, "detail": str(error)})
            continue
        if point.verified_at is not None and moments.is_ahead(point.verified_at, ctx.now):
            pointer = f"/contact_points/{n}/verified_at"
            errors.append({"pointer": pointer, "code": moments.IN_THE_FUTURE, "detail": moments.FUTURE_DETAIL})
        if len(form.value) > _LONGEST_FORM:  # one character may be folded into up to eighteen
            detail = f"Must have at most {_LONGEST_FORM} characters once normalised"
            errors.append({"pointer": f"/contact_points/{n}/value", "code": "string_too_long", "detail": detail})
        if (point.kind, form) in seen:
            errors.append({"pointer": f"/contact_points/{n}", "code": "twice", "detail": "Duplicate contact point"})
        seen.add((point.kind, form))
        forms.append(form)
    if errors:
        raise ValidationFailed(errors=errors)
    return forms


def _require_distinct_identities(new: CustomerNew) -> None:
    for n, identity in enumerate(new.identities):
        if identity in new.identities[:n]:
            raise invalid(f"/identities/{n}", "twice", "Duplicate identity")


def _search_words(new: CustomerNew, normalized: Sequence[Normalized], display_name: str) -> set[str]:
    names = [display_name, new.given_name, new.family_name, new.preferred_name, new.pronunciation]
    words = search.name_words(name for name in names if name)
    for point, form in zip(new.contact_points, normalized, strict=True):
        # Only a phone number's plus means anything: a handle may be called +1.
        is_number = point.kind in NUMBER_KINDS
        words |= search.contact_words(form.value if is_number else form.value.lstrip("+"))
    for identity in new.identities:
        words.update(search.words(identity.external_id))
    return words
