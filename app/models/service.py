"""What complaints are handled by: calendars, policies and procedures. Each version of each is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.base import created, document, flag, key, reference, version, words


class Calendar(SQLModel, table=True):
    __tablename__ = "calendars"
    __table_args__ = (UniqueConstraint("code"), Index(None, "created_at", "id"))

    id: UUID = key()
    code: str = words(null=False)
    definition: dict = document()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class CalendarVersion(SQLModel, table=True):
    __tablename__ = "calendar_versions"

    calendar_id: UUID = reference("calendars.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = document()
    actor: str = words(null=False)
    created_at: datetime = created()


class ServicePolicy(SQLModel, table=True):
    __tablename__ = "service_policies"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "position", "id"),
        Index(None, "created_at", "id"),
        Index(None, "calendar_id"),
    )

    id: UUID = key()
    code: str = words(null=False)
    position: int
    active: bool = flag("true")
    calendar_id: UUID = reference("calendars.id", null=False)
    definition: dict = document()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class ServicePolicyVersion(SQLModel, table=True):
    __tablename__ = "service_policy_versions"

    service_policy_id: UUID = reference("service_policies.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = document()
    actor: str = words(null=False)
    created_at: datetime = created()


class Procedure(SQLModel, table=True):
    __tablename__ = "procedures"
    __table_args__ = (
        # One of them may be for every category that has none of its own.
        UniqueConstraint("category", postgresql_nulls_not_distinct=True),
        Index(None, "created_at", "id"),
    )

    id: UUID = key()
    category: str | None = words()
    definition: dict = document()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class ProcedureVersion(SQLModel, table=True):
    __tablename__ = "procedure_versions"

    procedure_id: UUID = reference("procedures.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = document()
    actor: str = words(null=False)
    created_at: datetime = created()
