"""`rapport` in processes of their own that need not import the application first: that takes seconds of work each time.

A helper has imported it all, and forks whenever one is asked for. What comes of it is a process like any other: its own
session, directory, environment and output. That the command starts by itself is shown where `fresh=True` is asked for.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class ForkServer:
    """The helper, as seen from the process that asks it to fork."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._lock = threading.Lock()
        atexit.register(self.close)

    def ask(self, **question: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.kill()
        self._process.wait()


@functools.cache
def fork_server() -> ForkServer:
    return ForkServer()


class ForkedProcess:
    """A process that runs a command of `rapport`, with what tests use of `subprocess.Popen`."""

    def __init__(
        self, arguments: list[str], directory: Path, environment: dict[str, str], out: Path, err: Path
    ) -> None:
        self._code: int | None = None
        self.pid: int = fork_server().ask(
            arguments=arguments, directory=str(directory), environment=environment, out=str(out), err=str(err)
        )

    def poll(self) -> int | None:
        if self._code is None:
            self._code = fork_server().ask(ended=self.pid)
        return self._code

    def wait(self, timeout: float) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _answer(question: dict[str, Any]) -> int | None:
    if "ended" in question:
        pid, status = os.waitpid(question["ended"], os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None
    pid = os.fork()
    if not pid:
        _become(**question)
    return pid


def _become(arguments: list[str], directory: str, environment: dict[str, str], out: str, err: str) -> None:
    """What the command finds when it is typed."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.setsid()
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
        for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, out, _WRITE), (2, err, _WRITE)):
            opened = os.open(path, flags, 0o644)
            os.dup2(opened, number)
            os.close(opened)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        random.seed()
        sys.argv = ["rapport", *arguments]
        from app.cli import main

        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _import_all() -> None:
    """What `rapport serve` imports in the course of its start, the routers included."""
    for module in _MODULES:
        importlib.import_module(module)
    importlib.import_module("app.routers").routes()


_MODULES = (
    "app.cli",
    "app.core.embedded",
    "app.core.migrations",
    "app.main",
    "app.sample.load",
    "app.server",
    "app.services.access.keys",
    "app.store.kit.connections",
    "app.web.protocol",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests
    _import_all()
    gc.freeze()
    for line in sys.stdin.buffer:
        answer = _answer(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
