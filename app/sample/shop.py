"""The whole sample shop, made from a seed."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from app.sample.complaints import Trouble
from app.sample.contact_points import Reach
from app.sample.customers import make_customers
from app.sample.feedback import Voices
from app.sample.interactions import Talk
from app.sample.receipts import make_receipts
from app.sample.sale_documents import sale_document
from app.sample.service_setup import POLICIES, PROCEDURES, make_calendar
from app.sample.tasks import make_tasks
from app.sample.trading_year import Year
from app.services.service_levels import calendar_of


@dataclass(frozen=True)
class SampleShop:
    """Documents as the API takes them. Keys in `_` name customers by loyalty number, for the loader."""

    customers: list[dict[str, Any]]
    interactions: list[dict[str, Any]]
    sales: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    relationships: list[dict[str, Any]]
    complaints: list[dict[str, Any]]
    """With the number of the receipt they are about in `_sale`, and what comes after their history in `_then`."""
    feedback: list[dict[str, Any]]
    """With the code of the survey that it answers in `_survey`, the number of the idea it speaks for in `_idea`."""
    visits: list[dict[str, Any]]
    """With the code of their scorecard in `_scorecard`."""
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
    """A year of the shop that ended yesterday, as seen at `until`. The same arguments make the same shop.

    Raises ValueError when `until` has no time zone.
    """
    if until.tzinfo is None:
        raise ValueError("until should have a time zone")
    year = Year(until)
    # Each part draws from a stream of its own: more receipts do not rename the customers.
    reach = Reach(Random(f"{seed}: reach"))
    parties, relationships = make_customers(Random(f"{seed}: customers"), year, reach, customers)
    rolls = make_receipts(Random(f"{seed}: receipts"), year, parties, receipts)
    till = Random(f"{seed}: till")
    sales = [sale_document(till, receipt) for receipt in rolls]
    operators = {sale["receipt_no"]: sale["operator"] for sale in sales if "operator" in sale}
    calendar = make_calendar(year)
    voices = Voices(Random(f"{seed}: feedback"), year, parties, rolls, operators)
    return SampleShop(
        customers=[party.document for party in parties],
        interactions=Talk(Random(f"{seed}: interactions"), year, reach, parties).interactions(interactions),
        sales=sales,
        tasks=make_tasks(Random(f"{seed}: tasks"), year, parties),
        relationships=relationships,
        complaints=Trouble(
            Random(f"{seed}: complaints"), year, calendar_of(calendar), reach, parties, rolls, operators
        ).complaints(complaints),
        feedback=voices.feedback(feedback),
        visits=voices.visits(),
        calendar=calendar,
        policies=list(POLICIES),
        procedures=list(PROCEDURES),
    )
