class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be used; the message says how to fix it."""


class DataDirectoryInUse(EmbeddedPostgresError):
    """Another living process supervises this data directory."""


class PostgresDidNotStart(EmbeddedPostgresError):
    """The server exited, refused the connection, or was not ready in time; carries the last lines of its log."""


class WrongMajorVersion(EmbeddedPostgresError):
    """The cluster was written by another major version of PostgreSQL."""


class ClusterMissing(EmbeddedPostgresError):
    """The data directory names a cluster that is no longer there."""


class BinariesUnusable(EmbeddedPostgresError):
    """No PostgreSQL was found, or the server's account cannot run it."""


class UnusableAccount(EmbeddedPostgresError):
    """No account exists that the server could run as, or the cluster belongs to another one."""


class UnusableDirectory(EmbeddedPostgresError):
    """A directory cannot be written, or one that only this service may use belongs to another account."""
