"""Bulk receipts: the rate of the batch operation beside COPY of the same rows, and its memory."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import asyncpg

from app.store.sales import intake
from benchmarks import client, load, requests, servers, shop
from benchmarks.load import LoadedShop
from benchmarks.postgres import Databases
from benchmarks.scaling import Log

_PATH = "/v1/sales/batch"
_TOTAL_COLUMNS = (
    "customer_id, currency, receipts, purchases, returns, gross, refunded, net, first_purchase_at, last_purchase_at"
)
_TABLES = {
    "sites": "id, code, version, created_at, updated_at",
    "products": "id, sku, name, category, version, created_at, updated_at",
    "sales": ", ".join(intake.SALE),
    "sale_lines": ", ".join(intake.SALE_LINE),
    "customer_totals": _TOTAL_COLUMNS,
    # Without seq, which the database assigns.
    "events": "id, type, subject_type, subject_id, customer_id, channel, occurred_at, recorded_at, actor, title, data",
}
"""The tables that receipts are written to, with their columns, in the order of foreign keys."""


@dataclass(frozen=True)
class CopyComparison:
    receipts: int
    batch: list[float] = field(default_factory=list)
    """Receipts a second."""
    copy: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median(self.batch) / median(self.copy)

    @property
    def ratios(self) -> list[float]:
        return [batch / copy for batch, copy in zip(self.batch, self.copy, strict=True)]


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    uploaded: int
    receipts: int
    before: int
    growth: int
    """The peak during the upload, less what was used before."""


def speed(databases: Databases, customers: int, receipts: int, rounds: int, log: Log) -> CopyComparison:
    """Every round has an empty store of its own with the same customers."""
    loaded = _load_customers(databases, customers, log)
    comparison = CopyComparison(receipts)
    for n in range(rounds):
        for_batch, for_copy = databases.create(loaded.dsn), databases.create(loaded.dsn)
        lines = list(_lines(loaded, receipts, n))
        databases.checkpoint()
        with servers.run_server(servers.SERVICE, for_batch) as service:
            created, seconds = client.upload(service.port, _PATH, lines)
        assert created == receipts, f"{created} of {receipts} receipts were created"
        comparison.batch.append(receipts / seconds)
        rows = asyncio.run(_read_rows(for_batch))
        databases.checkpoint()
        comparison.copy.append(receipts / asyncio.run(_copy_rows(for_copy, rows)))
        databases.drop(for_batch)
        databases.drop(for_copy)
        log(f"Batch {comparison.batch[-1]:,.0f}, COPY {comparison.copy[-1]:,.0f} receipts a second")
    return comparison


def memory(databases: Databases, customers: int, size: int, log: Log) -> Memory:
    """The memory of the server process from its first request to the end of an upload of `size` bytes."""
    loaded = _load_customers(databases, customers, log)
    sample = next(_lines(loaded, 1, 0))
    count = size // len(sample) + 1
    with servers.run_server(servers.SERVICE, loaded.dsn) as service:
        connection = client.Connection(service.port)
        connection.send(requests.customers(loaded)[0])
        connection.close()
        before = service.memory()
        service.reset_peak()
        created, _ = client.upload(service.port, _PATH, _lines(loaded, count, 0))
        assert created == count, f"{created} of {count} receipts were created"
        result = Memory(count * len(sample), count, before, service.peak() - before)
    log(f"Grown by {result.growth / 1e6:.1f} MB over {result.uploaded / 1e6:,.0f} MB")
    return result


def _load_customers(databases: Databases, count: int, log: Log) -> LoadedShop:
    log(f"Loading {count:,} customers")
    return asyncio.run(load.load(databases.create(), shop.Scale(count, 0, 0)))


def _lines(loaded: LoadedShop, count: int, run: int) -> Iterator[bytes]:
    bodies = requests.receipt_bodies(loaded, min(count, 20_000))
    parts = [body.partition(b"{number}") for body in bodies]
    prefix = client.number_prefix(run).encode()
    for n in range(count):
        before, _, after = parts[n % len(parts)]
        yield b"%b%b%08d%b\n" % (before, prefix, n, after)


async def _read_rows(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all receipts by table."""
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0"})
    try:
        tables = {table: await db.fetch(f"SELECT {columns} FROM {table}") for table, columns in _TABLES.items()}
        # Those of customers are there already.
        events = f"SELECT {_TABLES['events']} FROM events WHERE subject_type = 'sale' ORDER BY seq"
        tables["events"] = await db.fetch(events)
        return {table: [tuple(row) for row in rows] for table, rows in tables.items()}
    finally:
        await db.close()


async def _copy_rows(dsn: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    """The seconds that COPY takes for these rows, one table after the other."""
    db = await asyncpg.connect(dsn)
    try:
        started = time.perf_counter()
        for table, columns in _TABLES.items():
            await db.copy_records_to_table(table, records=rows[table], columns=columns.split(", "))
        return time.perf_counter() - started
    finally:
        await db.close()
