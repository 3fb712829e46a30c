"""The tasks of the sample shop's staff, apart from those that come from interactions."""

from datetime import timedelta
from random import Random
from typing import Any

from app.sample.businesses import OFFICE
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import LONDON, TradingYear

_PERSON_TASKS = (
    ("Ring about the joint for the party", "Ten people, one does not eat pork."),
    ("Order the carbon steel pan in 28 cm", None),
    ("Ask whether the new address is right", "The last letter came back."),
    ("Invite to the butchery class", None),
    ("Send a birthday card", None),
    ("Look for the umbrella left in the shop", "Blue, wooden handle."),
    ("Check the double charge with accounts", None),
)
_TRADE_TASKS = (
    ("Send the statement of the month", None),
    ("Visit the new kitchen", "They have a second cold room now."),
    ("Agree the Christmas volumes", "Turkeys and gammon; last year they were late."),
    ("Chase the unpaid invoice", "Friendly; the first reminder has gone."),
    ("Bring samples of the dry-aged rib", None),
    ("Update the allergen sheets", None),
)


def make_tasks(rng: Random, year: TradingYear, customers: list[SimulatedCustomer]) -> list[dict[str, Any]]:
    """A task for every tenth customer; some are overdue."""
    chosen = rng.sample(customers, len(customers) // 10)
    return [_task(rng, year, customer) for customer in sorted(chosen, key=lambda customer: customer.loyalty_number)]


def _task(rng: Random, year: TradingYear, customer: SimulatedCustomer) -> dict[str, Any]:
    what, note = rng.choice(_TRADE_TASKS if customer.business_line else _PERSON_TASKS)
    task: dict[str, Any] = {"what": what, "_customer": customer.loyalty_number}
    if note:
        task["note"] = note
    if rng.random() < 0.92:
        task["owner"] = rng.choice(OFFICE if customer.business_line else customer.site.staff)
    if rng.random() < 0.92:
        due = year.until.astimezone(LONDON).replace(hour=rng.randint(9, 17), minute=0, second=0, microsecond=0)
        task["due_at"] = (due + timedelta(days=rng.randint(-12, 35))).isoformat()
    return task
