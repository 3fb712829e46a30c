"""Advisory locks for records that refer to each other before either is stored: neither would see the other.

A lookup takes them (see `store/kit/references.py`), so that they cost no round trip, and the statements after it see
whatever was committed meanwhile. Keys share 128 buckets: a batch of a thousand keys must not fill the lock table.
"""

from collections.abc import Iterable
from zlib import crc32

from app.core.advisory_lock_ids import RECEIPT, SAMPLE, THREAD
from app.core.context import Context
from app.store.kit.references import Reference

__all__ = ["RECEIPT", "THREAD", "buckets", "exclusively", "reference", "shared", "try_sample"]
_BUCKETS = 128


def buckets(keys: Iterable[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Rows of (n, bucket), sorted: all transactions lock in this order, so there are no deadlocks."""
    return [(n, n) for n in sorted({crc32("\x1f".join(key).encode()) % _BUCKETS for key in keys})]


def reference(kind: str, lock: str) -> Reference:
    """Part of a `Lookup`: takes the lock for each of the `buckets`, and answers with nothing."""
    return Reference(kind, {"bucket": "INTEGER"}, f"WHERE {lock} IS NULL", "NULL::uuid")


def exclusively(space: int) -> str:
    """SQL expression on a row `w` of `buckets`: locks it until the transaction ends."""
    return f"pg_advisory_xact_lock({space}, w.bucket)::text"


def shared(space: int) -> str:
    """As `exclusively`; those who share it do not wait for each other."""
    return f"pg_advisory_xact_lock_shared({space}, w.bucket)::text"


async def try_sample(ctx: Context) -> bool:
    """Whether this transaction is the only one that loads the sample shop; it is until it ends."""
    locked: bool = await ctx.db.fetchval("SELECT pg_try_advisory_xact_lock($1)", SAMPLE)
    return locked
