from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Uuid, text
from sqlmodel import Field, SQLModel

from app.models.kit.columns import created_at_column, json_column, reference_column, text_column, timestamp_column


class Event(SQLModel, table=True):
    """An append-only log: the timelines of customers and the audit trail of all resources."""

    __tablename__ = "events"
    __table_args__ = (
        Index(
            "ix_events_timeline",
            "customer_id",
            text("occurred_at DESC"),
            text("seq DESC"),
            postgresql_where=text("customer_id IS NOT NULL"),
        ),
        Index(None, "subject_id", "seq"),
    )

    seq: int = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    id: UUID = Field(default=None, sa_column=Column(Uuid, nullable=False, unique=True, server_default=text("uuidv7()")))
    type: str = text_column(null=False)
    subject_type: str = text_column(null=False)
    subject_id: UUID
    customer_id: UUID | None = reference_column("customers.id")
    channel: str | None = text_column()
    occurred_at: datetime = timestamp_column(null=False)
    recorded_at: datetime = created_at_column()
    actor: str = text_column(null=False)
    title: str = text_column(null=False)
    data: dict[str, Any] = json_column()
