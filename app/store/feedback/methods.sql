-- What each method of asking comes to, side by side, by site and altogether, as one JSON value.
--
-- Means have the `deviation` of their answers: the service adds how far they may be off.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v min_answers=5 ... -f <this file>
--   :since        '2025-12-01'  Feedback collected from then on,
--   :before       '2026-03-01'  and before then.
--   :min_answers  5             Methods with fewer answers do not count in the spread.
--   :limit        50            How many sites to answer with: those with most answers.
--   :site         NULL          Only feedback about this site; NULL for any.
--   :staff        NULL          Only feedback about this member of staff; NULL for any.
WITH counted AS MATERIALIZED (
    SELECT r.site, r.method, count(*) AS n, sum(r.score) AS total, sum(r.score * r.score) AS squares
    FROM ratings r
    WHERE r.main AND r.competitor IS NULL AND r.collected_at >= :since AND r.collected_at < :before
        AND (:site::text IS NULL OR r.site = :site)
        AND (:staff::text IS NULL OR lower(r.staff) = lower(:staff))
    GROUP BY 1, 2
),
sites_by_answers AS MATERIALIZED (
    SELECT site, sum(n) AS n FROM counted WHERE site IS NOT NULL GROUP BY 1
),
listed AS (SELECT site, n FROM sites_by_answers ORDER BY n DESC, site LIMIT :limit),
-- Of each site that is listed, and of all together (`is_total`), what belongs to no site included.
by_method AS (
    SELECT true AS is_total, NULL AS site, c.method, sum(c.n) AS n, sum(c.total) AS total, sum(c.squares) AS squares
    FROM (VALUES (true)) v(is_total) LEFT JOIN counted c ON true GROUP BY c.method
    UNION ALL
    SELECT false, c.site, c.method, c.n, c.total, c.squares FROM listed l JOIN counted c USING (site)
),
-- From sums: they are exact, so nothing is lost in subtracting.
figures AS (
    SELECT m.is_total, m.site, coalesce(sum(m.n), 0) AS answers,
        coalesce(json_agg(json_build_object('method', m.method, 'answers', m.n, 'mean', round(m.total / m.n, 8),
            'deviation', CASE WHEN m.n > 1 THEN
                round(sqrt(greatest(m.squares - m.total * m.total / m.n, 0) / (m.n - 1)), 8)
            END) ORDER BY m.n DESC, m.method) FILTER (WHERE m.n > 0), '[]') AS methods,
        CASE WHEN count(*) FILTER (WHERE m.n >= :min_answers) > 1 THEN
            round(max(m.total / m.n) FILTER (WHERE m.n >= :min_answers)
                - min(m.total / m.n) FILTER (WHERE m.n >= :min_answers), 2)
        END AS spread
    FROM by_method m GROUP BY m.is_total, m.site
)
SELECT json_build_object(
    'since', to_char(:since::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'before', to_char(:before::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'group_count', (SELECT count(*) FROM sites_by_answers),
    'all', (
        SELECT row_to_json(d) FROM figures f CROSS JOIN LATERAL (SELECT f.answers, f.methods, f.spread) d
        WHERE f.is_total
    ),
    'items', (
        SELECT coalesce(json_agg(row_to_json(d) ORDER BY f.answers DESC, f.site), '[]')
        FROM figures f CROSS JOIN LATERAL (
            SELECT f.site AS key, (SELECT s.name FROM sites s WHERE s.code = f.site) AS name, f.answers, f.methods,
                f.spread
        ) d WHERE NOT f.is_total
    )
)::text;
