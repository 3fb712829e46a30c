"""Tokens of invitations: whoever holds one may answer. Only their hashes are stored."""

import hashlib
import secrets

LENGTH = 43


def new_token() -> str:
    """256 random bits as 43 characters that need no escaping in an address."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored instead of the token. Any text can be hashed, so a wrong guess takes as long as a right one."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
