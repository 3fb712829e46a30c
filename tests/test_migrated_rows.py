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


async def test_what_is_linked_follows(new_database: Callable[..., str]) -> None:
    dsn = new_database("template1")
    await as_of(dsn, "0014")
    db = await asyncpg.connect(dsn)
    people = await db.fetch(
        "INSERT INTO customers (kind, trade, display_name, sort_name) VALUES ('person', 'b2c', 'Ada', 'ada'), "
        "('person', 'b2c', 'Bo', 'bo') RETURNING id"
    )
    ada, bo = (row[0] for row in people)
    sale = await db.fetchval(
        "INSERT INTO sales (source, receipt_no, kind, occurred_at, business_date, channel, currency, customer_id, "
        "match, total, gross, refunded, content_hash) "
        "VALUES ('till', '1', 'sale', now(), now(), 'in_store', 'GBP', $1, 'matched', 1, 1, 0, '') RETURNING id",
        ada,
    )
    complaints = await db.fetch(
        "INSERT INTO complaints (reference, channel, description, received_at, state_since, sale_id, customer_id, "
        "complainant, waiting_for) VALUES ('A', 'phone', 'x', $1, $1, $2, NULL, NULL, 'customer'), "
        "('B', 'phone', 'x', $1, $1, $2, $3, NULL, NULL), "
        "('C', 'phone', 'x', $1, $1, $2, $4, $5, NULL) RETURNING id",
        RECEIVED,
        sale,
        ada,
        bo,
        json.dumps({"name": "Bo", "contact": {"kind": "phone", "value": "1"}}),
    )
    first = complaints[0][0]
    await db.execute(
        "INSERT INTO events (type, subject_type, subject_id, occurred_at, actor, title) "
        "VALUES ('complaint.held', 'complaint', $1, $2, 'test', 'Held')",
        first,
        RECEIVED + HOUR,
    )
    feedback = await db.fetchval(
        "INSERT INTO feedback (method, collected_at, complaint_id) VALUES ('form', now(), $1) RETURNING id", first
    )
    await db.execute(
        "INSERT INTO ratings (feedback_id, position, metric, value, worst, best, score, collected_at, method) "
        "VALUES ($1, 0, 'nps', 1, 0, 10, 10, now(), 'form')",
        feedback,
    )
    seen = await db.fetchval(
        "INSERT INTO feedback (method, collected_at, sale_id) VALUES ('observation', now(), $1) RETURNING id", sale
    )
    task = await db.fetchval("INSERT INTO tasks (what) VALUES ('Ring') RETURNING id")
    rule = await db.fetchval("INSERT INTO feedback_rules (code) VALUES ('a') RETURNING id")
    await db.execute(
        "INSERT INTO feedback_follow_ups (feedback_id, rule_id, task_id) VALUES ($1, $2, $3)", feedback, rule, task
    )
    meeting = await db.fetchval(
        "INSERT INTO interactions (customer_id, kind, channel, direction, happened_at, participants) "
        "VALUES ($1, 'meeting', 'in_person', 'outbound', $2, $3) RETURNING id",
        ada,
        RECEIVED,
        json.dumps([{"name": "Bo", "customer_id": str(bo)}, {"name": "X", "customer_id": "nobody"}, {"name": "Y"}]),
    )
    await db.close()
    await as_of(dsn, "0021")
    db = await asyncpg.connect(dsn)
    rows = await db.fetch("SELECT customer_id, customer_from_id FROM complaints ORDER BY reference")
    assert [tuple(row) for row in rows] == [(ada, sale), (ada, sale), (bo, None)]
    assert await db.fetchval("SELECT waiting_since FROM complaints WHERE id = $1", first) == RECEIVED + HOUR
    assert await db.fetchval("SELECT customer_id FROM events WHERE subject_id = $1", first) == ada
    rows = await db.fetch("SELECT id, customer_id, customer_from_id FROM feedback ORDER BY id")
    assert [tuple(row) for row in rows] == [(feedback, ada, first), (seen, None, None)]
    assert await db.fetchval("SELECT customer_id FROM ratings") == ada
    assert tuple(await db.fetchrow("SELECT feedback_id, customer_id, customer_from_id FROM tasks")) == (
        feedback,
        ada,
        feedback,
    )
    participants = await db.fetch("SELECT * FROM interaction_participants")
    assert [tuple(row) for row in participants] == [(meeting, bo, RECEIVED)]
    attended = await db.fetchrow("SELECT customer_id, occurred_at FROM events WHERE type = 'interaction.attended'")
    assert tuple(attended) == (bo, RECEIVED)
    await db.close()
