"""Feedback on its way in: what was sent, what was found out about it, and the rows that keep both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.feedback import feedback as rules
from app.rules.feedback import titles
from app.rules.feedback.feedback import FeedbackMetric, Scale, Side
from app.rules.feedback.loop import closed_at
from app.rules.kit.timestamps import format_timestamp
from app.schemas.feedback.intake import FeedbackContent, FeedbackNew, RatingNew
from app.services.feedback.text_analysis import NOTHING, Judged
from app.services.kit import intake
from app.services.kit.intake import SourceKey

CONTENT = tuple(FeedbackContent.model_fields)
FILLED = ("sale_id", "site", "till", "staff", "sku", "language")
"""May also be found or filled in by us, where they are not given."""
_FIGURES = ("metric", "value", "worst", "best", "score", "nps_class")
_NOWHERE = Scale(rules.SCALES[FeedbackMetric.SCORE].worst, rules.SCALES[FeedbackMetric.SCORE].best)


@dataclass(slots=True)
class FeedbackDraft:
    """One piece of feedback on its way in."""

    new: FeedbackNew
    survey_id: UUID | None = None
    survey_version: int | None = None
    invitation_id: UUID | None = None
    visit_id: UUID | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    """SurveyAnswer as JSON."""

    # What is found out: nothing that a caller need set.
    id: UUID = field(default_factory=new_id)
    content_hash: bytes | None = field(init=False)
    collected_at: datetime = field(init=False)
    customer_id: UUID | None = None
    sale_id: UUID | None = None
    site: str | None = None
    till: str | None = None
    staff: str | None = None
    sku: str | None = None
    judged: Judged = NOTHING

    def __post_init__(self) -> None:
        new = self.new
        self.content_hash = intake.sent_hash(new)
        self.customer_id, self.sale_id, self.site = new.customer_id, new.sale_id, new.site
        self.till, self.staff, self.sku = new.till, new.staff, new.sku

    @property
    def key(self) -> SourceKey | None:
        return intake.source_key(self.new)

    @property
    def main(self) -> int | None:
        """The place of the rating that stands for the whole."""
        lived = [n for n, rating in enumerate(self.new.ratings) if rating.side is Side.EXPERIENCE]
        return next((n for n in lived if self.new.ratings[n].aspect is None), lived[0] if lived else None)

    @property
    def headline(self) -> dict[str, Any]:
        """The figures of that rating; all of them null where there is none."""
        return dict.fromkeys(_FIGURES) if self.main is None else _figures(self.new.ratings[self.main])

    @property
    def title(self) -> str:
        figures, new = self.headline, self.new
        scale = Scale(figures["worst"], figures["best"]) if figures["metric"] is not None else _NOWHERE
        return titles.title(new.method, new.competitor, figures["metric"], figures["value"], scale, new.title)

    def row(self, ctx: Context) -> dict[str, Any]:
        new, loop = self.new, self.new.loop
        told = loop.model_dump() if loop is not None else dict.fromkeys(LOOP)
        nobody = self.customer_id is None and (new.author is None or new.author.contact is None)
        return {
            **self.content(),
            **told,
            "closed_at": closed_at(told["acted_at"], told["notified_at"], nobody=nobody),
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
            "created_at": ctx.now,
            "updated_at": ctx.now,
        }

    def content(self) -> dict[str, Any]:
        """The columns of all that can change: what was said, what is known of it, and what is made of it."""
        judged = self.judged
        return {
            **self.new.model_dump(include=set(CONTENT), exclude={"ratings"}),
            **self.headline,
            "customer_id": self.customer_id,
            "sale_id": self.sale_id,
            "site": self.site,
            "till": self.till,
            "staff": self.staff,
            "sku": self.sku,
            "survey_version": self.survey_version,
            "answers": self.answers,
            "language": self.new.language or judged.language,
            "sentiment": judged.sentiment,
            "sentiment_score": judged.sentiment_score,
            "analyzer": judged.analyzer,
            "analyzer_version": judged.analyzer_version,
            "themes": judged.themes,
        }

    def ratings(self) -> list[dict[str, Any]]:
        """Rows of ratings, with copies of what they are summed by."""
        new, main = self.new, self.main
        return [
            {
                "feedback_id": self.id,
                "position": n,
                **_figures(rating),
                "side": rating.side,
                "main": n == main,
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
        """As it would be answered with, as far as its sender has decided: to be compared with what is stored."""
        new = self.new
        sent = new.model_dump(mode="json", include={*CONTENT, "method", "author", "receipt"})
        sent["ratings"] = [_spelled(rating) for rating in new.ratings]
        for name in FILLED:
            if sent[name] is None:
                del sent[name]
        if new.receipt is not None:
            sent.pop("sale_id", None)
        if new.customer_id is not None:
            sent["customer_id"] = str(new.customer_id)
        if new.collected_at is not None:
            sent["collected_at"] = format_timestamp(new.collected_at)
        if new.loop is not None:
            told = new.loop.model_dump(exclude_none=True)
            sent |= {name: format_timestamp(v) if isinstance(v, datetime) else v for name, v in told.items()}
        return sent

    def as_stored(self) -> dict[str, Any]:
        """All that can change, as it would be answered with."""
        return {
            **self.new.model_dump(mode="json", include=set(CONTENT)),
            "ratings": [_spelled(rating) for rating in self.new.ratings],
            "sale_id": self.sale_id and str(self.sale_id),
            "site": self.site,
            "till": self.till,
            "staff": self.staff,
            "sku": self.sku,
            "language": self.new.language or self.judged.language,
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


def title_of(row: Mapping[str, Any]) -> str:
    """The title of feedback that is stored."""
    scale = Scale(row["worst"], row["best"]) if row["metric"] is not None else _NOWHERE
    metric = FeedbackMetric(row["metric"]) if row["metric"] is not None else None
    return titles.title(rules.Method(row["method"]), row["competitor"], metric, row["value"], scale, row["title"])


def _figures(rating: RatingNew) -> dict[str, Any]:
    scale = rating.scale
    return {
        "metric": rating.metric,
        "value": rating.value,
        "worst": scale.worst,
        "best": scale.best,
        "score": rules.score(rating.value, scale),
        "nps_class": rules.nps_class(rating.value) if rating.metric is FeedbackMetric.NPS else None,
    }


def _spelled(rating: RatingNew) -> dict[str, Any]:
    """As the database spells it."""
    figures = {name: v and str(v) if name in ("metric", "nps_class") else v for name, v in _figures(rating).items()}
    written = {name: str(v) if v is not None else None for name, v in figures.items()}
    return {**written, "question": rating.question, "aspect": rating.aspect, "side": rating.side.value}
