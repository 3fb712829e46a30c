"""Pages of the documentation whose lines are run as they stand: by a shell and curl, against a real server."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import uvicorn

from app.jobs import HANDLERS
from app.services.kit import job_runner
from tests.support.application import ADMIN_KEY, TestClock

DOCS = Path(__file__).parents[2] / "docs"


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """The service on a port of its own, with the clock of the tests."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for that
        await asyncio.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    await task


async def walked(page: Path, app: Any, port: int, clock: TestClock, later: Mapping[str, timedelta]) -> list[str]:
    """What each block prints; fails where one of its commands does. A comment lets the time pass that `later` says."""
    process = await asyncio.create_subprocess_exec(
        "bash",
        "-e",
        "-o",
        "pipefail",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "KEY": ADMIN_KEY, "LC_ALL": "C.UTF-8"},
    )
    printed = []
    for block, pause in _parts(page):
        if pause:
            clock.now += later[pause]
            if "worker" in pause:
                while await job_runner.run_due(app.state.service.internal_sessions("worker"), HANDLERS):
                    pass
        else:
            printed.append(await _run(process, block.replace("127.0.0.1:8000", f"127.0.0.1:{port}")))
    process.terminate()
    await process.wait()
    return printed


def pauses(page: Path) -> set[str]:
    """All that its comments say."""
    return set(re.findall(r"<!-- (.*?) -->", page.read_text(encoding="utf-8")))


def _parts(page: Path) -> list[tuple[str, str]]:
    return re.findall(r"```sh\n(.*?)```|<!-- (.*?) -->", page.read_text(encoding="utf-8"), re.DOTALL)


async def _run(process: asyncio.subprocess.Process, block: str) -> str:
    """The shell lives for the whole page: what one block sets, the next one has."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{block}\necho; echo END-OF-BLOCK\n".encode())
    await process.stdin.drain()
    printed = b""
    while b"END-OF-BLOCK" not in printed:
        piece = await asyncio.wait_for(process.stdout.read(65_536), 30)
        assert piece, f"The shell has ended: {printed.decode()}"
        printed += piece
    return printed.decode().replace("END-OF-BLOCK", "")
