import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.kit.moments import TOLERANCE
from app.schemas.interactions import interactions as schemas
from app.store.customers import customer_references
from app.store.interactions import threads, unsettled
from app.store.kit import activity, documents
from app.store.kit import rows as table_rows
from app.store.kit.listing import Listing, match_conditions
from app.store.kit.references import Lookup, Reference, sent_before
from app.store.kit.tables import Table

_UNANSWERED = "i.awaits_answer AND i.answered_at IS NULL"
_FIRST_TASK = "FROM tasks t WHERE t.interaction_id = i.id ORDER BY t.id LIMIT 1"
_COMPLAINTS = "complaint_messages m WHERE m.interaction_id = i.id"
_OWN = {
    "complaint_id": f"(SELECT m.complaint_id FROM {_COMPLAINTS} ORDER BY m.complaint_id DESC LIMIT 1)",
    "task_id": f"(SELECT t.id {_FIRST_TASK})",
    "awaits_answer": f"({_UNANSWERED})",
    "answer_seconds": "CASE WHEN i.answered_at IS NOT NULL THEN "
    "greatest(floor(extract(epoch FROM i.answered_at - i.happened_at)), 0)::bigint END",
}
_LIST = Listing(
    "interactions",
    documents.columns(schemas.Interaction, "i", _OWN),
    "interactions",
    "i",
    schemas.InteractionQuery,
    {
        "customer_id": "i.customer_id = {}",
        "claimed": {True: "i.customer_id IS NOT NULL", False: "i.customer_id IS NULL"},
        "match": match_conditions("i"),
        "kind": "i.kind = {}",
        "channel": "i.channel = {}",
        "direction": "i.direction = {}",
        # Literal conditions, so that the planner sees which partial index fits.
        "state": {
            "held": "i.state = 'held'",
            "planned": "i.state <> 'held' AND i.state = 'planned'",
            "missed": "i.state <> 'held' AND i.state = 'missed'",
            "cancelled": "i.state <> 'held' AND i.state = 'cancelled'",
        },
        "staff": "lower(i.staff) = lower({})",
        "thread": "i.thread = {}",
        "complaint_id": f"EXISTS (SELECT FROM {_COMPLAINTS} AND m.complaint_id = {{}})",
        "source": "i.source = {}",
        "external_id": "i.external_id = {}",
        "unanswered": {True: _UNANSWERED, False: f"NOT ({_UNANSWERED})"},
        "happened_since": "i.happened_at >= {}",
        "happened_before": "i.happened_at < {}",
    },
    {"happened_at": ("i.happened_at", "timestamptz")},
)
INTERACTIONS = Table("interaction", _LIST)


def counts(alias: str, now: str) -> str:
    """Condition: a contact that took place, which is neither planned, missed or cancelled.

    It may be as far ahead as the clock of its sender, as for `customer_activity.last_contact_at`; what earlier releases
    have stored with a moment beyond that is still to come.
    """
    return (
        f"{alias}.state = 'held' AND {alias}.happened_at <= {now} + interval '{TOLERANCE // timedelta(hours=1)} hours'"
    )


async def add(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert interactions in the given order; their customers were in contact."""
    if values:
        dated = [{**row, "created_at": ctx.now, "updated_at": ctx.now} for row in values]
        names = tuple(dated[0])
        rows_of_values = table_rows.arguments("interactions", names, [tuple(row.values()) for row in dated])
        await ctx.db.execute(_add(names), *rows_of_values)


@cache
def _add(names: tuple[str, ...]) -> str:
    contacted = activity.contacted("i", "(SELECT max(created_at) FROM i)")
    return f"WITH i AS ({table_rows.insertion('interactions', names)} RETURNING *), {contacted} SELECT"


async def contents(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The JSON of interactions by id, with the next step as it was first recorded."""
    stored = await ctx.db.fetch(_STORED, list(ids))
    return {row["id"]: json.loads(row["json"]) for row in stored}


async def lock_that_may_take_customer(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, tuple[UUID | None, UUID | None]]:
    """Lock those of these interactions that have no customer, or one by a thread alone: (customer, origin) by id."""
    found = await ctx.db.fetch(
        "SELECT i.id, i.customer_id, i.customer_from_id FROM interactions i "
        f"WHERE i.id = ANY ($1::uuid[]) AND {threads.may_take_customer('i')} ORDER BY i.id FOR NO KEY UPDATE",
        sorted(ids),
    )
    return {row["id"]: (row["customer_id"], row["customer_from_id"]) for row in found}


async def unwelcome_channels(
    ctx: Context, customer_id: UUID, number: str | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The channels that a customer does not want to be contacted on, with reason and since when, and the uses that they
    opted out of: for this number of theirs (in its normalised form), or else for all of them.
    """
    row = await ctx.db.fetchrow(_UNWELCOME, customer_id, number)
    if row is None:
        return [], []
    return json.loads(row["channels"] or "[]"), row["opted_out"]


async def enquirers(ctx: Context, sent: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Whose enquiries outbound contacts of nobody would answer, with the channels that these customers do not want, and
    the uses that they opted out of.

    `sent` has thread, source, contact, happened_at and candidates of each, by its index.
    """
    if not sent:
        return {}
    contacts = json.dumps([{"n": n, **contact} for n, contact in sent.items()], default=str)
    return {row["n"]: json.loads(row["data"]) for row in await ctx.db.fetch(_ENQUIRERS, contacts)}


async def lock_complaints(ctx: Context, complaint_ids: Iterable[UUID]) -> None:
    """Complaints that get messages stay as they are until the commit: their customers, and whether they wait."""
    await ctx.db.execute(
        "SELECT FROM complaints WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", sorted(complaint_ids)
    )


def _opted_out(customer_id: str, numbers: str = "true") -> str:
    """The uses that the customer does not want of any of these numbers `p`, as an array."""
    of_customer = f"p.customer_id = {customer_id} AND p.kind = 'phone' AND NOT p.invalid AND {numbers}"
    return (
        f"ARRAY(SELECT o.use FROM contact_points p CROSS JOIN unnest(p.opted_out) o(use) WHERE {of_customer} "
        f"GROUP BY o.use HAVING count(*) = (SELECT count(*) FROM contact_points p WHERE {of_customer}))"
    )


_UNWELCOME = (
    "SELECT c.preferences ->> 'unwelcome_channels' AS channels, "
    f"{_opted_out('c.id', '($2::text IS NULL OR p.normalized = $2)')} AS opted_out FROM customers c WHERE c.id = $1"
)


_ENQUIRERS = f"""
    SELECT DISTINCT ON (a.n) a.n, json_build_object('customer_id', c.id,
        'unwelcome', c.preferences -> 'unwelcome_channels', 'opted_out', {_opted_out("c.id")})::text AS data
    FROM (
        SELECT s.*, NULL::uuid AS id, NULL::uuid AS customer_id, NULL::uuid AS customer_from_id,
            '[]'::jsonb AS match_reasons, '{{}}'::uuid[] AS taken_from
        FROM jsonb_to_recordset($1::jsonb)
            AS s(n int, thread text, source text, contact jsonb, happened_at timestamptz, candidates uuid[])
    ) a
    JOIN interactions q ON q.thread = a.thread AND {threads.ANSWERS} JOIN customers c ON c.id = q.customer_id
    ORDER BY a.n, q.id
"""


def _complaint(same_source: str, may_be_one: str, may_be_one_of_nobody: str, customers: str, only_with: str) -> str:
    """What is read of a complaint `k` of the customer `c`: whether a contact of its conversation is in a thread of the
    `same_source`; the `customers` that such contacts have of their own; whether one of both has no source, so that it
    `may_be_one` thread, and whether it may with a contact that has no customer (`may_be_one_of_nobody`), then with
    what is nobody's, or of those whom the thread of the other one's source is `only_with`, if any is known.
    """
    return (
        "json_build_object('customer_id', k.customer_id, "
        "'contact', k.complainant->'contact'->>'value', 'unwelcome', c.preferences -> 'unwelcome_channels', "
        f"'opted_out', {_opted_out('k.customer_id')}, 'same_source', {same_source}, 'may_be_one', {may_be_one}, "
        f"'may_be_one_of_nobody', {may_be_one_of_nobody}, 'customers', {customers}, 'only_with', {only_with})::text"
    )


REFERENCES = Lookup(
    sent_before("interaction", "interactions"),
    *customer_references(),
    Reference(
        "opted_out",
        {"id": "UUID", "use": "TEXT"},
        f"WHERE w.use = ANY ({_opted_out('w.id')})",
        "w.id",
    ),
    Reference("participant", {"position": "INTEGER", "id": "UUID"}, "JOIN customers c USING (id)", "c.id"),
    Reference(
        "counterpart",
        {"thread": "TEXT", "outbound": "BOOLEAN", "happened_at": "TIMESTAMP WITH TIME ZONE", "source": "TEXT"},
        unsettled.COUNTERPARTS,
        "o.id",
    ),
    Reference(
        "may_take_customer",
        {"thread": "TEXT", "complaint_id": "UUID"},
        "CROSS JOIN LATERAL ("
        "SELECT w.complaint_id AS id WHERE w.complaint_id IS NOT NULL UNION SELECT m.complaint_id "
        "FROM interactions i JOIN complaint_messages m ON m.interaction_id = i.id WHERE i.thread = w.thread"
        ") k JOIN interactions o USING (thread) "
        f"WHERE {threads.may_take_customer('o', 'k.id < m.complaint_id')} AND NOT EXISTS ("
        "SELECT FROM complaint_messages m WHERE m.complaint_id = k.id AND m.interaction_id = o.id)",
        "o.id",
    ),
    Reference(
        "complaint",
        {"id": "UUID"},
        "JOIN complaints k USING (id) LEFT JOIN customers c ON c.id = k.customer_id",
        "k.id",
        _complaint("true", "true", "true", "'[]'::json", "NULL"),
    ),
    Reference(
        "complaint_of_thread",
        {"thread": "TEXT", "source": "TEXT"},
        "CROSS JOIN LATERAL ("
        f"SELECT m.complaint_id, {threads.is_named_by('o', 'w.source')} AS same_source, "
        f"{threads.may_be_named_by('o', 'w.source')} AS may_be_one, {threads.own_customer('o')} AS customer_id "
        "FROM interactions o JOIN complaint_messages m ON m.interaction_id = o.id WHERE o.thread = w.thread "
        "UNION ALL SELECT k.id, true, true, NULL FROM complaints k WHERE k.reference = w.thread"
        ") t JOIN complaints k ON k.id = t.complaint_id LEFT JOIN customers c ON c.id = k.customer_id "
        "GROUP BY w.n, w.thread, w.source, k.id, c.id",
        "k.id",
        _complaint(
            "bool_or(t.same_source)",
            "bool_or(t.may_be_one)",
            "bool_or(t.may_be_one AND t.customer_id IS NULL)",
            "json_agg(DISTINCT t.customer_id) FILTER (WHERE t.customer_id IS NOT NULL)",
            f"CASE WHEN w.source IS NULL THEN (SELECT json_agg(DISTINCT {threads.own_customer('s')}) "
            "FROM interactions s WHERE s.thread = w.thread AND s.source IS NOT NULL "
            f"AND {threads.own_customer('s')} IS NOT NULL) END",
        ),
    ),
)
"""What interactions refer to: those with the same key, with their content hash; their customers and participants;
customers who opted out of a use for all of their numbers; what in their threads they may answer, or may answer them,
their counterparts, or has no customer and may be about a complaint with them; and the complaints that they, or others
in their threads, are about.
"""
_NEXT_STEP = (
    f"(SELECT json_build_object('what', t.what, 'owner', t.owner, 'due_at', {documents.timestamp('t.due_at')}) "
    f"{_FIRST_TASK})"
)
_STORED = f"""
    SELECT i.id, row_to_json(d)::text AS json FROM interactions i
    CROSS JOIN LATERAL (SELECT {INTERACTIONS.columns}, {_NEXT_STEP} AS next_step) d WHERE i.id = ANY ($1::uuid[])
"""
