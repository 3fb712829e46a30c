"""What a record taught of a customer whose it is not: it is forgotten, unless others say the same."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
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


class Taught(NamedTuple):
    """Keys of a receipt that nothing else says to be its customer's."""

    learnt: frozenset[Key] = frozenset()
    created: frozenset[Key] = frozenset()
    """With which the receipt created the customer: they are theirs, unless it names others instead."""

    def replaced(self, named: Collection[Key]) -> frozenset[Key]:
        """Those instead of which a newer revision names others of their kind."""
        kinds = {key[:2] for key in named}
        return frozenset(key for key in self.learnt | self.created if key not in named and key[:2] in kinds)


async def taught(ctx: Context, policies: Policies, teachers: Sequence[Teacher]) -> dict[UUID, Taught]:
    """What these receipts say of their customers and nothing else does, by the id of the receipt.

    Without receipts, the database is not queried.
    """
    if not teachers:
        return {}
    sources = {teacher.sale_id: teacher.source for teacher in teachers}
    found: dict[tuple[UUID, bool], set[Key]] = defaultdict(set)
    for row in await lessons.unconfirmed(ctx, teachers):
        keys = _keys(ctx, policies.of(sources[row["sale_id"]]), row["kind"], row["value"])
        found[row["sale_id"], row["is_created"]].update(keys)
    sale_ids = {sale_id for sale_id, _ in found}
    return {
        sale_id: Taught(
            frozenset(found.get((sale_id, False), ())),
            frozenset(found.get((sale_id, True), ())),
        )
        for sale_id in sale_ids
    }


async def forget(ctx: Context, customer_id: UUID, keys: Collection[Key], created: Collection[Key] = ()) -> None:
    """Take keys from a customer who has learnt them, or was `created` with them, but not those that somebody has looked
    at since.
    """
    if not keys:
        return

    def patch(current: Current) -> dict[str, Any]:
        stored = changes.body(current.stored)
        points = zip(current.stored["contact_points"], stored["contact_points"], strict=True)
        return {
            "identities": [i for i in stored["identities"] if ("identity", i["system"], i["external_id"]) not in keys],
            "contact_points": [sent for point, sent in points if _is_kept(point, keys, created)],
        }

    await changes.change(ctx, customer_id, patch)


def _keys(ctx: Context, policy: SourcePolicy, kind: str, value: str) -> Iterator[Key]:
    """The key with this value; of an identity whose parts have colons, all that it may be."""
    if kind == "identity":
        yield from (("identity", value[:n], value[n + 1 :]) for n, sign in enumerate(value) if sign == ":")
        return
    reading = under(ctx, policy)
    with suppress(NotAContact):
        form = normalize(ContactKind(kind), value, reading.number_region, reading.values_of_nobody)
        yield "contact_point", kind, form.value


def _is_kept(point: Mapping[str, Any], keys: Collection[Key], created: Collection[Key]) -> bool:
    key: Key = ("contact_point", point["kind"], point["normalized"])
    # The first ones of a customer are primary by themselves.
    is_chosen = point["primary"] and key not in created
    return key not in keys or is_chosen or any(point[each] for each in ("label", "verified_at", "shared", "opted_out"))
