"""Requests a second of the service and of the bare handler, measured in turn on one store."""

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

from benchmarks import client, load, requests, servers, shop
from benchmarks.client import Connection, Requests
from benchmarks.load import LoadedShop
from benchmarks.postgres import Databases
from benchmarks.scaling import Log
from benchmarks.servers import Server

Drive = Callable[[int, Requests, float], client.Load]
CONNECTIONS = 16


@dataclass(frozen=True)
class Comparison:
    """The results of an operation, round by round."""

    name: str
    target: float
    """The least acceptable ratio."""
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
    """Microseconds of processor time of the server process for each request."""


OPERATIONS: dict[str, tuple[Callable[[LoadedShop], list[bytes]], float]] = {
    "List of 50 customers": (requests.customers, 0.5),
    "Timeline of 50 entries": (requests.timelines, 0.5),
    "Profile": (requests.profiles, 0.5),
    "Lookup by phone": (requests.lookups, 0.5),
    "One customer": (requests.one_customer, 0.4),
    "Receipt of 3 lines": (requests.receipts, 0.4),
}


def measure(databases: Databases, scale: shop.Scale, seconds: float, rounds: int, log: Log) -> list[Comparison]:
    log(f"Loading {scale.customers:,} customers, {scale.interactions:,} interactions, {scale.receipts:,} receipts")
    loaded = asyncio.run(load.load(databases.create(), scale))
    with (
        servers.run_server(servers.SERVICE, loaded.dsn) as service,
        servers.run_server(servers.BARE, loaded.dsn) as bare,
    ):
        _check_equivalence(loaded, service, bare)
        comparisons = []
        with _load_generator() as drive:
            for name, (make, target) in OPERATIONS.items():
                databases.checkpoint()
                comparison = _compare(name, target, make(loaded), (service, bare), seconds, rounds, drive)
                log(f"{name}: {comparison.ratio:.2f}")
                comparisons.append(comparison)
        return comparisons


def _compare(
    name: str,
    target: float,
    templates: list[bytes],
    compared: tuple[Server, Server],
    seconds: float,
    rounds: int,
    drive: Drive,
) -> Comparison:
    comparison = Comparison(name, target, Rounds(), Rounds())
    writes = templates[0].startswith(b"POST")
    for n in range(-1, rounds):  # the first round is a warm-up
        for index, (server, results) in enumerate(zip(compared, (comparison.service, comparison.bare), strict=True)):
            prefix = client.number_prefix((n + 1) * 2 + index) if writes else ""
            before = server.cpu()
            driven = drive(server.port, Requests(templates, prefix), min(seconds, 2 if n < 0 else seconds))
            if n >= 0:
                results.rates.append(driven.rate)
                results.costs.append((server.cpu() - before) / driven.requests * 1e6)
    return comparison


@contextmanager
def _load_generator() -> Iterator[Drive]:
    """Drives a server from a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def drive(port: int, requests: Requests, seconds: float) -> client.Load:
            return pool.submit(client.drive, port, requests, seconds, CONNECTIONS).result()

        yield drive


def _check_equivalence(loaded: LoadedShop, service: Server, bare: Server) -> None:
    """Raises AssertionError unless both give the same responses, byte for byte, and write the same rows."""
    service_connection, bare_connection = Connection(service.port), Connection(bare.port)
    for make, _ in OPERATIONS.values():
        if make is requests.receipts:
            continue
        for request in make(loaded)[:25]:
            actual, expected = service_connection.send(request), bare_connection.send(request)
            assert actual.status == expected.status == 200, (actual, expected)
            assert _without_cursor(actual) == _without_cursor(expected), (actual, expected)
    body = requests.receipt_bodies(loaded, 1)[0]
    written = []
    for connection, number in ((service_connection, "EQUAL-000001"), (bare_connection, "EQUAL-000002")):
        response = connection.send(client.post("/v1/sales", body.replace(b"{number}", number.encode())))
        assert response.status == 201, response
        rows = asyncio.run(_rows(loaded.dsn, json.loads(response.body)["id"]))
        written.append((response.body.decode().replace(number, ""), rows.replace(number, "")))
    first, second = (_without_identity(json.loads(body)) for body, _ in written)
    assert first == second, written
    assert written[0][1] == written[1][1], written
    service_connection.close()
    bare_connection.close()


def _without_cursor(response: client.Response) -> bytes:
    """The cursors differ: those of the service are signed."""
    return response.body.partition(b'"next_cursor"')[0]


def _without_identity(sale: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sale.items() if name not in ("id", "created_at", "updated_at")}


async def _rows(dsn: str, sale_id: str) -> str:
    """The rows of a receipt and its event as JSON, without ids and times of their own."""
    db = await asyncpg.connect(dsn)
    try:
        rows: str = await db.fetchval(
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
        return rows
    finally:
        await db.close()
