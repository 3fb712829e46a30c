"""What insights and recovery share: which complaints are asked for, and when their customers bought again."""

from collections.abc import Iterable

from app.schemas.complaints.insights import Scope

DAYS = (30, 90, 180)


def chosen(query: Scope) -> dict[str, str]:
    """Which complaints are asked for: columns and their values."""
    asked = {name: getattr(query, name) for name in ("category", "site", "sku", "channel", "owner")}
    return {name: value for name, value in asked.items() if value is not None}


def scope(named: Iterable[str]) -> str:
    """Conditions on complaints `c`: the columns that were `chosen`, whose values are the parameters from $5 on."""
    return "".join(f" AND c.{name} = ${n}" for n, name in enumerate(named, start=5))


def span(days: int) -> str:
    """In hours: a day has 24 of them, whatever the clocks of the session's time zone do."""
    return f"interval '{days * 24} hours'"


# Something was paid: what is exchanged for nothing, or given as a remedy, is no reason to think that they came back.
PURCHASE = "s.kind <> 'return' AND s.total > 0 AND s.voided_at IS NULL"
BOUGHT = f"""(
    SELECT s.occurred_at FROM sales s
    WHERE s.customer_id = e.customer_id AND s.occurred_at > e.ended_at {{}} AND {PURCHASE}
    ORDER BY s.occurred_at LIMIT 1
)"""
BOUGHT_SOON = BOUGHT.format(f"AND s.occurred_at <= e.ended_at + {span(DAYS[-1])}")
"""When the customer of `e` first bought after its end, if that was within 180 days."""
