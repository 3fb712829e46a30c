-- How complaints are dealt with, as one JSON value. Each part reads a range of an index.
--
-- Shares are a `count` of `total`, or of those that are `mature`: the service adds how far they may be off.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v interval="'week'" ... -f <this file>
--   :now       '2026-03-01T09:00Z'  The time of the request.
--   :since     '2025-12-01'         Complaints received from then on,
--   :before    '2026-03-01'         and before then.
--   :interval  'week'               The periods of the volume, in UTC: day, week or month.
--   :category  NULL                 Only complaints with this category; NULL for any. The same for the others.
--   :site      NULL
--   :sku       NULL
--   :channel   NULL
--   :owner     NULL
WITH filtered AS NOT MATERIALIZED (
    SELECT c.* FROM complaints c
    WHERE (:category::text IS NULL OR c.category = :category)
        AND (:site::text IS NULL OR c.site = :site)
        AND (:sku::text IS NULL OR c.sku = :sku)
        AND (:channel::text IS NULL OR c.channel = :channel)
        AND (:owner::text IS NULL OR lower(c.owner) = lower(:owner))
),
-- An index has all of these columns: without filters on others, no row is fetched.
received AS MATERIALIZED (
    SELECT c.id, c.customer_id, c.received_at, c.state, c.site, c.sku, c.cause_kind, c.reopened_count AS reopened,
        c.acknowledged_at, c.ended_at
    FROM filtered c WHERE c.received_at >= :since AND c.received_at < :before
),
-- Those that are open for the first time cannot have been reopened: `ended` leaves them out.
totals AS MATERIALIZED (
    SELECT count(*) AS received, count(*) FILTER (WHERE state = 'closed') AS closed,
        count(*) FILTER (WHERE reopened > 0) AS reopened,
        count(*) FILTER (WHERE reopened > 0 OR ended_at IS NOT NULL) AS ended,
        count(customer_id) AS with_customer, count(cause_kind) AS with_cause,
        count(acknowledged_at) AS acknowledged,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
            ORDER BY date_part('epoch', acknowledged_at - received_at) / 3600
        ) AS hours_to_acknowledge,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
            ORDER BY date_part('epoch', ended_at - received_at) / 3600
        ) FILTER (WHERE state = 'closed') AS hours_to_close
    FROM received
),
reopened AS (SELECT json_build_object('count', t.reopened, 'total', t.ended) AS share FROM totals t),

-- Volume
periods AS MATERIALIZED (
    SELECT array_agg(p.starts_at ORDER BY p.starts_at) AS starts
    FROM generate_series(
        date_trunc(:interval, :since::timestamptz, 'UTC'), :before::timestamptz - interval '1 microsecond',
        ('1 ' || :interval)::interval, 'UTC'
    ) p(starts_at)
),
ended AS MATERIALIZED (
    SELECT width_bucket(c.ended_at, (SELECT starts FROM periods)) AS period,
        count(*) FILTER (WHERE c.state = 'closed') AS closed, count(*) FILTER (WHERE c.state = 'withdrawn') AS withdrawn
    FROM filtered c WHERE c.ended_at >= :since AND c.ended_at < :before GROUP BY 1
),
volume AS (
    SELECT json_build_object('received', (SELECT t.received FROM totals t),
        'closed', coalesce(sum(e.closed), 0), 'withdrawn', coalesce(sum(e.withdrawn), 0),
        'periods', json_agg(json_build_object('starts_on', to_char(p.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
            'received', coalesce(r.received, 0), 'closed', coalesce(e.closed, 0),
            'withdrawn', coalesce(e.withdrawn, 0)) ORDER BY p.period)) AS figures
    FROM unnest((SELECT starts FROM periods)) WITH ORDINALITY p(starts_at, period)
    LEFT JOIN (
        SELECT width_bucket(received_at, (SELECT starts FROM periods)) AS period, count(*) AS received
        FROM received GROUP BY 1
    ) r USING (period)
    LEFT JOIN ended e USING (period)
),

-- Backlog: all that are open now, by how many whole days ago they were received
ages (age, from_days, to_days) AS (VALUES (0, 0, 1), (1, 2, 7), (2, 8, 14), (3, 15, 30), (4, 31, NULL)),
waiting AS MATERIALIZED (
    SELECT width_bucket(
            :now::timestamptz - c.received_at,
            ARRAY[interval '48 hours', interval '192 hours', interval '360 hours', interval '744 hours']
        ) AS age,
        c.breached OR coalesce(c.due_at < :now, false) AS late, count(*) AS n
    FROM filtered c WHERE c.state NOT IN ('closed', 'withdrawn') GROUP BY 1, 2
),
backlog AS (
    SELECT json_build_object('open', sum(b.open), 'breached', sum(b.breached), 'ages', json_agg(
        json_build_object('from_days', b.from_days, 'to_days', b.to_days, 'open', b.open, 'breached', b.breached)
        ORDER BY b.age)) AS figures
    FROM (
        SELECT a.age, a.from_days, a.to_days, coalesce(sum(w.n), 0) AS open,
            coalesce(sum(w.n) FILTER (WHERE w.late), 0) AS breached
        FROM ages a LEFT JOIN waiting w USING (age) GROUP BY a.age, a.from_days, a.to_days
    ) b
),

-- Time in state. Moves and clocks know when their complaint was received, and are joined to complaints only for the
-- filters. Without any, nothing asks for the join, and as it is by primary key, the plan leaves it out.
moves AS NOT MATERIALIZED (
    SELECT m.* FROM complaint_moves m
    LEFT JOIN filtered c ON c.id = m.complaint_id AND c.received_at >= :since AND c.received_at < :before
    WHERE m.received_at >= :since AND m.received_at < :before
        AND (coalesce(:category, :site, :sku, :channel, :owner) IS NULL OR c.id IS NOT NULL)
),
states (position, state) AS (
    VALUES (1, 'received'), (2, 'acknowledged'), (3, 'assessed'), (4, 'investigating'), (5, 'responded'),
        (6, 'accepted'), (7, 'rejected'), (8, 'deadlock'), (9, 'referred'), (10, 'settled'), (11, 'reopened')
),
visits AS MATERIALIZED (
    SELECT s.position, s.state, m.* FROM states s CROSS JOIN LATERAL (
        SELECT count(*) AS visits, avg(date_part('epoch', m.happened_at - m.entered_at) / 3600) AS mean,
            percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
                ORDER BY date_part('epoch', m.happened_at - m.entered_at) / 3600
            ) AS hours,
            count(*) FILTER (WHERE m.move = 'accept') AS accepted, count(*) FILTER (WHERE m.move = 'reject') AS rejected
        FROM moves m WHERE m.from_state = s.state
    ) m
),
time_in_state AS (
    SELECT json_build_object('states', coalesce(json_agg(json_build_object('state', v.state,
        'completed', v.visits, 'ongoing', coalesce(o.ongoing, 0), 'median_hours', round(v.hours[1]::numeric, 2),
        'p90_hours', round(v.hours[2]::numeric, 2), 'mean_hours', round(v.mean::numeric, 2)
        ) ORDER BY v.position), '[]'),
        'reopened', (SELECT share FROM reopened)) AS figures
    FROM visits v LEFT JOIN (SELECT state, count(*) AS ongoing FROM received GROUP BY state) o USING (state)
    WHERE v.visits > 0 OR o.ongoing > 0
),

-- Clocks
clocks AS NOT MATERIALIZED (
    SELECT k.* FROM complaint_clocks k
    LEFT JOIN filtered c ON c.id = k.complaint_id AND c.received_at >= :since AND c.received_at < :before
    WHERE k.received_at >= :since AND k.received_at < :before
        AND (coalesce(:category, :site, :sku, :channel, :owner) IS NULL OR c.id IS NOT NULL)
),
metrics (position, metric) AS (
    VALUES (1, 'acknowledge'), (2, 'update'), (3, 'respond'), (4, 'resolve'), (5, 'deadlock')
),
outcomes_of_clocks AS MATERIALIZED (
    SELECT m.position, m.metric, k.* FROM metrics m CROSS JOIN LATERAL (
        SELECT count(*) AS clocks, count(*) FILTER (WHERE k.met AND NOT k.late) AS met_in_time,
            count(*) FILTER (WHERE k.met AND k.late) AS met_late,
            count(*) FILTER (WHERE k.open AND NOT k.late) AS running,
            count(*) FILTER (WHERE NOT k.met AND k.late) AS breached
        FROM (
            SELECT k.state = 'met' AS met, k.state IN ('running', 'paused') AS open,
                k.breached_at IS NOT NULL OR (k.state = 'running' AND coalesce(k.due_at < :now, false)) AS late
            FROM clocks k WHERE k.metric = m.metric
            OFFSET 0  -- worked out once a row
        ) k
    ) k
),
clock_performance AS (
    SELECT json_build_object('metrics', coalesce(json_agg(json_build_object('metric', k.metric,
        'met_in_time', k.met_in_time, 'met_late', k.met_late, 'running', k.running, 'breached', k.breached,
        'in_time', json_build_object('count', k.met_in_time, 'total', k.met_in_time + k.met_late + k.breached))
        ORDER BY k.position), '[]'), 'reopened', (SELECT share FROM reopened)) AS figures
    FROM outcomes_of_clocks k WHERE k.clocks > 0
),

-- Speed
responses AS (
    SELECT count(*) AS responded, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY f.hours) AS hours FROM (
        SELECT min(date_part('epoch', m.happened_at - m.received_at) / 3600) AS hours
        FROM moves m WHERE m.from_state = 'investigating' AND m.move = 'respond' GROUP BY m.complaint_id
    ) f
),
speed AS (
    SELECT json_build_object(
        'acknowledge', json_build_object('count', t.acknowledged,
            'median_hours', round(t.hours_to_acknowledge[1]::numeric, 2),
            'p90_hours', round(t.hours_to_acknowledge[2]::numeric, 2)),
        'respond', json_build_object('count', r.responded,
            'median_hours', round(r.hours[1]::numeric, 2), 'p90_hours', round(r.hours[2]::numeric, 2)),
        'close', json_build_object('count', t.closed,
            'median_hours', round(t.hours_to_close[1]::numeric, 2),
            'p90_hours', round(t.hours_to_close[2]::numeric, 2)),
        'reopened', (SELECT share FROM reopened),
        'accepted', (SELECT json_build_object('count', sum(accepted), 'total', sum(accepted + rejected)) FROM visits)
    ) AS figures
    FROM totals t CROSS JOIN responses r
),

-- Outcomes: who bought something again within 30, 90 and 180 days of 24 hours after the end
first_purchases AS (
    SELECT e.ended_at, (
        SELECT s.occurred_at FROM sales s
        WHERE s.customer_id = e.customer_id AND s.occurred_at > e.ended_at
            AND s.occurred_at <= e.ended_at + interval '4320 hours'
            AND s.purchase AND s.gross > s.refunded AND NOT s.clock_suspect
        ORDER BY s.occurred_at LIMIT 1
    ) AS bought_at
    FROM received e
    WHERE e.state = 'closed' AND e.customer_id IS NOT NULL
        AND e.ended_at <= (SELECT :now::timestamptz - interval '720 hours')
    OFFSET 0  -- looked for once
),
recovered AS (
    SELECT count(*) AS mature_30, count(*) FILTER (WHERE p.bought_at <= p.ended_at + interval '720 hours') AS bought_30,
        count(*) FILTER (WHERE p.mature_90) AS mature_90,
        count(*) FILTER (WHERE p.mature_90 AND p.bought_at <= p.ended_at + interval '2160 hours') AS bought_90,
        count(*) FILTER (WHERE p.mature_180) AS mature_180, count(p.bought_at) FILTER (WHERE p.mature_180) AS bought_180
    FROM (
        SELECT f.*, f.ended_at <= (SELECT :now::timestamptz - interval '2160 hours') AS mature_90,
            f.ended_at <= (SELECT :now::timestamptz - interval '4320 hours') AS mature_180
        FROM first_purchases f
    ) p
),
outcomes AS (
    SELECT json_build_object('closed', json_build_object('count', t.closed, 'total', t.received),
        'recovered', json_build_array(
            json_build_object('days', 30, 'mature', r.mature_30, 'count', r.bought_30),
            json_build_object('days', 90, 'mature', r.mature_90, 'count', r.bought_90),
            json_build_object('days', 180, 'mature', r.mature_180, 'count', r.bought_180)
        )) AS figures
    FROM totals t CROSS JOIN recovered r
),
repeat_complainants AS (
    SELECT json_build_object('customers', json_build_object('count', count(*) FILTER (WHERE n > 1), 'total', count(*)),
        'complaints', coalesce(sum(n) FILTER (WHERE n > 1), 0),
        'unclaimed', (SELECT t.received - t.with_customer FROM totals t)) AS figures
    FROM (SELECT count(*) AS n FROM received WHERE customer_id IS NOT NULL GROUP BY customer_id) c
),
cause_kinds (position, cause_kind) AS (
    VALUES (1, 'product'), (2, 'service'), (3, 'people'), (4, 'process'), (5, 'system'), (6, 'supplier'),
        (7, 'information'), (8, 'customer'), (9, 'other')
),
causes AS (
    SELECT json_build_object(
        'known', (SELECT json_build_object('count', t.with_cause, 'total', t.received) FROM totals t),
        'kinds', coalesce(json_agg(json_build_object('cause_kind', k.cause_kind, 'count', n.n, 'total', n.known)
        ORDER BY n.n DESC, k.position), '[]')) AS figures
    FROM cause_kinds k JOIN (
        SELECT cause_kind, count(*) AS n, sum(count(*)) OVER () AS known
        FROM received WHERE cause_kind IS NOT NULL GROUP BY cause_kind
    ) n USING (cause_kind)
),
most_of_products AS (
    SELECT coalesce(json_agg(json_build_object('sku', m.sku, 'name', p.name, 'complaints', m.complaints,
        'closed', m.closed, 'reopened', m.reopened) ORDER BY m.complaints DESC, m.sku), '[]') AS figures
    FROM (
        SELECT sku, count(*) AS complaints, count(*) FILTER (WHERE state = 'closed') AS closed,
            count(*) FILTER (WHERE reopened > 0) AS reopened
        FROM received WHERE sku IS NOT NULL GROUP BY sku ORDER BY count(*) DESC, sku LIMIT 20
    ) m JOIN products p USING (sku)
),
-- An index has what a purchase is: it alone has the answer.
most_of_sites AS (
    SELECT coalesce(json_agg(json_build_object('site', m.site, 'name', p.name, 'complaints', m.complaints,
        'closed', m.closed, 'reopened', m.reopened, 'receipts', r.receipts,
        'per_thousand_receipts', round(m.complaints * 1000.0 / nullif(r.receipts, 0), 2)
        ) ORDER BY m.complaints DESC, m.site), '[]') AS figures
    FROM (
        SELECT site, count(*) AS complaints, count(*) FILTER (WHERE state = 'closed') AS closed,
            count(*) FILTER (WHERE reopened > 0) AS reopened
        FROM received WHERE site IS NOT NULL GROUP BY site ORDER BY count(*) DESC, site LIMIT 20
    ) m JOIN sites p ON p.code = m.site CROSS JOIN LATERAL (
        SELECT count(*) AS receipts FROM sales s
        WHERE s.purchase AND s.site = m.site AND s.occurred_at >= :since AND s.occurred_at < :before
    ) r
)
SELECT json_build_object(
    'received_since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'received_before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'interval', :interval::text,
    'volume', (SELECT figures FROM volume),
    'backlog', (SELECT figures FROM backlog),
    'time_in_state', (SELECT figures FROM time_in_state),
    'clocks', (SELECT figures FROM clock_performance),
    'speed', (SELECT figures FROM speed),
    'outcomes', (SELECT figures FROM outcomes),
    'repeat_complainants', (SELECT figures FROM repeat_complainants),
    'causes', (SELECT figures FROM causes),
    'products', (SELECT figures FROM most_of_products),
    'sites', (SELECT figures FROM most_of_sites)
)::text;
