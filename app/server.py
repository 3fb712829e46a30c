"""The processes that answer requests: this one, or several that this one starts and watches."""

import ctypes
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from app.main import serving

_PR_SET_PDEATHSIG = 1


def bound(host: str, port: int) -> socket.socket:
    """The address, taken but not yet listened on. Raises OSError where it cannot be had."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    taken = socket.socket(family, kind, protocol)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError:
        taken.close()
        raise
    return taken


def listen(listener: socket.socket, workers: int) -> None:
    """Answer requests until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        "app.main:serving" if workers == 1 else "app.server:worker",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="app.web.protocol:BoundedProtocol",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=30,  # one that is still importing does not answer yet
    )
    if workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
    else:
        _Workers(config, [listener]).run()


def worker() -> FastAPI:
    """What each of several processes runs. It ends with the one that started it, however that one ends.

    Left over, it would keep the address, and answer without a database.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    starter = multiprocessing.parent_process()
    if starter is not None and os.getppid() != starter.pid:  # gone before the signal was asked for
        raise SystemExit(1)
    return serving()


class _Workers(Multiprocess):
    """Ctrl-C in a terminal reaches all of its processes: this one takes it, and tells the workers to finish."""

    def init_processes(self) -> None:
        with _interrupt_blocked():
            super().init_processes()

    def keep_subprocess_alive(self) -> None:
        with _interrupt_blocked():
            super().keep_subprocess_alive()


@contextmanager
def _interrupt_blocked() -> Iterator[None]:
    # A process that is started meanwhile has it blocked for good; to this one it comes when the block ends.
    resource_tracker.ensure_running()  # to be started among the workers, it would end the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
