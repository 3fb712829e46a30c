"""Requests a second of the service and of the bare handler, in turn, on one store."""

import asyncio
import json
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import asyncpg

from benchmarks import client, loading, requests, servers, shop
from benchmarks.client import Connection, Requests
from benchmarks.loading import Loaded
from benchmarks.postgres import Databases
from benchmarks.servers import Running

Say = Callable[[str], Any]
CONNECTIONS = 16
SCALE = shop.Scale(customers=20_000, interactions=100_000, receipts=50_000, regulars=True)


@dataclass(frozen=True)
class Beside:
    """What one operation came to, round by round."""

    name: str
    wanted: float
    service: "Rounds"
    bare: "Rounds"

    @property
    def ratio(self) -> float:
        return median(self.service.rates) / median(self.bare.rates)

    @property
    def ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.service.rates, self.bare.rates, strict=True)]


@dataclass(frozen=True)
class Rounds:
    rates: list[float] = field(default_factory=list)
    """Requests a second."""
    costs: list[float] = field(default_factory=list)
    """Microseconds of the server's processor time for each request; the database's is not counted."""


OPERATIONS: dict[str, tuple[Callable[[Loaded], list[bytes]], float]] = {
    "List of 50 customers": (requests.customers, 0.5),
    "Timeline of 50 entries": (requests.timelines, 0.5),
    "Profile": (requests.profiles, 0.5),
    "Lookup by phone": (requests.lookups, 0.5),
    "One customer": (requests.one_customer, 0.4),
    "ReceiptDraft of 3 lines": (requests.receipts, 0.4),
}


def measure(
    databases: Databases, scale: shop.Scale, seconds: float, rounds: int, say: Callable[[str], Any]
) -> list[Beside]:
    say(f"Loading {scale.customers:,} customers, {scale.interactions:,} interactions, {scale.receipts:,} receipts")
    loaded = asyncio.run(loading.load(databases.make(), scale))
    with servers.running(servers.SERVICE, loaded.dsn) as service, servers.running(servers.BARE, loaded.dsn) as bare:
        _agree(loaded, service, bare)
        found = []
        with _loader() as drive:
            for name, (make, wanted) in OPERATIONS.items():
                databases.settle()
                found.append(_side_by_side(name, wanted, make(loaded), (service, bare), seconds, rounds, drive))
                say(f"{name}: {found[-1].ratio:.2f}")
        return found


def _side_by_side(
    name: str,
    wanted: float,
    each: list[bytes],
    of: tuple[Running, Running],
    seconds: float,
    rounds: int,
    drive: Callable[..., client.Driven],
) -> Beside:
    beside = Beside(name, wanted, Rounds(), Rounds())
    writes = each[0].startswith(b"POST")
    for n in range(-1, rounds):  # the first is for warming up
        for place, (server, kept) in enumerate(zip(of, (beside.service, beside.bare), strict=True)):
            numbers = client.numbers((n + 1) * 2 + place) if writes else ""
            before = server.cpu()
            rate, answered = drive(server.port, Requests(each, numbers), min(seconds, 2 if n < 0 else seconds))
            if n >= 0:
                kept.rates.append(rate)
                kept.costs.append((server.cpu() - before) / answered * 1e6)
    return beside


@contextmanager
def _loader() -> Iterator[Callable[..., client.Driven]]:
    """Sends requests from a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield lambda *arguments: pool.submit(client.drive, *arguments, CONNECTIONS).result()


def _agree(loaded: Loaded, service: Running, bare: Running) -> None:
    """Both give the same answers, byte for byte, and write the same rows; else there is nothing to compare."""
    ours, theirs = Connection(service.port), Connection(bare.port)
    for make, _ in OPERATIONS.values():
        if make is requests.receipts:
            continue
        for request in make(loaded)[:25]:
            mine, its = ours.ask(request), theirs.ask(request)
            # A cursor of the service's is signed.
            assert mine.status == its.status == 200, (mine, its)
            assert mine.body.partition(b'"next_cursor"')[0] == its.body.partition(b'"next_cursor"')[0], (mine, its)
    body = requests.receipt_bodies(loaded, 1)[0]
    written = []
    for connection, number in ((ours, "AGREE-000001"), (theirs, "AGREE-000002")):
        answer = connection.ask(client.post("/v1/sales", body.replace(b"{number}", number.encode())))
        assert answer.status == 201, answer
        rows = asyncio.run(_rows(loaded.dsn, json.loads(answer.body)["id"]))
        written.append((answer.body.decode().replace(number, ""), rows.replace(number, "")))
    assert _same(*(json.loads(answer) for answer, _ in written)), written
    assert written[0][1] == written[1][1], written
    ours.close()
    theirs.close()


def _same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    own = {"id", "created_at", "updated_at"}
    return {k: v for k, v in left.items() if k not in own} == {k: v for k, v in right.items() if k not in own}


async def _rows(dsn: str, sale_id: str) -> str:
    """What was written of a receipt, without what each has of its own."""
    db = await asyncpg.connect(dsn)
    try:
        return await db.fetchval(
            """
            SELECT json_build_array(
                (SELECT to_jsonb(s) - '{id,content_hash,created_at,updated_at}'::text[] FROM sales s WHERE id = $1),
                (SELECT json_agg(to_jsonb(l) - 'sale_id' ORDER BY line_no) FROM sale_lines l WHERE sale_id = $1),
                (SELECT json_agg(to_jsonb(e) - '{seq,id,subject_id,recorded_at}'::text[]) FROM events e
                WHERE subject_id = $1)
            )::text
            """,
            sale_id,
        )
    finally:
        await db.close()
