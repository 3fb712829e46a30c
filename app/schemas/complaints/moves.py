"""What each move of a complaint asks for, and what it leaves behind."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
)


class ComplaintMessage(Schema):
    """What the customer is told. It becomes an outbound interaction of the complaint."""

    channel: Channel | None = None
    """Left out: the channel the complaint came on."""
    subject: Line | None = None
    body: Note
    staff: Label | None = None
    documents: Annotated[list[Document], Field(max_length=50)] = []
    unwelcome_reason: Line | None = None
    """Why this channel was used although the customer does not want it."""


class MoveDetails(Schema):
    """A move along the path."""

    at: Moment | None = None
    """When it happened; left out: now. Not in the future, and not before what happened last."""
    staff: Label | None = None
    note: Note | None = None
    """For us, not for the customer."""
    message: ComplaintMessage | None = None
    """What the customer was told with it."""
    interaction_id: Id | None = None
    """The interaction in which they were told, where it is recorded already."""

    @model_validator(mode="after")
    def _told_once(self) -> Self:
        if self.message is not None and self.interaction_id is not None:
            raise PydanticCustomError("conflict", "Only one of `message` and `interaction_id` is allowed")
        return self


class ComplaintAssessment(MoveDetails):
    category: Label | None = None
    severity: Severity
    complexity: Complexity | None = None
    impact: Impact | None = None
    immediate_action: Flag | None = None
    feeling: Feeling | None = None
    relationship_at_risk: Flag | None = None
    owner: Label | None = None


class ComplaintInvestigation(MoveDetails):
    owner: Label | None = None


class ComplaintResponse(MoveDetails):
    """The decision, and what is offered. The customer is told with `message` or `interaction_id`."""

    decision: Decision
    decision_text: Note | None = None
    offers: Annotated[list[RemedyNew], Field(max_length=20)] = []
    """What is offered, besides what was offered before."""


class ResponseAcceptance(MoveDetails):
    remedy_ids: Annotated[list[Id], Field(max_length=50)] | None = None
    """Which of the remedies on offer are accepted; left out: all of them. The others are refused."""


class ComplaintReferral(MoveDetails):
    referred_to: Name
    """Who decides: an ombudsman, an arbitrator, a court."""
    reference: Reference | None = None


class ComplaintSettlement(MoveDetails):
    outcome: Decision
    outcome_text: Note | None = None


class ComplaintClosure(MoveDetails):
    cause_kind: CauseKind | None = None
    cause: Line | None = None


class MoveWithReason(MoveDetails):
    reason: Line


class ComplaintHold(MoveDetails):
    waiting_for: Waiting


class ComplaintMove(Resource):
    """One step of the way a complaint has come."""

    position: Count
    move: Move
    from_state: State
    to_state: State
    happened_at: Moment
    recorded_at: Moment
    actor: Label
    staff: Label | None
    note: Note | None
    interaction_id: Id | None


class ComplaintMovePage(Resource):
    items: Annotated[list[ComplaintMove], Field(max_length=200)]
    next_cursor: str | None


class ComplaintMoveQuery(PageQuery):
    pass
