"""The migrations make just the schema that the models describe, down to the last index."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.migrations import head, migrate
from app.models import metadata
from app.store.complaints.complaint_row import ComplaintRow

# Expressions are compared as Postgres itself spells them.
CATALOG = {
    "columns": """
        SELECT c.relname || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), l.collname)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "constraints": """
        SELECT conrelid::regclass || '.' || conname, concat_ws(' ', contype, convalidated, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "tables": """
        SELECT relname, concat_ws(' ', relkind, relpersistence, relrowsecurity, reloptions)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    """,
    "types": """
        SELECT typname, typtype FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    """,
    "extensions": "SELECT extname, '' FROM pg_extension",
}
ONLY_MIGRATED = {"alembic_version"}


@pytest.fixture(scope="module")
async def schemas(new_database: Callable[..., str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the catalog says of a migrated database, and of one made from the models."""
    modelled = new_database(template="template1")
    connection = await asyncpg.connect(modelled)
    await connection.execute("CREATE EXTENSION pg_trgm")
    await connection.close()
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(modelled), poolclass=NullPool
    )
    async with engine.begin() as sync:
        await sync.run_sync(metadata.create_all)
    await engine.dispose()
    return await described(new_database()), await described(modelled)


async def described(dsn: str) -> dict[str, dict[str, str]]:
    connection = await asyncpg.connect(dsn)
    found = {what: dict(await connection.fetch(query)) for what, query in CATALOG.items()}
    await connection.close()
    return {
        what: {name: text for name, text in rows.items() if name.partition(".")[0] not in ONLY_MIGRATED}
        for what, rows in found.items()
    }


@pytest.mark.parametrize("what", sorted(CATALOG))
def test_migrations_and_models_agree(schemas: tuple[dict[str, Any], dict[str, Any]], what: str) -> None:
    migrated, modelled = schemas
    assert migrated[what] == modelled[what]


def test_the_comparison_sees_something(schemas: tuple[dict[str, Any], dict[str, Any]]) -> None:
    migrated, _ = schemas
    assert len(migrated["columns"]) > 150
    assert any("USING gin" in text for text in migrated["indexes"].values())
    assert any("CHECK" in text for text in migrated["constraints"].values())
    assert migrated["types"] == {}  # text columns with CHECK, no enum types


def test_migrating_again_changes_nothing(new_database: Callable[..., str]) -> None:
    migrate(new_database())


async def test_the_database_says_how_far_it_is(db: Any) -> None:
    assert await db.fetchval("SELECT version_num FROM alembic_version") == head()


def test_the_row_of_complaints_has_the_columns_of_its_table() -> None:
    assert {field.name for field in fields(ComplaintRow)} == set(metadata.tables["complaints"].columns.keys())
