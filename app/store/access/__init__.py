"""API keys and what they may do."""

from app.store.access.keys import by_hashes, cursor_key, schema

__all__ = ["by_hashes", "cursor_key", "schema"]
