"""Methods and metrics of feedback, and scores on one scale for all of them."""

from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import NamedTuple


class Method(StrEnum):
    """How feedback was collected. Feedback about a `competitor` is never summed up with the rest."""

    SURVEY = "survey"
    REVIEW = "review"
    FORM = "form"
    MYSTERY_SHOPPER = "mystery_shopper"
    OBSERVATION = "observation"
    COMPLAINT = "complaint"
    SOCIAL = "social"
    SUGGESTION = "suggestion"
    COMPETITOR = "competitor"
    """About somebody else's business: to be set beside our own, never summed with it."""


OBSERVED = frozenset({Method.MYSTERY_SHOPPER, Method.OBSERVATION})
"""What somebody looking on saw: never the opinion of the customer who was dealt with, nor of the buyer."""


class FeedbackMetric(StrEnum):
    """What a rating measures, on the usual scale of the metric."""

    NPS = "nps"
    """How likely they are to recommend us: 0 to 10."""
    CSAT = "csat"
    """How satisfied they are: usually 1 to 5."""
    CES = "ces"
    """How easy it was: usually 1 to 7, where 7 is very easy."""
    RATING = "rating"
    """Stars, marks, thumbs."""
    SCORE = "score"
    """The share of what could be reached, as scorecards have it: 0 to 100."""


class NpsClass(StrEnum):
    """The Net Promoter Score class of an answer: 0 to 6, 7 and 8, or 9 and 10."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"


class Side(StrEnum):
    """Whether a rating is about what the customer experienced, or about what they expect."""

    EXPERIENCE = "experience"
    EXPECTATION = "expectation"


class IdeaStatus(StrEnum):
    """What is to become of an idea."""

    NEW = "new"
    CONSIDERED = "considered"
    PLANNED = "planned"
    DONE = "done"
    DECLINED = "declined"


class Scale(NamedTuple):
    """From the worst to the best; the worst may be the greater number, where little is good."""

    worst: Decimal
    best: Decimal

    def holds(self, value: Decimal) -> bool:
        return min(self) <= value <= max(self)


SCALES = {
    FeedbackMetric.NPS: Scale(Decimal(0), Decimal(10)),
    FeedbackMetric.CSAT: Scale(Decimal(1), Decimal(5)),
    FeedbackMetric.CES: Scale(Decimal(1), Decimal(7)),
    FeedbackMetric.RATING: Scale(Decimal(1), Decimal(5)),
    FeedbackMetric.SCORE: Scale(Decimal(0), Decimal(100)),
}
"""What a metric is measured on unless said otherwise. NPS is never measured on another."""
SATISFIED = Decimal(75)
"""The score from which somebody counts as satisfied: 4 and 5 of 1 to 5, as CSAT is usually counted."""
_CENT = Decimal("0.01")


def score(value: Decimal, scale: Scale) -> Decimal:
    """Where on the way from worst (0) to best (100) a value lies, to two decimals."""
    return ((value - scale.worst) * 100 / (scale.best - scale.worst)).quantize(_CENT, ROUND_HALF_EVEN)


def nps_class(value: Decimal) -> NpsClass:
    """F. F. Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003."""
    if value >= 9:
        return NpsClass.PROMOTER
    return NpsClass.PASSIVE if value >= 7 else NpsClass.DETRACTOR
