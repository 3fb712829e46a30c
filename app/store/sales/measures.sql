-- What receipts come to in a number of trading days, by one or two groups and altogether, as one JSON value.
--
-- Voided receipts do not count. Grouped or filtered by product or category, figures are those of the items that are
-- asked about, each with its tax where that is on top; otherwise those of whole receipts, with their discounts.
-- What gives something back, and does not say what, is of the product and category that it was sold as.
-- Hours and weekdays are those of one local time, and so are periods beside them; other periods are of trading days.
--
-- Parameters; in psql, set each of them to a literal: psql -v site=NULL -v group_by="'site'" ... -f <this file>
--   :since        '2026-01-01'     Receipts of this trading day and later ones,
--   :before       '2026-03-01'     and of days before this one.
--   :group_by     'site'           day, week, month, quarter, year, weekday, hour, site, till, operator, channel,
--                                  source, kind, sku, category or tag (of customers), or NULL for only all together.
--   :then_by      NULL             A second group within the first, or NULL for none.
--   :time_zone    'Europe/London'  Of hours and weekdays at sites and sources without one of their own.
--   :limit        50               How many groups to answer with; periods are answered all.
--   :currency     NULL             Only receipts in this currency; NULL for any. The same for the others.
--   :source       NULL
--   :site         NULL
--   :till         NULL
--   :operator     NULL
--   :channel      NULL
--   :sku          NULL
--   :category     NULL
--   :customer_id  NULL
--   :tag          NULL             Only receipts of customers with this tag, as a word of theirs; NULL for any.
WITH asked AS (
    SELECT coalesce(:group_by::text, '') AS first, coalesce(:then_by::text, '') AS second,
        coalesce(:group_by::text IN ('sku', 'category') OR :then_by::text IN ('sku', 'category'), false)
            OR :sku::text IS NOT NULL OR :category::text IS NOT NULL AS by_line
),
-- One row for each receipt, or for each product or category on it.
facts AS MATERIALIZED (
    SELECT s.id, s.currency, s.customer_id, coalesce(m.local::date, s.business_date) AS day, s.site, s.till,
        s.operator, s.channel, s.source, s.kind, l.sku, l.category, to_char(m.local, 'HH24') AS hour,
        CASE WHEN 'tag' IN (a.first, a.second) THEN c.tags END AS tags,
        s.purchase AND (NOT a.by_line OR l.gross > 0) AS is_purchase,
        coalesce(l.units, 0) AS units,
        CASE WHEN a.by_line THEN l.gross ELSE s.gross END AS gross,
        CASE WHEN a.by_line THEN l.refunded ELSE s.refunded END AS refunded
    FROM sales s CROSS JOIN asked a
    LEFT JOIN customers c ON c.id = s.customer_id  -- these three are not in the plan unless they are asked for
    LEFT JOIN sites p ON p.code = s.site
    LEFT JOIN sources o ON o.code = s.source
    CROSS JOIN LATERAL (
        SELECT CASE WHEN 'hour' IN (a.first, a.second) OR 'weekday' IN (a.first, a.second)
            THEN s.occurred_at AT TIME ZONE coalesce(p.time_zone, o.time_zone, :time_zone) END AS local
    ) m
    LEFT JOIN LATERAL (
        SELECT CASE WHEN 'sku' IN (a.first, a.second) THEN coalesce(i.sku, i.sold_sku) END AS sku,
            CASE WHEN 'category' IN (a.first, a.second) THEN coalesce(i.category, i.sold_category) END AS category,
            sum(CASE WHEN i.goods_kept THEN 0 ELSE i.quantity END) AS units, sum(greatest(n.paid, 0 * n.paid)) AS gross,
            -sum(least(n.paid, 0 * n.paid)) AS refunded
        FROM sale_lines i
        CROSS JOIN LATERAL (SELECT CASE WHEN s.tax_on_top THEN i.total + i.tax ELSE i.total END AS paid) n
        WHERE i.sale_id = s.id AND i.kind = 'item' AND (:sku::text IS NULL OR i.sku = :sku OR i.sold_sku = :sku)
            AND (:category::text IS NULL OR i.category = :category OR i.sold_category = :category)
        GROUP BY 1, 2
    ) l ON true
    WHERE s.business_date >= :since AND s.business_date < :before AND s.voided_at IS NULL
        AND (l.units IS NOT NULL OR NOT a.by_line)
        AND (:currency::text IS NULL OR s.currency = :currency)
        AND (:source::text IS NULL OR s.source = :source)
        AND (:site::text IS NULL OR s.site = :site)
        AND (:till::text IS NULL OR s.till = :till)
        AND (:operator::text IS NULL OR lower(s.operator) = lower(:operator))
        AND (:channel::text IS NULL OR s.channel = :channel)
        AND (:customer_id::uuid IS NULL OR s.customer_id = :customer_id)
        AND (:tag::text IS NULL OR c.words @> ARRAY[:tag::text])
),
-- Tags are one in whatever case they are written, as they are in the words of customers; one spelling is shown.
spelled AS (
    SELECT t.tag, min(t.tag) OVER (
        PARTITION BY normalize(casefold(normalize(t.tag, NFKC) COLLATE pg_unicode_fast), NFKC)
    ) AS shown
    FROM (SELECT DISTINCT u.tag FROM facts f CROSS JOIN LATERAL unnest(f.tags) u(tag)) t
),
keyed AS (
    SELECT f.*, k.first, k.second
    FROM facts f LEFT JOIN (  -- with several tags, a customer is in several groups
        SELECT DISTINCT f.id, p.shown AS tag
        FROM facts f CROSS JOIN LATERAL unnest(f.tags) u(tag) JOIN spelled p ON p.tag = u.tag
    ) t ON t.id = f.id
    CROSS JOIN LATERAL (
        SELECT CASE :group_by WHEN 'day' THEN f.day::text WHEN 'week' THEN date_trunc('week', f.day)::date::text
                WHEN 'month' THEN date_trunc('month', f.day)::date::text
                WHEN 'quarter' THEN date_trunc('quarter', f.day)::date::text
                WHEN 'year' THEN date_trunc('year', f.day)::date::text
                WHEN 'weekday' THEN date_part('isodow', f.day)::text WHEN 'hour' THEN f.hour WHEN 'site' THEN f.site
                WHEN 'till' THEN f.till WHEN 'operator' THEN f.operator WHEN 'channel' THEN f.channel
                WHEN 'source' THEN f.source WHEN 'kind' THEN f.kind WHEN 'sku' THEN f.sku
                WHEN 'category' THEN f.category WHEN 'tag' THEN t.tag END AS first,
            CASE :then_by WHEN 'day' THEN f.day::text WHEN 'week' THEN date_trunc('week', f.day)::date::text
                WHEN 'month' THEN date_trunc('month', f.day)::date::text
                WHEN 'quarter' THEN date_trunc('quarter', f.day)::date::text
                WHEN 'year' THEN date_trunc('year', f.day)::date::text
                WHEN 'weekday' THEN date_part('isodow', f.day)::text WHEN 'hour' THEN f.hour WHEN 'site' THEN f.site
                WHEN 'till' THEN f.till WHEN 'operator' THEN f.operator WHEN 'channel' THEN f.channel
                WHEN 'source' THEN f.source WHEN 'kind' THEN f.kind WHEN 'sku' THEN f.sku
                WHEN 'category' THEN f.category WHEN 'tag' THEN t.tag END AS second
    ) k
    WHERE :group_by::text IS NOT NULL
),
summed AS (
    SELECT true AS is_total, NULL AS first, NULL AS second, f.currency, count(DISTINCT f.id) AS receipts,
        count(DISTINCT f.id) FILTER (WHERE f.is_purchase) AS purchases,
        count(DISTINCT f.id) FILTER (WHERE f.refunded > 0) AS returns,
        count(DISTINCT f.id) FILTER (WHERE f.customer_id IS NOT NULL) AS known,
        count(DISTINCT f.customer_id) AS customers, sum(f.units) AS units, sum(f.gross) AS gross,
        sum(f.refunded) AS refunded
    FROM facts f GROUP BY f.currency
    UNION ALL
    -- There is one row for each receipt in a group.
    SELECT false, k.first, k.second, k.currency, count(*), count(*) FILTER (WHERE k.is_purchase),
        count(*) FILTER (WHERE k.refunded > 0), count(k.customer_id), count(DISTINCT k.customer_id), sum(k.units),
        sum(k.gross), sum(k.refunded)
    FROM keyed k GROUP BY k.first, k.second, k.currency
),
listed AS (
    SELECT s.*, s.gross - s.refunded AS net, row_number() OVER (
        PARTITION BY s.is_total
        ORDER BY CASE WHEN :group_by::text IN ('day', 'week', 'month', 'quarter', 'year', 'weekday', 'hour')
            THEN s.first END, s.gross - s.refunded DESC, s.first, s.second, s.currency
    ) AS position
    FROM summed s
),
figures AS (
    SELECT l.is_total, l.position, l.first, l.second, json_build_object('currency', l.currency, 'receipts', l.receipts,
        'purchases', l.purchases, 'returns', l.returns, 'customers', l.customers, 'units', trim_scale(l.units)::text,
        'gross', l.gross::text, 'refunded', l.refunded::text, 'net', l.net::text,
        'net_per_purchase', round(l.net / nullif(l.purchases, 0), greatest(scale(l.net), 2))::text,
        'units_per_purchase', round(l.units / nullif(l.purchases, 0), 2)::text,
        'refunded_share', round(l.refunded / nullif(l.gross, 0), 4)::float8,
        'capture', json_build_object('count', l.known, 'total', l.receipts)) AS figures
    FROM listed l WHERE l.is_total OR l.position <= :limit
        OR :group_by::text IN ('day', 'week', 'month', 'quarter', 'year', 'weekday', 'hour') AND :then_by::text IS NULL
)
SELECT json_build_object('since', :since::date, 'before', :before::date, 'group_by', :group_by::text,
    'then_by', :then_by::text, 'group_count', (SELECT count(*) FROM summed WHERE NOT is_total),
    'all', (SELECT coalesce(json_agg(f.figures ORDER BY f.position), '[]') FROM figures f WHERE f.is_total),
    'items', (
        SELECT coalesce(json_agg(json_build_object('key', f.first, 'then_key', f.second,
            'name', CASE :group_by WHEN 'site' THEN (SELECT p.name FROM sites p WHERE p.code = f.first)
                WHEN 'sku' THEN (SELECT p.name FROM products p WHERE p.sku = f.first) END,
            'figures', f.figures) ORDER BY f.position), '[]')
        FROM figures f WHERE NOT f.is_total
    )
)::text;
