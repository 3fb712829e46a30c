"""Rows that were there before a migration know afterwards what new ones are written with."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.core.migrations import FOLDER

RECEIVED = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLOCKS = """
    WITH calendar AS (INSERT INTO calendars (code) VALUES ('usual') RETURNING id),
    dated AS (INSERT INTO calendar_versions (calendar_id, version, actor) SELECT id, 1, 'test' FROM calendar),
    policy AS (
        INSERT INTO service_policies (code, position, calendar_id) SELECT 'usual', 1, id FROM calendar RETURNING id
    ),
    version AS (
        INSERT INTO service_policy_versions (service_policy_id, version, actor) SELECT id, 1, 'test' FROM policy
    )
    INSERT INTO complaint_clocks (complaint_id, metric, cycle, policy_id, policy_version, calendar_id, calendar_version,
        target_minutes, state, started_at)
    SELECT id, 'update', 1, (SELECT id FROM policy), 1, (SELECT id FROM calendar), 1, 60, 'running', now()
    FROM unnest($1::uuid[]) AS c(id)
"""


async def as_of(dsn: str, revision: str) -> None:
    """Migrate only so far."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


async def test_moves_and_clocks_learn_when_their_complaint_was_received(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0011")
    db = await asyncpg.connect(dsn)
    complaints = [
        await db.fetchval(
            "INSERT INTO complaints (reference, channel, words, received_at, state_since) "
            "VALUES ($1, 'phone', 'It was off', $2, $2) RETURNING id",
            f"T-{days}",
            RECEIVED + timedelta(days=days),
        )
        for days in (0, 1)
    ]
    # How many hours after it was received; two moves may be of the same moment.
    ways = {complaints[0]: (1, 3, 3, 40, 90), complaints[1]: (2,)}
    for complaint, hours in ways.items():
        received_at = await db.fetchval("SELECT received_at FROM complaints WHERE id = $1", complaint)
        for position, after in enumerate(hours, start=1):
            await db.execute(
                "INSERT INTO complaint_moves (complaint_id, position, move, from_state, to_state, happened_at, "
                "recorded_at, actor) VALUES ($1, $2, 'acknowledge', 'received', 'acknowledged', $3, now(), 'test')",
                complaint,
                position,
                received_at + after * HOUR,
            )
    await db.execute(CLOCKS, complaints)
    await db.close()
    await as_of(dsn, "0012")
    db = await asyncpg.connect(dsn)
    for complaint, hours in ways.items():
        received_at = await db.fetchval("SELECT received_at FROM complaints WHERE id = $1", complaint)
        moves = await db.fetch(
            "SELECT received_at, entered_at FROM complaint_moves WHERE complaint_id = $1 ORDER BY position", complaint
        )
        assert [tuple(move) for move in moves] == [
            (received_at, received_at + after * HOUR) for after in (0, *hours[:-1])
        ]
    clocks = await db.fetch(
        "SELECT k.received_at, c.received_at FROM complaint_clocks k JOIN complaints c ON c.id = k.complaint_id"
    )
    assert len(clocks) == 2 and all(kept == received for kept, received in clocks)
    await db.close()


async def test_stored_json_has_the_new_names(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0013")
    db = await asyncpg.connect(dsn)
    show_if = {"question": "a", "at_least": None, "answered_yes": "no"}
    questions = [
        {"key": "a", "kind": "yes_no", "most_choices": None, "show_if": None},
        {"key": "b", "kind": "multiple_choice", "most_choices": 2, "show_if": show_if},
    ]
    await db.execute(
        "INSERT INTO surveys (code, definition) VALUES ('a', $1)",
        json.dumps({"name": "A", "not_again_days": 30, "questions": questions}),
    )
    await db.execute(
        "INSERT INTO scorecards (code, definition) VALUES ('a', $1)",
        json.dumps({"items": [{"key": "a", "may_not_apply": True}, {"key": "b", "may_not_apply": False}]}),
    )
    await db.execute(
        "INSERT INTO feedback_rules (code, definition) VALUES ('a', $1)",
        json.dumps({"when": {"score_below": 50}, "task": None}),
    )
    await db.execute("INSERT INTO procedures (definition) VALUES ($1)", json.dumps({"mood": {"keep": "Breathe"}}))
    await db.execute(
        "INSERT INTO feedback (method, collected_at, answers) VALUES ('form', now(), $1), ('form', now(), '[]')",
        json.dumps([{"question": "a", "yes": "no"}, {"question": "b", "choices": ["c"]}]),
    )
    await db.execute(
        "INSERT INTO complaints (reference, channel, words, received_at, state_since, source, external_id, "
        "content_hash, referral) VALUES ('C', 'phone', 'Off', now(), now(), 'a', 'b', 'c', $1)",
        json.dumps({"body": "Ombudsman", "outcome": None}),
    )
    await db.close()
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    new_show_if = {"question": "a", "at_least": None, "yes_no": "no"}
    assert json.loads(await db.fetchval("SELECT definition FROM surveys")) == {
        "name": "A",
        "min_days_between_invitations": 30,
        "questions": [
            {"key": "a", "kind": "yes_no", "max_choices": None, "show_if": None},
            {"key": "b", "kind": "multiple_choice", "max_choices": 2, "show_if": new_show_if},
        ],
    }
    assert json.loads(await db.fetchval("SELECT definition->'items' FROM scorecards")) == [
        {"key": "a", "allow_not_applicable": True},
        {"key": "b", "allow_not_applicable": False},
    ]
    rule = json.loads(await db.fetchval("SELECT definition FROM feedback_rules"))
    assert rule == {"conditions": {"score_below": 50}, "task": None}
    procedure = json.loads(await db.fetchval("SELECT definition FROM procedures"))
    assert procedure == {"staff_mood": {"keep": "Breathe"}}
    answers = [json.loads(row[0]) for row in await db.fetch("SELECT answers FROM feedback ORDER BY id")]
    assert answers == [[{"question": "a", "yes_no": "no"}, {"question": "b", "choices": ["c"]}], []]
    complaint = await db.fetchrow("SELECT description, content_hash, referral FROM complaints")
    assert (complaint["description"], complaint["content_hash"]) == ("Off", None)
    assert json.loads(complaint["referral"]) == {"referred_to": "Ombudsman", "outcome": None}
    await db.close()


async def test_identifiers_are_stripped_where_nothing_collides(new_database: Callable[..., str]) -> None:
    dsn = new_database(template="template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    await db.execute("INSERT INTO sites (code) VALUES (' York'), ('Leeds '), ('Leeds')")
    await db.execute("INSERT INTO products (sku) VALUES ('TEA\u00a0')")
    customer = await db.fetchval(
        "INSERT INTO customers (kind, trade, roles, display_name, sort_name, owner, tags) VALUES "
        "('person', 'b2c', '{customer}', ' Zoe ', 'zoe', E'Zoe\\u0301 ', ARRAY[' vip', 'vip', E'\\u200b']) RETURNING id"
    )
    numbers = {"1001": None, " 1001": None, "\ufeff1002 ": None, "1003": None}
    for number in numbers:
        numbers[number] = await db.fetchval(
            "INSERT INTO sales (source, receipt_no, kind, occurred_at, created_at, business_date, site, channel, "
            "currency, match, total, gross, refunded, content_hash, customer_id) VALUES ('till', $1, 'sale', $2, $3, "
            "'2026-01-05', $4, 'in_store', 'GBP', 'matched', 1, 1, 0, 'x', $5) RETURNING id",
            number,
            RECEIVED + (timedelta(days=400) if number == "1003" else HOUR),
            RECEIVED,
            {"1001": " York", " 1001": "Leeds "}.get(number),
            customer,
        )
    await db.execute(
        "INSERT INTO sale_lines (sale_id, line_no, sku, quantity, unit_price, total) "
        "VALUES ($1, 1, 'TEA\u00a0', 1, 1, 1)",
        numbers["1001"],
    )
    await db.execute(
        "INSERT INTO customer_totals (customer_id, currency, receipts, purchases, returns, first_purchase_at, "
        "last_purchase_at) VALUES ($1, 'GBP', 4, 4, 0, $2, $3)",
        customer,
        RECEIVED + HOUR,
        RECEIVED + timedelta(days=400),
    )
    await db.execute(
        "INSERT INTO interactions (kind, channel, direction, happened_at, source, external_id) VALUES "
        "('meeting', 'in_person', 'outbound', now() + interval '30 days', 'a ', ' 1'), "
        "('message', 'email', 'inbound', '2099-01-01', NULL, NULL), ('call', 'phone', 'inbound', now(), NULL, NULL)"
    )
    await db.close()
    await as_of(dsn, "0017")
    db = await asyncpg.connect(dsn)
    kept = {row["id"]: row["receipt_no"] for row in await db.fetch("SELECT id, receipt_no FROM sales")}
    assert [kept[id_] for id_ in numbers.values()] == ["1001", " 1001", "1002", "1003"], "the other stays as it is"
    assert [row["code"] for row in await db.fetch("SELECT code FROM sites ORDER BY id")] == ["York", "Leeds ", "Leeds"]
    sites = "SELECT site FROM sales WHERE site IS NOT NULL ORDER BY id"
    assert [row["site"] for row in await db.fetch(sites)] == ["York", "Leeds"]
    assert await db.fetchval("SELECT l.sku FROM sale_lines l JOIN products p USING (sku)") == "TEA"
    zoe = await db.fetchrow("SELECT display_name, owner, tags FROM customers")
    assert tuple(zoe) == (" Zoe ", "Zo\u00e9", ["vip"])
    suspect = await db.fetch("SELECT receipt_no FROM sales WHERE clock_suspect")
    assert [row["receipt_no"] for row in suspect] == ["1003"]
    assert await db.fetchval("SELECT last_purchase_at FROM customer_totals") == RECEIVED + HOUR
    states = await db.fetch("SELECT kind, state FROM interactions ORDER BY id")
    assert [tuple(row) for row in states] == [("meeting", "planned"), ("message", "held"), ("call", "held")]
    assert tuple(await db.fetchrow("SELECT source, external_id FROM interactions WHERE source IS NOT NULL")) == (
        "a",
        "1",
    )
    foreign = "contype = 'f' AND confrelid IN ('sites'::regclass, 'products'::regclass)"
    assert await db.fetchval(f"SELECT count(*) FROM pg_constraint WHERE {foreign}") == 7, (
        "the constraints are there again"
    )
    await db.close()
