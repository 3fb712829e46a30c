"""Shares and their intervals, as reports show them."""

from typing import Any

from app.rules.kit import statistics


def share(count: int, total: int) -> dict[str, Any]:
    found = statistics.share(count, total)
    figures = {name: None if found is None else round(getattr(found, name), 4) for name in ("share", "low", "high")}
    return {"count": count, "total": total, **figures}


def share_after(days: int, count: int, mature: int) -> dict[str, Any]:
    """Of those whose end lies so many days back."""
    found = share(count, mature)
    del found["total"]
    return {"days": days, "mature": mature, **found}


NONE_MATURE = [share_after(days, 0, 0) for days in (30, 90, 180)]
