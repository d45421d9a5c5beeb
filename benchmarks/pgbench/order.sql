-- One order of three lines as one prepared statement. Three SKUs of three ranges: locked in one order, so no deadlock.
-- `last` is how many the first is chosen from: 1 makes it the same for everybody.
\set a random(1, :last)
\set b random(3334, 6666)
\set c random(6667, 9999)
WITH held AS (
    UPDATE b_stock SET held = held + 1 WHERE sku IN (:a, :b, :c) AND on_hand - held >= 1 RETURNING sku
), placed AS (
    INSERT INTO b_orders (email, state, total, at_ms, address)
    SELECT 'shopper@example.test', 'placed', 5970, 1, repeat('x', 120) WHERE (SELECT count(*) FROM held) = 3
    RETURNING id
), lines AS (
    INSERT INTO b_lines SELECT placed.id, n, :a, 1, 1990 FROM placed, generate_series(1, 3) AS n
), command AS (
    INSERT INTO b_commands SELECT 'cart:' || id, md5(id::text), id FROM placed
), payment AS (
    INSERT INTO b_payments SELECT id, 'captured', 5970, 5970 FROM placed
), entry AS (
    INSERT INTO b_entries SELECT 'sale/' || id, 'sale', 1 FROM placed
), postings AS (
    INSERT INTO b_postings SELECT 'sale/' || id, n, 'asset', 'EUR', 1990 FROM placed, generate_series(1, 5) AS n
)
INSERT INTO b_outbox (kind, body) SELECT 'order_placed', '{"subject": "' || id || '"}' FROM placed;
