"""Sources and their policies: what the records of a source may do, and what they mean where they do not say it.

Every record asks for the policy of its source, so each process keeps policies in mind for some seconds (see
`core/reference_cache.py`). A source that nobody knows is created at the end of the transaction that stores its first
record: one that is refused, or only tried, leaves none behind, and no other lock is waited for after that.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel

from app.core.context import Context
from app.rules.customers.customers import OnMatch
from app.rules.customers.nobody import as_values
from app.rules.customers.sources import NO_POLICY, LineTax, SourcePolicy
from app.schemas.customers.sources import SourceContent
from app.services.kit.simple_resources import SimpleResource
from app.store.customers import sources as store
from app.store.kit.documents import Document

_KIND = "source"


class Sources(SimpleResource):
    async def create(self, ctx: Context, new: BaseModel) -> Document:
        return self._forget(ctx, await super().create(ctx, new))

    async def change(self, ctx: Context, row_id: UUID, patch: BaseModel, version: int | None) -> Document:
        return self._forget(ctx, await super().change(ctx, row_id, patch, version))

    def _forget(self, ctx: Context, document: Document) -> Document:
        """Records that this process takes in from now on are under the new policy."""
        ctx.changed_references.append((_KIND, json.loads(document.json)["code"].lower()))
        return document


SOURCES = Sources(store.SOURCES, SourceContent)


@dataclass(frozen=True, slots=True)
class Policies:
    """Those of the sources of a batch. A source has that of another whose code differs in case only, unless it was
    created itself.
    """

    known: Mapping[str, Sequence[SourcePolicy]]
    """By code in lower case, first created first."""

    def of(self, code: str | None) -> SourcePolicy:
        same = self.known.get(code.lower(), ()) if code is not None else ()
        return next((policy for policy in same if policy.code == code), same[0] if same else NO_POLICY)

    def note(self, ctx: Context, codes: Iterable[str | None]) -> None:
        """Records of these sources are stored: those that nobody knew become known with them."""
        ctx.new_sources.update(code for code in codes if code is not None and code.lower() not in self.known)


async def load_policies(ctx: Context, codes: Iterable[str | None]) -> Policies:
    async def fetch(missing: list[str]) -> dict[str, list[SourcePolicy]]:
        found: dict[str, list[SourcePolicy]] = defaultdict(list)
        for row in await store.by_codes(ctx, missing):
            found[row["code"].lower()].append(_policy(ctx, row))
        return found

    return Policies(await ctx.references.load(_KIND, {code.lower() for code in codes if code is not None}, fetch))


def under(ctx: Context, policy: SourcePolicy) -> Context:
    """The context in which numbers and ids are read as the source means them."""
    if policy.country is None and not policy.of_nobody:
        return ctx
    return replace(ctx, source_country=policy.country, values_of_nobody=ctx.values_of_nobody | policy.of_nobody)


async def create_new_sources(ctx: Context) -> None:
    """The end of every transaction; see above."""
    if ctx.new_sources:
        one_of_each = {code.lower(): code for code in sorted(ctx.new_sources)}
        await store.create(ctx, one_of_each.values())


def _policy(ctx: Context, row: Record) -> SourcePolicy:
    values: dict[str, Any] = {
        name: row[name] for name in ("code", "may_create", "may_teach", "country", "time_zone", "currency")
    }
    tax_included = None if row["tax"] is None else row["tax"] == LineTax.INCLUDED
    of_nobody = as_values(row["values_of_nobody"], row["country"] or ctx.region)
    on_match = OnMatch(row["on_match"])
    return SourcePolicy(**values, on_match=on_match, of_nobody=of_nobody, tax_included=tax_included)
