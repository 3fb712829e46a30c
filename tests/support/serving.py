"""The service as clients meet it: a real server on a port of its own, over a real database."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket

import asyncpg
import uvicorn

from app.core.settings import Settings
from app.main import create_app
from app.rules.access import keys

KEY = "rapport_the_key_of_a_client_that_is_generated"


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Serves until the block ends; gives the address. `KEY` may do everything."""
    asyncio.run(_add_key(database_url))
    app = create_app(Settings(_env_file=None, database_url=database_url, rate_limit=0, answer_rate_limit=0))
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert server.ready.wait(30), "The server did not start"
        host, port = server.servers[0].sockets[0].getsockname()
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


async def _add_key(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ('client', $1, $2, $3)",
        keys.hash_key(KEY),
        keys.hint(KEY),
        [keys.ADMIN],
    )
    await connection.close()
