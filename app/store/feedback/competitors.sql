-- What people say of competitors beside what they say of us, as one JSON value.
--
-- Shares are a `count` of `total`, means have the `deviation` of their answers: the service adds how far they may be
-- off.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v limit=50 ... -f <this file>
--   :since    '2025-12-01'       Feedback collected from then on,
--   :before   '2026-03-01'       and before then.
--   :methods  '{review,social}'  The methods by which feedback about us is comparable.
--   :limit    50                 How many competitors to answer with: those with most feedback.
--   :site     NULL               Only feedback about this site, or of competitors near it; NULL for any.
WITH chosen AS MATERIALIZED (
    SELECT f.competitor, f.score, f.sentiment, f.themes FROM feedback f
    WHERE f.method = ANY (ARRAY['competitor'] || :methods::text[])
        AND f.collected_at >= :since AND f.collected_at < :before
        AND (:site::text IS NULL OR f.site = :site)
),
-- Us: null.
counted AS MATERIALIZED (
    SELECT f.competitor, count(*) AS feedback, count(f.score) AS n, sum(f.score) AS total,
        sum(f.score * f.score) AS squares, count(*) FILTER (WHERE f.sentiment = 'positive') AS positive,
        count(*) FILTER (WHERE f.sentiment = 'neutral') AS neutral,
        count(*) FILTER (WHERE f.sentiment = 'negative') AS negative
    FROM chosen f GROUP BY f.competitor
),
themes AS MATERIALIZED (
    SELECT f.competitor, t.theme, count(*) AS n,
        row_number() OVER (PARTITION BY f.competitor ORDER BY count(*) DESC, t.theme) AS position
    FROM chosen f CROSS JOIN unnest(f.themes) t(theme) GROUP BY 1, 2
),
listed AS (
    SELECT c.competitor FROM counted c WHERE c.competitor IS NOT NULL
    ORDER BY c.feedback DESC, c.competitor LIMIT :limit
),
-- From sums: they are exact, so nothing is lost in subtracting.
figures AS (
    SELECT l.competitor, coalesce(c.feedback, 0) AS feedback, coalesce(c.n, 0) AS answers,
        round(c.total / nullif(c.n, 0), 8) AS mean,
        CASE WHEN c.n > 1 THEN
            round(sqrt(greatest(c.squares - c.total * c.total / c.n, 0) / (c.n - 1)), 8)
        END AS deviation,
        json_build_object(
            'positive', json_build_object('count', coalesce(c.positive, 0), 'total', j.judged),
            'neutral', json_build_object('count', coalesce(c.neutral, 0), 'total', j.judged),
            'negative', json_build_object('count', coalesce(c.negative, 0), 'total', j.judged)
        ) AS sentiment, (
            SELECT coalesce(json_agg(json_build_object('theme', t.theme, 'count', t.n, 'total', c.feedback)
                ORDER BY t.n DESC, t.theme), '[]')
            FROM themes t WHERE t.position <= 5 AND t.competitor IS NOT DISTINCT FROM l.competitor
        ) AS themes
    FROM (SELECT NULL AS competitor UNION ALL SELECT competitor FROM listed) l
    LEFT JOIN counted c ON c.competitor IS NOT DISTINCT FROM l.competitor
    CROSS JOIN LATERAL (SELECT coalesce(c.positive + c.neutral + c.negative, 0) AS judged) j
)
SELECT json_build_object(
    'since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'methods', to_json(:methods::text[]),
    'ours', (
        SELECT row_to_json(d) FROM figures f CROSS JOIN LATERAL (
            SELECT f.feedback, f.answers, f.mean, f.deviation, f.sentiment, f.themes
        ) d WHERE f.competitor IS NULL
    ),
    'group_count', (SELECT count(*) FROM counted WHERE competitor IS NOT NULL),
    'items', (
        SELECT coalesce(json_agg(row_to_json(d) ORDER BY f.feedback DESC, f.competitor), '[]')
        FROM figures f CROSS JOIN LATERAL (
            SELECT f.competitor, f.feedback, f.answers, f.mean, f.deviation, f.sentiment, f.themes
        ) d WHERE f.competitor IS NOT NULL
    )
)::text;
