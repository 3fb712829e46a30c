"""Feedback set beside expectations, competitors and what was made of it; each answer one statement."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.core.context import Context
from app.rules.feedback.sentiment import Sentiment
from app.rules.kit.periods import Every
from app.store.feedback.measures import NAMED, SPAN, mean, wanted, within
from app.store.kit.sql import Statement, statement

_TOP = 5


async def gaps(ctx: Context, values: Mapping[str, Any]) -> str:
    found: str = await _GAPS.value(ctx, values)
    return found


async def competitors(ctx: Context, values: Mapping[str, Any]) -> str:
    """`values` names the methods of ours that are comparable."""
    found: str = await _COMPETITORS.value(ctx, values)
    return found


async def loop(ctx: Context, by: str | None, values: Mapping[str, Any]) -> str:
    found: str = await _loop(by).value(ctx, values)
    return found


# Who answers twice about the same aspect in one go counts once, with the mean.
_GAPS = statement(f"""
    WITH each AS (
        SELECT r.aspect, avg(r.score) FILTER (WHERE r.side = 'expectation') AS hoped,
            avg(r.score) FILTER (WHERE r.side = 'experience') AS found
        FROM ratings r WHERE r.aspect IS NOT NULL AND r.competitor IS NULL AND {within("r.collected_at")}
        AND {wanted("r", "site", "survey_id")} GROUP BY r.aspect, r.feedback_id
    ),
    counted AS MATERIALIZED (
        SELECT aspect, count(hoped) AS hopes, avg(hoped) AS hoped, count(found) AS finds, avg(found) AS found,
            count(found - hoped) AS pairs, avg(found - hoped) AS apart, stddev_samp(found - hoped) AS deviation
        FROM each GROUP BY aspect
    ),
    listed AS (
        SELECT c.*, CASE WHEN pairs > 1 THEN apart ELSE found - hoped END AS gap FROM counted c
        ORDER BY gap, hopes + finds DESC, aspect LIMIT :limit
    )
    SELECT json_build_object({SPAN}, 'groups', (SELECT count(*) FROM counted),
        'items', (SELECT coalesce(json_agg(json_build_object('aspect', aspect,
            'expectation', json_build_object('answers', hopes, 'mean', round(hoped, 2)),
            'experience', json_build_object('answers', finds, 'mean', round(found, 2)),
            'gap', round(gap, 8), 'pairs', pairs, 'deviation', round(deviation, 8)
        ) ORDER BY gap, hopes + finds DESC, aspect), '[]') FROM listed))::text
""")

_FEELINGS = ", ".join(
    f"'{value}', json_build_object('count', {value}, 'of', {' + '.join(Sentiment)})" for value in Sentiment
)
_REVIEWED = f"""'feedback', g.feedback, {mean("g.n", "g.s", "g.q")}, 'sentiment', json_build_object({_FEELINGS}),
    'themes', (SELECT coalesce(json_agg(json_build_object('theme', t.theme, 'count', t.n, 'of', g.feedback)
        ORDER BY t.n DESC, t.theme), '[]') FROM spoken t
        WHERE t.place <= {_TOP} AND t.competitor IS NOT DISTINCT FROM g.competitor)"""
_COUNTED = f"""count(*) AS feedback, count(f.score) AS n, sum(f.score) AS s, sum(f.score * f.score) AS q, {
    ", ".join(f"count(*) FILTER (WHERE f.sentiment = '{value}') AS {value}" for value in Sentiment)
}"""
_COMPETITORS = statement(f"""
    WITH chosen AS MATERIALIZED (
        SELECT f.competitor, f.score, f.sentiment, f.themes FROM feedback f
        WHERE f.method = ANY('{{competitor}}'::text[] || :methods::text[]) AND {within("f.collected_at")}
        AND {wanted("f", "site")}
    ),
    counted AS MATERIALIZED (SELECT f.competitor, {_COUNTED} FROM chosen f GROUP BY 1),
    spoken AS MATERIALIZED (
        SELECT f.competitor, t.theme, count(*) AS n,
            row_number() OVER (PARTITION BY f.competitor ORDER BY count(*) DESC, t.theme) AS place
        FROM chosen f CROSS JOIN unnest(f.themes) t(theme) GROUP BY 1, 2
    ),
    listed AS (
        SELECT * FROM counted WHERE competitor IS NOT NULL ORDER BY feedback DESC, competitor LIMIT :limit
    )
    SELECT json_build_object({SPAN}, 'methods', to_json(:methods::text[]),
        'ours', (SELECT json_build_object({_REVIEWED}) FROM (
            SELECT NULL::text AS competitor, {_COUNTED} FROM chosen f WHERE f.competitor IS NULL) g),
        'groups', (SELECT count(*) FROM counted WHERE competitor IS NOT NULL),
        'items', (SELECT coalesce(json_agg(json_build_object('competitor', g.competitor, {_REVIEWED})
            ORDER BY g.feedback DESC, g.competitor), '[]') FROM listed g))::text
""")

_STEPS = {"acknowledge": "acknowledged_at", "act": "acted_at", "close": "closed_at"}


def _hours(moment: str) -> str:
    return f"date_part('epoch', greatest(f.{moment} - f.collected_at, interval '0')) / 3600"


# Hours are gathered in arrays: sorting all of it by group first would take longer than all the rest.
_SPREAD = """
    SELECT count(h) AS n, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY h) AS spread
    FROM unnest(g.{}_hours) a(h)
"""
_LOOPED = ", ".join(
    [
        "count(*) AS n",
        *(f"count(f.{name}_at) AS {name}" for name in ("acknowledged", "acted", "notified", "closed")),
        "count(*) FILTER (WHERE f.customer_id IS NOT NULL OR f.notified_at IS NOT NULL) AS notifiable",
        "count(*) FILTER (WHERE f.acknowledged_at IS NULL AND f.collected_at <= :forgotten::timestamptz) AS forgotten",
        *(
            f"array_agg({_hours(moment)}) FILTER (WHERE f.{moment} IS NOT NULL) AS {step}_hours"
            for step, moment in _STEPS.items()
        ),
    ]
)
_LOOP = ", ".join(
    [
        "'feedback', coalesce(g.n, 0), 'forgotten', coalesce(g.forgotten, 0)",
        *(
            f"'{name}', json_build_object('count', coalesce(g.{name}, 0), 'of', coalesce(g.{of}, 0))"
            for name, of in (("acknowledged", "n"), ("acted", "n"), ("notified", "notifiable"), ("closed", "n"))
        ),
        *(
            f"'to_{step}', (SELECT json_build_object('count', p.n, 'median_hours', round(p.spread[1]::numeric, 2), "
            f"'p90_hours', round(p.spread[2]::numeric, 2)) FROM ({_SPREAD.format(step)}) p)"
            for step in _STEPS
        ),
    ]
)


@cache
def _loop(by: str | None) -> Statement:
    key, order, sets = f"f.{by}", "g.n DESC, g.key", "(k), ()"
    whole, keyed = "grouping(k) = 1", "SELECT c.k AS key, c.* FROM counted c WHERE NOT c.whole"
    if by is None:
        key, sets, whole = "NULL::text", "k", "true"
    if by == Every.MONTH:
        key, order = "width_bucket(f.collected_at, :starts::timestamptz[])", "g.key"
        keyed = """SELECT p.key, c.* FROM unnest(:names::text[]) WITH ORDINALITY p(key, k)
            LEFT JOIN counted c ON c.k = p.k AND NOT c.whole"""
    name = f"({NAMED[by].format('g.key')})" if by in NAMED else "NULL"
    return statement(f"""
    WITH chosen AS (
        SELECT {key} AS k, f.collected_at, f.customer_id, f.acknowledged_at, f.acted_at, f.notified_at, f.closed_at
        FROM feedback f WHERE f.competitor IS NULL AND {within("f.collected_at")}
        AND {wanted("f", "site", "staff", "channel", "method", "survey_id")}
    ),
    counted AS MATERIALIZED (
        SELECT k, {whole} AS whole, {_LOOPED} FROM chosen f GROUP BY GROUPING SETS ({sets})
    ),
    keyed AS MATERIALIZED ({keyed}),
    listed AS (SELECT * FROM keyed g ORDER BY {order} LIMIT :limit)
    SELECT json_build_object('by', {f"'{by}'" if by else "NULL"}, {SPAN}, 'groups', (SELECT count(*) FROM keyed),
        'all', (SELECT json_build_object({_LOOP}) FROM (VALUES (true)) v(whole) LEFT JOIN counted g USING (whole)),
        'items', (SELECT coalesce(json_agg(json_build_object('key', g.key, 'name', {name}, {_LOOP})
            ORDER BY {order}), '[]') FROM listed g))::text
    """)
