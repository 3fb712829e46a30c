-- What customers expected of each aspect beside what they found, as one JSON value.
--
-- The gap is the mean of the differences of those who said both, or else, of different people, the difference of the
-- two means. It has the `deviation` of the differences: the service adds how far it may be off.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v limit=50 ... -f <this file>
--   :since      '2025-12-01'  Feedback collected from then on,
--   :before     '2026-03-01'  and before then.
--   :limit      50            How many aspects to answer with: those that fall shortest.
--   :site       NULL          Only feedback about this site; NULL for any.
--   :survey_id  NULL          Only answers to this survey; NULL for any.
--
-- Who answers twice about the same aspect in one feedback counts once, with the mean.
WITH answers AS (
    SELECT r.aspect, avg(r.score) FILTER (WHERE r.side = 'expectation') AS expectation,
        avg(r.score) FILTER (WHERE r.side = 'experience') AS experience
    FROM ratings r
    WHERE r.aspect IS NOT NULL AND r.competitor IS NULL AND r.collected_at >= :since AND r.collected_at < :before
        AND (:site::text IS NULL OR r.site = :site)
        AND (:survey_id::uuid IS NULL OR r.survey_id = :survey_id)
    GROUP BY r.aspect, r.feedback_id
),
aspects AS MATERIALIZED (
    SELECT a.aspect, count(a.expectation) AS expectations, avg(a.expectation) AS expectation,
        count(a.experience) AS experiences, avg(a.experience) AS experience,
        count(a.experience - a.expectation) AS pairs, avg(a.experience - a.expectation) AS difference,
        stddev_samp(a.experience - a.expectation) AS deviation
    FROM answers a GROUP BY a.aspect
),
listed AS (
    SELECT a.*, CASE WHEN a.pairs > 1 THEN a.difference ELSE a.experience - a.expectation END AS gap
    FROM aspects a ORDER BY gap, a.expectations + a.experiences DESC, a.aspect LIMIT :limit
)
SELECT json_build_object(
    'since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'group_count', (SELECT count(*) FROM aspects),
    'items', (
        SELECT coalesce(json_agg(json_build_object('aspect', l.aspect,
            'expectation', json_build_object('answers', l.expectations, 'mean', round(l.expectation, 2)),
            'experience', json_build_object('answers', l.experiences, 'mean', round(l.experience, 2)),
            'gap', round(l.gap, 8), 'pairs', l.pairs, 'deviation', round(l.deviation, 8)
        ) ORDER BY l.gap, l.expectations + l.experiences DESC, l.aspect), '[]') FROM listed l
    )
)::text;
