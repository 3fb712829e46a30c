"""What may have another answer, or be about another complaint, since something comes into its thread or leaves it."""

from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.store.interactions.threads import own_customer
from app.store.kit import events
from app.store.kit.links import is_answered_by_thread


async def dependent_enquiries(ctx: Context, interaction_ids: Sequence[UUID], names: Sequence[str]) -> list[UUID]:
    """Enquiries in threads of these names, or of these interactions, that others there may settle otherwise."""
    found = await ctx.db.fetch(_DEPENDENT, list(interaction_ids), list(names))
    return [row[0] for row in found]


async def unsourced(ctx: Context, interaction_ids: Sequence[UUID], names: Sequence[str]) -> list[UUID]:
    """What has no source in threads of these names, or of these interactions."""
    found = await ctx.db.fetch(_IN_UNSOURCED, list(interaction_ids), list(names))
    return [row[0] for row in found]


_LATER = "a.thread = {0}.thread AND a.direction = 'outbound' AND a.state = 'held' AND a.happened_at >= {0}.happened_at"


def _depends_on_thread(q: str, further: str = "true") -> str:
    """SQL condition on a row: an enquiry that something in its thread answers, or that awaits an answer although there
    is something, for which `further` holds as the row `a`.
    """
    return (
        f"({q}.awaits_answer AND ({q}.answered_at IS NULL OR {is_answered_by_thread(q)}) AND EXISTS ("
        f"SELECT FROM interactions a WHERE {_LATER.format(q)} AND {further}))"
    )


def _has_unsourced(thread: str) -> str:
    """SQL condition: something without a source is in a thread of this name."""
    return f"EXISTS (SELECT FROM interactions u WHERE u.thread = {thread} AND u.source IS NULL)"


def _of_unsettled_thread(thread: str, further: str = "true") -> str:
    return f"EXISTS (SELECT FROM interactions q WHERE q.thread = {thread} AND {_depends_on_thread('q', further)})"


_ONE_IS_UNSOURCED = "(a.source IS NULL) <> ({q}.source IS NULL)"
_THREADS = """ARRAY(SELECT n.thread FROM interactions n WHERE n.id = ANY ($1::uuid[]) AND n.thread IS NOT NULL
        UNION SELECT unnest($2::text[]))"""
_DEPENDENT = f"""
    SELECT q.id FROM interactions q WHERE q.thread = ANY ({_THREADS}) AND {_depends_on_thread("q")} ORDER BY 1
"""
_IN_UNSOURCED = f"SELECT u.id FROM interactions u WHERE u.thread = ANY ({_THREADS}) AND u.source IS NULL ORDER BY 1"
# What is asked of the thread alone is asked once, and first: conversations may be long.
COUNTERPARTS = f"""
CROSS JOIN LATERAL (SELECT w.source IS NOT NULL AND {_has_unsourced("w.thread")} AS is_mixed OFFSET 0) m
JOIN interactions o USING (thread) WHERE CASE
    WHEN w.outbound THEN o.awaits_answer AND o.happened_at <= w.happened_at
        AND (o.answered_at IS NULL OR o.answered_by_id IS NOT NULL AND w.happened_at < o.answered_at)
    WHEN NOT w.outbound THEN o.direction = 'outbound' AND o.state = 'held' AND w.happened_at <= o.happened_at END
    OR m.is_mixed AND {_depends_on_thread("o", _ONE_IS_UNSOURCED.format(q="o"))}"""
"""The rest of a FROM clause on rows `w` of new enquiries and outbound contacts: what may answer them, or they it; and
of whatever else a source sends (`outbound` is null): enquiries whose answers depend on which sources name their thread.
"""
UNSETTLES = f"""EXISTS (
    SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL AND (
        CASE WHEN n.source IS NOT NULL AND {_has_unsourced("n.thread")}
            THEN {_of_unsettled_thread("n.thread", _ONE_IS_UNSOURCED.format(q="q"))} END
        OR CASE WHEN n.awaits_answer AND EXISTS (SELECT FROM interactions a WHERE {_LATER.format("n")})
            THEN {_of_unsettled_thread("n.thread", "a.happened_at >= n.happened_at AND q.id <> n.id")} END
    )
)"""
"""Condition on the event `e` of an interaction: what answers others in its thread may depend on it, since it is there
with this customer."""
_THREADS_OF_CHANGE = """(
        SELECT n.thread UNION SELECT c->>'stored' FROM jsonb_array_elements((e.data->'changes')::jsonb) c
        WHERE c->>'pointer' = '/thread'
    )"""
UNSETTLES_CHANGED = f"""({events.changed(("thread", "kind", "direction", "happened_at"))} AND EXISTS (
    SELECT FROM interactions n CROSS JOIN LATERAL {_THREADS_OF_CHANGE} t(thread)
    WHERE n.id = e.subject_id AND {_of_unsettled_thread("t.thread")}
))"""
"""Condition on the event `e` of a changed interaction: what answers others, where it is or was, may depend on it."""


def _is_beside_unsourced(thread: str) -> str:
    """SQL condition: something without a source is in a thread of this name, and something is about a complaint."""
    about = f"SELECT FROM interactions o JOIN complaint_messages m ON m.interaction_id = o.id WHERE o.thread = {thread}"
    return f"{_has_unsourced(thread)} AND EXISTS ({about})"


_OWN = own_customer("n")
_BEFORE = "SELECT FROM interactions o WHERE o.thread = n.thread AND o.id < n.id AND o.source"
BRINGS_ANOTHER_SOURCE = f"""EXISTS (
    SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL AND n.source IS NOT NULL
        AND (NOT EXISTS ({_BEFORE} = n.source) AND EXISTS ({_BEFORE} <> n.source)
            OR {_OWN} IS NOT NULL AND NOT EXISTS ({_BEFORE} = n.source AND {own_customer("o")} = {_OWN}))
        AND {_is_beside_unsourced("n.thread")}
)"""
"""Condition on the event `e` of a new interaction: it is the first of its source in its thread, and not of the first
source, or the first there of its customer; so what has no source there may be in another thread, or about another
complaint, than before."""
IS_BESIDE_UNSOURCED = f"""EXISTS (
    SELECT FROM interactions n
    WHERE n.id = e.subject_id AND n.source IS NOT NULL AND {_is_beside_unsourced("n.thread")}
)"""
"""Condition on the event `e` of an interaction with a source: the same, since it has another customer."""
MAY_BRING_ANOTHER_SOURCE = f"""({events.changed(("thread",))} AND EXISTS (
    SELECT FROM interactions n CROSS JOIN LATERAL {_THREADS_OF_CHANGE} t(thread)
    WHERE n.id = e.subject_id AND n.source IS NOT NULL AND {_is_beside_unsourced("t.thread")}
))"""
"""Condition on the event `e` of a changed interaction: as `BRINGS_ANOTHER_SOURCE`, where it is or was."""
