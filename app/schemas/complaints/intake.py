"""Complaints to record, and the fields of them that can be changed."""

from typing import Annotated, Self

from pydantic import Field, model_validator

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
from app.schemas.complaints.remedies import PastRemedy
from app.schemas.interactions import Contact
from app.schemas.kit.amounts import payable, together
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
    fault,
    partial,
)


class Complainant(Schema):
    """The person who complained, who need not be a customer."""

    name: Name | None = None
    """The name of the person, as far as it was given."""
    contact: Contact | None = None
    """Where to reach the person. A contact point that belongs to one customer identifies that customer."""


class PastMove(Schema):
    """A move that was made before the complaint was recorded in Rapport."""

    move: Move
    at: Moment
    """When the move was made, not before `received_at` and the moves before it."""
    staff: Label | None = None
    """The member of staff who made the move."""
    note: Note | None = None
    """An internal note that the customer does not see."""
    customer_notified: Flag = False
    """Whether the customer was notified of the move."""
    decision: Decision | None = None
    """The decision of `respond`, or the outcome of `settle`. Ignored for other moves."""
    decision_text: Note | None = None
    """The reasons for the decision or the outcome."""
    referred_to: Name | None = None
    """The external body that decides, for the move `refer`: an ombudsman, an arbitrator or a court."""
    reference: Reference | None = None
    """The reference number that the external body uses, for the move `refer`."""


class _Content(Schema):
    channel: Channel
    """The channel on which the complaint came in."""
    site: Label | None = None
    """The code of the site that the complaint concerns."""
    sku: Label | None = None
    """The SKU of the product that the complaint concerns."""
    sale_id: Id | None = None
    """The id of the receipt that the complaint concerns."""
    sale_line_no: LineNumber | None = None
    """The line of the receipt that the complaint concerns. Requires `sale_id`."""
    interaction_id: Id | None = None
    """The id of the interaction in which the complaint was made."""
    staff: Label | None = None
    """The member of staff whom the complaint concerns."""
    category: Label | None = None
    """The category, by which the procedure is selected, among others."""
    severity: Severity | None = None
    """How serious the matter is for the customer or the business. Null until it is assessed."""
    complexity: Complexity | None = None
    """How difficult the matter is to resolve. Null until it is assessed."""
    impact: Impact | None = None
    """How many customers are affected. Null until it is assessed."""
    immediate_action: Flag = False
    """Whether something has to be done before the investigation, such as removing a danger."""
    description: Note
    """What went wrong, in the customer's own words."""
    desired_outcome: Line | None = None
    """What would resolve the matter, in the customer's own words."""
    feeling: Feeling | None = None
    """How the customer feels about the matter."""
    relationship_at_risk: Flag = False
    """Whether the customer is about to leave because of it."""
    publicity: Publicity = Publicity.PRIVATE
    """Whether the matter is public, or likely to become public."""
    value: Money | None = None
    """The amount at stake, as an amount of that currency that can be paid. Requires `currency`."""
    currency: CurrencyCode | None = None
    """The currency of the amount at stake, an ISO 4217 code."""
    owner: Label | None = None
    """The member of staff who is responsible for handling the complaint."""
    priority: Priority = Priority.NORMAL
    """How urgent it is to handle the complaint, compared with others."""
    cause_kind: CauseKind | None = None
    """The kind of the root cause, once it is known."""
    cause: Line | None = None
    """The root cause, once it is known."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _check_sale_line_and_value(self) -> Self:
        if self.sale_line_no is not None and self.sale_id is None:
            raise fault("sale_id", "missing", "`sale_line_no` requires `sale_id`")
        return together(self, "value", "currency")


class ComplaintContent(_Content):
    """The fields of a complaint that can be changed other than by a move."""


class ComplaintNew(_Content):
    """A complaint that is to be recorded."""

    customer_id: Id | None = None
    """The customer who complains. Defaults to the only customer with the complainant's contact point, else to the buyer
    of the sale, else to the customer of the interaction.
    """
    complainant: Complainant | None = None
    """The person who complained, for complaints of people who may not be customers."""
    received_at: Moment | None = None
    """When the complaint was received and its clocks start. Defaults to the present time, and cannot be
    changed later.
    """
    remedies: Annotated[list[PastRemedy], Field(max_length=50)] = []
    """What the customer asks for, and what has been offered already."""
    history: Annotated[list[PastMove], Field(max_length=200)] = []
    """The moves already made, in order, for complaints that were handled in another system."""
    source: Label | None = None
    """The external system that the complaint comes from. Requires `external_id`."""
    external_id: Reference | None = None
    """The id in the external system. A complaint is recorded once per `source` and `external_id`."""

    @model_validator(mode="after")
    def _check_amount(self) -> Self:
        return payable(self, "value", "currency")


ComplaintChange = partial(
    ComplaintContent, "ComplaintChange", "The fields of a complaint to change, as a JSON merge patch (RFC 7396)."
)
