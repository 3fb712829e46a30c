class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the message says what to do about it."""


class DataDirectoryInUse(EmbeddedPostgresError):
    """Another living process supervises this data directory."""


class PostgresDidNotStart(EmbeddedPostgresError):
    """The server ended, refused us, or did not take queries in time; carries the last lines of its log."""


class WrongMajorVersion(EmbeddedPostgresError):
    """The cluster was written by another major version of PostgreSQL."""


class ClusterMissing(EmbeddedPostgresError):
    """The data directory names a cluster that is no longer there."""


class BinariesUnusable(EmbeddedPostgresError):
    """No PostgreSQL was found, or the server's account cannot run it."""


class UnusableAccount(EmbeddedPostgresError):
    """There is no account that the server could run as, or the cluster belongs to another one."""


class UnusableDirectory(EmbeddedPostgresError):
    """A directory that has to be ours alone belongs to somebody else."""
