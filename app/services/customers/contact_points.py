"""Contact points of customers: checked, normalised, and each number once."""

from collections.abc import Mapping, Sequence, Set
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed
from app.rules.customers.contact_points import Normalized, NotAContact, normalize
from app.rules.customers.customers import ContactKind, ordered_uses
from app.rules.kit import moments
from app.schemas.customers.contact_details import AddressNew, ContactPointNew
from app.schemas.customers.customers import CustomerNew


class ContactPoint(NamedTuple):
    sent_position: int
    """Where it stands in what was sent."""
    new: ContactPointNew
    form: Normalized


def country_of(addresses: Sequence[AddressNew]) -> str | None:
    """The country of the primary address, or of the only one, or that all of them have."""
    countries = {address.country for address in addresses if address.country and address.primary}
    countries = countries or {address.country for address in addresses if address.country}
    return countries.pop() if len(countries) == 1 else None


StoredForms = Mapping[tuple[ContactKind, str], Normalized]
"""The forms of contact points that are stored, by kind and value as entered."""


def normalized_contact_points(
    ctx: Context, new: CustomerNew, stored: StoredForms = MappingProxyType({})
) -> list[ContactPoint]:
    """A number that was sent for several uses, such as calls and WhatsApp, is one. Raises ValidationFailed.

    What is `stored` and would not be taken any more keeps its form.
    """
    country = country_of(new.addresses)
    region = country or ctx.number_region
    points: dict[tuple[ContactKind, Normalized], ContactPoint] = {}
    errors = []
    for n, point in enumerate(new.contact_points):
        try:
            form = normalize(point.kind, point.value, region, ctx.values_of_nobody)
        except NotAContact as error:
            if (point.kind, point.value) not in stored:
                errors.append({"pointer": f"/contact_points/{n}/value", "code": point.kind.value, "detail": str(error)})
                continue
            form = stored[point.kind, point.value]
        if point.verified_at is not None and moments.is_ahead(point.verified_at, ctx.now):
            pointer = f"/contact_points/{n}/verified_at"
            errors.append({"pointer": pointer, "code": moments.IN_THE_FUTURE, "detail": moments.FUTURE_DETAIL})
        if len(form.value) > _LONGEST_FORM:  # one character may be folded into up to eighteen
            detail = f"Must have at most {_LONGEST_FORM} characters once normalised"
            errors.append({"pointer": f"/contact_points/{n}/value", "code": "string_too_long", "detail": detail})
        same = points.get((point.kind, form))
        if same is not None and same.new.uses == point.uses:
            errors.append({"pointer": f"/contact_points/{n}", "code": "twice", "detail": "Duplicate contact point"})
        if country is None and ctx.source_country is not None:
            point = lasting(ctx, point, form, ctx.region)
        kept = ContactPoint(n, point, form) if same is None else same._replace(new=merged(same.new, point))
        points[point.kind, form] = kept
    if errors:
        raise ValidationFailed(errors=errors)
    return list(points.values())


def lasting(ctx: Context, point: ContactPointNew, form: Normalized, region: str) -> ContactPointNew:
    """The point as it is stored where it will be read again in the country `region`: a number that is not the same
    there gets its own country.
    """
    if point.kind is not ContactKind.PHONE or not form.value.startswith("+"):
        return point
    try:
        reads_alike = normalize(point.kind, point.value, region, ctx.values_of_nobody)[:2] == form[:2]
    except NotAContact:
        reads_alike = False
    international = f"{form.value} x{form.extension}".removesuffix(" x")
    return point if reads_alike else point.model_copy(update={"value": international})


def merged(first: ContactPointNew, second: ContactPointNew) -> ContactPointNew:
    """The same number, entered twice: the first spelling, with the uses of both."""
    of_both = {
        "label": first.label or second.label,
        "primary": first.primary or second.primary,
        "verified_at": first.verified_at or second.verified_at,
        "invalid": first.invalid or second.invalid,
        "shared": first.shared or second.shared,
        "uses": ordered_uses([*first.uses, *second.uses]),
        "opted_out": ordered_uses([*first.opted_out, *second.opted_out]),
    }
    said = first.model_fields_set | second.model_fields_set
    return first.model_copy(update={name: value for name, value in of_both.items() if name in said})


def with_known(points: Sequence[ContactPoint], stored: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was sent of each, and what is `stored` of it where nothing was sent: who does not know of an opt-out takes
    none away. Another one of the kind that is sent as the primary one takes its place.
    """
    before: dict[tuple[str, ...], Mapping[str, Any]] = {(point["kind"], point["value"]): point for point in stored}
    before |= {(point["kind"], point["normalized"], point["extension"] or ""): point for point in stored}
    with_primary = {point.new.kind for point in points if point.new.primary}
    return [_with_known(point, before, with_primary) for point in points]


def _with_known(
    point: ContactPoint, before: Mapping[tuple[str, ...], Mapping[str, Any]], with_primary: Set[ContactKind]
) -> dict[str, Any]:
    sent = point.new.model_dump(mode="json", exclude_unset=True)
    kind, form = point.new.kind, point.form
    known = before.get((kind, form.value, form.extension)) or before.get((kind, point.new.value)) or {}
    kept = {name: known[name] for name in _KEPT if name in known and name not in sent}
    if kind in with_primary:
        kept.pop("primary", None)
    if opted_out := kept.get("opted_out") or sent.get("opted_out"):  # nobody opts out of what is none of the uses
        kept["uses"] = ordered_uses([*(sent.get("uses") or known.get("uses") or point.new.uses), *opted_out])
    return sent | kept


def row(customer_id: UUID, position: int, point: ContactPointNew, form: Normalized) -> dict[str, Any]:
    return {
        **point.model_dump(),
        "customer_id": customer_id,
        "position": position,
        "normalized": form.value,
        "extension": form.extension,
        "identifies": form.identifies,
        "exclusive": form.identifies and not point.shared and not point.invalid,
    }


_KEPT = ("label", "primary", "verified_at", "invalid", "uses", "opted_out")
"""What stays of a contact point as it is stored where it is left out; `shared` does in any change (`sharing.py`)."""
_LONGEST_FORM = 300
