"""Mystery shopping and observation: what is looked at, and what was seen."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules.scorecards import VisitKind, VisitState


class Scorecard(SQLModel, table=True):
    __tablename__ = "scorecards"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = base.key()
    code: str = base.words(null=False)
    definition: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class ScorecardVersion(SQLModel, table=True):
    __tablename__ = "scorecard_versions"

    scorecard_id: UUID = base.reference("scorecards.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = base.document()
    actor: str = base.words(null=False)
    created_at: datetime = base.created()


class Visit(SQLModel, table=True):
    __tablename__ = "visits"
    __table_args__ = (
        base.one_of("kind", VisitKind),
        base.one_of("state", VisitState),
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
        Index(None, "staff", "happened_at", "id", postgresql_where=text("staff IS NOT NULL")),
        Index(None, "shopper", "happened_at", "id", postgresql_where=text("shopper IS NOT NULL")),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
    )

    id: UUID = base.key()
    kind: str = base.words(null=False)
    scorecard_id: UUID = base.reference("scorecards.id", null=False)
    scorecard_version: int
    state: str = base.words(null=False, server_default=text("'planned'"))
    # Of a visit that is planned: when it is to happen.
    happened_at: datetime = base.moment(null=False)
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    shift: str | None = base.words()
    shopper: str | None = base.words()
    staff: str | None = base.words()
    sale_id: UUID | None = base.reference("sales.id")
    # Of a purchase that was named by its receipt: its sale may be known only later.
    receipt_source: str | None = base.words()
    receipt_no: str | None = base.words()
    interaction_id: UUID | None = base.reference("interactions.id")
    results: list = base.document("'[]'")
    score: Decimal | None = base.amount(null=True)
    # What the weights alone would have given, where a critical item capped it; and the items that did.
    uncapped_score: Decimal | None = base.amount(null=True)
    capped_by: list[str] = base.many()
    note: str | None = base.words()
    # Why it was cancelled.
    reason: str | None = base.words()
    source: str | None = base.words()
    external_id: str | None = base.words()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()
