from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    caseless_index,
    created_at_column,
    customer_from_column,
    id_column,
    one_of_check,
    reference_column,
    taken_from_column,
    text_column,
    timestamp_column,
    version_column,
)
from app.rules.interactions.tasks import TaskStatus

# Tasks without a date come last, in an expression that an index can have.
DUE = text("coalesce(due_at, 'infinity'::timestamptz)")
_OWNER = text("lower(owner)")


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    __table_args__ = (
        one_of_check("status", TaskStatus),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        Index(
            "uq_tasks_external",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("ix_tasks_customer", "customer_id", DUE, "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(
            "ix_tasks_promises",
            "customer_id",
            DUE,
            "id",
            postgresql_where=text("customer_id IS NOT NULL AND status = 'open'"),
        ),
        caseless_index("tasks", "owner", DUE),
        Index(
            "ix_tasks_owner_open",
            _OWNER,
            DUE,
            "id",
            postgresql_where=text("owner IS NOT NULL AND status = 'open'"),
        ),
        Index("ix_tasks_due", DUE, "id"),
        Index("ix_tasks_source", "source", DUE, "id", postgresql_where=text("source IS NOT NULL")),
        Index(None, "created_at", "id"),
        Index("ix_tasks_status", "status", DUE, "id"),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
        Index(None, "feedback_id", postgresql_where=text("feedback_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
    )

    id: UUID = id_column()
    what: str = text_column(null=False)
    note: str | None = text_column()
    customer_id: UUID | None = reference_column("customers.id")
    customer_from_id: UUID | None = customer_from_column()
    taken_from: list[UUID] = taken_from_column()
    interaction_id: UUID | None = reference_column("interactions.id")
    feedback_id: UUID | None = reference_column("feedback.id")
    complaint_id: UUID | None = reference_column("complaints.id")
    owner: str | None = text_column()
    due_at: datetime | None = timestamp_column()
    status: str = text_column(null=False, server_default="open")
    snoozed_until: datetime | None = timestamp_column()
    outcome: str | None = text_column()
    closed_at: datetime | None = timestamp_column()
    source: str | None = text_column()
    external_id: str | None = text_column()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()
