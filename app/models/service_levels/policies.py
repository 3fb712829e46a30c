"""What complaints are handled by: calendars and policies. Each version of each is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    boolean_column,
    created_at_column,
    id_column,
    json_column,
    reference_column,
    text_column,
    version_column,
)


class Calendar(SQLModel, table=True):
    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("code"), Index(None, "created_at", "id"))

    id: UUID = id_column()
    code: str = text_column(null=False)
    definition: dict[str, Any] = json_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class CalendarVersion(SQLModel, table=True):
    __tablename__ = "calendar_versions"

    calendar_id: UUID = reference_column("calendars.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = json_column()
    actor: str = text_column(null=False)
    created_at: datetime = created_at_column()


class ServicePolicy(SQLModel, table=True):
    __tablename__ = "service_policies"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "position", "id"),
        Index(None, "created_at", "id"),
        Index(None, "calendar_id"),
    )

    id: UUID = id_column()
    code: str = text_column(null=False)
    position: int
    active: bool = boolean_column("true")
    calendar_id: UUID = reference_column("calendars.id", null=False)
    definition: dict[str, Any] = json_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class ServicePolicyVersion(SQLModel, table=True):
    __tablename__ = "service_policy_versions"

    service_policy_id: UUID = reference_column("service_policies.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = json_column()
    actor: str = text_column(null=False)
    created_at: datetime = created_at_column()
