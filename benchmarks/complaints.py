"""Response times of lists, the clock and the insights with two hundred thousand complaints.

The service records a thousand complaints with random histories; the database copies them to other times and customers.
Copies have no events: timelines are measured by other benchmarks.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg

from app.rules.complaints.states import ENDED, MOVES, CauseKind, Feeling, State
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.service_levels.calendars import CalendarNew
from app.schemas.service_levels.policies import ServicePolicyNew
from app.services.complaints import complaints
from app.services.service_levels.calendars import CALENDARS
from app.services.service_levels.policies import POLICIES
from benchmarks import client, load, postgres, scaling, servers, shop
from benchmarks.client import Connection
from benchmarks.postgres import Databases
from benchmarks.scaling import Log, Queries, ResponseTime

SMALL = 2_000
"""Complaints in the small store."""
_PATTERNS = 1_000
_PERIOD = timedelta(days=3 * 365)
_SAMPLING = scaling.Sampling(warm_up=10, samples=100, turn=10)
_CATEGORIES = ("freshness", "delivery", "price", "manners", "waiting", "billing", "quality", "other")


@dataclass(frozen=True)
class ComplaintScaling:
    small: int
    large: int
    results: list[ResponseTime]


def measure(databases: Databases, count: int, log: Log) -> ComplaintScaling:
    stores = []
    for size in (SMALL, count):
        log(f"Loading {size:,} complaints")
        stores.append(asyncio.run(_load(databases.create(), size)))
    databases.checkpoint()
    with ExitStack() as stack:
        results = scaling.compare(_queries(stack, *stores[0]), _queries(stack, *stores[1]), _SAMPLING, log)
    for dsn, *_ in stores:
        databases.drop(dsn)
    return ComplaintScaling(SMALL, count, results)


def _queries(stack: ExitStack, dsn: str, ids: list[UUID]) -> Queries:
    server = stack.enter_context(servers.run_server(servers.SERVICE, dsn))
    connection = Connection(server.port)
    stack.callback(connection.close)
    now = datetime.now(UTC)
    since = (now - timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
    sample = Random(7).sample(ids, min(len(ids), 1_000))

    def times(paths: list[str]) -> Iterator[float]:
        return map(connection.timed, client.Requests([client.get(path) for path in paths]).endless())

    base = "/v1/complaints"
    return {
        "List of 50, latest": times([base]),
        "Open ones, most urgent first": times([f"{base}?open=true&sort=due_at"]),
        "Of one category and severity": times([f"{base}?category={c}&severity=high" for c in _CATEGORIES]),
        "One complaint": times([f"{base}/{id_}" for id_ in sample]),
        "Clock": times([f"{base}/{id_}/clocks" for id_ in sample]),
        "Insights, 90 days": times([f"{base}/insights?received_since={since}"]),
        "Recovery, a year by category": times([f"{base}/recovery?group_by=category"]),
    }


async def _load(dsn: str, count: int) -> tuple[str, list[UUID]]:
    customers = (await load.load(dsn, shop.Scale(max(count // 10, 100), 0, count // 2))).customers
    db = await asyncpg.connect(dsn, server_settings={"statement_timeout": "0", "synchronous_commit": "off"})
    now = datetime.now(UTC)
    try:
        ctx = load.make_context(db)
        await CALENDARS.create(ctx, CalendarNew.model_validate(_CALENDAR))
        await POLICIES.create(ctx, ServicePolicyNew.model_validate(_POLICY))
        rng = Random(20_261_122)
        step = _PERIOD / count
        patterns = [_complaint(rng, now - _PERIOD + step * n, now, customers) for n in range(min(_PATTERNS, count))]
        results = await complaints.record_many(ctx, patterns)
        assert all(result.status == 201 for result in results), results[:3]
        for statement in _COPIES:
            await db.execute(
                statement.replace("{copies}", str(count // len(patterns) - 1)).replace("{step}", str(step))
            )
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
        # Most complaints make the usual moves; few are withdrawn or reopened.
        move = possible[0] if rng.random() < 0.8 else rng.choice(possible)
        at += timedelta(minutes=rng.randint(20, 2_000))
        if at > now or (state in ENDED and rng.random() < 0.9):
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
_UNCHANGED = (
    "channel, site, sku, category, severity, feeling, description, owner, state, cause_kind, reopened_count, "
    "policy_id, breached, created_at, updated_at"
)
_SHIFTED = "received_at, state_since, acknowledged_at, responded_at, ended_at, due_at"
_COPIED_COLUMNS = {
    "id": "s.id",
    "reference": "'B-' || nextval('complaint_numbers')",
    "customer_id": "h.id",
    **{name: f"c.{name} + s.shift" for name in _SHIFTED.split(", ")},
    **{name: f"c.{name}" for name in _UNCHANGED.split(", ")},
}
# Each pattern lies `{step}` after the one before; copy n of all of them follows copy n - 1.
_COPIES = (
    "CREATE TEMP TABLE holders AS SELECT row_number() OVER () AS n, id FROM customers",
    "CREATE TEMP TABLE copies AS SELECT c.id AS old, uuidv7() AS id, n * (SELECT count(*) FROM complaints) * "
    "interval '{step}' AS shift, 1 + floor(random() * (SELECT count(*) FROM holders))::int AS holder "
    "FROM complaints c, generate_series(1, {copies}) n",
    f"INSERT INTO complaints ({', '.join(_COPIED_COLUMNS)}) SELECT {', '.join(_COPIED_COLUMNS.values())} "
    "FROM copies s JOIN complaints c ON c.id = s.old JOIN holders h ON h.n = s.holder",
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
