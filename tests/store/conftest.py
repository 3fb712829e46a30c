"""A database with volume in it: enough rows that the planner has to prefer indexes."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

_VOLUME = Path(__file__).with_name("volume.sql")
_UNSEEN = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relpages > 100 AND relallvisible < relpages * 0.9"


@pytest.fixture(scope="session")
async def volume_dsn(new_database: Callable[..., str]) -> str:
    dsn = new_database()
    superuser = await asyncpg.connect(dsn.replace("//rapport@", "//postgres@"))
    await superuser.execute(_VOLUME.read_text(encoding="utf-8"))
    # A look of the database itself at these tables at this moment would keep pages from being visible to all.
    for _ in range(100):
        await superuser.execute("VACUUM ANALYZE")
        if not await superuser.fetchval(_UNSEEN):
            break
    await superuser.close()
    return dsn


@pytest.fixture(scope="session")
async def volume(volume_dsn: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection to it, with the settings of the service's own."""
    settings = {"jit": "off", "max_parallel_workers_per_gather": "0", "timezone": "UTC"}
    connection = await asyncpg.connect(volume_dsn, server_settings=settings)
    yield connection
    await connection.close()
