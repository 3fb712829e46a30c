from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Uuid, text
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    array_column,
    boolean_column,
    caseless_index,
    created_at_column,
    customer_from_column,
    id_column,
    json_column,
    match_column,
    match_indexes,
    one_of_check,
    reference_column,
    taken_from_column,
    text_column,
    timestamp_column,
    version_column,
)
from app.rules.customers import Match
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.interactions.planning import InteractionState
from app.rules.kit.channels import Channel


class Interaction(SQLModel, table=True):
    __tablename__ = "interactions"
    __table_args__ = (
        one_of_check("kind", InteractionKind),
        one_of_check("channel", Channel),
        one_of_check("direction", Direction),
        one_of_check("state", InteractionState),
        one_of_check("match", Match),
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
            postgresql_include=["channel", "direction", "state"],
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(None, "happened_at", "id"),
        caseless_index("interactions", "staff", "happened_at"),
        Index(None, "kind", "happened_at", "id"),
        Index(None, "channel", "happened_at", "id"),
        Index(None, "thread", "happened_at", "id", postgresql_where=text("thread IS NOT NULL")),
        Index("ix_interactions_not_held", "state", "happened_at", "id", postgresql_where=text("state <> 'held'")),
        *match_indexes("interactions", "happened_at"),
        Index("ix_interactions_unclaimed", "happened_at", "id", postgresql_where=text("customer_id IS NULL")),
        Index(
            "ix_interactions_unanswered",
            "happened_at",
            "id",
            postgresql_where=text("awaits_answer AND answered_at IS NULL"),
        ),
        Index(None, "answered_by_id", postgresql_where=text("answered_by_id IS NOT NULL")),
        Index(None, "named_answer_id", postgresql_where=text("named_answer_id IS NOT NULL")),
    )

    id: UUID = id_column()
    customer_id: UUID | None = reference_column("customers.id")
    customer_from_id: UUID | None = customer_from_column()
    taken_from: list[UUID] = taken_from_column()
    contact: dict[str, str] | None = json_column(None, null=True)
    match: str = match_column()
    candidates: list[UUID] = array_column(Uuid)
    match_reasons: list[dict[str, Any]] = json_column("'[]'")
    kind: str = text_column(null=False)
    channel: str = text_column(null=False)
    direction: str = text_column(null=False)
    state: str = text_column(null=False, server_default=text("'held'"))
    state_reason: str | None = text_column()
    subject: str | None = text_column()
    body: str | None = text_column()
    happened_at: datetime = timestamp_column(null=False)
    duration_seconds: int | None = None
    provider: str | None = text_column()
    participants: list[dict[str, Any]] = json_column("'[]'")
    staff: str | None = text_column()
    outcome: str | None = text_column()
    documents: list[dict[str, Any]] = json_column("'[]'")
    thread: str | None = text_column()
    source: str | None = text_column()
    external_id: str | None = text_column()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    unwelcome_reason: str | None = text_column()
    awaits_answer: bool = boolean_column()
    answered_at: datetime | None = timestamp_column()
    answered_by_id: UUID | None = reference_column("interactions.id")
    # What somebody said answers it, also while it cannot: then it has another answer, or none.
    named_answer_id: UUID | None = reference_column("interactions.id")
    # The named answer had no customer of its own: it is with whoever asked.
    answer_follows: bool = boolean_column()
    # When another system said it was answered, also while it is no enquiry.
    answered_elsewhere_at: datetime | None = timestamp_column()
    attributes: dict[str, Any] = json_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class InteractionParticipant(SQLModel, table=True):
    """A customer who took part in a contact of somebody else: it is their contact as well."""

    __tablename__ = "interaction_participants"
    __table_args__ = (Index(None, "customer_id", "happened_at", "interaction_id"),)

    interaction_id: UUID = reference_column("interactions.id", null=False, primary=True)
    customer_id: UUID = reference_column("customers.id", null=False, primary=True)
    # Copied from the interaction, so that the last contact is found by the index.
    happened_at: datetime = timestamp_column(null=False)
