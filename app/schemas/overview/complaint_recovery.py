"""Whether customers come back after complaints, and how their spending changes."""

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
    """Whether the customer came back within a number of days after the complaint ended."""

    days: Annotated[int, Field(ge=1, le=3_650)]
    """The length of the window, in days after the end of the complaint."""
    mature: bool
    """Whether the window is over, so that the answers are final."""
    bought_again: Answer
    """Whether the customer bought something. Null while they have not and the window is open, and
    without a customer.
    """
    complained_again: Answer
    """Whether the customer complained again. Null while they have not and the window is open, and
    without a customer.
    """


class Spend(Resource):
    """What the customer spends per month in one currency. Receipts less returns, without voided ones. A month is 30
    days.
    """

    currency: CurrencyCode
    before_per_month: Money
    """The amount per month over the 180 days before the complaint was received."""
    after_per_month: Money | None
    """The amount per month since the end, for at most 180 days. Null while no time has passed."""
    months_before: Months
    """The number of months that `before_per_month` is taken over."""
    months_after: Months
    """The number of months that `after_per_month` is taken over."""


class LaterFeedback(Resource):
    """Feedback that the customer gave after the complaint ended."""

    id: Id
    collected_at: Moment
    """When the feedback was given."""
    method: Method
    """How the feedback was collected."""
    metric: FeedbackMetric
    """What the main rating is a measure of."""
    value: Figure
    """The main rating, on its original scale."""
    best: Figure
    """The best value of the scale of the main rating."""
    score: Score
    nps_class: NpsClass | None
    """The Net Promoter Score class. Null unless the metric is `nps`."""


class ComplaintRecovery(Resource):
    """Whether the customer came back after a complaint."""

    complaint_id: Id
    customer_id: Id | None
    """The id of the customer who complained. Null while it is not known."""
    state: State
    ended_at: Moment | None
    """When the complaint ended. Null while it is open, when nothing else is known yet."""
    windows: Annotated[list[RecoveryWindow], Field(max_length=3)]
    """Whether the customer came back within 30, 90 and 180 days."""
    first_purchase_after_at: Moment | None
    """When the customer first bought something after the end, however late. Null if they have not."""
    spend: Annotated[list[Spend], Field(max_length=200)]
    """What the customer spends per month, in each currency in which they paid before or after."""
    later_feedback: Annotated[list[LaterFeedback], Field(max_length=20)]
    """The first 20 pieces of feedback with a rating within 180 days after the end."""


class SpendChange(Resource):
    """How the spending of customers changed, in one currency. It covers complaints that ended 30 days ago or more, and
    customers who paid in this currency before or after.
    """

    currency: CurrencyCode
    customers: Count
    """The number of customers whose spending is known."""
    before_per_month: Money
    """The mean amount per month over the 180 days before the complaint."""
    after_per_month: Money
    """The mean amount per month since the end, for at most 180 days."""
    change_per_month: Money
    """The mean of the customers' changes."""
    low: Money | None
    """The lower bound of the 95 % confidence interval of the change (Student's t). Null with one customer."""
    high: Money | None
    """The upper bound of the 95 % confidence interval of the change (Student's t). Null with one customer."""


class LaterScore(Resource):
    """What customers thought of the business within 180 days after the end of their complaint."""

    customers: Count
    """The number of customers who gave a rating."""
    mean_score: Score | None
    """The mean score, each customer counted once. Null if nobody gave a rating."""
    low: Score | None
    """The lower bound of the 95 % confidence interval of the mean (Student's t). Null with one customer."""
    high: Score | None
    """The upper bound of the 95 % confidence interval of the mean (Student's t). Null with one customer."""


class RemedyCost(Resource):
    """What accepted remedies cost, in one currency."""

    currency: CurrencyCode
    total: Money
    """The sum of the costs of accepted remedies."""


class RecoveryGroup(Resource):
    """The figures of a group of complaints."""

    key: Label | None
    """The value that the complaints of the group share. Null for those without a value, and for all together."""
    currency: CurrencyCode | None
    """The currency of a group by cost. Null for all other groups."""
    complaints: Count
    """The number of closed complaints in the group."""
    with_customer: Count
    """The number of these with a known customer, who alone can be seen to come back."""
    bought_again: Annotated[list[MatureShare], Field(max_length=3)]
    """The share of customers who bought again within 30, 90 and 180 days."""
    complained_again: Annotated[list[MatureShare], Field(max_length=3)]
    """The share of customers who complained again within 30, 90 and 180 days."""
    reopened: Share
    """The share of complaints that were reopened, including those that are open again now."""
    spend_change: Annotated[list[SpendChange], Field(max_length=200)]
    """How the spending of customers changed, by currency."""
    cost: Annotated[list[RemedyCost], Field(max_length=200)]
    """What accepted remedies cost, by currency."""
    later_feedback: LaterScore
    """What customers thought of the business afterwards."""


class RecoveryReport(Resource):
    """The figures of closed complaints by group."""

    group_by: Grouping
    """What the complaints are grouped by."""
    ended_since: Moment
    """The beginning of the period, inclusive."""
    ended_before: Moment
    """The end of the period, exclusive."""
    group_count: Count
    """The number of groups, including those beyond `limit`."""
    all: RecoveryGroup
    """The figures of all complaints together, for comparison."""
    items: Annotated[list[RecoveryGroup], Field(max_length=200)]
    """The groups: months in order, other groups by the number of complaints, most first."""


class RecoveryQuery(Scope):
    group_by: Grouping = "category"
    """What to group by: `handler` is the owner of the complaint, `remedy` and `cost` refer to accepted remedies."""
    ended_since: Moment | None = None
    """Only complaints that ended at or after this timestamp. Defaults to 365 days before `ended_before`."""
    ended_before: Moment | None = None
    """Only complaints that ended before this timestamp. Defaults to the present time."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """The maximum number of groups to return."""
