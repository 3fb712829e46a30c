"""Batches: JSON Lines in, one result per line out, in order and of any length, in constant memory.

Three tasks run at once. One reads and validates lines as they arrive; one records what has gathered, a transaction at
a time; one sends results as fast as the client reads them. A client that sends everything before it reads anything
would block the third, and through it the first: so results wait in a spool that moves to disk when it grows.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from app.core import errors
from app.core.context import Context
from app.core.sessions import Sessions
from app.schemas.kit import validation
from app.services.kit.record_result import RecordResult
from app.web import body, problems
from app.web.app_state import app_state
from app.web.request_state import when_stopped
from app.web.result_spool import ResultSpool

RecordMany = Callable[[Context, Sequence[Any]], Awaitable[list[RecordResult]]]
Prepare = Callable[[Any], Any]
MEDIA_TYPE = "application/x-ndjson"
CHUNK = 500
"""Lines recorded in one transaction."""
_MAX_QUEUED_LINES = 2 * CHUNK
_MAX_QUEUED_BYTES = 4_194_304
_TURN = 0.003
"""Seconds of reading after which others have a turn: lines being recorded, so that the database is soon busy again and
reading goes on meanwhile, and other requests."""
_LOCK_ATTEMPTS = 6
"""A batch has more patience with a locked row than a single request, which gives its connection back to others."""


async def record_lines(
    request: Request,
    sessions: Sessions,
    schema: type[BaseModel],
    record: RecordMany,
    prepare: Prepare = lambda new: new,
) -> Response:
    """Validate each line of the body against `schema`, and record them in chunks, one transaction each.

    `prepare` turns a validated line into what `record` takes. It runs while the database is busy with earlier lines.
    """
    body.check_lines_type(request)
    settings = app_state(request).settings
    parse = _parser(schema, prepare, settings.line_limit)
    return _BatchResponse(request, sessions, parse, record, settings.line_limit, settings.body_timeout)


@dataclass(slots=True)
class _Line:
    number: int
    size: int
    value: Any = None
    problem: errors.Problem | None = None


Parser = Callable[[int, bytes | None], _Line]


def _parser(schema: type[BaseModel], prepare: Prepare, limit: int) -> Parser:
    def parse(number: int, raw: bytes | None) -> _Line:
        if raw is None:
            return _Line(number, 0, problem=errors.BodyTooLarge(f"A line must have at most {limit} bytes"))
        try:
            return _Line(number, len(raw), prepare(validation.validate(schema, body.parse_json(raw))))
        except errors.Problem as problem:
            return _Line(number, len(raw), problem=problem)

    return parse


class _BatchResponse(Response):
    """Reads the request and records its lines while it is being sent."""

    def __init__(
        self,
        request: Request,
        sessions: Sessions,
        parse: Parser,
        record: RecordMany,
        line_limit: int,
        body_timeout: float,
    ) -> None:
        super().__init__(media_type=MEDIA_TYPE)
        del self.headers["content-length"]
        self._request, self._sessions, self._parse, self._record = request, sessions, parse, record
        self._line_limit, self._body_timeout = line_limit, body_timeout
        self._cut: errors.Problem | None = None
        """Why no more lines are read, although more may come."""
        self._reader: asyncio.Task[Any] | None = None
        """Once it has begun: cancelled before, it would not say where to go on."""
        self._at_work, self._rested_at = False, 0.0
        """Whether lines are being recorded, or else since when, by the clock of the event loop, none are."""
        self._gives_up = False
        """The database did not answer while the upload was being cut off: there is no time to try other lines."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        queue = _LineQueue()
        with ResultSpool() as spool:
            async with asyncio.TaskGroup() as tasks:
                reader = tasks.create_task(self._read_lines(queue))
                reader.add_done_callback(lambda _: queue.close())
                await asyncio.sleep(0)  # it asks for the body, which tells a client to go on that expects 100 Continue
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                tasks.create_task(self._record_lines(queue, spool))
                when_stopped(scope, self._stop)
                async for piece in spool:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _read_lines(self, queue: "_LineQueue") -> None:
        number = 0
        self._reader = asyncio.current_task()
        if self._cut is not None:
            await queue.put(_Line(1, 0, problem=self._cut))
            return
        try:
            chunks = body.decoded_chunks(self._request, self._body_timeout, self._worked_until)
            turn_ends = _end_of_turn()
            async for line_number, raw in _split(chunks, self._line_limit):
                await queue.put(self._parse(line_number, raw))
                number = line_number
                if time.monotonic() > turn_ends:
                    await asyncio.sleep(0)
                    turn_ends = _end_of_turn()
        except errors.Problem as problem:  # the upload broke off: complete lines are recorded, the rest is reported
            await queue.put(_Line(number + 1, 0, problem=problem))
        except asyncio.CancelledError:
            if self._cut is None:
                raise
            await queue.put(_Line(number + 1, 0, problem=self._cut))

    async def _record_lines(self, queue: "_LineQueue", spool: ResultSpool) -> None:
        try:
            while lines := await queue.take(CHUNK):
                self._at_work = True
                valid = [line.value for line in lines if line.problem is None]
                results = iter(await self._record_values(valid))
                spool.write(b"".join(_result_line(line, results) for line in lines))
                if spool.error is not None:
                    self._cut_off("There is no room for the results of a longer batch", spool.error)
                self._at_work, self._rested_at = False, asyncio.get_running_loop().time()
        finally:
            spool.close()

    def _worked_until(self) -> float:
        return asyncio.get_running_loop().time() if self._at_work else self._rested_at

    def _stop(self) -> None:
        self._cut_off("The service is being stopped")

    def _cut_off(self, reason: str, error: OSError | None = None) -> None:
        """Read no more; record what was read, and say in a last line where to go on."""
        if self._cut is None:
            self._cut = errors.Unavailable(f"{reason}: this line and those after it were not recorded; send them again")
            problems.log_unavailable(self._cut, error or self._cut, self._request)
            if self._reader is not None:
                self._reader.cancel()

    async def _record_values(self, values: list[Any]) -> list[RecordResult]:
        """In one transaction; where one of them fails, in halves, down to the one that does."""
        if not values:
            return []
        if self._gives_up and self._cut is not None:
            return [RecordResult.refused(self._cut)] * len(values)
        try:
            return await self._write_patiently(values)
        except Exception as error:
            problem = problems.from_exception(error, self._request)
            self._gives_up = self._cut is not None and problem.status == errors.Unavailable.status
            if len(values) == 1 or problem.status == errors.Unavailable.status:
                return [RecordResult.refused(problem)] * len(values)
        half = len(values) // 2
        return [*await self._record_values(values[:half]), *await self._record_values(values[half:])]

    async def _write_patiently(self, values: list[Any]) -> list[RecordResult]:
        for attempt in range(1, _LOCK_ATTEMPTS + 1):
            try:
                return await self._sessions.write(lambda ctx: self._record(ctx, values))
            except asyncpg.LockNotAvailableError:
                if self._cut is not None or attempt == _LOCK_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")


def _end_of_turn() -> float:
    return time.monotonic() + _TURN


def _result_line(line: _Line, results: Iterator[RecordResult]) -> bytes:
    result = next(results) if line.problem is None else RecordResult.refused(line.problem)
    if result.status == 201:  # nearly all of them
        return f'{{"line":{line.number},"status":201,"id":"{result.id}"}}\n'.encode()
    members: dict[str, Any] = {"line": line.number, "status": result.status}
    if result.id is not None:
        members["id"] = str(result.id)
    if result.replayed:
        members["replayed"] = True
    if result.matched:
        members["matched"] = True
    if result.stale:
        members["stale"] = True
    if result.problem is not None:
        members["problem"] = problems.document(result.problem)
    return json.dumps(members, default=str).encode() + b"\n"


async def _split(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[tuple[int, bytes | None]]:
    """Lines with their numbers, from 1. Blank lines are counted and skipped, lines beyond the limit are None."""
    partial, number, too_long = bytearray(), 0, False
    async for chunk in chunks:
        if not partial and not too_long and chunk.isspace():  # nothing but line ends, of which there may be millions
            number += chunk.count(b"\n")
            await asyncio.sleep(0)
            continue
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            number += 1
            raw = bytes(partial + end) if partial else end
            if too_long or len(raw) > limit:
                yield number, None
            elif raw.strip():
                yield number, raw
            partial, too_long = bytearray(), False
        if not too_long:
            partial += rest
        if len(partial) > limit:  # discarded: only the end of the line matters now
            partial, too_long = bytearray(), True
        await asyncio.sleep(0)  # give other requests a turn
    if too_long:
        yield number + 1, None
    elif partial.strip():
        yield number + 1, bytes(partial)


class _LineQueue:
    """Lines between the reader and the recorder. Bounded by number and size: the reader waits while it is full."""

    def __init__(self) -> None:
        self._lines: deque[_Line] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = asyncio.Condition()

    async def put(self, line: _Line) -> None:
        async with self._changed:
            while self._lines and (len(self._lines) >= _MAX_QUEUED_LINES or self._bytes > _MAX_QUEUED_BYTES):
                await self._changed.wait()
            self._lines.append(line)
            self._bytes += line.size
            self._changed.notify_all()

    async def take(self, limit: int) -> list[_Line]:
        """Wait for at least one line; empty once the queue is closed and drained."""
        async with self._changed:
            while not self._lines and not self._closed:
                await self._changed.wait()
            lines = [self._lines.popleft() for _ in range(min(limit, len(self._lines)))]
            self._bytes -= sum(line.size for line in lines)
            self._changed.notify_all()
            return lines

    def close(self) -> None:
        self._closed = True
        self._notifying = asyncio.ensure_future(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
