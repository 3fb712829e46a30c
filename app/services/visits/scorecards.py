"""Scorecards as visits use them: are all its items answered, and what does that come to?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed
from app.rules.visits import scorecards as rules
from app.rules.visits.scorecards import Item, Scored, VisitKind
from app.schemas.visits.scorecards import ScorecardItem, ScorecardNew
from app.schemas.visits.visits import ItemResult
from app.services.kit.versioned import VersionedResource
from app.store.visits import scorecards as store

SCORECARDS = VersionedResource(store.SCORECARDS)
_MOST_FAULTS = 100
_Fault = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """One version of a scorecard."""

    id: UUID
    version: int
    kind: VisitKind | None
    items: dict[str, ScorecardItem]

    @classmethod
    def of(cls, card_id: UUID, version: int, definition: Any) -> "Card":
        content = ScorecardNew.model_validate(definition)
        return cls(card_id, version, content.kind, {item.key: item for item in content.items})

    @property
    def rules(self) -> list[Item]:
        return [item.rule for item in self.items.values()]

    def refused(self, results: Sequence[ItemResult]) -> ValidationFailed | None:
        """What is wrong with results that are to answer every item."""
        errors = [{"pointer": p, "code": code, "detail": detail} for p, code, detail in self._faults(results)]
        return ValidationFailed(errors=errors[:_MOST_FAULTS]) if errors else None

    def scored(self, results: Sequence[ItemResult]) -> Scored:
        return rules.score(self.rules, _values(results))

    def aspects(self, results: Sequence[ItemResult]) -> dict[str, Decimal]:
        return rules.aspects(self.rules, _values(results))

    def row(self, results: Sequence[ItemResult]) -> dict[str, Any]:
        """Columns of a visit that is done: the results with the score of each, and what they come to."""
        scored, values = self.scored(results), _values(results)
        kept = []
        for result in results:
            worth = rules.item_score(self.items[result.item].rule, values[result.item])
            kept.append({**result.model_dump(mode="json"), "score": None if worth is None else str(worth)})
        uncapped = scored.uncapped if scored.capped_by else None
        return {
            "results": kept,
            "score": scored.score,
            "uncapped_score": uncapped,
            "capped_by": list(scored.capped_by),
        }

    def _faults(self, results: Sequence[ItemResult]) -> Iterator[_Fault]:
        seen: set[str] = set()
        for n, result in enumerate(results):
            item = self.items.get(result.item)
            if item is None:
                yield f"/results/{n}/item", "not_found", "Item not found in the scorecard"
            elif item.key in seen:
                yield f"/results/{n}/item", "duplicate", "Duplicate result for this item"
            else:
                yield from ((f"/results/{n}{at}", code, detail) for at, code, detail in _result_faults(item, result))
            seen.add(result.item)
        for key in self.items:
            if key not in seen:
                yield "/results", "missing", f"The result of item {key} is missing"


async def current(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Those of these scorecards that there are, as they are now."""
    found = await store.current(ctx, ids)
    return {card_id: Card.of(card_id, version, definition) for card_id, (version, definition) in found.items()}


async def pinned(ctx: Context, card_id: UUID, version: int) -> Card:
    """A scorecard as it was in a version that there is."""
    found = await store.SCORECARDS.definitions(ctx, [(card_id, version)])
    return Card.of(card_id, version, found[card_id, version])


def _values(results: Sequence[ItemResult]) -> dict[str, Decimal | None]:
    return {r.item: Decimal(r.yes_no == "yes") if r.yes_no is not None else r.value for r in results}


def _result_faults(item: ScorecardItem, result: ItemResult) -> Iterator[_Fault]:
    asked, other = ("yes_no", "value") if item.scale is None else ("value", "yes_no")
    if getattr(result, other) is not None:
        yield f"/{other}", "kind", f"This item takes `{asked}`, not `{other}`"
    if result.not_applicable:
        if not item.allow_not_applicable:
            yield "/not_applicable", "not_allowed", "This item cannot be marked as not applicable"
        if getattr(result, asked) is not None:
            yield f"/{asked}", "not_applicable", "Must be omitted where `not_applicable` is true"
        return
    if getattr(result, asked) is None:
        yield f"/{asked}", "missing", f"This item requires `{asked}`"
    elif item.scale is not None and result.value is not None and not item.scale.holds(result.value):
        yield "/value", "scale", f"Must be on the scale from {item.worst} to {item.best}"
    if item.evidence_required and result.note is None and not result.urls:
        yield "/note", "evidence", "This item requires evidence: a `note` or an address in `urls`"
