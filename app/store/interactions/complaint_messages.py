"""Which interactions are about a complaint: those that name it, that in which it was made, and of their threads those
that name none.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from app.core.context import Context
from app.rules.interactions.interactions import CONVERSATION_FIELDS
from app.store.interactions.threads import in_threads, same_thread
from app.store.interactions.threads import may_take_customer as takes_customer
from app.store.kit import events

Pair = tuple[UUID, UUID]
"""The ids of a complaint, and of an interaction that is about it."""


async def link(ctx: Context, pairs: Iterable[Pair], *, named: bool = False) -> set[UUID]:
    """Interactions, and whatever is in their threads and names no other complaint, are about complaints.

    If they are `named`, somebody has said so; they stay then, whatever becomes of conversations. A pair that is stored
    already stays. Without pairs, the database is not queried.

    Returns these interactions, and what has come along with them: the customers of the complaints may be theirs.
    """
    new = sorted(pairs)
    about = {interaction_id for _, interaction_id in new}
    if new and named:
        await ctx.db.execute(_NAME, *_columns(new))
    while new:
        linked = await ctx.db.fetch(_LINK, *_columns(new))
        # Of the same customer at another source, say: then what is in its thread there is about the complaint as well.
        new = sorted({(row[0], row[1]) for row in linked}.difference(new))
        about.update(interaction_id for _, interaction_id in new)
    return about


async def unname(ctx: Context, interaction_id: UUID, *, thread: bool) -> None:
    """Nobody says any more that an interaction is about the complaints that it was said to be about; with `thread`,
    nor of those in its thread. Its conversation may be all the same: see `link_anew`.
    """
    await ctx.db.execute(_UNNAME, interaction_id, thread)


async def name_alone(ctx: Context, interaction_ids: Collection[UUID]) -> list[UUID]:
    """Interactions of locked complaints name one: they, and what they brought along, are about no other any more.

    Returns those that are about one less.
    """
    others = await ctx.db.fetch(_NOT_NAMED, sorted(interaction_ids))
    return await link_anew(ctx, [row[0] for row in others])


async def complaints_of(ctx: Context, interaction_id: UUID) -> list[UUID]:
    """What an interaction is about, the latest last."""
    found = await ctx.db.fetch(
        "SELECT complaint_id FROM complaint_messages WHERE interaction_id = $1 ORDER BY 1", interaction_id
    )
    return [row[0] for row in found]


async def may_take_customer(ctx: Context, complaint_ids: Iterable[UUID]) -> list[UUID]:
    """What is about these complaints and has no customer, or one by its thread alone."""
    found = await ctx.db.fetch(
        "SELECT DISTINCT i.id FROM complaint_messages m JOIN interactions i ON i.id = m.interaction_id "
        f"WHERE m.complaint_id = ANY ($1::uuid[]) AND {takes_customer('i')} ORDER BY 1",
        sorted(complaint_ids),
    )
    return [row[0] for row in found]


async def is_complaint(ctx: Context, complaint_id: UUID) -> bool:
    return bool(await ctx.db.fetchval("SELECT EXISTS (SELECT FROM complaints WHERE id = $1)", complaint_id))


async def link_anew(ctx: Context, complaint_ids: Collection[UUID]) -> list[UUID]:
    """Locked complaints, or what is about them, are in other conversations than before: as if they had just come in.

    Returns the interactions that are about one of them no more.
    """
    if not complaint_ids:
        return []
    ids = sorted(complaint_ids)
    before = [(row[0], row[1]) for row in await ctx.db.fetch(_UNLINK, ids)]
    await link(ctx, [(row[0], row[1]) for row in await ctx.db.fetch(_SAID, ids)])
    if not before:
        return []
    return [row[0] for row in await ctx.db.fetch(_GONE, *_columns(before))]


async def join(ctx: Context, interaction_ids: Sequence[UUID]) -> None:
    """Interactions have other customers or threads than before: what is in one thread now is about its complaints."""
    found = await ctx.db.fetch(_COMPLAINTS_OF_THREADS, list(interaction_ids))
    await link(ctx, [(row[0], row[1]) for row in found])


def _columns(pairs: Sequence[Pair]) -> list[list[UUID]]:
    return [list(column) for column in zip(*pairs, strict=True)]


def _names_another(interaction_id: str, complaint_id: str) -> str:
    """SQL condition: somebody has said which complaints the interaction is about, and not this one."""
    named = f"SELECT FROM complaint_messages named WHERE named.interaction_id = {interaction_id} AND named.named"
    return f"(EXISTS ({named}) AND NOT EXISTS ({named} AND named.complaint_id = {complaint_id}))"


_PAIRS = "unnest($1::uuid[], $2::uuid[]) AS p(complaint_id, interaction_id)"
_NAME = f"""
    INSERT INTO complaint_messages (complaint_id, interaction_id, named)
    SELECT DISTINCT complaint_id, interaction_id, true FROM {_PAIRS} ORDER BY 1, 2
    ON CONFLICT (complaint_id, interaction_id) DO UPDATE SET named = true
"""
_UNNAME = f"""
    UPDATE complaint_messages m SET named = false
    WHERE m.named AND m.complaint_id IN (
        SELECT s.complaint_id FROM complaint_messages s WHERE s.interaction_id = $1 AND s.named
    ) AND (m.interaction_id = $1 OR $2 AND m.interaction_id IN (
        SELECT o.id FROM interactions n JOIN interactions o ON {same_thread("o", "n")} WHERE n.id = $1
    ))
"""
# One of those that are in the same threads stands for all that are linked: conversations may be long.
_LINK = f"""
    WITH pairs AS MATERIALIZED (
        SELECT * FROM {_PAIRS}
    ),
    ends AS MATERIALIZED (
        SELECT DISTINCT ON (p.complaint_id, {in_threads("i")}) p.complaint_id, i.*
        FROM pairs p JOIN interactions i ON i.id = p.interaction_id WHERE i.thread IS NOT NULL
        ORDER BY p.complaint_id, {in_threads("i")}, i.id
    )
    INSERT INTO complaint_messages (complaint_id, interaction_id)
    SELECT * FROM (
        SELECT complaint_id, interaction_id FROM pairs
        UNION
        SELECT i.complaint_id, o.id FROM ends i JOIN interactions o ON {same_thread("o", "i")}
        WHERE NOT {_names_another("o.id", "i.complaint_id")}
    ) p
    WHERE NOT EXISTS (
        SELECT FROM complaint_messages m WHERE m.complaint_id = p.complaint_id AND m.interaction_id = p.interaction_id
    )
    ORDER BY 1, 2
    ON CONFLICT DO NOTHING
    RETURNING complaint_id, interaction_id
"""
_COMPLAINTS_OF_THREADS = f"""
    SELECT m.complaint_id, m.interaction_id FROM complaint_messages m WHERE m.interaction_id = ANY ($1::uuid[])
    UNION
    SELECT m.complaint_id, n.id FROM interactions n JOIN interactions o ON {same_thread("o", "n")}
    JOIN complaint_messages m ON m.interaction_id = o.id
    WHERE n.id = ANY ($1::uuid[]) AND NOT {_names_another("n.id", "m.complaint_id")}
    UNION
    SELECT k.id, n.id FROM interactions n JOIN complaints k ON k.reference = n.thread
    WHERE n.id = ANY ($1::uuid[]) AND NOT {_names_another("n.id", "k.id")}
"""
_UNLINK = """
    DELETE FROM complaint_messages WHERE complaint_id = ANY ($1::uuid[]) AND NOT named
    RETURNING complaint_id, interaction_id
"""
_NOT_NAMED = """
    SELECT DISTINCT m.complaint_id FROM complaint_messages m WHERE m.interaction_id = ANY ($1::uuid[]) AND NOT m.named
        AND EXISTS (SELECT FROM complaint_messages n WHERE n.interaction_id = m.interaction_id AND n.named)
"""
_SAID = f"""
    SELECT complaint_id, interaction_id FROM complaint_messages WHERE complaint_id = ANY ($1::uuid[])
    UNION
    SELECT id, interaction_id FROM complaints WHERE id = ANY ($1::uuid[]) AND interaction_id IS NOT NULL
    UNION
    SELECT k.id, n.id FROM complaints k JOIN interactions n ON n.thread = k.reference
    WHERE k.id = ANY ($1::uuid[]) AND NOT {_names_another("n.id", "k.id")}
"""
_GONE = f"""
    SELECT DISTINCT p.interaction_id FROM {_PAIRS}
    WHERE NOT EXISTS (
        SELECT FROM complaint_messages m WHERE m.complaint_id = p.complaint_id AND m.interaction_id = p.interaction_id
    )
    ORDER BY 1
"""
MAY_JOIN = f"""((e.type <> 'interaction.updated' OR {events.changed(CONVERSATION_FIELDS)})
    AND (EXISTS (SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL)
        OR EXISTS (SELECT FROM complaint_messages m WHERE m.interaction_id = e.subject_id)))"""
"""Condition on the event `e` of an interaction: it may be in another conversation than before, or name
another complaint."""
