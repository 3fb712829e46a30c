"""Drafts of feedback: what was sent, what it refers to, and the rows to be written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.rules.feedback import feedback as rules
from app.rules.feedback import titles
from app.rules.feedback.feedback import FeedbackMetric, Scale, Side
from app.rules.feedback.loop import closed_at
from app.rules.kit.timestamps import format_timestamp
from app.schemas.feedback.intake import FeedbackContent, FeedbackNew, RatingNew
from app.services.customers import NO_CUSTOMER, Resolution
from app.services.feedback.text_analysis import NOTHING, TextAnalysis
from app.services.kit import intake
from app.services.kit.intake import Draft
from app.store.feedback.feedback_row import FeedbackRow

CONTENT = tuple(FeedbackContent.model_fields)
FILLED = ("sale_id", "site", "till", "staff", "sku", "language")
"""Filled in from the sale and the text, where they are not sent."""
_DERIVED = ("customer_id", "collected_at")
_SENT = (*CONTENT, "method", "author", "receipt", *_DERIVED)
_SCORE_COLUMNS = ("metric", "value", "worst", "best", "score", "nps_class")
_NO_SCALE = Scale(rules.SCALES[FeedbackMetric.SCORE].worst, rules.SCALES[FeedbackMetric.SCORE].best)


@dataclass(slots=True)
class FeedbackDraft(Draft[FeedbackNew]):
    """Feedback to be recorded, or to replace what is stored."""

    survey_id: UUID | None = None
    survey_version: int | None = None
    invitation_id: UUID | None = None
    visit_id: UUID | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    """SurveyAnswer as JSON."""

    # Filled in by the intake:
    collected_at: datetime = field(init=False)
    customer_id: UUID | None = None
    origin_id: UUID | None = None
    """The record that the customer is taken from; None where the feedback itself says who it is."""
    taken_from: Sequence[UUID] = ()
    """Of what is stored already, the customers whom somebody took it from."""
    resolution: Resolution = NO_CUSTOMER
    sale_id: UUID | None = None
    site: str | None = None
    till: str | None = None
    staff: str | None = None
    sku: str | None = None
    analysis: TextAnalysis = NOTHING

    def __post_init__(self) -> None:
        new = self.new
        self.customer_id, self.sale_id, self.site = new.customer_id, new.sale_id, new.site
        self.till, self.staff, self.sku = new.till, new.staff, new.sku

    @property
    def main_index(self) -> int | None:
        """The index of the rating that stands for the whole."""
        ratings = self.new.ratings
        candidates = [n for n, rating in enumerate(ratings) if rating.side is Side.EXPERIENCE]
        return next((n for n in candidates if ratings[n].aspect is None), candidates[0] if candidates else None)

    @property
    def headline(self) -> dict[str, Any]:
        """The score columns of that rating; all None where there is none."""
        return dict.fromkeys(_SCORE_COLUMNS) if self.main_index is None else _scores(self.new.ratings[self.main_index])

    @property
    def title(self) -> str:
        scores, new = self.headline, self.new
        scale = Scale(scores["worst"], scores["best"]) if scores["metric"] is not None else _NO_SCALE
        return titles.title(new.method, new.competitor, scores["metric"], scores["value"], scale, new.title)

    def row(self) -> dict[str, Any]:
        new = self.new
        loop = new.loop.model_dump() if new.loop is not None else dict.fromkeys(LOOP)
        nobody = self.customer_id is None and (new.author is None or new.author.contact is None)
        return {
            **self.content(),
            **loop,
            "closed_at": closed_at(loop["acted_at"], loop["notified_at"], nobody=nobody),
            "id": self.id,
            "method": new.method,
            "source": new.source,
            "external_id": new.external_id,
            "collected_at": self.collected_at,
            "author": new.author and new.author.model_dump(mode="json"),
            "survey_id": self.survey_id,
            "invitation_id": self.invitation_id,
            "visit_id": self.visit_id,
            "receipt_source": new.receipt and new.receipt.source,
            "receipt_no": new.receipt and new.receipt.receipt_no,
            "content_hash": self.content_hash,
        }

    def content(self) -> dict[str, Any]:
        """The columns of everything that can change."""
        analysis = self.analysis
        return {
            **self.new.model_dump(include=set(CONTENT), exclude={"ratings"}),
            **self.headline,
            "customer_id": self.customer_id,
            "customer_from_id": self.origin_id,
            **self.resolution.columns(),
            "sale_id": self.sale_id,
            "site": self.site,
            "till": self.till,
            "staff": self.staff,
            "sku": self.sku,
            "survey_version": self.survey_version,
            "answers": self.answers,
            "language": self.new.language or analysis.language,
            "sentiment": analysis.sentiment,
            "sentiment_score": analysis.sentiment_score,
            "analyzer": analysis.analyzer,
            "analyzer_version": analysis.analyzer_version,
            "themes": analysis.themes,
        }

    def ratings(self) -> list[dict[str, Any]]:
        """The rows of the ratings, with copies of the columns that measures group and filter by."""
        new = self.new
        return [
            {
                "feedback_id": self.id,
                "position": n,
                **_scores(rating),
                "side": rating.side,
                "main": n == self.main_index,
                "question": rating.question,
                "aspect": rating.aspect,
                "collected_at": self.collected_at,
                "method": new.method,
                "channel": new.channel,
                "site": self.site,
                "staff": self.staff,
                "sku": self.sku,
                "survey_id": self.survey_id,
                "customer_id": self.customer_id,
                "competitor": new.competitor,
            }
            for n, rating in enumerate(new.ratings)
        ]

    def as_sent(self) -> dict[str, Any]:
        new = self.new
        sent = intake.as_sent(new, _SENT, (*FILLED, *_DERIVED))
        sent["ratings"] = [_formatted(rating) for rating in new.ratings]
        if new.loop is not None:
            loop = new.loop.model_dump(exclude_none=True)
            sent |= {name: format_timestamp(v) if isinstance(v, datetime) else v for name, v in loop.items()}
        return sent

    def as_stored(self) -> dict[str, Any]:
        """Everything that can change, as the API would answer."""
        return {
            **self.new.model_dump(mode="json", include=set(CONTENT)),
            "ratings": [_formatted(rating) for rating in self.new.ratings],
            "sale_id": self.sale_id and str(self.sale_id),
            "site": self.site,
            "till": self.till,
            "staff": self.staff,
            "sku": self.sku,
            "language": self.new.language or self.analysis.language,
            "answers": self.answers,
            "survey_version": self.survey_version,
            "collected_at": format_timestamp(self.collected_at),
            "customer_id": self.customer_id and str(self.customer_id),
        }


LOOP = (
    "acknowledged_at",
    "acknowledged_by",
    "acknowledged_channel",
    "acted_at",
    "acted_by",
    "action",
    "notified_at",
    "notified_by",
    "notified_channel",
)


def title_of(row: FeedbackRow) -> str:
    scale = Scale(row.worst, row.best) if row.worst is not None and row.best is not None else _NO_SCALE
    return titles.title(row.method, row.competitor, row.metric, row.value, scale, row.title)


def _scores(rating: RatingNew) -> dict[str, Any]:
    scale = rating.scale
    return {
        "metric": rating.metric,
        "value": rating.value,
        "worst": scale.worst,
        "best": scale.best,
        "score": rules.score(rating.value, scale),
        "nps_class": rules.nps_class(rating.value) if rating.metric is FeedbackMetric.NPS else None,
    }


def _formatted(rating: RatingNew) -> dict[str, Any]:
    """As the database formats it."""
    scores = {name: str(value) if value is not None else None for name, value in _scores(rating).items()}
    return {**scores, "question": rating.question, "aspect": rating.aspect, "side": rating.side.value}
