"""What customers are listed by and what changes with their records: since when they are known, when they were last in
contact, and when they last bought something.

Whatever adds to a customer moves these moments on in the statement that writes it; whatever takes something away has
them found anew, by index walks of one row each. Rows are locked in the order customers, totals, activity.

- `customers.known_since` is the earliest of `created_at`, `known_since_given` and the customer's timeline, except what
  a clock that was never set says.
- `customer_activity.last_contact_at` is the latest contact that was held, with them or in which they took part.
  Internal notes are none.
- `customer_activity.last_purchase_at` is the latest of their totals (see `store/sales/totals.py`).
"""

from collections.abc import Iterable
from uuid import UUID

from app.core.context import Context
from app.rules.kit import moments

_OF_A_CLOCK = f"occurred_at >= '{moments.NEVER_SET_BEFORE.isoformat()}'::timestamptz"


def known_earlier(found: str, now: str) -> str:
    """CTE `known_earlier`: customers are known since the earliest of these rows of (customer_id, occurred_at).

    `now` is an expression for the time of the change. Customers are looked up, and each part is made once, also where
    the planner takes the table for empty: it would read all customers for each of them.
    """
    return f"""seen AS MATERIALIZED (
        SELECT customer_id, min(occurred_at) AS known_since FROM {found} WHERE {_OF_A_CLOCK} GROUP BY customer_id
    ),
    seen_earlier AS MATERIALIZED (
        SELECT c.id, f.known_since FROM seen f JOIN customers c ON c.id = f.customer_id
        WHERE c.id = ANY (ARRAY(SELECT customer_id FROM seen)) AND c.known_since > f.known_since
        ORDER BY c.id FOR NO KEY UPDATE OF c
    ),
    known_earlier AS (
        UPDATE customers c SET known_since = k.known_since, version = c.version + 1, updated_at = {now}
        FROM seen_earlier k WHERE c.id = k.id AND c.id = ANY (ARRAY(SELECT id FROM seen_earlier)) RETURNING c.id
    )"""


def contacted(found: str, now: str) -> str:
    """CTEs `known_earlier` and `contacted`: customers were in contact.

    By rows of (customer_id, happened_at, state, direction); `now` is an expression for the time of the change.
    """
    return f"""{known_earlier(f"(SELECT customer_id, happened_at AS occurred_at FROM {found}) f", now)},
    contacted AS (
        INSERT INTO customer_activity AS a (customer_id, last_contact_at)
        SELECT f.customer_id, max(f.happened_at) FROM {found} f
        WHERE f.customer_id IS NOT NULL AND {_is_contact("f")} AND {AFTER_CUSTOMERS}
        GROUP BY f.customer_id ORDER BY f.customer_id
        ON CONFLICT (customer_id) DO UPDATE SET last_contact_at = excluded.last_contact_at
        WHERE a.last_contact_at IS NULL OR a.last_contact_at < excluded.last_contact_at
    )"""


def bought(found: str) -> str:
    """CTE `bought`: customers have bought, by rows of (customer_id, last_purchase_at)."""
    return f"""bought AS (
        INSERT INTO customer_activity AS a (customer_id, last_purchase_at)
        SELECT f.customer_id, max(f.last_purchase_at) FROM {found} f
        WHERE f.last_purchase_at IS NOT NULL GROUP BY f.customer_id ORDER BY f.customer_id
        ON CONFLICT (customer_id) DO UPDATE SET last_purchase_at = excluded.last_purchase_at
        WHERE a.last_purchase_at IS NULL OR a.last_purchase_at < excluded.last_purchase_at
    )"""


AFTER_CUSTOMERS = "(SELECT count(*) FROM known_earlier) >= 0"
"""Condition, always true: what is written under it is locked later than the customers of `known_earlier`."""


async def lock(ctx: Context, customer_ids: Iterable[UUID | None]) -> None:
    """Lock customers and their activity, if several statements move them on: each has an order of its own only.

    One alone is locked by the first of these statements; the database is not queried then.
    """
    ids = sorted({customer_id for customer_id in customer_ids if customer_id is not None})
    if len(ids) > 1:
        await ctx.db.execute(_LOCK, ids)


async def find_known_since(ctx: Context, customer_ids: Iterable[UUID | None]) -> None:
    """Find anew since when customers are known, after something has left their timelines, or moved on them."""
    if ids := sorted({customer_id for customer_id in customer_ids if customer_id is not None}):
        await ctx.db.execute("SELECT FROM customers WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", ids)
        await ctx.db.execute(_FIND_KNOWN_SINCE, ids, ctx.now)


async def find_last_contacts(ctx: Context, customer_ids: Iterable[UUID]) -> None:
    """Find anew when customers were last in contact, after a contact of theirs has changed or gone."""
    if ids := sorted(set(customer_ids)):
        await ctx.db.execute(
            "SELECT FROM customer_activity WHERE customer_id = ANY ($1::uuid[]) ORDER BY customer_id FOR NO KEY UPDATE",
            ids,
        )
        await ctx.db.execute(_FIND_LAST_CONTACTS, ids)


def _is_contact(alias: str) -> str:
    return f"{alias}.state = 'held' AND {alias}.direction <> 'internal'"


_LOCK = """
    WITH locked AS MATERIALIZED (SELECT FROM customers WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE)
    SELECT FROM customer_activity WHERE customer_id = ANY ($1::uuid[]) AND (SELECT count(*) FROM locked) >= 0
    ORDER BY customer_id FOR NO KEY UPDATE
"""
_FIND_KNOWN_SINCE = f"""
    UPDATE customers c SET known_since = k.known_since, version = c.version + 1, updated_at = $2
    FROM (
        SELECT c.id, least(c.created_at, c.known_since_given,
            (SELECT min(e.occurred_at) FROM events e WHERE e.customer_id = c.id AND e.{_OF_A_CLOCK})) AS known_since
        FROM customers c WHERE c.id = ANY ($1::uuid[])
    ) k
    WHERE c.id = k.id AND c.known_since <> k.known_since
"""
_FIND_LAST_CONTACTS = f"""
    UPDATE customer_activity a SET last_contact_at = k.last_contact_at
    FROM (
        SELECT a.customer_id, greatest(
            (SELECT i.happened_at FROM interactions i WHERE i.customer_id = a.customer_id AND {_is_contact("i")}
                ORDER BY i.happened_at DESC LIMIT 1),
            (SELECT p.happened_at FROM interaction_participants p JOIN interactions i ON i.id = p.interaction_id
                WHERE p.customer_id = a.customer_id AND {_is_contact("i")} ORDER BY p.happened_at DESC LIMIT 1)
        ) AS last_contact_at
        FROM customer_activity a WHERE a.customer_id = ANY ($1::uuid[])
    ) k
    WHERE a.customer_id = k.customer_id AND a.last_contact_at IS DISTINCT FROM k.last_contact_at
"""
