"""A client with little overhead: raw sockets, prepared requests, responses that are only counted."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import uvloop

from benchmarks.postgres import KEY

HOST = "127.0.0.1"
_PLACEHOLDER = b"{number}"


@dataclass(frozen=True)
class Requests:
    """Requests that are sent in turn, again and again; `{number}` in them becomes a unique receipt number."""

    templates: Sequence[bytes]
    number_prefix: str = ""
    """The prefix of the receipt numbers of this run; without it, nothing is replaced."""

    def endless(self) -> Iterator[bytes]:
        if not self.number_prefix:
            return itertools.cycle(self.templates)
        parts = [request.partition(_PLACEHOLDER) for request in self.templates]
        prefix = self.number_prefix.encode()
        return (
            b"%b%b%08d%b" % (parts[n % len(parts)][0], prefix, n, parts[n % len(parts)][2]) for n in itertools.count()
        )


class Response(NamedTuple):
    status: int
    body: bytes


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """`{number}` in the body stands for a receipt number of NUMBER_LENGTH characters."""
    length = len(body) + (NUMBER_LENGTH - len(_PLACEHOLDER)) * body.count(_PLACEHOLDER)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
    return head.encode() + body


NUMBER_LENGTH = 12
"""Characters of a receipt number: the prefix has four, the rest are digits."""


def number_prefix(run: int) -> str:
    return f"R{run:02d}-"


class Load(NamedTuple):
    rate: float
    """Requests a second."""
    requests: int
    """Including those in flight at the end of the run."""


def drive(port: int, requests: Requests, seconds: float, connections: int) -> Load:
    """Send the next request as soon as a response arrives. Raises RuntimeError at a response other than 2xx."""
    return uvloop.run(_drive(port, requests, seconds, connections))


async def _drive(port: int, requests: Requests, seconds: float, connections: int) -> Load:
    loop = asyncio.get_running_loop()
    run = _Run(requests.endless(), loop.create_future())
    opened_connections = [
        await loop.create_connection(lambda: _Connection(run), HOST, port) for _ in range(connections)
    ]
    started = time.perf_counter()
    loop.call_later(seconds, run.end)
    await run.ended
    rate = run.answered / (time.perf_counter() - started)
    await asyncio.sleep(0.3)  # requests in flight are answered before the next run
    for transport, _ in opened_connections:
        transport.close()
    return Load(rate, run.answered)


class _Run:
    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self.requests, self.ended, self.answered = requests, ended, 0

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def fail(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(reason))


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run, self._left, self._head = run, 0, b""

    def connection_made(self, transport: asyncio.WriteTransport) -> None:  # type: ignore[override]
        self._transport = transport
        transport.write(next(self._run.requests))

    def data_received(self, data: bytes) -> None:
        if self._left == 0:
            data = self._head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._head = data
                return
            self._head = b""
            if data[9:10] != b"2":
                self._run.fail(f"The response was {data[:2_000]!r}")
                return
            self._left = end + 4 + _length(data)
        self._left -= len(data)
        if self._left == 0:
            self._run.answered += 1
            if not self._run.ended.done():
                self._transport.write(next(self._run.requests))

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.fail(f"The connection was closed: {exc}")


def _length(data: bytes) -> int:
    at = data.index(b"content-length: ") + 16
    return int(data[at : data.index(b"\r", at)])


_MAX_IDLE = 3
"""Seconds. The server closes connections that are idle for five."""


class Connection:
    """Sends one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection((HOST, self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._last_used = time.monotonic()

    def send(self, request: bytes) -> Response:
        self._reopen_if_idle()
        self._socket.sendall(request)
        data = self._receive()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._receive()
        while len(data) < end + 4 + _length(data):
            data += self._receive()
        self._last_used = time.monotonic()
        return Response(int(data[9:12]), data[end + 4 :])

    def timed(self, request: bytes) -> float:
        """Seconds until the whole response has arrived."""
        self._reopen_if_idle()
        started = time.perf_counter()
        response = self.send(request)
        seconds = time.perf_counter() - started
        assert 200 <= response.status < 300, response
        return seconds

    def _reopen_if_idle(self) -> None:
        if time.monotonic() - self._last_used > _MAX_IDLE:
            self.close()
            self._open()

    def _receive(self) -> bytes:
        data = self._socket.recv(262_144)
        assert data, "the connection was closed within a response"
        return data

    def close(self) -> None:
        self._socket.close()


def upload(port: int, path: str, lines: Iterable[bytes]) -> tuple[int, float]:
    """Send JSON Lines and read their results at the same time; the number of results with 201, and the seconds."""
    with socket.create_connection((HOST, port)) as connection:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\nconnection: close\r\n"
            "content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        started = time.perf_counter()
        connection.sendall(head.encode())
        sender = threading.Thread(target=_send, args=(connection, lines), daemon=True)
        sender.start()
        created, rest = 0, b""
        while data := connection.recv(262_144):
            *complete, rest = (rest + data).split(b"\n")
            created += sum(b'"status":201,' in line for line in complete)
        return created, time.perf_counter() - started


def _send(connection: socket.socket, lines: Iterable[bytes]) -> None:
    chunk = bytearray()
    for line in lines:
        chunk += line
        if len(chunk) > 65_536:
            connection.sendall(b"%x\r\n%b\r\n" % (len(chunk), bytes(chunk)))
            chunk.clear()
    last = b"%x\r\n%b\r\n" % (len(chunk), bytes(chunk)) if chunk else b""
    connection.sendall(last + b"0\r\n\r\n")
