"""From what was sent about a customer to the rows that keep it: checked, normalised, and findable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed, invalid
from app.rules.customers import customers as rules
from app.rules.customers import search
from app.rules.customers.contact_points import Normalized, NotAContact, normalize
from app.rules.customers.customers import ContactKind
from app.schemas.customers.contact_details import ContactPointNew
from app.schemas.customers.customers import CustomerNew
from app.store.customers import customers as store
from app.store.customers import search as words

PointKey = tuple[str, str, str]
IdentityKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """The rows of one customer, before they are written."""

    id: UUID
    row: dict[str, Any]
    points: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    addresses: list[dict[str, Any]]

    @property
    def point_keys(self) -> list[PointKey | None]:
        """By position; None for a point that others may hold too."""
        return [(p["kind"], p["normalized"], p["extension"]) if p["exclusive"] else None for p in self.points]

    @property
    def identity_keys(self) -> list[IdentityKey]:
        return [(i["system"], i["external_id"]) for i in self.identities]


def draft_customer(ctx: Context, customer_id: UUID, new: CustomerNew) -> CustomerDraft:
    """Raises ValidationFailed, with a pointer to every contact point that is none."""
    forms = _normalised(ctx, new.contact_points)
    fallbacks = [*(p.value for p in new.contact_points), *(i.external_id for i in new.identities)]
    shown = new.display_name or rules.display_name(new.given_name, new.family_name, fallbacks)
    if shown is None:
        raise invalid("/display_name", "missing", "A name, a contact point or an identity is required")
    _identities_once(new)
    row = {
        **new.model_dump(mode="json", exclude=_KEPT_ELSEWHERE),
        "id": customer_id,
        "trade": new.trade or rules.default_trade(new.kind),
        "roles": list(dict.fromkeys(new.roles)),
        "tags": list(dict.fromkeys(new.tags)),
        "display_name": shown,
        "referred_by": new.referred_by,
        "preferences": new.preferences.model_dump(mode="json"),
        "sort_name": search.fold(shown)[:200],
        "words": sorted(_words(new, forms, shown))[: search.MOST_WORDS],
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
            for position, (point, form) in enumerate(zip(new.contact_points, forms, strict=True))
        ],
        [{"customer_id": customer_id, **identity.model_dump()} for identity in new.identities],
        [{"customer_id": customer_id, "position": n, **a.model_dump()} for n, a in enumerate(new.addresses)],
    )


async def write_drafts(ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
    """Insert all of them, sorted by what they have to be unique by, so that writers never wait in a circle."""
    stamps = {"created_at": ctx.now, "updated_at": ctx.now}
    await store.add(ctx, [{**d.row, **stamps} for d in drafts])
    identities = sorted((i for d in drafts for i in d.identities), key=lambda i: (i["system"], i["external_id"]))
    await store.add_children(ctx, "identities", identities)
    points = sorted((p for d in drafts for p in d.points), key=lambda p: (p["kind"], p["normalized"], p["extension"]))
    await store.add_children(ctx, "contact_points", points)
    await store.add_children(ctx, "addresses", [a for d in drafts for a in d.addresses])
    await add_search_words(ctx, drafts)


async def add_search_words(ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
    await words.add_words(ctx, {word for d in drafts for word in d.row["words"]})


_LONGEST_FORM = 300
_KEPT_ELSEWHERE = {"contact_points", "identities", "addresses", "preferences", "referred_by"}


def _normalised(ctx: Context, points: Sequence[ContactPointNew]) -> list[Normalized]:
    forms: list[Normalized] = []
    errors = []
    seen: set[tuple[str, Normalized]] = set()
    for n, point in enumerate(points):
        try:
            form = normalize(point.kind, point.value, ctx.region)
        except NotAContact as error:
            errors.append({"pointer": f"/contact_points/{n}/value", "code": point.kind.value, "detail": str(error)})
            continue
        if len(form.value) > _LONGEST_FORM:  # folding may make eighteen characters of one
            detail = f"Must have at most {_LONGEST_FORM} characters once normalised"
            errors.append({"pointer": f"/contact_points/{n}/value", "code": "string_too_long", "detail": detail})
        if (point.kind, form) in seen:
            errors.append({"pointer": f"/contact_points/{n}", "code": "twice", "detail": "Duplicate contact point"})
        seen.add((point.kind, form))
        forms.append(form)
    if errors:
        raise ValidationFailed(errors=errors)
    return forms


def _identities_once(new: CustomerNew) -> None:
    for n, identity in enumerate(new.identities):
        if identity in new.identities[:n]:
            raise invalid(f"/identities/{n}", "twice", "Duplicate identity")


def _words(new: CustomerNew, forms: Sequence[Normalized], shown: str) -> set[str]:
    names = [shown, new.given_name, new.family_name, new.preferred_name, new.pronunciation]
    found = search.name_words(name for name in names if name)
    for point, form in zip(new.contact_points, forms, strict=True):
        # Only a phone number's plus means anything: a handle may be called +1.
        is_number = point.kind in (ContactKind.PHONE, ContactKind.WHATSAPP)
        found |= search.contact_words(form.value if is_number else form.value.lstrip("+"))
    for identity in new.identities:
        found.update(search.words(identity.external_id))
    return found
