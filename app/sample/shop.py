"""The whole sample shop, generated from a seed."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from app.sample.complaints import ComplaintGenerator
from app.sample.contact_points import ContactPointPool
from app.sample.customers import make_customers
from app.sample.feedback import FeedbackGenerator
from app.sample.interactions import InteractionGenerator
from app.sample.receipts import make_receipts
from app.sample.sale_documents import make_sale_document
from app.sample.service_setup import POLICIES, PROCEDURES, make_calendar
from app.sample.tasks import make_tasks
from app.sample.trading_year import TradingYear
from app.services.service_levels import calendar_of


@dataclass(frozen=True)
class SampleShop:
    """Documents as the API takes them, except for keys that begin with `_`, which the loader replaces.

    `_customer`, `_from` and `_to` are loyalty numbers of customers, `_sale` is the number of a receipt.
    """

    customers: list[dict[str, Any]]
    interactions: list[dict[str, Any]]
    sales: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    relationships: list[dict[str, Any]]
    complaints: list[dict[str, Any]]
    """`_actions` are the operations that follow the history."""
    feedback: list[dict[str, Any]]
    """`_survey` is the code of the survey that was answered, `_idea` the index of the idea that is supported."""
    visits: list[dict[str, Any]]
    """`_scorecard` is the code of their scorecard."""
    calendar: dict[str, Any]
    policies: list[dict[str, Any]]
    procedures: list[dict[str, Any]]


def make(
    until: datetime,
    seed: int = 2026,
    customers: int = 1_000,
    receipts: int = 20_000,
    interactions: int = 5_000,
    complaints: int = 250,
    feedback: int = 1_200,
) -> SampleShop:
    """A year of the shop that ended on the day before `until`. The same arguments make the same shop.

    Raises ValueError where `until` has no time zone.
    """
    if until.tzinfo is None:
        raise ValueError("until must have a time zone")
    year = TradingYear(until)
    # Each part has a random stream of its own, so that more receipts do not rename the customers. Renaming a stream
    # would make another shop.
    pool = ContactPointPool(Random(f"{seed}: reach"))
    simulated, relationships = make_customers(Random(f"{seed}: customers"), year, pool, customers)
    made_receipts = make_receipts(Random(f"{seed}: receipts"), year, simulated, receipts)
    till = Random(f"{seed}: till")
    sales = [make_sale_document(till, receipt) for receipt in made_receipts]
    operators = {sale["receipt_no"]: sale["operator"] for sale in sales if "operator" in sale}
    calendar = make_calendar(year)
    interaction_generator = InteractionGenerator(Random(f"{seed}: interactions"), year, pool, simulated)
    complaint_generator = ComplaintGenerator(
        Random(f"{seed}: complaints"), year, calendar_of(calendar), pool, simulated, made_receipts, operators
    )
    feedback_generator = FeedbackGenerator(Random(f"{seed}: feedback"), year, simulated, made_receipts, operators)
    return SampleShop(
        customers=[customer.document for customer in simulated],
        interactions=interaction_generator.interactions(interactions),
        sales=sales,
        tasks=make_tasks(Random(f"{seed}: tasks"), year, simulated),
        relationships=relationships,
        complaints=complaint_generator.complaints(complaints),
        feedback=feedback_generator.feedback(feedback),
        visits=feedback_generator.visits(),
        calendar=calendar,
        policies=list(POLICIES),
        procedures=list(PROCEDURES),
    )
