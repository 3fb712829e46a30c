"""The service and its database killed in the middle of a batch: what was acknowledged is there, once."""

import os
import random
import signal
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from tests.support import ledger
from tests.support.running import Running, eventually, running
from tests.support.scale import scaled

COUNT = scaled(3_000, 6_000)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("kills"), body_timeout=5) as service:
        yield service


async def _is_complete(service: Running, sender: ledger.Sender, sent: list[ledger.Receipt]) -> None:
    source = sent[0]["source"]
    assert await ledger.stored(service.dsn, source) == ledger.per_buyer(sent)
    rows = await ledger.fetch(service.dsn, "SELECT id, receipt_no FROM sales WHERE source = $1", source)
    stored = {row["receipt_no"]: str(row["id"]) for row in rows}
    assert len(rows) == len(stored) == len(sent)
    # Each acknowledgement, before the kill and after, named the row that is there now.
    assert {sent[n]["receipt_no"]: id_ for n, id_ in sender.acknowledged.items()} == stored
    with service.client() as client:
        again = ledger.batch(client, ledger.body(sent))
    assert {(result["status"], result["replayed"]) for result in again} == {(200, True)}
    assert [result["id"] for result in again] == [stored[receipt["receipt_no"]] for receipt in sent]


@pytest.mark.parametrize("victim", ["the API", "the database"])
async def test_killed_during_a_batch(service: Running, victim: str) -> None:
    dice = random.Random(victim)
    sent = ledger.receipts(COUNT, f"kill {victim}", seed=3)
    sender = ledger.Sender(service, sent)
    sending = threading.Thread(target=sender.send_until_done)
    sending.start()
    for part in (0.3, 0.7):
        wanted = int(COUNT * (part + dice.uniform(-0.1, 0.1)))
        eventually(partial(_has_sent, sender, wanted))
        if victim == "the API":
            service.kill()
            service.start()
        else:
            killed = service.postmaster()
            os.kill(killed, signal.SIGKILL)
            eventually(partial(service.is_back, killed))
    sending.join()
    assert sender.interruptions >= 1
    assert len(sender.acknowledged) == COUNT
    assert sender.statuses <= {200, 201, 503}
    await _is_complete(service, sender, sent)


def _has_sent(sender: ledger.Sender, count: int) -> bool:
    return len(sender.acknowledged) >= count
