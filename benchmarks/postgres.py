"""A PostgreSQL of the run's own, durable as in production, and the databases in it."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from app.core.embedded import EmbeddedPostgres
from app.core.embedded.place import locate
from app.core.migrations import migrate
from app.rules.access import keys

KEY = "rapport_the_key_of_the_benchmarks_and_of_nothing_else"
_EMPTY = "migrated"
_numbers = itertools.count(1)


class Databases:
    """Makes databases with the schema and one key in them, or copies of others."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._administer(f"CREATE DATABASE {_EMPTY} OWNER rapport")
        migrate(server.dsn(_EMPTY))
        asyncio.run(_add_key(server.dsn(_EMPTY)))

    def make(self, like: str | None = None) -> str:
        """The DSN of a new one: empty, or just as the one with the DSN `like`, which nobody may be using."""
        name = f"bench_{next(_numbers)}"
        template = next((n for n in self._names() if self._server.dsn(n) == like), _EMPTY)
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template} OWNER rapport STRATEGY FILE_COPY")
        return self._server.dsn(name)

    def drop(self, dsn: str) -> None:
        name = next(n for n in self._names() if self._server.dsn(n) == dsn)
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def settle(self) -> None:
        """Write out what is dirty, so that no measurement pays for what was done before it."""
        self._administer("CHECKPOINT")

    def version(self) -> str:
        return self._administer("SHOW server_version")

    def _names(self) -> list[str]:
        return self._administer("SELECT array_agg(datname::text) FROM pg_database")

    def _administer(self, statement: str) -> Any:
        return asyncio.run(_one(as_superuser(self._server.dsn("postgres")), statement))


@contextmanager
def databases() -> Iterator[Databases]:
    """A server in a directory of its own; both are gone at the end."""
    data_dir = Path(tempfile.mkdtemp(prefix="rapport-bench-"))
    server = EmbeddedPostgres(data_dir, durable=True)
    home = locate(data_dir).home
    try:
        server.start()
        yield Databases(server)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)


async def vacuum(dsn: str) -> None:
    """What autovacuum does sooner or later, done now."""
    await _one(as_superuser(dsn), "VACUUM ANALYZE")


async def _one(dsn: str, statement: str) -> Any:
    connection = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0"})
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def _add_key(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ('bench', $1, 'bench', '{admin}')",
        keys.hash_key(KEY),
    )
    await connection.close()


def as_superuser(dsn: str) -> str:
    return dsn.replace("//rapport@", "//postgres@")
