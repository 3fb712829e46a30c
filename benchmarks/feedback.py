"""Response times of lists, measures and the feedback loop with a million pieces of feedback from three years.

The database generates all rows as the service would write them, without events, which are measured by other benchmarks.
Customers have a name and tags only.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import asyncpg

from benchmarks import client, postgres, scaling, servers
from benchmarks.client import Connection
from benchmarks.postgres import Databases
from benchmarks.scaling import Log, Queries, ResponseTime

SMALL = 10_000
"""Pieces of feedback in the small store."""
CUSTOMERS = 200_000
"""For each million pieces of feedback."""
_SAMPLING = scaling.Sampling(warm_up=3, samples=20, turn=5)
_SITES, _STAFF = 50, 300


@dataclass(frozen=True)
class FeedbackScaling:
    small: int
    large: int
    results: list[ResponseTime]


def measure(databases: Databases, count: int, log: Log) -> FeedbackScaling:
    stores = []
    for size in (SMALL, count):
        log(f"Loading {size:,} pieces of feedback")
        stores.append(asyncio.run(_load(databases.create(), size)))
    databases.checkpoint()
    with ExitStack() as stack:
        results = scaling.compare(_queries(stack, *stores[0]), _queries(stack, *stores[1]), _SAMPLING, log)
    for dsn, *_ in stores:
        databases.drop(dsn)
    return FeedbackScaling(SMALL, count, results)


def _queries(stack: ExitStack, dsn: str, ids: list[str], customers: list[str]) -> Queries:
    connection = Connection(stack.enter_context(servers.run_server(servers.SERVICE, dsn)).port)
    stack.callback(connection.close)

    def times(*paths: str) -> Iterator[float]:
        requests = client.Requests([client.get(f"/v1/feedback{path}") for path in paths])
        return map(connection.timed, requests.endless())

    year = f"since={(datetime.now(UTC) - timedelta(days=365)):%Y-%m-%dT00:00:00Z}"
    rng = Random(7)
    sites = [f"Site {rng.randint(1, 10)}" for _ in range(5)]
    return {
        "List of 50, latest": times(""),
        "List of one site": times(*(f"?site={site.replace(' ', '%20')}" for site in sites)),
        "List of unacknowledged feedback": times("?acknowledged=false"),
        "List of one customer": times(*(f"?customer_id={id_}" for id_ in rng.sample(customers, 100))),
        "One feedback": times(*(f"/{id_}" for id_ in rng.sample(ids, 100))),
        "Score of 90 days by month": times("/measures?group_by=month"),
        "Score of 90 days by site": times("/measures?group_by=site"),
        "Score of 90 days by method": times("/measures?group_by=method"),
        "Score of 90 days by tag": times("/measures?group_by=tag"),
        "Score of 90 days of one tag by staff": times("/measures?group_by=staff&tag=regular"),
        "NPS of a year by month": times(f"/measures?metric=nps&group_by=month&{year}"),
        "Score of a year by site": times(f"/measures?group_by=site&{year}"),
        "Methods side by side, 90 days": times("/methods"),
        "Gaps, 90 days": times("/gaps"),
        "Competitors, 90 days": times("/competitors"),
        "Loop, 90 days by site": times("/loop?group_by=site"),
        "Loop, a year by month": times(f"/loop?group_by=month&{year}"),
    }


async def _load(dsn: str, count: int) -> tuple[str, list[str], list[str]]:
    customer_count = max(count * CUSTOMERS // 1_000_000, 100)
    # The references are right by construction; checking them would take longer than writing the rows.
    unchecked = {"statement_timeout": "0", "synchronous_commit": "off", "session_replication_role": "replica"}
    db = await asyncpg.connect(postgres.as_superuser(dsn), server_settings=unchecked)
    try:
        for statement in _STATEMENTS:
            text = statement.replace("{count}", str(count)).replace("{customers}", str(customer_count))
            await db.execute(text)
        ids = [str(row[0]) for row in await db.fetch("SELECT id FROM feedback ORDER BY id LIMIT 1000")]
        customers = [str(row[0]) for row in await db.fetch("SELECT id FROM holders LIMIT 1000")]
    finally:
        await db.close()
    await postgres.vacuum(dsn)
    return dsn, ids, customers


_COPIED = "collected_at, method, channel, site, staff, sku, survey_id, customer_id, competitor"
_STATEMENTS = (
    "CREATE TEMP TABLE holders AS SELECT n, uuidv7() AS id FROM generate_series(1, {customers}) n",
    "INSERT INTO customers (id, kind, trade, display_name, sort_name, tags) SELECT id, 'person', 'b2c', "
    "'Customer ' || n, 'customer ' || n, CASE n % 5 WHEN 0 THEN '{regular}' WHEN 1 THEN '{regular,weekend}' "
    "WHEN 2 THEN '{wholesale}' ELSE '{}' END::text[] FROM holders",
    "CREATE UNIQUE INDEX ON holders (n)",
    f"INSERT INTO sites (code) SELECT 'Site ' || n FROM generate_series(1, {_SITES}) n ON CONFLICT DO NOTHING",
    "INSERT INTO products (sku) SELECT 'SKU-' || n FROM generate_series(1, 300) n ON CONFLICT DO NOTHING",
    "INSERT INTO surveys (code, definition, status) SELECT 'survey-' || n, '{}', 'open' FROM generate_series(1, 5) n",
    "INSERT INTO survey_versions (survey_id, version, definition, actor) SELECT id, 1, '{}', 'bench' FROM surveys",
    "CREATE TEMP TABLE survey_numbers AS SELECT row_number() OVER ()::int AS n, id FROM surveys",
    # As many invitations as pieces of feedback; a third of them were answered.
    """
    INSERT INTO invitations (survey_id, survey_version, customer_id, site, staff, channel, state, send_after,
        expires_at, sent_at, answered_at, created_at)
    SELECT a.id, 1, h.id, 'Site ' || 1 + v.n % 50, 'Staff ' || 1 + v.n % 300,
        (ARRAY['email', 'sms'])[1 + v.n % 2], CASE WHEN v.n % 3 = 0 THEN 'answered' ELSE 'sent' END, v.at, v.at,
        v.at, CASE WHEN v.n % 3 = 0 THEN v.at + interval '1 day' END, v.at
    FROM (
        SELECT n, now() - (interval '1095 days') * (1 - n / {count}::float8) AS at,
            1 + floor(random() * {customers})::int AS holder
        FROM generate_series(1, {count}) n
    ) v JOIN holders h ON h.n = v.holder JOIN survey_numbers a ON a.n = 1 + v.n % 5
    """,
    """
    CREATE TEMP TABLE drafts AS
    SELECT v.*, uuidv7(v.at - now()) AS id, CASE v.metric WHEN 'nps' THEN v.draw * 11 / 100 WHEN 'score' THEN v.draw
        ELSE 1 + v.draw / 20 END AS value FROM (
        SELECT n, now() - (interval '1095 days') * (1 - n / {count}::float8) AS at,
            floor(100 * random() ^ 0.6)::int AS draw, 1 + floor(random() * {customers})::int AS holder,
            CASE WHEN n % 20 < 10 THEN 'survey' WHEN n % 20 < 15 THEN 'review' WHEN n % 20 = 15 THEN 'social'
                WHEN n % 20 = 16 THEN 'mystery_shopper' WHEN n % 20 = 17 THEN 'competitor' ELSE 'form' END AS method,
            CASE WHEN n % 20 = 16 THEN 'score' WHEN n % 4 = 1 THEN 'nps' WHEN n % 4 = 2 THEN 'csat'
                WHEN n % 20 IN (3, 7) THEN 'ces' ELSE 'rating' END AS metric
        FROM generate_series(1, {count}) n
    ) v
    """,
    """
    INSERT INTO feedback (id, method, collected_at, channel, customer_id, site, staff, sku, competitor, survey_id,
        survey_version, metric, value, worst, best, score, nps_class, text, language, answers, sentiment,
        sentiment_score, analyzer, analyzer_version, themes, acknowledged_at, acknowledged_by, acted_at, acted_by,
        action, notified_at, notified_by, closed_at, created_at, updated_at)
    SELECT v.id, v.method, v.at, (ARRAY['email', 'sms', 'web_form', 'in_person'])[1 + v.n % 4],
        CASE WHEN v.n % 20 <> 17 AND v.n % 10 < 8 THEN h.id END, 'Site ' || 1 + floor(random() * 50),
        'Staff ' || 1 + floor(random() * 300), CASE WHEN v.n % 3 = 0 THEN 'SKU-' || 1 + v.n % 300 END,
        CASE WHEN v.method = 'competitor' THEN 'Competitor ' || v.n / 20 % 6 END,
        CASE WHEN v.method = 'survey' THEN a.id END, CASE WHEN v.method = 'survey' THEN 1 END,
        v.metric, v.value, s.worst, s.best, round((v.value - s.worst) * 100.0 / (s.best - s.worst), 2),
        CASE WHEN v.metric = 'nps' THEN CASE WHEN v.value > 8 THEN 'promoter' WHEN v.value > 6 THEN 'passive'
            ELSE 'detractor' END END,
        CASE WHEN v.n % 3 = 0 THEN 'The lamb was as good as ever, but there were nine people before me at the till '
            'and nobody opened the second one. Number ' || v.n END, 'en',
        CASE WHEN v.method = 'survey' THEN '[{"question": "recommend", "value": "8"}]' ELSE '[]' END::jsonb,
        j.sentiment, CASE WHEN j.sentiment IS NOT NULL THEN 0.2 END,
        CASE WHEN j.sentiment IS NOT NULL THEN 'vader' END, CASE WHEN j.sentiment IS NOT NULL THEN '1' END,
        CASE v.n % 9 WHEN 0 THEN '{queue,freshness}' WHEN 3 THEN '{freshness}' ELSE '{}' END::text[],
        CASE WHEN v.n % 10 < 7 THEN v.at + random() * interval '3 days' END,
        CASE WHEN v.n % 10 < 7 THEN 'Amara' END, CASE WHEN v.n % 10 < 2 THEN v.at + random() * interval '9 days' END,
        CASE WHEN v.n % 10 < 2 THEN 'Amara' END, CASE WHEN v.n % 10 < 2 THEN 'A second till was opened' END,
        CASE WHEN v.n % 10 = 0 THEN v.at + interval '9 days' END, CASE WHEN v.n % 10 = 0 THEN 'Amara' END,
        CASE WHEN v.n % 10 = 0 THEN v.at + interval '9 days' END, v.at, v.at
    FROM drafts v JOIN holders h ON h.n = v.holder JOIN survey_numbers a ON a.n = 1 + v.n % 5
    JOIN (VALUES ('nps', 0, 10), ('csat', 1, 5), ('ces', 1, 7), ('rating', 1, 5), ('score', 0, 100))
        s(metric, worst, best) ON s.metric = v.metric
    CROSS JOIN LATERAL (SELECT CASE WHEN v.n % 3 = 0 THEN
        (ARRAY['positive', 'neutral', 'negative'])[1 + v.n / 3 % 3] END AS sentiment) j
    ORDER BY v.n
    """,
    f"""
    INSERT INTO ratings (feedback_id, position, metric, main, value, worst, best, score, nps_class, {_COPIED})
    SELECT id, 0, metric, true, value, worst, best, score, nps_class, {_COPIED} FROM feedback ORDER BY collected_at
    """,
    # One in ten rates the expectation and the experience of an aspect.
    f"""
    INSERT INTO ratings (feedback_id, position, metric, side, main, aspect, value, worst, best, score, {_COPIED})
    SELECT f.id, p.position, 'rating', p.side, false, (ARRAY['waiting time', 'freshness', 'price', 'manners'])[
        1 + f.n % 4], p.mark, 1, 5, (p.mark - 1) * 25, {_COPIED}
    FROM (
        SELECT f.*, row_number() OVER (ORDER BY collected_at) AS n FROM feedback f WHERE competitor IS NULL
    ) f CROSS JOIN LATERAL (VALUES (1, 'expectation', 5 - f.n % 2), (2, 'experience', 1 + f.n % 5))
        p(position, side, mark)
    WHERE f.n % 10 = 0
    """,
)
