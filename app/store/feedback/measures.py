"""What the figures of feedback come to, counted in one statement from the facts in `ratings`."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from app.core.context import Context
from app.rules.feedback.feedback import SATISFIED, FeedbackMetric
from app.rules.kit.periods import Every
from app.store.kit import documents
from app.store.kit.sql import Statement, statement


async def measures(
    ctx: Context, metric: FeedbackMetric, by: str | None, tagged: bool, values: Mapping[str, Any]
) -> str:
    """Shares as `count` of `of`, means with the `deviation` of their cases: intervals are not the database's.

    For periods, `values` has when they begin, the earliest first, and what they are called.
    """
    found: str = await _measures(metric, by, tagged).value(ctx, values)
    return found


async def methods(ctx: Context, values: Mapping[str, Any]) -> str:
    found: str = await _METHODS.value(ctx, values)
    return found


def wanted(alias: str, *names: str) -> str:
    """Conditions on the columns of these names; null asks for nothing."""
    listed = (f"(:{n}::{_TYPES.get(n, 'text')} IS NULL OR {alias}.{n} = :{n})" for n in names)
    return " AND ".join(listed)


def within(moment: str) -> str:
    return f"{moment} >= :since::timestamptz AND {moment} < :before::timestamptz"


def deviation(cases: str, total: str, squares: str) -> str:
    """Of a sample, from sums: they are exact, so nothing is lost in subtracting."""
    return f"""CASE WHEN {cases} > 1 THEN round(
        sqrt(greatest({squares} - {total} * {total} / {cases}, 0) / ({cases} - 1)), 8) END"""


def mean(cases: str, total: str, squares: str) -> str:
    """What a JSON object says of the mean of so many scores."""
    return (
        f"'answers', {cases}, 'mean', round({total} / nullif({cases}, 0), 8), "
        f"'deviation', {deviation(cases, total, squares)}"
    )


NAMED = {
    "site": "SELECT p.name FROM sites p WHERE p.code = {}",
    "sku": "SELECT p.name FROM products p WHERE p.sku = {}",
    "survey": "SELECT coalesce(p.definition ->> 'name', p.code) FROM surveys p WHERE p.id = ({})::uuid",
}
"""What things are called that are grouped by their key."""
_SINCE, _BEFORE = documents.timestamp(":since::timestamptz"), documents.timestamp(":before::timestamptz")
SPAN = f"'since', {_SINCE}, 'before', {_BEFORE}"

_TYPES = {"survey_id": "uuid"}
_MAIN = "r.main AND r.competitor IS NULL"
_OF_METRIC = (
    "r.metric = :metric::text AND r.side = 'experience' AND r.aspect IS NULL AND r.competitor IS NULL"  # as the index
)
# Scores are few: they are counted each first, and summed then, which takes a third of the time.
_SUMS = {
    "n": "sum(r.n)",
    "s": "sum(r.score * r.n)",
    "q": "sum(r.score * r.score * r.n)",
    **{f"below_{mark}": f"coalesce(sum(r.n) FILTER (WHERE r.score < {mark}), 0)" for mark in (20, 40, 60, 80)},
}
_SUMS_OF = {
    FeedbackMetric.NPS: {
        "promoters": "coalesce(sum(r.n) FILTER (WHERE r.nps_class = 'promoter'), 0)",
        "detractors": "coalesce(sum(r.n) FILTER (WHERE r.nps_class = 'detractor'), 0)",
    },
    FeedbackMetric.CSAT: {"satisfied": f"coalesce(sum(r.n) FILTER (WHERE r.score >= {SATISFIED}), 0)"},
}
_FIFTHS = "json_build_array(below_20, below_40 - below_20, below_60 - below_40, below_80 - below_60, n - below_80)"
_PROMOTERS = """json_build_object('promoters', promoters, 'passives', n - promoters - detractors,
    'detractors', detractors)"""
_SATISFIED = "json_build_object('count', satisfied, 'of', n)"
# Products and methods are known only once somebody has answered.
_NOT_ASKED_BY = ("sku", "method")
_ASKED = "(:sku::text IS NULL AND :method::text IS NULL)"
_RESPONSE = f"CASE WHEN {_ASKED} THEN json_build_object('count', answered, 'of', sent) END"


@cache
def _measures(metric: FeedbackMetric, by: str | None, tagged: bool) -> Statement:
    sums = {**_SUMS, **_SUMS_OF.get(metric, {})}
    facts = ", ".join(f"{expression} AS {name}" for name, expression in sums.items())
    summed = ", ".join(_summed(name) for name in (*sums, "sent", "answered"))
    said = f"""{mean("n", "s", "q")}, 'distribution', {_FIFTHS},
        'nps', {_PROMOTERS if metric is FeedbackMetric.NPS else "NULL::json"},
        'satisfied', {_SATISFIED if metric is FeedbackMetric.CSAT else "NULL::json"},
        'response', {"NULL::json" if by in _NOT_ASKED_BY else _RESPONSE}"""
    name = f"({NAMED[by].format('g.key')})" if by in NAMED else "NULL"
    of_class = "r.nps_class" if metric is FeedbackMetric.NPS else "NULL"
    asked = f"""
        UNION ALL
        SELECT {_raw(by, "i", "sent_at")}, {", ".join("0" for _ in sums)}, count(*), count(i.answered_at)
        FROM invitations i {_customers(by, "i")}
        WHERE {within("i.sent_at")} AND {wanted("i", "site", "staff", "channel", "survey_id")} AND {_ASKED}
        {_tagged("i", tagged)} GROUP BY 1"""
    if by in _NOT_ASKED_BY:
        asked = ""
    order = "g.key" if by in list(Every) else "g.n DESC, g.sent DESC, g.key"
    counted = _MAIN if metric is FeedbackMetric.SCORE else _OF_METRIC
    return statement(f"""
    WITH scores AS (
        SELECT {_raw(by, "r", "collected_at")} AS k, r.score, {of_class} AS nps_class, count(*) AS n FROM ratings r
        {_customers(by, "r")} WHERE {counted} AND {within("r.collected_at")}
        AND {wanted("r", "site", "staff", "channel", "survey_id", "sku", "method")} {_tagged("r", tagged)}
        GROUP BY 1, 2, 3
    ),
    counted AS MATERIALIZED (
        SELECT r.k, {facts}, 0 AS sent, 0 AS answered FROM scores r GROUP BY 1 {asked}
    ),
    keyed AS MATERIALIZED (SELECT {_keyed(by, summed)}),
    listed AS (SELECT g.* FROM keyed g ORDER BY {order} LIMIT :limit)
    SELECT json_build_object('metric', :metric::text, 'by', {f"'{by}'" if by else "NULL"}, {SPAN},
        'groups', (SELECT count(*) FROM keyed),
        'all', (SELECT json_build_object({said}) FROM (SELECT {summed} FROM counted) g),
        'items', (SELECT coalesce(json_agg(json_build_object('key', g.key, 'name', {name}, {said}) ORDER BY {order}),
            '[]') FROM listed g))::text
    """)


def _summed(name: str) -> str:
    """The sum of scores is null where nobody has answered, and so is their mean; a count is 0."""
    return f"sum({name}) AS {name}" if name in ("s", "q") else f"coalesce(sum({name}), 0) AS {name}"


def _tagged(alias: str, tagged: bool) -> str:
    return (
        f"AND {alias}.customer_id IN (SELECT c.id FROM customers c WHERE c.tags @> ARRAY[:tag::text])" if tagged else ""
    )


def _raw(by: str | None, alias: str, moment: str) -> str:
    """What rows are counted by at first: for tags by all that a customer has, for time by the number of the period."""
    if by is None:
        return "0"
    if by in list(Every):
        return f"width_bucket({alias}.{moment}, :starts::timestamptz[])"
    return {"survey": f"{alias}.survey_id", "tag": "c.tags"}.get(by, f"{alias}.{by}")


def _customers(by: str | None, alias: str) -> str:
    return f"LEFT JOIN customers c ON c.id = {alias}.customer_id" if by == "tag" else ""


def _keyed(by: str | None, summed: str) -> str:
    if by is None:
        return f"NULL::text AS key, {summed} FROM counted WHERE false GROUP BY 1"
    if by in list(Every):
        return f"""p.key, {summed} FROM unnest(:names::text[]) WITH ORDINALITY p(key, k) LEFT JOIN counted USING (k)
            GROUP BY p.key"""
    if by == "tag":
        return f"""t.tag AS key, {summed} FROM counted
            LEFT JOIN LATERAL unnest(counted.k) t(tag) ON true GROUP BY 1"""
    return f"k::text AS key, {summed} FROM counted GROUP BY 1"


_BY_METHOD = f"""'answers', coalesce(sum(m.n), 0), 'methods', coalesce(json_agg(json_build_object('method', m.method,
    {mean("m.n", "m.s", "m.q")}) ORDER BY m.n DESC, m.method), '[]'),
    'spread', CASE WHEN count(*) FILTER (WHERE m.n >= :least::int) > 1 THEN
        round(max(m.s / m.n) FILTER (WHERE m.n >= :least) - min(m.s / m.n) FILTER (WHERE m.n >= :least), 2) END"""
_METHODS = statement(f"""
    WITH counted AS MATERIALIZED (
        SELECT r.site, r.method, count(*) AS n, sum(r.score) AS s, sum(r.score * r.score) AS q FROM ratings r
        WHERE {_MAIN} AND {within("r.collected_at")} AND {wanted("r", "site", "staff")} GROUP BY 1, 2
    ),
    busy AS MATERIALIZED (SELECT site, sum(n) AS n FROM counted WHERE site IS NOT NULL GROUP BY 1),
    listed AS (SELECT site, n FROM busy ORDER BY n DESC, site LIMIT :limit)
    SELECT json_build_object({SPAN}, 'groups', (SELECT count(*) FROM busy),
        'all', (SELECT json_build_object({_BY_METHOD}) FROM (
            SELECT method, sum(n) AS n, sum(s) AS s, sum(q) AS q FROM counted GROUP BY 1) m),
        'items', (SELECT coalesce(json_agg(told ORDER BY n DESC, site), '[]') FROM (
            SELECT l.n, l.site, json_build_object('key', l.site, 'name', ({NAMED["site"].format("l.site")}),
                {_BY_METHOD}) AS told
            FROM listed l JOIN counted m USING (site) GROUP BY l.site, l.n) g))::text
""")
