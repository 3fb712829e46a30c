from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.complaints.states import ENDED, State, allowed
from app.schemas.complaints import complaints as schemas
from app.schemas.complaints.actions import Action
from app.schemas.complaints.moves import ComplaintMove, ComplaintMoveQuery
from app.schemas.complaints.remedies import Remedy
from app.store import sales
from app.store.complaints.complaint_row import ComplaintRow
from app.store.customers import customer_references
from app.store.interactions import concerns
from app.store.kit import documents, rows
from app.store.kit.listing import Listing, Page, match_conditions
from app.store.kit.references import Lookup, Reference, sent_before
from app.store.kit.tables import Table

_ENDED = ", ".join(f"'{state}'" for state in sorted(ENDED))


def open_(alias: str) -> str:
    """Condition: neither closed nor withdrawn."""
    return f"{alias}.state NOT IN ({_ENDED})"


OPEN = open_("c")
_MOVES = " ".join(f"""WHEN '{s}' THEN '[{", ".join(f'"{move}"' for move in allowed(s))}]'""" for s in State)
_CHILDREN = {
    "allowed_moves": f"(CASE c.state {_MOVES} END)::json",
    "remedies": documents.json_array(
        Remedy, "complaint_remedies r", "r", where="r.complaint_id = c.id", order="r.position, r.id"
    ),
    "actions": documents.json_array(Action, "complaint_actions a", "a", where="a.complaint_id = c.id", order="a.id"),
    "clocks": documents.json_array(
        schemas.ClockSummary,
        "complaint_clocks k",
        "k",
        where="k.complaint_id = c.id",
        order="k.started_at, k.metric, k.cycle",
    ),
}
_LIST = Listing(
    "complaints",
    documents.columns(schemas.Complaint, "c", _CHILDREN),
    "complaints",
    "c",
    schemas.ComplaintQuery,
    {
        "reference": "c.reference = {}",
        "customer_id": "c.customer_id = {}",
        "claimed": {True: "c.customer_id IS NOT NULL", False: "c.customer_id IS NULL"},
        "match": match_conditions("c"),
        "state": "c.state = {}",
        # Spelled out, so that the planner sees which partial index fits.
        "open": {True: OPEN, False: f"c.state IN ({_ENDED})"},
        "unended": {True: OPEN},
        "timed": {True: f"{OPEN} AND c.due_at IS NOT NULL"},
        "due_until": "c.due_at < {}",
        "due_from": "(c.due_at >= {} OR c.due_at IS NULL)",
        "breached": {True: "c.breached", False: "NOT c.breached"},
        "category": "c.category = {}",
        "severity": "c.severity = {}",
        "priority": "c.priority = {}",
        "feeling": "c.feeling = {}",
        "channel": "c.channel = {}",
        "site": "c.site = {}",
        "sku": "c.sku = {}",
        "sale_id": "c.sale_id = {}",
        "interaction_id": "c.interaction_id = {}",
        "answered_by_customer": {True: "c.customer_replied_at IS NOT NULL", False: "c.customer_replied_at IS NULL"},
        "staff": "lower(c.staff) = lower({})",
        "owner": "lower(c.owner) = lower({})",
        "source": "c.source = {}",
        "external_id": "c.external_id = {}",
        "received_since": "c.received_at >= {}",
        "received_before": "c.received_at < {}",
    },
    {"received_at": ("c.received_at", "timestamptz"), "due_at": ("c.due_at", "timestamptz")},
    handled=frozenset({"overdue"}),
    unbound=frozenset({"due_until", "due_from"}),
)
COMPLAINTS = Table("complaint", _LIST)
_HISTORY = Listing(
    "moves of a complaint",
    documents.columns(ComplaintMove, "m"),
    "complaint_moves",
    "m",
    ComplaintMoveQuery,
    {"complaint_id": "m.complaint_id = {}"},
    {"position": ("m.position", "int")},
    order="position",
    tie=("m.complaint_id", "uuid"),
)


async def page(ctx: Context, query: schemas.ComplaintQuery, reference: str | None) -> Page:
    """`reference` is that of the query in its canonical form."""
    more: dict[str, Any] = {"reference": reference}
    if query.overdue is not None:
        more["unended"] = True
        more["due_until" if query.overdue else "due_from"] = ctx.now
    if query.sort == "due_at":
        more["timed"] = True
    return await _LIST.page(ctx, query, more)


async def history(ctx: Context, complaint_id: UUID, query: ComplaintMoveQuery) -> Page:
    """The moves it has made, first to last."""
    return await _HISTORY.page(ctx, query, {"complaint_id": complaint_id})


async def next_numbers(ctx: Context, count: int) -> list[int]:
    """Numbers that no complaint had before."""
    found = await ctx.db.fetch("SELECT nextval('complaint_numbers') FROM generate_series(1, $1)", count)
    return [row[0] for row in found]


async def add(ctx: Context, complaints: Sequence[ComplaintRow]) -> None:
    await COMPLAINTS.add(ctx, [complaint.columns() for complaint in complaints])


async def add_moves(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "complaint_moves", values)


async def moves_on_arrival(ctx: Context, complaint_ids: Iterable[UUID]) -> list[Record]:
    """The moves that complaints were recorded with, in order: rows of complaint, move, time, staff and note."""
    return await ctx.db.fetch(
        "SELECT m.complaint_id, m.move, m.happened_at, m.staff, m.note FROM complaint_moves m "
        "JOIN complaints c ON c.id = m.complaint_id AND m.recorded_at = c.created_at "
        "WHERE c.id = ANY ($1::uuid[]) ORDER BY m.complaint_id, m.position",
        list(complaint_ids),
    )


async def last_position(ctx: Context, complaint_id: UUID) -> int:
    """The position of its last move; 0 when there is none."""
    position: int = await ctx.db.fetchval(
        "SELECT coalesce(max(position), 0) FROM complaint_moves WHERE complaint_id = $1", complaint_id
    )
    return position


async def complaints_of(ctx: Context, interaction_ids: Iterable[UUID]) -> list[UUID]:
    """What these interactions are about."""
    found = await ctx.db.fetch(
        "SELECT DISTINCT complaint_id FROM complaint_messages WHERE interaction_id = ANY ($1::uuid[])",
        list(interaction_ids),
    )
    return [row[0] for row in found]


async def waiting_for_reply(ctx: Context, complaint_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, datetime, str]]:
    """Rows of (complaint_id, interaction_id, happened_at, channel): those that wait for their customers, and the
    messages of these that may end that, oldest first.
    """
    found = await ctx.db.fetch(
        f"SELECT c.id, i.id, i.happened_at, i.channel FROM complaints c, {_MESSAGES} "
        "AND c.id = ANY ($1::uuid[]) AND c.waiting_for = 'customer' "
        f"AND i.happened_at > c.waiting_since AND {_IS_REPLY} AND NOT {_WAS_TOLD} "
        "ORDER BY c.id, i.happened_at, i.id",
        list(complaint_ids),
    )
    return [(row[0], row[1], row[2], row[3]) for row in found]


async def first_reply(ctx: Context, complaint_id: UUID, after: datetime) -> tuple[UUID, datetime, str] | None:
    """The id, time and channel of the first message of the customer about a complaint after a time."""
    row = await ctx.db.fetchrow(
        f"SELECT i.id, i.happened_at, i.channel FROM complaints c, {_MESSAGES} "
        f"AND c.id = $1 AND i.happened_at > $2 AND {_IS_REPLY} ORDER BY i.happened_at, i.id LIMIT 1",
        complaint_id,
        after,
    )
    return row and (row[0], row[1], row[2])


async def not_first_replies(ctx: Context, complaint_ids: Iterable[UUID]) -> list[tuple[UUID, UUID, datetime, datetime]]:
    """Rows of (complaint_id, interaction_id, waiting_since, resumed_at): open complaints that were replied to last by a
    message that is no reply of their customers, not about them, of another time than it was, or not the first; since
    when they waited for it, and when that was over.
    """
    found = await ctx.db.fetch(_NOT_FIRST_REPLIES, list(complaint_ids))
    return [(row[0], row[1], row[2], row[3]) for row in found]


_IS_REPLY = (
    "(i.direction = 'inbound' AND i.state = 'held' "
    f"AND (i.customer_from_id IS NOT NULL OR {concerns('i', 'c.customer_id')}))"
)
"""Condition on a message `i` about a complaint `c`: nothing of its own says that somebody else wrote it."""
_WAS_TOLD = (
    "EXISTS (SELECT FROM events e WHERE e.subject_id = c.id AND e.type = 'complaint.customer_replied' "
    "AND e.data->>'interaction_id' = i.id::text AND NOT EXISTS (SELECT FROM events h WHERE h.subject_id = c.id "
    "AND h.type = 'complaint.held' AND h.seq > e.seq AND coalesce(h.data->>'interaction_id', i.id::text) = i.id::text))"
)
"""The same: it was told of as a reply in this wait, and not taken back since. It is not told of again."""
WAITS_FOR_REPLY = """EXISTS (
    SELECT FROM complaint_messages m JOIN complaints c ON c.id = m.complaint_id
    WHERE m.interaction_id = e.subject_id AND (c.waiting_for = 'customer' OR c.customer_replied_at IS NOT NULL)
)"""
"""Condition on the event `e` of an interaction: it is about a complaint that waits for its customer, or did, who may
have written it, or something else that has come along with it.
"""
WAITS = """EXISTS (SELECT FROM complaints c
    WHERE c.id = e.subject_id AND (c.waiting_for = 'customer' OR c.customer_replied_at IS NOT NULL))"""
"""Condition on the event `e` of a complaint: it waits for its customer, or did until they replied."""
_LAST = (
    "SELECT e.data, e.occurred_at FROM events e WHERE e.subject_id = c.id AND e.type = '{}' ORDER BY e.seq DESC LIMIT 1"
)
_MESSAGES = "complaint_messages m JOIN interactions i ON i.id = m.interaction_id WHERE m.complaint_id = c.id"
_NOT_FIRST_REPLIES = f"""
    SELECT c.id, (r.data->>'interaction_id')::uuid, h.occurred_at, coalesce(s.occurred_at, c.customer_replied_at)
    FROM complaints c
    CROSS JOIN LATERAL ({_LAST.format("complaint.customer_replied")}) r
    CROSS JOIN LATERAL ({_LAST.format("complaint.held")}) h
    LEFT JOIN LATERAL ({_LAST.format("complaint.resumed")}) s ON c.waiting_for IS NULL
    WHERE c.id = ANY ($1::uuid[]) AND c.customer_replied_at IS NOT NULL AND {OPEN} AND (
        NOT EXISTS (
            SELECT FROM {_MESSAGES} AND i.id = (r.data->>'interaction_id')::uuid
                AND i.happened_at = c.customer_replied_at AND {_IS_REPLY}
        ) OR EXISTS (
            SELECT FROM {_MESSAGES} AND i.happened_at > h.occurred_at AND i.happened_at < c.customer_replied_at
                AND {_IS_REPLY} AND NOT {_WAS_TOLD}
        )
    )
    ORDER BY c.id
"""


async def get_row(ctx: Context, complaint_id: UUID) -> ComplaintRow:
    record = await ctx.db.fetchrow("SELECT * FROM complaints WHERE id = $1", complaint_id)
    if record is None:
        raise NotFound(COMPLAINTS.missing)
    return ComplaintRow.from_record(record)


async def lock(ctx: Context, complaint_id: UUID) -> ComplaintRow:
    return ComplaintRow.from_record(await COMPLAINTS.lock(ctx, complaint_id))


async def lock_many(ctx: Context, complaint_ids: Iterable[UUID]) -> list[ComplaintRow]:
    """Those that exist, locked in id order: consistent lock order, so no deadlocks."""
    records = await ctx.db.fetch(
        "SELECT * FROM complaints WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", list(complaint_ids)
    )
    return [ComplaintRow.from_record(record) for record in records]


async def open_by_policy(ctx: Context, policy_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """The next open complaints measured by the policy, in id order, after the id `after`."""
    found = await ctx.db.fetch(_OPEN_BY_POLICY, policy_id, after or UUID(int=0), limit)
    return [row[0] for row in found]


async def customer_tags(ctx: Context, customer_ids: Collection[UUID | None]) -> dict[UUID | None, list[str]]:
    statement = "SELECT id, tags FROM customers WHERE id = ANY ($1::uuid[])"
    return dict(await ctx.db.fetch(statement, list(customer_ids))) if customer_ids else {}


async def interaction(ctx: Context, interaction_id: UUID) -> Record | None:
    """Row of (customer_id, direction, channel, state)."""
    return await ctx.db.fetchrow(
        "SELECT customer_id, direction, channel, state FROM interactions WHERE id = $1", interaction_id
    )


_OPEN_BY_POLICY = (
    f"SELECT c.id FROM complaints c WHERE c.policy_id = $1 AND {OPEN} AND c.id > $2 ORDER BY c.id LIMIT $3"
)
_CUSTOMER = "'customer_id', c.id, 'tags', c.tags"
REFERENCES = Lookup(
    sent_before("complaint", "complaints"),
    *customer_references(),
    Reference(
        "sale",
        {"id": "UUID", "line_no": "INTEGER"},
        "JOIN sales s USING (id) LEFT JOIN customers c ON c.id = s.customer_id",
        "s.id",
        f"json_build_object({_CUSTOMER}, {sales.BELIEVED_MOMENT}, 'has_line', w.line_no IS NULL OR EXISTS "
        "(SELECT FROM sale_lines l WHERE l.sale_id = s.id AND l.line_no = w.line_no))::text",
    ),
    Reference(
        "interaction",
        {"id": "UUID"},
        "JOIN interactions i USING (id) LEFT JOIN customers c ON c.id = i.customer_id",
        "i.id",
        f"json_build_object({_CUSTOMER})::text",
    ),
)
"""What complaints refer to: those stored under the same key, with the hash of what was sent; their customers; and the
customers of the sales and interactions that they are about.
"""
