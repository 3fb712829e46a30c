"""Follow-ups of feedback: which rules apply."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.rules.feedback.feedback import Method

MAX_AGE = timedelta(days=30)
"""Feedback collected longer ago than this is not followed up any more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules decide by. `survey` is the code of the survey."""

    method: str
    metric: str | None = None
    survey: str | None = None
    site: str | None = None
    channel: str | None = None
    score: Decimal | None = None
    sentiment: str | None = None
    themes: Sequence[str] = ()
    customer_known: bool = False


def may_follow_up(method: str, collected_at: datetime, acted_at: datetime | None, now: datetime) -> bool:
    """Whether rules apply at all: not to feedback that is old, was acted upon already, or is about a competitor."""
    return method != Method.COMPETITOR and acted_at is None and now - collected_at <= MAX_AGE


def matches(conditions: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every condition that is not empty holds."""
    facts_by_list = {
        "methods": facts.method,
        "metrics": facts.metric,
        "surveys": facts.survey,
        "sites": facts.site,
        "channels": facts.channel,
        "sentiments": facts.sentiment,
    }
    if any(conditions.get(name) and value not in conditions[name] for name, value in facts_by_list.items()):
        return False
    if conditions.get("themes") and not set(conditions["themes"]) & set(facts.themes):
        return False
    below, customer_known = conditions.get("score_below"), conditions.get("customer_known")
    if below is not None and (facts.score is None or facts.score >= below):
        return False
    return customer_known is None or (customer_known == "yes") == facts.customer_known
