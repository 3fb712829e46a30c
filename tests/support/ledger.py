"""A sender of receipts that keeps books: what it has sent, what was acknowledged, what it all comes to."""

import json
import random
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import asyncpg
import httpx

from tests.support.running import KEY, Running

Receipt = dict[str, Any]
LINES = {"content-type": "application/x-ndjson"}


def receipts(count: int, source: str, seed: int = 1) -> list[Receipt]:
    """Of forty buyers and nobody, of one to three lines, some of them returns."""
    dice = random.Random(seed)
    made = []
    for n in range(count):
        lines = []
        for _ in range(dice.randint(1, 3)):
            price = Decimal(dice.randint(5, 9_999)) / 100
            quantity = dice.choice([1, 1, 1, 2, 3, -1])
            lines.append({"sku": f"S-{dice.randint(1, 90)}", "quantity": str(quantity), "unit_price": f"{price:.2f}"})
        receipt: Receipt = {
            "source": source,
            "receipt_no": f"{n:06}",
            "occurred_at": f"2026-0{dice.randint(1, 8)}-{dice.randint(1, 28):02}T{dice.randint(8, 19):02}:15:00+00:00",
            "currency": "GBP",
            "lines": lines,
        }
        if (buyer := dice.randint(0, 40)) > 0:
            receipt["customer"] = {"identity": {"system": source, "external_id": str(buyer)}}
        made.append(receipt)
    return made


def total(receipt: Receipt) -> Decimal:
    return sum((Decimal(line["quantity"]) * Decimal(line["unit_price"]) for line in receipt["lines"]), Decimal(0))


def per_buyer(sent: list[Receipt]) -> dict[str | None, tuple[int, Decimal]]:
    """Receipts and their sum of each buyer, by external id."""
    counts: dict[str | None, int] = defaultdict(int)
    sums: dict[str | None, Decimal] = defaultdict(Decimal)
    for receipt in sent:
        buyer = receipt.get("customer", {}).get("identity", {}).get("external_id")
        counts[buyer] += 1
        sums[buyer] += total(receipt)
    return {buyer: (counts[buyer], sums[buyer]) for buyer in counts}


async def stored(dsn: str, source: str) -> dict[str | None, tuple[int, Decimal]]:
    """The same out of the store's receipts."""
    rows = await fetch(
        dsn,
        "SELECT i.external_id, count(*) AS n, sum(s.total) AS total FROM sales s "
        "LEFT JOIN identities i ON i.customer_id = s.customer_id AND i.system = s.source "
        "WHERE s.source = $1 GROUP BY 1",
        source,
    )
    return {row["external_id"]: (row["n"], row["total"]) for row in rows}


async def fetch(dsn: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        await connection.close()


def body(sent: list[Receipt]) -> bytes:
    return b"".join(json.dumps(receipt).encode() + b"\n" for receipt in sent)


def results(text: str | bytes) -> list[dict[str, Any]]:
    return [json.loads(row) for row in text.split("\n" if isinstance(text, str) else b"\n") if row]  # type: ignore[arg-type]


def batch(client: httpx.Client, content: Any, **headers: str) -> list[dict[str, Any]]:
    """Sends a batch to its end and reads the results then, which is what most clients do."""
    answer = client.post("/v1/sales/batch", content=content, headers={**LINES, **headers})
    assert answer.status_code == 200, answer.text
    return results(answer.text)


class Sender:
    """A till's uplink that breaks and is mended: sends again whatever was not acknowledged."""

    def __init__(self, service: Running, sent: list[Receipt]) -> None:
        self._service, self._sent = service, sent
        self.acknowledged: dict[int, str] = {}
        self.statuses: set[int] = set()
        self.interruptions = 0

    def send_until_done(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while len(self.acknowledged) < len(self._sent):
            assert time.monotonic() < end, f"{len(self.acknowledged)} of {len(self._sent)} acknowledged"
            open_ = [n for n in range(len(self._sent)) if n not in self.acknowledged]
            try:
                for result in self._results([self._sent[n] for n in open_]):
                    self.statuses.add(result["status"])
                    self.interruptions += result["status"] == 503
                    if result["status"] in (200, 201):
                        self.acknowledged[open_[result["line"] - 1]] = result["id"]
            except (httpx.HTTPError, OSError):
                self.interruptions += 1
                time.sleep(0.1)

    def _results(self, sent: list[Receipt]) -> Iterator[dict[str, Any]]:
        with (
            self._service.client() as client,
            client.stream("POST", "/v1/sales/batch", content=_pieces(sent), headers=LINES) as answer,
        ):
            rest = b""
            for piece in answer.iter_bytes():
                *rows, rest = (rest + piece).split(b"\n")
                yield from map(json.loads, rows)


def _pieces(sent: list[Receipt]) -> Iterator[bytes]:
    for start in range(0, len(sent), 200):
        yield body(sent[start : start + 200])


def begin_batch(service: Running, *headers: str) -> socket.socket:
    """A connection on which the head of a chunked batch has been sent."""
    line = socket.create_connection(("127.0.0.1", service.port), timeout=30)
    head = [
        "POST /v1/sales/batch HTTP/1.1",
        "host: rapport",
        f"authorization: Bearer {KEY}",
        "content-type: application/x-ndjson",
        "transfer-encoding: chunked",
        *headers,
    ]
    line.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
    return line


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
