from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import SQLModel

from app.models.kit.columns import (
    array_column,
    boolean_column,
    created_at_column,
    id_column,
    one_of_check,
    text_column,
    version_column,
)
from app.rules.customers.customers import OnMatch
from app.rules.customers.sources import LineTax, SourceKind


class Source(SQLModel, table=True):
    """Created when a record first names it."""

    __tablename__ = "sources"
    __table_args__ = (
        one_of_check("kind", SourceKind),
        one_of_check("on_match", OnMatch),
        one_of_check("tax", LineTax),
        UniqueConstraint("code"),
        Index(None, "created_at", "id"),
        Index("ix_sources_lower_code", text("lower(code COLLATE pg_unicode_fast)")),
    )

    id: UUID = id_column()
    code: str = text_column(null=False)
    name: str | None = text_column()
    kind: str = text_column(null=False, server_default="other")
    # Whether somebody has looked at it: false for a source that a record has created.
    confirmed: bool = boolean_column()
    may_create: bool = boolean_column("true")
    may_teach: bool = boolean_column("true")
    on_match: str = text_column(null=False, server_default="refuse")
    values_of_nobody: list[str] = array_column()
    country: str | None = text_column()
    time_zone: str | None = text_column()
    currency: str | None = text_column()
    tax: str | None = text_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()
