"""Conversations: which interactions are in the same one, and which of them answer its enquiries.

A thread is a name that its sender gives, and two senders may give the same: threads of two sources are one only if they
are known to be with the same customer. What has no source, as what staff record, is in the thread of any source if only
one has that name, and if they are not known to be with different customers, nor the thread of that source with others.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.kit.event_types import INTERACTION_ANSWERED
from app.store.kit import activity
from app.store.kit.addresses import same_address
from app.store.kit.links import (
    answers_by_thread,
    found_by_contact,
    is_about_by_thread,
    is_answered_by_thread,
    only_others,
    released_from,
)


def same_thread(a: str, b: str) -> str:
    """SQL condition on rows of interactions: they are in the same thread.

    What they themselves say of their customers counts, and nothing that they have from others: two that are in one
    thread because of a link would be in two because of the customer that it brings, and in one again without it.
    """
    named_by, own_a, own_b = _named_by(b), own_customer(a), own_customer(b)
    may_be_one = (
        f"({own_a} IS NULL OR {own_b} IS NULL) AND {may_be_named_by(a, named_by)} "
        f"AND NOT {_is_with_others(_named_by(a), b)}"
    )
    return f"({a}.thread = {b}.thread AND ({own_a} = {own_b} OR {is_named_by(a, named_by)} OR {may_be_one}))"


def in_threads(a: str) -> str:
    """SQL expressions on a row of interactions: all of it that `same_thread` looks at. Two that have them in common are
    in the same thread as others, or neither is.
    """
    return f"{a}.thread, {_named_by(a)}, {own_customer(a)}"


def own_customer(a: str) -> str:
    """SQL expression on a row of interactions: its customer, unless that is the customer of what it is linked to."""
    return f"CASE WHEN {a}.customer_from_id IS NULL THEN {a}.customer_id END"


_IS_ABOUT_EARLIER = """EXISTS (
    SELECT FROM complaint_messages earlier
    WHERE earlier.interaction_id = m.interaction_id AND earlier.complaint_id < m.complaint_id)"""


def may_take_customer(a: str, is_about_earlier: str = _IS_ABOUT_EARLIER) -> str:
    """SQL condition on a row of interactions: it has no customer, or only by its thread: that of an enquiry which it
    answers, or of a complaint though it is about an earlier one (than `m` says), which comes first.
    """
    return f"({a}.customer_id IS NULL OR {answers_by_thread(a)} OR {is_about_by_thread(a, is_about_earlier)})"


def is_named_by(a: str, source: str) -> str:
    """SQL condition on a row of interactions: this source named its thread, or none if it is null."""
    return f"{_named_by(a)} IS NOT DISTINCT FROM {source}"


def may_be_named_by(a: str, source: str) -> str:
    """SQL condition on a row of interactions, and on a source or null: it has no source, or the source is null; no
    third one names such a thread, and that of the source is not known to be with others than the customer of the row.
    """
    only = f"coalesce({_named_by(a)}, {source})"
    others = f"SELECT FROM interactions other WHERE other.thread = {a}.thread AND other.source <> {only}"
    return (
        f"(({_named_by(a)} IS NULL OR {source} IS NULL) AND NOT EXISTS ({others}) AND NOT {_is_with_others(source, a)})"
    )


def _is_with_others(source: str, a: str) -> str:
    """SQL condition: all whom the thread of a source is known to be with are others than the customer of a row in a
    thread of the same name, which itself names no source.
    """
    theirs = own_customer("other")
    known = f"other.thread = {a}.thread AND other.source = {source} AND {theirs} IS NOT NULL"
    are_others = f"SELECT bool_and({theirs} <> {own_customer(a)}) FROM interactions other WHERE {known}"
    return f"({_named_by(a)} IS NULL AND ({are_others}) IS TRUE)"


def _named_by(a: str) -> str:
    """SQL expression: the source that named the thread of an interaction. What somebody has named as an answer is in
    the thread of its enquiry; what answers it because of the thread says nothing of that.
    """
    asked = f"FROM interactions asked WHERE asked.answered_by_id = {a}.id AND asked.named_answer_id = {a}.id"
    return f"coalesce({a}.source, (SELECT min(asked.source) {asked} AND asked.thread = {a}.thread))"


def concerns(interaction: str, customer_id: str) -> str:
    """SQL condition on a row of interactions: it is not known to be a contact with somebody else than this customer.

    It is where it belongs to somebody else, unless the customer took part; where somebody took it from the customer;
    and where only others may be meant.
    """
    not_theirs = f"({released_from(interaction, customer_id)} OR {only_others(interaction, customer_id)})"
    return (
        f"({customer_id} IS NULL OR ({interaction}.customer_id = {customer_id}) IS TRUE "
        f"OR {interaction}.customer_id IS NULL AND NOT {not_theirs} "
        f"OR EXISTS (SELECT FROM interaction_participants p "
        f"WHERE p.interaction_id = {interaction}.id AND p.customer_id = {customer_id}))"
    )


def _may_answer(a: str, q: str) -> str:
    """SQL condition on rows of an outbound contact and an enquiry: nothing says that it is one with somebody else.

    Where one of them has no customer, the addresses say it: a mail to a supplier answers no customer in its thread.
    Without addresses, the thread does, if a single customer waits in it.
    """
    at_same_address = same_address(f"{a}.contact", f"{q}.contact")
    nothing_said = f"({at_same_address}) IS NULL AND NOT {_others_wait(a, q)}"
    return f"({_is_answer_to(a, q)} AND ({_both_known(a, q)} OR {at_same_address} OR {nothing_said}))"


def _both_known(a: str, q: str) -> str:
    """SQL condition on rows of an outbound contact and an enquiry: both have customers, and neither has it from the
    other; nor has the contact its customer from another enquiry of which only the thread says that it is the answer:
    it would answer this one because of that, and that because of this.
    """
    known = (
        f"{x}.customer_id IS NOT NULL AND ({x}.customer_from_id = {y}.id) IS NOT TRUE" for x, y in ((a, q), (q, a))
    )
    at_same_address = same_address(f"{a}.contact", "asked.contact")
    return f"({' AND '.join(known)} AND NOT {answers_by_thread(a, f'({at_same_address}) IS NOT TRUE')})"


def _is_answer_to(a: str, q: str) -> str:
    """SQL condition on rows of an outbound contact and an enquiry: neither is known to be one with somebody else than
    the customer of the other. At the same address they are with the same one, whoever else has it.
    """
    released = f"{released_from(a, f'{q}.customer_id')} OR {released_from(q, f'{a}.customer_id')}"
    at_same_address = same_address(f"{a}.contact", f"{q}.contact")
    both_there = f"{a}.customer_id IS NULL AND {at_same_address} AND NOT ({released})"
    others = f"{q}.customer_id IS NULL AND {only_others(q, f'{a}.customer_id')}"
    return f"(({both_there}) IS TRUE OR {concerns(a, f'{q}.customer_id')} AND NOT ({others}))"


def _others_wait(a: str, q: str) -> str:
    """SQL condition on rows of an outbound contact and an enquiry: when it was made, another customer waited as well
    in its thread, whose address does not say that somebody else is meant.

    Where its own source named the thread of the enquiry, who waits in a thread that may be the same is somebody else.
    """
    named_by = _named_by(a)
    waits = (
        f"o.awaits_answer AND o.happened_at <= {a}.happened_at "
        f"AND (o.answered_at IS NULL OR o.answered_at > {a}.happened_at OR o.answered_by_id = {a}.id)"
    )
    in_thread = f"({is_named_by('o', named_by)} OR NOT {is_named_by(q, named_by)} AND {same_thread('o', a)})"
    return (
        f"EXISTS (SELECT FROM interactions o WHERE o.thread = {a}.thread AND o.customer_id <> {q}.customer_id "
        f"AND {waits} AND ({same_address(f'{a}.contact', 'o.contact')}) IS NOT FALSE AND {in_thread})"
    )


async def no_longer_answered(ctx: Context, interaction_ids: Sequence[UUID]) -> list[Record]:
    """Rows of enquiries, locked, whose answers are none any more; these interactions are enquiries or answers."""
    return await ctx.db.fetch(_NO_LONGER_ANSWERED, list(interaction_ids))


async def enquiries_to_answer(ctx: Context, interaction_ids: Sequence[UUID]) -> list[Record]:
    """Rows of enquiries to be answered in their threads, locked, with the earliest outbound contact after each: open
    ones, and those that a later contact was the first to answer.

    `interaction_ids` are the enquiries, or others in their threads. A contact with another customer answers nothing.
    """
    return await ctx.db.fetch(_ANSWERS, list(interaction_ids))


async def named_answers(ctx: Context, interaction_ids: Sequence[UUID]) -> list[Record]:
    """Rows of enquiries, locked, with what somebody has said answers them, and may, though it is not the answer now.

    `interaction_ids` are the enquiries, or such answers. `is_own` says that an answer that had no customer has found
    one by its address since.
    """
    return await ctx.db.fetch(_NAMED_ANSWERS, list(interaction_ids))


async def named_enquiries(ctx: Context, interaction_id: UUID) -> list[Record]:
    """Rows of the enquiries, locked, of which somebody has said that this interaction answers them."""
    return await ctx.db.fetch(
        "SELECT * FROM interactions WHERE answered_by_id = $1 AND named_answer_id = $1 ORDER BY id FOR NO KEY UPDATE",
        interaction_id,
    )


async def retime_answers(ctx: Context, answer: Record, at: datetime) -> None:
    """Put the events that tell of this row as the answer to an enquiry at another moment than it has."""
    moved = await ctx.db.fetch(
        _RETIME_ANSWERS,
        answer["id"],
        str(answer["id"]),
        answer["customer_id"],
        answer["happened_at"],
        at,
        INTERACTION_ANSWERED.name,
    )
    await activity.find_known_since(ctx, (row["customer_id"] for row in moved))


# Enquiries that await an answer again since then are found by the timeline of the customer: it is that of both.
_RETIME_ANSWERS = """
    UPDATE events SET occurred_at = $5
    WHERE type = $6 AND data->>'answered_by_id' = $2 AND occurred_at = $4 AND (
        customer_id = $3 OR subject_id = ANY (ARRAY(
            SELECT id FROM interactions WHERE answered_by_id = $1
            UNION SELECT id FROM interactions WHERE named_answer_id = $1
        ))
    )
    RETURNING customer_id
"""
_IS_OWN = f"(q.answer_follows AND {found_by_contact('a')})"
_NAMED_ANSWERS = f"""
    SELECT q.*, a.id AS answer_id, a.channel AS answer_channel, a.happened_at AS answer_happened_at,
        a.customer_id AS answer_customer_id, {_IS_OWN} AS is_own
    FROM interactions q JOIN interactions a ON a.id = q.named_answer_id
    WHERE (q.id = ANY ($1::uuid[]) OR q.named_answer_id = ANY ($1::uuid[]))
        AND q.awaits_answer AND q.answered_by_id IS DISTINCT FROM q.named_answer_id
        AND a.direction = 'outbound' AND a.state = 'held' AND q.happened_at <= a.happened_at
        AND ({concerns("a", "q.customer_id")} OR {_IS_OWN} AND NOT {released_from("a", "q.customer_id")})
    ORDER BY q.id FOR NO KEY UPDATE OF q
"""
_NO_LONGER_ANSWERED = f"""
    SELECT q.* FROM interactions q JOIN interactions a ON a.id = q.answered_by_id
    WHERE (q.id = ANY ($1::uuid[]) OR q.answered_by_id = ANY ($1::uuid[]))
        AND NOT (a.direction = 'outbound' AND a.state = 'held' AND q.happened_at <= a.happened_at
            AND ((q.named_answer_id = a.id) IS TRUE AND {concerns("a", "q.customer_id")}
                OR q.answered_at = a.happened_at AND ({same_thread("a", "q")} AND {_may_answer("a", "q")}) IS TRUE))
    ORDER BY q.id FOR NO KEY UPDATE OF q
"""
IS_ANSWERED_OR_ANSWERS = """EXISTS (
    SELECT FROM interactions q
    WHERE q.id = e.subject_id AND (q.answered_by_id IS NOT NULL OR q.named_answer_id IS NOT NULL)
    UNION ALL
    SELECT FROM interactions q WHERE q.answered_by_id = e.subject_id
    UNION ALL
    SELECT FROM interactions q WHERE q.named_answer_id = e.subject_id
)"""
"""Condition on the event `e` of an interaction: it is an enquiry that an interaction answers, or such an answer; or
somebody has said so."""
_OPEN = f"(q.answered_at IS NULL OR a.happened_at < q.answered_at AND {is_answered_by_thread('q')})"
"""Condition on an enquiry and a contact: nothing that came before that has answered it, nor has somebody said what did,
such as a call that is in no thread."""
_OPEN_ENQUIRY = f"q.awaits_answer AND {_OPEN} AND q.happened_at <= a.happened_at"
ANSWERS = f"({same_thread('a', 'q')} AND {_OPEN_ENQUIRY} AND {_may_answer('a', 'q')})"
"""Condition on an outbound contact that took place and an interaction: that is an enquiry which it answers."""
MAY_ANSWER = f"""EXISTS (
    SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL AND (
        n.direction = 'outbound' AND n.state = 'held' AND EXISTS (
            SELECT FROM interactions q CROSS JOIN (SELECT n.happened_at) a
            WHERE q.thread = n.thread AND {_OPEN_ENQUIRY})
        OR n.awaits_answer AND (n.answered_at IS NULL OR n.answered_by_id IS NOT NULL) AND EXISTS (
            SELECT FROM interactions a WHERE a.thread = n.thread AND a.direction = 'outbound' AND a.state = 'held'
                AND a.happened_at >= n.happened_at)
    )
)"""
"""Condition on the event `e` of an interaction: it may answer an enquiry of its thread, or be one that is answered.

Of which source the thread is, and whose both are, `enquiries_to_answer` finds out: participants, and what an answer
answers, are stored after the event.
"""
OTHERS_WAIT = """EXISTS (
    SELECT FROM interactions q JOIN interactions o ON o.thread = q.thread AND o.customer_id <> q.customer_id
    WHERE q.id = e.subject_id AND o.awaits_answer AND (o.answered_at IS NULL OR o.answered_by_id IS NOT NULL)
)"""
"""Condition on the event `e` of an enquiry that is answered: another customer may wait in its thread, who is the only
one from now on."""
_ANSWERS = f"""
    WITH given AS MATERIALIZED (SELECT n.* FROM interactions n WHERE n.id = ANY ($1::uuid[]) AND n.thread IS NOT NULL)
    SELECT q.*, a.answer_id, a.answer_channel, a.answer_happened_at
    FROM interactions q
    CROSS JOIN LATERAL (
        SELECT a.id AS answer_id, a.channel AS answer_channel, a.happened_at AS answer_happened_at FROM interactions a
        WHERE a.direction = 'outbound' AND a.state = 'held' AND {ANSWERS}
        ORDER BY a.happened_at, a.id LIMIT 1
    ) a
    WHERE q.thread = ANY (ARRAY(SELECT thread FROM given)) AND q.awaits_answer
        AND EXISTS (SELECT FROM given n WHERE {same_thread("q", "n")})
    ORDER BY q.id FOR NO KEY UPDATE OF q
"""
