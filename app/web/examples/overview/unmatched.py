"""A receipt with a card that nobody has."""

from typing import Any

from app.web.examples.sales import UNKNOWN_SALE

CARD: dict[str, Any] = {
    "type": "sale",
    "id": UNKNOWN_SALE,
    "occurred_at": "2026-03-14T10:50:00.000000Z",
    "source": "till",
    "reference": "2026-000121",
    "match": "unmatched",
    "name": None,
    "keys": [{"kind": "identity", "value": "loyalty:2001-5120"}],
    "candidates": [],
    "match_reasons": [
        {"kind": "identity", "value": "loyalty:2001-5120", "customer_id": None, "result": "unknown"},
        {"kind": "source", "value": "till", "customer_id": None, "result": "may_not_create"},
    ],
    "claim_path": f"/v1/sales/{UNKNOWN_SALE}/claim",
}
QUERIES: dict[str, Any] = {"list_unmatched_records": {"type": "sale", "source": "till"}}
SCHEMAS: dict[str, Any] = {"UnmatchedRecord": CARD}
