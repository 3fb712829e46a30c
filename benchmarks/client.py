"""A client that costs next to nothing: raw sockets, requests that were spelled beforehand, answers only counted."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import uvloop

from benchmarks.postgres import KEY

HOST = "127.0.0.1"
_NUMBER = b"{number}"


@dataclass(frozen=True)
class Requests:
    """Sent in turn, again and again. In each, `{number}` becomes a number that nobody had before."""

    each: Sequence[bytes]
    numbers: str = ""
    """What the numbers of this run begin with."""

    def endless(self) -> Iterator[bytes]:
        if not self.numbers:
            return itertools.cycle(self.each)
        parts = [request.partition(_NUMBER) for request in self.each]
        first = self.numbers.encode()
        return (
            b"%b%b%08d%b" % (parts[n % len(parts)][0], first, n, parts[n % len(parts)][2]) for n in itertools.count()
        )


class Answer(NamedTuple):
    status: int
    body: bytes


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """`{number}` in the body stands for numbers that are as long as NUMBERED says."""
    length = len(body) + (NUMBERED - len(_NUMBER)) * body.count(_NUMBER)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
    return head.encode() + body


NUMBERED = 12
"""Characters of a number: four that name the run, eight that count."""


def numbers(run: int) -> str:
    return f"R{run:02d}-"


class Driven(NamedTuple):
    rate: float
    """Requests a second."""
    answered: int
    """Those included that were under way at the end."""


def drive(port: int, requests: Requests, seconds: float, connections: int) -> Driven:
    """Send as fast as answers come. Raises at the first answer that is not 2xx."""
    return uvloop.run(_drive(port, requests, seconds, connections))


async def _drive(port: int, requests: Requests, seconds: float, connections: int) -> Driven:
    loop = asyncio.get_running_loop()
    run = _Run(requests.endless(), loop.create_future())
    opened = [await loop.create_connection(lambda: _Connection(run), HOST, port) for _ in range(connections)]
    started = time.perf_counter()
    loop.call_later(seconds, run.end)
    await run.ended
    rate = run.answered / (time.perf_counter() - started)
    await asyncio.sleep(0.3)  # what is under way is answered, so that the next run starts from quiet
    for transport, _ in opened:
        transport.close()
    return Driven(rate, run.answered)


class _Run:
    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self.requests, self.ended, self.answered = requests, ended, 0

    def end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def fail(self, why: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(RuntimeError(why))


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
                self._run.fail(f"It answered {data[:2_000]!r}")
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


_IDLE = 3
"""Seconds: a server ends what it hears nothing from for five."""


class Connection:
    """One request after the other, each waited for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection((HOST, self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._heard = time.monotonic()

    def ask(self, request: bytes) -> Answer:
        self._socket.sendall(request)
        data = self._more()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        while len(data) < end + 4 + _length(data):
            data += self._more()
        self._heard = time.monotonic()
        return Answer(int(data[9:12]), data[end + 4 :])

    def timed(self, request: bytes) -> float:
        """Seconds until the whole answer was there."""
        if time.monotonic() - self._heard > _IDLE:
            self.close()
            self._open()
        started = time.perf_counter()
        answer = self.ask(request)
        taken = time.perf_counter() - started
        assert 200 <= answer.status < 300, answer
        return taken

    def _more(self) -> bytes:
        data = self._socket.recv(262_144)
        assert data, "the connection was closed in the middle of an answer"
        return data

    def close(self) -> None:
        self._socket.close()


def upload(port: int, path: str, lines: Iterable[bytes], watch: Callable[[], None] = lambda: None) -> tuple[int, float]:
    """Send JSON Lines and read their results at the same time: how many were answered with 201, and the seconds."""
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
            watch()
            *whole, rest = (rest + data).split(b"\n")
            created += sum(b'"status":201,' in line for line in whole)
        return created, time.perf_counter() - started


def _send(connection: socket.socket, lines: Iterable[bytes]) -> None:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) > 65_536:
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            piece.clear()
    last = b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""
    connection.sendall(last + b"0\r\n\r\n")
