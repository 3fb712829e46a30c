"""docs/complaints.md: its lines are run as they stand, by a shell and curl, against a real server."""

import asyncio
import json
import re
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from app.rules.complaints import MOVES, OPEN
from app.services import jobs
from tests.conftest import ADMIN_KEY, MakeApp, TestClock

PAGE = Path(__file__).parents[2] / "docs" / "complaints.md"
LATER = {
    "an hour later": timedelta(hours=1),
    "a day later": timedelta(days=1),
    "three days later, and the worker runs": timedelta(days=3),
    "two weeks later": timedelta(days=14),
    "half a year later": timedelta(days=190),
}

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@pytest.fixture
async def served(make_app: MakeApp) -> AsyncIterator[tuple[Any, int]]:
    """The service on a port of its own, with the clock of the tests."""
    app = await make_app()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for that
        await asyncio.sleep(0.01)
    yield app, listener.getsockname()[1]
    server.should_exit = True
    await task


class Shell:
    """A shell that lives for the whole page."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, block: str) -> str:
        """What a block prints; fails where one of its commands does."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{block}\necho; echo END-OF-BLOCK\n".encode())
        await self._process.stdin.drain()
        printed = b""
        while b"END-OF-BLOCK" not in printed:
            piece = await asyncio.wait_for(self._process.stdout.read(65_536), 30)
            assert piece, f"The shell has ended: {printed.decode()}"
            printed += piece
        return printed.decode().replace("END-OF-BLOCK", "")


async def test_every_line_works(served: tuple[Any, int], clock: TestClock) -> None:
    app, port = served
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
    shell = Shell(process)
    printed = []
    for part in re.findall(r"```sh\n(.*?)```|<!-- (.*?) -->", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        block, later = part
        if later:
            clock.now += LATER[later]
            if "worker" in later:
                while await jobs.work_off(app.state.service.own_sessions("worker")):
                    pass
        else:
            printed.append(await shell.run(block.replace("127.0.0.1:8000", f"127.0.0.1:{port}")))
    complaint_id = json.loads(re.findall(r"\{.*\}", printed[5])[0])["id"]
    headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1", headers=headers) as client:
        complaint = (await client.get(f"/complaints/{complaint_id}")).json()
        recovery = (await client.get(f"/complaints/{complaint_id}/recovery")).json()
    process.terminate()
    await process.wait()
    assert "STEP_OPEN" in "".join(printed)
    assert (complaint["state"], complaint["owner"], complaint["priority"]) == ("closed", "Tom", "high")
    assert complaint["breached"]
    told = "".join(printed)
    assert all(what in told for what in ("complaint.warned", "complaint.breached", "complaint.escalated"))
    assert {spell["days"]: spell["bought_again"] for spell in recovery["within"]} == dict.fromkeys((30, 90, 180), "yes")


def test_its_table_is_the_table_of_moves() -> None:
    rows = re.findall(r"^\| (\w+) \| ([\w, ]+) \| (\w+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    told = {move: (states, to) for move, states, to in rows if move != "move"}
    every_open = "every open one"
    expected = {
        move.value: (every_open if start == OPEN else ", ".join(s.value for s in type(to) if s in start), to.value)
        for move, (start, to) in MOVES.items()
    }
    assert told == expected


def test_every_pause_of_the_page_is_known() -> None:
    assert set(re.findall(r"<!-- (.*?) -->", PAGE.read_text(encoding="utf-8"))) == set(LATER)
