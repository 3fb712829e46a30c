"""Locking a record with all that is linked to it, in the order of all transactions, before anything is written.

Whatever changes whose a record is changes what follows it, and what follows that. To lock each of them when its turn
comes would be another order for each record that one can begin with.
"""

from collections.abc import Iterable
from uuid import UUID

from app.core.context import Context
from app.rules.kit.links import LINKS, TABLES, Link


async def lock_linked(
    ctx: Context, *, with_leaders: bool = False, unchanged_complaints: Iterable[UUID] = (), **seeds: Iterable[UUID]
) -> None:
    """Lock records, by noun, and all that may follow them, noun by noun and by id within a noun.

    Advisory locks are taken before. `thread` stands for whatever is in the conversations of these interactions. With
    `with_leaders`, the records that these are linked to are locked as well: for whoever may link them to others. Of
    `unchanged_complaints`, only they are. Without records, the database is not queried.
    """
    pairs = [(noun, row_id) for noun, ids in seeds.items() for row_id in ids]
    if pairs:
        nouns, ids = zip(*pairs, strict=True)
        statement = _LOCK_WITH_LEADERS if with_leaders else _LOCK
        await ctx.db.execute(statement, list(nouns), list(ids), list(unchanged_complaints))


def _follower(link: Link) -> str:
    return (
        f"SELECT '{link.follower}', k.{link.follower_column} FROM {link.table} k "
        f"WHERE l.noun = '{link.leader}' AND k.{link.leader_column} = l.id"
    )


def _leader(link: Link) -> str:
    return (
        f"SELECT '{link.leader}', k.{link.leader_column} FROM seeds l "
        f"JOIN {link.table} k ON k.{link.follower_column} = l.id WHERE l.noun = '{link.follower}'"
    )


def _locked(position: int, noun: str) -> str:
    """A common table expression that begins when all rows of the one before it are locked."""
    before = f" AND (SELECT count(*) FROM locked_{position - 1}) >= 0" if position else ""
    return (
        f"locked_{position} AS MATERIALIZED (SELECT FROM {TABLES[noun]} "
        f"WHERE id = ANY (ARRAY(SELECT id FROM touched WHERE noun = '{noun}')){before} ORDER BY id FOR NO KEY UPDATE)"
    )


_SEEDS = "unnest((SELECT $1::text[]), (SELECT $2::uuid[])) AS w(noun, id)"
"""In subqueries, so that the number of ids does not make the planner plan anew each time: that takes longer than all."""


def _statement(leaders: str) -> str:
    return f"""
        WITH RECURSIVE seeds (noun, id) AS MATERIALIZED (
            SELECT w.noun, w.id FROM {_SEEDS} WHERE w.noun <> 'thread'
            UNION
            SELECT 'interaction', o.id FROM {_SEEDS}
            JOIN interactions i ON i.id = w.id JOIN interactions o ON o.thread = i.thread WHERE w.noun = 'thread'
        ),
        linked (noun, id) AS (
            SELECT noun, id FROM seeds
            UNION
            SELECT f.noun, f.id FROM linked l CROSS JOIN LATERAL (
                {" UNION ALL ".join(map(_follower, LINKS))}
                UNION ALL
                SELECT 'interaction', a.id FROM interactions q JOIN interactions a ON a.thread = q.thread
                WHERE l.noun = 'interaction' AND q.id = l.id AND q.awaits_answer AND q.answered_at IS NULL
                    AND a.direction = 'outbound' AND a.state = 'held'
            ) AS f(noun, id) WHERE f.id IS NOT NULL
        ),
        touched (noun, id) AS MATERIALIZED (
            SELECT noun, id FROM linked
            UNION ALL
            SELECT 'complaint', unnest((SELECT $3::uuid[]))
            UNION ALL
            SELECT 'complaint', m.complaint_id FROM linked l JOIN complaint_messages m ON m.interaction_id = l.id
            WHERE l.noun = 'interaction'
            UNION ALL
            SELECT 'interaction', q.id FROM linked l JOIN interactions i ON i.id = l.id
            JOIN interactions q ON q.thread = i.thread WHERE l.noun = 'interaction'
                AND q.awaits_answer AND q.answered_at IS NULL
            {leaders}
        ),
        {", ".join(_locked(position, noun) for position, noun in enumerate(TABLES))}
        SELECT count(*) FROM locked_{len(TABLES) - 1}
    """


_LOCK = _statement("")
_LOCK_WITH_LEADERS = _statement("".join(f"UNION ALL {_leader(link)} " for link in LINKS))
"""Answers may follow the enquiries of their conversation. What only reads of messages, or is answered by them, does not
follow, and so nothing that follows it is locked: complaints that they are about, and open enquiries.
"""
