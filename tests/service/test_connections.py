"""Connections that end at a bad moment."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from app.core.database import Database, problem_for
from app.core.errors import Unavailable
from app.core.settings import Settings


class Relay:
    """Stands before a server; can say something in its name."""

    def __init__(self) -> None:
        self.clients: list[asyncio.StreamWriter] = []

    def say_good_bye(self) -> None:
        """What a server that shuts down sends to an idle client; it hangs up a moment later, and here never."""
        fields = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
        self.clients[-1].write(b"E" + struct.pack("!i", 4 + len(fields)) + fields)


@pytest.fixture
async def relay(tmp_path: Path, database_url: str) -> AsyncIterator[Relay]:
    relay = Relay()
    (real,) = parse_qs(urlsplit(database_url).query)["host"]
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay.clients.append(writer)
        from_server, to_server = await asyncio.open_unix_connection(f"{real}/.s.PGSQL.5432")
        tasks.update(asyncio.create_task(t) for t in (carry(reader, to_server), carry(from_server, writer)))

    server = await asyncio.start_unix_server(accept, tmp_path / ".s.PGSQL.5432")
    yield relay
    server.close()
    for task in tasks:
        task.cancel()


async def test_a_connection_that_the_server_is_closing_is_unavailable_once_and_then_replaced(
    relay: Relay, database_url: str, tmp_path: Path
) -> None:
    name = urlsplit(database_url).path
    store = Database(f"postgresql://rapport@{name}?host={tmp_path}", Settings(_env_file=None, pool_size=1))
    try:
        async with store.reading() as connection:
            assert await connection.fetchval("SELECT 1") == 1
        relay.say_good_bye()
        await asyncio.sleep(0.1)  # it is read when the loop comes round
        with pytest.raises((asyncpg.InterfaceError, asyncpg.PostgresError, OSError)) as caught:
            async with store.reading() as connection:
                await connection.fetchval("SELECT 1")
        assert isinstance(problem_for(caught.value), Unavailable)
        async with store.reading() as connection:
            assert await connection.fetchval("SELECT 2") == 2
        assert len(relay.clients) == 2
    finally:
        await store.close()
