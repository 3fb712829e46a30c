"""The clocks of complaints: what happened to them, and what was done when time ran out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.kit import columns
from app.rules.service_levels.clocks import ClockState, IntervalKind, Metric


class ComplaintClock(SQLModel, table=True):
    """What happened to a clock; `due_at` and `state` follow from it, kept here so that lists can ask for them."""

    __tablename__ = "complaint_clocks"
    __table_args__ = (
        columns.one_of_check("metric", Metric),
        columns.one_of_check("state", ClockState),
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

    id: UUID = columns.id_column()
    complaint_id: UUID = columns.reference_column("complaints.id", null=False)
    # When the complaint was received: insights read it from an index.
    received_at: datetime = columns.timestamp_column(null=False)
    metric: str = columns.text_column(null=False)
    cycle: int
    policy_id: UUID = Field(nullable=False)
    policy_version: int
    calendar_id: UUID = Field(nullable=False)
    calendar_version: int
    target_minutes: int
    state: str = columns.text_column(null=False)
    started_at: datetime = columns.timestamp_column(null=False)
    due_at: datetime | None = columns.timestamp_column()
    met_at: datetime | None = columns.timestamp_column()
    cancelled_at: datetime | None = columns.timestamp_column()
    breached_at: datetime | None = columns.timestamp_column()


class ClockInterval(SQLModel, table=True):
    __tablename__ = "clock_intervals"
    __table_args__ = (columns.one_of_check("kind", IntervalKind),)

    clock_id: UUID = columns.reference_column("complaint_clocks.id", null=False, primary=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    kind: str = columns.text_column(null=False)
    starts_at: datetime = columns.timestamp_column(null=False)
    ends_at: datetime | None = columns.timestamp_column()
    reason: str = columns.text_column(null=False)


class ComplaintEscalation(SQLModel, table=True):
    """A step of an escalation that was carried out; each once."""

    __tablename__ = "complaint_escalations"
    __table_args__ = (UniqueConstraint("clock_id", "at_minutes"), Index(None, "complaint_id", "made_at"))

    id: UUID = columns.id_column()
    complaint_id: UUID = columns.reference_column("complaints.id", null=False)
    clock_id: UUID = columns.reference_column("complaint_clocks.id", null=False)
    metric: str = columns.text_column(null=False)
    at_minutes: int
    planned_at: datetime = columns.timestamp_column(null=False)
    made_at: datetime = columns.timestamp_column(null=False)
    notified: list[str] = columns.array_column()
    reassigned_to: str | None = columns.text_column()
    priority: str | None = columns.text_column()
