"""How complaints are dealt with, summed up in one statement: each part of it is a number of index walks."""

from collections.abc import Iterable
from datetime import datetime

from app.core.context import Context
from app.rules.clocks import Metric
from app.rules.complaints import CauseKind, State
from app.schemas.complaint_insights import InsightsQuery
from app.store import documents
from app.store.complaint_recovery import BOUGHT_SOON, DAYS, scope, span, within

_AGES = ((0, 1), (2, 7), (8, 14), (15, 30), (31, None))
_TOP = 20


async def insights(ctx: Context, query: InsightsQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `of` or `mature`: their intervals are not the database's."""
    chosen = (query.category, query.site, query.sku, query.channel, query.owner)
    return await ctx.db.fetchval(_INSIGHTS, ctx.now, since, before, query.per, *chosen)


def _share(count: str, of: str, source: str = "received") -> str:
    return (
        f"(SELECT json_build_object('count', count(*) FILTER (WHERE {count}), "
        f"'of', count(*) FILTER (WHERE {of})) FROM {source})"
    )


def _hours(interval: str) -> str:
    return f"date_part('epoch', {interval}) / 3600"


def _rounded(hours: str) -> str:
    return f"round(({hours})::numeric, 2)"


def _places(values: Iterable[str]) -> str:
    """The values in their order, as rows."""
    listed = ", ".join(f"({place}, '{value}')" for place, value in enumerate(values))
    return f"(VALUES {listed}) v(place, name)"


_NOW = "$1::timestamptz"
_LATE = f"(c.breached OR coalesce(c.due_at < {_NOW}, false))"
# Opened again, of those that ended once; those that are open for the first time cannot have been.
_REOPENED = _share("reopened > 0", "reopened > 0 OR ended_at IS NOT NULL")
_RECEIVED = f"""
    SELECT c.id, c.customer_id, c.received_at, c.state, c.site, c.sku, c.cause_kind, c.reopened, c.acknowledged_at,
        c.ended_at
    FROM complaints c WHERE c.received_at >= $2 AND c.received_at < $3 AND {scope(5)}
"""
_ENDED = f"""
    SELECT c.ended_at, c.state FROM complaints c
    WHERE c.ended_at >= $2 AND c.ended_at < $3 AND c.state IN ('closed', 'withdrawn') AND {scope(5)}
"""
# Every move is the end of a stay in the state it leaves; that began with the move before, or when it was received.
# Hours are gathered in arrays: sorting them by state first would take longer than all the rest.
_STAYS = f"""
    SELECT m.from_state, count(*) AS visits, avg(m.stayed) AS mean, array_agg(m.stayed) AS hours,
        array_agg(m.age) FILTER (WHERE m.move = 'respond' AND m.answers = 1) AS answered,
        count(*) FILTER (WHERE m.move = 'accept') AS accepted, count(*) FILTER (WHERE m.move = 'reject') AS rejected
    FROM received r CROSS JOIN LATERAL (
        SELECT m.from_state, m.move, {_hours("m.happened_at - r.received_at")} AS age,
            {_hours("m.happened_at - lag(m.happened_at, 1, r.received_at) OVER w")} AS stayed,
            count(*) FILTER (WHERE m.move = 'respond') OVER w AS answers
        FROM complaint_moves m WHERE m.complaint_id = r.id WINDOW w AS (ORDER BY m.position)
    ) m GROUP BY m.from_state
"""
_PERIODS = """
    SELECT array_agg(at ORDER BY at) AS starts FROM generate_series(date_trunc($4::text, $2::timestamptz, 'UTC'),
        $3::timestamptz - interval '1 microsecond', ('1 ' || $4::text)::interval, 'UTC') AS p(at)
"""
_VOLUME = """
    SELECT json_build_object('received', (SELECT count(*) FROM received),
        'closed', (SELECT count(*) FROM ended WHERE state = 'closed'),
        'withdrawn', (SELECT count(*) FROM ended WHERE state = 'withdrawn'),
        'periods', json_agg(json_build_object('starts_on', to_char(p.at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            'received', coalesce(r.received, 0), 'closed', coalesce(e.closed, 0),
            'withdrawn', coalesce(e.withdrawn, 0)) ORDER BY p.n))
    FROM unnest((SELECT starts FROM periods)) WITH ORDINALITY AS p(at, n)
    LEFT JOIN (
        SELECT width_bucket(received_at, (SELECT starts FROM periods)) AS n, count(*) AS received
        FROM received GROUP BY 1
    ) r ON r.n = p.n
    LEFT JOIN (
        SELECT width_bucket(ended_at, (SELECT starts FROM periods)) AS n,
            count(*) FILTER (WHERE state = 'closed') AS closed, count(*) FILTER (WHERE state = 'withdrawn') AS withdrawn
        FROM ended GROUP BY 1
    ) e ON e.n = p.n
"""
_AGE = ", ".join(
    f"json_build_object('from_days', {first}, 'to_days', {'NULL::int' if last is None else last}, "
    f"'open', count(*) FILTER (WHERE {fits}), 'breached', count(*) FILTER (WHERE late AND {fits}))"
    for first, last in _AGES
    for fits in [f"days >= {first}" if last is None else f"days BETWEEN {first} AND {last}"]
)
_BACKLOG = f"""
    SELECT json_build_object('open', count(*), 'breached', count(*) FILTER (WHERE late),
        'ages', json_build_array({_AGE}))
    FROM (
        SELECT {_LATE} AS late, greatest(floor({_hours(f"{_NOW} - c.received_at")} / 24), 0) AS days
        FROM complaints c WHERE c.state NOT IN ('closed', 'withdrawn') AND {scope(5)}
    ) c
"""
_SPREAD = """
    SELECT count(hours), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY hours) AS spread
    FROM unnest({}) AS a(hours)
"""
_TIME_IN_STATE = f"""
    SELECT json_build_object('states', coalesce(json_agg(json_build_object('state', v.name,
        'visits', coalesce(m.visits, 0), 'ongoing', coalesce(o.ongoing, 0), 'median_hours', {_rounded("h.spread[1]")},
        'p90_hours', {_rounded("h.spread[2]")}, 'mean_hours', {_rounded("m.mean")}) ORDER BY v.place), '[]'),
        'reopened', {_REOPENED})
    FROM {_places(State)}
    LEFT JOIN stays m ON m.from_state = v.name
    CROSS JOIN LATERAL ({_SPREAD.format("m.hours")}) h
    LEFT JOIN (SELECT state, count(*) AS ongoing FROM received GROUP BY state) o ON o.state = v.name
    WHERE v.name NOT IN ('closed', 'withdrawn') AND (m.visits > 0 OR o.ongoing > 0)
"""
_CLOCKS = f"""
    SELECT json_build_object('metrics', coalesce(json_agg(json_build_object('metric', v.name,
        'met_in_time', k.met_in_time, 'met_late', k.met_late, 'running', k.running, 'breached', k.breached,
        'in_time', json_build_object('count', k.met_in_time, 'of', k.met_in_time + k.met_late + k.breached))
        ORDER BY v.place), '[]'), 'reopened', {_REOPENED})
    FROM {_places(Metric)} JOIN (
        SELECT metric, count(*) FILTER (WHERE met AND NOT late) AS met_in_time,
            count(*) FILTER (WHERE met AND late) AS met_late,
            count(*) FILTER (WHERE open AND NOT late) AS running,
            count(*) FILTER (WHERE NOT met AND late) AS breached
        FROM received r CROSS JOIN LATERAL (
            SELECT k.metric, k.state = 'met' AS met, k.state IN ('running', 'paused') AS open,
                k.breached_at IS NOT NULL OR (k.state = 'running' AND coalesce(k.due_at < {_NOW}, false)) AS late
            FROM complaint_clocks k WHERE k.complaint_id = r.id OFFSET 0
        ) k GROUP BY metric
    ) k ON k.metric = v.name
"""


def _speed(hours: str) -> str:
    """`hours` is an expression that is an array."""
    return f"""(
        SELECT json_build_object('count', s.count, 'median_hours', {_rounded("s.spread[1]")},
            'p90_hours', {_rounded("s.spread[2]")}) FROM ({_SPREAD.format(hours)}) s
    )"""


_ACKNOWLEDGED = f"(SELECT array_agg({_hours('acknowledged_at - received_at')}) FROM received)"
_ANSWERED = "(SELECT answered FROM stays WHERE from_state = 'investigating')"
_CLOSED = f"(SELECT array_agg({_hours('ended_at - received_at')}) FROM received WHERE state = 'closed')"
_SPEEDS = f"""
    SELECT json_build_object('acknowledge', {_speed(_ACKNOWLEDGED)}, 'respond', {_speed(_ANSWERED)},
        'close', {_speed(_CLOSED)}, 'reopened', {_REOPENED},
        'accepted', (SELECT json_build_object('count', coalesce(sum(accepted), 0),
            'of', coalesce(sum(accepted + rejected), 0)) FROM stays))
"""
_OUTCOMES = f"""
    SELECT json_build_object('closed', {_share("state = 'closed'", "true")}, 'recovered', {within("f.bought_at")})
    FROM (
        SELECT e.customer_id, e.ended_at, {BOUGHT_SOON} AS bought_at FROM received e
        WHERE e.state = 'closed' AND e.customer_id IS NOT NULL AND e.ended_at <= {_NOW} - {span(DAYS[0])}
    ) f
"""
_REPEATS = """
    SELECT json_build_object('customers', json_build_object('count', count(*) FILTER (WHERE n > 1), 'of', count(*)),
        'complaints', coalesce(sum(n) FILTER (WHERE n > 1), 0),
        'unclaimed', (SELECT count(*) FROM received WHERE customer_id IS NULL))
    FROM (SELECT count(*) AS n FROM received WHERE customer_id IS NOT NULL GROUP BY customer_id) c
"""
_CAUSES = f"""
    SELECT json_build_object('known', {_share("cause_kind IS NOT NULL", "true")},
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
_INSIGHTS = f"""
    WITH received AS MATERIALIZED ({_RECEIVED}),
    periods AS MATERIALIZED ({_PERIODS}),
    ended AS MATERIALIZED ({_ENDED}),
    stays AS MATERIALIZED ({_STAYS})
    SELECT json_build_object(
        'received_since', {documents.moment("$2::timestamptz")},
        'received_before', {documents.moment("$3::timestamptz")},
        'per', $4::text, 'volume', ({_VOLUME}), 'backlog', ({_BACKLOG}), 'time_in_state', ({_TIME_IN_STATE}),
        'clocks', ({_CLOCKS}), 'speed', ({_SPEEDS}), 'outcomes', ({_OUTCOMES}), 'repeat_complainants', ({_REPEATS}),
        'causes', ({_CAUSES}), 'products', ({_PRODUCTS}), 'sites', ({_SITES}))::text
"""
