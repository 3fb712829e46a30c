"""How complaints are dealt with, summed up in one statement: each part of it reads a range of an index."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from app.core.context import Context
from app.rules.complaints.states import CauseKind, State
from app.rules.service_levels import Metric
from app.schemas.complaints.insights import InsightsQuery
from app.store.complaints.later_purchases import BOUGHT_SOON, DAYS, chosen, scope, span
from app.store.kit import aggregates, documents

_AGES = ((0, 1), (2, 7), (8, 14), (15, 30), (31, None))
_TOP = 20


async def insights(ctx: Context, query: InsightsQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `of` or `mature`: their intervals are not the database's."""
    asked = chosen(query)
    values = (ctx.now, since, before, query.per, *asked.values())
    found: str = await aggregates.fetch(ctx, _insights(tuple(asked)), *values)
    return found


def _share(count: str, of: str) -> str:
    return f"(SELECT json_build_object('count', t.{count}, 'of', t.{of}) FROM totals t)"


def _hours(interval: str) -> str:
    return f"date_part('epoch', {interval}) / 3600"


def _rounded(hours: str) -> str:
    return f"round(({hours})::numeric, 2)"


def _spread(hours: str) -> str:
    """The median and what nine of ten do not exceed; add a FILTER if need be."""
    return f"percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {hours})"


def _places(values: Iterable[str]) -> str:
    """The values in their order, as rows."""
    listed = ", ".join(f"({place}, '{value}')" for place, value in enumerate(values))
    return f"(VALUES {listed}) v(place, name)"


_NOW = "$1::timestamptz"
_LATE = f"(c.breached OR coalesce(c.due_at < {_NOW}, false))"
# Without conditions on other columns, an index has all of these, and no row has to be fetched.
_RECEIVED = """
    SELECT c.id, c.customer_id, c.received_at, c.state, c.site, c.sku, c.cause_kind, c.reopened_count AS reopened,
        c.acknowledged_at, c.ended_at
    FROM complaints c WHERE c.received_at >= $2 AND c.received_at < $3{scope}
"""
# Once for all shares. Those that are open for the first time cannot have been opened again: `ended` leaves them out.
_TOTALS = f"""
    SELECT count(*) AS received, count(*) FILTER (WHERE state = 'closed') AS closed,
        count(*) FILTER (WHERE reopened > 0) AS reopened,
        count(*) FILTER (WHERE reopened > 0 OR ended_at IS NOT NULL) AS ended,
        count(customer_id) AS claimed, count(cause_kind) AS explained, count(acknowledged_at) AS acknowledged,
        {_spread(_hours("acknowledged_at - received_at"))} AS acknowledge,
        {_spread(_hours("ended_at - received_at"))} FILTER (WHERE state = 'closed') AS close
    FROM received
"""
_REOPENED = _share("reopened", "ended")
# Moves and clocks know when their complaint was received: nobody has to look for those of each complaint.
_STAYED = _hours("m.happened_at - m.entered_at")
_STAYS = f"""
    SELECT v.place, v.name, m.* FROM {_places(State)} CROSS JOIN LATERAL (
        SELECT count(*) AS visits, avg({_STAYED}) AS mean, {_spread(_STAYED)} AS spread,
            count(*) FILTER (WHERE m.move = 'accept') AS accepted, count(*) FILTER (WHERE m.move = 'reject') AS rejected
        FROM complaint_moves m
        WHERE m.from_state = v.name AND m.received_at >= $2 AND m.received_at < $3{{of_moves}}
    ) m WHERE v.name NOT IN ('closed', 'withdrawn')
"""
_ANSWERS = f"""
    SELECT count(*), {_spread("hours")} AS spread FROM (
        SELECT min({_hours("m.happened_at - m.received_at")}) AS hours FROM complaint_moves m
        WHERE m.from_state = 'investigating' AND m.move = 'respond' AND m.received_at >= $2 AND m.received_at < $3
        {{of_moves}} GROUP BY m.complaint_id
    ) a
"""
_PERIODS = """
    SELECT array_agg(at ORDER BY at) AS starts FROM generate_series(date_trunc($4::text, $2::timestamptz, 'UTC'),
        $3::timestamptz - interval '1 microsecond', ('1 ' || $4::text)::interval, 'UTC') AS p(at)
"""
_ENDED = """
    SELECT width_bucket(c.ended_at, (SELECT starts FROM periods)) AS n,
        count(*) FILTER (WHERE c.state = 'closed') AS closed, count(*) FILTER (WHERE c.state = 'withdrawn') AS withdrawn
    FROM complaints c WHERE c.ended_at >= $2 AND c.ended_at < $3{scope} GROUP BY 1
"""
_VOLUME = """
    SELECT json_build_object('received', (SELECT received FROM totals),
        'closed', coalesce(sum(e.closed), 0), 'withdrawn', coalesce(sum(e.withdrawn), 0),
        'periods', json_agg(json_build_object('starts_on', to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            'received', coalesce(r.received, 0), 'closed', coalesce(e.closed, 0),
            'withdrawn', coalesce(e.withdrawn, 0)) ORDER BY p.n))
    FROM unnest((SELECT starts FROM periods)) WITH ORDINALITY AS p(at, n)
    LEFT JOIN (
        SELECT width_bucket(received_at, (SELECT starts FROM periods)) AS n, count(*) AS received
        FROM received GROUP BY 1
    ) r ON r.n = p.n
    LEFT JOIN ended e ON e.n = p.n
"""
_AGE = ", ".join(
    f"json_build_object('from_days', {first}, 'to_days', {'NULL::int' if last is None else last}, "
    f"'open', coalesce(sum(n) FILTER (WHERE age = {place}), 0), "
    f"'breached', coalesce(sum(n) FILTER (WHERE late AND age = {place}), 0))"
    for place, (first, last) in enumerate(_AGES)
)
_OLDER = ", ".join(span(first) for first, _ in _AGES[1:])
_OPEN = f"""
    SELECT {_LATE} AS late, width_bucket({_NOW} - c.received_at, ARRAY[{_OLDER}]) AS age, count(*) AS n
    FROM complaints c WHERE c.state NOT IN ('closed', 'withdrawn'){{scope}} GROUP BY 1, 2
"""
_BACKLOG = f"""
    SELECT json_build_object('open', coalesce(sum(n), 0), 'breached', coalesce(sum(n) FILTER (WHERE late), 0),
        'ages', json_build_array({_AGE})) FROM open_ones
"""
_TIME_IN_STATE = f"""
    SELECT json_build_object('states', coalesce(json_agg(json_build_object('state', m.name,
        'visits', m.visits, 'ongoing', coalesce(o.ongoing, 0), 'median_hours', {_rounded("m.spread[1]")},
        'p90_hours', {_rounded("m.spread[2]")}, 'mean_hours', {_rounded("m.mean")}) ORDER BY m.place), '[]'),
        'reopened', {_REOPENED})
    FROM stays m LEFT JOIN (SELECT state, count(*) AS ongoing FROM received GROUP BY state) o ON o.state = m.name
    WHERE m.visits > 0 OR o.ongoing > 0
"""
_RAN = f"""
    SELECT v.place, v.name, k.* FROM {_places(Metric)} CROSS JOIN LATERAL (
        SELECT count(*) AS clocks, count(*) FILTER (WHERE met AND NOT late) AS met_in_time,
            count(*) FILTER (WHERE met AND late) AS met_late,
            count(*) FILTER (WHERE open AND NOT late) AS running,
            count(*) FILTER (WHERE NOT met AND late) AS breached
        FROM (
            SELECT k.state = 'met' AS met, k.state IN ('running', 'paused') AS open,
                k.breached_at IS NOT NULL OR (k.state = 'running' AND coalesce(k.due_at < {_NOW}, false)) AS late
            FROM complaint_clocks k
            WHERE k.metric = v.name AND k.received_at >= $2 AND k.received_at < $3{{of_clocks}} OFFSET 0
        ) k
    ) k
"""
_CLOCKS = f"""
    SELECT json_build_object('metrics', coalesce(json_agg(json_build_object('metric', k.name,
        'met_in_time', k.met_in_time, 'met_late', k.met_late, 'running', k.running, 'breached', k.breached,
        'in_time', json_build_object('count', k.met_in_time, 'of', k.met_in_time + k.met_late + k.breached))
        ORDER BY k.place), '[]'), 'reopened', {_REOPENED})
    FROM ran k WHERE k.clocks > 0
"""


def _speed(count: str, spread: str) -> str:
    return (
        f"json_build_object('count', {count}, 'median_hours', {_rounded(f'{spread}[1]')}, "
        f"'p90_hours', {_rounded(f'{spread}[2]')})"
    )


_SPEEDS = f"""
    SELECT json_build_object('acknowledge', {_speed("t.acknowledged", "t.acknowledge")},
        'respond', (SELECT {_speed("a.count", "a.spread")} FROM answers a),
        'close', {_speed("t.closed", "t.close")}, 'reopened', {_REOPENED},
        'accepted', (SELECT json_build_object('count', sum(accepted), 'of', sum(accepted + rejected)) FROM stays))
    FROM totals t
"""


def _recovered(days: int) -> str:
    """Of rows `f` that ended so many days ago: how many bought within these days."""
    mature = f"f.ended_at <= {_NOW} - {span(days)}"
    return (
        f"json_build_object('days', {days}, 'mature', count(*) FILTER (WHERE {mature}), "
        f"'count', count(*) FILTER (WHERE {mature} AND f.bought_at <= f.ended_at + {span(days)}))"
    )


_RECOVERED = f"json_build_array({', '.join(map(_recovered, DAYS))})"
_OUTCOMES = f"""
    SELECT json_build_object('closed', {_share("closed", "received")}, 'recovered', {_RECOVERED})
    FROM (
        SELECT e.customer_id, e.ended_at, {BOUGHT_SOON} AS bought_at FROM received e
        WHERE e.state = 'closed' AND e.customer_id IS NOT NULL AND e.ended_at <= {_NOW} - {span(DAYS[0])} OFFSET 0
    ) f
"""
_REPEATS = """
    SELECT json_build_object('customers', json_build_object('count', count(*) FILTER (WHERE n > 1), 'of', count(*)),
        'complaints', coalesce(sum(n) FILTER (WHERE n > 1), 0),
        'unclaimed', (SELECT received - claimed FROM totals))
    FROM (SELECT count(*) AS n FROM received WHERE customer_id IS NOT NULL GROUP BY customer_id) c
"""
_CAUSES = f"""
    SELECT json_build_object('known', {_share("explained", "received")},
        'kinds', coalesce(json_agg(json_build_object('cause_kind', v.name, 'count', k.n, 'of', k.known)
        ORDER BY k.n DESC, v.place), '[]'))
    FROM {_places(CauseKind)} JOIN (
        SELECT cause_kind, count(*) AS n, sum(count(*)) OVER () AS known
        FROM received WHERE cause_kind IS NOT NULL GROUP BY cause_kind
    ) k ON k.cause_kind = v.name
"""


def _most(column: str) -> str:
    return f"""(
        SELECT {column}, count(*) AS complaints, count(*) FILTER (WHERE state = 'closed') AS closed,
            count(*) FILTER (WHERE reopened > 0) AS reopened
        FROM received WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {_TOP}
    )"""


_PRODUCTS = f"""
    SELECT coalesce(json_agg(json_build_object('sku', t.sku, 'name', p.name, 'complaints', t.complaints,
        'closed', t.closed, 'reopened', t.reopened) ORDER BY t.complaints DESC, t.sku), '[]')
    FROM {_most("sku")} t JOIN products p ON p.sku = t.sku
"""
# Receipts are only counted, voided ones too: then the index alone has the answer.
_SITES = f"""
    SELECT coalesce(json_agg(json_build_object('site', t.site, 'name', p.name, 'complaints', t.complaints,
        'closed', t.closed, 'reopened', t.reopened, 'receipts', r.receipts,
        'per_thousand_receipts', round(t.complaints * 1000.0 / nullif(r.receipts, 0), 2)
        ) ORDER BY t.complaints DESC, t.site), '[]')
    FROM {_most("site")} t JOIN sites p ON p.code = t.site CROSS JOIN LATERAL (
        SELECT count(*) AS receipts FROM sales s
        WHERE s.site = t.site AND s.occurred_at >= $2 AND s.occurred_at < $3
    ) r
"""


@cache
def _insights(named: tuple[str, ...]) -> str:
    """Conditions are part of the statement: one that names none is answered by indexes alone."""
    ours = " AND {}.complaint_id IN (SELECT id FROM received)" if named else ""
    received, ended, open_ones = (part.format(scope=scope(named)) for part in (_RECEIVED, _ENDED, _OPEN))
    stays, answers = (part.format(of_moves=ours.format("m")) for part in (_STAYS, _ANSWERS))
    return f"""
        WITH received AS MATERIALIZED ({received}),
        totals AS MATERIALIZED ({_TOTALS}),
        periods AS MATERIALIZED ({_PERIODS}),
        ended AS MATERIALIZED ({ended}),
        open_ones AS MATERIALIZED ({open_ones}),
        stays AS MATERIALIZED ({stays}),
        answers AS MATERIALIZED ({answers}),
        ran AS MATERIALIZED ({_RAN.format(of_clocks=ours.format("k"))})
        SELECT json_build_object(
            'received_since', {documents.timestamp("$2::timestamptz")},
            'received_before', {documents.timestamp("$3::timestamptz")},
            'per', $4::text, 'volume', ({_VOLUME}), 'backlog', ({_BACKLOG}), 'time_in_state', ({_TIME_IN_STATE}),
            'clocks', ({_CLOCKS}), 'speed', ({_SPEEDS}), 'outcomes', ({_OUTCOMES}),
            'repeat_complainants', ({_REPEATS}), 'causes', ({_CAUSES}), 'products', ({_PRODUCTS}),
            'sites', ({_SITES}))::text
    """
