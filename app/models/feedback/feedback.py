"""What was said about the business, each figure of it, and what follows from it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, Uuid, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.customers import Match
from app.rules.feedback import feedback as rules
from app.rules.feedback.sentiment import Sentiment
from app.rules.kit.channels import Channel


def _site() -> Any:
    return Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))


def _sku() -> Any:
    return Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))


def _latest(*columns: str) -> Index:
    """Walks the rows that have the first of these, by the time at which they were collected."""
    return Index(None, *columns, "collected_at", "id", postgresql_where=text(f"{columns[0]} IS NOT NULL"))


class Feedback(SQLModel, table=True):
    __tablename__ = "feedback"
    __table_args__ = (
        columns.one_of_check("method", rules.Method),
        columns.one_of_check("channel", Channel),
        columns.one_of_check("match", Match),
        columns.one_of_check("metric", rules.FeedbackMetric),
        columns.one_of_check("nps_class", rules.NpsClass),
        columns.one_of_check("sentiment", Sentiment),
        columns.one_of_check("acknowledged_channel", Channel),
        columns.one_of_check("notified_channel", Channel),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        CheckConstraint("(method = 'competitor') = (competitor IS NOT NULL)", name="competitor"),
        CheckConstraint("(metric IS NULL) = (score IS NULL)", name="score"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_range"),
        ForeignKeyConstraint(
            ["sale_id", "sale_line_no"], ["sale_lines.sale_id", "sale_lines.line_no"], name="fk_feedback_sale_line"
        ),
        ForeignKeyConstraint(
            ["survey_id", "survey_version"],
            ["survey_versions.survey_id", "survey_versions.version"],
            name="fk_feedback_survey_version",
        ),
        Index(
            "uq_feedback_external",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(
            "uq_feedback_invitation", "invitation_id", unique=True, postgresql_where=text("invitation_id IS NOT NULL")
        ),
        Index("uq_feedback_visit", "visit_id", unique=True, postgresql_where=text("visit_id IS NOT NULL")),
        # Once for each receipt and survey, whether the receipt is known already or not.
        Index(
            "uq_feedback_receipt",
            "receipt_source",
            "receipt_no",
            "survey_id",
            unique=True,
            postgresql_where=text("receipt_no IS NOT NULL"),
        ),
        Index(
            "ix_feedback_waiting",
            "receipt_source",
            "receipt_no",
            postgresql_where=text("receipt_no IS NOT NULL AND sale_id IS NULL"),
        ),
        Index(None, "collected_at", "id"),
        Index(None, "method", "collected_at", "id"),
        _latest("customer_id"),
        _latest("channel"),
        _latest("site"),
        columns.caseless_index("feedback", "staff", "collected_at"),
        _latest("sku"),
        _latest("survey_id"),
        _latest("competitor"),
        _latest("nps_class"),
        _latest("sentiment"),
        _latest("idea_id"),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
        Index(None, "acknowledged_interaction_id", postgresql_where=text("acknowledged_interaction_id IS NOT NULL")),
        Index(None, "notified_interaction_id", postgresql_where=text("notified_interaction_id IS NOT NULL")),
        Index(None, "themes", postgresql_using="gin", postgresql_with=columns.FEW_PENDING),
        *columns.match_indexes("feedback", "collected_at"),
        Index("ix_feedback_unclaimed", "collected_at", "id", postgresql_where=text("customer_id IS NULL")),
        Index("ix_feedback_unacknowledged", "collected_at", "id", postgresql_where=text("acknowledged_at IS NULL")),
        Index("ix_feedback_open", "collected_at", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: UUID = columns.id_column()
    method: str = columns.text_column(null=False)
    source: str | None = columns.text_column()
    external_id: str | None = columns.text_column()
    collected_at: datetime = columns.timestamp_column(null=False)
    channel: str | None = columns.text_column()
    customer_id: UUID | None = columns.reference_column("customers.id")
    customer_from_id: UUID | None = columns.customer_from_column()
    taken_from: list[UUID] = columns.taken_from_column()
    author: dict[str, Any] | None = columns.json_column(None, null=True)
    match: str = columns.match_column()
    candidates: list[UUID] = columns.array_column(Uuid)
    match_reasons: list[dict[str, Any]] = columns.json_column("'[]'")
    sale_id: UUID | None = columns.reference_column("sales.id")
    sale_line_no: int | None = None
    interaction_id: UUID | None = columns.reference_column("interactions.id")
    complaint_id: UUID | None = columns.reference_column("complaints.id")
    site: str | None = _site()
    till: str | None = columns.text_column()
    staff: str | None = columns.text_column()
    sku: str | None = _sku()
    competitor: str | None = columns.text_column()
    survey_id: UUID | None = columns.reference_column("surveys.id")
    survey_version: int | None = None
    invitation_id: UUID | None = columns.reference_column("invitations.id")
    visit_id: UUID | None = columns.reference_column("visits.id")
    idea_id: UUID | None = columns.reference_column("ideas.id")
    # Of an answer that came by the receipt: its sale may be known only later.
    receipt_source: str | None = columns.text_column()
    receipt_no: str | None = columns.text_column()
    # The figure that stands for the whole: the first of its ratings.
    metric: str | None = columns.text_column()
    value: Decimal | None = columns.numeric_column(null=True)
    worst: Decimal | None = columns.numeric_column(null=True)
    best: Decimal | None = columns.numeric_column(null=True)
    score: Decimal | None = columns.numeric_column(null=True)
    nps_class: str | None = columns.text_column()
    title: str | None = columns.text_column()
    text: str | None = columns.text_column()
    url: str | None = columns.text_column()
    language: str | None = columns.text_column()
    answers: list[Any] = columns.json_column("'[]'")
    sentiment: str | None = columns.text_column()
    sentiment_score: Decimal | None = columns.numeric_column(null=True)
    analyzer: str | None = columns.text_column()
    analyzer_version: str | None = columns.text_column()
    themes: list[str] = columns.array_column()
    acknowledged_at: datetime | None = columns.timestamp_column()
    acknowledged_by: str | None = columns.text_column()
    acknowledged_channel: str | None = columns.text_column()
    acknowledged_interaction_id: UUID | None = columns.reference_column("interactions.id")
    acted_at: datetime | None = columns.timestamp_column()
    acted_by: str | None = columns.text_column()
    action: str | None = columns.text_column()
    notified_at: datetime | None = columns.timestamp_column()
    notified_by: str | None = columns.text_column()
    notified_channel: str | None = columns.text_column()
    notified_interaction_id: UUID | None = columns.reference_column("interactions.id")
    # When the loop was closed: acted upon, and the customer told, if there is one to tell.
    closed_at: datetime | None = columns.timestamp_column()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


_COUNTED = ["score", "nps_class", "method", "channel", "site", "staff", "sku", "survey_id", "customer_id"]


class Rating(SQLModel, table=True):
    """Every figure of every piece of feedback, with what it is summed by: measures are counted here."""

    __tablename__ = "ratings"
    __table_args__ = (
        columns.one_of_check("metric", rules.FeedbackMetric),
        columns.one_of_check("side", rules.Side),
        columns.one_of_check("nps_class", rules.NpsClass),
        columns.one_of_check("method", rules.Method),
        Index(
            "ix_ratings_main",
            "collected_at",
            postgresql_include=_COUNTED,
            postgresql_where=text("main AND competitor IS NULL"),
        ),
        Index(
            "ix_ratings_metric",
            "metric",
            "collected_at",
            postgresql_include=_COUNTED,
            postgresql_where=text("side = 'experience' AND aspect IS NULL AND competitor IS NULL"),
        ),
        Index(
            "ix_ratings_aspect",
            "collected_at",
            postgresql_include=["aspect", "side", "score", "site", "survey_id", "feedback_id"],
            postgresql_where=text("aspect IS NOT NULL AND competitor IS NULL"),
        ),
    )

    feedback_id: UUID = columns.reference_column("feedback.id", null=False, ondelete="CASCADE", primary=True)
    position: int = Field(primary_key=True)
    metric: str = columns.text_column(null=False)
    side: str = columns.text_column(null=False, server_default=text("'experience'"))
    main: bool = columns.boolean_column()
    question: str | None = columns.text_column()
    aspect: str | None = columns.text_column()
    value: Decimal = columns.numeric_column()
    worst: Decimal = columns.numeric_column()
    best: Decimal = columns.numeric_column()
    score: Decimal = columns.numeric_column()
    nps_class: str | None = columns.text_column()
    # Copied from the feedback, and written anew whenever it changes.
    collected_at: datetime = columns.timestamp_column(null=False)
    method: str = columns.text_column(null=False)
    channel: str | None = columns.text_column()
    site: str | None = columns.text_column()
    staff: str | None = columns.text_column()
    sku: str | None = columns.text_column()
    survey_id: UUID | None = None
    customer_id: UUID | None = None
    competitor: str | None = columns.text_column()


class FeedbackRule(SQLModel, table=True):
    """What is made of feedback that falls under it: a task, or a complaint."""

    __tablename__ = "feedback_rules"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = columns.id_column()
    code: str = columns.text_column(null=False)
    active: bool = columns.boolean_column("true")
    definition: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class FeedbackRuleVersion(SQLModel, table=True):
    __tablename__ = "feedback_rule_versions"

    feedback_rule_id: UUID = columns.reference_column("feedback_rules.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = columns.json_column()
    actor: str = columns.text_column(null=False)
    created_at: datetime = columns.created_at_column()


class FollowUp(SQLModel, table=True):
    """What a rule made of a piece of feedback, once."""

    __tablename__ = "feedback_follow_ups"
    __table_args__ = (
        CheckConstraint("(task_id IS NULL) <> (complaint_id IS NULL)", name="one"),
        Index(None, "task_id", postgresql_where=text("task_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
    )

    feedback_id: UUID = columns.reference_column("feedback.id", null=False, primary=True)
    rule_id: UUID = columns.reference_column("feedback_rules.id", null=False, primary=True)
    task_id: UUID | None = columns.reference_column("tasks.id")
    complaint_id: UUID | None = columns.reference_column("complaints.id")
    created_at: datetime = columns.created_at_column()


class Theme(SQLModel, table=True):
    """What the business wants to know whether people speak of it."""

    __tablename__ = "themes"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = columns.id_column()
    code: str = columns.text_column(null=False)
    active: bool = columns.boolean_column("true")
    definition: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class ThemeVersion(SQLModel, table=True):
    __tablename__ = "theme_versions"

    theme_id: UUID = columns.reference_column("themes.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = columns.json_column()
    actor: str = columns.text_column(null=False)
    created_at: datetime = columns.created_at_column()
