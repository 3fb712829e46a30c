"""The service and the bare handler as processes of their own, listening in just the same way."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from app import server
from benchmarks.client import HOST

SERVICE = "app.main:served_app"
BARE = "benchmarks.bare:app"
_ROOT = Path(__file__).parent.parent
_PATIENCE = 60


@dataclass(frozen=True)
class Running:
    port: int
    pid: int

    def memory(self) -> int:
        """Bytes that it holds now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """The most bytes that it held since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> int:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found[1]) * 1024


@contextmanager
def running(application: str, dsn: str) -> Iterator[Running]:
    """One worker on a free port, on this database."""
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
    # Not started where a .env file could change its settings.
    with tempfile.TemporaryDirectory() as empty:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.servers", application, str(port)], cwd=empty, env=environment
        )
        try:
            _wait(process, port)
            yield Running(port, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
            process.kill()
            process.wait()


def listen(application: str, port: int) -> None:
    """As `rapport serve` does it, with whatever application in the place of its own."""
    config = uvicorn.Config

    def configured(_: Any, **settings: Any) -> uvicorn.Config:
        return config(application, **settings)

    uvicorn.Config = configured  # type: ignore[assignment, misc]
    server.serve(socket.create_server((HOST, port), backlog=128), 1)


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    started = time.monotonic()
    while time.monotonic() - started < _PATIENCE and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection((HOST, port)).close()
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start")


if __name__ == "__main__":
    listen(sys.argv[1], int(sys.argv[2]))
