"""Authentication: which API key a request was sent with."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from cachetools import TTLCache
from starlette.types import Scope

from app.core.database import Database
from app.core.errors import InsufficientScope, TooManyRequests, Unauthenticated
from app.rules import access as rules
from app.store import access as keys
from app.web import limits
from app.web.limits import RateLimit

_NO_KEY = {"WWW-Authenticate": 'Bearer realm="rapport"'}
_INVALID_KEY = {"WWW-Authenticate": 'Bearer realm="rapport", error="invalid_token"'}
_MAX_KEY_LENGTH = 512
_CACHE_SIZE = 10_000
_WRONG_KEY_SECONDS = 60.0
_MOMENT = 0.25
"""Seconds for which keys of addresses beyond their limit are gathered."""
_MOST_WAITING = 1_000


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
    """Looks keys up by their hash. Valid keys are cached for some seconds; wrong ones longer, since none becomes valid.

    An address that has sent too many wrong keys waits for a statement that looks up all such keys of a moment at once:
    guesses cost next to nothing then, and a valid key behind the same address still works.
    """

    def __init__(self, database: Database, cache_seconds: float, wrong_keys: RateLimit) -> None:
        self._database, self._wrong_keys = database, wrong_keys
        self._cache: TTLCache[bytes, Credential] = TTLCache(_CACHE_SIZE, cache_seconds)
        self._wrong: TTLCache[bytes, bool] = TTLCache(_CACHE_SIZE, _WRONG_KEY_SECONDS)
        self._waiting: dict[bytes, asyncio.Future[Credential | None]] = {}
        self._look_up: asyncio.Task[None] | None = None

    async def authenticate(self, authorization: str | None, scope: Scope) -> Credential:
        """`authorization` is the header. Raises Unauthenticated, and TooManyRequests for many wrong keys."""
        if authorization is None:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_NO_KEY)
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key or len(key) > _MAX_KEY_LENGTH:
            raise Unauthenticated("Send the header Authorization: Bearer <key>", headers=_INVALID_KEY)
        secret_hash = rules.hash_key(key.strip())
        credential = self._cache.get(secret_hash)
        if credential is not None:
            return credential
        address = limits.address(scope)
        if secret_hash not in self._wrong:
            credential = await (self._find_later if self._wrong_keys.is_spent(address) else self._find)(secret_hash)
            if credential is not None:
                self._cache[secret_hash] = credential
                return credential
            self._wrong[secret_hash] = True
        self._wrong_keys.spend(address)
        raise Unauthenticated("The API key is unknown or was revoked", headers=_INVALID_KEY)

    async def _find(self, secret_hash: bytes) -> Credential | None:
        return (await self._find_all([secret_hash])).get(secret_hash)

    async def _find_later(self, secret_hash: bytes) -> Credential | None:
        """With all others that are asked for within a moment."""
        if secret_hash not in self._waiting:
            if len(self._waiting) >= _MOST_WAITING:
                raise TooManyRequests("Too many wrong API keys", headers={"Retry-After": "1"})
            self._waiting[secret_hash] = asyncio.get_running_loop().create_future()
            if self._look_up is None:
                self._look_up = asyncio.create_task(self._find_waiting())
        return await asyncio.shield(self._waiting[secret_hash])

    async def _find_waiting(self) -> None:
        await asyncio.sleep(_MOMENT)
        waiting, self._waiting, self._look_up = self._waiting, {}, None
        try:
            found = await self._find_all([*waiting])
        except Exception as error:
            for future in waiting.values():
                future.set_exception(error)
                future.exception()  # whoever waited may have gone
        else:
            for secret_hash, future in waiting.items():
                future.set_result(found.get(secret_hash))

    async def _find_all(self, hashes: list[bytes]) -> dict[bytes, Credential]:
        async with self._database.reading() as connection:
            rows = await keys.by_hashes(connection, hashes)
        return {row["secret_hash"]: Credential(row["id"], row["name"], frozenset(row["scopes"])) for row in rows}
