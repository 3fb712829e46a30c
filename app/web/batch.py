"""Batches: JSON Lines in, a result a line out, in order and of any length, while memory stays where it is.

Three things go on at once. Lines are read and checked as they arrive; what has gathered is recorded, a transaction at a
time; results are sent as far as the client reads them. A client that sends everything before it reads anything would
block the third, and through it the first: so results wait in a spool that moves to disk when it grows.
"""

import asyncio
import json
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from app.core import errors, strict_json
from app.core.context import Context
from app.core.sessions import Sessions
from app.schemas.kit import validation
from app.services.kit.record_result import RecordResult
from app.web import body, problems

Record = Callable[[Context, Sequence[Any]], Awaitable[list[RecordResult]]]
Prepare = Callable[[Any], Any]
MEDIA_TYPE = "application/x-ndjson"
CHUNK = 500
_MOST_WAITING = 2 * CHUNK
_MOST_WAITING_BYTES = 4_194_304
_SPOOL_IN_MEMORY = 1_048_576
_PIECE = 65_536


async def answer(
    request: Request, caller: Sessions, schema: type[BaseModel], record: Record, prepare: Prepare = lambda new: new
) -> Response:
    """Record the lines of the body, each checked against `schema`, in chunks that `record` takes in one transaction.

    What can be done for a line alone, `prepare` does, while the database is busy with the lines before it.
    """
    body.lines_type(request)
    settings = request.app.state.service.settings
    read = _reader(schema, prepare, settings.line_limit)
    return _Results(request, caller, read, record, settings.line_limit, settings.body_timeout)


def _reader(schema: type[BaseModel], prepare: Prepare, limit: int) -> Callable[[int, bytes | None], "_Line"]:
    def read(number: int, raw: bytes | None) -> _Line:
        if raw is None:
            return _Line(number, 0, problem=errors.BodyTooLarge(f"A line must have at most {limit} bytes"))
        try:
            return _Line(number, len(raw), prepare(validation.validate(schema, strict_json.parse(raw))))
        except errors.Problem as problem:
            return _Line(number, len(raw), problem=problem)

    return read


@dataclass(slots=True)
class _Line:
    number: int
    size: int
    value: Any = None
    problem: errors.Problem | None = None


class _Results(Response):
    def __init__(
        self,
        request: Request,
        caller: Sessions,
        line: Callable[[int, bytes | None], _Line],
        record: Record,
        limit: int,
        pause: float,
    ) -> None:
        super().__init__(media_type=MEDIA_TYPE)
        del self.headers["content-length"]
        self._request, self._caller, self._line, self._record = request, caller, line, record
        self._limit, self._pause = limit, pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        waiting, spool = _Waiting(), _Spool()
        with spool:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(waiting))
                tasks.create_task(self._write(waiting, spool))
                async for piece in spool:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _read(self, waiting: "_Waiting") -> None:
        number = 0
        try:
            async for number, raw in _split(body.decoded(self._request, self._pause), self._limit):
                await waiting.put(self._line(number, raw))
        except errors.Problem as problem:  # the upload broke off: what came whole is recorded, the rest is told
            await waiting.put(_Line(number + 1, 0, problem=problem))
        finally:
            waiting.close()

    async def _write(self, waiting: "_Waiting", spool: "_Spool") -> None:
        try:
            while lines := await waiting.take(CHUNK):
                good = [line.value for line in lines if line.problem is None]
                outcomes = iter(await self._outcomes(good))
                spool.write(b"".join(_result(line, outcomes) for line in lines))
        finally:
            spool.close()

    async def _outcomes(self, values: list[Any]) -> list[RecordResult]:
        """Of one transaction; where something in it cannot be stored, of two halves, so that only its line fails."""
        if not values:
            return []
        try:
            return await self._caller.write(lambda ctx: self._record(ctx, values))
        except Exception as error:
            problem = problems.of(error)
            if len(values) == 1 or problem.status == errors.Unavailable.status:
                return [RecordResult.refused(problem)] * len(values)
        half = len(values) // 2
        return [*await self._outcomes(values[:half]), *await self._outcomes(values[half:])]


def _result(line: _Line, outcomes: Any) -> bytes:
    outcome = next(outcomes) if line.problem is None else RecordResult.refused(line.problem)
    if outcome.status == 201:  # nearly all of them
        return f'{{"line":{line.number},"status":201,"id":"{outcome.id}"}}\n'.encode()
    told: dict[str, Any] = {"line": line.number, "status": outcome.status}
    if outcome.id is not None:
        told["id"] = str(outcome.id)
    if outcome.replayed:
        told["replayed"] = True
    if outcome.stale:
        told["stale"] = True
    if outcome.problem is not None:
        told["problem"] = problems.document(outcome.problem)
    return json.dumps(told, default=str).encode() + b"\n"


async def _split(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[tuple[int, bytes | None]]:
    """Lines with their numbers, from 1; blank ones are counted and passed over, too long ones are None."""
    begun, number, skipping = bytearray(), 0, False
    async for chunk in chunks:
        *ends, last = chunk.split(b"\n")
        for end in ends:
            number += 1
            raw = bytes(begun + end) if begun else end
            if skipping or len(raw) > limit:
                yield number, None
            elif raw.strip():
                yield number, raw
            begun, skipping = bytearray(), False
        if not skipping:
            begun += last
        if len(begun) > limit:  # not to be kept: its end is all that matters
            begun, skipping = bytearray(), True
        await asyncio.sleep(0)  # others have requests too
    if skipping:
        yield number + 1, None
    elif begun.strip():
        yield number + 1, bytes(begun)


class _Waiting:
    """Lines on their way from the reader to the recorder; the reader waits when there are many, or long ones."""

    def __init__(self) -> None:
        self._lines: deque[_Line] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = asyncio.Condition()

    async def put(self, line: _Line) -> None:
        async with self._changed:
            while self._lines and (len(self._lines) >= _MOST_WAITING or self._bytes > _MOST_WAITING_BYTES):
                await self._changed.wait()
            self._lines.append(line)
            self._bytes += line.size
            self._changed.notify_all()

    async def take(self, most: int) -> list[_Line]:
        """At least one line and at most so many; none when there will be no more."""
        async with self._changed:
            while not self._lines and not self._closed:
                await self._changed.wait()
            taken = [self._lines.popleft() for _ in range(min(most, len(self._lines)))]
            self._bytes -= sum(line.size for line in taken)
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        self._closed = True
        self._wake = asyncio.ensure_future(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Spool:
    """Results that wait to be read: in memory, and on disk when there are many."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._read = self._written = 0
        self._closed = False
        self._more = asyncio.Event()

    def write(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)
        self._more.set()

    def close(self) -> None:
        self._closed = True
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            if self._read < self._written:
                self._file.seek(self._read)
                piece = self._file.read(min(_PIECE, self._written - self._read))
                self._read += len(piece)
                if self._read == self._written:  # all read: begin at the front again
                    self._read = self._written = 0
                yield piece
            elif self._closed:
                return
            else:
                self._more.clear()
                await self._more.wait()

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
