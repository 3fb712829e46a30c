"""A PgBouncer in transaction mode before the database: no session lasts for longer than a transaction."""

import asyncio
import getpass
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from tests import make
from tests.support import ledger
from tests.support.running import KEY, Running, eventually, free_port, running

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed")


@pytest.fixture(scope="module")
def dsn(new_database: Callable[..., str]) -> str:
    """Without a schema: `rapport serve` brings it, through the bouncer. In a time zone that the service is not in."""
    made = new_database(template="template1")
    asyncio.run(ledger.fetch(made, f"ALTER DATABASE {urlsplit(made).path[1:]} SET timezone = 'Asia/Kolkata'"))
    return made


@pytest.fixture(scope="module")
def bouncer(tmp_path_factory: pytest.TempPathFactory, dsn: str) -> Iterator[str]:
    """Three server connections for everybody; its address."""
    directory = tmp_path_factory.mktemp("bouncer")
    url, port = urlsplit(dsn), free_port()
    (directory / "users.txt").write_text('"rapport" ""\n')
    (directory / "pgbouncer.ini").write_text(
        f"""[databases]
{url.path[1:]} = host={parse_qs(url.query)["host"][0]} user=rapport
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {directory / "users.txt"}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
logfile = {directory / "log"}
"""
    )
    owner = pwd.getpwuid(Path(parse_qs(url.query)["host"][0]).stat().st_uid).pw_name
    if owner != getpass.getuser():  # it refuses to be root, and the server knows whom it lets in
        reachable = Path("/tmp") / f"rapport-bouncer-{port}"
        shutil.copytree(directory, reachable)
        config = reachable / "pgbouncer.ini"
        config.write_text(config.read_text().replace(str(directory), str(reachable)))
        for path in [reachable, *reachable.iterdir()]:
            shutil.chown(path, owner)
        directory = reachable
    assert PROGRAM is not None
    command = [PROGRAM, "-q", str(directory / "pgbouncer.ini")]
    if owner == getpass.getuser():
        process = subprocess.Popen(command, cwd="/")
    else:
        process = subprocess.Popen(command, cwd="/", user=owner, extra_groups=[])
    try:

        def listens() -> bool:
            assert process.poll() is None, (directory / "log").read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        eventually(listens)
        yield f"postgresql://rapport@127.0.0.1:{port}{url.path}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, bouncer: str) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("bounced"), database_url=bouncer, pgbouncer="1") as service:
        yield service


async def test_all_kinds_of_requests_at_once(service: Running, dsn: str) -> None:
    sent = ledger.receipts(600, "bounced")

    async def till(client: httpx.AsyncClient, n: int) -> None:
        phone = f"+44 20 7946 0{n:03}"
        made = await client.post(
            "/v1/customers",
            json=make.customer(contact_points=[make.phone(phone)], display_name=f"Bounced {n}"),
            headers={"Idempotency-Key": f"bounced-{n}"},
        )
        assert made.status_code == 201, made.text
        place = made.headers["location"]
        found = await client.get("/v1/customers/lookup", params={"phone": phone})
        assert [item["id"] for item in found.json()["items"]] == [made.json()["id"]]
        tag = made.headers["etag"]
        changed = await client.patch(
            place,
            json={"tags": ["bounced"]},
            headers={"If-Match": tag, "Content-Type": "application/merge-patch+json"},
        )
        assert changed.status_code == 200, changed.text
        late = await client.patch(
            place, json={"tags": []}, headers={"If-Match": tag, "Content-Type": "application/merge-patch+json"}
        )
        assert late.status_code == 412
        sale = await client.post("/v1/sales", json=make.sale(customer={"phone": phone}))
        assert sale.status_code == 201
        assert sale.json()["occurred_at"] == "2026-03-01T10:15:00.000000Z"
        for path in (
            f"{place}/profile",
            f"{place}/timeline",
            "/v1/customers?q=bounced",
            "/v1/sales",
            "/v1/products",
            "/v1/tasks",
            "/v1/interactions",
        ):
            answer = await client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"
        profile = (await client.get(f"{place}/profile")).json()
        assert "10.00" in str(profile)

    async def upload(client: httpx.AsyncClient, part: list[ledger.Receipt]) -> set[int]:
        answer = await client.post("/v1/sales/batch", content=ledger.body(part), headers=ledger.LINES)
        return {result["status"] for result in ledger.results(answer.text)}

    async def export(client: httpx.AsyncClient) -> None:
        answer = await client.get("/v1/customers/export", headers={"Accept": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text

    headers = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=service.url, headers=headers, timeout=60) as client:
        halves = [upload(client, sent[:300]), upload(client, sent[300:])]
        *_, first, second = await asyncio.gather(*(till(client, n) for n in range(12)), export(client), *halves)
        assert first == second == {201}
        assert (await client.get("/readyz")).status_code == 200
    assert await ledger.stored(dsn, "bounced") == ledger.per_buyer(sent)
    assert "Traceback" not in service.stderr


def test_the_schema_is_brought_and_kept_through_it(service: Running) -> None:
    told = [service.run("migrate") for _ in range(2)]
    assert [run.exit_code for run in told] == [0, 0], told
    assert service.run("keys", "list").exit_code == 0


async def test_no_setting_of_a_session_is_left_behind(service: Running, dsn: str, bouncer: str) -> None:
    """What the next one finds on a connection that the service has used is what the server started with."""
    with service.client() as client:
        assert client.get("/v1/customers").status_code == 200
    connection = await asyncpg.connect(bouncer, statement_cache_size=0)
    try:
        changed = await connection.fetch(
            "SELECT name, setting FROM pg_settings WHERE source = 'session' AND setting <> reset_val"
        )
        prepared = await connection.fetch("SELECT name FROM pg_prepared_statements WHERE name LIKE '%asyncpg%'")
    finally:
        await connection.close()
    assert {row["name"] for row in changed} <= {"application_name", "client_encoding"}
    assert prepared == []
