"""Authentication: which API key a request was sent with."""

from dataclasses import dataclass
from uuid import UUID

from cachetools import TTLCache

from app.core.database import Database
from app.core.errors import InsufficientScope, Unauthenticated
from app.rules import access as rules
from app.store import access as keys

_NO_KEY = {"WWW-Authenticate": 'Bearer realm="rapport"'}
_INVALID_KEY = {"WWW-Authenticate": 'Bearer realm="rapport", error="invalid_token"'}
_MAX_KEY_LENGTH = 512
_CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Credential:
    id: UUID
    name: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        if not rules.allows(self.scopes, scope):
            challenge = f'Bearer realm="rapport", error="insufficient_scope", scope="{scope}"'
            raise InsufficientScope(f"The scope {scope} is required", headers={"WWW-Authenticate": challenge})


class Credentials:
    """Looks keys up by their hash. Valid keys are cached for some seconds, invalid ones are not."""

    def __init__(self, database: Database, cache_seconds: float) -> None:
        self._database = database
        self._cache: TTLCache[bytes, Credential] = TTLCache(_CACHE_SIZE, cache_seconds)

    async def authenticate(self, authorization: str | None) -> Credential:
        """`authorization` is the header. Raises Unauthenticated."""
        if authorization is None:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_NO_KEY)
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key or len(key) > _MAX_KEY_LENGTH:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_INVALID_KEY)
        secret_hash = rules.hash_key(key.strip())
        credential = self._cache.get(secret_hash)
        if credential is None:
            async with self._database.reading() as connection:
                row = await keys.by_hash(connection, secret_hash)
            if row is None:
                raise Unauthenticated("The API key is unknown or was revoked", headers=_INVALID_KEY)
            credential = self._cache[secret_hash] = Credential(row["id"], row["name"], frozenset(row["scopes"]))
        return credential
