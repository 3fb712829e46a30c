"""Did complaints end well: did the customers come back, and how much do they spend since?"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from app.rules.complaints import State
from app.rules.feedback import FeedbackMetric, Method, NpsClass
from app.schemas.complaints import MatureShare, Scope
from app.schemas.feedback import Score
from app.schemas.kit.measures import Share
from app.schemas.kit.types import DECIMAL, Count, CurrencyCode, Figure, Id, Label, Moment, Money, Resource

Grouping = Literal["category", "remedy", "cost", "handler", "site", "severity", "feeling", "channel", "month"]
Months = Annotated[Decimal, WithJsonSchema({"type": "string", "pattern": DECIMAL, "maxLength": 20})]
Answer = Literal["yes", "no"] | None


class RecoveryWindow(Resource):
    days: Annotated[int, Field(ge=1, le=3_650)]
    mature: bool
    """So many days have passed since the end: the answers stay."""
    bought_again: Answer
    """A receipt with something paid for, not voided. Null: not yet, and the time is not over; or nobody is known."""
    complained_again: Answer
    """Another complaint. Null as above."""


class Spend(Resource):
    """Receipts net of returns, voided ones left out. A month is 30 days."""

    currency: CurrencyCode
    before_per_month: Money
    """Over the 180 days before the complaint was received."""
    after_per_month: Money | None
    """Since the end, for 180 days at most. Null while no time has passed."""
    months_before: Months
    months_after: Months


class LaterFeedback(Resource):
    """What the customer thought of us afterwards."""

    id: Id
    collected_at: Moment
    method: Method
    metric: FeedbackMetric
    value: Figure
    best: Figure
    """Of the scale that the value is on."""
    score: Score
    nps_class: NpsClass | None


class ComplaintRecovery(Resource):
    complaint_id: Id
    customer_id: Id | None
    state: State
    ended_at: Moment | None
    """Null while it is open: then nothing is known yet of what came after."""
    within: Annotated[list[RecoveryWindow], Field(max_length=3)]
    first_purchase_after_at: Moment | None
    """However long after the end."""
    spend: Annotated[list[Spend], Field(max_length=200)]
    """In every currency the customer paid in, before or after."""
    later_feedback: Annotated[list[LaterFeedback], Field(max_length=20)]
    """With a figure, within 180 days after the end; the first 20."""


class SpendChange(Resource):
    """What customers spend per month, on average, before the complaint and after its end, in one currency.

    Of complaints that ended 30 days ago or more; of customers with receipts in this currency before or after.
    """

    currency: CurrencyCode
    customers: Count
    before_per_month: Money
    after_per_month: Money
    change_per_month: Money
    low: Money | None
    """The mean change lies between `low` and `high` with 95 % confidence (Student's t); null of one customer."""
    high: Money | None


class LaterScore(Resource):
    """What customers thought of us within 180 days after the end: the mean of their scores, each customer once."""

    customers: Count
    """Who gave a figure."""
    mean_score: Score | None
    """Null where nobody did."""
    low: Score | None
    """The mean lies between `low` and `high` with 95 % confidence (Student's t); null of one customer."""
    high: Score | None


class RemedyCost(Resource):
    """What the remedies cost that customers accepted."""

    currency: CurrencyCode
    total: Money


class RecoveryGroup(Resource):
    key: Label | None
    """Null: not known, or all of them."""
    currency: CurrencyCode | None
    """Of the bands of cost; otherwise null."""
    complaints: Count
    """Closed ones."""
    with_customer: Count
    """How many of them are of a customer who is known; only these can be seen to come back."""
    bought_again: Annotated[list[MatureShare], Field(max_length=3)]
    complained_again: Annotated[list[MatureShare], Field(max_length=3)]
    reopened: Share
    """Of those closed, including those that are open again now."""
    spend_change: Annotated[list[SpendChange], Field(max_length=200)]
    cost: Annotated[list[RemedyCost], Field(max_length=200)]
    later_feedback: LaterScore


class RecoveryReport(Resource):
    by: Grouping
    ended_since: Moment
    ended_before: Moment
    groups: Count
    """How many there are, answered or not."""
    all: RecoveryGroup
    """Everything together, to compare with."""
    items: Annotated[list[RecoveryGroup], Field(max_length=200)]
    """Months in order, otherwise the largest first."""


class RecoveryQuery(Scope):
    by: Annotated[
        Grouping, Field(description="What to sum by: `handler` is the owner, `remedy` what was accepted.")
    ] = "category"
    ended_since: Annotated[Moment | None, Field(description="Left out: 365 days before `ended_before`.")] = None
    ended_before: Annotated[Moment | None, Field(description="Left out: now.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many items to answer with.")] = 50
