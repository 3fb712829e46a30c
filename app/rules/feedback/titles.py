"""Titles of feedback on timelines."""

from decimal import Decimal

from app.rules.feedback.feedback import FeedbackMetric, Method, Scale

_LONGEST = 300
_NOUNS = {
    Method.SURVEY: "Feedback by survey",
    Method.REVIEW: "Review",
    Method.FORM: "Feedback by form",
    Method.MYSTERY_SHOPPER: "Mystery shopping",
    Method.OBSERVATION: "Observation",
    Method.COMPLAINT: "Feedback in a complaint",
    Method.SOCIAL: "Feedback on social media",
    Method.SUGGESTION: "Suggestion",
    Method.COMPETITOR: "Feedback about a competitor",
}
_STARS = Scale(Decimal(1), Decimal(5))


def title(
    method: Method,
    competitor: str | None,
    metric: FeedbackMetric | None,
    value: Decimal | None,
    scale: Scale,
    headline: str | None,
) -> str:
    """`Feedback by survey: 3 of 10`; `Review: 2 of 5 stars - "Cold soup"`; `Feedback about a competitor (Miller's)`.

    `headline` is the title that the author gave. `scale` is that of the value.
    """
    noun = _NOUNS[method] + (f" ({competitor})" if competitor else "")
    figure = format_figure(metric, value, scale) if metric is not None and value is not None else None
    quoted = f'"{headline}"' if headline else None
    content = " - ".join(part for part in (figure, quoted) if part)
    return _shortened(f"{noun}: {content}" if content else noun)


def format_figure(metric: FeedbackMetric, value: Decimal, scale: Scale) -> str:
    """`3 of 10`, `2 of 5 stars`; `2, where 1 is best and 6 worst` on a scale on which little is good."""
    if scale.best < scale.worst:
        return f"{_format(value)}, where {_format(scale.best)} is best and {_format(scale.worst)} worst"
    stars = " stars" if metric is FeedbackMetric.RATING and scale == _STARS else ""
    return f"{_format(value)} of {_format(scale.best)}{stars}"


def sentence(title: str) -> str:
    """The description of a complaint that was made of feedback without a text."""
    return f"{title}. Nothing was said with it."


def _format(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _shortened(whole: str) -> str:
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…"
