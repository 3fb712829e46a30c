"""The wire contract: what goes in and what comes out. Knows nothing of tables."""
