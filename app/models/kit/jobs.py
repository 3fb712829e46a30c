from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.kit.columns import created_at_column, id_column, json_column, text_column, timestamp_column


class Job(SQLModel, table=True):
    """A scheduled job. Its row is deleted when the job has run."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_jobs_due", "due_at", "id", postgresql_where=text("failed_at IS NULL")),
    )

    id: UUID = id_column()
    kind: str = text_column(null=False)
    key: str = text_column(null=False)
    data: dict[str, Any] = json_column()
    due_at: datetime = timestamp_column(null=False)
    attempts: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    leased_until: datetime | None = timestamp_column()
    error: str | None = text_column()
    failed_at: datetime | None = timestamp_column()
    created_at: datetime = created_at_column()
