"""What is made of feedback: which rules it falls under."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.rules.feedback.feedback import Method

LONGEST_AGO = timedelta(days=30)
"""What was collected longer ago than this is history: nothing is made of it any more."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules ask of feedback. `survey` is its code."""

    method: str
    metric: str | None = None
    survey: str | None = None
    site: str | None = None
    channel: str | None = None
    score: Decimal | None = None
    sentiment: str | None = None
    themes: Sequence[str] = ()
    customer_known: bool = False


def in_time(method: str, collected_at: datetime, acted_at: datetime | None, now: datetime) -> bool:
    """Is anything to be made of it? Not of what is old, was acted upon already, or is about somebody else."""
    return method != Method.COMPETITOR and acted_at is None and now - collected_at <= LONGEST_AGO


def matches(when: Mapping[str, Any], facts: Facts) -> bool:
    """Everything that `when` asks for is so; what it leaves out or leaves empty, it does not ask for."""
    one_of = {
        "methods": facts.method,
        "metrics": facts.metric,
        "surveys": facts.survey,
        "sites": facts.site,
        "channels": facts.channel,
        "sentiments": facts.sentiment,
    }
    if any(when.get(name) and value not in when[name] for name, value in one_of.items()):
        return False
    if when.get("themes") and not set(when["themes"]) & set(facts.themes):
        return False
    below, known = when.get("score_below"), when.get("customer_known")
    if below is not None and (facts.score is None or facts.score >= below):
        return False
    return known is None or (known == "yes") == facts.customer_known
