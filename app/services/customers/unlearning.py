"""What a record taught of a customer whose it is not: it is forgotten, unless others say the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers.contact_points import NotAContact, normalize
from app.rules.customers.customers import ContactKind
from app.rules.customers.resolution import Key
from app.rules.customers.sources import SourcePolicy
from app.services.customers import changes
from app.services.customers.sources import Policies, under
from app.services.kit.patching import Current
from app.store.customers import lessons
from app.store.customers.lessons import Teacher


async def taught(ctx: Context, policies: Policies, teachers: Sequence[Teacher]) -> dict[UUID, frozenset[Key]]:
    """The keys that each of these receipts taught, by its id, and that nothing else says of the customer.

    Without receipts, the database is not queried.
    """
    if not teachers:
        return {}
    sources = {teacher.sale_id: teacher.source for teacher in teachers}
    found: dict[UUID, set[Key]] = {}
    for row in await lessons.unconfirmed(ctx, teachers):
        keys = _keys(ctx, policies.of(sources[row["sale_id"]]), row["kind"], row["value"])
        found.setdefault(row["sale_id"], set()).update(keys)
    return {sale_id: frozenset(keys) for sale_id, keys in found.items()}


async def forget(ctx: Context, customer_id: UUID, keys: Collection[Key]) -> None:
    """Take keys from a customer who has learnt them, but not those that somebody has looked at since."""
    if not keys:
        return

    def patch(current: Current) -> dict[str, Any]:
        stored = changes.body(current.stored)
        points = zip(current.stored["contact_points"], stored["contact_points"], strict=True)
        return {
            "identities": [i for i in stored["identities"] if ("identity", i["system"], i["external_id"]) not in keys],
            "contact_points": [sent for point, sent in points if _is_tended(point) or _key_of(point) not in keys],
        }

    await changes.change(ctx, customer_id, patch)


def replaced(keys: Iterable[Key], named: Collection[Key]) -> frozenset[Key]:
    """Those instead of which a newer revision names others of their kind."""
    kinds = {key[:2] for key in named}
    return frozenset(key for key in keys if key not in named and key[:2] in kinds)


def _keys(ctx: Context, policy: SourcePolicy, kind: str, value: str) -> Iterator[Key]:
    """The key with this value; of an identity whose parts have colons, all that it may be."""
    if kind == "identity":
        yield from (("identity", value[:n], value[n + 1 :]) for n, sign in enumerate(value) if sign == ":")
        return
    reading = under(ctx, policy)
    with suppress(NotAContact):
        form = normalize(ContactKind(kind), value, reading.number_region, reading.values_of_nobody)
        yield "contact_point", kind, form.value


def _key_of(point: Mapping[str, Any]) -> Key:
    return "contact_point", point["kind"], point["normalized"]


def _is_tended(point: Mapping[str, Any]) -> bool:
    return any(point[name] for name in ("label", "primary", "verified_at", "shared", "opted_out"))
