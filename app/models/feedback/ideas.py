"""What could be better, and who wants it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.feedback import feedback as rules


class Idea(SQLModel, table=True):
    """What could be better, as customers and staff suggest it."""

    __tablename__ = "ideas"
    __table_args__ = (
        columns.one_of_check("status", rules.IdeaStatus),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
        Index(None, "votes", "id"),
        Index(None, "status", "votes", "id"),
    )

    id: UUID = columns.id_column()
    title: str = columns.text_column(null=False)
    description: str | None = columns.text_column()
    status: str = columns.text_column(null=False, server_default=text("'new'"))
    status_note: str | None = columns.text_column()
    status_at: datetime = columns.timestamp_column(null=False)
    owner: str | None = columns.text_column()
    votes: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    attributes: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


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
        Index(None, "feedback_id", postgresql_where=text("feedback_id IS NOT NULL")),
    )

    id: UUID = columns.id_column()
    idea_id: UUID = columns.reference_column("ideas.id", null=False)
    customer_id: UUID | None = columns.reference_column("customers.id")
    feedback_id: UUID | None = columns.reference_column("feedback.id")
    voted_at: datetime = columns.timestamp_column(null=False)
