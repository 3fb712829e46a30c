"""Complaints: what happened, how the customer feels about it, what they want, and what became of it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
from app.schemas.complaints.remedies_actions import Action, PastRemedy, Remedy, together
from app.schemas.interactions import Contact
from app.schemas.kit.types import (
    Attributes,
    Count,
    CurrencyCode,
    Flag,
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
    partial,
    text,
)


class Complainant(Schema):
    """Who complained, as far as they said: nobody needs to be a customer to complain."""

    name: Name | None = None
    contact: Contact | None = None


class PastMove(Schema):
    """A move that was made before the complaint came here."""

    move: Move
    at: Moment
    staff: Label | None = None
    note: Note | None = None
    told: Flag = False
    """The customer was written or spoken to at this moment."""
    decision: Decision | None = None
    """Of `respond`; of `settle`, what the body outside decided."""
    decision_text: Note | None = None
    body: Name | None = None
    """Of `refer`: who decides."""
    reference: Reference | None = None
    """Of `refer`: theirs."""


class _Content(Schema):
    channel: Channel
    site: Label | None = None
    sku: Label | None = None
    """The product it is about."""
    sale_id: Id | None = None
    sale_line_no: LineNumber | None = None
    interaction_id: Id | None = None
    """The contact in which it was made."""
    staff: Label | None = None
    """Whom it is about, on our side."""
    category: Label | None = None
    severity: Severity | None = None
    complexity: Complexity | None = None
    impact: Impact | None = None
    immediate_action: Flag = False
    """Something has to be done before anything is looked into: a danger, a shop that is closed to somebody."""
    words: Note
    """What the customer said, in their own words."""
    wanted: Line | None = None
    """What would put it right, in their own words."""
    feeling: Feeling | None = None
    relationship_at_risk: Flag = False
    publicity: Publicity = Publicity.PRIVATE
    value: Money | None = None
    """What is at stake."""
    currency: CurrencyCode | None = None
    owner: Label | None = None
    """Who sees to it that it is put right."""
    priority: Priority = Priority.NORMAL
    cause_kind: CauseKind | None = None
    cause: Line | None = None
    """The root of it, once it is known."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _belongstogether(self) -> Self:
        if self.sale_line_no is not None and self.sale_id is None:
            raise PydanticCustomError("missing", "A line belongs to a sale: sale_id is missing")
        return together(self, "value", "currency")


class ComplaintContent(_Content):
    """What can be changed of a complaint, other than by moving it on."""


class ComplaintNew(_Content):
    """A complaint as it comes in."""

    customer_id: Id | None = None
    """Left out: whoever alone is known by the complainant's contact; else nobody, until it is claimed."""
    complainant: Complainant | None = None
    received_at: Moment | None = None
    """Left out: now. It stays as it is: the clocks run from then."""
    remedies: Annotated[list[PastRemedy], Field(max_length=50)] = []
    history: Annotated[list[PastMove], Field(max_length=200)] = []
    """The way it has come already, for complaints that were kept elsewhere."""
    source: Label | None = None
    external_id: Reference | None = None
    """With `source`: taken in exactly once from an outside system."""


ComplaintChange = partial(ComplaintContent, "ComplaintChange", "What changes of a complaint; null takes a value away.")


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

    body: Name | None = None
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
    words: Note
    wanted: Line | None
    feeling: Feeling | None
    relationship_at_risk: bool
    publicity: Publicity
    value: Money | None
    currency: CurrencyCode | None
    owner: Label | None
    priority: Priority
    state: State
    state_since: Moment
    moves: Annotated[list[Move], Field(max_length=20)]
    """What may be done next, as far as the state goes."""
    waiting_for: Waiting | None
    acknowledged_at: Moment | None
    responded_at: Moment | None
    ended_at: Moment | None
    decision: Decision | None
    decision_text: Note | None
    told_at: Moment | None
    """When the customer was told of the decision."""
    referral: Referral | None
    cause_kind: CauseKind | None
    cause: Line | None
    reopened: Count
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
