"""The processes that answer requests: this one, or several that this one starts and supervises."""

import errno
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

import uvicorn
from uvicorn.supervisors import Multiprocess

BACKLOG = 2_048
"""How many connections wait until they are accepted."""
_GRACE = 4
"""Seconds that requests have to finish when the service stops; container engines kill after ten in all."""
_BIND_TIMEOUT = 3.0
"""Seconds to wait for an address: the workers of a service that was killed give it back when they have ended."""


def bind(host: str, port: int) -> socket.socket:
    """A socket that is bound to the address and does not listen yet. Raises OSError."""
    end = time.monotonic() + _BIND_TIMEOUT
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
        time.sleep(0.1)


def serve(listener: socket.socket, workers: int) -> None:
    """Answer requests until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        "app.main:served_app" if workers == 1 else "app.server_worker:worker_app",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="app.web.protocol:BoundedProtocol",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=_GRACE,
        timeout_worker_healthcheck=30,  # a worker that is still importing does not answer yet
    )
    if workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
    else:
        _Supervisor(config, [listener]).run()


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


class _Supervisor(Multiprocess):
    """Ctrl-C in a terminal reaches every process: only this one handles it, and asks the workers to finish."""

    def init_processes(self) -> None:
        with _interrupt_blocked():
            super().init_processes()

    def keep_subprocess_alive(self) -> None:
        with _interrupt_blocked():
            super().keep_subprocess_alive()


@contextmanager
def _interrupt_blocked() -> Iterator[None]:
    # Processes started inside inherit the block for good; this one gets a pending SIGINT when the block ends.
    resource_tracker.ensure_running()  # started later, among the workers, it would unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
