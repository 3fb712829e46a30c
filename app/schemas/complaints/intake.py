"""Complaints as they come in, and what can be changed of them."""

from typing import Annotated, Self

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
)
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.complaints.remedies import PastRemedy, together
from app.schemas.interactions import Contact
from app.schemas.kit.types import (
    Attributes,
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
    Reference,
    Schema,
    partial,
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
    customer_notified: Flag = False
    """The customer was written or spoken to at this moment."""
    decision: Decision | None = None
    """Of `respond`; of `settle`, what the body outside decided."""
    decision_text: Note | None = None
    referred_to: Name | None = None
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
    description: Note
    """What the customer said, in their own words."""
    desired_outcome: Line | None = None
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
            raise PydanticCustomError("missing", "`sale_line_no` requires `sale_id`")
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
