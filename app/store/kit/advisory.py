"""Advisory locks for records that refer to each other before either is stored: neither would see the other.

What is read before the lock is taken may be old, also by the statement that takes it, whether it had to wait or not:
whatever counts is read by a later one. Keys share 128 buckets: a batch of a thousand keys must not fill the lock table.
"""

from collections.abc import Iterable
from zlib import crc32

from app.core.advisory_lock_ids import RECEIPT, SAMPLE, THREAD
from app.core.context import Context

__all__ = [
    "RECEIPT",
    "THREAD",
    "bucket",
    "buckets",
    "lock_mixed",
    "tried",
    "try_sample",
]
_BUCKETS = 128


def buckets(keys: Iterable[tuple[str, ...]]) -> list[tuple[int, int]]:
    """Rows of (n, bucket), sorted: all transactions lock in this order, so there are no deadlocks."""
    return [(n, n) for n in sorted({crc32("\x1f".join(key).encode()) % _BUCKETS for key in keys})]


def bucket(key: str) -> str:
    """SQL expression: the bucket of a key that is one text, as `buckets` has it."""
    return f"(crc32(convert_to({key}, 'UTF8')) % {_BUCKETS})::int"


def _exclusively(space: int) -> str:
    """SQL expression on a row `w` of `buckets`: locks it until the transaction ends."""
    return f"pg_advisory_xact_lock({space}, w.bucket)::text"


def _shared(space: int) -> str:
    """As `_exclusively`; those who share it do not wait for each other."""
    return f"pg_advisory_xact_lock_shared({space}, w.bucket)::text"


def tried(space: int, waits: str) -> str:
    """As `_exclusively`, as a boolean: whether somebody else had it. Unless it `waits`, it is not locked then."""
    lock = f"{_exclusively(space)} IS NOT NULL"
    return f"CASE WHEN pg_try_advisory_xact_lock({space}, w.bucket) THEN false WHEN {waits} THEN {lock} ELSE true END"


async def lock_mixed(
    ctx: Context, space: int, exclusive: Iterable[tuple[str, ...]], shared_: Iterable[tuple[str, ...]]
) -> None:
    """Lock some keys exclusively and others shared, all in one order."""
    exclusive_ = {bucket for _, bucket in buckets(exclusive)}
    all_ = sorted(exclusive_ | {bucket for _, bucket in buckets(shared_)})
    await ctx.db.execute(
        f"SELECT CASE WHEN w.exclusive THEN {_exclusively(space)} ELSE {_shared(space)} END "
        "FROM unnest($1::int[], $2::bool[]) AS w(bucket, exclusive)",
        all_,
        [bucket in exclusive_ for bucket in all_],
    )


async def try_sample(ctx: Context) -> bool:
    """Whether this transaction is the only one that loads the sample shop; it is until it ends."""
    locked: bool = await ctx.db.fetchval("SELECT pg_try_advisory_xact_lock($1)", SAMPLE)
    return locked
