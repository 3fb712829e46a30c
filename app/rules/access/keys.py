"""API keys: what they look like, what they may do."""

import hashlib
import secrets

RESOURCES = (
    "customers",
    "interactions",
    "tasks",
    "sales",
    "products",
    "sites",
    "service",
    "complaints",
    "feedback",
    "visits",
    "surveys",
)
SCOPES = tuple(f"{resource}:{verb}" for resource in RESOURCES for verb in ("read", "write"))
ADMIN = "admin"
"""Every scope there is, and those to come."""
SHORTEST_KEY = 32
LONGEST_NAME = 100


def new_key() -> str:
    """160 random bits and more, and a prefix by which a leaked key is recognised."""
    return f"rapport_{secrets.token_urlsafe(32)}"


def hash_key(key: str) -> bytes:
    """A key is random, so one round of a fast hash is as safe as the key is long."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def hint(key: str) -> str:
    """Enough of a key for its owner to tell it from others, too little to guess it by."""
    return f"{key[:8]}…{key[-4:]}"


def allows(scopes: frozenset[str], needed: str) -> bool:
    """Writing a resource includes reading it."""
    return needed in scopes or ADMIN in scopes or needed.replace(":read", ":write") in scopes
