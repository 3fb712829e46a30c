-- What was made of feedback, and how soon, by group and altogether, as one JSON value.
--
-- Shares are a `count` of `total`: the service adds how far they may be off. Hours are counted since it was collected.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v group_by="'site'" ... -f <this file>
--   :since             '2025-12-01'  Feedback collected from then on,
--   :before            '2026-03-01'  and before then.
--   :group_by          'site'        The groups: month, site, staff, method, or NULL for only all together.
--   :period_starts     NULL          When the months begin, the earliest first; NULL for other groups.
--   :period_keys       NULL          What these are called; NULL for other groups.
--   :forgotten_before  '2026-02-22'  What was collected until then, and nobody has thanked for, is forgotten.
--   :limit             50            How many groups to answer with; months are answered all.
--   :site              NULL          Only feedback about this site; NULL for any. The same for the others.
--   :staff             NULL
--   :channel           NULL
--   :method            NULL
--   :survey_id         NULL
WITH counted AS MATERIALIZED (
    -- Hours are gathered in arrays: sorting all of it by group first would take longer than all the rest.
    SELECT row_number() OVER () AS number, width_bucket(f.collected_at, :period_starts::timestamptz[]) AS period,
        CASE :group_by WHEN 'site' THEN f.site WHEN 'staff' THEN f.staff WHEN 'method' THEN f.method END AS label,
        count(*) AS n, count(f.acknowledged_at) AS acknowledged, count(f.acted_at) AS acted,
        count(f.notified_at) AS notified, count(f.closed_at) AS closed,
        count(*) FILTER (WHERE f.customer_id IS NOT NULL OR f.notified_at IS NOT NULL) AS notifiable,
        count(*) FILTER (WHERE f.acknowledged_at IS NULL AND f.collected_at <= :forgotten_before) AS forgotten,
        array_agg(date_part('epoch', greatest(f.acknowledged_at - f.collected_at, interval '0')) / 3600)
            FILTER (WHERE f.acknowledged_at IS NOT NULL) AS hours_to_acknowledge,
        array_agg(date_part('epoch', greatest(f.acted_at - f.collected_at, interval '0')) / 3600)
            FILTER (WHERE f.acted_at IS NOT NULL) AS hours_to_act,
        array_agg(date_part('epoch', greatest(f.closed_at - f.collected_at, interval '0')) / 3600)
            FILTER (WHERE f.closed_at IS NOT NULL) AS hours_to_close
    FROM feedback f
    WHERE f.competitor IS NULL AND f.collected_at >= :since AND f.collected_at < :before
        AND (:site::text IS NULL OR f.site = :site)
        AND (:staff::text IS NULL OR lower(f.staff) = lower(:staff))
        AND (:channel::text IS NULL OR f.channel = :channel)
        AND (:method::text IS NULL OR f.method = :method)
        AND (:survey_id::uuid IS NULL OR f.survey_id = :survey_id)
    GROUP BY 2, 3
),
-- Each group, and all of them together (`is_total`), which are there even if there is no group.
groups AS MATERIALIZED (
    SELECT true AS is_total, NULL::bigint AS number, NULL AS key, sum(c.n) AS n, sum(c.acknowledged) AS acknowledged,
        sum(c.acted) AS acted, sum(c.notified) AS notified, sum(c.closed) AS closed, sum(c.notifiable) AS notifiable,
        sum(c.forgotten) AS forgotten
    FROM counted c
    UNION ALL
    SELECT false, c.number, p.key, c.n, c.acknowledged, c.acted, c.notified, c.closed, c.notifiable, c.forgotten
    FROM unnest(:period_keys::text[]) WITH ORDINALITY p(key, period) LEFT JOIN counted c USING (period)
    UNION ALL
    SELECT false, c.number, c.label, c.n, c.acknowledged, c.acted, c.notified, c.closed, c.notifiable, c.forgotten
    FROM counted c WHERE :group_by IN ('site', 'staff', 'method')
),
listed AS (
    SELECT g.*, row_number() OVER (
        PARTITION BY g.is_total ORDER BY CASE WHEN :period_keys::text[] IS NOT NULL THEN g.key END, g.n DESC, g.key
    ) AS position
    FROM groups g
),
figures AS (
    SELECT g.is_total, g.position, g.key, coalesce(g.n, 0) AS feedback, coalesce(g.forgotten, 0) AS forgotten,
        json_build_object('count', coalesce(g.acknowledged, 0), 'total', coalesce(g.n, 0)) AS acknowledged,
        json_build_object('count', coalesce(g.acted, 0), 'total', coalesce(g.n, 0)) AS acted,
        json_build_object('count', coalesce(g.notified, 0), 'total', coalesce(g.notifiable, 0)) AS notified,
        json_build_object('count', coalesce(g.closed, 0), 'total', coalesce(g.n, 0)) AS closed,
        json_build_object('count', acknowledge.n, 'median_hours', round(acknowledge.hours[1]::numeric, 2),
            'p90_hours', round(acknowledge.hours[2]::numeric, 2)) AS to_acknowledge,
        json_build_object('count', act.n, 'median_hours', round(act.hours[1]::numeric, 2),
            'p90_hours', round(act.hours[2]::numeric, 2)) AS to_act,
        json_build_object('count', close.n, 'median_hours', round(close.hours[1]::numeric, 2),
            'p90_hours', round(close.hours[2]::numeric, 2)) AS to_close
    FROM listed g
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY h.hours) AS hours
        FROM counted c CROSS JOIN unnest(c.hours_to_acknowledge) h(hours) WHERE g.is_total OR c.number = g.number
    ) acknowledge
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY h.hours) AS hours
        FROM counted c CROSS JOIN unnest(c.hours_to_act) h(hours) WHERE g.is_total OR c.number = g.number
    ) act
    CROSS JOIN LATERAL (
        SELECT count(*) AS n, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY h.hours) AS hours
        FROM counted c CROSS JOIN unnest(c.hours_to_close) h(hours) WHERE g.is_total OR c.number = g.number
    ) close
    WHERE g.is_total OR g.position <= :limit OR :period_keys::text[] IS NOT NULL
)
SELECT json_build_object('group_by', :group_by::text,
    'since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'group_count', (SELECT count(*) FROM groups WHERE NOT is_total),
    'all', (
        SELECT row_to_json(d) FROM figures f CROSS JOIN LATERAL (
            SELECT f.feedback, f.forgotten, f.acknowledged, f.acted, f.notified, f.closed, f.to_acknowledge, f.to_act,
                f.to_close
        ) d WHERE f.is_total
    ),
    'items', (
        SELECT coalesce(json_agg(row_to_json(d) ORDER BY f.position), '[]') FROM figures f CROSS JOIN LATERAL (
            SELECT f.key,
                CASE WHEN :group_by = 'site' THEN (SELECT s.name FROM sites s WHERE s.code = f.key) END AS name,
                f.feedback, f.forgotten, f.acknowledged, f.acted, f.notified, f.closed, f.to_acknowledge, f.to_act,
                f.to_close
        ) d WHERE NOT f.is_total
    )
)::text;
