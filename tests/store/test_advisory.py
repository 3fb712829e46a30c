"""Advisory locks by buckets."""

from typing import Any

import pytest

from app.store.kit import advisory


class TestBuckets:
    @pytest.mark.parametrize("thread", ["T-1", "CMP-000001-7", "Grüße 丙 🙂", "", "x" * 5_000])
    async def test_the_database_finds_the_bucket_that_the_service_does(self, db: Any, thread: str) -> None:
        found = await db.fetchval(f"SELECT {advisory.bucket('$1::text')}", thread)
        assert [(found, found)] == advisory.buckets([(thread,)])
