import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.rules.customers import Match
from app.rules.feedback.feedback import FeedbackMetric, Method
from app.rules.kit.channels import Channel


@dataclass(frozen=True, slots=True)
class LoopStep:
    """The feedback was acknowledged, or the customer was notified of what was changed."""

    at: datetime
    by: str
    channel: Channel | None
    interaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """Feedback as it is stored, as far as services decide by it."""

    id: UUID
    method: Method
    collected_at: datetime
    channel: Channel | None
    customer_id: UUID | None
    customer_from_id: UUID | None
    taken_from: list[UUID]
    match: Match
    candidates: tuple[UUID, ...]
    match_reasons: list[dict[str, str | None]]
    author: dict[str, Any] | None
    visit_id: UUID | None
    idea_id: UUID | None
    survey_id: UUID | None
    survey_version: int | None
    sale_id: UUID | None
    complaint_id: UUID | None
    interaction_id: UUID | None
    sale_line_no: int | None
    site: str | None
    till: str | None
    staff: str | None
    sku: str | None
    competitor: str | None
    metric: FeedbackMetric | None
    value: Decimal | None
    worst: Decimal | None
    best: Decimal | None
    title: str | None
    acknowledged: LoopStep | None
    acted_at: datetime | None
    acted_by: str | None
    action: str | None
    notified: LoopStep | None
    closed_at: datetime | None

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "FeedbackRow":
        return cls(
            id=record["id"],
            method=Method(record["method"]),
            collected_at=record["collected_at"],
            channel=Channel(record["channel"]) if record["channel"] is not None else None,
            customer_id=record["customer_id"],
            customer_from_id=record["customer_from_id"],
            taken_from=record["taken_from"],
            match=Match(record["match"]),
            candidates=tuple(record["candidates"]),
            match_reasons=json.loads(record["match_reasons"]),
            author=json.loads(record["author"]) if record["author"] is not None else None,
            visit_id=record["visit_id"],
            idea_id=record["idea_id"],
            survey_id=record["survey_id"],
            survey_version=record["survey_version"],
            sale_id=record["sale_id"],
            complaint_id=record["complaint_id"],
            interaction_id=record["interaction_id"],
            sale_line_no=record["sale_line_no"],
            site=record["site"],
            till=record["till"],
            staff=record["staff"],
            sku=record["sku"],
            competitor=record["competitor"],
            metric=FeedbackMetric(record["metric"]) if record["metric"] is not None else None,
            value=record["value"],
            worst=record["worst"],
            best=record["best"],
            title=record["title"],
            acknowledged=_step(record, "acknowledged"),
            acted_at=record["acted_at"],
            acted_by=record["acted_by"],
            action=record["action"],
            notified=_step(record, "notified"),
            closed_at=record["closed_at"],
        )


def _step(record: Mapping[str, Any], name: str) -> LoopStep | None:
    at = record[f"{name}_at"]
    if at is None:
        return None
    channel = record[f"{name}_channel"]
    return LoopStep(
        at,
        record[f"{name}_by"],
        Channel(channel) if channel is not None else None,
        record[f"{name}_interaction_id"],
    )
