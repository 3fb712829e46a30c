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
    if not new:
        return set()
    if named:
        await ctx.db.execute(_NAME, *_columns(new))
    linked = await ctx.db.fetch(_LINK, *_columns(new))
    return {interaction_id for _, interaction_id in new} | {row[0] for row in linked}


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
        "SELECT i.id FROM interactions i WHERE i.id = ANY (ARRAY("
        "SELECT DISTINCT m.interaction_id FROM complaint_messages m WHERE m.complaint_id = ANY ($1::uuid[]))) "
        f"AND {takes_customer('i')} ORDER BY 1",
        sorted(complaint_ids),
    )
    return [row[0] for row in found]


async def is_complaint(ctx: Context, complaint_id: UUID) -> bool:
    return bool(await ctx.db.fetchval("SELECT EXISTS (SELECT FROM complaints WHERE id = $1)", complaint_id))


async def link_anew(ctx: Context, complaint_ids: Collection[UUID]) -> list[UUID]:
    """Locked complaints, or what is about them, are in other conversations than before: as if they had just come in.

    Returns the interactions that are about one of them no more.
    """
    found = await ctx.db.fetch(_LINK_ANEW, sorted(complaint_ids)) if complaint_ids else []
    return [row[0] for row in found]


async def join(ctx: Context, interaction_ids: Sequence[UUID]) -> None:
    """Interactions have other customers or threads than before: what is in one thread now is about its complaints."""
    await ctx.db.execute(_JOIN, list(interaction_ids))


def _columns(pairs: Sequence[Pair]) -> list[list[UUID]]:
    return [list(column) for column in zip(*pairs, strict=True)]


def _names_another(interaction_id: str, complaint_id: str) -> str:
    """SQL condition: somebody has said which complaints the interaction is about, and not this one."""
    named = f"SELECT FROM complaint_messages named WHERE named.interaction_id = {interaction_id} AND named.named"
    return f"(EXISTS ({named}) AND NOT EXISTS ({named} AND named.complaint_id = {complaint_id}))"


def _may_be_about(m: str, complaint_id: str) -> str:
    """SQL condition on a row of `members`: the same, the other way round."""
    return f"({m}.named = '{{}}' OR {complaint_id} = ANY ({m}.named))"


def _linking(said: str, threads: str) -> str:
    """CTEs that link what is `said` to be about complaints, and whatever is in its threads and names no others, and so
    on: the same customer may write to another source, say. `threads` are the names of all of them.

    Conversations may be long, and about many complaints. One stands in for all that are in the same threads, so that
    little is asked of pairs; those that are stored already stay.
    """
    return f"""
    WITH RECURSIVE said AS MATERIALIZED ({said}),
    members AS MATERIALIZED (
        SELECT i.id, i.thread, i.source, i.customer_id, i.customer_from_id,
            first_value(i.id) OVER (PARTITION BY {in_threads("i")}) AS stand_in,
            ARRAY(SELECT n.complaint_id FROM complaint_messages n WHERE n.interaction_id = i.id AND n.named) AS named
        FROM interactions i WHERE i.thread = ANY (ARRAY({threads}))
    ),
    same AS MATERIALIZED (
        SELECT a.id AS stand_in, b.id AS other FROM members a JOIN members b ON {same_thread("b", "a")}
        WHERE a.id = a.stand_in AND b.id = b.stand_in
    ),
    open AS MATERIALIZED (
        SELECT DISTINCT m.stand_in AS other, n.complaint_id
        FROM members m LEFT JOIN LATERAL unnest(m.named) AS n(complaint_id) ON true
    ),
    reached AS (
        SELECT s.complaint_id, m.stand_in FROM said s JOIN members m ON m.id = s.interaction_id
        UNION
        SELECT r.complaint_id, o.other FROM reached r JOIN same USING (stand_in) JOIN open o USING (other)
        WHERE coalesce(o.complaint_id, r.complaint_id) = r.complaint_id
    ),
    wanted AS MATERIALIZED (
        SELECT * FROM said
        UNION
        SELECT r.complaint_id, m.id FROM reached r JOIN members m USING (stand_in)
        WHERE {_may_be_about("m", "r.complaint_id")}
    ),
    stored AS MATERIALIZED (
        SELECT m.complaint_id, m.interaction_id FROM complaint_messages m
        WHERE m.complaint_id = ANY (ARRAY(SELECT DISTINCT complaint_id FROM wanted))
    ),
    added AS (
        INSERT INTO complaint_messages (complaint_id, interaction_id)
        SELECT * FROM wanted EXCEPT SELECT * FROM stored ORDER BY 1, 2
        ON CONFLICT DO NOTHING
        RETURNING interaction_id
    )"""


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
_THREADS_OF_SAID = (
    "SELECT DISTINCT i.thread FROM interactions i WHERE i.id = ANY (ARRAY(SELECT DISTINCT interaction_id FROM said))"
)
_LINK = f"""
    {_linking(f"SELECT * FROM {_PAIRS}", _THREADS_OF_SAID)}
    SELECT interaction_id FROM added
"""
_SAID_OF_COMPLAINTS = f"""
    SELECT complaint_id, interaction_id FROM complaint_messages WHERE complaint_id = ANY ($1::uuid[]) AND named
    UNION
    SELECT id, interaction_id FROM complaints WHERE id = ANY ($1::uuid[]) AND interaction_id IS NOT NULL
    UNION
    SELECT k.id, n.id FROM complaints k JOIN interactions n ON n.thread = k.reference
    WHERE k.id = ANY ($1::uuid[]) AND NOT {_names_another("n.id", "k.id")}
"""
_LINK_ANEW = f"""
    {_linking(_SAID_OF_COMPLAINTS, _THREADS_OF_SAID)},
    removed AS (
        DELETE FROM complaint_messages m
        WHERE m.complaint_id = ANY ($1::uuid[]) AND NOT m.named AND NOT EXISTS (
            SELECT FROM wanted w WHERE w.complaint_id = m.complaint_id AND w.interaction_id = m.interaction_id
        )
        RETURNING interaction_id
    )
    SELECT DISTINCT interaction_id FROM removed ORDER BY 1
"""
_SAID_OF_THREADS = f"""
    SELECT complaint_id, interaction_id FROM complaint_messages WHERE interaction_id = ANY ($1::uuid[])
    UNION
    SELECT a.complaint_id, n.id FROM members n JOIN same USING (stand_in) JOIN (
        SELECT DISTINCT o.stand_in AS other, m.complaint_id FROM members o JOIN complaint_messages m
        ON m.interaction_id = o.id AND m.interaction_id = ANY (ARRAY(SELECT id FROM members))
    ) a USING (other)
    WHERE n.id = ANY ($1::uuid[]) AND {_may_be_about("n", "a.complaint_id")}
    UNION
    SELECT k.id, n.id FROM members n JOIN complaints k ON k.reference = n.thread
    WHERE n.id = ANY ($1::uuid[]) AND {_may_be_about("n", "k.id")}
"""
_JOIN = f"""
    {_linking(_SAID_OF_THREADS, "SELECT DISTINCT i.thread FROM interactions i WHERE i.id = ANY ($1::uuid[])")}
    SELECT FROM added
"""
_NOT_NAMED = """
    SELECT DISTINCT m.complaint_id FROM complaint_messages m WHERE m.interaction_id = ANY ($1::uuid[]) AND NOT m.named
        AND EXISTS (SELECT FROM complaint_messages n WHERE n.interaction_id = m.interaction_id AND n.named)
"""
MAY_JOIN = f"""((e.type <> 'interaction.updated' OR {events.changed(CONVERSATION_FIELDS)})
    AND (EXISTS (SELECT FROM interactions n WHERE n.id = e.subject_id AND n.thread IS NOT NULL)
        OR EXISTS (SELECT FROM complaint_messages m WHERE m.interaction_id = e.subject_id)))"""
"""Condition on the event `e` of an interaction: it may be in another conversation than before, or name
another complaint."""
