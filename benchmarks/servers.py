"""The service and the bare handler in processes of their own, served in the same way."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from app import server
from benchmarks.client import HOST, Connection

SERVICE = "app.main:served_app"
BARE = "benchmarks.bare:app"
_ROOT = Path(__file__).parent.parent
_TIMEOUT = 60
"""Seconds to start or to stop."""


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def memory(self) -> int:
        """Bytes of resident memory."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """The most bytes of resident memory since `reset_peak`."""
        return self._status("VmHWM")

    def reset_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> int:
        match = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert match is not None
        return int(match[1]) * 1024


@contextmanager
def run_server(application: str, dsn: str) -> Iterator[Server]:
    """One worker process on a free port and this database."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    environment |= {
        "PYTHONPATH": str(_ROOT),
        "RAPPORT_DATABASE_URL": dsn,
        "RAPPORT_RATE_LIMIT": "10000000",
        "RAPPORT_LOG_LEVEL": "ERROR",
    }
    # In an empty directory, where no .env file changes the settings.
    with tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.servers", application, str(port)], cwd=empty, env=environment
        )
        try:
            _wait_until_it_answers(process, port)
            yield Server(port, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_TIMEOUT)
            process.kill()
            process.wait()


def connect(stack: ExitStack, dsn: str) -> Connection:
    """To a service on this database, which stops with the stack."""
    connection = Connection(stack.enter_context(run_server(SERVICE, dsn)).port)
    stack.callback(connection.close)
    return connection


def serve(application: str, port: int) -> None:
    """Serve any application with the configuration of `rapport serve`."""
    original = uvicorn.Config

    def configure(_: Any, **settings: Any) -> uvicorn.Config:
        return original(application, **settings)

    uvicorn.Config = configure  # type: ignore[assignment, misc]
    server.serve(socket.create_server((HOST, port), backlog=128), 1)


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Connections are accepted before the application is imported: what is measured must not begin then."""
    started = time.monotonic()
    while time.monotonic() - started < _TIMEOUT and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=_TIMEOUT) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
            if connection.recv(1024):
                return
        time.sleep(0.05)
    raise RuntimeError("The server did not start")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
