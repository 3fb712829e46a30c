"""What receipts taught of their customers, and nothing else says."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.rules.customers import ContactKind, Key, NotAContact, ReasonResult, SourcePolicy, normalize
from app.services.customers import Policies, under
from app.store.sales import lessons as store
from app.store.sales.lessons import Teacher


class Taught(NamedTuple):
    """Keys of a receipt that nothing else says to be its customer's."""

    learnt: frozenset[Key] = frozenset()
    created: frozenset[Key] = frozenset()
    """With which the receipt created the customer: they are theirs, unless it names others instead."""
    corrected: frozenset[Key] = frozenset()
    """Those of both instead of which another receipt, that named them too, has another value by now."""

    def replaced(self, named: Collection[Key]) -> frozenset[Key]:
        """Those instead of which a newer revision names others of their kind, or leaves out as others have others."""
        kinds = {key[:2] for key in named}
        left_out = (self.learnt | self.created).difference(named)
        return frozenset(key for key in left_out if key[:2] in kinds or key in self.corrected)


async def taught(ctx: Context, policies: Policies, receipts: Iterable[Mapping[str, Any]]) -> dict[UUID, Taught]:
    """What only these receipts, by their rows, say of their customers; by the id of the receipt.

    Without one that named several keys, some time, or created its customer, the database is not queried.
    """
    teachers = [
        Teacher(row["id"], row["customer_id"], row["source"], row["receipt_no"])
        for row in receipts
        if row["customer_id"] is not None and _may_have_taught(row)
    ]
    if not teachers:
        return {}
    sources = {teacher.sale_id: teacher.source for teacher in teachers}
    learnt, created, corrected = (defaultdict[UUID, set[Key]](set) for _ in range(3))
    for row in await store.unconfirmed(ctx, teachers):
        sale_id = row["sale_id"]
        keys = set(_keys(ctx, policies.of(sources[sale_id]), row["kind"], row["value"]))
        (created if row["is_created"] else learnt)[sale_id] |= keys
        corrected[sale_id] |= keys if row["is_corrected"] else set()
    return {
        sale_id: Taught(frozenset(learnt[sale_id]), frozenset(created[sale_id]), frozenset(each))
        for sale_id, each in corrected.items()
    }


def _may_have_taught(receipt: Mapping[str, Any]) -> bool:
    if any(reason["result"] == ReasonResult.CREATED for reason in json.loads(receipt["match_reasons"])):
        return True
    buyers = [*json.loads(receipt["named_before"]), json.loads(receipt["customer"] or "{}")]
    return any(sum(buyer.get(key) is not None for key in ("id", "identity", "phone", "email")) > 1 for buyer in buyers)


def _keys(ctx: Context, policy: SourcePolicy, kind: str, value: str) -> Iterator[Key]:
    """The key with this value; of an identity whose parts have colons, all that it may be."""
    if kind == "identity":
        yield from (("identity", value[:n], value[n + 1 :]) for n, sign in enumerate(value) if sign == ":")
        return
    reading = under(ctx, policy)
    with suppress(NotAContact):
        form = normalize(ContactKind(kind), value, reading.number_region, reading.values_of_nobody)
        yield "contact_point", kind, form.value
