"""Locking a record with all that is linked to it, in the order of all transactions, before anything is written.

Whatever changes whose a record is changes what follows it, and what follows that. To lock each of them when its turn
comes would be another order for each record that one can begin with.
"""

from collections.abc import Iterable, Sequence
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
        f"SELECT v.noun, v.id FROM seeds l JOIN {first.table} k ON k.{first.follower_column} = l.id "
        f"CROSS JOIN LATERAL (VALUES {named}) AS v(noun, id) WHERE l.noun = '{first.follower}'"
    )


def _locked(position: int, noun: str) -> str:
    """A common table expression that begins when all rows of the one before it are locked."""
    before = f" AND (SELECT count(*) FROM locked_{position - 1}) >= 0" if position else ""
    return (
        f"locked_{position} AS MATERIALIZED (SELECT FROM {TABLES[noun]} "
        f"WHERE id = ANY (ARRAY(SELECT id FROM touched WHERE noun = '{noun}')){before} ORDER BY id FOR NO KEY UPDATE)"
    )


_SEEDS = "unnest((SELECT $1::text[]), (SELECT $2::uuid[])) AS w(noun, id)"
"""In subqueries: where the number of ids is seen, the statement is planned anew each time, which takes the longest."""


def _statement(leaders: str) -> str:
    """Answers may follow the enquiries of their conversation. What is only changed by messages, and does not follow, is
    locked alone: the complaints that they are about, which may wait for them, and the enquiries that they may answer.
    """
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
                {" UNION ALL ".join(map(_followers, _by_column()))}
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
            SELECT 'interaction', q.id FROM linked l CROSS JOIN LATERAL (
                SELECT q.id FROM interactions i JOIN interactions q ON q.thread = i.thread
                WHERE l.noun = 'interaction' AND i.id = l.id AND q.awaits_answer AND q.answered_at IS NULL OFFSET 0
            ) q
            {leaders}
        ),
        {", ".join(_locked(position, noun) for position, noun in enumerate(TABLES))}
        SELECT count(*) FROM locked_{len(TABLES) - 1}
    """


_LOCK = _statement("")
_LOCK_WITH_LEADERS = _statement("".join(f"UNION ALL {_leaders(links)} " for links in _by_column()))
