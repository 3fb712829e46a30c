"""Drafts of visits, what they refer to, and the feedback and events that are recorded with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, in_the_future, invalid, reference_not_found
from app.rules.feedback import FeedbackMetric, Method
from app.rules.kit import event_types, moments
from app.rules.kit.channels import Channel
from app.rules.kit.texts import present
from app.rules.visits import scorecards as rules
from app.rules.visits.scorecards import VisitKind, VisitState
from app.schemas.feedback import FeedbackNew, RatingNew, ReceiptRef
from app.schemas.kit import validation
from app.schemas.visits.visits import ItemResult, VisitContent, VisitNew
from app.services import feedback
from app.services.feedback import FeedbackDraft
from app.services.kit import intake
from app.services.kit.intake import Draft, Existing, Subjects
from app.services.visits import scorecards
from app.services.visits.scorecards import Card
from app.store.kit import events
from app.store.kit.events import Event
from app.store.visits import visits as store


@dataclass(slots=True)
class VisitDraft(Draft[VisitNew]):
    card: Card | None = None

    @property
    def done(self) -> bool:
        return bool(self.new.results)

    def as_sent(self) -> dict[str, Any]:
        fields = [name for name in VisitNew.model_fields if name != "results" or self.done]
        derived = ("happened_at",) if self.new.receipt is None else ("happened_at", "sale_id")
        return intake.as_sent(self.new, fields, derived)

    def row(self, ctx: Context) -> dict[str, Any]:
        assert self.card is not None
        new = self.new
        planned: dict[str, Any] = {"results": [], "score": None, "uncapped_score": None, "capped_by": []}
        return {
            "id": self.id,
            "kind": new.kind.value,
            "scorecard_id": self.card.id,
            "scorecard_version": self.card.version,
            "state": (VisitState.DONE if self.done else VisitState.PLANNED).value,
            **content(new),
            "happened_at": new.happened_at or ctx.now,
            **(self.card.row(new.results) if self.done else planned),
            "source": new.source,
            "external_id": new.external_id,
            "content_hash": self.content_hash,
        }


@dataclass(frozen=True, slots=True)
class References:
    """What the visits of one batch refer to."""

    existing: Mapping[int, Existing]
    cards: Mapping[UUID, Card]
    subjects: Subjects

    @classmethod
    async def load(cls, ctx: Context, news: Sequence[VisitNew | VisitContent]) -> "References":
        numbered = list(enumerate(news))
        drafts = [(n, new) for n, new in numbered if isinstance(new, VisitNew)]
        keys: dict[str, list[tuple[Any, ...]]] = {
            "visit": [(n, *key) for n, new in drafts if (key := intake.source_key(new)) is not None],
            "sale": [(n, new.sale_id) for n, new in numbered if new.sale_id is not None],
            "interaction": [(n, new.interaction_id) for n, new in numbered if new.interaction_id is not None],
        }
        found = await store.REFERENCES.load(ctx, keys)
        return cls(
            intake.existing(found, "visit"),
            await scorecards.current(ctx, [new.scorecard_id for _, new in drafts]),
            Subjects.of(found, "sale", "interaction"),
        )

    def check(self, ctx: Context, n: int, draft: VisitDraft) -> Problem | None:
        """Set the scorecard of the n-th visit; or why it cannot be recorded."""
        new = draft.new
        if (problem := intake.incomplete_source_key(new)) is not None:
            return problem
        if (card := self.cards.get(new.scorecard_id)) is None:
            return reference_not_found("/scorecard_id", "Scorecard")
        if card.kind not in (None, new.kind):
            return invalid("/scorecard_id", "kind", f"The scorecard is for visits of the kind {card.kind}")
        if (problem := self.subjects.missing(n, new)) is not None:
            return problem
        draft.card = card
        if not draft.done:
            unplanned = invalid("/happened_at", "missing", "Required for a planned visit, which is one without results")
            return unplanned if new.happened_at is None else None
        return results_problem(ctx, card, new.results, new.happened_at or ctx.now)


async def require_references(ctx: Context, content: VisitContent) -> None:
    """Raises ValidationFailed where it refers to something that does not exist."""
    if (problem := (await References.load(ctx, [content])).subjects.missing(0, content)) is not None:
        raise problem


def results_problem(ctx: Context, card: Card, results: Sequence[ItemResult], happened_at: datetime) -> Problem | None:
    """Why a visit cannot be completed with these results."""
    if moments.is_ahead(happened_at, ctx.now):
        return in_the_future("/happened_at")
    return card.problem(results)


def content(new: VisitNew | VisitContent) -> dict[str, Any]:
    """The columns that can change, without the results."""
    columns = new.model_dump(exclude={"receipt", "results", "kind", "scorecard_id", "source", "external_id"})
    receipt = new.receipt
    columns["receipt_source"] = receipt.source if receipt is not None else None
    columns["receipt_no"] = receipt.receipt_no if receipt is not None else None
    return columns


async def record_feedback(ctx: Context, completed: Iterable[tuple[Mapping[str, Any], Card]]) -> None:
    """Record the feedback of completed visits, given as rows with their scorecards."""
    drafts = [as_feedback_draft(row, card) for row, card in completed]
    for result in await feedback.take(ctx, drafts) if drafts else []:
        if result.problem is not None:  # not expected: the same references were checked before
            raise result.problem


def as_feedback_draft(row: Mapping[str, Any], card: Card) -> FeedbackDraft:
    """The score of a visit as feedback without a customer."""
    results = [
        validation.validate_stored(ItemResult, {k: v for k, v in r.items() if k != "score"}) for r in row["results"]
    ]
    ratings = []
    if row["score"] is not None:
        ratings.append(_rating(row["score"], None))
        ratings += [_rating(score, aspect) for aspect, score in card.aspects(results).items()]
    receipt = None
    if row["receipt_no"] is not None:
        receipt = ReceiptRef(source=row["receipt_source"], receipt_no=row["receipt_no"])
    return FeedbackDraft(
        FeedbackNew(
            method=Method(row["kind"]),
            collected_at=row["happened_at"],
            channel=Channel.IN_PERSON,
            site=row["site"],
            staff=row["staff"],
            sale_id=row["sale_id"],
            receipt=receipt,
            interaction_id=row["interaction_id"],
            ratings=ratings,
            text=present(row["note"]),
        ),
        visit_id=row["id"],
    )


async def record_events(ctx: Context, visits: Iterable[tuple[str, Mapping[str, Any], dict[str, Any]]]) -> None:
    """Record events of visits: verb, row, and further data. They have no customer."""
    recorded = []
    for verb, row, data in visits:
        type_ = event_types.get("visit", verb)
        title = rules.title(VisitKind(row["kind"]), verb, row["site"], row["score"])
        at = row["happened_at"] if verb == "done" else ctx.now
        data = {name: row[name] for name in ("kind", "site") if row[name] is not None} | data
        if row["score"] is not None:
            data["score"] = str(row["score"])
        recorded.append(Event(type_, row["id"], None, type_.titled(visit=title), at, data=data))
    await events.record_all(ctx, recorded)


def _rating(score: Any, aspect: str | None) -> RatingNew:
    return RatingNew.model_validate({"metric": FeedbackMetric.SCORE, "value": str(score), "aspect": aspect})
