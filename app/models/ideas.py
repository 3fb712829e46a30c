"""What could be better, and who wants it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules import feedback as rules


class Idea(SQLModel, table=True):
    """What could be better, as customers and staff suggest it."""

    __tablename__ = "ideas"
    __table_args__ = (
        base.one_of("status", rules.IdeaStatus),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "votes", "id"),
        Index(None, "status", "votes", "id"),
    )

    id: UUID = base.key()
    title: str = base.words(null=False)
    description: str | None = base.words()
    status: str = base.words(null=False, server_default=text("'new'"))
    status_note: str | None = base.words()
    status_at: datetime = base.moment(null=False)
    owner: str | None = base.words()
    votes: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    attributes: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class IdeaVote(SQLModel, table=True):
    """A customer votes once; so does each piece of feedback of nobody who is known."""

    __tablename__ = "idea_votes"
    __table_args__ = (
        CheckConstraint("customer_id IS NOT NULL OR feedback_id IS NOT NULL", name="whose"),
        Index(
            "uq_idea_votes_customer",
            "idea_id",
            "customer_id",
            unique=True,
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(
            "uq_idea_votes_feedback",
            "idea_id",
            "feedback_id",
            unique=True,
            postgresql_where=text("feedback_id IS NOT NULL"),
        ),
        Index(None, "idea_id", "voted_at", "id"),
        Index(None, "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )

    id: UUID = base.key()
    idea_id: UUID = base.reference("ideas.id", null=False)
    customer_id: UUID | None = base.reference("customers.id")
    feedback_id: UUID | None = base.reference("feedback.id")
    voted_at: datetime = base.moment(null=False)
