"""Whether customers came back after a complaint: the figures of the database, with confidence intervals."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.kit import statistics
from app.schemas.overview.complaint_recovery import RecoveryQuery
from app.services.complaints import LONGEST, with_share
from app.services.kit import figures
from app.services.kit.figures import Figures
from app.store.overview import complaint_recovery as store

_DEFAULT = timedelta(days=365)
_CENT = Decimal("0.01")
_WORST, _BEST = Decimal(0), Decimal(100)


async def recovery(ctx: Context, complaint_id: UUID) -> str:
    return await store.one(ctx, complaint_id)


async def recoveries(ctx: Context, query: RecoveryQuery) -> str:
    since, before = figures.period(
        ctx, query.ended_since, query.ended_before, default=_DEFAULT, longest=LONGEST, parameter="ended_since"
    )
    return figures.with_intervals(await store.groups(ctx, query, since, before), _with_interval)


def _with_interval(counted: Figures) -> Figures:
    """Shares get their value and interval; means get their interval in place of the deviation."""
    return counted | _mean(counted) if "deviation" in counted else with_share(counted)


def _mean(figures: dict[str, Any]) -> dict[str, Any]:
    deviation = figures.pop("deviation")
    if deviation is None:
        return {"low": None, "high": None}
    is_score = "mean_score" in figures
    mean = Decimal(figures["mean_score" if is_score else "change_per_month"])
    interval = statistics.mean_interval(mean, Decimal(deviation), figures["customers"])
    assert interval is not None, "a deviation needs at least two cases"
    bounds = [min(max(bound, _WORST), _BEST) if is_score else bound for bound in interval]
    low, high = (str(bound.quantize(_CENT) + 0) for bound in bounds)
    return {"low": low, "high": high}
