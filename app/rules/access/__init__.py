"""API keys and what they may do."""

from app.rules.access.keys import ADMIN, LONGEST_NAME, RESOURCES, SCOPES, SHORTEST_KEY, allows, hash_key, hint, new_key
from app.rules.access.tokens import hash_token, new_token

__all__ = [
    "ADMIN",
    "LONGEST_NAME",
    "RESOURCES",
    "SCOPES",
    "SHORTEST_KEY",
    "allows",
    "hash_key",
    "hash_token",
    "hint",
    "new_key",
    "new_token",
]
