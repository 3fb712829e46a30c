"""Whose records are by their own contacts, when what they were linked to does not say it any more."""

import json
from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.rules.customers.customers import ContactKind
from app.services.customers.exclusions import Excluded
from app.services.customers.reassignment import with_released
from app.services.customers.references import CustomerReference
from app.services.customers.resolution import Resolution, find_customers
from app.services.customers.sources import load_policies
from app.store.kit import own_contacts as store


async def find_own_customers(ctx: Context, noun: str, ids: Sequence[UUID]) -> dict[UUID, Resolution]:
    """Whose the contacts of locked records of this noun are now; it is stored what they lead to.

    From whom somebody has taken one stays in its reasons: it does not become theirs again. Without ids, the database is
    not queried.
    """
    if not ids:
        return {}
    rows = await store.contacts(ctx, noun, ids)
    policies = await load_policies(ctx, [row["source"] for row in rows])
    references = [
        CustomerReference(contacts=_contacts(row["contact"]), policy=policies.of(row["source"])) for row in rows
    ]
    excluded = [Excluded.of(row["taken_from"]) for row in rows]
    found = await find_customers(ctx, references, excluded)
    own = {
        row["id"]: with_released(each, json.loads(row["match_reasons"])) for row, each in zip(rows, found, strict=True)
    }
    await store.set_resolutions(ctx, noun, {id_: each.columns() for id_, each in own.items()})
    return own


def _contacts(stored: str | None) -> list[tuple[ContactKind, str]]:
    contact = None if stored is None else json.loads(stored)
    return [] if contact is None else [(ContactKind(contact["kind"]), contact["value"])]
