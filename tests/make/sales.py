"""Receipts and their lines."""

from datetime import datetime
from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api


def sale(**changes: Any) -> dict[str, Any]:
    return {
        "source": "till",
        "receipt_no": f"R-{number()}",
        "occurred_at": "2026-03-01T10:15:00+00:00",
        "currency": "GBP",
        "lines": [line()],
        "payments": [{"method": "card", "amount": "10.00"}],
        "total": "10.00",
        **changes,
    }


def line(total: str = "10.00", **changes: Any) -> dict[str, Any]:
    return {"sku": "TEA-1", "name": "Tea", "quantity": "1", "unit_price": total, "total": total, **changes}


def refund(
    receipt_no: str, line_no: int = 1, quantity: str = "-1", total: str = "-10.00", **more: Any
) -> dict[str, Any]:
    """A line that takes one back."""
    price = more.pop("unit_price", "10.00")
    return {
        "sku": "TEA-1",
        "quantity": quantity,
        "unit_price": price,
        "total": total,
        "refund_of": {"receipt_no": receipt_no, "line_no": line_no},
        **more,
    }


async def record(
    client: httpx.AsyncClient, body: dict[str, Any] | None = None, status: int = 201, **changes: Any
) -> dict[str, Any]:
    return await api.post(client, "/v1/sales", (sale() if body is None else body) | changes, status)


async def record_purchase(
    client: httpx.AsyncClient, customer_id: Any, occurred_at: datetime, total: str = "30.00", **changes: Any
) -> dict[str, Any]:
    """A receipt of one line, or a return where the total is negative."""
    quantity = "-1" if total.startswith("-") else "1"
    only = {"quantity": quantity, "unit_price": total.removeprefix("-"), "total": total}
    body = sale(occurred_at=occurred_at.isoformat(), lines=[only], payments=[], total=total, **changes)
    return await record(client, body | {"customer": {"id": str(customer_id)}})


async def record_return(client: httpx.AsyncClient, sale: dict[str, Any], occurred_at: datetime) -> dict[str, Any]:
    """All of a receipt comes back, without a word about who brings it."""
    lines = [
        {
            "quantity": f"-{line['quantity']}",
            "unit_price": line["unit_price"],
            "total": f"-{line['total']}",
            "refund_of": {"receipt_no": sale["receipt_no"], "line_no": line["line_no"]},
        }
        for line in sale["lines"]
    ]
    total = f"-{sale['total']}"
    return await record(
        client, source=sale["source"], occurred_at=occurred_at.isoformat(), lines=lines, payments=[], total=total
    )
