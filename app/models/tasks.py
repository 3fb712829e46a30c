from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import SQLModel

from app.models.base import created, key, moment, one_of, reference, version, words
from app.rules.tasks import TaskStatus

# Tasks without a date come last, and a list can still be walked by one index.
DUE = text("coalesce(due_at, 'infinity'::timestamptz)")


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    __table_args__ = (
        one_of("status", TaskStatus),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
        Index("ix_tasks_customer", "customer_id", DUE, "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(
            "ix_tasks_promises",
            "customer_id",
            DUE,
            "id",
            postgresql_where=text("customer_id IS NOT NULL AND status = 'open'"),
        ),
        Index("ix_tasks_owner", "owner", DUE, "id", postgresql_where=text("owner IS NOT NULL")),
        Index(
            "ix_tasks_owner_open",
            "owner",
            DUE,
            "id",
            postgresql_where=text("owner IS NOT NULL AND status = 'open'"),
        ),
        Index("ix_tasks_due", DUE, "id"),
        Index(None, "created_at", "id"),
        Index("ix_tasks_status", "status", DUE, "id"),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
    )

    id: UUID = key()
    what: str = words(null=False)
    note: str | None = words()
    customer_id: UUID | None = reference("customers.id")
    interaction_id: UUID | None = reference("interactions.id")
    owner: str | None = words()
    due_at: datetime | None = moment()
    status: str = words(null=False, server_default="open")
    snoozed_until: datetime | None = moment()
    outcome: str | None = words()
    closed_at: datetime | None = moment()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()
