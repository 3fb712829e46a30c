"""The clocks of complaints: what happened to them, and what was done when time ran out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models import base
from app.rules.clocks import ClockState, IntervalKind, Metric


class ComplaintClock(SQLModel, table=True):
    """What happened to a clock; `due_at` and `state` follow from it, kept here so that lists can ask for them."""

    __tablename__ = "complaint_clocks"
    __table_args__ = (
        base.one_of("metric", Metric),
        base.one_of("state", ClockState),
        ForeignKeyConstraint(
            ["policy_id", "policy_version"],
            ["service_policy_versions.service_policy_id", "service_policy_versions.version"],
            name="fk_complaint_clocks_policy_version",
        ),
        ForeignKeyConstraint(
            ["calendar_id", "calendar_version"],
            ["calendar_versions.calendar_id", "calendar_versions.version"],
            name="fk_complaint_clocks_calendar_version",
        ),
        UniqueConstraint("complaint_id", "metric", "cycle"),
        Index(
            None,
            "metric",
            "received_at",
            postgresql_include=["complaint_id", "state", "due_at", "breached_at"],
        ),
    )

    id: UUID = base.key()
    complaint_id: UUID = base.reference("complaints.id", null=False)
    # When the complaint was received: insights read it from an index.
    received_at: datetime = base.moment(null=False)
    metric: str = base.words(null=False)
    cycle: int
    policy_id: UUID = Field(nullable=False)
    policy_version: int
    calendar_id: UUID = Field(nullable=False)
    calendar_version: int
    target_minutes: int
    state: str = base.words(null=False)
    started_at: datetime = base.moment(null=False)
    due_at: datetime | None = base.moment()
    met_at: datetime | None = base.moment()
    cancelled_at: datetime | None = base.moment()
    breached_at: datetime | None = base.moment()


class ClockInterval(SQLModel, table=True):
    __tablename__ = "clock_intervals"
    __table_args__ = (base.one_of("kind", IntervalKind),)

    clock_id: UUID = base.reference("complaint_clocks.id", null=False, primary=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    kind: str = base.words(null=False)
    starts_at: datetime = base.moment(null=False)
    ends_at: datetime | None = base.moment()
    reason: str = base.words(null=False)


class ComplaintEscalation(SQLModel, table=True):
    """A step of an escalation that was carried out; each once."""

    __tablename__ = "complaint_escalations"
    __table_args__ = (UniqueConstraint("clock_id", "at_minutes"), Index(None, "complaint_id", "made_at"))

    id: UUID = base.key()
    complaint_id: UUID = base.reference("complaints.id", null=False)
    clock_id: UUID = base.reference("complaint_clocks.id", null=False)
    metric: str = base.words(null=False)
    at_minutes: int
    planned_at: datetime = base.moment(null=False)
    made_at: datetime = base.moment(null=False)
    notified: list[str] = base.many()
    reassigned_to: str | None = base.words()
    priority: str | None = base.words()
