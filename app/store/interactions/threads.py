"""Conversations: which interactions are in the same one, and which of them answer its enquiries.

A thread is a name that its sender gives, and two senders may give the same: threads of two sources are one only if they
are known to be with the same customer. What has no source, as what staff record, may be in a thread of any.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import advisory


def same_thread(a: str, b: str) -> str:
    """SQL condition on rows of interactions: they are in the same thread."""
    same_customer = f"{a}.customer_id = {b}.customer_id"
    return f"({a}.thread = {b}.thread AND ({may_be_named_by(a, _named_by(b))} OR {same_customer}))"


def may_be_named_by(a: str, source: str) -> str:
    """SQL condition on a row of interactions: no other source than this one named its thread."""
    return f"coalesce({_named_by(a)} = {source}, true)"


def _named_by(a: str) -> str:
    """SQL expression: the source that named the thread of an interaction. An answer is in the thread of its enquiry."""
    asked = f"FROM interactions asked WHERE asked.answered_by_id = {a}.id AND asked.thread = {a}.thread"
    return f"coalesce({a}.source, (SELECT min(asked.source) {asked}))"


def concerns(interaction: str, customer_id: str) -> str:
    """SQL condition on a row of interactions: it is not known to be a contact with somebody else than this customer."""
    return (
        f"({interaction}.customer_id IS NULL OR {customer_id} IS NULL OR {interaction}.customer_id = {customer_id} "
        f"OR EXISTS (SELECT FROM interaction_participants p "
        f"WHERE p.interaction_id = {interaction}.id AND p.customer_id = {customer_id}))"
    )


async def lock_threads(ctx: Context, interaction_ids: Iterable[UUID]) -> None:
    """Until the commit, nothing is recorded in the threads of these interactions. What is being recorded is waited for.

    Without ids, the database is not queried.
    """
    if ids := list(interaction_ids):
        await ctx.db.execute(_LOCK_THREADS, ids)


async def link_to_complaints(ctx: Context, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Interactions, and whatever is in their threads, are about complaints: pairs of (complaint_id, interaction_id).

    A pair that is stored already stays. Without pairs, the database is not queried.
    """
    if not pairs:
        return
    await lock_threads(ctx, [interaction_id for _, interaction_id in pairs])
    await ctx.db.execute(_LINK, *(list(column) for column in zip(*pairs, strict=True)))


async def link_new_to_complaints(ctx: Context, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """As `link_to_complaints`, for interactions whose threads are known to be linked as far as they belong to it."""
    if pairs:
        await ctx.db.execute(_LINK_ALONE, *(list(column) for column in zip(*sorted(pairs), strict=True)))


async def answered_enquiries(ctx: Context, interaction_ids: Sequence[UUID]) -> list[Record]:
    """Rows of open enquiries that are answered in their threads, locked, with the earliest outbound contact after each.

    `interaction_ids` are the enquiries, or outbound contacts in their threads. A contact with another customer answers
    nothing.
    """
    return await ctx.db.fetch(_ANSWERS, list(interaction_ids))


_LOCK_THREADS = f"""
    SELECT {advisory.exclusively(advisory.THREAD)} FROM (
        SELECT DISTINCT {advisory.bucket("thread")} AS bucket FROM interactions
        WHERE id = ANY ($1::uuid[]) AND thread IS NOT NULL ORDER BY bucket
    ) w
"""
_PAIRS = "unnest($1::uuid[], $2::uuid[]) AS p(complaint_id, interaction_id)"
_LINK_ALONE = f"""
    INSERT INTO complaint_messages (complaint_id, interaction_id)
    SELECT p.complaint_id, p.interaction_id FROM {_PAIRS} ON CONFLICT DO NOTHING
"""
_LINK = f"""
    INSERT INTO complaint_messages (complaint_id, interaction_id)
    SELECT p.complaint_id, p.interaction_id FROM {_PAIRS}
    UNION
    SELECT p.complaint_id, o.id FROM {_PAIRS}
    JOIN interactions i ON i.id = p.interaction_id JOIN interactions o ON {same_thread("o", "i")}
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""
_OPEN_ENQUIRY = "q.awaits_answer AND q.answered_at IS NULL AND q.happened_at <= a.happened_at"
MAY_ANSWER = f"""EXISTS (
    SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL AND (
        n.direction = 'outbound' AND n.state = 'held' AND EXISTS (
            SELECT FROM interactions q CROSS JOIN (SELECT n.happened_at) a
            WHERE q.thread = n.thread AND {_OPEN_ENQUIRY})
        OR n.awaits_answer AND n.answered_at IS NULL AND EXISTS (SELECT FROM interactions a
            WHERE a.thread = n.thread AND a.direction = 'outbound' AND a.state = 'held'
                AND a.happened_at >= n.happened_at)
    )
)"""
"""Condition on the event `e` of an interaction: it may answer an enquiry of its thread, or be one that is answered.

Of which source the thread is, and whose both are, `answered_enquiries` finds out: participants, and what an answer
answers, are stored after the event.
"""
MAY_BE_ANSWERED = """JOIN interactions o USING (thread) WHERE CASE
    WHEN w.outbound THEN o.awaits_answer AND o.answered_at IS NULL
    ELSE o.direction = 'outbound' AND o.state = 'held' END"""
"""The rest of a FROM clause on rows `w` of new enquiries and outbound contacts: what may answer them, or they it."""
_ANSWERS = f"""
    WITH given AS MATERIALIZED (SELECT n.* FROM interactions n WHERE n.id = ANY ($1::uuid[]) AND n.thread IS NOT NULL)
    SELECT q.*, a.answer_id, a.answer_channel, a.answer_happened_at
    FROM interactions q
    CROSS JOIN LATERAL (
        SELECT a.id AS answer_id, a.channel AS answer_channel, a.happened_at AS answer_happened_at FROM interactions a
        WHERE {same_thread("a", "q")} AND a.direction = 'outbound' AND a.state = 'held' AND {_OPEN_ENQUIRY}
            AND {concerns("a", "q.customer_id")}
        ORDER BY a.happened_at, a.id LIMIT 1
    ) a
    WHERE q.thread = ANY (ARRAY(SELECT thread FROM given)) AND q.awaits_answer AND q.answered_at IS NULL
        AND EXISTS (SELECT FROM given n WHERE {same_thread("q", "n")})
    ORDER BY q.id FOR NO KEY UPDATE OF q
"""
