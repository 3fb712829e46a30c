"""Locking a record with all that is linked to it, in the order of all transactions, before anything is written.

Whatever changes whose a record is changes what follows it, and what follows that. To lock each of them when its turn
comes would be another order for each record that one can begin with. The order of all transactions:

1. receipts that are not there yet, then threads: advisory locks, by bucket;
2. records, noun by noun as in `TABLES`, and by id within a noun;
3. customers, their totals and their activity.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

import asyncpg

from app.core.context import Context
from app.rules.kit.links import LINKS, TABLES, Link
from app.store.kit import advisory

_NOTHING: Mapping[str, Iterable[UUID]] = MappingProxyType({})


async def lock_linked(
    ctx: Context,
    *,
    conversations_of: Iterable[UUID] = (),
    threads: Iterable[str] = (),
    without_followers: Mapping[str, Iterable[UUID]] = _NOTHING,
    with_leaders: bool = False,
    **seeds: Iterable[UUID],
) -> None:
    """Lock records, by noun, and all that may follow them: first the threads of all of them, in which nothing is
    recorded until the commit, then the rows noun by noun, and by id within a noun.

    `conversations_of` are interactions that may be in another conversation than before, or get other messages in it:
    whatever is in their threads, or in `threads`, is a seed as well. Records `without_followers`, by noun, are locked
    by themselves. With `with_leaders`, the records that the seeds are linked to are locked as well: for whoever may
    link them to others. Without seeds, the database is not queried.

    Raises SerializationError, on which the transaction runs again, if they came into other threads meanwhile.
    """
    nouns, ids = _pairs(seeds)
    interaction_ids, names = list(conversations_of), list(threads)
    if not (ids or interaction_ids or names):
        return
    statement = _LOCK_WITH_LEADERS if with_leaders else _LOCK
    arguments = (nouns, ids, *_pairs(without_followers), interaction_ids, names)
    # It is true if somebody was recording in one of the threads: the statement that waited does not see yet what, and
    # has locked no rows. The threads are ours then. For others that have come meanwhile nobody waits out of order.
    if await ctx.db.fetchval(statement, *arguments, True) and await ctx.db.fetchval(statement, *arguments, False):
        raise asyncpg.SerializationError("The records are in other threads than before")


async def lock_answered(ctx: Context, interaction_ids: Iterable[UUID], complaint_ids: Iterable[UUID]) -> None:
    """Lock what new messages may answer or bring along, and what follows that; and the complaints that they are about.
    Their threads are locked already.
    """
    seeds, complaints = _pairs({"interaction": interaction_ids}), _pairs({"complaint": complaint_ids})
    no_conversations: list[UUID] = []
    no_threads: list[str] = []
    await ctx.db.execute(_LOCK_ANSWERED, *seeds, *complaints, no_conversations, no_threads)


def _pairs(ids_by_noun: Mapping[str, Iterable[UUID]]) -> tuple[list[str], list[UUID]]:
    assert ids_by_noun.keys() <= TABLES.keys(), "a noun that is not there would lock nothing"
    pairs = [(noun, row_id) for noun, ids in ids_by_noun.items() for row_id in ids]
    return [noun for noun, _ in pairs], [row_id for _, row_id in pairs]


def _by_column() -> list[list[Link]]:
    grouped: dict[tuple[str, str, str], list[Link]] = {}
    for link in LINKS:
        grouped.setdefault((link.follower, link.table, link.follower_column), []).append(link)
    return list(grouped.values())


def _followers(links: Sequence[Link]) -> str:
    """Those of one table by one column: the fewer parts a statement has, the sooner it is planned."""
    first = links[0]
    leaders = ", ".join(f"'{link.leader}'" for link in links)
    named = " OR ".join(f"k.{link.leader_column} = l.id" for link in links)
    return (
        f"SELECT '{first.follower}', k.{first.follower_column} FROM {first.table} k "
        f"WHERE l.noun IN ({leaders}) AND ({named})"
    )


def _leaders(links: Sequence[Link]) -> str:
    first = links[0]
    named = ", ".join(f"('{link.leader}', k.{link.leader_column})" for link in links)
    return (
        f"SELECT v.noun, v.id FROM unnest((SELECT nouns FROM seeds), (SELECT ids FROM seeds)) AS l(noun, id) "
        f"JOIN {first.table} k ON k.{first.follower_column} = l.id "
        f"CROSS JOIN LATERAL (VALUES {named}) AS v(noun, id) WHERE l.noun = '{first.follower}'"
    )


def _locked(position: int, noun: str) -> str:
    """A common table expression that begins when all that is locked before it is, since it counts that; not where a
    thread was waited for.
    """
    before = f" AND (SELECT count(*) FROM locked_{position - 1}) >= 0" if position else ""
    return (
        f"locked_{position} AS MATERIALIZED (SELECT FROM {TABLES[noun]} "
        f"WHERE id = ANY ((SELECT {noun}_ids FROM touched)::uuid[]) AND NOT (SELECT waited FROM waited)"
        f"{before} ORDER BY id FOR NO KEY UPDATE)"
    )


def _array(number: int, sql_type: str) -> str:
    """In a subquery: where the number of ids is seen, the statement is planned anew each time, which takes longest."""
    return f"unnest((SELECT ${number}::{sql_type}[]))"


def _ids(noun: str) -> str:
    return f"array_agg(DISTINCT id) FILTER (WHERE noun = '{noun}') AS {noun}_ids"


_SEEDS = "unnest((SELECT $1::text[]), (SELECT $2::uuid[]))"
_WITHOUT_FOLLOWERS = "unnest((SELECT $3::text[]), (SELECT $4::uuid[]))"
_CONVERSATIONS = f"""
        conversations (bucket) AS (
            SELECT {advisory.bucket("name")} FROM {_array(6, "text")} AS w(name)
            UNION
            SELECT {advisory.bucket("i.thread")}
            FROM unnest((SELECT interaction_ids FROM touched)) AS t(id) JOIN interactions i USING (id)
            WHERE i.thread IS NOT NULL
            UNION
            SELECT {advisory.bucket("k.reference")}
            FROM unnest((SELECT complaint_ids FROM touched)) AS t(id) JOIN complaints k USING (id)
        ),
        waited AS MATERIALIZED (
            SELECT coalesce(bool_or({advisory.tried(advisory.THREAD, "$7::bool")}), false) AS waited
            FROM (SELECT bucket FROM conversations ORDER BY bucket) w
        ),"""
_LOCKED_BEFORE = "waited AS (SELECT false AS waited),"


def _statement(leaders: str = "", conversations: str = _CONVERSATIONS) -> str:
    """In this order: the seeds, all that is linked to them, what else is touched, its threads, its rows.

    Answers may follow the enquiries of their conversation, and those that they were named for. What is only changed by
    messages, and does not follow, is locked by itself: the complaints that they are about, which may wait for them, and
    the enquiries that they may answer, or did.

    Each part hands on arrays. The planner takes them for ten ids each, and looks these up; of a recursion it expects a
    hundred thousand rows, and would read whole tables for them.
    """
    rows = ", ".join(_locked(position, noun) for position, noun in enumerate(TABLES))
    linked_interactions = "unnest((SELECT interaction_ids FROM found)) AS l(id)"
    return f"""
        WITH RECURSIVE seeds AS MATERIALIZED (
            SELECT array_agg(noun) AS nouns, array_agg(id) AS ids FROM (
                SELECT noun, id FROM {_SEEDS} AS w(noun, id)
                UNION
                SELECT 'interaction', id FROM {_array(5, "uuid")} AS w(id)
                UNION
                SELECT 'interaction', o.id FROM {_array(5, "uuid")} AS w(id)
                JOIN interactions i USING (id) JOIN interactions o ON o.thread = i.thread
                UNION
                SELECT 'interaction', o.id FROM {_array(6, "text")} AS w(thread) JOIN interactions o USING (thread)
            ) s
        ),
        linked (noun, id) AS (
            SELECT s.noun, s.id FROM unnest((SELECT nouns FROM seeds), (SELECT ids FROM seeds)) AS s(noun, id)
            UNION
            SELECT f.noun, f.id FROM linked l CROSS JOIN LATERAL (
                {" UNION ALL ".join(map(_followers, _by_column()))}
                UNION ALL
                SELECT 'interaction', a.id FROM interactions q JOIN interactions a ON a.thread = q.thread
                WHERE l.noun = 'interaction' AND q.id = l.id AND q.awaits_answer
                    AND a.direction = 'outbound' AND a.state = 'held'
                UNION ALL
                SELECT 'interaction', q.named_answer_id FROM interactions q WHERE l.noun = 'interaction' AND q.id = l.id
            ) AS f(noun, id) WHERE f.id IS NOT NULL
        ),
        found AS MATERIALIZED (
            SELECT array_agg(noun) AS nouns, array_agg(id) AS ids, {_ids("interaction")} FROM linked
        ),
        touched AS MATERIALIZED (
            SELECT {", ".join(map(_ids, TABLES))} FROM (
                SELECT l.noun, l.id FROM unnest((SELECT nouns FROM found), (SELECT ids FROM found)) AS l(noun, id)
                UNION ALL
                SELECT noun, id FROM {_WITHOUT_FOLLOWERS} AS w(noun, id)
                UNION ALL
                SELECT 'complaint', m.complaint_id
                FROM {linked_interactions} JOIN complaint_messages m ON m.interaction_id = l.id
                UNION ALL
                SELECT 'interaction', q.id
                FROM (SELECT DISTINCT i.thread FROM {linked_interactions} JOIN interactions i USING (id)) t
                JOIN interactions q ON q.thread = t.thread AND q.awaits_answer
                UNION ALL
                SELECT 'interaction', q.id FROM {linked_interactions} JOIN interactions q ON q.answered_by_id = l.id
                UNION ALL
                SELECT 'interaction', q.id FROM {linked_interactions} JOIN interactions q ON q.named_answer_id = l.id
                {leaders}
            ) t
        ),
        {conversations}
        {rows}
        SELECT waited FROM waited, (SELECT count(*) FROM locked_{len(TABLES) - 1}) last
    """


_LOCK = _statement()
_LOCK_WITH_LEADERS = _statement("".join(f"UNION ALL {_leaders(links)} " for links in _by_column()))
_LOCK_ANSWERED = _statement(conversations=_LOCKED_BEFORE)
