"""What operators meet at the start: a database or a directory that cannot be used, a start that is cut short."""

import asyncio
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.cli import runtime, serve
from app.core import migrations
from app.store.kit import connections
from tests.support import ledger
from tests.support.application import plain_settings
from tests.support.running import Running, eventually


@pytest.fixture(scope="module")
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.mark.parametrize(
    ("found", "other", "sentence"),
    [
        ("/test_", "/no_test_", 'The database of RAPPORT_DATABASE_URL does not exist: database "no_test_'),
        ("//rapport@", "//stranger@", "The database does not let this user in: "),
        (r"/test_\d+", "/postgres", "The database user lacks a permission: permission denied for schema public. "),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(
    tmp_path: Path, dsn: str, found: str, other: str, sentence: str
) -> None:
    told = Running(tmp_path).run("migrate", database_url=re.sub(found, other, dsn))
    assert told.exit_code == 1
    assert isinstance(told.exception, SystemExit), told.exception
    assert told.stderr.startswith(sentence)
    assert told.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["migrate"], ["keys", "list"], ["jobs", "list"], ["serve"], ["worker"]])
async def test_a_database_of_a_newer_version_is_told_in_one_sentence(
    tmp_path: Path, new_database: Callable[..., str], arguments: list[str]
) -> None:
    dsn = new_database()
    await ledger.fetch(dsn, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    service = Running(tmp_path, database_url=dsn)
    process = service.started(*arguments)
    assert await asyncio.to_thread(process.wait, 60) == 1
    assert service.stderr == (
        f"The database was migrated by a newer version of Rapport (revision 9999; this version ends at "
        f"{migrations.head()}). Start that version, or restore a backup that was made before the update.\n"
    )
    assert (await ledger.fetch(dsn, "SELECT version_num FROM alembic_version"))[0][0] == "9999"


@pytest.mark.parametrize("arguments", [["migrate"], ["serve"]])
def test_a_data_directory_that_cannot_be_written_is_told(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "data").write_text("no directory")
    service = Running(tmp_path)
    assert service.started(*arguments).wait(60) == 1
    assert service.stderr == (
        f"The data directory {tmp_path / 'data'} cannot be used: File exists ({tmp_path / 'data'}).\n"
    )


def test_a_read_only_data_directory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Any, *_: Any, **__: Any) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    service = Running(tmp_path)
    service.data_dir.mkdir()
    monkeypatch.setattr("app.core.embedded.processes.os.open", refuse)
    told = service.run("migrate")
    monkeypatch.undo()
    assert (told.exit_code, told.stderr) == (
        1,
        f"The data directory {service.data_dir} cannot be used: Read-only file system ({service.data_dir / 'LOCK'}).\n",
    )


class TestConnections:
    def test_that_the_database_does_not_have_are_told(self, dsn: str, capsys: pytest.CaptureFixture[str]) -> None:
        settings = plain_settings(database_url=dsn, pool_size=40)
        serve._warn_of_missing_connections(settings, dsn, 2)
        assert capsys.readouterr().err == ""
        serve._warn_of_missing_connections(settings, dsn, 3)
        assert capsys.readouterr().err.startswith(
            "3 processes with RAPPORT_POOL_SIZE=40 may open 123 connections, but the database allows 117: "
        )

    async def test_limits_of_the_database_and_the_role_count(self, new_database: Callable[..., str]) -> None:
        dsn = new_database()
        async with runtime.sessions(plain_settings(), dsn) as sessions, sessions.reading() as ctx:
            assert await connections.allowed(ctx) == 117
            await ctx.db.execute(f"ALTER DATABASE {urlsplit(dsn).path[1:]} CONNECTION LIMIT 30")
            assert await connections.allowed(ctx) == 30

    def test_the_embedded_database_has_as_many_as_are_needed(self) -> None:
        settings = plain_settings(pool_size=50)
        assert "max_connections" not in runtime._server_settings(settings, 1)
        assert runtime._server_settings(settings, 4)["max_connections"] == "234"
        assert runtime._server_settings(settings, 64)["max_connections"] == "530"  # and the start says what is missing


COUNTED = (
    "SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM sales) AS sales, "
    "(SELECT count(*) FROM interactions) AS interactions, (SELECT count(*) FROM sales WHERE total < 0) AS returns, "
    "(SELECT count(*) FROM complaints) AS complaints, (SELECT count(*) FROM complaints WHERE ended_at IS NULL) AS open"
)


async def test_the_sample_shop_is_loaded_whole_or_not_at_all(tmp_path: Path, new_database: Callable[..., str]) -> None:
    """A first start is killed while it loads; the second one loads all of it, once."""
    dsn = new_database()
    loading = "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE objid = 7270613 AND datname = $1"
    service = Running(tmp_path, key=None, database_url=dsn)
    try:
        service.start("--sample", wait=False)
        while not await ledger.fetch(dsn, loading, urlsplit(dsn).path[1:]):
            assert service.is_up, service.stderr
            await asyncio.sleep(0.05)
        printed = re.search(r"The admin key, shown this once: (\S+)", service.stdout)
        assert printed is not None, "the key is printed before anything is loaded"
        second = service.run("sample")
        assert second.stdout.startswith("Another process is loading the sample shop")
        service.kill()
        assert tuple((await ledger.fetch(dsn, COUNTED))[0]) == (0,) * 6

        service.start("--sample", wait=False)
        await asyncio.to_thread(eventually, lambda: service.ready() or not service.is_up, 240)
        assert "admin key" not in service.stdout
        assert "The sample shop is loaded." in service.stdout
        (found,) = await ledger.fetch(dsn, COUNTED)
        assert 900 <= found["customers"] <= 1_100
        assert 19_000 <= found["sales"] <= 21_000
        assert 4_500 <= found["interactions"] <= 5_500
        assert found["returns"] > 100
        assert found["complaints"] == 250
        assert 12 <= found["open"] <= 18
        kinds = await ledger.fetch(dsn, "SELECT kind, count(*) AS n FROM customers GROUP BY 1")
        assert {row["kind"] for row in kinds} == {"person", "organization"}
        with service.client(printed[1]) as client:
            assert len(client.get("/v1/customers", params={"limit": 50}).json()["items"]) == 50
        told = service.run("sample")
        assert told.exit_code == 0
        assert told.stdout == "There are customers already: the sample shop is for an empty store.\n"
        assert tuple((await ledger.fetch(dsn, COUNTED))[0]) == tuple(found)
    finally:
        service.remove()
