from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    created_at_column,
    id_column,
    json_column,
    reference_column,
    text_column,
    version_column,
)


class Procedure(SQLModel, table=True):
    __tablename__ = "procedures"
    __table_args__ = (
        # One of them may be for every category that has none of its own.
        UniqueConstraint("category", postgresql_nulls_not_distinct=True),
        Index(None, "created_at", "id"),
    )

    id: UUID = id_column()
    category: str | None = text_column()
    definition: dict[str, Any] = json_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class ProcedureVersion(SQLModel, table=True):
    __tablename__ = "procedure_versions"

    procedure_id: UUID = reference_column("procedures.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = json_column()
    actor: str = text_column(null=False)
    created_at: datetime = created_at_column()
