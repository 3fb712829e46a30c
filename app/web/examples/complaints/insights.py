"""Figures about a quarter's complaints, and the recovery of Zoë's."""

from typing import Any

from app.web.examples.complaints.complaints import COMPLAINT
from app.web.examples.customers import ZOE


def _share(count: int, total: int, share: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"count": count, "total": total, "share": share, "low": low, "high": high}


def _mature(days: int, mature: int, count: int, *figures: float | None) -> dict[str, Any]:
    share, low, high = figures
    return {"days": days, "mature": mature, "count": count, "share": share, "low": low, "high": high}


_REOPENED = _share(1, 18, 0.0556, 0.0099, 0.2576)
_CAME_BACK = [
    _mature(30, 17, 9, 0.5294, 0.3096, 0.7383),
    _mature(90, 6, 5, 0.8333, 0.4365, 0.9699),
    _mature(180, 0, 0, None, None, None),
]
_COMPLAINED = [
    _mature(30, 17, 1, 0.0588, 0.0105, 0.2698),
    _mature(90, 6, 1, 0.1667, 0.0301, 0.5635),
    _mature(180, 0, 0, None, None, None),
]
_GROUP: dict[str, Any] = {
    "key": "refund",
    "currency": None,
    "complaints": 18,
    "with_customer": 17,
    "bought_again": _CAME_BACK,
    "complained_again": _COMPLAINED,
    "reopened": _REOPENED,
    "spend_change": [
        {
            "currency": "GBP",
            "customers": 16,
            "before_per_month": "61.40",
            "after_per_month": "55.10",
            "change_per_month": "-6.30",
            "low": "-14.86",
            "high": "2.26",
        }
    ],
    "cost": [{"currency": "GBP", "total": "318.50"}],
    "later_feedback": {"customers": 9, "mean_score": "71.11", "low": "55.37", "high": "86.85"},
}
_RECOVERIES: dict[str, Any] = {
    "group_by": "remedy",
    "ended_since": "2025-03-20T09:00:00.000000Z",
    "ended_before": "2026-03-20T09:00:00.000000Z",
    "group_count": 1,
    "all": _GROUP | {"key": None},
    "items": [_GROUP],
}
_RECOVERY: dict[str, Any] = {
    "complaint_id": COMPLAINT,
    "customer_id": ZOE,
    "state": "closed",
    "ended_at": "2026-03-18T16:05:00.000000Z",
    "windows": [
        {"days": 30, "mature": True, "bought_again": "yes", "complained_again": "no"},
        {"days": 90, "mature": False, "bought_again": "yes", "complained_again": None},
        {"days": 180, "mature": False, "bought_again": "yes", "complained_again": None},
    ],
    "first_purchase_after_at": "2026-04-03T08:41:00.000000Z",
    "spend": [
        {
            "currency": "GBP",
            "before_per_month": "48.25",
            "after_per_month": "51.60",
            "months_before": "6.00",
            "months_after": "1.20",
        }
    ],
    "later_feedback": [
        {
            "id": "019cf8e1-3b70-7d44-9a15-c2f06e7b8d31",
            "collected_at": "2026-04-05T18:40:12.000000Z",
            "method": "survey",
            "metric": "nps",
            "value": "8",
            "best": "10",
            "score": "80.00",
            "nps_class": "passive",
        }
    ],
}
_INSIGHTS: dict[str, Any] = {
    "received_since": "2026-03-01T00:00:00.000000Z",
    "received_before": "2026-03-20T09:00:00.000000Z",
    "interval": "month",
    "volume": {
        "received": 20,
        "closed": 16,
        "withdrawn": 1,
        "periods": [{"starts_on": "2026-03-01", "received": 20, "closed": 16, "withdrawn": 1}],
    },
    "backlog": {
        "open": 4,
        "breached": 1,
        "ages": [
            {"from_days": 0, "to_days": 1, "open": 1, "breached": 0},
            {"from_days": 2, "to_days": 7, "open": 2, "breached": 0},
            {"from_days": 8, "to_days": 14, "open": 1, "breached": 1},
            {"from_days": 15, "to_days": 30, "open": 0, "breached": 0},
            {"from_days": 31, "to_days": None, "open": 0, "breached": 0},
        ],
    },
    "time_in_state": {
        "states": [
            {
                "state": "received",
                "completed": 19,
                "ongoing": 1,
                "median_hours": 0.35,
                "p90_hours": 2.1,
                "mean_hours": 0.8,
            }
        ],
        "reopened": _REOPENED,
    },
    "clocks": {
        "metrics": [
            {
                "metric": "acknowledge",
                "met_in_time": 17,
                "met_late": 1,
                "running": 1,
                "breached": 1,
                "in_time": _share(17, 19, 0.8947, 0.6861, 0.9706),
            }
        ],
        "reopened": _REOPENED,
    },
    "speed": {
        "acknowledge": {"count": 19, "median_hours": 0.35, "p90_hours": 2.1},
        "respond": {"count": 17, "median_hours": 21.5, "p90_hours": 70.25},
        "close": {"count": 16, "median_hours": 49.0, "p90_hours": 121.4},
        "reopened": _REOPENED,
        "accepted": _share(15, 17, 0.8824, 0.6566, 0.9671),
    },
    "outcomes": {"closed": _share(16, 20, 0.8, 0.584, 0.9193), "recovered": _CAME_BACK},
    "repeat_complainants": {
        "customers": _share(2, 16, 0.125, 0.035, 0.3602),
        "complaints": 4,
        "unclaimed": 2,
    },
    "causes": {
        "known": _share(15, 20, 0.75, 0.5313, 0.8881),
        "kinds": [{"cause_kind": "supplier"} | _share(9, 15, 0.6, 0.3575, 0.8018)],
    },
    "products": [{"sku": "LAMB-SHOULDER", "name": "Shoulder of lamb", "complaints": 6, "closed": 5, "reopened": 1}],
    "sites": [
        {
            "site": "whitstable",
            "name": "Harbour Street",
            "complaints": 14,
            "closed": 12,
            "reopened": 1,
            "receipts": 4120,
            "per_thousand_receipts": 3.4,
        }
    ],
}
SCHEMAS: dict[str, Any] = {
    "ComplaintInsights": _INSIGHTS,
    "RecoveryReport": _RECOVERIES,
    "ComplaintRecovery": _RECOVERY,
}
