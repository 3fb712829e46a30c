"""An embedded PostgreSQL for one run, durable as in production, and the databases in it."""

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
_TEMPLATE = "migrated"
_WRITTEN = """
    SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
_numbers = itertools.count(1)


class Databases:
    """Creates databases with the schema and an API key, or copies of others."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._administer(f"CREATE DATABASE {_TEMPLATE} OWNER rapport")
        migrate(server.dsn(_TEMPLATE))
        asyncio.run(_add_key(server.dsn(_TEMPLATE)))

    def create(self, copy_of: str | None = None) -> str:
        """The DSN of a new database: empty, or a copy of the one with this DSN, which must not be in use."""
        name = f"bench_{next(_numbers)}"
        template = next((n for n in self._names() if self._server.dsn(n) == copy_of), _TEMPLATE)
        self._administer(f"CREATE DATABASE {name} TEMPLATE {template} OWNER rapport STRATEGY FILE_COPY")
        return self._server.dsn(name)

    def drop(self, dsn: str) -> None:
        name = next(n for n in self._names() if self._server.dsn(n) == dsn)
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def checkpoint(self) -> None:
        """Write out dirty pages, so that no measurement pays for what was done before it."""
        self._administer("CHECKPOINT")

    def version(self) -> str:
        return str(self._administer("SHOW server_version"))

    def _names(self) -> list[str]:
        return list(self._administer("SELECT array_agg(datname::text) FROM pg_database"))

    def _administer(self, statement: str) -> Any:
        return asyncio.run(_fetch_value(as_superuser(self._server.dsn("postgres")), statement))


@contextmanager
def run_postgres() -> Iterator[Databases]:
    """A server in a temporary directory; both are removed at the end."""
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
    """Do what autovacuum would do later: it leaves tables alone that nobody wrote to."""
    written = await _fetch_value(as_superuser(dsn), _WRITTEN)
    await _fetch_value(as_superuser(dsn), f"VACUUM ANALYZE {written}")


async def _fetch_value(dsn: str, statement: str) -> Any:
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
