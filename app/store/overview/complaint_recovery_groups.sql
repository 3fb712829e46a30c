-- Whether customers came back after complaints that were closed in a period, and what they have spent and said since,
-- by group and altogether, as one JSON value.
--
-- Shares are a `count` of those that are `mature`, or of all; means have the `deviation` of their cases: the service
-- adds how far they may be off. A day has 24 hours, whatever the clocks of the session's time zone do; a month has 30
-- days. A purchase is a receipt with something paid that was not given back whole: what is exchanged for nothing, given
-- as a remedy, or returned, is no reason to think that they came back.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v group_by="'month'" ... -f <this file>
--   :now       '2026-03-01T09:00Z'  The time of the request.
--   :since     '2025-03-01'         Complaints closed from then on,
--   :before    '2026-03-01'         and before then.
--   :group_by  'category'           The groups: category, handler (the owner), site, severity, feeling, channel, month,
--                                   remedy (the kinds that were accepted) or cost (of these, in bands).
--   :limit     50                   How many groups to answer with; the largest, or the first months.
--   :category  NULL                 Only complaints with this category; NULL for any. The same for the others.
--   :site      NULL
--   :sku       NULL
--   :channel   NULL
--   :owner     NULL
WITH filtered AS NOT MATERIALIZED (
    SELECT c.id, c.customer_id, c.state, c.received_at, c.ended_at, c.reopened_count > 0 AS reopened,
        CASE :group_by WHEN 'category' THEN c.category WHEN 'handler' THEN c.owner WHEN 'site' THEN c.site
            WHEN 'severity' THEN c.severity WHEN 'feeling' THEN c.feeling WHEN 'channel' THEN c.channel END AS key
    FROM complaints c
    WHERE (:category::text IS NULL OR c.category = :category)
        AND (:site::text IS NULL OR c.site = :site)
        AND (:sku::text IS NULL OR c.sku = :sku)
        AND (:channel::text IS NULL OR c.channel = :channel)
        AND (:owner::text IS NULL OR lower(c.owner) = lower(:owner))
),
-- Closed in the period; also those that are open again, which are not to be forgotten when asking what does not last.
-- When a complaint came into the state that it left again is when it was closed; of several times the last counts.
cohort AS MATERIALIZED (
    SELECT e.*, e.closed AND e.customer_id IS NOT NULL AS known,
        -- How many of 30, 90 and 180 days are over; the subselects are worked out once, not for each row.
        (e.ended_at <= (SELECT :now::timestamptz - interval '720 hours'))::int
            + (e.ended_at <= (SELECT :now::timestamptz - interval '2160 hours'))::int
            + (e.ended_at <= (SELECT :now::timestamptz - interval '4320 hours'))::int AS windows_over
    FROM (
        SELECT c.id, c.customer_id, c.received_at, c.ended_at, c.key, c.reopened, true AS closed
        FROM filtered c WHERE c.state = 'closed' AND c.ended_at >= :since AND c.ended_at < :before
        UNION ALL
        SELECT c.id, c.customer_id, c.received_at, m.closed_at, c.key, true, false
        FROM (
            SELECT m.complaint_id, max(m.entered_at) AS closed_at FROM complaint_moves m
            WHERE m.from_state = 'closed' AND m.entered_at >= :since
            GROUP BY m.complaint_id HAVING max(m.entered_at) < :before
        ) m JOIN filtered c ON c.id = m.complaint_id
        WHERE c.state NOT IN ('closed', 'withdrawn')
    ) e
),
-- The receipts of each customer are walked through once, for what was bought and for what was spent: over the 180 days
-- before the complaint was received, and since its end, for 180 days at most.
receipts AS MATERIALIZED (
    SELECT e.id, s.currency,
        min(s.occurred_at) FILTER (WHERE s.occurred_at > e.ended_at AND s.purchase AND s.gross > s.refunded
            AND NOT s.clock_suspect) AS bought_at,
        sum(s.gross - s.refunded) FILTER (WHERE s.occurred_at < e.received_at) AS before,
        sum(s.gross - s.refunded) FILTER (WHERE s.occurred_at > e.ended_at) AS after
    FROM cohort e CROSS JOIN LATERAL (
        SELECT s.currency, s.gross, s.refunded, s.occurred_at, s.purchase, s.clock_suspect FROM sales s
        WHERE s.customer_id = e.customer_id AND s.voided_at IS NULL
            AND s.occurred_at >= e.received_at - interval '4320 hours'
            AND s.occurred_at <= least(:now::timestamptz, e.ended_at + interval '4320 hours')
            AND (s.occurred_at < e.received_at OR s.occurred_at > e.ended_at)
        OFFSET 0  -- customer by customer
    ) s
    WHERE e.known AND e.windows_over > 0 GROUP BY e.id, s.currency
),
-- In which of the windows they first bought, and first complained, again: 1, 2 or 3; null for none.
followed AS MATERIALIZED (
    SELECT e.*,
        CASE WHEN e.bought_at - e.ended_at <= interval '720 hours' THEN 1
            WHEN e.bought_at - e.ended_at <= interval '2160 hours' THEN 2
            WHEN e.bought_at - e.ended_at <= interval '4320 hours' THEN 3 END AS bought_in,
        CASE WHEN e.complained_at - e.ended_at <= interval '720 hours' THEN 1
            WHEN e.complained_at - e.ended_at <= interval '2160 hours' THEN 2
            WHEN e.complained_at - e.ended_at <= interval '4320 hours' THEN 3 END AS complained_in
    FROM (
        SELECT e.*, r.bought_at, CASE WHEN e.known AND e.windows_over > 0 THEN (
                SELECT a.received_at FROM complaints a
                WHERE a.customer_id = e.customer_id AND a.received_at > e.ended_at
                    AND a.received_at <= e.ended_at + interval '4320 hours' AND a.id <> e.id
                ORDER BY a.received_at LIMIT 1
            ) END AS complained_at
        FROM cohort e LEFT JOIN (SELECT id, min(bought_at) AS bought_at FROM receipts GROUP BY id) r USING (id)
        OFFSET 0  -- looked for once
    ) e
),
-- Which groups a complaint belongs to. With several remedies it is in several; `is_first` is true in one of them. Only
-- the branch that is asked for is planned.
grouped AS MATERIALIZED (
    SELECT e.id, e.customer_id, e.ended_at, e.closed, e.known, e.reopened, e.windows_over, e.bought_in, e.complained_in,
        CASE WHEN :group_by = 'month' THEN to_char(e.ended_at AT TIME ZONE 'UTC', 'YYYY-MM') ELSE e.key END AS key,
        NULL::text AS currency, true AS is_first
    FROM followed e WHERE :group_by NOT IN ('remedy', 'cost')
    UNION ALL
    SELECT e.id, e.customer_id, e.ended_at, e.closed, e.known, e.reopened, e.windows_over, e.bought_in, e.complained_in,
        k.key, NULL::text, row_number() OVER (PARTITION BY e.id) = 1
    FROM followed e JOIN (
        SELECT DISTINCT e.id, coalesce(r.kind, 'none') AS key
        FROM followed e LEFT JOIN complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'
    ) k USING (id)
    WHERE :group_by = 'remedy'
    UNION ALL
    SELECT e.id, e.customer_id, e.ended_at, e.closed, e.known, e.reopened, e.windows_over, e.bought_in, e.complained_in,
        CASE WHEN k.cost <= 0 THEN 'none' WHEN k.cost < 10 THEN '<10' WHEN k.cost < 50 THEN '<50'
            WHEN k.cost < 200 THEN '<200' WHEN k.cost >= 200 THEN '200+' END,
        CASE WHEN k.cost > 0 THEN k.currency END, row_number() OVER (PARTITION BY e.id) = 1
    FROM followed e JOIN (
        SELECT e.id, r.currency, sum(r.cost) AS cost
        FROM followed e JOIN complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'
        WHERE r.cost IS NOT NULL GROUP BY e.id, r.currency
        UNION ALL
        SELECT e.id, NULL, CASE WHEN count(r.id) = 0 THEN 0 END
        FROM followed e LEFT JOIN complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'
        GROUP BY e.id HAVING count(r.cost) = 0
    ) k USING (id)
    WHERE :group_by = 'cost'
),
tallies AS MATERIALIZED (
    SELECT e.key, e.currency, e.is_first, e.closed, e.known, e.reopened, e.windows_over, e.bought_in, e.complained_in,
        count(*) AS n
    FROM grouped e GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
),
-- Each group, and all of them together (`is_total`), which are there even if there is no group.
groups AS MATERIALIZED (
    SELECT t.is_total, t.key, t.currency,
        coalesce(sum(t.n) FILTER (WHERE t.closed), 0) AS complaints,
        coalesce(sum(t.n) FILTER (WHERE t.known), 0) AS with_customer,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 1), 0) AS mature_30,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 2), 0) AS mature_90,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 3), 0) AS mature_180,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 1 AND t.bought_in <= 1), 0) AS bought_30,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 2 AND t.bought_in <= 2), 0) AS bought_90,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 3 AND t.bought_in <= 3), 0) AS bought_180,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 1 AND t.complained_in <= 1), 0) AS complained_30,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 2 AND t.complained_in <= 2), 0) AS complained_90,
        coalesce(sum(t.n) FILTER (WHERE t.known AND t.windows_over >= 3 AND t.complained_in <= 3), 0) AS complained_180,
        coalesce(sum(t.n) FILTER (WHERE t.reopened), 0) AS reopened, coalesce(sum(t.n), 0) AS ended
    FROM (
        SELECT false AS is_total, t.* FROM tallies t
        UNION ALL
        SELECT true, NULL, NULL, t.is_first, t.closed, t.known, t.reopened, t.windows_over, t.bought_in,
            t.complained_in, t.n
        FROM (VALUES (true)) v(is_first) LEFT JOIN tallies t USING (is_first)
    ) t GROUP BY t.is_total, t.key, t.currency
),
listed AS (
    SELECT g.*, row_number() OVER (
        PARTITION BY g.is_total
        ORDER BY CASE WHEN :group_by = 'month' THEN g.key END, g.complaints DESC, g.key, g.currency
    ) AS position
    FROM groups g
),
-- Per month, before and after. A customer with several complaints counts once: they are not several who think alike.
spend AS MATERIALIZED (
    SELECT e.key, e.currency AS of_currency, r.currency, e.customer_id, e.is_first, r.before::float8 / 6 AS before,
        r.after::float8 / (nullif(greatest(date_part('epoch',
            least(:now::timestamptz, e.ended_at + interval '4320 hours') - e.ended_at), 0), 0) / 2592000) AS after
    FROM receipts r JOIN grouped e USING (id)
),
spend_changes AS MATERIALIZED (
    SELECT false AS is_total, c.key, c.of_currency, c.currency, count(*) AS customers,
        avg(c.before)::numeric AS before, avg(c.after)::numeric AS after,
        stddev_samp(c.after - c.before)::numeric AS deviation
    FROM (
        SELECT key, of_currency, currency, avg(coalesce(before, 0)) AS before, avg(coalesce(after, 0)) AS after
        FROM spend GROUP BY key, of_currency, currency, customer_id
    ) c GROUP BY c.key, c.of_currency, c.currency
    UNION ALL
    SELECT true, NULL, NULL, c.currency, count(*),
        avg(c.before)::numeric, avg(c.after)::numeric, stddev_samp(c.after - c.before)::numeric
    FROM (
        SELECT currency, avg(coalesce(before, 0)) AS before, avg(coalesce(after, 0)) AS after
        FROM spend WHERE is_first GROUP BY currency, customer_id
    ) c GROUP BY c.currency
),
scores AS MATERIALIZED (
    SELECT e.key, e.currency AS of_currency, e.is_first, e.customer_id, f.score
    FROM grouped e CROSS JOIN LATERAL (
        SELECT f.score FROM feedback f
        WHERE f.customer_id = e.customer_id AND f.competitor IS NULL AND f.score IS NOT NULL
            AND f.collected_at > e.ended_at AND f.collected_at <= e.ended_at + interval '4320 hours'
        OFFSET 0  -- customer by customer
    ) f
    WHERE e.known
),
later_scores AS MATERIALIZED (
    SELECT false AS is_total, c.key, c.of_currency, count(*) AS customers, avg(c.score) AS mean,
        stddev_samp(c.score) AS deviation
    FROM (
        SELECT key, of_currency, avg(score) AS score FROM scores GROUP BY key, of_currency, customer_id
    ) c GROUP BY c.key, c.of_currency
    UNION ALL
    SELECT true, NULL, NULL, count(*), avg(c.score), stddev_samp(c.score)
    FROM (SELECT avg(score) AS score FROM scores WHERE is_first GROUP BY customer_id) c
),
-- Of a group by remedy or cost, only what that remedy, or remedies in that currency, cost.
remedy_costs AS MATERIALIZED (
    SELECT e.key, e.currency AS of_currency, r.currency, sum(r.cost) AS total
    FROM grouped e JOIN complaint_remedies r ON r.complaint_id = e.id AND r.state = 'accepted'
    WHERE e.closed AND r.cost IS NOT NULL
        AND CASE :group_by WHEN 'remedy' THEN r.kind = e.key WHEN 'cost' THEN r.currency = e.currency ELSE true END
    GROUP BY e.key, e.currency, r.currency
),
costs AS MATERIALIZED (
    SELECT false AS is_total, key, of_currency, currency, total FROM remedy_costs
    UNION ALL SELECT true, NULL, NULL, currency, sum(total) FROM remedy_costs GROUP BY currency
),
items AS (
    SELECT g.is_total, g.position, json_build_object('key', g.key, 'currency', g.currency, 'complaints', g.complaints,
        'with_customer', g.with_customer,
        'bought_again', json_build_array(
            json_build_object('days', 30, 'mature', g.mature_30, 'count', g.bought_30),
            json_build_object('days', 90, 'mature', g.mature_90, 'count', g.bought_90),
            json_build_object('days', 180, 'mature', g.mature_180, 'count', g.bought_180)
        ),
        'complained_again', json_build_array(
            json_build_object('days', 30, 'mature', g.mature_30, 'count', g.complained_30),
            json_build_object('days', 90, 'mature', g.mature_90, 'count', g.complained_90),
            json_build_object('days', 180, 'mature', g.mature_180, 'count', g.complained_180)
        ),
        'reopened', json_build_object('count', g.reopened, 'total', g.ended),
        'spend_change', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency, 'customers', x.customers,
                'before_per_month', round(x.before, 2)::text, 'after_per_month', round(x.after, 2)::text,
                'change_per_month', round(x.after - x.before, 2)::text, 'deviation', round(x.deviation, 6)::text
            ) ORDER BY x.currency), '[]') FROM spend_changes x
            WHERE x.is_total = g.is_total AND x.key IS NOT DISTINCT FROM g.key
                AND x.of_currency IS NOT DISTINCT FROM g.currency
        ),
        'cost', (
            SELECT coalesce(json_agg(json_build_object('currency', x.currency, 'total', x.total::text)
            ORDER BY x.currency), '[]') FROM costs x
            WHERE x.is_total = g.is_total AND x.key IS NOT DISTINCT FROM g.key
                AND x.of_currency IS NOT DISTINCT FROM g.currency
        ),
        'later_feedback', (
            SELECT json_build_object('customers', coalesce(max(x.customers), 0),
                'mean_score', round(max(x.mean), 2)::text, 'deviation', round(max(x.deviation), 6)::text
            ) FROM later_scores x
            WHERE x.is_total = g.is_total AND x.key IS NOT DISTINCT FROM g.key
                AND x.of_currency IS NOT DISTINCT FROM g.currency
        )) AS item
    FROM listed g WHERE g.is_total OR g.position <= :limit
)
SELECT json_build_object('group_by', :group_by::text,
    'ended_since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'ended_before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'group_count', (SELECT count(*) FROM groups WHERE NOT is_total),
    'all', (SELECT item FROM items WHERE is_total),
    'items', (SELECT coalesce(json_agg(item ORDER BY position), '[]') FROM items WHERE NOT is_total)
)::text;
