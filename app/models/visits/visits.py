"""Mystery shopping and observation: what is looked at, and what was seen."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.visits.scorecards import VisitKind, VisitState


class Scorecard(SQLModel, table=True):
    __tablename__ = "scorecards"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = columns.id_column()
    code: str = columns.text_column(null=False)
    definition: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class ScorecardVersion(SQLModel, table=True):
    __tablename__ = "scorecard_versions"

    scorecard_id: UUID = columns.reference_column("scorecards.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = columns.json_column()
    actor: str = columns.text_column(null=False)
    created_at: datetime = columns.created_at_column()


class Visit(SQLModel, table=True):
    __tablename__ = "visits"
    __table_args__ = (
        columns.one_of_check("kind", VisitKind),
        columns.one_of_check("state", VisitState),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        CheckConstraint("(receipt_source IS NULL) = (receipt_no IS NULL)", name="receipt"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        ForeignKeyConstraint(
            ["scorecard_id", "scorecard_version"],
            ["scorecard_versions.scorecard_id", "scorecard_versions.version"],
            name="fk_visits_scorecard_version",
        ),
        Index(
            "uq_visits_external", "source", "external_id", unique=True, postgresql_where=text("external_id IS NOT NULL")
        ),
        Index(None, "happened_at", "id"),
        Index(None, "state", "happened_at", "id"),
        Index(None, "scorecard_id", "happened_at", "id"),
        Index(None, "site", "happened_at", "id", postgresql_where=text("site IS NOT NULL")),
        columns.caseless_index("visits", "staff", "happened_at"),
        columns.caseless_index("visits", "shopper", "happened_at"),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
    )

    id: UUID = columns.id_column()
    kind: str = columns.text_column(null=False)
    scorecard_id: UUID = columns.reference_column("scorecards.id", null=False)
    scorecard_version: int
    state: str = columns.text_column(null=False, server_default=text("'planned'"))
    # Of a visit that is planned: when it is to happen.
    happened_at: datetime = columns.timestamp_column(null=False)
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    shift: str | None = columns.text_column()
    shopper: str | None = columns.text_column()
    staff: str | None = columns.text_column()
    sale_id: UUID | None = columns.reference_column("sales.id")
    # Of a purchase that was named by its receipt: its sale may be known only later.
    receipt_source: str | None = columns.text_column()
    receipt_no: str | None = columns.text_column()
    interaction_id: UUID | None = columns.reference_column("interactions.id")
    results: list[Any] = columns.json_column("'[]'")
    score: Decimal | None = columns.numeric_column(null=True)
    # What the weights alone would have given, where a critical item capped it; and the items that did.
    uncapped_score: Decimal | None = columns.numeric_column(null=True)
    capped_by: list[str] = columns.array_column()
    note: str | None = columns.text_column()
    # Why it was cancelled.
    cancellation_reason: str | None = columns.text_column()
    source: str | None = columns.text_column()
    external_id: str | None = columns.text_column()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()
