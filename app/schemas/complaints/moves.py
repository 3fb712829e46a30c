"""The moves of a complaint: what each requires, and the history of those made."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.rules.complaints.states import CauseKind, Complexity, Decision, Feeling, Impact, Move, State, Waiting
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.complaints.remedies import RemedyNew
from app.schemas.interactions import Document
from app.schemas.kit.types import (
    Count,
    Flag,
    Id,
    Label,
    Line,
    Moment,
    Name,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    fault,
)


class ComplaintMessage(Schema):
    """A message to the customer, recorded as an outbound interaction about the complaint."""

    channel: Channel | None = None
    """The channel on which it is sent. Defaults to the channel on which the complaint came in."""
    subject: Line | None = None
    """The subject of the message. Defaults to one with the number of the complaint."""
    body: Note
    """The text of the message."""
    staff: Label | None = None
    """The member of staff who sends the message."""
    documents: Annotated[list[Document], Field(max_length=50)] = []
    """Documents that are sent with the message."""
    unwelcome_reason: Line | None = None
    """Why the channel is used although the customer does not want it. Required on such a channel."""


class MoveDetails(Schema):
    """When and by whom a move is made, and how the customer is notified of it."""

    at: Moment | None = None
    """When the move was made. Defaults to the present time. It must be neither in the future nor before the latest
    move.
    """
    staff: Label | None = None
    """The member of staff who makes the move."""
    note: Note | None = None
    """An internal note that the customer does not see."""
    message: ComplaintMessage | None = None
    """A message that notifies the customer. It excludes `interaction_id`."""
    interaction_id: Id | None = None
    """The id of an outbound interaction, already recorded, in which the customer was notified."""

    @model_validator(mode="after")
    def _check_message(self) -> Self:
        if self.message is not None and self.interaction_id is not None:
            raise fault("interaction_id", "conflict", "Only one of `message` and `interaction_id` is allowed")
        return self


class ComplaintAssessment(MoveDetails):
    """How serious and how complex a complaint is. Fields that are left out keep their value."""

    category: Label | None = None
    """The category, by which the procedure is selected, among others."""
    severity: Severity
    """How serious the matter is for the customer or the business."""
    complexity: Complexity | None = None
    """How difficult the matter is to resolve."""
    impact: Impact | None = None
    """How many customers are affected."""
    immediate_action: Flag | None = None
    """Whether something has to be done before the investigation, such as removing a danger."""
    feeling: Feeling | None = None
    """How the customer feels about the matter."""
    relationship_at_risk: Flag | None = None
    """Whether the customer is about to leave because of it."""
    owner: Label | None = None
    """The member of staff who becomes responsible for the complaint."""


class ComplaintInvestigation(MoveDetails):
    """The start of an investigation."""

    owner: Label | None = None
    """The member of staff who becomes responsible. Left out, the owner stays."""


class ComplaintResponse(MoveDetails):
    """The decision on a complaint, and the remedies that are offered."""

    decision: Decision
    """Whether the complaint is upheld."""
    decision_text: Note | None = None
    """The reasons for the decision."""
    offers: Annotated[list[RemedyNew], Field(max_length=20)] = []
    """The remedies that are offered, in addition to those offered before."""


class ResponseAcceptance(MoveDetails):
    """The acceptance of a response by the customer."""

    remedy_ids: Annotated[list[Id], Field(max_length=50)] | None = None
    """The ids of the offered remedies that are accepted; the others are refused. Defaults to all of them."""


class ComplaintReferral(MoveDetails):
    """The referral of a dispute to an external body."""

    referred_to: Name
    """The external body that decides: an ombudsman, an arbitrator or a court."""
    reference: Reference | None = None
    """The reference number that the external body uses."""


class ComplaintSettlement(MoveDetails):
    """The settlement of a dispute."""

    outcome: Decision
    """Whether the complaint is upheld in the end."""
    outcome_text: Note | None = None
    """The reasons for the outcome, or the terms of an agreement."""


class ComplaintClosure(MoveDetails):
    """The closure of a complaint, with its root cause where it is known."""

    cause_kind: CauseKind | None = None
    """The kind of the root cause. Left out, it stays as it is."""
    cause: Line | None = None
    """The root cause in a few words. Left out, it stays as it is."""


class MoveWithReason(MoveDetails):
    """A move that needs a reason: a withdrawal or a reopening."""

    reason: Line
    """Why the move is made, in a few words."""


class ComplaintHold(MoveDetails):
    """A hold, while the complaint is waiting on somebody else."""

    waiting_for: Waiting
    """Who the complaint is waiting on: the customer, a supplier or another party."""


class ComplaintMove(Resource):
    """A move in the history of a complaint."""

    position: Count
    """The position of the move in the history. The first is 1."""
    move: Move
    from_state: State
    """The state before the move."""
    to_state: State
    """The state after the move."""
    happened_at: Moment
    """When the move was made."""
    recorded_at: Moment
    """When the move was recorded in Rapport, possibly later."""
    actor: Label
    """The name of the API key that recorded the move."""
    staff: Label | None
    """The member of staff who made the move. Null if none was named."""
    note: Note | None
    """An internal note that the customer does not see."""
    interaction_id: Id | None
    """The id of the interaction in which the customer was notified. Null if they were not."""


class ComplaintMovePage(Resource):
    items: Annotated[list[ComplaintMove], Field(max_length=200)]
    next_cursor: str | None


class ComplaintMoveQuery(PageQuery):
    pass
