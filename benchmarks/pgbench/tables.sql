-- What one order of ours writes, as plain as it gets: no prices, no tax, no history.
CREATE TABLE b_stock (sku int PRIMARY KEY, on_hand int NOT NULL, held int NOT NULL);
CREATE TABLE b_orders (id bigserial PRIMARY KEY, email text, state text, total bigint, at_ms bigint, address text);
CREATE TABLE b_lines (order_id bigint, line_no int, sku int, quantity int, amount bigint, PRIMARY KEY (order_id, line_no));
CREATE TABLE b_commands (identity text, key text, order_id bigint, PRIMARY KEY (identity, key));
CREATE TABLE b_payments (order_id bigint PRIMARY KEY, state text, amount bigint, captured bigint);
CREATE TABLE b_entries (id text PRIMARY KEY, kind text, at_ms bigint);
CREATE TABLE b_postings (
    entry_id text, line_no int, account text, currency text, amount bigint, PRIMARY KEY (entry_id, line_no)
);
CREATE TABLE b_outbox (seq bigserial PRIMARY KEY, kind text, body text);
INSERT INTO b_stock SELECT n, 1000000000, 0 FROM generate_series(1, 9999) AS n;
