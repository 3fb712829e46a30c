"""One of several processes that answer requests. It ends with its parent, however that ends.

An orphaned worker would keep the address, and answer without a database.
"""

import ctypes
import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

_PR_SET_PDEATHSIG = 1


def worker_app() -> "FastAPI":
    """The application. Until it is imported, which takes seconds, nothing but the kernel can end this process."""
    _end_with_parent(signal.SIGKILL)
    threading.excepthook = _report_uncaught
    from app.main import served_app

    app = served_app()
    _end_with_parent(signal.SIGTERM)
    return app


def _end_with_parent(number: signal.Signals) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    parent = multiprocessing.parent_process()
    if parent is not None and os.getppid() != parent.pid:  # it ended before the signal was requested
        raise SystemExit(1)


def _report_uncaught(raised: threading.ExceptHookArgs) -> None:
    """As Python does. The thread of health checks may end so: the supervisor closes its pipe when all shall stop."""
    is_health_check = raised.thread is not None and "always_pong" in raised.thread.name
    if not (is_health_check and issubclass(raised.exc_type, EOFError | OSError)):
        threading.__excepthook__(raised)
