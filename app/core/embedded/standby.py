"""Shares the server of another process, and runs it when that process ends."""

import logging
import threading
from types import TracebackType

from app.core.embedded.errors import ClusterMissing, DataDirectoryInUse, EmbeddedPostgresError, PostgresDidNotStart
from app.core.embedded.place import locate
from app.core.embedded.processes import probe
from app.core.embedded.supervisor import EmbeddedPostgres

_log = logging.getLogger(__name__)
_PAUSE = 0.3
"""Seconds between two attempts to become the one who runs the server."""
_START_TIMEOUT = 300.0
"""Seconds that the other process has to start it, crash recovery included."""


class Standby:
    """`rapport serve` and `rapport worker` start and stop in any order: one of them runs the server, both use it."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self._postgres = postgres
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: EmbeddedPostgresError | None = None
        self._thread = threading.Thread(target=self._stand_by, name="embedded-postgres-standby", daemon=True)

    def __enter__(self) -> "Standby":
        """Wait until the server answers, whoever runs it. Raises EmbeddedPostgresError."""
        self._thread.start()
        answers = self._ready.wait(_START_TIMEOUT)
        if self._failure is not None or not answers:
            self._stop()
            raise self._failure or PostgresDidNotStart(
                f"The process that uses {self._postgres.data_dir} did not start PostgreSQL within {_START_TIMEOUT:g} s."
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._postgres.stop()

    def _stand_by(self) -> None:
        while not self._stopping.is_set():
            try:
                self._postgres.start()
                self._ready.set()
                return
            except DataDirectoryInUse:
                if not self._ready.is_set() and self._answers():
                    self._ready.set()
            except EmbeddedPostgresError as error:
                if not self._ready.is_set():
                    self._failure = error
                    self._ready.set()
                    return
                _log.error("PostgreSQL could not be taken over from the process that ran it: %s", error)
            self._stopping.wait(_PAUSE)

    def _answers(self) -> bool:
        try:
            return probe(locate(self._postgres.data_dir).socket) is None
        except ClusterMissing:
            return False
