"""What is known of one customer: at a glance for whoever answers the phone, on one page, and as it happened."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.rules.complaints import Feeling, Priority, State
from app.rules.customers import ContactKind, Kind
from app.rules.feedback import FeedbackMetric, Method, Sentiment
from app.rules.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.customers import Customer, UnwelcomeChannel
from app.schemas.feedback import Score
from app.schemas.kit.types import (
    Count,
    CurrencyCode,
    Figure,
    Id,
    Label,
    Line,
    Moment,
    Money,
    Name,
    Note,
    PageQuery,
    Quantity,
    Reference,
    Resource,
    Schema,
)


class LookupQuery(Schema):
    phone: Name | None = None
    """Any spelling of the number."""
    email: Name | None = None
    identity: Annotated[Reference | None, Field(pattern=r"^[^:]+:.+$")] = None
    """`system:external_id`."""

    @model_validator(mode="after")
    def _just_one(self) -> "LookupQuery":
        if len([v for v in (self.phone, self.email, self.identity) if v is not None]) != 1:
            raise PydanticCustomError("one_of", "Exactly one of phone, email and identity is needed")
        return self


class LastContact(Resource):
    id: Id
    happened_at: Moment
    channel: Channel
    direction: Direction
    subject: Line | None


class LastPurchase(Resource):
    id: Id
    occurred_at: Moment
    total: Money
    currency: CurrencyCode
    site: Label | None


class OpenComplaint(Resource):
    """What the customer is waiting for us to put right."""

    id: Id
    reference: Label
    state: State
    received_at: Moment
    category: Label | None
    severity: Severity | None
    priority: Priority
    feeling: Feeling | None
    relationship_at_risk: bool
    wanted: Line | None
    owner: Label | None
    due_at: Moment | None
    overdue: bool


class LastFeedback(Resource):
    """What the customer thought of us last."""

    id: Id
    collected_at: Moment
    method: Method
    metric: FeedbackMetric | None
    value: Figure | None
    best: Figure | None
    """Of the scale that the value is on."""
    score: Score | None
    sentiment: Sentiment | None
    text: Note | None
    acknowledged_at: Moment | None
    """Null: nobody has thanked for it yet."""
    closed_at: Moment | None
    """Null: the customer has not been told what was changed because of it."""


class Promise(Resource):
    """An open task."""

    id: Id
    what: Line
    owner: Label | None
    due_at: Moment | None
    overdue: bool


class MatchedPoint(Resource):
    kind: ContactKind | Literal["identity"]
    value: Name
    label: Label | None
    shared: bool


class Candidate(Resource):
    """Who may be calling, in a few lines."""

    id: Id
    open_complaints: Annotated[list[OpenComplaint], Field(max_length=5)]
    """The first thing to know: most urgent first."""
    kind: Kind
    display_name: Name
    preferred_name: Name | None
    salutation: Name | None
    pronunciation: Name | None
    owner: Label | None
    archived: bool
    matched: MatchedPoint
    last_contact: LastContact | None
    last_purchase: LastPurchase | None
    last_feedback: LastFeedback | None
    open_promises: Annotated[list[Promise], Field(max_length=5)]
    """Overdue first."""
    preferred_channels: Annotated[list[Channel], Field(max_length=16)]
    unwelcome_channels: Annotated[list[UnwelcomeChannel], Field(max_length=16)]
    standing_instructions: Annotated[list[Line], Field(max_length=50)]


class Candidates(Resource):
    items: Annotated[list[Candidate], Field(max_length=20)]
    """Likeliest first."""


class Totals(Resource):
    """Net of refunds, in one currency; voided receipts left out."""

    currency: CurrencyCode
    receipts: Count
    purchases: Count
    """Receipts that sold something."""
    returns: Count
    gross: Money
    refunded: Money
    net: Money
    first_purchase_at: Moment | None
    last_purchase_at: Moment | None


class Favourite(Resource):
    """A product among the latest 50 receipts, most often bought first."""

    sku: Reference
    name: Name | None
    purchases: Count
    quantity: Quantity
    last_bought_at: Moment


class ContactCount(Resource):
    channel: Channel
    direction: Direction
    count: Count
    last_at: Moment


class FeedbackSum(Resource):
    """All that the customer ever said of us."""

    count: Count
    mean_score: Score | None
    """Of 0 to 100; null where they never gave a figure."""
    unacknowledged: Count


class TimelineEntry(Resource):
    id: Id
    type: Label
    """One of the names in `x-event-types` of this document, such as `sale.recorded` or `customer.updated`."""
    subject_type: Label
    subject_id: Id
    channel: Label | None
    occurred_at: Moment
    recorded_at: Moment
    actor: Label
    """The name of the API key."""
    title: Line
    """Reads well on its own, even when the subject is gone."""
    data: Annotated[
        dict[str, Any], Field(description="Details, with the schema that `x-event-types` gives for the type.")
    ]


class TimelinePage(Resource):
    items: Annotated[list[TimelineEntry], Field(max_length=200)]
    next_cursor: str | None


class TimelineQuery(PageQuery):
    type: Annotated[Label | None, Field(description="Just this type, or a whole subject: `sale`.")] = None
    channel: Label | None = None
    since: Moment | None = None
    before: Moment | None = None


class Profile(Resource):
    """The whole customer on one page."""

    customer: Customer
    open_complaints: Annotated[list[OpenComplaint], Field(max_length=20)]
    """Most urgent first."""
    complaints: Count
    """Ever, open ones included."""
    last_contact: LastContact | None
    last_purchase: LastPurchase | None
    latest_feedback: Annotated[list[LastFeedback], Field(max_length=5)]
    feedback: FeedbackSum
    totals: Annotated[list[Totals], Field(max_length=200)]
    usual_gap_days: Annotated[float, Field(ge=0, le=100_000)] | None
    """The median of the days between one day of purchase and the next, over the latest 50 receipts."""
    favourite_products: Annotated[list[Favourite], Field(max_length=5)]
    contact_counts: Annotated[list[ContactCount], Field(max_length=100)]
    open_promises: Annotated[list[Promise], Field(max_length=20)]
    timeline: Annotated[list[TimelineEntry], Field(max_length=20)]
    """The latest 20 entries."""
