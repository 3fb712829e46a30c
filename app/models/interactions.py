from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from app.models.base import created, document, flag, key, moment, one_of, reference, version, words
from app.rules.channels import Channel
from app.rules.interactions import Direction, InteractionKind


class Interaction(SQLModel, table=True):
    __tablename__ = "interactions"
    __table_args__ = (
        one_of("kind", InteractionKind),
        one_of("channel", Channel),
        one_of("direction", Direction),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        Index(
            "uq_interactions_external",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            None,
            "customer_id",
            "happened_at",
            "id",
            postgresql_include=["channel", "direction"],
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(None, "happened_at", "id"),
        Index(None, "staff", "happened_at", "id", postgresql_where=text("staff IS NOT NULL")),
        Index(None, "kind", "happened_at", "id"),
        Index(None, "channel", "happened_at", "id"),
        Index(None, "thread", "happened_at", "id", postgresql_where=text("thread IS NOT NULL")),
        Index("ix_interactions_unclaimed", "happened_at", "id", postgresql_where=text("customer_id IS NULL")),
        Index(
            "ix_interactions_unanswered",
            "happened_at",
            "id",
            postgresql_where=text("awaits_answer AND answered_at IS NULL"),
        ),
    )

    id: UUID = key()
    customer_id: UUID | None = reference("customers.id")
    contact: dict | None = document(None, null=True)
    kind: str = words(null=False)
    channel: str = words(null=False)
    direction: str = words(null=False)
    subject: str | None = words()
    body: str | None = words()
    happened_at: datetime = moment(null=False)
    duration_seconds: int | None = None
    provider: str | None = words()
    participants: list = document("'[]'")
    staff: str | None = words()
    outcome: str | None = words()
    documents: list = document("'[]'")
    thread: str | None = words()
    source: str | None = words()
    external_id: str | None = words()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    unwelcome_reason: str | None = words()
    awaits_answer: bool = flag()
    answered_at: datetime | None = moment()
    answered_by_id: UUID | None = reference("interactions.id")
    attributes: dict = document()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()
