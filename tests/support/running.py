"""`rapport serve` as a process of its own, on a data directory and a port of its own, and what tests do to it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
from typer.testing import CliRunner, Result

from app.cli import main
from app.core.embedded import ClusterMissing, EmbeddedPostgres
from app.core.embedded.place import Place, locate
from app.core.settings import settings as current
from tests.support.fork_server import ForkedProcess

COMMAND = str(Path(sys.executable).with_name("rapport"))
KEY = "rapport_the_admin_key_of_running_services"
PATIENCE = 60.0

Process = ForkedProcess | subprocess.Popen[bytes]


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"did not become true within {seconds} s"
        time.sleep(0.05)
    return result


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Running:
    """A service that can be started, stopped, killed and started again on the same data."""

    fresh = False
    """Started as the command itself, which has yet to import what it needs: see `fork_server.py`."""

    def __init__(self, directory: Path, *, key: str | None = KEY, **settings: Any) -> None:
        self.directory = directory
        self.data_dir = directory / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: Process | None = None
        chosen = {"data_dir": self.data_dir, "port": self.port, "rate_limit": 0, **settings}
        if key is not None:
            chosen["bootstrap_key"] = key
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self.environment = {**inherited, **{f"RAPPORT_{name.upper()}": str(value) for name, value in chosen.items()}}

    @property
    def process(self) -> Process:
        """The latest that was started."""
        assert self._process is not None
        return self._process

    @property
    def is_up(self) -> bool:
        return self.process.poll() is None

    def start(self, *options: str, wait: bool = True) -> "Running":
        self._process = self.started("serve", *options, fresh=self.fresh)
        if wait:
            eventually(lambda: self.ready() or not self.is_up)
            assert self.is_up, self.stderr
        return self

    def started(self, *arguments: str, out: str = "stdout", err: str = "stderr", fresh: bool = False) -> Process:
        """A `rapport` process with these settings, in a session of its own: Ctrl-C is not for the tests."""
        paths = self.directory / out, self.directory / err
        if not fresh:
            return ForkedProcess(list(arguments), self.directory, self.environment, *paths)
        with paths[0].open("wb") as stdout, paths[1].open("wb") as stderr:
            return subprocess.Popen(
                [COMMAND, *arguments],
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    def ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/readyz", timeout=10, verify=False).status_code == 200  # see `client`
        return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it as a person or an init system would; its exit code."""
        os.kill(self.process.pid, number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """As the kernel does when memory runs out: nobody gets to say anything."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def run(self, *arguments: str, **settings: Any) -> Result:
        """Another `rapport` command with the same settings. It runs in this process, which saves its start."""
        with self._environment(settings), ThreadPoolExecutor(1) as thread:  # an event loop may run in this one
            return thread.submit(CliRunner().invoke, main, list(arguments)).result()

    def try_to_serve(self, **settings: Any) -> "subprocess.CompletedProcess[str]":
        """A start that is expected to end soon, and by itself."""
        with self._environment(settings):
            return subprocess.run(
                [COMMAND, "serve"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
            )

    @contextlib.contextmanager
    def _environment(self, settings: dict[str, Any]) -> Iterator[None]:
        changed = {f"RAPPORT_{name.upper()}": str(value) for name, value in settings.items()}
        with mock.patch.dict(os.environ, {**self.environment, **changed}, clear=True), contextlib.chdir(self.directory):
            current.cache_clear()
            try:
                yield
            finally:
                current.cache_clear()

    @property
    def stdout(self) -> str:
        return (self.directory / "stdout").read_text()

    @property
    def stderr(self) -> str:
        return (self.directory / "stderr").read_text()

    @property
    def dsn(self) -> str:
        return EmbeddedPostgres(self.data_dir).dsn()

    @property
    def place(self) -> Place:
        return locate(self.data_dir)

    def client(self, key: str = KEY, **more: Any) -> httpx.Client:
        # Nothing is verified, for nothing is encrypted: to read the certificates takes 40 ms.
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=False, **more)

    def children(self) -> list[int]:
        """The processes it has started, with theirs."""
        return [pid for pid in _processes() if _session(pid) == self.process.pid and pid != self.process.pid]

    def postgres(self) -> list[int]:
        """Every process that works in the cluster's directory."""
        return _inhabitants(self.place)

    def postmaster(self) -> int:
        return int((self.place.data / "postmaster.pid").read_text().splitlines()[0])

    def is_back(self, killed: int) -> bool:
        """Whether another postmaster than the one that was killed answers by now."""
        with contextlib.suppress(OSError, ValueError, IndexError):  # its file is being written
            return self.postmaster() != killed and self.ready()
        return False

    def memory(self) -> int:
        """Bytes that the process has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def remove(self) -> None:
        """Leave nothing: no process, no file, none of what root's clusters have elsewhere."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
        with contextlib.suppress(ClusterMissing):
            place = self.place
            for pid in _inhabitants(place):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            eventually(lambda: not _inhabitants(place))
            for path in (place.socket, place.home, self.data_dir):
                shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(directory: Path, *options: str, **settings: Any) -> Iterator[Running]:
    service = Running(directory, **settings)
    try:
        yield service.start(*options)
    finally:
        service.remove()


def _processes() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return 0


def _inhabitants(place: Place) -> list[int]:
    found = []
    for pid in _processes():
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd") == str(place.data):
                found.append(pid)
    return found
