"""Runs the Alembic migrations, and tells which revision this code expects."""

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core import advisory_lock_ids
from app.core.database import SchemaIsNewer

FOLDER = Path(__file__).parent.parent / "migrations"


def migrate(dsn: str) -> None:
    """Run all pending migrations in one transaction.

    Raises SchemaIsNewer, and what asyncpg raises when the database is unreachable or refuses.
    """
    try:
        run(dsn, _upgrade)
    except DBAPIError as error:  # the wrapped driver error says what it is
        raise getattr(error.orig, "__cause__", None) or ConnectionError(str(error.orig)) from error


@cache
def head() -> str:
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None, "the migrations folder is empty"
    return revision


def is_known(revision: str | None) -> bool:
    """Whether a database with this latest migration can be brought to `head`; None has had none."""
    return revision is None or revision in _revisions()


def run(dsn: str, work: Callable[[Connection], None]) -> None:
    """Call `work` with a connection of SQLAlchemy, in one transaction."""

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(dsn, statement_cache_size=0)

    async def run_in_transaction() -> None:
        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(work)
        finally:
            await engine.dispose()

    asyncio.run(run_in_transaction())


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, which has no file."""
    alembic_config = Config()
    alembic_config.set_main_option("script_location", str(FOLDER))
    alembic_config.attributes["connection"] = connection
    return alembic_config


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(config()).walk_revisions())


def _upgrade(connection: Connection) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({advisory_lock_ids.MIGRATION})"))
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    if not is_known(revision := MigrationContext.configure(connection).get_current_revision()):
        raise SchemaIsNewer(
            f"The database was migrated by a newer version of Rapport (revision {revision}; this version ends at "
            f"{head()}). Start that version, or restore a backup that was made before the update."
        )
    command.upgrade(config(connection), "head")
