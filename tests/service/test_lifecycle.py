"""The life of a service: first start, second start, ends of every kind, and what else runs beside it."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import make
from tests.support.running import KEY, Running, eventually, free_port


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One store for the tests of this file, which follow each other: each leaves it running, or not, as it likes."""
    shared = Running(tmp_path_factory.mktemp("life"), key=None, key_cache_seconds=0.2)
    try:
        shared.fresh = True
        shared.start()
        shared.fresh = False  # that the command starts by itself is seen once
        yield shared
    finally:
        shared.remove()


@pytest.fixture(scope="module")
def key(service: Running) -> str:
    """The key that the first start printed."""
    printed = re.search(r"The admin key, shown this once: (\S+)", service.stdout)
    assert printed is not None
    return printed[1]


@pytest.fixture
def up(service: Running) -> Running:
    return service if service.is_up else service.start()


@pytest.fixture
def down(service: Running) -> Running:
    if service.is_up:
        assert service.stop() == 0
    return service


def gone(service: Running) -> bool:
    return not service.postgres() and not service.children()


def test_the_first_start_prints_a_key_and_a_line_that_works_as_pasted(service: Running, key: str) -> None:
    assert len(key) >= 32
    assert service.stdout.count(f"shown this once: {key}") == 1
    assert f"{service.url}/docs" in service.stdout
    line = next(row for row in service.stdout.splitlines() if "curl" in row)
    pasted = subprocess.run(
        ["sh", "-c", line.partition("Try it:")[2].replace("curl", "curl -sS", 1)], capture_output=True, text=True
    )
    assert json.loads(pasted.stdout) == {"items": [], "next_cursor": None}, pasted.stderr


def test_sigterm_ends_it_when_what_is_under_way_is_answered(up: Running, key: str) -> None:
    statuses: list[int] = []

    def post() -> None:
        with up.client(key) as client, contextlib.suppress(httpx.TransportError):  # sent too late to be heard
            while True:
                statuses.append(client.post("/v1/sales", json=make.sale()).status_code)

    clients = [threading.Thread(target=post) for _ in range(8)]
    for thread in clients:
        thread.start()
    eventually(lambda: len(statuses) > 20)
    began = time.monotonic()
    assert up.stop() == 0
    assert time.monotonic() - began < 30
    for thread in clients:
        thread.join()
    assert set(statuses) <= {201, 503}
    eventually(lambda: gone(up), 20)


def test_workers_of_a_service_that_was_killed_do_not_keep_the_address(down: Running, key: str) -> None:
    """Not even while they are still importing the application."""
    down.start("--workers", "2", wait=False)
    eventually(lambda: len([pid for pid in down.children() if _is_worker(pid)]) == 2)
    down.kill()
    down.start()
    with down.client(key) as client:
        assert client.get("/v1/customers").status_code == 200
    assert down.stop() == 0


def test_several_workers_die_with_the_process_that_started_them(down: Running, key: str) -> None:
    down.start("--workers", "2")
    assert len([pid for pid in down.children() if _listens(pid, down.port)]) == 2
    with down.client(key) as client:
        assert client.get("/v1/customers").status_code == 200
    down.kill()
    eventually(lambda: gone(down), 20)  # the database too


def test_ctrl_c_stops_all_and_a_later_start_keeps_the_data(down: Running, key: str) -> None:
    down.start("--workers", "2")
    with down.client(key) as client:
        made = client.post("/v1/customers", json=make.customer())
        assert made.status_code == 201
    os.killpg(down.process.pid, signal.SIGINT)  # a terminal sends it to everything in the foreground
    assert down.process.wait(30) == 0
    eventually(lambda: gone(down), 20)
    assert "Traceback" not in down.stderr

    down.start()
    assert key not in down.stdout
    assert "admin key" not in down.stdout
    assert f"curl {down.url}/readyz" in down.stdout
    with down.client(key) as client:
        assert client.get(made.headers["location"]).json()["id"] == made.json()["id"]


def test_a_killed_database_comes_back_by_itself(up: Running, key: str) -> None:
    api = up.process.pid
    with up.client(key) as client:
        assert client.get("/v1/customers").status_code == 200
        os.kill(up.postmaster(), signal.SIGKILL)
        seen: list[httpx.Response] = []

        def back() -> bool:
            seen.append(client.get("/v1/customers"))
            return seen[-1].status_code == 200 and len({r.status_code for r in seen}) > 1

        eventually(back)
        assert {r.status_code for r in seen} == {200, 503}
        away = [r for r in seen if r.status_code == 503]
        assert all(int(r.headers["retry-after"]) >= 1 and r.json()["code"] == "UNAVAILABLE" for r in away)
        assert client.get("/healthz").status_code == 200
        assert client.post("/v1/customers", json=make.customer()).status_code == 201
    assert up.process.pid == api
    assert up.process.poll() is None


def test_a_killed_connection_is_replaced(up: Running, key: str) -> None:
    with up.client(key) as client:
        for _ in range(3):
            assert client.get("/v1/customers").status_code == 200
            backends = [pid for pid in up.postgres() if b"rapport rapport" in _command_line(pid)]
            assert backends
            os.kill(backends[0], signal.SIGKILL)  # PostgreSQL restarts all of itself when one of its own is killed

            def answers() -> bool:
                answer = client.get("/v1/customers")
                assert answer.status_code in (200, 503)
                return answer.status_code == 200

            eventually(answers, 20)


def test_a_second_service_on_the_same_data_is_refused_in_one_sentence(up: Running, key: str) -> None:
    second = up.try_to_serve(port=free_port())
    assert second.returncode == 1
    assert second.stderr == f"{up.data_dir} is in use by the process with pid {up.process.pid}.\n"
    assert second.stdout == ""
    with up.client(key) as client:
        assert client.get("/v1/customers").status_code == 200


def test_an_address_in_use_is_told_before_anything_is_begun(tmp_path: Path) -> None:
    service = Running(tmp_path)
    with socket.create_server(("127.0.0.1", service.port)):
        refused = service.try_to_serve()
    assert refused.returncode == 1
    assert refused.stderr == f"Cannot listen on 127.0.0.1:{service.port}: Address already in use.\n"
    assert refused.stdout == ""
    assert not service.data_dir.exists()


def test_keys_are_made_listed_and_revoked_beside_a_running_service(up: Running) -> None:
    made = up.run("keys", "create", "the till", "--scope", "sales:write", "--scope", "customers:read")
    assert made.exit_code == 0, made.stderr
    secret = made.stdout.strip()
    with up.client(secret) as client:
        assert client.get("/v1/customers").status_code == 200
        assert client.post("/v1/customers", json=make.customer()).status_code == 403
        listed = up.run("keys", "list").stdout.splitlines()
        (row,) = [line for line in listed if "the till" in line]
        assert row.endswith("customers:read,sales:write  valid")
        assert secret not in row
        assert up.run("keys", "revoke", row.split()[0]).stdout == "Revoked.\n"
        eventually(lambda: client.get("/v1/customers").status_code == 401, 5)
    assert "revoked 2" in next(line for line in up.run("keys", "list").stdout.splitlines() if "the till" in line)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["create", "x", "--scope", "everything"],
            "Unknown scopes: everything. Known: ",
        ),
        (["revoke", "01890000-0000-7000-8000-000000000000"], "API key not found"),
    ],
)
def test_a_key_command_that_cannot_be_done_is_told_in_one_sentence(
    up: Running, arguments: list[str], sentence: str
) -> None:
    refused = up.run("keys", *arguments)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(sentence)
    assert refused.stderr.count("\n") == 1


def test_migrate_can_be_run_again_also_beside_a_running_service(up: Running, key: str) -> None:
    told = [up.run("migrate") for _ in range(2)]
    assert [run.exit_code for run in told] == [0, 0]
    assert told[0].stdout == told[1].stdout
    assert told[0].stdout.startswith("The schema is at ")
    with up.client(key) as client:
        assert client.get("/v1/customers").status_code == 200


def test_the_bootstrap_key_of_the_settings_is_taken(tmp_path: Path, new_database: object) -> None:
    service = Running(tmp_path, database_url=new_database())  # type: ignore[operator]
    try:
        service.start()
        assert KEY not in service.stdout + service.stderr
        assert "RAPPORT_BOOTSTRAP_KEY" in service.stdout
        with service.client() as client:
            assert client.get("/v1/customers").status_code == 200
        assert not service.data_dir.exists()
        assert service.stop() == 0
    finally:
        service.remove()


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def _is_worker(pid: int) -> bool:
    return b"spawn_main" in _command_line(pid)


def _listens(pid: int, port: int) -> bool:
    """Whether a process holds the socket that listens on this port."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}
    found = set()
    for handle in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(OSError):
            found.add(os.readlink(handle))
    return bool(found & inodes)
