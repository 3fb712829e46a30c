from datetime import datetime
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.ids import new_id
from app.schemas.feedback import ideas as schemas
from app.store.kit import documents, rows
from app.store.kit.listing import Listing, Page
from app.store.kit.simple_resources import SimpleTable

IDEAS = SimpleTable("idea", "ideas", schemas.Idea, schemas.IdeaQuery, key="id", title="title")
_VOTES = Listing(
    "idea_votes",
    documents.columns(schemas.IdeaVote, "v"),
    "idea_votes",
    "v",
    schemas.IdeaVoteQuery,
    {"idea_id": "v.idea_id = {}"},
    {"voted_at": ("v.voted_at", "timestamptz")},
)


async def lock(ctx: Context, idea_id: UUID) -> Record | None:
    """The idea, locked; None if it does not exist."""
    return await ctx.db.fetchrow("SELECT * FROM ideas WHERE id = $1 FOR NO KEY UPDATE", idea_id)


async def votes(ctx: Context, idea_id: UUID, query: schemas.IdeaVoteQuery) -> Page:
    return await _VOTES.page(ctx, query, {"idea_id": idea_id})


async def find_votes(ctx: Context, idea_id: UUID, customer_id: UUID | None, feedback_id: UUID | None) -> list[Record]:
    """The stored votes of this customer or this feedback. The idea has to be locked."""
    return await ctx.db.fetch(
        "SELECT id, customer_id, feedback_id FROM idea_votes "
        "WHERE idea_id = $1 AND (customer_id = $2 OR feedback_id = $3) ORDER BY id",
        idea_id,
        customer_id,
        feedback_id,
    )


async def add_vote(
    ctx: Context, idea_id: UUID, customer_id: UUID | None, feedback_id: UUID | None, at: datetime
) -> None:
    """Add a vote. The idea has to be locked, so that its count stays exact."""
    vote = {"id": new_id(), "idea_id": idea_id, "customer_id": customer_id, "feedback_id": feedback_id}
    await rows.insert(ctx, "idea_votes", [{**vote, "voted_at": at}])
    await _count(ctx, idea_id, 1)


async def assign_vote(ctx: Context, vote_id: UUID, customer_id: UUID | None, feedback_id: UUID | None) -> None:
    """Give a vote to this customer, by this feedback; or to the feedback alone, or as one of the customer's own."""
    await ctx.db.execute(
        "UPDATE idea_votes SET customer_id = $2, feedback_id = $3 WHERE id = $1", vote_id, customer_id, feedback_id
    )


async def supporting_feedback(ctx: Context, idea_id: UUID, customer_id: UUID, but: UUID) -> UUID | None:
    """Other feedback of the customer that names the idea, the first."""
    found: UUID | None = await ctx.db.fetchval(
        "SELECT id FROM feedback WHERE customer_id = $2 AND idea_id = $1 AND id <> $3 ORDER BY id LIMIT 1",
        idea_id,
        customer_id,
        but,
    )
    return found


async def remove_vote(ctx: Context, idea_id: UUID, vote_id: UUID) -> None:
    await ctx.db.execute("DELETE FROM idea_votes WHERE id = $1", vote_id)
    await _count(ctx, idea_id, -1)


async def voted_by_feedback(ctx: Context, feedback_id: UUID) -> list[UUID]:
    """The ideas that have a vote by this feedback."""
    found = await ctx.db.fetch("SELECT idea_id FROM idea_votes WHERE feedback_id = $1 ORDER BY idea_id", feedback_id)
    return [row["idea_id"] for row in found]


async def feedback_customer(ctx: Context, feedback_id: UUID) -> Record | None:
    """Row of the customer_id of feedback; None if the feedback does not exist."""
    return await ctx.db.fetchrow("SELECT customer_id FROM feedback WHERE id = $1", feedback_id)


async def _count(ctx: Context, idea_id: UUID, more: int) -> None:
    await ctx.db.execute(
        "UPDATE ideas SET votes = votes + $2, version = version + 1, updated_at = $3 WHERE id = $1",
        idea_id,
        more,
        ctx.now,
    )
