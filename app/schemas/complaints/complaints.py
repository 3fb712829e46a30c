"""Complaints: what happened, how the customer feels about it, what they want, and what became of it."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.complaints.states import (
    CauseKind,
    Complexity,
    Decision,
    Feeling,
    Impact,
    Move,
    Priority,
    Publicity,
    State,
    Waiting,
)
from app.rules.kit.channels import Channel
from app.rules.service_levels import ClockState, Metric, Severity
from app.schemas.complaints.actions import Action
from app.schemas.complaints.intake import Complainant
from app.schemas.complaints.remedies import Remedy
from app.schemas.kit.types import (
    Attributes,
    Count,
    CurrencyCode,
    Id,
    Label,
    Line,
    LineNumber,
    Moment,
    Money,
    Name,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Version,
    text,
)


class ClockSummary(Resource):
    metric: Metric
    cycle: Count
    state: ClockState
    target_minutes: Count
    """Working minutes."""
    started_at: Moment
    due_at: Moment | None
    """Null while it stands still with time left."""
    met_at: Moment | None
    breached_at: Moment | None


class Referral(Resource):
    """A body outside that was asked to decide."""

    referred_to: Name | None = None
    reference: Reference | None = None
    outcome: Decision | None = None
    note: Note | None = None


class Complaint(Resource):
    id: Id
    reference: Label
    """A number to be said on the phone; its last digit tells when one was misheard."""
    customer_id: Id | None
    complainant: Complainant | None
    channel: Channel
    received_at: Moment
    site: Label | None
    sku: Label | None
    sale_id: Id | None
    sale_line_no: LineNumber | None
    interaction_id: Id | None
    staff: Label | None
    category: Label | None
    severity: Severity | None
    complexity: Complexity | None
    impact: Impact | None
    immediate_action: bool
    description: Note
    desired_outcome: Line | None
    feeling: Feeling | None
    relationship_at_risk: bool
    publicity: Publicity
    value: Money | None
    currency: CurrencyCode | None
    owner: Label | None
    priority: Priority
    state: State
    state_since: Moment
    allowed_moves: Annotated[list[Move], Field(max_length=20)]
    """What may be done next, as far as the state goes."""
    waiting_for: Waiting | None
    acknowledged_at: Moment | None
    responded_at: Moment | None
    ended_at: Moment | None
    decision: Decision | None
    decision_text: Note | None
    notified_at: Moment | None
    """When the customer was told of the decision."""
    referral: Referral | None
    cause_kind: CauseKind | None
    cause: Line | None
    reopened_count: Count
    """How often."""
    policy_id: Id | None
    procedure_id: Id | None
    procedure_version: Version | None
    due_at: Moment | None
    """When the first of its clocks runs out."""
    breached: bool
    """One of its clocks ran out before what it waited for."""
    remedies: Annotated[list[Remedy], Field(max_length=200)]
    actions: Annotated[list[Action], Field(max_length=200)]
    clocks: Annotated[list[ClockSummary], Field(max_length=10_000)]
    source: Label | None
    external_id: Reference | None
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class ComplaintPage(Resource):
    items: Annotated[list[Complaint], Field(max_length=200)]
    next_cursor: str | None


class ComplaintQuery(PageQuery):
    reference: Annotated[Annotated[str, text(40)] | None, Field(description="However it was said.")] = None
    customer_id: Id | None = None
    claimed: bool | None = None
    """`false`: of nobody who is known yet."""
    state: State | None = None
    open: Annotated[bool | None, Field(description="`true`: neither closed nor withdrawn.")] = None
    overdue: Annotated[bool | None, Field(description="`true`: open, and a clock has run out.")] = None
    breached: bool | None = None
    category: Label | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    feeling: Feeling | None = None
    channel: Channel | None = None
    site: Label | None = None
    sku: Label | None = None
    sale_id: Id | None = None
    staff: Label | None = None
    owner: Label | None = None
    source: Label | None = None
    external_id: Reference | None = None
    received_since: Moment | None = None
    received_before: Moment | None = None
    sort: Literal["received_at", "-received_at", "due_at"] = "-received_at"
    """By `due_at`: those that are open and have a clock running."""


class ComplaintClaim(Schema):
    customer_id: Id
