"""What a service does with clients that are too slow, too large or not to be understood, over raw sockets."""

import asyncio
import gzip
import io
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from tests import make
from tests.support.running import KEY, Running, running

AUTHORIZED = f"host: rapport\r\nauthorization: Bearer {KEY}\r\n".encode()
JSON = b"content-type: application/json\r\n"
POST = b"POST /v1/customers HTTP/1.1\r\n" + AUTHORIZED + JSON
LIMIT = 4_194_304


@pytest.fixture(scope="module")
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, dsn: str) -> Iterator[Running]:
    limits = {"header_timeout": 1, "body_timeout": 1, "pool_size": 2, "pool_timeout": 4}
    with running(tmp_path_factory.mktemp("limits"), database_url=dsn, **limits) as service:
        yield service


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def line(service: Running) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as line:
        yield line


class Locked:
    """Holds a table so that whoever wants to write to it waits. Calling what it gives lets go."""

    def __init__(self, dsn: str, table: str) -> None:
        self._dsn, self._table = dsn, table
        self._held, self._release = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        async def hold() -> None:
            connection = await asyncpg.connect(self._dsn)
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {self._table} IN ACCESS EXCLUSIVE MODE")
                self._held.set()
                await asyncio.to_thread(self._release.wait, 30)
            await connection.close()

        asyncio.run(hold())

    def __enter__(self) -> Callable[[], None]:
        self._thread.start()
        assert self._held.wait(10)
        return self._release.set

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._thread.join()


def read_answer(line: socket.socket) -> tuple[int, dict[str, str], Any]:
    """One answer; the body as JSON."""
    with line.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers = {}
        while (row := stream.readline()) not in (b"\r\n", b""):
            name, _, value = row.decode().partition(": ")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers["content-length"]))
    return status, headers, json.loads(body)


def is_problem(answer: tuple[int, dict[str, str], Any], status: int, code: str) -> None:
    found, headers, body = answer
    assert (found, body["status"], body["code"]) == (status, status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"


def is_closed(line: socket.socket) -> bool:
    """Nothing more comes, neither now nor later."""
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def trickle(line: socket.socket, data: bytes, seconds: float = 0.2) -> None:
    """Byte after byte, until somebody has enough."""
    for byte in data:
        try:
            line.sendall(bytes([byte]))
        except OSError:
            return
        time.sleep(seconds)


def test_slow_headers_are_answered_and_hung_up_on(line: socket.socket) -> None:
    sender = threading.Thread(target=trickle, args=(line, b"GET /healthz HTTP/1.1\r\nhost: rapport\r\n\r\n"))
    began = time.monotonic()
    sender.start()
    is_problem(read_answer(line), 408, "REQUEST_TIMEOUT")
    assert time.monotonic() - began < 5
    assert is_closed(line)
    sender.join()


def test_slow_second_headers_do_not_break_into_the_first_answer(service: Running, dsn: str) -> None:
    """The first answer waits for a lock for longer than headers may take; the second request never comes whole."""
    body = json.dumps(make.customer()).encode()
    with (
        Locked(dsn, "customers") as release,
        socket.create_connection(("127.0.0.1", service.port), timeout=20) as line,
    ):
        line.sendall(POST + b"content-length: %d\r\n\r\n%sGET / HT" % (len(body), body))
        time.sleep(1.5)
        release()
        status, _, made = read_answer(line)
        assert status == 201
        assert made["id"]
        assert is_closed(line)


def test_many_slow_clients_do_not_stop_another_one(service: Running, client: httpx.Client) -> None:
    lines = [socket.create_connection(("127.0.0.1", service.port), timeout=20) for _ in range(200)]
    try:
        for line in lines:
            line.sendall(b"GET /healthz HTTP/1.1\r\nhost:")
        began = time.monotonic()
        assert client.get("/v1/customers").status_code == 200
        assert time.monotonic() - began < 3
        for line in lines:
            is_problem(read_answer(line), 408, "REQUEST_TIMEOUT")
    finally:
        for line in lines:
            line.close()


def test_a_body_that_does_not_come_is_answered_and_hung_up_on(line: socket.socket) -> None:
    line.sendall(POST + b"content-length: 1000\r\n\r\n{")
    began = time.monotonic()
    is_problem(read_answer(line), 408, "REQUEST_TIMEOUT")
    assert time.monotonic() - began < 5
    assert is_closed(line)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /v1/customers HTTP/1.1\r\nx: " + b"x" * 200_000, id="one header of 200 KB"),
        pytest.param(b"GET /v1/customers HTTP/1.1\r\n" + b"x: y\r\n" * 9_999 + b"x: y", id="10,000 headers"),
        pytest.param(b"GET /v1/customers?q=" + b"x" * 60_000 + b" HTTP/1.1", id="a long request line"),
        pytest.param(b"GET /v1/customers HTTP/1.1\r\n" + b"x: y\r\n" * 120 + b"x: y", id="many small headers"),
    ],
)
def test_headers_beyond_the_limits_are_refused(line: socket.socket, head: bytes) -> None:
    line.sendall(head + b"\r\n" + AUTHORIZED + b"\r\n")
    is_problem(read_answer(line), 431, "HEADERS_TOO_LARGE")
    assert is_closed(line)


def test_headers_without_end_are_refused_for_their_size(line: socket.socket) -> None:
    line.sendall(b"GET / HTTP/1.1\r\nx: " + b"x" * 40_000)
    is_problem(read_answer(line), 431, "HEADERS_TOO_LARGE")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"HELLO\r\n\r\n", id="no request line"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS"),
        pytest.param(b"GET / HTTP/9.9\r\nhost: x\r\n\r\n", id="another version"),
        pytest.param(b"GET / HTTP/1.1\r\nhost x\r\n\r\n", id="a header without a colon"),
        pytest.param(b"GET /caf\xc3\xa9\xff HTTP/1.1\r\nhost: x\r\n\r\n", id="bytes in the path"),
        pytest.param(POST + b"content-length: x\r\n\r\n", id="a length that is no number"),
        pytest.param(POST + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", id="two lengths"),
        pytest.param(POST + b'transfer-encoding: chunked\r\n\r\n2\r\n{"\r\nZZ\r\n', id="a chunk without a length"),
    ],
)
def test_what_is_not_http_is_refused(line: socket.socket, sent: bytes) -> None:
    line.sendall(sent)
    is_problem(read_answer(line), 400, "MALFORMED_REQUEST")
    assert is_closed(line)


@pytest.mark.parametrize("how", ["length", "chunks"])
def test_a_large_body_is_refused_early(service: Running, how: str) -> None:
    """With its answer, whether the client reads it while it sends or only then."""
    before = service.memory()
    told = POST + (b"content-length: 50000000\r\n\r\n" if how == "length" else b"transfer-encoding: chunked\r\n\r\n")
    piece = b" " * 65_536
    sent = 0
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as line:
        line.sendall(told)
        try:
            while sent < 50_000_000:
                line.sendall(piece if how == "length" else b"%x\r\n%s\r\n" % (len(piece), piece))
                sent += len(piece)
        except OSError:
            pass
        is_problem(read_answer(line), 413, "BODY_TOO_LARGE")
        assert is_closed(line)
    assert service.memory() - before < 2 * LIMIT + 8_000_000


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """A gigabyte of nothing in a megabyte: the same block over and over."""
    million, count = bytes(1_048_576), 1024
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(million) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(count):
        check = zlib.crc32(million, check)
    head, last = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", b"\x03\x00"
    return head + block * count + last + struct.pack("<II", check, len(million) * count)


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/batch"])
def test_a_gzip_bomb_is_refused_without_being_unpacked(
    service: Running, client: httpx.Client, bomb: bytes, path: str
) -> None:
    assert len(bomb) < 1_200_000
    before = service.memory()
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"
    began = time.monotonic()
    answer = client.post(path, content=bomb, headers={"content-type": kind, "content-encoding": "gzip"})
    assert time.monotonic() - began < 20
    if path.endswith("batch"):
        assert [json.loads(row)["status"] for row in answer.text.splitlines()] == [413]
    else:
        assert answer.status_code == 413
    assert service.memory() - before < 4 * LIMIT


def test_gzip_files_put_one_after_the_other_are_all_read(client: httpx.Client) -> None:
    parts = [gzip.compress((json.dumps(make.customer()) + "\n").encode()) for _ in range(5)]
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answer = client.post("/v1/customers/batch", content=b"".join(parts), headers=headers)
    assert [json.loads(row)["status"] for row in answer.text.splitlines()] == [201] * 5
    cut = client.post("/v1/customers/batch", content=b"".join(parts)[:-9], headers=headers)
    assert [json.loads(row)["status"] for row in cut.text.splitlines()][-1] == 400


def test_requests_one_after_the_other_and_all_at_once_on_one_connection(line: socket.socket) -> None:
    one = b"GET /v1/customers?limit=1 HTTP/1.1\r\n" + AUTHORIZED + b"\r\n"
    for _ in range(3):
        line.sendall(one)
        assert read_answer(line)[0] == 200
    bodies = [json.dumps(make.customer()).encode() for _ in range(5)]
    line.sendall(b"".join(POST + b"content-length: %d\r\n\r\n%s" % (len(body), body) for body in bodies))
    stream = line.makefile("rb")
    names = []
    for _ in bodies:
        assert stream.readline().startswith(b"HTTP/1.1 201")
        length = 0
        while (row := stream.readline()) != b"\r\n":
            if row.lower().startswith(b"content-length:"):
                length = int(row.split()[1])
        names.append(json.load(io.BytesIO(stream.read(length)))["display_name"])
    assert names == [json.loads(body)["display_name"] for body in bodies]


def test_a_locked_table_is_told_in_time_and_does_not_keep_others_from_a_connection(
    service: Running, client: httpx.Client, dsn: str
) -> None:
    """All connections wait for it; they are given back before anybody has waited too long for one."""
    assert client.get("/v1/sites").status_code == 200  # the key is known now
    waiting: list[httpx.Response] = []

    def wait() -> None:
        with service.client() as blocked:
            waiting.append(blocked.get("/v1/customers"))

    blocked = [threading.Thread(target=wait) for _ in range(2)]
    with Locked(dsn, "customers"):
        began = time.monotonic()
        for thread in blocked:
            thread.start()
        while len(waiting) < 2:
            assert client.get("/v1/sites").status_code == 200
            assert client.get("/readyz").status_code == 200
        assert 2 < time.monotonic() - began < 12
        for thread in blocked:
            thread.join()
    assert [(answer.status_code, answer.json()["code"]) for answer in waiting] == [(503, "UNAVAILABLE")] * 2
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in waiting)
    assert client.get("/v1/customers").status_code == 200


def test_a_storm_of_connections_is_weathered(service: Running, client: httpx.Client) -> None:
    storm = b"GET /v1/customers?limit=1 HTTP/1.1\r\n" + AUTHORIZED + b"connection: close\r\n\r\n"
    lines = [socket.create_connection(("127.0.0.1", service.port), timeout=30) for _ in range(500)]
    try:
        for line in lines:
            line.sendall(storm)
        statuses = {read_answer(line)[0] for line in lines}
    finally:
        for line in lines:
            line.close()
    assert 200 in statuses
    assert statuses <= {200, 503}
    assert client.get("/v1/customers").status_code == 200
