from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Uuid, text
from sqlmodel import Field, SQLModel

from app.models.base import created, document, moment, reference, words


class Event(SQLModel, table=True):
    """What happened, for ever: the timeline of a customer and the audit trail of everything."""

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
    type: str = words(null=False)
    subject_type: str = words(null=False)
    subject_id: UUID
    customer_id: UUID | None = reference("customers.id")
    channel: str | None = words()
    occurred_at: datetime = moment(null=False)
    recorded_at: datetime = created()
    actor: str = words(null=False)
    title: str = words(null=False)
    data: dict = document()
