"""Runs the Alembic migrations, and tells which revision this code expects."""

import asyncio
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

FOLDER = Path(__file__).parent.parent / "migrations"
# Key of an advisory lock (any constant): concurrent starts migrate one after the other.
LOCK = 7_270_611


def migrate(dsn: str) -> None:
    """Run all pending migrations in one transaction.

    Raises OSError when the database is unreachable or refuses the connection.
    """
    try:
        asyncio.run(_upgrade(dsn))
    except DBAPIError as error:  # the wrapped driver error has the readable message
        raise ConnectionError(str(getattr(error.orig, "__cause__", None) or error.orig)) from error


@cache
def head() -> str:
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None, "the migrations folder is empty"
    return revision


async def _upgrade(dsn: str) -> None:
    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, statement_cache_size=0)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


def _run(connection: Connection) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
