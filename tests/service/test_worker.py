"""`rapport worker` as processes of their own: killed, told to stop, and without their database in mid-work."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.support import ledger
from tests.support.fork_server import ForkedProcess
from tests.support.running import PATIENCE, Running, eventually, running
from tests.support.scale import scaled

COUNT = scaled(160, 400)
ALWAYS = [
    {"day": day, "opens": "00:00", "closes": "24:00"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
]
# All three have come for a complaint that is an hour old.
STEPS = [{"metric": "respond", "at_minutes": at, "notify": ["Amara"]} for at in (-5, 0, 5)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Answers requests, and leaves to others what falls due."""
    with running(tmp_path_factory.mktemp("worker"), "--no-worker") as service:
        with service.client() as client:
            calendar = make.calendar(code="always", hours=ALWAYS)
            assert client.post("/v1/calendars", json=calendar).status_code == 201
            policy = make.policy("always", targets={"respond_minutes": 10}, escalations=STEPS)
            assert client.post("/v1/service-policies", json=policy).status_code == 201
        yield service


class Workers:
    """Processes that are gone when the test is."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.processes: list[ForkedProcess | subprocess.Popen[bytes]] = []

    def start(self) -> "ForkedProcess | subprocess.Popen[bytes]":
        log = self.log(len(self.processes)).name
        process = self.service.started("worker", out=log, err=log, fresh=not self.processes)
        self.processes.append(process)
        return process

    def log(self, number: int = 0) -> Path:
        return self.service.directory / f"worker {number}"

    def end(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait(PATIENCE)


@pytest.fixture
def workers(service: Running) -> Iterator[Workers]:
    started = Workers(service)
    try:
        yield started
    finally:
        started.end()


def record_complaints(service: Running, source: str, count: int = COUNT) -> None:
    """So many complaints on which everything is due already."""
    received = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    bodies = [
        {"channel": "phone", "description": "x", "received_at": received, "source": source, "external_id": f"{n}"}
        for n in range(count)
    ]
    content = "\n".join(json.dumps(body) for body in bodies)
    with service.client() as client:
        answer = client.post("/v1/complaints/batch", content=content, headers={"content-type": "application/x-ndjson"})
    assert {json.loads(line)["status"] for line in answer.text.splitlines()} == {201}


class Look:
    """What is stored about the complaints of one source."""

    def __init__(self, service: Running, source: str) -> None:
        self.service, self.source = service, source

    async def fetch(self, statement: str) -> list[Any]:
        return await ledger.fetch(self.service.dsn, statement, self.source)

    async def done(self) -> int:
        rows = await self.fetch(
            "SELECT count(DISTINCT complaint_id) FROM complaint_escalations e "
            "JOIN complaints c ON c.id = e.complaint_id WHERE c.source = $1"
        )
        return rows[0][0]

    async def left(self) -> list[Any]:
        return await self.fetch(
            "SELECT j.key, j.leased_until, j.attempts FROM jobs j JOIN complaints c ON c.id::text = j.key "
            "WHERE c.source = $1"
        )

    async def are_due_again(self) -> None:
        """As though the time of every lease were over."""
        await self.fetch(
            "UPDATE jobs SET leased_until = now() FROM complaints c "
            "WHERE c.id::text = key AND leased_until IS NOT NULL AND c.source = $1 RETURNING key"
        )

    async def each_once(self, count: int = COUNT) -> None:
        rows = await self.fetch(
            "SELECT e.at_minutes, count(*), count(DISTINCT e.clock_id) FROM complaint_escalations e "
            "JOIN complaints c ON c.id = e.complaint_id WHERE c.source = $1 GROUP BY 1 ORDER BY 1"
        )
        assert [tuple(row) for row in rows] == [(at, count, count) for at in (-5, 0, 5)]
        rows = await self.fetch(
            "SELECT e.type, e.actor, count(*) FROM events e JOIN complaints c ON c.id = e.subject_id "
            "WHERE c.source = $1 AND e.type <> 'complaint.received' GROUP BY 1, 2"
        )
        assert Counter({(row[0], row[1]): row[2] for row in rows}) == Counter(
            {
                ("complaint.warned", "worker"): count,
                ("complaint.escalated", "worker"): 2 * count,
                ("complaint.breached", "worker"): count,
            }
        )
        assert await self.left() == []


async def wait_until(look: Any, wanted: int) -> None:
    for _ in range(1_200):
        if await look() >= wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{await look()} of {wanted}")


async def test_one_after_the_other_is_killed(service: Running, workers: Workers) -> None:
    record_complaints(service, "killed")
    look = Look(service, "killed")
    first, second = workers.start(), workers.start()
    for victim, part in ((first, 0.25), (second, 0.6)):
        await wait_until(look.done, int(COUNT * part))
        victim.kill()
        assert victim.wait(PATIENCE) == -signal.SIGKILL
    taken = [row for row in await look.left() if row["leased_until"] is not None]
    assert len(taken) <= 2 * 20  # what both had taken, and nobody else may do for a while
    last = workers.start()
    await wait_until(look.done, COUNT - len(taken))
    assert {row["key"] for row in await look.left()} <= {row["key"] for row in taken}
    await look.are_due_again()
    await wait_until(look.done, COUNT)
    last.send_signal(signal.SIGTERM)
    assert last.wait(PATIENCE) == 0
    await look.each_once()


async def test_told_to_stop_it_finishes_what_it_has_begun(service: Running, workers: Workers) -> None:
    record_complaints(service, "stopped")
    look = Look(service, "stopped")
    process = workers.start()
    await wait_until(look.done, COUNT // 4)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0, workers.log().read_text()
    left = await look.left()
    assert len(left) == COUNT - await look.done() > 0
    assert {(row["leased_until"], row["attempts"]) for row in left} == {(None, 0)}


async def test_the_database_is_killed(service: Running, workers: Workers) -> None:
    """It comes back, and so does the worker; what was half done then was not done."""
    record_complaints(service, "database")
    look = Look(service, "database")
    process = workers.start()
    await wait_until(look.done, COUNT // 4)
    killed = service.postmaster()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: service.is_back(killed))
    await look.are_due_again()
    await wait_until(look.done, COUNT)
    assert process.poll() is None, workers.log().read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    await look.each_once()


async def test_the_service_does_it_by_itself(service: Running, workers: Workers) -> None:
    assert service.stop() == 0
    service.start()
    record_complaints(service, "alone", 5)
    look = Look(service, "alone")
    await wait_until(look.done, 5)
    await look.each_once(5)
    assert service.stop() == 0
