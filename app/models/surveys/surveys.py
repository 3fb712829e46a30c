"""What customers are asked, when, and who was asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.kit.channels import Channel
from app.rules.surveys.surveys import InvitationState, SurveyStatus


class Survey(SQLModel, table=True):
    __tablename__ = "surveys"
    __table_args__ = (
        columns.one_of_check("status", SurveyStatus),
        UniqueConstraint("code"),
        Index(None, "created_at", "id"),
        Index(None, "status", "created_at", "id"),
    )

    id: UUID = columns.id_column()
    code: str = columns.text_column(null=False)
    definition: dict[str, Any] = columns.json_column()
    status: str = columns.text_column(null=False, server_default=text("'draft'"))
    # What is asked; later versions are drafts until they are published.
    published_version: int | None = None
    opened_at: datetime | None = columns.timestamp_column()
    closed_at: datetime | None = columns.timestamp_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class SurveyVersion(SQLModel, table=True):
    __tablename__ = "survey_versions"

    survey_id: UUID = columns.reference_column("surveys.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = columns.json_column()
    actor: str = columns.text_column(null=False)
    created_at: datetime = columns.created_at_column()


class SurveyRule(SQLModel, table=True):
    """After what a survey is sent by itself."""

    __tablename__ = "survey_rules"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(None, "created_at", "id"),
        Index(None, "survey_id"),
    )

    id: UUID = columns.id_column()
    code: str = columns.text_column(null=False)
    active: bool = columns.boolean_column("true")
    survey_id: UUID = columns.reference_column("surveys.id", null=False)
    definition: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class SurveyRuleVersion(SQLModel, table=True):
    __tablename__ = "survey_rule_versions"

    survey_rule_id: UUID = columns.reference_column("survey_rules.id", null=False, primary=True)
    version: int = Field(primary_key=True)
    definition: dict[str, Any] = columns.json_column()
    actor: str = columns.text_column(null=False)
    created_at: datetime = columns.created_at_column()


class Invitation(SQLModel, table=True):
    __tablename__ = "invitations"
    __table_args__ = (
        columns.one_of_check("state", InvitationState),
        columns.one_of_check("channel", Channel),
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
            postgresql_include=["answered_at", "survey_id", "channel", "site", "staff", "customer_id", "withdrawn_at"],
            postgresql_where=text("sent_at IS NOT NULL"),
        ),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "complaint_id", postgresql_where=text("complaint_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
    )

    id: UUID = columns.id_column()
    survey_id: UUID = columns.reference_column("surveys.id", null=False)
    survey_version: int
    customer_id: UUID | None = columns.reference_column("customers.id")
    customer_from_id: UUID | None = columns.customer_from_column()
    rule_id: UUID | None = columns.reference_column("survey_rules.id")
    occasion: str | None = columns.text_column()
    sale_id: UUID | None = columns.reference_column("sales.id")
    complaint_id: UUID | None = columns.reference_column("complaints.id")
    interaction_id: UUID | None = columns.reference_column("interactions.id")
    site: str | None = columns.text_column()
    staff: str | None = columns.text_column()
    channel: str | None = columns.text_column()
    language: str | None = columns.text_column()
    state: str = columns.text_column(null=False, server_default=text("'pending'"))
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    send_after: datetime = columns.timestamp_column(null=False)
    expires_at: datetime = columns.timestamp_column(null=False)
    sent_at: datetime | None = columns.timestamp_column()
    answered_at: datetime | None = columns.timestamp_column()
    revoked_at: datetime | None = columns.timestamp_column()
    withdrawn_at: datetime | None = columns.timestamp_column()
    withdrawal_reason: str | None = columns.text_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()
