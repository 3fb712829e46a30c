-- What one metric of feedback comes to in a period, by group and altogether, as one JSON value.
--
-- Counted from `ratings`: the score of each feedback as a whole, or the answers to questions of that metric. Shares are
-- a `count` of `total`, means have the `deviation` of their answers: the service adds how far they may be off.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v group_by="'site'" ... -f <this file>
--   :metric         'score'                    score, nps, csat, ces or rating.
--   :since          '2026-01-01'               Feedback collected from then on,
--   :before         '2026-03-01'               and before then.
--   :group_by       'month'                    The groups: a period, site, staff, sku, channel, method, survey, tag (of
--                                              customers), or NULL for only all together.
--   :period_starts  '{2026-01-01,2026-02-01}'  When the periods begin, the earliest first; NULL for other groups.
--   :period_keys    '{2026-01-01,2026-02-01}'  What these are called; NULL for other groups.
--   :limit          50                         How many groups to answer with; periods are answered all.
--   :site           NULL                       Only feedback about this site; NULL for any. The same for the others.
--   :staff          NULL
--   :sku            NULL
--   :channel        NULL
--   :method         NULL
--   :survey_id      NULL
--   :tag            NULL                       Only from customers with this tag, as a word of theirs; NULL for any.
--
-- Few different scores occur. So they are counted first and summed then, which takes a third of the time.
WITH scores AS (
    SELECT width_bucket(r.collected_at, :period_starts::timestamptz[]) AS period,
        CASE :group_by WHEN 'site' THEN r.site WHEN 'staff' THEN r.staff WHEN 'sku' THEN r.sku
            WHEN 'channel' THEN r.channel WHEN 'method' THEN r.method END AS label,
        CASE WHEN :group_by = 'survey' THEN r.survey_id END AS survey_id,
        CASE WHEN :group_by = 'tag' THEN c.tags END AS tags,
        r.score, CASE WHEN :metric = 'nps' THEN r.nps_class END AS nps_class, count(*) AS n
    FROM ratings r
    LEFT JOIN customers c ON c.id = r.customer_id  -- not in the plan unless tags are asked for
    -- As in the indexes
    WHERE CASE WHEN :metric = 'score' THEN r.main AND r.competitor IS NULL
            ELSE r.metric = :metric AND r.side = 'experience' AND r.aspect IS NULL AND r.competitor IS NULL END
        AND r.collected_at >= :since AND r.collected_at < :before
        AND (:site::text IS NULL OR r.site = :site)
        AND (:staff::text IS NULL OR lower(r.staff) = lower(:staff))
        AND (:sku::text IS NULL OR r.sku = :sku)
        AND (:channel::text IS NULL OR r.channel = :channel)
        AND (:method::text IS NULL OR r.method = :method)
        AND (:survey_id::uuid IS NULL OR r.survey_id = :survey_id)
        AND (:tag::text IS NULL OR c.words @> ARRAY[:tag::text])
    GROUP BY 1, 2, 3, 4, 5, 6
),
-- Invitations that were sent in the period, and how many of them were answered, whenever that was. Those that were
-- withdrawn count apart: nobody could answer them. They have no product and no method. Asked for in a CASE again, the
-- keys that are not used are constants, and not grouped by.
counted AS MATERIALIZED (
    SELECT CASE WHEN :period_starts::timestamptz[] IS NOT NULL THEN s.period END AS period,
        CASE WHEN :group_by IN ('site', 'staff', 'sku', 'channel', 'method') THEN s.label END AS label,
        CASE WHEN :group_by = 'survey' THEN s.survey_id END AS survey_id,
        CASE WHEN :group_by = 'tag' THEN s.tags END AS tags,
        sum(s.n) AS n, sum(s.score * s.n) AS total, sum(s.score * s.score * s.n) AS squares,
        sum(s.n) FILTER (WHERE s.score < 20) AS below_20, sum(s.n) FILTER (WHERE s.score < 40) AS below_40,
        sum(s.n) FILTER (WHERE s.score < 60) AS below_60, sum(s.n) FILTER (WHERE s.score < 80) AS below_80,
        sum(s.n) FILTER (WHERE :metric = 'csat' AND s.score >= 75) AS satisfied,
        sum(s.n) FILTER (WHERE :metric = 'nps' AND s.nps_class = 'promoter') AS promoters,
        sum(s.n) FILTER (WHERE :metric = 'nps' AND s.nps_class = 'detractor') AS detractors,
        0 AS sent, 0 AS answered, 0 AS withdrawn
    FROM scores s GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT width_bucket(i.sent_at, :period_starts::timestamptz[]),
        CASE :group_by WHEN 'site' THEN i.site WHEN 'staff' THEN i.staff WHEN 'channel' THEN i.channel END,
        CASE WHEN :group_by = 'survey' THEN i.survey_id END, CASE WHEN :group_by = 'tag' THEN c.tags END,
        0, NULL, NULL, 0, 0, 0, 0, 0, 0, 0,
        count(*) FILTER (WHERE i.withdrawn_at IS NULL), count(i.answered_at), count(i.withdrawn_at)
    FROM invitations i LEFT JOIN customers c ON c.id = i.customer_id
    WHERE (:group_by::text IS NULL OR :group_by NOT IN ('sku', 'method'))
        AND :sku::text IS NULL AND :method::text IS NULL
        AND i.sent_at >= :since AND i.sent_at < :before
        AND (:site::text IS NULL OR i.site = :site)
        AND (:staff::text IS NULL OR lower(i.staff) = lower(:staff))
        AND (:channel::text IS NULL OR i.channel = :channel)
        AND (:survey_id::uuid IS NULL OR i.survey_id = :survey_id)
        AND (:tag::text IS NULL OR c.words @> ARRAY[:tag::text])
    GROUP BY 1, 2, 3, 4
),
-- Tags are one in whatever case they are written, as they are in the words of customers; one spelling is shown.
spelled AS (
    SELECT t.tag, min(t.tag) OVER (
        PARTITION BY normalize(casefold(normalize(t.tag, NFKC) COLLATE pg_unicode_fast), NFKC)
    ) AS shown
    FROM (SELECT DISTINCT u.tag FROM counted f CROSS JOIN LATERAL unnest(f.tags) u(tag)) t
),
-- Each group, and all of them together (`is_total`), which are there even if there is no group. With several tags a
-- customer is in several groups.
grouped AS (
    SELECT true AS is_total, NULL AS key, c.* FROM (VALUES (true)) v(is_total) LEFT JOIN counted c ON true
    UNION ALL
    SELECT false, p.key, c.*
    FROM unnest(:period_keys::text[]) WITH ORDINALITY p(key, period) LEFT JOIN counted c USING (period)
    UNION ALL
    SELECT false, t.tag, c.* FROM counted c LEFT JOIN LATERAL (
        SELECT DISTINCT p.shown AS tag FROM unnest(c.tags) u(tag) JOIN spelled p ON p.tag = u.tag
    ) t ON true WHERE :group_by = 'tag'
    UNION ALL
    SELECT false, coalesce(c.label, c.survey_id::text), c.* FROM counted c
    WHERE :group_by IN ('site', 'staff', 'sku', 'channel', 'method', 'survey')
),
groups AS MATERIALIZED (
    SELECT g.is_total, g.key, coalesce(sum(g.n), 0) AS n, sum(g.total) AS total, sum(g.squares) AS squares,
        coalesce(sum(g.below_20), 0) AS below_20, coalesce(sum(g.below_40), 0) AS below_40,
        coalesce(sum(g.below_60), 0) AS below_60, coalesce(sum(g.below_80), 0) AS below_80,
        coalesce(sum(g.satisfied), 0) AS satisfied, coalesce(sum(g.promoters), 0) AS promoters,
        coalesce(sum(g.detractors), 0) AS detractors, coalesce(sum(g.sent), 0) AS sent,
        coalesce(sum(g.answered), 0) AS answered, coalesce(sum(g.withdrawn), 0) AS withdrawn
    FROM grouped g GROUP BY g.is_total, g.key
),
listed AS (
    SELECT g.*, row_number() OVER (
        PARTITION BY g.is_total
        ORDER BY CASE WHEN :period_keys::text[] IS NOT NULL THEN g.key END, g.n DESC, g.sent DESC, g.key
    ) AS position
    FROM groups g
),
-- From sums: they are exact, so nothing is lost in subtracting.
figures AS (
    SELECT g.is_total, g.position, g.key, g.n AS answers, round(g.total / nullif(g.n, 0), 8) AS mean,
        CASE WHEN g.n > 1 THEN
            round(sqrt(greatest(g.squares - g.total * g.total / g.n, 0) / (g.n - 1)), 8)
        END AS deviation,
        json_build_array(
            g.below_20, g.below_40 - g.below_20, g.below_60 - g.below_40, g.below_80 - g.below_60, g.n - g.below_80
        ) AS distribution,
        CASE WHEN :metric = 'nps' THEN json_build_object('promoters', g.promoters,
            'passives', g.n - g.promoters - g.detractors, 'detractors', g.detractors) END AS nps,
        CASE WHEN :metric = 'csat' THEN json_build_object('count', g.satisfied, 'total', g.n) END AS satisfied,
        CASE WHEN (:group_by::text IS NULL OR :group_by NOT IN ('sku', 'method'))
                AND :sku::text IS NULL AND :method::text IS NULL
            THEN json_build_object('count', g.answered, 'total', g.sent, 'withdrawn', g.withdrawn) END AS response
    FROM listed g WHERE g.is_total OR g.position <= :limit OR :period_keys::text[] IS NOT NULL
)
SELECT json_build_object('metric', :metric::text, 'group_by', :group_by::text,
    'since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'group_count', (SELECT count(*) FROM groups WHERE NOT is_total),
    'all', (
        SELECT row_to_json(d) FROM figures f CROSS JOIN LATERAL (
            SELECT f.answers, f.mean, f.deviation, f.distribution, f.nps, f.satisfied, f.response
        ) d WHERE f.is_total
    ),
    'items', (
        SELECT coalesce(json_agg(row_to_json(d) ORDER BY f.position), '[]') FROM figures f CROSS JOIN LATERAL (
            SELECT f.key, CASE :group_by
                WHEN 'site' THEN (SELECT s.name FROM sites s WHERE s.code = f.key)
                WHEN 'sku' THEN (SELECT p.name FROM products p WHERE p.sku = f.key)
                WHEN 'survey' THEN (
                    SELECT coalesce(s.definition ->> 'name', s.code) FROM surveys s WHERE s.id = f.key::uuid
                ) END AS name,
                f.answers, f.mean, f.deviation, f.distribution, f.nps, f.satisfied, f.response
        ) d WHERE NOT f.is_total
    )
)::text;
