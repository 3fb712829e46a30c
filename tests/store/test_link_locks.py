"""The statements that lock linked records: they look records up, however many there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from app.store.kit import link_locks

LARGE = {"sales", "complaints", "invitations", "feedback"}


@pytest.mark.parametrize(
    "statement",
    [link_locks._LOCK, link_locks._LOCK_WITH_LEADERS, link_locks._LOCK_ANSWERED],
    ids=["linked", "with leaders", "answered"],
)
async def test_records_are_looked_up(volume: "asyncpg.Connection[Any]", statement: str) -> None:
    """In the plan that is kept for all ids."""
    arguments = [None] * int(max(re.findall(r"\$(\d)", statement)))
    (plan,) = json.loads(await volume.fetchval(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}", *arguments))
    scans = [node for node in _nodes(plan["Plan"]) if node.get("Relation Name") in LARGE]
    assert {node["Relation Name"] for node in scans} == LARGE
    whole = [node for node in scans if node["Node Type"] == "Seq Scan"]
    assert not whole, json.dumps(whole, indent=1)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
