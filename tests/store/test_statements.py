"""The .sql files of the store as they are called: each has callers that name its parameters, and reads index ranges."""

import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.context import Context
from app.rules.customers import tag_word
from app.rules.feedback.feedback import Method
from app.rules.kit.periods import Every, periods
from app.schemas.complaints.insights import InsightsQuery
from app.schemas.feedback.comparisons import CompetitorsQuery, GapsQuery, LoopQuery
from app.schemas.feedback.measures import MeasuresQuery, MethodsQuery
from app.schemas.overview.complaint_recovery import LaterFeedback, RecoveryQuery
from app.schemas.sales.measures import SalesMeasuresQuery
from app.store.complaints import insights
from app.store.feedback import comparisons, measures
from app.store.kit import sql
from app.store.overview import complaint_recovery
from app.store.sales import measures as sales_measures
from tests.support.application import TestClock

STORE = Path(sql.__file__).parents[1]
STATEMENTS = {path: sql.load(path).text for path in (f.relative_to(STORE).as_posix() for f in STORE.rglob("*.sql"))}
NOW = TestClock.START
SINCE = NOW - timedelta(days=30)
PUBLIC = (Method.REVIEW, Method.SOCIAL)
MONTHS = periods(Every.MONTH, SINCE, NOW, "UTC")
# All but sites, products, surveys and customers: those are looked up, and tags are read of all who answered.
LARGE = {
    "complaints",
    "complaint_moves",
    "complaint_clocks",
    "complaint_remedies",
    "sales",
    "sale_lines",
    "feedback",
    "ratings",
    "invitations",
}
Call = Callable[[Context], Awaitable[str]]
Node = dict[str, Any]


def _insights(**query: Any) -> Call:
    return lambda ctx: insights.insights(ctx, InsightsQuery(**query), SINCE, NOW)


def _recoveries(**query: Any) -> Call:
    return lambda ctx: complaint_recovery.groups(ctx, RecoveryQuery(**query), SINCE, NOW)


async def _recovery(ctx: Context) -> str:
    return await complaint_recovery.one(ctx, await _complaint(ctx.db))


def _measures(**query: Any) -> Call:
    by_period = MONTHS if query.get("group_by") == "month" else None
    return lambda ctx: measures.measures(ctx, MeasuresQuery(**query), SINCE, NOW, by_period, _tag(query))


def _loop(**query: Any) -> Call:
    by_period = MONTHS if query.get("group_by") == "month" else None
    return lambda ctx: comparisons.loop(ctx, LoopQuery(**query), SINCE, NOW, NOW - timedelta(days=7), by_period)


def _sales(**query: Any) -> Call:
    return lambda ctx: sales_measures.measures(ctx, SalesMeasuresQuery(**query), SINCE.date(), NOW.date(), _tag(query))


def _tag(query: dict[str, Any]) -> str | None:
    return tag_word(query["tag"]) if "tag" in query else None


def _competitors(**query: Any) -> Call:
    return lambda ctx: comparisons.competitors(ctx, CompetitorsQuery(**query), SINCE, NOW, PUBLIC)


CALLS: dict[str, Call] = {
    "insights": _insights(),
    "insights by day": _insights(interval="day"),
    **{
        f"insights of one {name}": _insights(**{name: value})
        for name, value in {
            "category": "delivery",
            "site": "site-3",
            "sku": "sku-7",
            "channel": "email",
            "owner": "owner-2",
        }.items()
    },
    "recovery of one complaint": _recovery,
    **{
        f"recoveries by {by}": _recoveries(group_by=by)
        for by in ("category", "remedy", "cost", "handler", "site", "severity", "feeling", "channel", "month")
    },
    "recoveries of one owner": _recoveries(owner="owner-2"),
    **{f"{metric} altogether": _measures(metric=metric) for metric in ("score", "nps", "csat", "rating")},
    **{
        f"score by {by}": _measures(group_by=by)
        for by in ("month", "site", "staff", "sku", "channel", "method", "survey", "tag")
    },
    "score of one tag by site": _measures(group_by="site", tag="regular"),
    "nps of one site by month": _measures(metric="nps", group_by="month", site="site-3"),
    "csat of one product": _measures(metric="csat", sku="sku-7"),
    **{
        f"sales by {by}": _sales(group_by=by)
        for by in (None, "day", "weekday", "hour", "site", "till", "operator", "sku", "category", "tag")
    },
    "sales of one site by operator and day": _sales(site="site-3", group_by="operator", then_by="day"),
    "sales of one product": _sales(sku="sku-7"),
    "sales of one tag": _sales(tag="regular"),
    "methods": lambda ctx: measures.methods(ctx, MethodsQuery(), SINCE, NOW),
    "methods of one site": lambda ctx: measures.methods(ctx, MethodsQuery(site="site-3"), SINCE, NOW),
    "gaps": lambda ctx: comparisons.gaps(ctx, GapsQuery(), SINCE, NOW),
    "gaps of one site": lambda ctx: comparisons.gaps(ctx, GapsQuery(site="site-3"), SINCE, NOW),
    "competitors": _competitors(),
    "competitors of one site": _competitors(site="site-3"),
    **{f"loop by {by}": _loop(group_by=by) for by in (None, "month", "site", "method", "staff")},
    "loop of one staff": _loop(staff="staff-5"),
}


class Recorded:
    """A connection that keeps what was run on it, and with which values."""

    def __init__(self, db: "asyncpg.Connection[Any]") -> None:
        self._db = db
        self.ran: list[tuple[str, tuple[Any, ...]]] = []

    def transaction(self) -> Any:
        return self._db.transaction()

    async def execute(self, statement: str) -> None:
        await self._db.execute(statement)

    async def fetchval(self, statement: str, *arguments: Any) -> Any:
        self.ran.append((statement, arguments))
        return await self._db.fetchval(statement, *arguments)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_reads_ranges_of_indexes(volume: "asyncpg.Connection[Any]", call: Call) -> None:
    plan = await _plan(volume, call)
    tables = [node for node in _nodes(plan) if node.get("Relation Name") in LARGE]
    assert tables
    whole = [node for node in tables if node["Node Type"] == "Seq Scan"]
    assert not whole, json.dumps(whole, indent=1)
    # Only those indexes are read as a whole that have nothing in them but what is open now.
    unbounded = {node["Index Name"] for node in _nodes(plan) if "Index Name" in node and "Index Cond" not in node}
    assert all(name.startswith("ix_complaints_open") for name in unbounded), unbounded


async def test_what_is_not_asked_for_is_not_planned(volume: "asyncpg.Connection[Any]") -> None:
    """Without filters, indexes alone have the answer, and nothing is joined for them."""
    plan = await _plan(volume, _insights())
    assert _scans(plan, "complaints", "complaint_moves", "complaint_clocks") == {"Index Only Scan"}
    assert _read_by(plan, "visits", "outcomes_of_clocks") == {"complaint_moves", "complaint_clocks"}
    plan = await _plan(volume, _insights(owner="owner-2"))
    assert _read_by(plan, "visits") == {"complaint_moves", "complaints"}
    for query in ({}, {"group_by": "month"}, {"group_by": "survey"}, {"metric": "nps", "group_by": "staff"}):
        plan = await _plan(volume, _measures(**query))
        assert _scans(plan, "ratings") == {"Index Only Scan"}
        assert not _scans(plan, "customers")
    assert _scans(await _plan(volume, _measures(group_by="tag")), "customers")
    assert not _scans(await _plan(volume, _measures(group_by="method")), "invitations")


async def test_callers_name_the_parameters_of_every_file(volume: "asyncpg.Connection[Any]") -> None:
    """A caller that leaves one out, or names another, is refused; here, each file is seen to have a caller."""
    recorded = Recorded(volume)
    for call in CALLS.values():
        await call(_context(recorded))
    called = {text for text, _ in recorded.ran}
    assert [path for path, text in STATEMENTS.items() if text not in called] == []


async def test_later_feedback_has_the_columns_of_its_schema(volume: "asyncpg.Connection[Any]") -> None:
    found = json.loads(await _recovery(_context(volume)))["later_feedback"]
    assert found
    for feedback in found:
        assert list(feedback) == list(LaterFeedback.model_fields)
        LaterFeedback.model_validate(feedback)


async def _plan(db: "asyncpg.Connection[Any]", call: Call) -> Node:
    """Of the statement that the call runs, with the values that it runs it with."""
    recorded = Recorded(db)
    await call(_context(recorded))
    ((statement, arguments),) = (ran for ran in recorded.ran if ran[0] in STATEMENTS.values())
    async with db.transaction():
        await db.execute("SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL work_mem = '64MB'")
        explained = await db.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
    plan: Node = json.loads(explained)[0]["Plan"]
    return plan


def _context(db: Any) -> Context:
    return Context(db, UUID(int=0), "tests", frozenset(), NOW, b"", "GB")


async def _complaint(db: Any) -> UUID:
    """One that ended so long ago that feedback came after it."""
    found: UUID = await db.fetchval(
        "SELECT id FROM complaints WHERE state = 'closed' AND received_at < $1 ORDER BY received_at DESC LIMIT 1",
        NOW - timedelta(days=200),
    )
    return found


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _scans(plan: Node, *tables: str) -> set[str]:
    return {node["Node Type"] for node in _nodes(plan) if node.get("Relation Name") in tables}


def _read_by(plan: Node, *names: str) -> set[str]:
    """Which tables these parts of a statement read."""
    parts = [node for node in _nodes(plan) if node.get("Subplan Name") in {f"CTE {name}" for name in names}]
    assert len(parts) == len(names)
    return {node["Relation Name"] for part in parts for node in _nodes(part) if "Relation Name" in node}
