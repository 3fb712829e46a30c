"""Complaints, the way they came, and the clocks that ran meanwhile."""

from datetime import date, datetime
from decimal import Decimal
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
    text,
)
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules import complaints as rules
from app.rules.channels import Channel

NUMBERS = Sequence("complaint_numbers", metadata=base.metadata)
_DUE_ON = text("coalesce(due_on, 'infinity'::date)")
_OPEN = "state NOT IN ('closed', 'withdrawn')"
# What insights need of each complaint of their time: they read the index, and no rows.
_SUMMED_UP = ["customer_id", "state", "site", "sku", "cause_kind", "reopened", "acknowledged_at", "ended_at"]


class Complaint(SQLModel, table=True):
    __tablename__ = "complaints"
    __table_args__ = (
        base.one_of("channel", Channel),
        base.one_of("state", rules.State),
        base.one_of("severity", rules.Severity),
        base.one_of("complexity", rules.Complexity),
        base.one_of("impact", rules.Impact),
        base.one_of("priority", rules.Priority),
        base.one_of("feeling", rules.Feeling),
        base.one_of("publicity", rules.Publicity),
        base.one_of("waiting_for", rules.Waiting),
        base.one_of("decision", rules.Decision),
        base.one_of("cause_kind", rules.CauseKind),
        CheckConstraint("(source IS NULL) = (external_id IS NULL)", name="external"),
        CheckConstraint("(value IS NULL) = (currency IS NULL)", name="value"),
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
        Index(None, "owner", "received_at", "id", postgresql_where=text("owner IS NOT NULL")),
        Index(None, "category", "received_at", "id", postgresql_where=text("category IS NOT NULL")),
        Index(None, "site", "received_at", "id", postgresql_where=text("site IS NOT NULL")),
        Index(None, "sku", "received_at", "id", postgresql_where=text("sku IS NOT NULL")),
        Index(None, "channel", "received_at", "id"),
        Index(None, "sale_id", postgresql_where=text("sale_id IS NOT NULL")),
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

    id: UUID = base.key()
    reference: str = base.words(null=False)
    customer_id: UUID | None = base.reference("customers.id")
    complainant: dict | None = base.document(None, null=True)
    channel: str = base.words(null=False)
    received_at: datetime = base.moment(null=False)
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    sku: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))
    sale_id: UUID | None = base.reference("sales.id")
    sale_line_no: int | None = None
    interaction_id: UUID | None = base.reference("interactions.id")
    staff: str | None = base.words()
    category: str | None = base.words()
    severity: str | None = base.words()
    complexity: str | None = base.words()
    impact: str | None = base.words()
    immediate_action: bool = base.flag()
    words: str = base.words(null=False)
    wanted: str | None = base.words()
    feeling: str | None = base.words()
    relationship_at_risk: bool = base.flag()
    publicity: str = base.words(null=False, server_default=text("'private'"))
    value: Decimal | None = base.amount(null=True)
    currency: str | None = base.words()
    owner: str | None = base.words()
    priority: str = base.words(null=False, server_default=text("'normal'"))
    state: str = base.words(null=False, server_default=text("'received'"))
    state_since: datetime = base.moment(null=False)
    waiting_for: str | None = base.words()
    acknowledged_at: datetime | None = base.moment()
    responded_at: datetime | None = base.moment()
    ended_at: datetime | None = base.moment()
    decision: str | None = base.words()
    decision_text: str | None = base.words()
    told_at: datetime | None = base.moment()
    referral: dict | None = base.document(None, null=True)
    cause_kind: str | None = base.words()
    cause: str | None = base.words()
    reopened: int = Field(default=None, sa_column_kwargs={"server_default": text("0")})
    policy_id: UUID | None = base.reference("service_policies.id")
    procedure_id: UUID | None = None
    procedure_version: int | None = None
    # Worked out anew with every change: the first of the clocks that will run out, and whether one did.
    due_at: datetime | None = base.moment()
    breached: bool = base.flag()
    source: str | None = base.words()
    external_id: str | None = base.words()
    content_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    attributes: dict = base.document()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class ComplaintMove(SQLModel, table=True):
    """The way a complaint has come: one row a move, in order."""

    __tablename__ = "complaint_moves"
    __table_args__ = (
        base.one_of("move", rules.Move),
        base.one_of("from_state", rules.State),
        base.one_of("to_state", rules.State),
        Index(
            None,
            "from_state",
            "received_at",
            postgresql_include=["complaint_id", "move", "entered_at", "happened_at"],
        ),
    )

    complaint_id: UUID = base.reference("complaints.id", null=False, primary=True)
    position: int = Field(primary_key=True)
    move: str = base.words(null=False)
    from_state: str = base.words(null=False)
    to_state: str = base.words(null=False)
    # When the complaint was received, and when it came into the state it leaves: insights read these from an index.
    received_at: datetime = base.moment(null=False)
    entered_at: datetime = base.moment(null=False)
    happened_at: datetime = base.moment(null=False)
    recorded_at: datetime = base.moment(null=False)
    actor: str = base.words(null=False)
    staff: str | None = base.words()
    note: str | None = base.words()
    interaction_id: UUID | None = base.reference("interactions.id")


class ComplaintRemedy(SQLModel, table=True):
    __tablename__ = "complaint_remedies"
    __table_args__ = (
        base.one_of("kind", rules.RemedyKind),
        base.one_of("state", rules.RemedyState),
        CheckConstraint("(cost IS NULL) = (currency IS NULL)", name="cost"),
        Index(None, "complaint_id", "position"),
    )

    id: UUID = base.key()
    complaint_id: UUID = base.reference("complaints.id", null=False)
    position: int
    kind: str = base.words(null=False)
    state: str = base.words(null=False)
    description: str | None = base.words()
    cost: Decimal | None = base.amount(null=True)
    currency: str | None = base.words()
    sought_at: datetime | None = base.moment()
    offered_at: datetime | None = base.moment()
    decided_at: datetime | None = base.moment()
    version: int = base.version()


class ComplaintAction(SQLModel, table=True):
    """What is done so that it is right again, and so that it does not happen again."""

    __tablename__ = "complaint_actions"
    __table_args__ = (
        base.one_of("kind", rules.ActionKind),
        Index(None, "complaint_id", "id"),
        Index(None, "created_at", "id"),
        Index("ix_complaint_actions_due", _DUE_ON, "id"),
        Index("ix_complaint_actions_owner", "owner", _DUE_ON, "id", postgresql_where=text("owner IS NOT NULL")),
        Index("ix_complaint_actions_open", _DUE_ON, "id", postgresql_where=text("done_at IS NULL")),
    )

    id: UUID = base.key()
    complaint_id: UUID = base.reference("complaints.id", null=False)
    kind: str = base.words(null=False)
    description: str = base.words(null=False)
    owner: str | None = base.words()
    due_on: date | None = None
    done_at: datetime | None = base.moment()
    verified_at: datetime | None = base.moment()
    verified_by: str | None = base.words()
    outcome: str | None = base.words()
    version: int = base.version()
    created_at: datetime = base.created()
    updated_at: datetime = base.created()


class ComplaintStep(SQLModel, table=True):
    """A step of the procedure that was done."""

    __tablename__ = "complaint_steps"

    complaint_id: UUID = base.reference("complaints.id", null=False, primary=True)
    step: str = Field(sa_column=Column(Text, primary_key=True))
    done_at: datetime = base.moment(null=False)
    done_by: str = base.words(null=False)
    note: str | None = base.words()


class ComplaintMessage(SQLModel, table=True):
    """Which interactions are about a complaint."""

    __tablename__ = "complaint_messages"
    __table_args__ = (Index(None, "interaction_id"),)

    complaint_id: UUID = base.reference("complaints.id", null=False, primary=True)
    interaction_id: UUID = base.reference("interactions.id", null=False, primary=True)
