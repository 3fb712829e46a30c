"""Whether customers came back after a complaint, and how much they spend since: each answer one statement."""

from datetime import datetime
from functools import cache
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.complaint_recovery import RecoveryQuery
from app.store import complaints, documents

DAYS = (30, 90, 180)


async def one(ctx: Context, complaint_id: UUID) -> str:
    found = await ctx.db.fetchval(_ONE, ctx.now, complaint_id)
    if found is None:
        raise NotFound(complaints.MISSING)
    return found


async def groups(ctx: Context, query: RecoveryQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `mature` or `of`, means with their `deviation`: their intervals are not the database's."""
    chosen = (query.category, query.site, query.sku, query.channel, query.owner)
    return await ctx.db.fetchval(_groups(query.by), ctx.now, since, before, *chosen, query.limit)


def scope(first: int) -> str:
    """Conditions on complaints `c` for five parameters from number `first` on; null asks for nothing."""
    columns = ("category", "site", "sku", "channel", "owner")
    return " AND ".join(f"(${n}::text IS NULL OR c.{name} = ${n})" for n, name in enumerate(columns, start=first))


def span(days: int) -> str:
    """In hours: a day has 24 of them, whatever the clocks of the session's time zone do."""
    return f"interval '{days * 24} hours'"


def within(happened: str, rows: str = "f.customer_id IS NOT NULL") -> str:
    """For rows `f`: how many of those that ended so many days ago saw something happen within these days."""
    listed = []
    for days in DAYS:
        mature = f"{rows} AND f.ended_at <= $1::timestamptz - {span(days)}"
        listed.append(
            f"json_build_object('days', {days}, 'mature', count(*) FILTER (WHERE {mature}), "
            f"'count', count(*) FILTER (WHERE {mature} AND {happened} <= f.ended_at + {span(days)}))"
        )
    return f"json_build_array({', '.join(listed)})"


# What `purchases` of a customer's totals counts, and something was paid: what is exchanged for nothing or given as a
# remedy is no reason to think that the customer came back.
PURCHASE = "s.kind <> 'return' AND s.total > 0 AND s.voided_at IS NULL"
_BOUGHT = f"""(
    SELECT s.occurred_at FROM sales s
    WHERE s.customer_id = e.customer_id AND s.occurred_at > e.ended_at {{}} AND {PURCHASE}
    ORDER BY s.occurred_at LIMIT 1
)"""
BOUGHT_SOON = _BOUGHT.format(f"AND s.occurred_at <= e.ended_at + {span(DAYS[-1])}")
"""When the customer of `e` first bought after its end, if that was within 180 days."""
_AGAIN = f"""(
    SELECT a.received_at FROM complaints a
    WHERE a.customer_id = e.customer_id AND a.received_at > e.ended_at
    AND a.received_at <= e.ended_at + {span(DAYS[-1])} AND a.id <> e.id
    ORDER BY a.received_at LIMIT 1
)"""
_UNTIL = f"least($1::timestamptz, e.ended_at + {span(180)})"
_MONTH = 30 * 24 * 60 * 60
# The 180 days before it was received, and the time since it ended.
_RECEIPTS = f"""
    SELECT s.currency, s.total, s.occurred_at FROM sales s
    WHERE s.customer_id = e.customer_id AND s.voided_at IS NULL
    AND s.occurred_at >= e.received_at - {span(180)} AND s.occurred_at <= {_UNTIL}
    AND (s.occurred_at < e.received_at OR s.occurred_at > e.ended_at)
"""
_MONTHS = f"nullif(greatest(extract(epoch FROM {_UNTIL} - e.ended_at), 0), 0) / {_MONTH}"


def _answer(days: int, happened: str) -> str:
    return (
        f"CASE WHEN e.customer_id IS NULL THEN NULL WHEN {happened} <= e.ended_at + {span(days)} THEN 'yes' "
        f"WHEN e.ended_at <= $1::timestamptz - {span(days)} THEN 'no' END"
    )


_WITHIN = ", ".join(
    f"json_build_object('days', {days}, 'mature', coalesce(e.ended_at <= $1::timestamptz - {span(days)}, false), "
    f"'bought_again', {_answer(days, 'e.bought_at')}, 'complained_again', {_answer(days, 'e.again_at')})"
    for days in DAYS
)
_ONE = f"""
    WITH ended AS (
        SELECT c.id, c.customer_id, c.state, c.received_at,
            CASE WHEN c.state IN ('closed', 'withdrawn') THEN c.ended_at END AS ended_at
        FROM complaints c WHERE c.id = $2
    )
    SELECT json_build_object('complaint_id', e.id, 'customer_id', e.customer_id, 'state', e.state,
        'ended_at', {documents.moment("e.ended_at")},
        'within', json_build_array({_WITHIN}),
        'first_purchase_after_at', {documents.moment("e.bought_at")},
        'spend', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency,
                'before_per_month', round(x.before / 6, 2)::text, 'after_per_month', round(x.after / e.months, 2)::text,
                'months_before', '6.00', 'months_after', round(coalesce(e.months, 0), 2)::text
            ) ORDER BY x.currency), '[]') FROM (
                SELECT s.currency, coalesce(sum(s.total) FILTER (WHERE s.occurred_at < e.received_at), 0) AS before,
                    coalesce(sum(s.total) FILTER (WHERE s.occurred_at > e.ended_at), 0) AS after
                FROM ({_RECEIPTS}) s GROUP BY s.currency) x
        ))::text
    FROM (SELECT e.*, {_BOUGHT.format("")} AS bought_at, {_AGAIN} AS again_at, {_MONTHS} AS months FROM ended e) e
"""

_CLOSED = f"""
    SELECT c.id, c.customer_id, c.received_at, c.ended_at, c.category, c.site, c.severity, c.feeling, c.channel,
        c.owner, c.reopened > 0 AS reopened, true AS closed
    FROM complaints c WHERE c.state = 'closed' AND c.ended_at >= $2 AND c.ended_at < $3 AND {scope(4)}
"""
# Closed in this time and open again: not to be forgotten when asking what does not last.
_OPEN_AGAIN = f"""
    SELECT c.id, c.customer_id, c.received_at, m.happened_at, c.category, c.site, c.severity, c.feeling, c.channel,
        c.owner, true, false
    FROM complaints c CROSS JOIN LATERAL (
        SELECT m.happened_at FROM complaint_moves m WHERE m.complaint_id = c.id AND m.move = 'close'
        ORDER BY m.position DESC LIMIT 1
    ) m
    WHERE c.state NOT IN ('closed', 'withdrawn') AND c.reopened > 0
    AND m.happened_at >= $2 AND m.happened_at < $3 AND {scope(4)}
"""
_ACCEPTED = "complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'"
_OWN = "SELECT e.*, {} AS key, NULL::text AS own, true AS first FROM ended e"
_SEVERAL = (
    "SELECT e.*, k.key, k.own, row_number() OVER (PARTITION BY e.id) = 1 AS first FROM ended e JOIN ({}) k USING (id)"
)
_BAND = """CASE WHEN k.cost <= 0 THEN 'none' WHEN k.cost < 10 THEN '<10' WHEN k.cost < 50 THEN '<50'
    WHEN k.cost < 200 THEN '<200' WHEN k.cost >= 200 THEN '200+' END"""
# Which group a complaint belongs to. With several remedies it is in several; `first` is true for one of them.
_KEYED = {
    "category": _OWN.format("e.category"),
    "handler": _OWN.format("e.owner"),
    "site": _OWN.format("e.site"),
    "severity": _OWN.format("e.severity"),
    "feeling": _OWN.format("e.feeling"),
    "channel": _OWN.format("e.channel"),
    "month": _OWN.format("to_char(e.ended_at AT TIME ZONE 'UTC', 'YYYY-MM')"),
    "remedy": _SEVERAL.format(
        f"SELECT DISTINCT e.id, coalesce(r.kind, 'none') AS key, NULL::text AS own FROM ended e LEFT JOIN {_ACCEPTED}"
    ),
    "cost": _SEVERAL.format(
        f"""
        SELECT k.id, {_BAND} AS key, CASE WHEN k.cost > 0 THEN k.currency END AS own FROM (
            SELECT e.id, r.currency, sum(r.cost) AS cost FROM ended e JOIN {_ACCEPTED}
            WHERE r.cost IS NOT NULL GROUP BY e.id, r.currency
            UNION ALL
            SELECT e.id, NULL, CASE WHEN count(r.id) = 0 THEN 0 END FROM ended e LEFT JOIN {_ACCEPTED}
            GROUP BY e.id HAVING count(r.cost) = 0
        ) k
        """
    ),
}
# Of a group by remedy or cost, only what that remedy, or remedies in that currency, cost.
_PAID_FOR = {"remedy": "AND r.kind = e.key", "cost": "AND r.currency = e.own"}
_KNOWN = "f.closed AND f.customer_id IS NOT NULL"
_COUNTS = f"""count(*) FILTER (WHERE f.closed) AS complaints, count(*) FILTER (WHERE {_KNOWN}) AS with_customer,
    {within("f.bought_at", _KNOWN)} AS bought_again, {within("f.again_at", _KNOWN)} AS complained_again,
    json_build_object('count', count(*) FILTER (WHERE f.reopened), 'of', count(*)) AS reopened"""
_EACH = "avg(coalesce(b, 0)) AS b, avg(coalesce(a, 0)) AS a"
_MEANS = """count(*) AS customers, avg(b)::numeric AS b, avg(a)::numeric AS a,
    stddev_samp(a - b)::numeric AS deviation"""


def _told(same: str) -> str:
    """A group `g` as JSON, with those rows of `changes` and `paid` (both `x`) that are the same."""
    return f"""json_build_object('key', g.key, 'currency', g.own, 'complaints', g.complaints,
        'with_customer', g.with_customer, 'bought_again', g.bought_again, 'complained_again', g.complained_again,
        'reopened', g.reopened, 'spend_change', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency, 'customers', x.customers,
                'before_per_month', round(x.b, 2)::text, 'after_per_month', round(x.a, 2)::text,
                'change_per_month', round(x.a - x.b, 2)::text, 'deviation', round(x.deviation, 6)::text
            ) ORDER BY x.currency), '[]') FROM changes x WHERE {same}
        ), 'cost', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency, 'total', x.total::text)
            ORDER BY x.currency), '[]') FROM spendings x WHERE {same}
        ))"""


@cache
def _groups(by: str) -> str:
    order = "g.key" if by == "month" else "g.complaints DESC, g.key, g.own"
    same = "NOT x.whole AND x.key IS NOT DISTINCT FROM g.key AND x.own IS NOT DISTINCT FROM g.own"
    return f"""
    WITH ended AS ({_CLOSED} UNION ALL {_OPEN_AGAIN}),
    keyed AS ({_KEYED[by]}),
    aged AS (
        SELECT e.*, e.closed AND e.customer_id IS NOT NULL AND e.ended_at <= $1::timestamptz - {span(DAYS[0])} AS mature
        FROM keyed e
    ),
    facts AS MATERIALIZED (
        SELECT e.id, e.customer_id, e.received_at, e.ended_at, e.reopened, e.closed, e.key, e.own, e.first, e.mature,
            CASE WHEN e.mature THEN {BOUGHT_SOON} END AS bought_at, CASE WHEN e.mature THEN {_AGAIN} END AS again_at
        FROM aged e
    ),
    spent AS MATERIALIZED (
        SELECT e.key, e.own, s.currency, e.customer_id, bool_or(e.first) AS first,
            sum(CASE WHEN s.occurred_at < e.received_at THEN s.total END)::float8 / 6 AS b,
            sum(CASE WHEN s.occurred_at > e.ended_at THEN s.total END)::float8 / any_value({_MONTHS})::float8 AS a
        FROM facts e CROSS JOIN LATERAL ({_RECEIPTS} OFFSET 0) s
        WHERE e.mature GROUP BY e.id, e.key, e.own, s.currency, e.customer_id
    ),
    -- A customer with several complaints counts once: they are not several who think alike.
    changes AS MATERIALIZED (
        SELECT false AS whole, key, own, currency, {_MEANS} FROM (
            SELECT key, own, currency, {_EACH} FROM spent GROUP BY key, own, currency, customer_id
        ) c GROUP BY key, own, currency
        UNION ALL
        SELECT true, NULL, NULL, currency, {_MEANS} FROM (
            SELECT currency, {_EACH} FROM spent WHERE first GROUP BY currency, customer_id
        ) c GROUP BY currency
    ),
    paid AS MATERIALIZED (
        SELECT e.key, e.own, r.currency, sum(r.cost) AS total FROM facts e JOIN {_ACCEPTED}
        WHERE e.closed AND r.cost IS NOT NULL {_PAID_FOR.get(by, "")} GROUP BY e.key, e.own, r.currency
    ),
    spendings AS MATERIALIZED (
        SELECT false AS whole, * FROM paid
        UNION ALL SELECT true, NULL, NULL, currency, sum(total) FROM paid GROUP BY currency
    ),
    counted AS MATERIALIZED (SELECT f.key, f.own, {_COUNTS} FROM facts f GROUP BY f.key, f.own),
    listed AS (SELECT g.*, row_number() OVER (ORDER BY {order}) AS place FROM counted g ORDER BY place LIMIT $9)
    SELECT json_build_object('by', '{by}', 'ended_since', {documents.moment("$2::timestamptz")},
        'ended_before', {documents.moment("$3::timestamptz")}, 'groups', (SELECT count(*) FROM counted),
        'all', (SELECT {_told("x.whole")} FROM (
            SELECT NULL AS key, NULL AS own, {_COUNTS} FROM facts f WHERE f.first) g),
        'items', (SELECT coalesce(json_agg({_told(same)} ORDER BY g.place), '[]') FROM listed g))::text
    """
