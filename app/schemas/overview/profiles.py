"""What is known about one customer, on one page."""

from typing import Annotated

from pydantic import Field

from app.rules.interactions import Direction
from app.rules.kit.channels import Channel
from app.schemas.customers import Customer
from app.schemas.feedback import Score
from app.schemas.kit.types import Count, CurrencyCode, Moment, Money, Name, Quantity, Reference, Resource
from app.schemas.overview.summaries import LastContact, LastFeedback, LastPurchase, OpenComplaint, OpenTask
from app.schemas.overview.timeline import TimelineEntry


class CustomerTotals(Resource):
    """The sums of all receipts of a customer in one currency. Voided receipts do not count."""

    currency: CurrencyCode
    receipts: Count
    """The number of all receipts, returns included."""
    purchases: Count
    """The number of receipts that sold items for money and were not given back whole."""
    returns: Count
    """The number of receipts that only took goods back."""
    gross: Money
    """The sum of everything that was sold, tax and discounts included, without tips, gift cards and deposits."""
    refunded: Money
    """The sum of everything that was refunded, as a positive amount."""
    net: Money
    """The turnover, which is always `gross` less `refunded`."""
    first_purchase_at: Moment | None
    """When the customer made their first purchase. Null if there was none, or everything was given back."""
    last_purchase_at: Moment | None
    """When the customer made their latest purchase. Null if there was none, or everything was given back."""


class Habits(Resource):
    """When somebody buys, judged by the latest 50 purchases, in the local time of the sites.

    For sites without a time zone that of the source counts, or else UTC.
    """

    purchases: Count
    """The number of purchases that were counted."""
    by_weekday: Annotated[list[Count], Field(min_length=7, max_length=7)]
    """The number of purchases on each day of the week, Monday first."""
    by_hour: Annotated[list[Count], Field(min_length=24, max_length=24)]
    """The number of purchases in each hour of the day, the hour after midnight first."""


class FavouriteProduct(Resource):
    """A product that the customer bought often, judged by the latest 50 purchases."""

    sku: Reference
    """The product, by its stock keeping unit."""
    name: Name | None
    purchases: Count
    """The number of receipt lines with this product that were not given back whole."""
    quantity: Quantity
    """The quantity that was bought in all, without what was given back."""
    last_bought_at: Moment
    """When the product was last bought."""


class ContactCount(Resource):
    """How often the customer was in contact on one channel in one direction."""

    channel: Channel
    direction: Direction
    """The direction as seen from the business."""
    count: Count
    """The number of interactions with the customer."""
    last_at: Moment
    """When the latest of these interactions took place."""


class FeedbackSummary(Resource):
    """All feedback of a customer about the business, summed up."""

    count: Count
    """The number of pieces of feedback."""
    mean_score: Score | None
    """The mean of all scores, from 0 to 100. Null if the customer never gave a score."""
    unacknowledged: Count
    """The number of pieces of feedback for which the customer was not thanked."""


class CustomerProfile(Resource):
    """The customer on one page: who they are, what they bought, how they feel and what is open."""

    customer: Customer
    open_complaints: Annotated[list[OpenComplaint], Field(max_length=20)]
    """Complaints that are not closed, those due first at the beginning; at most 20."""
    complaints: Count
    """The number of all complaints, open ones included."""
    last_contact: LastContact | None
    """The latest contact with the customer. Null if there was none."""
    last_purchase: LastPurchase | None
    """The latest purchase of the customer. Null if there was none."""
    latest_feedback: Annotated[list[LastFeedback], Field(max_length=5)]
    """The latest pieces of feedback, newest first; at most 5."""
    feedback: FeedbackSummary
    totals: Annotated[list[CustomerTotals], Field(max_length=200)]
    """The sums of all receipts, one entry for each currency."""
    usual_gap_days: Annotated[float, Field(ge=0, le=100_000)] | None
    """The median number of days between purchases, over the latest 50. Null if there were none on different days."""
    habits: Habits
    """On which days of the week and at which hours the customer buys."""
    household_habits: Habits | None
    """The same of all members of the household together, of each their latest 50 purchases: of the customer and of at
    most 20 others who are related to them by `household` today. Null if there are no others.
    """
    favourite_products: Annotated[list[FavouriteProduct], Field(max_length=5)]
    """The products bought most often, judged by the latest 50 purchases; at most 5."""
    contact_counts: Annotated[list[ContactCount], Field(max_length=100)]
    """The number of contacts on each channel, the most frequent first, those included in which the customer took part.
    Internal notes are no contacts.
    """
    open_tasks: Annotated[list[OpenTask], Field(max_length=20)]
    """Tasks for the customer that are not done, those due first at the beginning; at most 20."""
    timeline: Annotated[list[TimelineEntry], Field(max_length=20)]
    """The latest 20 entries of the timeline, newest first."""
