"""A batch that is open when the service stops, or when there is no room for its results, gets a last line."""

import asyncio
import errno
import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from app.web import result_spool
from app.web.request_state import notify_of_stop
from app.web.result_spool import ResultSpool
from tests.support import ledger
from tests.support.application import ADMIN_KEY
from tests.support.running import running

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.mark.parametrize("workers", [1, 2])
async def test_an_open_batch_is_cut_with_a_last_line(
    tmp_path: Path, new_database: Callable[..., str], workers: int
) -> None:
    dsn = new_database()
    sent = ledger.receipts(3_000, "open")
    with running(tmp_path, "--workers", str(workers), database_url=dsn) as service, ledger.begin_batch(service) as line:
        line.sendall(ledger.chunk(ledger.body(sent)))  # and no end: the till goes on sending
        heard = line.recv(65_536)
        while b'"line":1,' not in heard:
            heard += line.recv(65_536)
        began = time.monotonic()
        ending = asyncio.create_task(asyncio.to_thread(service.stop))
        while piece := await asyncio.to_thread(line.recv, 65_536):
            heard += piece
        assert await ending == 0
        assert time.monotonic() - began < 6
        assert "Traceback" not in service.stderr, service.stderr[-3_000:]
        assert '"message": "Answered 503: ' in service.stderr
    results = ledger.results(_unchunked(heard))
    *done, last = results
    assert [result["line"] for result in results] == list(range(1, len(results) + 1))
    assert {result["status"] for result in done} == {201}
    assert (last["status"], last["problem"]["code"]) == (503, "UNAVAILABLE")
    assert last["problem"]["detail"] == (
        "The service is being stopped: this line and those after it were not recorded; send them again"
    )
    assert await ledger.stored(dsn, "open") == ledger.per_buyer(sent[: len(done)])


async def test_a_batch_that_waits_for_a_lock_is_cut_with_a_last_line(
    tmp_path: Path, new_database: Callable[..., str]
) -> None:
    dsn = new_database()
    sent = ledger.receipts(1_200, "locked")
    with running(tmp_path, database_url=dsn) as service:
        blocker = await asyncpg.connect(dsn)
        try:
            async with blocker.transaction():
                await blocker.execute("LOCK TABLE sales, customers")
                with ledger.begin_batch(service) as line:
                    line.sendall(ledger.chunk(ledger.body(sent)))
                    heard = line.recv(65_536)
                    while not await blocker.fetchval(WAITING):  # noqa: ASYNC110 - locks have no event
                        await asyncio.sleep(0.05)
                    await asyncio.sleep(2)  # lines are read meanwhile
                    ending = asyncio.create_task(asyncio.to_thread(service.stop))
                    while piece := await asyncio.to_thread(line.recv, 65_536):
                        heard += piece
                    assert await ending == 0
        finally:
            await blocker.close()
        assert "Traceback" not in service.stderr, service.stderr[-3_000:]
    results = ledger.results(_unchunked(heard))
    assert [result["line"] for result in results] == list(range(1, len(results) + 1))
    assert {result["status"] for result in results} == {503}
    assert len(results) > 500
    assert results[-1]["problem"]["detail"].startswith("The service is being stopped: this line and those after it")


async def test_a_stop_before_the_batch_has_begun_is_remembered(app: Any) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        raise AssertionError("nothing is read any more")

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = batch_scope()
    notify_of_stop(scope)
    async with asyncio.timeout(20):
        await app(scope, receive, send)
    (result,) = ledger.results(b"".join(message.get("body", b"") for message in sent))
    assert (result["line"], result["status"]) == (1, 503)


def batch_scope() -> dict[str, Any]:
    return {
        "type": "http",
        "method": "POST",
        "path": "/v1/sales/batch",
        "raw_path": b"/v1/sales/batch",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {ADMIN_KEY}".encode()),
            (b"content-type", b"application/x-ndjson"),
        ],
        "client": ("127.0.0.1", 1),
    }


def _unchunked(heard: bytes) -> bytes:
    _, _, rest = heard.partition(b"\r\n\r\n")
    whole = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        whole += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    assert heard.endswith(b"0\r\n\r\n"), "the answer was broken off"
    return whole


class FullDisk(io.BytesIO):
    """Takes so many bytes, some of them in vain."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = min(len(data), self.room, 700)
        self.room -= taken
        return super().write(bytes(data[:taken]))


class TestResultsWithoutRoom:
    @pytest.mark.parametrize("room", [0, 1, 999, 1_500, 2_000, 2_001, 4_000, 100_000])
    async def test_none_is_lost(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        monkeypatch.setattr(result_spool, "_MAX_IN_MEMORY", 1_000)
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FullDisk(room))
        pieces = [bytes([n]) * 500 for n in range(12)]
        spool = ResultSpool()
        for piece in pieces:
            spool.write(piece)
        spool.close()
        assert (spool.error is None) == (room == 100_000)
        assert b"".join([piece async for piece in spool]) == b"".join(pieces)

    async def test_no_directory_for_them_is_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(result_spool, "_MAX_IN_MEMORY", 10)
        monkeypatch.setattr(tempfile, "tempdir", "/no/such/directory")
        spool = ResultSpool()
        spool.write(b"x" * 100)
        spool.close()
        assert spool.error is not None
        assert [piece async for piece in spool] == [b"x" * 100]

    async def test_the_batch_is_cut_with_a_last_line(
        self,
        app: Any,
        client: httpx.AsyncClient,
        database_url: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """The client reads nothing until the service has noticed."""
        monkeypatch.setattr(result_spool, "_MAX_IN_MEMORY", 1_000)
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FullDisk(0))
        sent = ledger.receipts(5_000, "full")
        pieces = iter([ledger.body(sent[start : start + 50]) for start in range(0, len(sent), 50)])
        answered: list[dict[str, Any]] = []
        noticed = "Answered 503: OSError: No space left on device"

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            piece = next(pieces, None)
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: dict[str, Any]) -> None:
            while message.get("body") and noticed not in caplog.messages:  # noqa: ASYNC110 - logging has no event
                await asyncio.sleep(0.01)
            answered.append(message)

        await app(batch_scope(), receive, send)
        assert (answered[0]["status"], answered[-1]["body"]) == (200, b"")
        results = ledger.results(b"".join(message["body"] for message in answered[1:]))
        *done, last = results
        assert {result["status"] for result in done} == {201}
        assert 0 < len(done) < 5_000
        assert (last["line"], last["status"]) == (len(done) + 1, 503)
        assert last["problem"]["detail"].startswith("There is no room for the results of a longer batch: ")
        assert await ledger.stored(database_url, "full") == ledger.per_buyer(sent[: len(done)])
        again = await client.post(
            "/v1/sales/batch",
            content=ledger.body(sent[len(done) :][:10]),
            headers={"content-type": "application/x-ndjson"},
        )
        assert {json.loads(line)["status"] for line in again.text.splitlines()} == {201}
