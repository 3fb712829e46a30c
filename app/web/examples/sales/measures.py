"""Measures of a quarter's receipts."""

from typing import Any

_FIGURES: dict[str, Any] = {
    "currency": "GBP",
    "receipts": 412,
    "purchases": 397,
    "returns": 15,
    "customers": 148,
    "units": "1064.35",
    "gross": "11930.20",
    "refunded": "214.60",
    "net": "11715.60",
    "net_per_purchase": "29.51",
    "units_per_purchase": "2.68",
    "refunded_share": 0.018,
    "capture": {"count": 309, "total": 412, "share": 0.75, "low": 0.7059, "high": 0.7894},
}
QUERIES = {"get_sales_measures": {"group_by": "site"}}
SCHEMAS: dict[str, Any] = {
    "SalesMeasures": {
        "since": "2026-01-01",
        "before": "2026-04-01",
        "group_by": "site",
        "then_by": None,
        "group_count": 1,
        "all": [_FIGURES],
        "items": [{"key": "whitstable", "then_key": None, "name": "Harbour Street", "figures": _FIGURES}],
    },
}
