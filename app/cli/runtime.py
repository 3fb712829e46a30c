"""What the command line does to a store: the database it works on, and the caller it works as."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TypeVar
from uuid import UUID

from app.core.context import Context
from app.core.database import Database
from app.core.embedded import DataDirectoryInUse, EmbeddedPostgres
from app.core.sessions import Sessions
from app.core.settings import Settings
from app.core.settings import settings as current

Result = TypeVar("Result")
_NOBODY = UUID(int=0)


@contextmanager
def database(settings: Settings, *, alone: bool = False) -> Iterator[str]:
    """The address of the database: the one that is set, or the embedded one, which runs for as long as this does.

    Where the embedded one is running already for another process, that one is used, unless it has to be `alone`.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    with ExitStack() as stack:
        postgres = EmbeddedPostgres(settings.data_dir)
        try:
            stack.enter_context(postgres)
        except DataDirectoryInUse:
            if alone:
                raise
        dsn = postgres.dsn()
        os.environ["RAPPORT_DATABASE_URL"] = dsn  # worker processes are told where it is
        current.cache_clear()
        try:
            yield dsn
        finally:
            del os.environ["RAPPORT_DATABASE_URL"]
            current.cache_clear()


@asynccontextmanager
async def sessions(settings: Settings, dsn: str, actor: str = "rapport") -> AsyncIterator[Sessions]:
    """Transactions in the name of the command line itself."""
    store = Database(dsn, settings)
    try:
        yield Sessions(store, _NOBODY, actor, frozenset({"admin"}), b"", settings.default_region)
    finally:
        await store.close()


def once(settings: Settings, dsn: str, work: Callable[[Context], Awaitable[Result]]) -> Result:
    """One transaction, from beginning to end."""

    async def run() -> Result:
        async with sessions(settings, dsn) as caller:
            return await caller.write(work)

    return asyncio.run(run())
