from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.base import created, document, key, moment, words


class Job(SQLModel, table=True):
    """Something to be done at its time, once. A row that is there is still to be done."""

    __tablename__ = "jobs"
    __table_args__ = (
        UniqueConstraint("kind", "key"),
        Index("ix_jobs_due", "due_at", "id", postgresql_where=text("failed_at IS NULL")),
    )

    id: UUID = key()
    kind: str = words(null=False)
    key: str = words(null=False)
    data: dict = document()
    due_at: datetime = moment(null=False)
    attempts: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    leased_until: datetime | None = moment()
    error: str | None = words()
    failed_at: datetime | None = moment()
    created_at: datetime = created()
