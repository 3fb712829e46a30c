"""Measures of a quarter's feedback."""

from typing import Any


def _share(count: int, total: int, *figures: float) -> dict[str, Any]:
    share, low, high = figures
    return {"count": count, "total": total, "share": share, "low": low, "high": high}


def _mean(answers: int, *figures: float | None) -> dict[str, Any]:
    mean, low, high = figures
    return {"answers": answers, "mean": mean, "low": low, "high": high}


_TIME = {"since": "2026-01-01T00:00:00.000000Z", "before": "2026-04-01T00:00:00.000000Z"}
_SITE = {"key": "whitstable", "name": "Harbour Street"}
_ALL: dict[str, Any] = {
    **_mean(44, 83.41, 77.37, 89.45),
    "distribution": [1, 2, 3, 8, 30],
    "nps": {"promoters": 27, "passives": 9, "detractors": 8, "nps": 43.18, "low": 18.04, "high": 62.81},
    "satisfied": None,
    "response": _share(41, 120, 0.3417, 0.2629, 0.4303) | {"withdrawn": 3},
}
_MEASURES: dict[str, Any] = {
    "metric": "nps",
    "group_by": "site",
    **_TIME,
    "group_count": 1,
    "all": _ALL,
    "items": [_SITE | _ALL],
}
_METHODS: dict[str, Any] = {
    "answers": 52,
    "methods": [
        {"method": "survey"} | _mean(44, 83.41, 77.37, 89.45),
        {"method": "mystery_shopper"} | _mean(8, 61.25, 49.8, 72.7),
    ],
    "spread": 22.16,
}
_GAP: dict[str, Any] = {
    "aspect": "waiting time",
    "expectation": {"answers": 31, "mean": 88.71},
    "experience": {"answers": 38, "mean": 69.08},
    "gap": -20.16,
    "pairs": 31,
    "low": -27.83,
    "high": -12.49,
}
_FEELINGS = {
    "positive": _share(14, 20, 0.7, 0.481, 0.8545),
    "neutral": _share(2, 20, 0.1, 0.0279, 0.301),
    "negative": _share(4, 20, 0.2, 0.0807, 0.416),
}
_REVIEWED: dict[str, Any] = {
    "feedback": 23,
    **_mean(22, 84.09, 75.66, 92.52),
    "sentiment": _FEELINGS,
    "themes": [{"theme": "freshness"} | _share(9, 23, 0.3913, 0.2216, 0.5921)],
}
_LOOP: dict[str, Any] = {
    "feedback": 52,
    "acknowledged": _share(45, 52, 0.8654, 0.7473, 0.9332),
    "acted": _share(12, 52, 0.2308, 0.1372, 0.3613),
    "notified": _share(9, 40, 0.225, 0.1232, 0.375),
    "closed": _share(10, 52, 0.1923, 0.108, 0.319),
    "forgotten": 3,
    "to_acknowledge": {"count": 45, "median_hours": 3.2, "p90_hours": 22.5},
    "to_act": {"count": 12, "median_hours": 50.25, "p90_hours": 171.0},
    "to_close": {"count": 10, "median_hours": 73.5, "p90_hours": 192.4},
}

SCHEMAS: dict[str, Any] = {
    "Measures": _MEASURES,
    "MethodComparison": {**_TIME, "group_count": 1, "all": _METHODS, "items": [_SITE | _METHODS]},
    "AspectGaps": {**_TIME, "group_count": 1, "items": [_GAP]},
    "CompetitorComparison": {
        **_TIME,
        "methods": ["review", "social"],
        "ours": _REVIEWED,
        "group_count": 1,
        "items": [{"competitor": "Smith's, High Street"} | _REVIEWED],
    },
    "LoopReport": {"group_by": "site", **_TIME, "group_count": 1, "all": _LOOP, "items": [_SITE | _LOOP]},
}
QUERIES: dict[str, Any] = {
    "get_feedback_measures": {"metric": "nps", "group_by": "site"},
    "get_feedback_loop": {"group_by": "month"},
}
