"""The directories of a cluster, and the account that its server runs as."""

import hashlib
import os
import pwd
import re
import stat
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from app.core.embedded.errors import ClusterMissing, UnusableAccount, UnusableDirectory

# The place of our own for a service that runs as root: no other account can enter a checkout under root's home, and
# opening that home is not ours to do. Only root writes here, so nobody can lead root astray with a link.
ROOT_BASE = Path("/var/lib/rapport")

# Nothing of the caller's environment (PGPORT, PGOPTIONS, LC_ALL, TZ ...) may steer the server.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_ACCOUNTS = ("rapport", "postgres", "nobody")
# sun_path holds 108 bytes with the closing zero; "/.s.PGSQL.5432.lock" is the longest name put behind the directory.
_LONGEST_SOCKET_DIRECTORY = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        """What makes subprocess run a program as this account."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def socket(self) -> Path:
        directory = self.home / "socket"
        # Besides being short, the path goes through a connection URL and through a comma-separated server setting.
        if len(bytes(directory)) <= _LONGEST_SOCKET_DIRECTORY and re.fullmatch(r"[\w./-]+", str(directory), re.ASCII):
            return directory
        return Path(f"/tmp/rapport-{self.account.uid}-{_digest(self.home)}")


def locate(data_dir: Path) -> Place:
    """Find the cluster of `data_dir`, or say where a new one belongs. Changes nothing.

    An existing cluster always wins: nobody may find an empty service because it was once started as another user.
    """
    note, own = data_dir / "WHERE", data_dir / "postgres"
    if note.exists():
        home = Path(note.read_text().strip())
        if os.geteuid() != 0:
            raise UnusableAccount(
                f"The cluster of {data_dir} is at {home} and was created by root: start the service as root."
            )
        if home.parent != ROOT_BASE or not (home / "data").is_dir():
            raise ClusterMissing(
                f"{note} names the cluster {home}, which does not exist. Restore it, or remove {note} to start "
                "with an empty database."
            )
        return Place(home, _owner(home / "data"))
    if own.exists() and os.geteuid() != own.stat().st_uid:
        # Root too: it must not write where another account could put links in its way.
        raise UnusableAccount(
            f"The cluster in {own} belongs to uid {own.stat().st_uid}: start the service as that user."
        )
    if os.geteuid() != 0:
        return Place(own, _account(os.geteuid()))
    return Place(_unused_home(data_dir), _unprivileged())


def prepare(place: Place) -> None:
    """Make the directories around the cluster. Raises UnusableDirectory where one is not ours."""
    if place.home.parent == ROOT_BASE:
        open_directory(ROOT_BASE)
        open_directory(place.home)
    else:
        place.home.mkdir(mode=0o700, exist_ok=True)
    private_directory(place.socket, place.account)


def write_note(data_dir: Path, place: Place) -> None:
    """Leave a note in the data directory when its cluster lives elsewhere; only once there is a cluster."""
    note = data_dir / "WHERE"
    if place.home.parent == ROOT_BASE and not note.exists():
        draft = note.with_name("WHERE.new")
        draft.write_text(f"{place.home}\n")
        draft.replace(note)


def open_directory(path: Path) -> None:
    """A directory of ours that the server's account may pass through, whatever our umask says."""
    path.mkdir(mode=0o711, exist_ok=True)
    status = path.stat()
    if status.st_uid != os.geteuid():
        raise UnusableDirectory(f"{path} exists, but belongs to another account.")
    if not status.st_mode & 0o001:
        path.chmod(0o711)


def private_directory(path: Path, account: Account) -> None:
    """A directory that only the server's account (and root) can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    # In /tmp somebody else may have been here first.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), account.uid):
        raise UnusableDirectory(f"{path} exists, but does not belong to {account.name}.")
    if status.st_uid != account.uid:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    if stat.S_IMODE(status.st_mode) != 0o700:
        path.chmod(0o700)


def _unused_home(data_dir: Path) -> Path:
    """Without a note the data directory is new, even where one of that name was before: whoever deletes the directory
    wants an empty database. What the old one left is not touched: deleting data is not ours to do.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "-", data_dir.name).strip("-")[:24]
    name = f"{_digest(data_dir)}-{readable}"
    homes = (ROOT_BASE / each for each in chain([name], (f"{name}-{n}" for n in count(2))))
    return next(home for home in homes if not (home / "data").exists())


def _digest(path: Path) -> str:
    return hashlib.blake2b(bytes(path), digest_size=6).hexdigest()


def _owner(directory: Path) -> Account:
    return _account(directory.stat().st_uid)


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise UnusableAccount(f"PostgreSQL requires an entry in /etc/passwd for uid {uid}, which has none.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _unprivileged() -> Account:
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise UnusableAccount(f"PostgreSQL cannot run as root, and none of the accounts {', '.join(_ACCOUNTS)} exists.")
