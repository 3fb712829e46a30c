"""Batches as they come over a network: long, broken, slow, cut off."""

import asyncio
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from tests import make
from tests.support import ledger
from tests.support.running import Running, eventually, running
from tests.support.scale import scaled

LINE_LIMIT = 65_536
BODY_TIMEOUT = 2
MANY = scaled(8_000, 20_000)


@pytest.fixture(scope="module")
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, dsn: str) -> Iterator[Running]:
    limits = {"body_timeout": BODY_TIMEOUT, "line_limit": LINE_LIMIT}
    with running(tmp_path_factory.mktemp("batches"), database_url=dsn, **limits) as service:
        yield service


@pytest.fixture
def client(service: Running) -> Iterator[httpx.Client]:
    with service.client() as client:
        yield client


def statuses(results: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(result["line"], result["status"]) for result in results]


def lines_of(line: socket.socket) -> list[dict[str, Any]]:
    """The results on a connection that is read to its end."""
    heard = b""
    while piece := line.recv(65_536):
        heard += piece
        if heard.endswith(b"\r\n0\r\n\r\n"):
            break
    head, _, rest = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    whole = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        whole += rest[: int(size, 16)]
        rest = rest[int(size, 16) + 2 :]
    return ledger.results(whole)


async def test_thousands_of_receipts_of_a_client_that_reads_only_when_all_is_sent(
    service: Running, client: httpx.Client, dsn: str
) -> None:
    """And once more: nothing is doubled. The second answer is the longer one: it fills every buffer on the way."""
    sent = ledger.receipts(MANY, "deaf")
    content = ledger.body(sent)
    first = ledger.batch(client, content)
    assert statuses(first) == [(n, 201) for n in range(1, MANY + 1)]
    assert await ledger.stored(dsn, "deaf") == ledger.per_buyer(sent)
    again = ledger.batch(client, content)
    assert statuses(again) == [(n, 200) for n in range(1, MANY + 1)]
    assert all(result["replayed"] for result in again)
    assert [result["id"] for result in again] == [result["id"] for result in first]
    assert await ledger.stored(dsn, "deaf") == ledger.per_buyer(sent)


async def test_results_come_while_the_client_still_sends(service: Running, dsn: str) -> None:
    sent = ledger.receipts(2_000, "talker")
    with ledger.begin_batch(service) as line:
        line.sendall(ledger.chunk(ledger.body(sent[:1_000])))
        heard = b""
        while heard.count(b"\n{") < 900:  # before the rest is sent
            heard += line.recv(65_536)
        line.sendall(ledger.chunk(ledger.body(sent[1_000:])) + b"0\r\n\r\n")
        while not heard.endswith(b"\r\n0\r\n\r\n"):
            heard += line.recv(65_536)
    assert heard.count(b'"status":201') == 2_000
    assert await ledger.stored(dsn, "talker") == ledger.per_buyer(sent)


def test_a_client_that_expects_to_be_told_to_go_on_is_told_so_first(service: Running) -> None:
    """As curl does with large files. The final answer alone would tell it that nobody wants its body."""
    with ledger.begin_batch(service, "expect: 100-continue") as line:
        told = line.recv(25)
        assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(ledger.chunk(ledger.body(ledger.receipts(1, "expectant"))) + b"0\r\n\r\n")
        assert statuses(lines_of(line)) == [(1, 201)]


async def test_a_client_may_wait_for_the_results_before_it_sends_on(service: Running, dsn: str) -> None:
    """However long the service takes: only the client's own pauses are counted."""
    sent = ledger.receipts(2, "patient")
    holder = await asyncpg.connect(dsn)
    with ledger.begin_batch(service) as line:
        async with holder.transaction():
            await holder.execute("LOCK TABLE sales IN EXCLUSIVE MODE")
            line.sendall(ledger.chunk(ledger.body(sent[:1])))
            await asyncio.sleep(1.5 * BODY_TIMEOUT)
        heard = b""
        while b'"status":201' not in heard:
            heard += line.recv(65_536)
        line.sendall(ledger.chunk(ledger.body(sent[1:])) + b"0\r\n\r\n")
        while not heard.endswith(b"\r\n0\r\n\r\n"):
            heard += line.recv(65_536)
    await holder.close()
    assert heard.count(b'"status":201') == 2, heard


async def test_a_broken_line_stops_nothing(client: httpx.Client, dsn: str) -> None:
    good = [json.dumps(receipt).encode() for receipt in ledger.receipts(5, "broken")]
    long = json.dumps(make.sale(attributes={"note": "x" * LINE_LIMIT})).encode()
    rows = [
        (good[0], 201),
        (b"{", 400),
        (good[1] + b"\r", 201),
        (b"", None),
        (b" \t\r", None),
        (b'{"source": "\xff\xfe"}', 400),
        (long, 413),
        (good[2], 201),
        (b"[1]", 422),
        (b"null", 422),
        (b"{}", 422),
        (good[0], 200),
        (good[0].replace(b'"GBP"', b'"EUR"'), 409),
        (b"x" * LINE_LIMIT, 400),
        (good[3], 201),
        (good[4], 201),
    ]
    results = ledger.batch(client, b"\n".join(row for row, _ in rows))  # the last one without its newline
    assert statuses(results) == [(n, status) for n, (_, status) in enumerate(rows, start=1) if status]
    for result in results:
        assert (result["status"] >= 400) == ("problem" in result)
        if "problem" in result:
            assert result["problem"]["status"] == result["status"]
    assert sum(n for n, _ in (await ledger.stored(dsn, "broken")).values()) == 5


@pytest.mark.parametrize("size", [1, 7, 4_096])
def test_lines_are_whole_however_they_are_cut_on_the_way(service: Running, size: int) -> None:
    sent = ledger.receipts(3, f"cut-{size}")
    long = b'"' + b"x" * (LINE_LIMIT + 10 if size > 7 else 10) + b'"\n'
    content = ledger.body(sent[:1]) + long + ledger.body(sent[1:]).rstrip(b"\n")
    with ledger.begin_batch(service) as line:
        pieces = [content[start : start + size] for start in range(0, len(content), size)]
        line.sendall(b"".join(map(ledger.chunk, pieces)) + b"0\r\n\r\n")
        assert statuses(lines_of(line)) == [(1, 201), (2, 413 if size > 7 else 422), (3, 201), (4, 201)]


def test_a_batch_may_be_gzipped_and_may_be_empty(client: httpx.Client) -> None:
    content = gzip.compress(ledger.body(ledger.receipts(700, "packed")))
    results = ledger.batch(client, content, **{"content-encoding": "gzip"})
    assert statuses(results) == [(n, 201) for n in range(1, 701)]
    assert ledger.batch(client, b"") == []
    assert statuses(ledger.batch(client, b"no gzip", **{"content-encoding": "gzip"})) == [(1, 400)]


async def test_a_client_that_stops_in_a_line_leaves_its_complete_lines_and_a_service_that_lives(
    service: Running, client: httpx.Client, dsn: str
) -> None:
    sent = ledger.receipts(1_200, "stopped")
    content = ledger.body(sent[:-1])
    with ledger.begin_batch(service) as line:
        line.sendall(ledger.chunk(content + json.dumps(sent[-1]).encode()[:-5]))
        line.shutdown(socket.SHUT_WR)
        while line.recv(65_536):  # what it does not read, it takes back what it sent with
            pass
    end = time.monotonic() + 30
    while (found := await ledger.stored(dsn, "stopped")) != ledger.per_buyer(sent[:-1]):
        assert time.monotonic() < end, found
    assert statuses(ledger.batch(client, ledger.body(sent)))[-2:] == [(1_199, 200), (1_200, 201)]
    assert "Traceback" not in service.stderr


async def test_a_client_that_goes_away_without_reading_loses_nothing_that_it_sends_again(
    service: Running, client: httpx.Client, dsn: str
) -> None:
    """The network may forget what was under way; what was taken in are whole lines."""
    sent = ledger.receipts(1_200, "gone")
    with ledger.begin_batch(service) as line:
        line.sendall(ledger.chunk(ledger.body(sent)[:-5]))
    results = statuses(ledger.batch(client, ledger.body(sent)))
    assert {status for _, status in results} <= {200, 201}
    assert results[-1] == (1_200, 201)
    assert await ledger.stored(dsn, "gone") == ledger.per_buyer(sent)
    assert "Traceback" not in service.stderr


def test_an_upload_that_pauses_too_long_is_told_in_a_last_line(service: Running) -> None:
    sent = ledger.receipts(3, "pausing")
    with ledger.begin_batch(service) as line:
        line.sendall(ledger.chunk(ledger.body(sent[:2]) + json.dumps(sent[2]).encode()[:20]))
        results = lines_of(line)
        assert statuses(results) == [(1, 201), (2, 201), (3, 408)]
        assert results[-1]["problem"]["code"] == "REQUEST_TIMEOUT"


def test_an_upload_of_many_small_pauses_is_taken(service: Running) -> None:
    sent = ledger.receipts(4, "hesitating")
    with ledger.begin_batch(service) as line:
        for receipt in sent:
            line.sendall(ledger.chunk(ledger.body([receipt])))
            time.sleep(0.4)
        line.sendall(b"0\r\n\r\n")
        assert statuses(lines_of(line)) == [(n, 201) for n in range(1, 5)]


def test_batches_of_the_same_buyers_at_once(service: Running, dsn: str) -> None:
    """Their receipts overlap and come in different orders: each is made by one of them, and none waits for ever."""
    sent = ledger.receipts(1_500, "crowd")
    answers: list[list[dict[str, Any]]] = []

    def send(order: list[ledger.Receipt]) -> None:
        with service.client() as client:
            answers.append(ledger.batch(client, ledger.body(order)))

    threads = [threading.Thread(target=send, args=(order,)) for order in (sent, sent[::-1], sent[700:] + sent[:700])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [status for answer in answers for _, status in statuses(answer)]
    assert (told.count(201), told.count(200)) == (1_500, 3_000)


def test_memory_stays_where_it_is(service: Running, client: httpx.Client) -> None:
    """Sixty megabytes of which a tenth is receipts like any others, and the rest is receipts that are refused."""
    ledger.batch(client, ledger.body(ledger.receipts(600, "warm")))
    before, seen = service.memory(), [0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            seen.append(service.memory())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        count = 0
        with client.stream("POST", "/v1/sales/batch", content=_much(60_000_000), headers=ledger.LINES) as answer:
            for piece in answer.iter_bytes():
                count += piece.count(b"\n")
    finally:
        done.set()
        watching.join()
    assert count > 10_000
    assert max(seen) - before < 60_000_000


def _much(size: int) -> Iterator[bytes]:
    sent = ledger.receipts(4_000, "much")
    padding = {"note": "x" * 3_000}
    total = n = 0
    while total < size:
        rows = []
        for _ in range(20):
            receipt = {**sent[n % len(sent)], "attributes": padding}
            if n >= len(sent):
                receipt["total"] = "not a number"
            rows.append(receipt)
            n += 1
        piece = ledger.body(rows)
        total += len(piece)
        yield piece


def test_the_service_is_well_at_the_end(service: Running, client: httpx.Client) -> None:
    eventually(service.ready)
    assert client.get("/v1/sales", params={"limit": 1}).status_code == 200
    assert "Traceback" not in service.stderr
