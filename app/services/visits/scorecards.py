"""Scorecards: checking the results of visits, and scoring them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed
from app.rules.visits import scorecards as rules
from app.rules.visits.scorecards import Item, VisitKind
from app.schemas.kit import validation
from app.schemas.visits.scorecards import ScorecardItem, ScorecardNew
from app.schemas.visits.visits import ItemResult
from app.services.kit.versioned import VersionedResource
from app.store.visits import scorecards as store

SCORECARDS = VersionedResource(store.SCORECARDS)
_MAX_FAULTS = 100
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
        content = validation.validate_stored(ScorecardNew, definition)
        return cls(card_id, version, content.kind, {item.key: item for item in content.items})

    @property
    def rules(self) -> list[Item]:
        return [item.rule for item in self.items.values()]

    def problem(self, results: Sequence[ItemResult]) -> ValidationFailed | None:
        """What is wrong with results, which have to answer every item."""
        errors = [{"pointer": p, "code": code, "detail": detail} for p, code, detail in self._faults(results)]
        return ValidationFailed(errors=errors[:_MAX_FAULTS]) if errors else None

    def aspects(self, results: Sequence[ItemResult]) -> dict[str, Decimal]:
        return rules.aspects(self.rules, _values(results))

    def row(self, results: Sequence[ItemResult]) -> dict[str, Any]:
        """The columns of a completed visit: the results with their scores, and the score of the visit."""
        values = _values(results)
        scored = rules.score(self.rules, values)
        stored = []
        for result in results:
            score = rules.item_score(self.items[result.item].rule, values[result.item])
            stored.append({**result.model_dump(mode="json"), "score": None if score is None else str(score)})
        uncapped = scored.uncapped if scored.capped_by else None
        return {
            "results": stored,
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
                yield from (
                    (f"/results/{n}{pointer}", code, detail) for pointer, code, detail in _result_faults(item, result)
                )
            seen.add(result.item)
        for key in self.items:
            if key not in seen:
                yield "/results", "missing", f"The result of item {key} is missing"


async def current(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """The current versions of those that exist."""
    found = await store.current(ctx, ids)
    return {card_id: Card.of(card_id, version, definition) for card_id, (version, definition) in found.items()}


async def get_version(ctx: Context, card_id: UUID, version: int) -> Card:
    """A version that exists."""
    found = await store.SCORECARDS.definitions(ctx, [(card_id, version)])
    return Card.of(card_id, version, found[card_id, version])


def _values(results: Sequence[ItemResult]) -> dict[str, Decimal | None]:
    return {r.item: Decimal(r.yes_no == "yes") if r.yes_no is not None else r.value for r in results}


def _result_faults(item: ScorecardItem, result: ItemResult) -> Iterator[_Fault]:
    expected, other = ("yes_no", "value") if item.scale is None else ("value", "yes_no")
    if getattr(result, other) is not None:
        yield f"/{other}", "kind", f"This item takes `{expected}`, not `{other}`"
    if result.not_applicable:
        if not item.allow_not_applicable:
            yield "/not_applicable", "not_allowed", "This item cannot be marked as not applicable"
        if getattr(result, expected) is not None:
            yield f"/{expected}", "not_applicable", "Must be omitted where `not_applicable` is true"
        return
    if getattr(result, expected) is None:
        yield f"/{expected}", "missing", f"This item requires `{expected}`"
    elif item.scale is not None and result.value is not None and not item.scale.holds(result.value):
        yield "/value", "scale", f"Must be on the scale from {item.worst} to {item.best}"
    if item.evidence_required and result.note is None and not result.urls:
        yield "/note", "evidence", "This item requires evidence: a `note` or an address in `urls`"
