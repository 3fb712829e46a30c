-- Whether the customer of one complaint came back after it, and what they have spent and said since, as one JSON value.
-- No row where there is no such complaint.
--
-- A day has 24 hours, whatever the clocks of the session's time zone do; a month has 30 days. A purchase is a receipt
-- with something paid that was not given back whole: what is exchanged for nothing, given as a remedy, or returned, is
-- no reason to think that they came back.
--
-- Parameters; in psql, set each of them to a literal: psql -v now="'2026-03-01T09:00Z'" ... -f <this file>
--   :now           '2026-03-01T09:00Z'                     The time of the request.
--   :complaint_id  '01900000-0000-7000-8000-000000000000'  The complaint.
WITH complaint AS (
    SELECT c.id, c.customer_id, c.state, c.received_at,
        CASE WHEN c.state IN ('closed', 'withdrawn') THEN c.ended_at END AS ended_at
    FROM complaints c WHERE c.id = :complaint_id
),
followed AS (
    SELECT e.*, (
            SELECT s.occurred_at FROM sales s
            WHERE s.customer_id = e.customer_id AND s.occurred_at > e.ended_at
                AND s.purchase AND s.gross > s.refunded AND NOT s.clock_suspect
            ORDER BY s.occurred_at LIMIT 1
        ) AS bought_at, (
            SELECT a.received_at FROM complaints a
            WHERE a.customer_id = e.customer_id AND a.received_at > e.ended_at
                AND a.received_at <= e.ended_at + interval '4320 hours' AND a.id <> e.id
            ORDER BY a.received_at LIMIT 1
        ) AS complained_at,
        least(:now::timestamptz, e.ended_at + interval '4320 hours') AS followed_until
    FROM complaint e
),
windows (days, span) AS (
    VALUES (30, interval '720 hours'), (90, interval '2160 hours'), (180, interval '4320 hours')
),
-- Over the 180 days before it was received, and since the end, for 180 days at most.
spend AS (
    SELECT s.currency, e.followed_until, e.ended_at,
        coalesce(sum(s.gross - s.refunded) FILTER (WHERE s.occurred_at < e.received_at), 0) AS before,
        coalesce(sum(s.gross - s.refunded) FILTER (WHERE s.occurred_at > e.ended_at), 0) AS after
    FROM followed e JOIN sales s ON s.customer_id = e.customer_id
    WHERE s.voided_at IS NULL
        AND s.occurred_at >= e.received_at - interval '4320 hours' AND s.occurred_at <= e.followed_until
        AND (s.occurred_at < e.received_at OR s.occurred_at > e.ended_at)
    GROUP BY s.currency, e.followed_until, e.ended_at
),
later_feedback AS (
    SELECT f.* FROM followed e JOIN feedback f ON f.customer_id = e.customer_id
    WHERE f.competitor IS NULL AND f.score IS NOT NULL
        AND f.collected_at > e.ended_at AND f.collected_at <= e.ended_at + interval '4320 hours'
    ORDER BY f.collected_at, f.id LIMIT 20
)
SELECT json_build_object('complaint_id', e.id, 'customer_id', e.customer_id, 'state', e.state,
    'ended_at', to_char(e.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'windows', (
        SELECT json_agg(json_build_object('days', w.days,
            'mature', coalesce(e.ended_at <= :now::timestamptz - w.span, false),
            'bought_again', CASE WHEN e.customer_id IS NULL THEN NULL WHEN e.bought_at <= e.ended_at + w.span THEN 'yes'
                WHEN e.ended_at <= :now::timestamptz - w.span THEN 'no' END,
            'complained_again', CASE WHEN e.customer_id IS NULL THEN NULL
                WHEN e.complained_at <= e.ended_at + w.span THEN 'yes'
                WHEN e.ended_at <= :now::timestamptz - w.span THEN 'no' END) ORDER BY w.days)
        FROM windows w
    ),
    'first_purchase_after_at', to_char(e.bought_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'spend', (
        SELECT coalesce(json_agg(json_build_object('currency', s.currency,
            'before_per_month', round(s.before / 6, 2)::text,
            'after_per_month', round(s.after / nullif(m.months, 0), 2)::text,
            'months_before', '6.00', 'months_after', round(m.months, 2)::text) ORDER BY s.currency), '[]')
        FROM spend s CROSS JOIN LATERAL (
            SELECT greatest(extract(epoch FROM s.followed_until - s.ended_at), 0) / 2592000 AS months
        ) m
    ),
    'later_feedback', (
        SELECT coalesce(json_agg(row_to_json(d) ORDER BY f.collected_at, f.id), '[]')
        FROM later_feedback f CROSS JOIN LATERAL (
            SELECT f.id, to_char(f.collected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS collected_at,
                f.method, f.metric, f.value::text AS value, f.best::text AS best, f.score::text AS score, f.nps_class
        ) d
    )
)::text
FROM followed e;
