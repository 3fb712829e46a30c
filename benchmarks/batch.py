"""Receipts by the ten thousand: through the batch, beside COPY of the very rows that it wrote; and what it holds."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import asyncpg

from app.store.sales import intake
from benchmarks import client, loading, requests, servers, shop
from benchmarks.loading import Loaded
from benchmarks.postgres import Databases
from benchmarks.reads import Say

_PATH = "/v1/sales/batch"
_TOTALS = (
    "customer_id, currency, receipts, purchases, returns, gross, refunded, net, first_purchase_at, last_purchase_at"
)
_WRITTEN = {
    "sites": "id, code, version, created_at, updated_at",
    "products": "id, sku, name, category, version, created_at, updated_at",
    "sales": ", ".join(intake.SALE),
    "sale_lines": ", ".join(intake.SALE_LINE),
    "customer_totals": _TOTALS,
    # The database counts them.
    "events": "id, type, subject_type, subject_id, customer_id, channel, occurred_at, recorded_at, actor, title, data",
}
"""What receipts consist of, in the order of foreign keys."""


@dataclass(frozen=True)
class BesideCopy:
    receipts: int
    batch: list[float] = field(default_factory=list)
    """Receipts a second."""
    copy: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median(self.batch) / median(self.copy)

    @property
    def ratios(self) -> list[float]:
        return [a / b for a, b in zip(self.batch, self.copy, strict=True)]


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    uploaded: int
    receipts: int
    before: int
    grown: int
    """At the most, during the upload."""


def speed(databases: Databases, customers: int, receipts: int, rounds: int, say: Say) -> BesideCopy:
    """Every round in a store of its own with nothing but the same customers."""
    loaded = _customers(databases, customers, say)
    found = BesideCopy(receipts)
    for n in range(rounds):
        ours, theirs = databases.make(loaded.dsn), databases.make(loaded.dsn)
        lines = list(_lines(loaded, receipts, n))
        databases.settle()
        with servers.running(servers.SERVICE, ours) as service:
            created, seconds = client.upload(service.port, _PATH, lines)
        assert created == receipts, f"{created} of {receipts} receipts were created"
        found.batch.append(receipts / seconds)
        rows = asyncio.run(_rows(ours))
        databases.settle()
        found.copy.append(receipts / asyncio.run(_copied(theirs, rows)))
        databases.drop(ours)
        databases.drop(theirs)
        say(f"Batch {found.batch[-1]:,.0f}, COPY {found.copy[-1]:,.0f} receipts a second")
    return found


def memory(databases: Databases, customers: int, size: int, say: Say) -> Memory:
    """The process that answers, from its first request on, through one upload of so many bytes."""
    loaded = _customers(databases, customers, say)
    sample = next(_lines(loaded, 1, 0))
    count = size // len(sample) + 1
    with servers.running(servers.SERVICE, loaded.dsn) as service:
        connection = client.Connection(service.port)
        connection.ask(requests.customers(loaded)[0])
        connection.close()
        before = service.memory()
        service.forget_peak()
        created, _ = client.upload(service.port, _PATH, _lines(loaded, count, 0))
        assert created == count, f"{created} of {count} receipts were created"
        found = Memory(count * len(sample), count, before, service.peak() - before)
    say(f"Grown by {found.grown / 1e6:.1f} MB over {found.uploaded / 1e6:,.0f} MB")
    return found


def _customers(databases: Databases, count: int, say: Say) -> Loaded:
    say(f"Loading {count:,} customers")
    return asyncio.run(loading.load(databases.make(), shop.Scale(count, 0, 0)))


def _lines(loaded: Loaded, count: int, run: int) -> Iterator[bytes]:
    bodies = requests.receipt_bodies(loaded, min(count, 20_000))
    parts = [body.partition(b"{number}") for body in bodies]
    first = client.numbers(run).encode()
    for n in range(count):
        before, _, after = parts[n % len(parts)]
        yield b"%b%b%08d%b\n" % (before, first, n, after)


async def _rows(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the receipts came to, as it stands in the store."""
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0"})
    try:
        found = {table: await db.fetch(f"SELECT {columns} FROM {table}") for table, columns in _WRITTEN.items()}
        told = await db.fetch(f"SELECT {_WRITTEN['events']} FROM events WHERE subject_type = 'sale' ORDER BY seq")
        return {table: [tuple(row) for row in rows] for table, rows in (found | {"events": told}).items()}
    finally:
        await db.close()


async def _copied(dsn: str, rows: dict[str, list[tuple[Any, ...]]]) -> float:
    """Seconds that COPY takes for these rows, a table at a time."""
    db = await asyncpg.connect(dsn)
    try:
        started = time.perf_counter()
        for table, columns in _WRITTEN.items():
            await db.copy_records_to_table(table, records=rows[table], columns=columns.split(", "))
        return time.perf_counter() - started
    finally:
        await db.close()
