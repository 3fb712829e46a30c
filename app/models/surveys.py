"""What customers are asked, when, and who was asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules.channels import Channel
from app.rules.surveys import InvitationState, SurveyStatus


class Survey(SQLModel, table=True):
    __tablename__ = "surveys"
    __table_args__ = (
        base.one_of("status", SurveyStatus),
        UniqueConstraint("code"),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
    )

    id: UUID = base.key()
    code: str = base.words(null=False)
    definition: dict = base.document()
    status: str = base.words(null=False, server_default=text("'draft'"))
    # What is asked; later versions are drafts until they are published.
    published_version: int | None = None
    opened_at: datetime | None = base.moment()
    closed_at: datetime | None = base.moment()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class SurveyVersion(SQLModel, table=True):
    __tablename__ = "survey_versions"

    survey_id: UUID = base.reference("surveys.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = base.document()
    actor: str = base.words(null=False)
    created_at: datetime = base.created()


class SurveyRule(SQLModel, table=True):
    """After what a survey is sent by itself."""

    __tablename__ = "survey_rules"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "created_at", "id"),
        Index(None, "survey_id"),
    )

    id: UUID = base.key()
    code: str = base.words(null=False)
    active: bool = base.flag("true")
    survey_id: UUID = base.reference("surveys.id", null=False)
    definition: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class SurveyRuleVersion(SQLModel, table=True):
    __tablename__ = "survey_rule_versions"

    survey_rule_id: UUID = base.reference("survey_rules.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict = base.document()
    actor: str = base.words(null=False)
    created_at: datetime = base.created()


class Invitation(SQLModel, table=True):
    __tablename__ = "invitations"
    __table_args__ = (
        base.one_of("state", InvitationState),
        base.one_of("channel", Channel),
        ForeignKeyConstraint(
            ["survey_id", "survey_version"],
            ["survey_versions.survey_id", "survey_versions.version"],
            name="fk_invitations_survey_version",
        ),
        Index("uq_invitations_token", "token_hash", unique=True, postgresql_where=text("token_hash IS NOT NULL")),
        # A rule asks once for one and the same occasion.
        Index(
            "uq_invitations_occasion", "rule_id", "occasion", unique=True, postgresql_where=text("rule_id IS NOT NULL")
        ),
        Index(None, "created_at", "id"),
        Index(None, "state", "created_at", "id"),
        Index(None, "survey_id", "created_at", "id"),
        Index(None, "site", "created_at", "id", postgresql_where=text("site IS NOT NULL")),
        Index(None, "channel", "created_at", "id", postgresql_where=text("channel IS NOT NULL")),
        Index(None, "customer_id", "created_at", "id", postgresql_where=text("customer_id IS NOT NULL")),
        # By when they run out: those that nobody sent in time do not stand before those that are to be sent.
        Index("ix_invitations_pending", "expires_at", "id", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_invitations_sent",
            "sent_at",
            postgresql_include=["answered_at", "survey_id", "channel", "site", "staff", "customer_id"],
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
    )

    id: UUID = base.key()
    survey_id: UUID = base.reference("surveys.id", null=False)
    survey_version: int
    customer_id: UUID | None = base.reference("customers.id")
    rule_id: UUID | None = base.reference("survey_rules.id")
    occasion: str | None = base.words()
    sale_id: UUID | None = base.reference("sales.id")
    complaint_id: UUID | None = base.reference("complaints.id")
    interaction_id: UUID | None = base.reference("interactions.id")
    site: str | None = base.words()
    staff: str | None = base.words()
    channel: str | None = base.words()
    language: str | None = base.words()
    state: str = base.words(null=False, server_default=text("'pending'"))
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    send_after: datetime = base.moment(null=False)
    expires_at: datetime = base.moment(null=False)
    sent_at: datetime | None = base.moment()
    answered_at: datetime | None = base.moment()
    revoked_at: datetime | None = base.moment()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()
