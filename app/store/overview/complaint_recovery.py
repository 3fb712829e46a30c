"""Whether customers came back after a complaint, and how much they spend since: each answer one statement."""

from datetime import datetime
from functools import cache
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.overview.complaint_recovery import LaterFeedback, RecoveryQuery
from app.store import complaints
from app.store.complaints import BOUGHT, DAYS, PURCHASE, chosen, scope, span
from app.store.kit import aggregates, documents


async def one(ctx: Context, complaint_id: UUID) -> str:
    found = await ctx.db.fetchval(_ONE, ctx.now, complaint_id)
    if found is None:
        raise NotFound(complaints.MISSING)
    return found


async def groups(ctx: Context, query: RecoveryQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `mature` or `of`, means with their `deviation`: their intervals are not the database's."""
    asked = chosen(query)
    statement = _groups(query.by, tuple(asked))
    return await aggregates.fetch(ctx, statement, ctx.now, since, before, query.limit, *asked.values())


_AGAIN = f"""(
    SELECT a.received_at FROM complaints a
    WHERE a.customer_id = e.customer_id AND a.received_at > e.ended_at
    AND a.received_at <= e.ended_at + {span(DAYS[-1])} AND a.id <> e.id
    ORDER BY a.received_at LIMIT 1
)"""
_HEARD = f"""
    SELECT {{}} FROM feedback w WHERE w.customer_id = e.customer_id AND w.competitor IS NULL AND w.score IS NOT NULL
    AND w.collected_at > e.ended_at AND w.collected_at <= e.ended_at + {span(DAYS[-1])}
"""
"""What the customer of `e` thought of us in the 180 days after its end."""
_UNTIL = f"least($1::timestamptz, e.ended_at + {span(180)})"
_MONTH = 30 * 24 * 60 * 60
# The 180 days before it was received, and the time since it ended.
_RECEIPTS = f"""
    SELECT s.currency, s.total, s.occurred_at, s.kind, s.voided_at FROM sales s
    WHERE s.customer_id = e.customer_id AND s.voided_at IS NULL
    AND s.occurred_at >= e.received_at - {span(180)} AND s.occurred_at <= {_UNTIL}
    AND (s.occurred_at < e.received_at OR s.occurred_at > e.ended_at)
"""
_MONTHS = f"nullif(greatest(extract(epoch FROM {_UNTIL} - e.ended_at), 0), 0) / {_MONTH}"
# The same as a float: exact numbers take their time.
_MONTHS_OF_MANY = f"(nullif(greatest(date_part('epoch', {_UNTIL} - e.ended_at), 0), 0) / {_MONTH})"


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
        'ended_at', {documents.timestamp("e.ended_at")},
        'within', json_build_array({_WITHIN}),
        'first_purchase_after_at', {documents.timestamp("e.bought_at")},
        'spend', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency,
                'before_per_month', round(x.before / 6, 2)::text, 'after_per_month', round(x.after / e.months, 2)::text,
                'months_before', '6.00', 'months_after', round(coalesce(e.months, 0), 2)::text
            ) ORDER BY x.currency), '[]') FROM (
                SELECT s.currency, coalesce(sum(s.total) FILTER (WHERE s.occurred_at < e.received_at), 0) AS before,
                    coalesce(sum(s.total) FILTER (WHERE s.occurred_at > e.ended_at), 0) AS after
                FROM ({_RECEIPTS}) s GROUP BY s.currency) x
        ), 'later_feedback', (
            SELECT coalesce(json_agg(row_to_json(d) ORDER BY w.collected_at, w.id), '[]')
            FROM ({_HEARD.format("w.*")} ORDER BY w.collected_at, w.id LIMIT 20) w
            CROSS JOIN LATERAL (SELECT {documents.columns(LaterFeedback, "w")}) d
        ))::text
    FROM (SELECT e.*, {BOUGHT.format("")} AS bought_at, {_AGAIN} AS again_at, {_MONTHS} AS months FROM ended e) e
"""

_CLOSED = """
    SELECT c.id, c.customer_id, c.received_at, c.ended_at, {part} AS part, c.reopened_count > 0 AS reopened,
        true AS closed
    FROM complaints c WHERE c.state = 'closed' AND c.ended_at >= $2 AND c.ended_at < $3{scope}
"""
# Closed in this time and open again: not to be forgotten when asking what does not last. When one came into the state
# that it left again is when it was closed; of several times the last counts.
_OPEN_AGAIN = """
    SELECT c.id, c.customer_id, c.received_at, m.closed_at, {part}, true, false
    FROM (
        SELECT m.complaint_id, max(m.entered_at) AS closed_at FROM complaint_moves m
        WHERE m.from_state = 'closed' AND m.entered_at >= $2 GROUP BY m.complaint_id HAVING max(m.entered_at) < $3
    ) m JOIN complaints c ON c.id = m.complaint_id
    WHERE c.state NOT IN ('closed', 'withdrawn'){scope}
"""
_ACCEPTED = "complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'"
# What these are grouped by is a column.
_COLUMNS = {
    "category": "c.category",
    "handler": "c.owner",
    "site": "c.site",
    "severity": "c.severity",
    "feeling": "c.feeling",
    "channel": "c.channel",
}
_OWN = "SELECT e.*, {} AS key, NULL::text AS own, true AS first FROM ended e"
_SEVERAL = (
    "SELECT e.*, k.key, k.own, row_number() OVER (PARTITION BY e.id) = 1 AS first FROM ended e JOIN ({}) k USING (id)"
)
_BAND = """CASE WHEN k.cost <= 0 THEN 'none' WHEN k.cost < 10 THEN '<10' WHEN k.cost < 50 THEN '<50'
    WHEN k.cost < 200 THEN '<200' WHEN k.cost >= 200 THEN '200+' END"""
# Which group a complaint belongs to. With several remedies it is in several; `first` is true for one of them.
_KEYED = {
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


def _counted(happened: str) -> str:
    """Of facts `f` that are `n` complaints each: how many saw something happen in time, of those it is known of."""
    listed = []
    for place, days in enumerate(DAYS, start=1):
        mature = f"f.known AND f.ripe >= {place}"
        listed.append(
            f"json_build_object('days', {days}, 'mature', {_number(mature)}, "
            f"'count', {_number(f'{mature} AND {happened} <= {place}')})"
        )
    return f"json_build_array({', '.join(listed)})"


def _number(condition: str) -> str:
    return f"coalesce(sum(f.n) FILTER (WHERE {condition}), 0)"


def _soon(happened: str) -> str:
    """In which of the spans after the end it happened first, from 1 on; null for none of them."""
    places = enumerate(DAYS, start=1)
    whens = " ".join(f"WHEN {happened} - e.ended_at <= {span(days)} THEN {place}" for place, days in places)
    return f"CASE {whens} END"


# How many of the spans are over since it ended.
_RIPE = " + ".join(f"(e.ended_at <= (SELECT $1::timestamptz - {span(days)}))::int" for days in DAYS)
_COUNTS = f"""{_number("f.closed")} AS complaints, {_number("f.known")} AS with_customer,
    {_counted("f.bought")} AS bought_again, {_counted("f.again")} AS complained_again,
    json_build_object('count', {_number("f.reopened")}, 'of', coalesce(sum(f.n), 0)) AS reopened"""
_EACH = "avg(coalesce(b, 0)) AS b, avg(coalesce(a, 0)) AS a"
_MEANS = """count(*) AS customers, avg(b)::numeric AS b, avg(a)::numeric AS a,
    stddev_samp(a - b)::numeric AS deviation"""
_SCORES = "count(*) AS customers, avg(score) AS mean, stddev_samp(score) AS deviation"


def _told(same: str) -> str:
    """A group `g` as JSON, with those rows of `changes`, `spendings` and `opinions` (all `x`) that are the same."""
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
        ), 'later_feedback', (
            SELECT json_build_object('customers', coalesce(max(x.customers), 0),
                'mean_score', round(max(x.mean), 2)::text, 'deviation', round(max(x.deviation), 6)::text
            ) FROM opinions x WHERE {same}
        ))"""


@cache
def _groups(by: str, named: tuple[str, ...]) -> str:
    order = "g.key" if by == "month" else "g.complaints DESC, g.key, g.own"
    same = "NOT x.whole AND x.key IS NOT DISTINCT FROM g.key AND x.own IS NOT DISTINCT FROM g.own"
    closed, open_again = (
        part.format(part=_COLUMNS.get(by, "NULL::text"), scope=scope(named)) for part in (_CLOSED, _OPEN_AGAIN)
    )
    return f"""
    WITH ours AS MATERIALIZED (
        SELECT e.*, e.closed AND e.customer_id IS NOT NULL AS known, {_RIPE} AS ripe
        FROM ({closed} UNION ALL {open_again}) e
    ),
    -- The receipts of each customer are walked through once, for what was bought and for what was spent.
    walked AS MATERIALIZED (
        SELECT e.id, s.currency,
            min(s.occurred_at) FILTER (WHERE s.occurred_at > e.ended_at AND {PURCHASE}) AS bought_at,
            sum(s.total) FILTER (WHERE s.occurred_at < e.received_at) AS before,
            sum(s.total) FILTER (WHERE s.occurred_at > e.ended_at) AS after
        FROM ours e CROSS JOIN LATERAL ({_RECEIPTS} OFFSET 0) s
        WHERE e.known AND e.ripe > 0 GROUP BY e.id, s.currency
    ),
    ended AS MATERIALIZED (
        SELECT e.*, {_soon("e.bought_at")} AS bought, {_soon("e.again_at")} AS again FROM (
            SELECT e.*, w.bought_at, CASE WHEN e.known AND e.ripe > 0 THEN {_AGAIN} END AS again_at
            FROM ours e LEFT JOIN (SELECT id, min(bought_at) AS bought_at FROM walked GROUP BY id) w USING (id)
            OFFSET 0
        ) e
    ),
    keyed AS ({_KEYED.get(by) or _OWN.format("e.part")}),
    facts AS MATERIALIZED (
        SELECT e.key, e.own, e.first, e.closed, e.known, e.reopened, e.ripe, e.bought, e.again, count(*) AS n
        FROM keyed e GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ),
    spent AS MATERIALIZED (
        SELECT e.key, e.own, w.currency, e.customer_id, e.first, w.before::float8 / 6 AS b,
            w.after::float8 / {_MONTHS_OF_MANY} AS a
        FROM walked w JOIN keyed e USING (id)
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
    heard AS MATERIALIZED (
        SELECT e.key, e.own, e.first, e.customer_id, w.score
        FROM keyed e CROSS JOIN LATERAL ({_HEARD.format("w.score")} OFFSET 0) w WHERE e.known
    ),
    opinions AS MATERIALIZED (
        SELECT false AS whole, key, own, {_SCORES} FROM (
            SELECT key, own, avg(score) AS score FROM heard GROUP BY key, own, customer_id
        ) c GROUP BY key, own
        UNION ALL
        SELECT true, NULL, NULL, {_SCORES} FROM (
            SELECT avg(score) AS score FROM heard WHERE first GROUP BY customer_id
        ) c
    ),
    paid AS MATERIALIZED (
        SELECT e.key, e.own, r.currency, sum(r.cost) AS total FROM keyed e JOIN {_ACCEPTED}
        WHERE e.closed AND r.cost IS NOT NULL {_PAID_FOR.get(by, "")} GROUP BY e.key, e.own, r.currency
    ),
    spendings AS MATERIALIZED (
        SELECT false AS whole, * FROM paid
        UNION ALL SELECT true, NULL, NULL, currency, sum(total) FROM paid GROUP BY currency
    ),
    counted AS MATERIALIZED (SELECT f.key, f.own, {_COUNTS} FROM facts f GROUP BY f.key, f.own),
    listed AS (SELECT g.*, row_number() OVER (ORDER BY {order}) AS place FROM counted g ORDER BY place LIMIT $4)
    SELECT json_build_object('by', '{by}', 'ended_since', {documents.timestamp("$2::timestamptz")},
        'ended_before', {documents.timestamp("$3::timestamptz")}, 'groups', (SELECT count(*) FROM counted),
        'all', (SELECT {_told("x.whole")} FROM (
            SELECT NULL AS key, NULL AS own, {_COUNTS} FROM facts f WHERE f.first) g),
        'items', (SELECT coalesce(json_agg({_told(same)} ORDER BY g.place), '[]') FROM listed g))::text
    """
