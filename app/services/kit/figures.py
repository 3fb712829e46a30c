"""Figures that the database counted, completed with confidence intervals."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.core.context import Context
from app.core.errors import invalid
from app.rules.kit import moments, statistics

Figures = dict[str, Any]
_INSTANT = timedelta(microseconds=1)


def period(
    ctx: Context,
    since: datetime | None,
    before: datetime | None,
    *,
    default: timedelta,
    longest: timedelta,
    parameter: str,
) -> tuple[datetime, datetime]:
    """The requested period: by default the time of length `default` before `before`, or before now.

    422 at `parameter` for a period that ends before it begins, or is too long.
    """
    since = since or (before or ctx.now) - default
    before = before or ctx.now + _INSTANT  # events of the current transaction are included
    if since >= before:
        raise invalid(f"/query/{parameter}", moments.OUT_OF_ORDER, "Must be before the end of the period")
    if is_longer(since, before, longest):
        raise invalid(f"/query/{parameter}", "too_long", f"The period must be at most {longest.days} days long")
    return since, before


def is_longer(since: datetime, before: datetime, longest: timedelta) -> bool:
    return before - since > longest + _INSTANT


def with_intervals(counted: str, complete: Callable[[Figures], Figures]) -> str:
    """The JSON that the database wrote, with `complete` applied to its objects from the innermost outwards."""
    return json.dumps(json.loads(counted, object_hook=complete), ensure_ascii=False, separators=(",", ":"))


def share(count: int, total: int) -> Figures:
    """`share`, `low` and `high`, from 0 to 1; null where there are no cases."""
    result = statistics.share(count, total)
    values = (None, None, None) if result is None else (result.share, result.low, result.high)
    names = ("share", "low", "high")
    return {name: None if value is None else round(value, 4) for name, value in zip(names, values, strict=True)}
