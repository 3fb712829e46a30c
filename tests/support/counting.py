"""How many statements something costs."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from app.core.context import Connection, Statement


class CountingConnection:
    """A connection that counts what it is asked; to be told how a transaction is to run is not asking."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.statements = 0

    async def execute(self, query: str, *args: Any) -> str:
        self.statements += not all(part.strip().startswith("SET LOCAL") for part in query.split(";"))
        return await self._connection.execute(query, *args)

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        self.statements += 1
        return await self._connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        self.statements += 1
        return await self._connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        self.statements += 1
        return await self._connection.fetchval(query, *args)

    async def prepare(self, query: str, *, name: str | None = None) -> Statement:
        self.statements += 1
        return await self._connection.prepare(query, name=name)

    def transaction(self, *, readonly: bool = False) -> AbstractAsyncContextManager[Any]:
        return self._connection.transaction(readonly=readonly)
