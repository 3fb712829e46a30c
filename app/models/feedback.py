"""What was said about the business, each figure of it, and what follows from it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules import feedback as rules
from app.rules.channels import Channel
from app.rules.sentiment import Sentiment


def _site() -> str | None:
    return Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))


def _sku() -> str | None:
    return Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))


def _latest(*columns: str) -> Index:
    """Walks the rows that have the first of these, by the time at which they were collected."""
    return Index(None, *columns, "collected_at", "id", postgresql_where=text(f"{columns[0]} IS NOT NULL"))


class Feedback(SQLModel, table=True):
    __tablename__ = "feedback"
    __table_args__ = (
        base.one_of("method", rules.Method),
        base.one_of("channel", Channel),
        base.one_of("metric", rules.FeedbackMetric),
        base.one_of("nps_class", rules.NpsClass),
        base.one_of("sentiment", Sentiment),
        base.one_of("acknowledged_how", Channel),
        base.one_of("told_how", Channel),
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
        _latest("staff"),
        _latest("sku"),
        _latest("survey_id"),
        _latest("competitor"),
        _latest("nps_class"),
        _latest("sentiment"),
        _latest("idea_id"),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
        Index(None, "themes", postgresql_using="gin"),
        Index("ix_feedback_unclaimed", "collected_at", "id", postgresql_where=text("customer_id IS NULL")),
        Index("ix_feedback_unacknowledged", "collected_at", "id", postgresql_where=text("acknowledged_at IS NULL")),
        Index("ix_feedback_open", "collected_at", "id", postgresql_where=text("closed_at IS NULL")),
    )

    id: UUID = base.key()
    method: str = base.words(null=False)
    source: str | None = base.words()
    external_id: str | None = base.words()
    collected_at: datetime = base.moment(null=False)
    channel: str | None = base.words()
    customer_id: UUID | None = base.reference("customers.id")
    author: dict | None = base.document(None, null=True)
    sale_id: UUID | None = base.reference("sales.id")
    sale_line_no: int | None = None
    interaction_id: UUID | None = base.reference("interactions.id")
    complaint_id: UUID | None = base.reference("complaints.id")
    site: str | None = _site()
    till: str | None = base.words()
    staff: str | None = base.words()
    sku: str | None = _sku()
    competitor: str | None = base.words()
    survey_id: UUID | None = base.reference("surveys.id")
    survey_version: int | None = None
    invitation_id: UUID | None = base.reference("invitations.id")
    visit_id: UUID | None = base.reference("visits.id")
    idea_id: UUID | None = base.reference("ideas.id")
    # Of an answer that came by the receipt: its sale may be known only later.
    receipt_source: str | None = base.words()
    receipt_no: str | None = base.words()
    # The figure that stands for the whole: the first of its ratings.
    metric: str | None = base.words()
    value: Decimal | None = base.amount(null=True)
    worst: Decimal | None = base.amount(null=True)
    best: Decimal | None = base.amount(null=True)
    score: Decimal | None = base.amount(null=True)
    nps_class: str | None = base.words()
    title: str | None = base.words()
    text: str | None = base.words()
    url: str | None = base.words()
    language: str | None = base.words()
    answers: list = base.document("'[]'")
    sentiment: str | None = base.words()
    sentiment_score: Decimal | None = base.amount(null=True)
    judged_by: str | None = base.words()
    judged_version: str | None = base.words()
    themes: list[str] = base.many()
    acknowledged_at: datetime | None = base.moment()
    acknowledged_by: str | None = base.words()
    acknowledged_how: str | None = base.words()
    acknowledged_interaction_id: UUID | None = base.reference("interactions.id")
    acted_at: datetime | None = base.moment()
    acted_by: str | None = base.words()
    action: str | None = base.words()
    told_at: datetime | None = base.moment()
    told_by: str | None = base.words()
    told_how: str | None = base.words()
    told_interaction_id: UUID | None = base.reference("interactions.id")
    # When the loop was closed: acted upon, and the customer told, if there is one to tell.
    closed_at: datetime | None = base.moment()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


_COUNTED = ["score", "nps_class", "method", "channel", "site", "staff", "sku", "survey_id", "customer_id"]


class Rating(SQLModel, table=True):
    """Every figure of every piece of feedback, with what it is summed by: measures are counted here."""

    __tablename__ = "ratings"
    __table_args__ = (
        base.one_of("metric", rules.FeedbackMetric),
        base.one_of("side", rules.Side),
        base.one_of("nps_class", rules.NpsClass),
        base.one_of("method", rules.Method),
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

    feedback_id: UUID = base.reference("feedback.id", null=False, ondelete="CASCADE", primary=True)
    position: int = Field(primary_key=True)
    metric: str = base.words(null=False)
    side: str = base.words(null=False, server_default=text("'experience'"))
    main: bool = base.flag()
    question: str | None = base.words()
    aspect: str | None = base.words()
    value: Decimal = base.amount()
    worst: Decimal = base.amount()
    best: Decimal = base.amount()
    score: Decimal = base.amount()
    nps_class: str | None = base.words()
    # Copied from the feedback, and written anew whenever it changes.
    collected_at: datetime = base.moment(null=False)
    method: str = base.words(null=False)
    channel: str | None = base.words()
    site: str | None = base.words()
    staff: str | None = base.words()
    sku: str | None = base.words()
    survey_id: UUID | None = None
    customer_id: UUID | None = None
    competitor: str | None = base.words()


class FeedbackRule(SQLModel, table=True):
    """What is made of feedback that falls under it: a task, or a complaint."""

    __tablename__ = "feedback_rules"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = base.key()
    code: str = base.words(null=False)
    active: bool = base.flag("true")
    definition: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class FeedbackRuleVersion(SQLModel, table=True):
    __tablename__ = "feedback_rule_versions"

    feedback_rule_id: UUID = base.reference("feedback_rules.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = base.document()
    actor: str = base.words(null=False)
    created_at: datetime = base.created()


class FollowUp(SQLModel, table=True):
    """What a rule made of a piece of feedback, once."""

    __tablename__ = "feedback_follow_ups"
    __table_args__ = (
        CheckConstraint("(task_id IS NULL) <> (complaint_id IS NULL)", name="one"),
        Index(None, "task_id", postgresql_where=text("task_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
    )

    feedback_id: UUID = base.reference("feedback.id", null=False, primary=True)
    rule_id: UUID = base.reference("feedback_rules.id", null=False, primary=True)
    task_id: UUID | None = base.reference("tasks.id")
    complaint_id: UUID | None = base.reference("complaints.id")
    created_at: datetime = base.created()


class Theme(SQLModel, table=True):
    """What the business wants to know whether people speak of it."""

    __tablename__ = "themes"
    __table_args__ = (Unique("code"), Index(None, "created_at", "id"))

    id: UUID = base.key()
    code: str = base.words(null=False)
    active: bool = base.flag("true")
    definition: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class ThemeVersion(SQLModel, table=True):
    __tablename__ = "theme_versions"

    theme_id: UUID = base.reference("themes.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = base.document()
    actor: str = base.words(null=False)
    created_at: datetime = base.created()
