"""Complaints, the way they came, and the clocks that ran meanwhile."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Sequence,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.complaints import states as rules
from app.rules.customers import Match
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity

NUMBERS = Sequence("complaint_numbers", metadata=columns.metadata)
_DUE_ON = text("coalesce(due_on, 'infinity'::date)")
_OPEN = "state NOT IN ('closed', 'withdrawn')"
# What insights need of each complaint of their time: they read the index, and no rows.
_SUMMED_UP = ["customer_id", "state", "site", "sku", "cause_kind", "reopened_count", "acknowledged_at", "ended_at"]


class Complaint(SQLModel, table=True):
    __tablename__ = "complaints"
    __table_args__ = (
        columns.one_of_check("channel", Channel),
        columns.one_of_check("state", rules.State),
        columns.one_of_check("severity", Severity),
        columns.one_of_check("complexity", rules.Complexity),
        columns.one_of_check("impact", rules.Impact),
        columns.one_of_check("priority", rules.Priority),
        columns.one_of_check("feeling", rules.Feeling),
        columns.one_of_check("publicity", rules.Publicity),
        columns.one_of_check("waiting_for", rules.Waiting),
        columns.one_of_check("decision", rules.Decision),
        columns.one_of_check("cause_kind", rules.CauseKind),
        columns.one_of_check("match", Match),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        CheckConstraint("(value IS NULL) = (currency IS NULL)", name="value"),
        CheckConstraint("(waiting_for IS NULL) = (waiting_since IS NULL)", name="waiting"),
        ForeignKeyConstraint(
            ["sale_id", "sale_line_no"], ["sale_lines.sale_id", "sale_lines.line_no"], name="fk_complaints_sale_line"
        ),
        ForeignKeyConstraint(
            ["procedure_id", "procedure_version"],
            ["procedure_versions.procedure_id", "procedure_versions.version"],
            name="fk_complaints_procedure_version",
        ),
        UniqueConstraint("reference"),
        Index(
            "uq_complaints_external",
            "source",
            "external_id",
            unique=True,
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index(None, "received_at", "id", postgresql_include=_SUMMED_UP),
        Index(None, "customer_id", "received_at", "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(None, "state", "received_at", "id"),
        columns.caseless_index("complaints", "owner", "received_at"),
        Index(None, "category", "received_at", "id", postgresql_where=text("category IS NOT NULL")),
        Index(None, "site", "received_at", "id", postgresql_where=text("site IS NOT NULL")),
        Index(None, "sku", "received_at", "id", postgresql_where=text("sku IS NOT NULL")),
        Index(None, "channel", "received_at", "id"),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
        Index(None, "interaction_id", postgresql_where=text("interaction_id IS NOT NULL")),
        Index("ix_complaints_replied", "received_at", "id", postgresql_where=text("customer_replied_at IS NOT NULL")),
        *columns.match_indexes("complaints", "received_at"),
        Index("ix_complaints_unclaimed", "received_at", "id", postgresql_where=text("customer_id IS NULL")),
        Index(
            "ix_complaints_open",
            "received_at",
            "id",
            postgresql_where=text(_OPEN),
            postgresql_include=["due_at", "breached"],
        ),
        Index("ix_complaints_open_policy", "policy_id", "id", postgresql_where=text(_OPEN)),
        Index("ix_complaints_due", "due_at", "id", postgresql_where=text(f"{_OPEN} AND due_at IS NOT NULL")),
        Index(None, "ended_at", "id", postgresql_where=text("ended_at IS NOT NULL"), postgresql_include=["state"]),
    )

    id: UUID = columns.id_column()
    reference: str = columns.text_column(null=False)
    customer_id: UUID | None = columns.reference_column("customers.id")
    customer_from_id: UUID | None = columns.customer_from_column()
    taken_from: list[UUID] = columns.taken_from_column()
    complainant: dict[str, Any] | None = columns.json_column(None, null=True)
    match: str = columns.match_column()
    candidates: list[UUID] = columns.array_column(Uuid)
    match_reasons: list[dict[str, Any]] = columns.json_column("'[]'")
    channel: str = columns.text_column(null=False)
    received_at: datetime = columns.timestamp_column(null=False)
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    sku: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))
    sale_id: UUID | None = columns.reference_column("sales.id")
    sale_line_no: int | None = None
    interaction_id: UUID | None = columns.reference_column("interactions.id")
    staff: str | None = columns.text_column()
    category: str | None = columns.text_column()
    severity: str | None = columns.text_column()
    complexity: str | None = columns.text_column()
    impact: str | None = columns.text_column()
    immediate_action: bool = columns.boolean_column()
    description: str = columns.text_column(null=False)
    desired_outcome: str | None = columns.text_column()
    feeling: str | None = columns.text_column()
    relationship_at_risk: bool = columns.boolean_column()
    publicity: str = columns.text_column(null=False, server_default=text("'private'"))
    value: Decimal | None = columns.numeric_column(null=True)
    currency: str | None = columns.text_column()
    owner: str | None = columns.text_column()
    priority: str = columns.text_column(null=False, server_default=text("'normal'"))
    state: str = columns.text_column(null=False, server_default=text("'received'"))
    state_since: datetime = columns.timestamp_column(null=False)
    waiting_for: str | None = columns.text_column()
    waiting_since: datetime | None = columns.timestamp_column()
    # When they first wrote back while it waited for them, until somebody takes it up.
    customer_replied_at: datetime | None = columns.timestamp_column()
    acknowledged_at: datetime | None = columns.timestamp_column()
    responded_at: datetime | None = columns.timestamp_column()
    ended_at: datetime | None = columns.timestamp_column()
    decision: str | None = columns.text_column()
    decision_text: str | None = columns.text_column()
    notified_at: datetime | None = columns.timestamp_column()
    referral: dict[str, Any] | None = columns.json_column(None, null=True)
    cause_kind: str | None = columns.text_column()
    cause: str | None = columns.text_column()
    reopened_count: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    policy_id: UUID | None = columns.reference_column("service_policies.id")
    procedure_id: UUID | None = None
    procedure_version: int | None = None
    # Worked out anew with every change: the first of the clocks that will run out, and whether one did.
    due_at: datetime | None = columns.timestamp_column()
    breached: bool = columns.boolean_column()
    source: str | None = columns.text_column()
    external_id: str | None = columns.text_column()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict[str, Any] = columns.json_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class ComplaintMove(SQLModel, table=True):
    """The way a complaint has come: one row a move, in order."""

    __tablename__ = "complaint_moves"
    __table_args__ = (
        columns.one_of_check("move", rules.Move),
        columns.one_of_check("from_state", rules.State),
        columns.one_of_check("to_state", rules.State),
        Index(
            None,
            "from_state",
            "received_at",
            postgresql_include=["complaint_id", "move", "entered_at", "happened_at"],
        ),
    )

    complaint_id: UUID = columns.reference_column("complaints.id", null=False, primary=True)
    position: int = Field(primary_key=True)
    move: str = columns.text_column(null=False)
    from_state: str = columns.text_column(null=False)
    to_state: str = columns.text_column(null=False)
    # When the complaint was received, and when it came into the state it leaves: insights read these from an index.
    received_at: datetime = columns.timestamp_column(null=False)
    entered_at: datetime = columns.timestamp_column(null=False)
    happened_at: datetime = columns.timestamp_column(null=False)
    recorded_at: datetime = columns.timestamp_column(null=False)
    actor: str = columns.text_column(null=False)
    staff: str | None = columns.text_column()
    note: str | None = columns.text_column()
    interaction_id: UUID | None = columns.reference_column("interactions.id")


class ComplaintRemedy(SQLModel, table=True):
    __tablename__ = "complaint_remedies"
    __table_args__ = (
        columns.one_of_check("kind", rules.RemedyKind),
        columns.one_of_check("state", rules.RemedyState),
        CheckConstraint("(cost IS NULL) = (currency IS NULL)", name="cost"),
        Index(None, "complaint_id", "position"),
    )

    id: UUID = columns.id_column()
    complaint_id: UUID = columns.reference_column("complaints.id", null=False)
    position: int
    kind: str = columns.text_column(null=False)
    state: str = columns.text_column(null=False)
    description: str | None = columns.text_column()
    cost: Decimal | None = columns.numeric_column(null=True)
    currency: str | None = columns.text_column()
    sought_at: datetime | None = columns.timestamp_column()
    offered_at: datetime | None = columns.timestamp_column()
    decided_at: datetime | None = columns.timestamp_column()
    recorded_at: datetime = columns.created_at_column()
    version: int = columns.version_column()


class ComplaintAction(SQLModel, table=True):
    """What is done so that it is right again, and so that it does not happen again."""

    __tablename__ = "complaint_actions"
    __table_args__ = (
        columns.one_of_check("kind", rules.ActionKind),
        Index(None, "complaint_id", "id"),
        Index(None, "created_at", "id"),
        Index("ix_complaint_actions_due", _DUE_ON, "id"),
        columns.caseless_index("complaint_actions", "owner", _DUE_ON),
        Index("ix_complaint_actions_open", _DUE_ON, "id", postgresql_where=text("done_at IS NULL")),
    )

    id: UUID = columns.id_column()
    complaint_id: UUID = columns.reference_column("complaints.id", null=False)
    kind: str = columns.text_column(null=False)
    description: str = columns.text_column(null=False)
    owner: str | None = columns.text_column()
    due_on: date | None = None
    done_at: datetime | None = columns.timestamp_column()
    verified_at: datetime | None = columns.timestamp_column()
    verified_by: str | None = columns.text_column()
    outcome: str | None = columns.text_column()
    version: int = columns.version_column()
    created_at: datetime = columns.created_at_column()
    updated_at: datetime = columns.created_at_column()


class ComplaintStep(SQLModel, table=True):
    """A step of the procedure that was done."""

    __tablename__ = "complaint_steps"

    complaint_id: UUID = columns.reference_column("complaints.id", null=False, primary=True)
    step: str = Field(sa_column=Column(Text, primary_key=True))
    done_at: datetime = columns.timestamp_column(null=False)
    done_by: str = columns.text_column(null=False)
    note: str | None = columns.text_column()


class ComplaintMessage(SQLModel, table=True):
    """Which interactions are about a complaint."""

    __tablename__ = "complaint_messages"
    __table_args__ = (Index(None, "interaction_id"),)

    complaint_id: UUID = columns.reference_column("complaints.id", null=False, primary=True)
    interaction_id: UUID = columns.reference_column("interactions.id", null=False, primary=True)
    # The message itself says so, or somebody did, and not only its conversation.
    named: bool = columns.boolean_column()
