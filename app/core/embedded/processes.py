"""Server processes: the directory lock, the launch, leftover servers, stale lock files, the readiness probe."""

import contextlib
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from app.core.embedded.errors import DataDirectoryInUse, PostgresDidNotStart
from app.core.embedded.place import ENVIRONMENT, Account

# Fast shutdown, then immediate shutdown (recovery runs at the next start), then nothing gentle is left; with seconds.
STOPPING = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 15.0), (signal.SIGKILL, 15.0))

_ENDING = 5.0
"""Seconds that an orphan of a server has to end."""

_held: set[int] = set()


class DirectoryLock:
    """An flock that ends with this process, however it ends. Raises DataDirectoryInUse."""

    def __init__(self, directory: Path, name: str = "LOCK") -> None:
        self._handle = os.open(directory / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._handle, 20, 0).decode().strip() or "unknown"
            os.close(self._handle)
            raise DataDirectoryInUse(f"{directory} is in use by the process with pid {holder}.") from None
        _held.add(self._handle)
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        if self._handle in _held:
            _held.discard(self._handle)
            os.close(self._handle)


def _forget_locks() -> None:
    # A forked child shares our open files: left open there, they would keep the lock after we are gone.
    for handle in _held:
        os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_forget_locks)

# A fresh interpreter instead of preexec_fn, which must not run Python between fork and exec of a threaded process.
# The order matters: changing the uid clears the parent-death signal. A parent that died before prctl sends none.
_LAUNCHER = """
import ctypes, os, signal, sys
parent, uid, gid = map(int, sys.argv[1:4])
signal.signal(signal.SIGINT, signal.SIG_DFL)
if os.geteuid() != uid:
    os.setgroups([]), os.setgid(gid), os.setuid(uid)
if ctypes.CDLL(None, use_errno=True).prctl(1, int(signal.SIGINT), 0, 0, 0) != 0:
    sys.exit("the parent-death signal could not be set")
if os.getppid() == parent:
    os.execv(sys.argv[4], sys.argv[4:])
"""


def launch(command: list[str], account: Account, log: Path) -> subprocess.Popen[bytes]:
    """Start a server that stops fast when the calling *thread* ends: call it from one that lives as long as we do.

    It gets a session of its own, so that Ctrl-C in a terminal does not take it from under requests that are running.
    """
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                _LAUNCHER,
                str(os.getpid()),
                str(account.uid),
                str(account.gid),
                *command,
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
        )
    finally:
        os.close(output)


def stop_leftover(data: Path) -> None:
    """Stop the server that an earlier supervisor of this directory left running, if there is one."""
    lock = _lock_file(data / "postmaster.pid")
    if lock is None:
        return
    pid, started = lock
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        # Only now that the handle pins the process do the comparisons mean anything.
        if not _runs_in(pid, data) or abs(_started_at(pid) - started) > 5:
            return
        for number, timeout in STOPPING:
            signal.pidfd_send_signal(handle, number)
            if _ends(handle, timeout):
                return
    except (FileNotFoundError, ProcessLookupError):
        return
    finally:
        os.close(handle)
    raise PostgresDidNotStart(f"The server with pid {pid}, left running in {data}, does not stop.")


def remove_stale_lock_files(data: Path, sockets: Path) -> None:
    """Remove lock files whose pid is by now another program's: PostgreSQL would take that one for its rival.

    In a container, where pids begin anew, this is the rule rather than the exception. Our own lock is held, so no
    other supervisor is at work; a server that does run in this directory keeps its files, and refuses a second one.
    """
    for path in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        lock = _lock_file(path)
        # The file of a dead server stays: PostgreSQL looks there for memory that orphans of it may still use.
        if lock is None or (Path(f"/proc/{lock[0]}").exists() and not _runs_in(lock[0], data)):
            path.unlink(missing_ok=True)


def end_orphans(data: Path) -> None:
    """End what a server that was killed has left at work in its directory: until that ends, no other can start there.

    Nothing that was committed is lost with it. Where a server runs in the directory, or the last one stopped by itself,
    this does nothing.
    """
    lock = _lock_file(data / "postmaster.pid")
    if lock is None or _runs_in(lock[0], data):
        return
    for pid in (int(entry.name) for entry in Path("/proc").glob("[0-9]*")):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            handle = os.pidfd_open(pid)
            try:
                if _runs_in(pid, data):  # only now that the handle pins the process does it mean anything
                    signal.pidfd_send_signal(handle, signal.SIGQUIT)
                    _ends(handle, _ENDING)
            finally:
                os.close(handle)


def _ends(handle: int, timeout: float) -> bool:
    """Whether the process of this handle ends within so many seconds."""
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    return bool(waiting.poll(timeout * 1000))


def probe(sockets: Path) -> str | None:
    """Connect as the service does. None where the server is ready, else `SQLSTATE: message`; the code may be empty."""
    startup = b"user\0rapport\0database\0rapport\0\0"
    try:
        with socket.socket(socket.AF_UNIX) as line, contextlib.ExitStack() as closing:
            line.settimeout(2.0)
            line.connect(str(sockets / ".s.PGSQL.5432"))
            line.sendall(struct.pack("!ii", 8 + len(startup), 3 << 16) + startup)
            replies = closing.enter_context(line.makefile("rb"))
            while len(head := replies.read(5)) == 5:
                body = replies.read(struct.unpack("!i", head[1:])[0] - 4)
                if head[:1] == b"Z":
                    line.sendall(b"X\0\0\0\4")
                    return None
                if head[:1] == b"E":
                    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0")}
                    return f"{fields.get(b'C', '')}: {fields.get(b'M', '')}"
            return ": the connection was closed"
    except (OSError, ValueError) as error:
        return f": {error}"


def _lock_file(path: Path) -> tuple[int, int] | None:
    """The pid and the start (epoch seconds) that a lock file of PostgreSQL names; None without a readable one."""
    try:
        lines = path.read_text().splitlines()
        return abs(int(lines[0])), int(lines[2])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _runs_in(pid: int, data: Path) -> bool:
    # A server's working directory is its data directory. Where /proc denies us the look, the process is not ours.
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data) and os.readlink(f"/proc/{pid}/exe").split("/")[-1] == "postgres"
    except OSError:
        return False


def _started_at(pid: int) -> float:
    # The command in the second field may hold blanks and brackets; counted after it, the start is field 20.
    ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    booted = next(row for row in Path("/proc/stat").read_text().splitlines() if row.startswith("btime "))
    return int(booted.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
