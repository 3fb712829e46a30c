"""Turns a row of feedback into a document of the API: columns with figures become ratings.

- `nps`, `csat`, `ces`, `rating` and `score` are overall ratings on their usual scales; `rating_worst` and `rating_best`
  change the scale of `rating`, and are ignored in rows without a `rating`.
- `aspects.<name>` is the experience with an aspect, `expectations.<name>` the expectation, both on the scale of
  `rating`.
- `author.email` and `author.phone` become the author's contact; where a row has both, the number goes to
  `attributes.author_phone`.
"""

from typing import Any

from app.importing.contacts import fold_contact
from app.rules.feedback import FeedbackMetric, Side
from app.schemas.feedback import Author, FeedbackNew
from app.schemas.kit.types import Figure

ASPECTS = {"aspects": Side.EXPERIENCE, "expectations": Side.EXPECTATION}
"""The side of a rating by the family of its column."""


class AuthorRow(Author):
    email: str | None = None
    phone: str | None = None


class FeedbackRow(FeedbackNew):
    """The fields of feedback that columns can fill."""

    author: AuthorRow | None = None
    nps: Figure | None = None
    csat: Figure | None = None
    ces: Figure | None = None
    rating: Figure | None = None
    rating_worst: Figure | None = None
    rating_best: Figure | None = None
    score: Figure | None = None


def reshape(document: dict[str, Any]) -> None:
    """Changes the values of a row to the shape of the API, in place."""
    fold_contact(document, "author")
    scale = {
        end: document.pop(f"rating_{end}") for end in ("worst", "best") if document.get(f"rating_{end}") is not None
    }
    ratings = [rating for rating in document.pop("ratings", []) if "value" in rating]
    for metric in FeedbackMetric:
        if (value := document.pop(metric.value, None)) is not None:
            ends = scale if metric is FeedbackMetric.RATING else {}
            ratings.append({"metric": metric.value, "value": value, **ends})
    for family, side in ASPECTS.items():
        for aspect, value in document.pop(family, {}).items():
            rating = {"metric": FeedbackMetric.RATING.value, "value": value, "aspect": aspect, "side": side.value}
            ratings.append(rating | scale)
    if ratings:
        document["ratings"] = ratings
