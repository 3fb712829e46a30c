"""Two hundred thousand complaints: are lists, the clock and the insights still quick?

A thousand complaints with random histories are recorded by the service; the others are copies of them, at other times
and of other customers, made within the database. Copies have no events: timelines are measured elsewhere.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from app.core.context import Context
from app.core.sessions import utc_now
from app.rules.complaints.states import MOVES, OVER, CauseKind, Feeling, State
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.service_levels.calendars import CalendarNew
from app.schemas.service_levels.policies import ServicePolicyNew
from app.services.complaints import complaints
from app.services.kit import versioned
from benchmarks import client, loading, postgres, servers, shop
from benchmarks.client import Connection
from benchmarks.postgres import Databases
from benchmarks.reads import Say

FEWER = 2_000
_PATTERNS = 1_000
_YEARS = timedelta(days=3 * 365)
_WARM, _SAMPLES, _TURN = 10, 100, 10
_CATEGORIES = ("freshness", "delivery", "price", "manners", "waiting", "billing", "quality", "other")


@dataclass(frozen=True)
class Asked:
    name: str
    few: float
    """Median milliseconds in the small store."""
    many: float


@dataclass(frozen=True)
class Complained:
    few: int
    many: int
    asked: list[Asked]


def measure(databases: Databases, count: int, say: Say) -> Complained:
    stores = []
    for number in (FEWER, count):
        say(f"Loading {number:,} complaints")
        stores.append(asyncio.run(_load(databases.make(), number)))
    databases.settle()
    with ExitStack() as stack:
        ways = [_ways(stack, dsn, ids) for dsn, ids in stores]
        asked = []
        for name in ways[0]:
            times: list[list[float]] = [[], []]
            for way in ways:
                for _ in range(_WARM):
                    next(way[name])
            for _ in range(_SAMPLES // _TURN):
                for way, taken in zip(ways, times, strict=True):
                    taken += [next(way[name]) for _ in range(_TURN)]
            asked.append(Asked(name, *(median(taken) * 1e3 for taken in times)))
            say(f"{name}: {asked[-1].few:.1f} ms, {asked[-1].many:.1f} ms")
    for dsn, _ in stores:
        databases.drop(dsn)
    return Complained(FEWER, count, asked)


def _ways(stack: ExitStack, dsn: str, ids: list[UUID]) -> dict[str, Iterator[float]]:
    """What is asked, each an endless row of times taken."""
    server = stack.enter_context(servers.running(servers.SERVICE, dsn))
    connection = Connection(server.port)
    stack.callback(connection.close)
    now = utc_now()
    since = (now - timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
    some = Random(7).sample(ids, min(len(ids), 1_000))

    def times(paths: list[str]) -> Iterator[float]:
        requests = client.Requests([client.get(path) for path in paths], "").endless()
        return (connection.timed(request) for request in requests)

    base = "/v1/complaints"
    return {
        "List of 50, latest": times([base]),
        "Open ones, most urgent first": times([f"{base}?open=true&sort=due_at"]),
        "Of one category and severity": times([f"{base}?category={c}&severity=high" for c in _CATEGORIES]),
        "One complaint": times([f"{base}/{id_}" for id_ in some]),
        "Clock": times([f"{base}/{id_}/clocks" for id_ in some]),
        "Insights, 90 days": times([f"{base}/insights?received_since={since}"]),
        "Recovery, a year by category": times([f"{base}/recovery?group_by=category"]),
    }


async def _load(dsn: str, count: int) -> tuple[str, list[UUID]]:
    customers = (await loading.load(dsn, shop.Scale(max(count // 10, 100), 0, count // 2))).customers
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0", "synchronous_commit": "off"})
    now = utc_now()
    try:
        # asyncpg's connections are told from a pool's only by their type.
        ctx = Context(db, UUID(int=0), "bench", frozenset(), now, b"", "GB")  # type: ignore[arg-type]
        await versioned.create(ctx, versioned.CALENDARS, CalendarNew.model_validate(_CALENDAR))
        await versioned.create(ctx, versioned.POLICIES, ServicePolicyNew.model_validate(_POLICY))
        rng = Random(20_261_122)
        step = _YEARS / count
        first = [_complaint(rng, now - _YEARS + step * n, now, customers) for n in range(min(_PATTERNS, count))]
        outcomes = await complaints.record_many(ctx, first)
        assert all(outcome.status == 201 for outcome in outcomes), outcomes[:3]
        for statement in _COPIES:
            await db.execute(statement.replace("{copies}", str(count // len(first) - 1)).replace("{step}", str(step)))
        ids = [row["id"] for row in await db.fetch("SELECT id FROM complaints")]
    finally:
        await db.close()
    await postgres.vacuum(dsn)
    return dsn, ids


def _complaint(rng: Random, received_at: datetime, now: datetime, customers: list[UUID]) -> ComplaintNew:
    history: list[dict[str, Any]] = []
    state, at = State.RECEIVED, received_at
    for _ in range(rng.randint(5, 14)):
        possible = [move for move, (states, _) in MOVES.items() if state in states]
        # Most go the straight way, and few are withdrawn or reopened.
        move = possible[0] if rng.random() < 0.8 else rng.choice(possible)
        at += timedelta(minutes=rng.randint(20, 2_000))
        if at > now or (state in OVER and rng.random() < 0.9):
            break
        history.append({"move": move, "at": at.isoformat(), "customer_notified": rng.random() < 0.4})
        state = MOVES[move][1]
    return ComplaintNew.model_validate(
        {
            "customer_id": str(rng.choice(customers)),
            "channel": rng.choice(list(Channel)),
            "received_at": received_at.astimezone(UTC).isoformat(),
            "site": rng.choice(shop.SITES),
            "sku": f"SKU-{rng.randint(0, 299):04d}",
            "category": rng.choice(_CATEGORIES),
            "severity": rng.choice(list(Severity)),
            "feeling": rng.choice(list(Feeling)),
            "owner": rng.choice(["Amara", "Tom", "Ines", "Kofi"]),
            "cause_kind": rng.choice(list(CauseKind)),
            "description": "It was not what I had paid for",
            "history": history,
        }
    )


_CALENDAR: dict[str, Any] = {
    "code": "shop",
    "name": "Shop",
    "time_zone": "Europe/London",
    "hours": [
        {"day": day, "opens": "09:00", "closes": "17:30"}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
    ],
    "holidays": {"country": "GB", "subdivision": "ENG"},
}
_POLICY: dict[str, Any] = {
    "code": "usual",
    "name": "Usual",
    "calendar": "shop",
    "targets": {
        "acknowledge_minutes": 240,
        "update_minutes": 2_000,
        "respond_minutes": 3_000,
        "resolve_minutes": 9_000,
    },
    "pauses": ["referred"],
    "escalations": [{"metric": "resolve", "at_minutes": 0, "notify": ["Amara"]}],
}
_COPIED = {
    "id": "s.id",
    "reference": "'B-' || nextval('complaint_numbers')",
    "customer_id": "h.id",
    **{
        name: f"c.{name} + s.shift"
        for name in ("received_at", "state_since", "acknowledged_at", "responded_at", "ended_at", "due_at")
    },
}
_KEPT = (
    "channel, site, sku, category, severity, feeling, description, owner, state, cause_kind, reopened_count, "
    "policy_id, breached, created_at, updated_at"
)
# Each pattern lies `{step}` after the one before; copy n of all of them follows copy n - 1.
_COPIES = (
    "CREATE TEMP TABLE holders AS SELECT row_number() OVER () AS n, id FROM customers",
    "CREATE TEMP TABLE copies AS SELECT c.id AS old, uuidv7() AS id, n * (SELECT count(*) FROM complaints) * "
    "interval '{step}' AS shift, 1 + floor(random() * (SELECT count(*) FROM holders))::int AS holder "
    "FROM complaints c, generate_series(1, {copies}) n",
    f"INSERT INTO complaints ({', '.join(_COPIED)}, {_KEPT}) SELECT {', '.join(_COPIED.values())}, "
    f"{', '.join(f'c.{name}' for name in _KEPT.split(', '))} FROM copies s "
    "JOIN complaints c ON c.id = s.old JOIN holders h ON h.n = s.holder",
    "INSERT INTO complaint_moves (complaint_id, position, move, from_state, to_state, received_at, entered_at, "
    "happened_at, recorded_at, actor) "
    "SELECT s.id, m.position, m.move, m.from_state, m.to_state, m.received_at + s.shift, m.entered_at + s.shift, "
    "m.happened_at + s.shift, m.recorded_at, m.actor "
    "FROM copies s JOIN complaint_moves m ON m.complaint_id = s.old",
    "CREATE TEMP TABLE clocks AS SELECT k.id AS old, uuidv7() AS id, s.id AS complaint_id, s.shift "
    "FROM copies s JOIN complaint_clocks k ON k.complaint_id = s.old",
    "INSERT INTO complaint_clocks (id, complaint_id, received_at, metric, cycle, policy_id, policy_version, "
    "calendar_id, calendar_version, target_minutes, state, started_at, due_at, met_at, cancelled_at, breached_at) "
    "SELECT s.id, s.complaint_id, k.received_at + s.shift, k.metric, k.cycle, k.policy_id, k.policy_version, "
    "k.calendar_id, k.calendar_version, k.target_minutes, k.state, k.started_at + s.shift, k.due_at + s.shift, "
    "k.met_at + s.shift, "
    "k.cancelled_at + s.shift, k.breached_at + s.shift FROM clocks s JOIN complaint_clocks k ON k.id = s.old",
    "INSERT INTO clock_intervals (clock_id, position, kind, starts_at, ends_at, reason) "
    "SELECT s.id, i.position, i.kind, i.starts_at + s.shift, i.ends_at + s.shift, i.reason "
    "FROM clocks s JOIN clock_intervals i ON i.clock_id = s.old",
    "DELETE FROM jobs",
)
