"""Incoming relationships: their two customers are found by any key, and each is recorded once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.context import Context
from app.core.errors import Problem, RelationshipDiffers, invalid
from app.rules.kit import event_types
from app.schemas.customers.relationships import RelationshipContent, RelationshipRecord
from app.services.customers import relationships
from app.services.customers.references import CustomerReference
from app.services.customers.resolution import Resolver
from app.services.customers.sources import load_policies
from app.services.kit import intake
from app.services.kit.intake import Existing, KeyedDraft
from app.services.kit.record_result import RecordResult
from app.store.customers import relationships as store
from app.store.customers import resolution
from app.store.customers.relationships import RelationshipKey
from app.store.kit import events
from app.store.kit.documents import Document


@dataclass(slots=True)
class RelationshipDraft(KeyedDraft[RelationshipRecord]):
    """`identified_by` and `problem` are set when its customers are known, one of both."""

    identified_by: RelationshipKey | None = None
    problem: Problem | None = None

    @property
    def key(self) -> tuple[str, str] | None:
        if self.identified_by is None:
            return None
        from_id, kind, to_id = self.identified_by
        return f"{from_id} {kind}", str(to_id)

    def as_sent(self) -> dict[str, Any]:
        return self.new.model_dump(mode="json", include=set(RelationshipContent.model_fields))


async def record(ctx: Context, new: RelationshipRecord) -> tuple[Document, RecordResult]:
    """Record one relationship; see `record_many`. Raises its problem."""
    (result,) = await record_many(ctx, [new])
    return await store.RELATIONSHIPS.get(ctx, result.recorded_id()), result


async def record_many(ctx: Context, news: Sequence[RelationshipRecord]) -> list[RecordResult]:
    """Record relationships in order, with a result for each.

    New: 201. The same pair and kind again, from whichever side, with the same content: 200, replayed; with other
    content: 409 RelationshipDiffers. Keys that do not name exactly one customer: 422.
    """
    drafts = [RelationshipDraft(new) for new in news]
    await _identify(ctx, drafts)
    existing = await _existing(ctx, drafts)
    decided = await intake.decide(
        ctx,
        store.RELATIONSHIPS,
        drafts,
        existing,
        lambda _, draft: draft.problem,
        intake.contents(ctx, store.RELATIONSHIPS.get),
        lambda errors, id_: RelationshipDiffers(errors=errors, relationship_id=str(id_)),
    )
    await _write(ctx, decided.accepted)
    return decided.results


async def _identify(ctx: Context, drafts: Sequence[RelationshipDraft]) -> None:
    sources = [_source(draft.new) for draft in drafts]
    policies = await load_policies(ctx, sources)
    named = [
        CustomerReference.by_keys(keys, policy=policies.of(source))
        for draft, source in zip(drafts, sources, strict=True)
        for keys in (draft.new.subject, draft.new.customer)
    ]
    resolver = Resolver(ctx, named)
    resolver.add(await resolution.REFERENCES.load(ctx, resolver.keys()))
    for n, draft in enumerate(drafts):
        subject = resolver.require(2 * n, "/subject")
        customer = resolver.require(2 * n + 1, "/customer")
        draft.problem = relationships.misordered(draft.new)
        if isinstance(subject, Problem):
            draft.problem = subject
        elif isinstance(customer, Problem):
            draft.problem = customer
        elif subject == customer:
            draft.problem = invalid("/customer", "self", "Must be a different customer")
        elif draft.problem is None:
            draft.identified_by = relationships.as_stored(subject, draft.new.kind, customer)


def _source(new: RelationshipRecord) -> str | None:
    """The system of the first identity that it names."""
    return next((keys.identity.system for keys in (new.subject, new.customer) if keys.identity is not None), None)


async def _existing(ctx: Context, drafts: Sequence[RelationshipDraft]) -> Mapping[int, Existing]:
    keys = {draft.identified_by for draft in drafts if draft.identified_by is not None}
    stored = await store.existing(ctx, sorted(keys)) if keys else {}
    return {
        n: Existing(stored[key]["id"], stored[key]["content_hash"])
        for n, draft in enumerate(drafts)
        if (key := draft.identified_by) in stored and key is not None
    }


async def _write(ctx: Context, drafts: Sequence[RelationshipDraft]) -> None:
    rows = [
        relationships.new_row(draft.id, draft.identified_by, draft.new) | {"content_hash": draft.content_hash}
        for draft in intake.ordered(drafts)
        if draft.identified_by is not None
    ]
    if rows:
        await store.RELATIONSHIPS.add(ctx, rows)
        await events.record_all(ctx, await relationships.events_of(ctx, event_types.RELATIONSHIP_CREATED, rows))
