"""API keys and what they may do."""

from app.store.access.keys import by_hash, cursor_key, schema

__all__ = ["by_hash", "cursor_key", "schema"]
