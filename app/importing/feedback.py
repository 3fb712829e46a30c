"""A row of feedback into the API's shape: a column for each figure becomes a rating.

- `nps`, `csat`, `ces`, `rating` and `score` are ratings of everything, on their usual scales; `rating_worst` and
  `rating_best` say otherwise for `rating`. A constant for them says nothing where the row has no `rating`.
- `aspects.<name>` is how something was, `expectations.<name>` how it should have been, both on the scale of `rating`.
- `author.email` and `author.phone` are the author's contact: the address, else the number; where a row has both, the
  number goes to `attributes.author_phone`.
"""

from typing import Any

from app.importing.contacts import take_contact
from app.rules.feedback import FeedbackMetric, Side
from app.schemas.feedback import Author, FeedbackNew
from app.schemas.kit.types import Figure

ASPECTS = {"aspects": Side.EXPERIENCE, "expectations": Side.EXPECTATION}
"""The families of columns that name what they are about."""


class AuthorRow(Author):
    email: str | None = None
    phone: str | None = None


class FeedbackRow(FeedbackNew):
    """What columns can say of feedback."""

    author: AuthorRow | None = None
    nps: Figure | None = None
    csat: Figure | None = None
    ces: Figure | None = None
    rating: Figure | None = None
    rating_worst: Figure | None = None
    rating_best: Figure | None = None
    score: Figure | None = None


def reshaped(document: dict[str, Any]) -> None:
    """Bring what a row says into the shape of the API, in place."""
    take_contact(document, "author")
    scale = {
        end: document.pop(f"rating_{end}") for end in ("worst", "best") if document.get(f"rating_{end}") is not None
    }
    ratings = [rating for rating in document.pop("ratings", []) if "value" in rating]
    for metric in FeedbackMetric:
        if (value := document.pop(metric.value, None)) is not None:
            own = scale if metric is FeedbackMetric.RATING else {}
            ratings.append({"metric": metric.value, "value": value, **own})
    for family, side in ASPECTS.items():
        for aspect, value in document.pop(family, {}).items():
            said = {"metric": FeedbackMetric.RATING.value, "value": value, "aspect": aspect, "side": side.value}
            ratings.append(said | scale)
    if ratings:
        document["ratings"] = ratings
