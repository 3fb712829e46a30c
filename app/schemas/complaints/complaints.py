"""Complaints as they are answered with, listed and assigned."""

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
from app.rules.customers import Match
from app.rules.kit.channels import Channel
from app.rules.service_levels import ClockState, Metric, Severity
from app.schemas.complaints.actions import Action
from app.schemas.complaints.intake import Complainant
from app.schemas.complaints.remedies import Remedy
from app.schemas.customers import MatchCandidates, MatchReasons
from app.schemas.kit.claims import Claim
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
    Version,
    text,
)


class ClockSummary(Resource):
    """A clock that measures a target of the service policy."""

    metric: Metric
    """What the clock measures, such as the time to respond."""
    cycle: Count
    """Which clock of this metric it is. The first is 1; updates and reopenings start further ones."""
    state: ClockState
    target_minutes: Count
    """The target in minutes of the calendar's working time."""
    started_at: Moment
    """When the clock started to run."""
    due_at: Moment | None
    """When the target is missed. Null while the clock is paused with time left."""
    met_at: Moment | None
    """When the target was met, even if it was late. Null if it was not."""
    breached_at: Moment | None
    """When the target was missed. Null if it was not."""


class Referral(Resource):
    """A dispute that was handed to an external body."""

    referred_to: Name | None = None
    """The external body that decides: an ombudsman, an arbitrator or a court. Null for an agreement without one."""
    reference: Reference | None = None
    """The reference number that the external body uses."""
    outcome: Decision | None = None
    """The outcome of the dispute. Null while it is undecided."""
    note: Note | None = None
    """The reasons for the outcome."""


class Complaint(Resource):
    """A complaint with its remedies, actions and clocks."""

    id: Id
    reference: Label
    """The number by which the customer knows the complaint. Its check digit reveals a misheard digit."""
    customer_id: Id | None
    """The id of the customer who complained. Null while it is not known."""
    complainant: Complainant | None
    """The person who complained, as far as it was stated."""
    match: Match
    candidates: MatchCandidates
    """The ids of the customers whose the complaint may be, if `match` is `ambiguous`. Otherwise empty."""
    match_reasons: MatchReasons
    """What each key of the complaint led to, when it was recorded, or why it belongs to its customer since."""
    channel: Channel
    """The channel on which the complaint came in."""
    received_at: Moment
    """When the complaint was received and its clocks started."""
    site: Label | None
    """The code of the site that the complaint concerns."""
    sku: Label | None
    """The SKU of the product that the complaint concerns."""
    sale_id: Id | None
    """The id of the receipt that the complaint concerns."""
    sale_line_no: LineNumber | None
    """The line of the receipt that the complaint concerns."""
    interaction_id: Id | None
    """The id of the interaction in which the complaint was made."""
    staff: Label | None
    """The member of staff whom the complaint concerns."""
    category: Label | None
    """The category, by which the procedure is selected, among others."""
    severity: Severity | None
    """How serious the matter is. Null until it is assessed."""
    complexity: Complexity | None
    """How difficult the matter is to resolve. Null until it is assessed."""
    impact: Impact | None
    """How many customers are affected. Null until it is assessed."""
    immediate_action: bool
    """Whether something has to be done before the investigation, such as removing a danger."""
    description: Note
    """What went wrong, in the customer's own words."""
    desired_outcome: Line | None
    """What would resolve the matter, in the customer's own words."""
    feeling: Feeling | None
    """How the customer feels about the matter. Null if this is not known."""
    relationship_at_risk: bool
    """Whether the customer is about to leave because of it."""
    publicity: Publicity
    """Whether the matter is public, or likely to become public."""
    value: Money | None
    """The amount at stake. Null if it is not known."""
    currency: CurrencyCode | None
    """The currency of the amount at stake, an ISO 4217 code."""
    owner: Label | None
    """The member of staff who is responsible for handling the complaint."""
    priority: Priority
    """How urgent it is to handle the complaint, compared with others."""
    state: State
    """The stage that the complaint has reached."""
    state_since: Moment
    """When the complaint entered its state."""
    allowed_moves: Annotated[list[Move], Field(max_length=20)]
    """The moves that the state allows next. Mandatory steps of the checklist may still be missing."""
    waiting_for: Waiting | None
    """Who the complaint is waiting on while it is on hold. Null if it is not on hold."""
    waiting_since: Moment | None
    """Since when the complaint is on hold. Null if it is not on hold."""
    customer_replied_at: Moment | None
    """When the customer wrote while the complaint was waiting for them. Null once somebody has taken it up by a move, a
    hold or a message.
    """
    acknowledged_at: Moment | None
    """When the complaint was acknowledged. Null while it was not."""
    responded_at: Moment | None
    """When the latest response was given. Null while there is none."""
    ended_at: Moment | None
    """When the complaint was closed or withdrawn. Null while it is open."""
    decision: Decision | None
    """The decision of the latest response. Null while there is none."""
    decision_text: Note | None
    """The reasons for the decision."""
    notified_at: Moment | None
    """When the customer was notified of the decision. Null while they were not."""
    referral: Referral | None
    """The external body that the dispute was referred to, and its outcome. Null without a dispute."""
    cause_kind: CauseKind | None
    """The kind of the root cause. Null while it is not known."""
    cause: Line | None
    """The root cause. Null while it is not known."""
    reopened_count: Count
    """How many times the complaint was reopened."""
    policy_id: Id | None
    """The id of the service policy that sets the targets. Null if none applies."""
    procedure_id: Id | None
    """The id of the procedure that is followed. Null if there is none for the category."""
    procedure_version: Version | None
    """The version of the procedure that the complaint started with. Null without a procedure."""
    due_at: Moment | None
    """When the next target is missed. Null while no clock is running."""
    breached: bool
    """Whether any target was missed, in earlier cycles included."""
    remedies: Annotated[list[Remedy], Field(max_length=200)]
    """What the customer asked for and what the business offered, in order."""
    actions: Annotated[list[Action], Field(max_length=200)]
    """What is done to correct the matter or to prevent it, in order."""
    clocks: Annotated[list[ClockSummary], Field(max_length=10_000)]
    """The clocks of the complaint, those of earlier cycles included."""
    source: Label | None
    """The external system that the complaint comes from. Null if it was recorded without one."""
    external_id: Reference | None
    """The id in the external system. Null if it was recorded without one."""
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class ComplaintPage(Resource):
    items: Annotated[list[Complaint], Field(max_length=200)]
    next_cursor: str | None


class ComplaintQuery(PageQuery):
    reference: Annotated[str, text(40)] | None = None
    """Only the complaint with this number, in any spelling. A number with a wrong check digit finds nothing."""
    customer_id: Id | None = None
    claimed: bool | None = None
    """Whether to return only complaints of known customers, or only those without a customer."""
    match: Match | None = None
    state: State | None = None
    open: bool | None = None
    """Whether to return only complaints that are neither closed nor withdrawn, or only those that are."""
    overdue: bool | None = None
    """Whether to return only open complaints whose `due_at` has passed, or only open ones where it has not."""
    breached: bool | None = None
    category: Label | None = None
    severity: Severity | None = None
    priority: Priority | None = None
    feeling: Feeling | None = None
    channel: Channel | None = None
    site: Label | None = None
    sku: Label | None = None
    sale_id: Id | None = None
    interaction_id: Id | None = None
    """Only complaints that were made in the interaction with this id."""
    answered_by_customer: bool | None = None
    """Whether to return only complaints whose customers wrote while these waited for them, and that nobody has taken up
    since, or only all others.
    """
    staff: Label | None = None
    owner: Label | None = None
    """Only complaints of this member of staff, in whatever case the name is written."""
    source: Label | None = None
    external_id: Reference | None = None
    received_since: Moment | None = None
    received_before: Moment | None = None
    sort: Literal["received_at", "-received_at", "due_at"] = "-received_at"
    """The sort order. Sorted by `due_at`, only open complaints with a running clock are listed."""


class ComplaintClaim(Claim):
    """The customer to assign a complaint to."""
