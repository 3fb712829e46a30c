import contextlib
import logging
import subprocess
import threading
import time
from collections.abc import Callable

from app.core.embedded.processes import STOPPING

_log = logging.getLogger(__name__)

_MIN_PAUSE, _MAX_PAUSE = 0.2, 5.0
_MAX_START_ATTEMPTS = 5
# SQLSTATE classes that waiting does not cure: invalid authorization, no such database.
_PERMANENT_FAILURES = ("28", "3D")


class Watcher:
    """Keeps one server running, from a thread of its own, until it is stopped.

    All servers are started by that one thread: the kernel ties a server's parent-death signal to the thread that
    started it, and this one lives until the stop. It is a daemon so that the interpreter's exit reaches atexit, where
    the stop comes from, instead of waiting for it.
    """

    def __init__(self, launch: Callable[[], "subprocess.Popen[bytes]"], probe: Callable[[], str | None]) -> None:
        self._launch = launch
        self._probe = probe
        self._thread = threading.Thread(target=self._keep_running, name="embedded-postgres", daemon=True)
        self._spawning = threading.Lock()
        self._stopping = threading.Event()
        self._decided = threading.Event()
        self._ready = False
        self._reason = "it has not accepted connections yet"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float) -> str | None:
        """Start the server and wait until it takes queries. None then, else why it does not (and stop is due)."""
        self._thread.start()
        if self._decided.wait(timeout) and self._ready:
            return None
        return self._reason

    def stop(self) -> None:
        if self._thread.ident is None:  # the process could not have another thread
            return
        with self._spawning:
            self._stopping.set()
            process = self._process
        for number, timeout in STOPPING:
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
            self._thread.join(timeout)
            if not self._thread.is_alive():
                return

    def _keep_running(self) -> None:
        pause, attempts = _MIN_PAUSE, 0
        try:
            while not self._stopping.is_set():
                started_at = time.monotonic()
                try:
                    self._run_once()
                except Exception as error:  # a full disk or process table may be free again in seconds
                    self._reason = f"it could not be started: {error!r}"
                if self._stopping.is_set():
                    return
                attempts += 1
                if not self._ready and attempts == _MAX_START_ATTEMPTS:
                    return
                if time.monotonic() - started_at > 10:
                    pause = _MIN_PAUSE
                _log.warning("PostgreSQL stopped (%s); restarting it in %.1f s", self._reason, pause)
                self._stopping.wait(pause)
                pause = min(pause * 2, _MAX_PAUSE)
        finally:
            self._decided.set()

    def _run_once(self) -> None:
        # Under the lock: a stop either sees this process, or comes before it and keeps it from being started.
        with self._spawning:
            if self._stopping.is_set():
                return
            process = self._process = self._launch()
        pause = 0.02
        while process.poll() is None:
            if (refusal := self._probe()) is None:
                self._ready = True
                self._decided.set()
                process.wait()
            else:
                self._reason = f"it answered: {refusal.removeprefix(': ')}"
                if not self._ready and refusal.startswith(_PERMANENT_FAILURES):
                    self._decided.set()
                # Each question to a server in recovery is a line in its log: ask ever more rarely.
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(pause)
                pause = min(pause * 1.5, 1.0)
        self._reason = f"it exited with status {process.returncode}"
