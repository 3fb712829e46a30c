"""Other resources in short, as they are shown beside a customer."""

from app.rules.complaints import Feeling, Priority, State
from app.rules.feedback import FeedbackMetric, Method, Sentiment
from app.rules.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.service_levels import Severity
from app.schemas.feedback import Score
from app.schemas.kit.types import CurrencyCode, Figure, Id, Label, Line, Moment, Money, Note, Resource


class LastContact(Resource):
    """The latest contact with the customer; internal notes do not count."""

    id: Id
    """The id of the interaction."""
    happened_at: Moment
    """When the contact took place."""
    channel: Channel
    direction: Direction
    """The direction as seen from the business."""
    subject: Line | None


class LastPurchase(Resource):
    """The latest receipt that sold something for money, was not voided and was not given back whole."""

    id: Id
    """The id of the receipt."""
    occurred_at: Moment
    """When the sale took place."""
    total: Money
    """The amount that the customer paid."""
    currency: CurrencyCode
    site: Label | None
    """The code of the site where the sale took place."""


class OpenComplaint(Resource):
    """A complaint that is not closed yet, in short."""

    id: Id
    """The id of the complaint."""
    reference: Label
    """The number by which the customer knows the complaint."""
    state: State
    received_at: Moment
    """When the complaint was made."""
    category: Label | None
    severity: Severity | None
    priority: Priority
    feeling: Feeling | None
    relationship_at_risk: bool
    """Whether the customer is about to leave because of it."""
    desired_outcome: Line | None
    """What the customer asks for, in their own words."""
    owner: Label | None
    """The member of staff who is responsible for the complaint."""
    due_at: Moment | None
    """When the next target time ends. Null while no clock is running."""
    overdue: bool
    """Whether `due_at` lies in the past."""


class LastFeedback(Resource):
    """Feedback that the customer gave, in short."""

    id: Id
    """The id of the feedback."""
    collected_at: Moment
    """When the customer gave the feedback."""
    method: Method
    metric: FeedbackMetric | None
    """What `value` measures. Null if there is only a text."""
    value: Figure | None
    """The score as it was given, on the scale of its metric."""
    best: Figure | None
    """The best possible value on that scale."""
    score: Score | None
    sentiment: Sentiment | None
    text: Note | None
    """What the customer wrote or said."""
    acknowledged_at: Moment | None
    """When the customer was thanked for it. Null if they were not yet."""
    closed_at: Moment | None
    """When the customer was notified of what was changed because of it. Null if they were not yet."""


class OpenTask(Resource):
    """A task for the customer that is neither completed nor cancelled."""

    id: Id
    """The id of the task."""
    what: Line
    """What has to be done, in one line."""
    owner: Label | None
    """The member of staff who has to do it. Null if nobody is responsible yet."""
    due_at: Moment | None
    """By when it has to be done. Null if there is no due date."""
    overdue: bool
    """Whether `due_at` lies in the past."""
