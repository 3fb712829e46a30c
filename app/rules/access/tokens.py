"""Tokens that stand for an invitation: whoever holds one may answer. Only their hashes are ever kept."""

import hashlib
import secrets

LENGTH = 43


def new_token() -> str:
    """256 random bits as 43 characters that need no escaping in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored of a token, and what it is found by. Any text has one: a guess costs as much as the truth."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
