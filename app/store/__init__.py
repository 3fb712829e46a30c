"""SQL: the only place that queries. Plain functions and statements; no commit, no decision, no effect."""
