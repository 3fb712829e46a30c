"""A cluster's files: creating and checking them, and the command line of its server."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.core.embedded.errors import PostgresDidNotStart, WrongMajorVersion
from app.core.embedded.place import ENVIRONMENT, Account, Place, private_directory

# On the command line, so that a new release's defaults reach old clusters too.
_SETTINGS = {
    "max_connections": "120",
    "effective_io_concurrency": "64",
    "random_page_cost": "1.1",
    "jit": "off",
    "work_mem": "16MB",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "2GB",
    "autovacuum_naptime": "10s",
    "wal_compression": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    # The log must not collect people's data: no statements, and no "Key (email)=(...) already exists".
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # plans of tests do not depend on when it comes by
}


def require_same_major(place: Place, major: int) -> None:
    """Raises WrongMajorVersion when the cluster was written by another major version than these binaries."""
    written = (place.data / "PG_VERSION").read_text().strip()
    if written != str(major):
        raise WrongMajorVersion(
            f"The cluster in {place.data} was written by PostgreSQL {written}, these binaries are PostgreSQL {major}. "
            f"Dump it with the release that still had PostgreSQL {written} (pg_dump --format=custom rapport), move the "
            f"data directory away, start this release once, and pg_restore into the new database; or use pg_upgrade."
        )


def create(place: Place, binaries: Path, *, durable: bool) -> None:
    """Create the cluster, its role and its database: all of it, or nothing on any failure or kill."""
    for abandoned in place.home.glob("new-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=place.home))
    private_directory(draft, place.account)
    initdb: list[str | Path] = [
        binaries / "initdb",
        f"--pgdata={draft}",
        "--username=postgres",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=PG_UNICODE_FAST",
        "--locale=C",
        # Not C: pg_trgm asks the C library what a letter is, and under C it silently drops every letter beyond ASCII.
        "--lc-ctype=C.UTF-8",
        "--data-checksums",
        "--auth-local=peer",
        "--auth-host=reject",
    ]
    _run([*initdb, *([] if durable else ["--no-sync"])], place.account, "")
    single: list[str | Path] = [binaries / "postgres", "--single", "-j", "-D", draft, "-c", "exit_on_error=on"]
    _run(
        [*single, *([] if durable else ["-F"]), "template1"],
        place.account,
        # -j: a statement ends with a semicolon and an empty line.
        "CREATE ROLE rapport LOGIN CREATEDB;\n\nCREATE DATABASE rapport OWNER rapport;\n\n",
    )
    draft.rename(place.data)
    _sync(place.home)


def write_access_rules(place: Place) -> None:
    """Who may connect: this process's user and the server's own, known by the kernel (peer). Nobody by TCP."""
    (place.home / "pg_hba.conf").write_text(
        "local all all peer map=rapport\nlocal replication postgres peer map=rapport\n"
    )
    users = sorted({place.account.name, pwd.getpwuid(os.geteuid()).pw_name})
    lines = [f'rapport "{user}" {role}\n' for user in users for role in ("rapport", "postgres")]
    (place.home / "pg_ident.conf").write_text("".join(lines))
    for name in ("pg_hba.conf", "pg_ident.conf"):
        (place.home / name).chmod(0o644)


def command(place: Place, binaries: Path, *, durable: bool, settings: Mapping[str, str]) -> list[str]:
    fixed = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(place.socket),
        "unix_socket_permissions": "0700",
        "hba_file": str(place.home / "pg_hba.conf"),
        "ident_file": str(place.home / "pg_ident.conf"),
        "logging_collector": "off",
    }
    chosen = {
        **_SETTINGS,
        **memory_settings(available_megabytes()),
        **(_DURABLE if durable else _NOT_DURABLE),
        **settings,
        **fixed,
    }
    options = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries / "postgres"), "-D", str(place.data), *options]


def memory_settings(megabytes: int) -> dict[str, str]:
    """An eighth of the machine's memory for the cache, since the database does not have it alone."""
    cache = min(max(megabytes // 8, 128), 8_192)
    return {"shared_buffers": f"{cache}MB", "effective_cache_size": f"{max(megabytes // 2, 512)}MB"}


def available_megabytes() -> int:
    """Memory of the machine, or of the container where that is limited."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [
        int(text) for path in _CONTAINER_LIMITS if path.is_file() and (text := path.read_text().strip()).isdigit()
    ]
    return min([machine, *limits]) // 2**20


_CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def _run(arguments: list[str | Path], account: Account, text: str) -> None:
    completed = subprocess.run(
        arguments,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        **account.popen_arguments(),
    )
    if completed.returncode != 0:
        raise PostgresDidNotStart(
            f"The cluster could not be created: {Path(arguments[0]).name} failed with:\n{completed.stdout}"
        )


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
