"""Who holds the key that a request came with."""

from dataclasses import dataclass
from uuid import UUID

from cachetools import TTLCache

from app.core.database import Database
from app.core.errors import InsufficientScope, Unauthenticated
from app.rules import access as rules
from app.store import access as keys

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="rapport"'}
_REFUSED = {"WWW-Authenticate": 'Bearer realm="rapport", error="invalid_token"'}
_LONGEST = 512


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
    """Keys are looked up by their hash and trusted for a few seconds; a key that is none is asked about again."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._known: TTLCache[bytes, Credential] = TTLCache(10_000, seconds)

    async def of(self, authorization: str | None) -> Credential:
        if authorization is None:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_CHALLENGE)
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key or len(key) > _LONGEST:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_REFUSED)
        secret_hash = rules.hash_key(key.strip())
        credential = self._known.get(secret_hash)
        if credential is None:
            async with self._database.reading() as connection:
                row = await keys.by_hash(connection, secret_hash)
            if row is None:
                raise Unauthenticated("The API key is unknown or was revoked", headers=_REFUSED)
            credential = self._known[secret_hash] = Credential(row["id"], row["name"], frozenset(row["scopes"]))
        return credential
