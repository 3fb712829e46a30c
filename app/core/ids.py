from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique, and in the order in which they were made, which is what indexes like."""
    return uuid7()
