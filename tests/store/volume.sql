-- Three years up to 2026-03-02 of a business of some size: rows as the service would have written them, spread evenly.
-- Run it in a database with the schema and nothing in it, as a superuser: foreign keys are right by how rows are made,
-- and not checked.
SET session_replication_role = replica;

CREATE FUNCTION pg_temp.at(n bigint, total bigint) RETURNS timestamptz LANGUAGE sql
    RETURN timestamptz '2026-03-02 09:00Z' - interval '26280 hours' * (1 - n / total::float8);

INSERT INTO sites (code, name) SELECT 'site-' || n, 'Site ' || n FROM generate_series(1, 10) n;
INSERT INTO products (sku, name) SELECT 'sku-' || n, 'Product ' || n FROM generate_series(1, 100) n;
INSERT INTO surveys (code, definition, status)
SELECT 'survey-' || n, jsonb_build_object('name', 'Survey ' || n), 'open' FROM generate_series(1, 5) n;
INSERT INTO customers (kind, trade, display_name, sort_name, tags)
SELECT 'person', 'b2c', 'Customer ' || n, 'customer ' || n,
    CASE WHEN n % 50 = 0 THEN '{regular}' WHEN n % 3 = 0 THEN '{club,news}' ELSE '{}' END::text[]
FROM generate_series(1, 2000) n;
INSERT INTO customer_activity (customer_id, last_purchase_at, last_contact_at)
SELECT id, at, at FROM (
    SELECT id, CASE WHEN n % 10 > 0 THEN pg_temp.at(n, 2000) END AS at
    FROM (SELECT row_number() OVER (ORDER BY id) AS n, id FROM customers) c
) a;
CREATE TEMP TABLE people AS SELECT row_number() OVER (ORDER BY id) AS number, id FROM customers;
CREATE TEMP TABLE asked AS SELECT row_number() OVER (ORDER BY code) AS number, id FROM surveys;

INSERT INTO sales (source, receipt_no, kind, occurred_at, business_date, site, channel, currency, customer_id, match,
    total, gross, refunded, content_hash)
SELECT 'till', n::text, CASE WHEN n % 20 = 0 THEN 'return' ELSE 'sale' END, pg_temp.at(n, 20000),
    pg_temp.at(n, 20000)::date, 'site-' || 1 + n % 10, 'in_store', CASE WHEN n % 30 = 0 THEN 'EUR' ELSE 'GBP' END, p.id,
    'matched', 10 + n % 50, 10 + n % 50, 0, ''
FROM generate_series(1, 20000) n JOIN people p ON p.number = 1 + n * 7919 % 2000;

INSERT INTO sale_lines (sale_id, line_no, sku, category, quantity, unit_price, total)
SELECT s.id, 1, 'sku-' || 1 + n % 100, 'category-' || n % 7, CASE WHEN s.kind = 'return' THEN -1 ELSE 1 END, s.total, s.total
FROM (SELECT row_number() OVER (ORDER BY id) AS n, * FROM sales) s;

INSERT INTO complaints (reference, customer_id, channel, received_at, site, sku, category, severity, feeling,
    description, owner, state, state_since, acknowledged_at, ended_at, cause_kind, reopened_count, due_at, breached)
SELECT 'C-' || n, p.id, (ARRAY['phone', 'email', 'web_form'])[1 + n % 3], c.at, 'site-' || 1 + n % 10,
    'sku-' || 1 + n % 100, (ARRAY['freshness', 'delivery', 'price', 'manners'])[1 + n % 4],
    (ARRAY['low', 'medium', 'high'])[1 + n % 3], (ARRAY['calm', 'angry'])[1 + n % 2], 'Not what I had paid for',
    'owner-' || 1 + n % 5,
    CASE WHEN n % 20 = 0 THEN 'investigating' WHEN n % 20 = 1 THEN 'withdrawn' ELSE 'closed' END, c.at,
    c.at + interval '2 hours', CASE WHEN n % 20 > 0 THEN c.at + interval '1 day' * (1 + n % 14) END,
    (ARRAY['product', 'people', 'process'])[1 + n % 3], (n % 25 = 0)::int, c.at + interval '3 days', n % 6 = 0
FROM (SELECT n, pg_temp.at(n, 10000) AS at FROM generate_series(1, 10000) n) c
JOIN people p ON p.number = 1 + n * 7907 % 2000;

INSERT INTO complaint_moves (complaint_id, position, move, from_state, to_state, received_at, entered_at, happened_at,
    recorded_at, actor)
SELECT c.id, m.position, m.move, m.from_state, m.to_state, c.received_at, c.received_at + m.entered,
    c.received_at + m.happened, c.received_at + m.happened, 'volume'
FROM complaints c CROSS JOIN (VALUES
    (1, 'acknowledge', 'received', 'acknowledged', interval '0', interval '2 hours'),
    (2, 'assess', 'acknowledged', 'assessed', interval '2 hours', interval '5 hours'),
    (3, 'investigate', 'assessed', 'investigating', interval '5 hours', interval '6 hours'),
    (4, 'respond', 'investigating', 'responded', interval '6 hours', interval '20 hours'),
    (5, 'accept', 'responded', 'accepted', interval '20 hours', interval '22 hours'),
    (6, 'close', 'accepted', 'closed', interval '22 hours', interval '23 hours')
) m (position, move, from_state, to_state, entered, happened)
WHERE m.position <= 3 OR c.state = 'closed';

INSERT INTO complaint_clocks (complaint_id, received_at, metric, cycle, policy_id, policy_version, calendar_id,
    calendar_version, target_minutes, state, started_at, due_at, breached_at)
SELECT c.id, c.received_at, m.metric, 1, gen_random_uuid(), 1, gen_random_uuid(), 1, 240, 'met', c.received_at,
    c.received_at + interval '4 hours', CASE WHEN c.breached THEN c.received_at + interval '4 hours' END
FROM complaints c CROSS JOIN (VALUES ('acknowledge'), ('respond'), ('resolve')) m (metric);

INSERT INTO complaint_remedies (complaint_id, position, kind, state, cost, currency)
SELECT c.id, p.position, CASE WHEN p.position = 1 THEN 'refund' ELSE 'voucher' END, 'accepted',
    5 + 10 * date_part('day', c.received_at), 'GBP'
FROM complaints c CROSS JOIN (VALUES (1), (2)) p (position);

INSERT INTO feedback (method, collected_at, channel, customer_id, site, staff, sku, competitor, survey_id,
    survey_version, metric, value, worst, best, score, nps_class, sentiment, sentiment_score, analyzer,
    analyzer_version, themes, acknowledged_at, acted_at, closed_at)
SELECT f.method, f.at, (ARRAY['email', 'sms'])[1 + f.n % 2],
    CASE WHEN f.method <> 'competitor' AND f.n % 3 > 0 THEN p.id END, 'site-' || 1 + f.n % 10, 'staff-' || 1 + f.n % 40,
    CASE WHEN f.n % 2 = 0 THEN 'sku-' || 1 + f.n % 100 END,
    CASE WHEN f.method = 'competitor' THEN 'rival-' || f.n % 4 END,
    CASE WHEN f.method = 'survey' THEN a.id END, CASE WHEN f.method = 'survey' THEN 1 END,
    f.metric, f.value, f.worst, f.best, round((f.value - f.worst) * 100.0 / (f.best - f.worst), 2),
    CASE WHEN f.metric = 'nps' THEN
        CASE WHEN f.value > 8 THEN 'promoter' WHEN f.value > 6 THEN 'passive' ELSE 'detractor' END END,
    (ARRAY['positive', 'neutral', 'negative'])[1 + f.n % 3], 0.1, 'volume', '1', ARRAY['theme-' || f.n % 7],
    CASE WHEN f.n % 4 > 0 THEN f.at + interval '3 hours' END, CASE WHEN f.n % 4 = 1 THEN f.at + interval '1 day' END,
    CASE WHEN f.n % 4 = 2 THEN f.at + interval '2 days' END
FROM (
    SELECT n, pg_temp.at(n, 20000) AS at,
        CASE n % 10 WHEN 0 THEN 'competitor' WHEN 1 THEN 'review' WHEN 2 THEN 'social' WHEN 3 THEN 'form'
            ELSE 'survey' END AS method,
        CASE n % 3 WHEN 0 THEN 'nps' WHEN 1 THEN 'csat' ELSE 'rating' END AS metric,
        CASE n % 3 WHEN 0 THEN n / 3 % 11 ELSE 1 + n / 3 % 5 END AS value,
        CASE n % 3 WHEN 0 THEN 0 ELSE 1 END AS worst, CASE n % 3 WHEN 0 THEN 10 ELSE 5 END AS best
    FROM generate_series(1, 20000) n
) f JOIN people p ON p.number = 1 + f.n * 7901 % 2000 JOIN asked a ON a.number = 1 + f.n % 5;

INSERT INTO ratings (feedback_id, position, metric, main, value, worst, best, score, nps_class, collected_at, method,
    channel, site, staff, sku, survey_id, customer_id, competitor)
SELECT id, 0, metric, true, value, worst, best, score, nps_class, collected_at, method, channel, site, staff, sku,
    survey_id, customer_id, competitor
FROM feedback;
INSERT INTO ratings (feedback_id, position, metric, side, aspect, value, worst, best, score, collected_at, method, site,
    survey_id)
SELECT f.id, p.position, 'rating', p.side, 'waiting', p.value, 1, 5, (p.value - 1) * 25, f.collected_at, f.method,
    f.site, f.survey_id
FROM feedback f CROSS JOIN (VALUES (1, 'expectation', 4), (2, 'experience', 3)) p (position, side, value)
WHERE f.competitor IS NULL;

INSERT INTO invitations (survey_id, survey_version, customer_id, site, staff, channel, state, send_after, expires_at,
    sent_at, answered_at)
SELECT a.id, 1, p.id, 'site-' || 1 + i.n % 10, 'staff-' || 1 + i.n % 40, 'email', 'sent', i.at,
    i.at + interval '30 days', i.at, CASE WHEN i.n % 3 = 0 THEN i.at + interval '1 day' END
FROM (SELECT n, pg_temp.at(n, 20000) AS at FROM generate_series(1, 20000) n) i
JOIN people p ON p.number = 1 + i.n * 7927 % 2000 JOIN asked a ON a.number = 1 + i.n % 5;
