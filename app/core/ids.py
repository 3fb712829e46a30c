from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: ordered by creation time, so that index inserts stay local."""
    return uuid7()
