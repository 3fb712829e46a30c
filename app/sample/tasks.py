"""What the sample shop's staff still have on their lists, apart from what they promised in conversations."""

from datetime import timedelta
from random import Random
from typing import Any

from app.sample.businesses import OFFICE
from app.sample.simulated_customer import Party
from app.sample.trading_year import LONDON, Year

_FOR_PERSONS = (
    ("Ring about the joint for the party", "Ten people, one does not eat pork."),
    ("Order the carbon steel pan in 28 cm", None),
    ("Ask whether the new address is right", "The last letter came back."),
    ("Invite to the butchery class", None),
    ("Send a birthday card", None),
    ("Look for the umbrella left in the shop", "Blue, wooden handle."),
    ("Check the double charge with accounts", None),
)
_FOR_TRADE = (
    ("Send the statement of the month", None),
    ("Visit the new kitchen", "They have a second cold room now."),
    ("Agree the Christmas volumes", "Turkeys and gammon; last year they were late."),
    ("Chase the unpaid invoice", "Friendly; the first reminder has gone."),
    ("Bring samples of the dry-aged rib", None),
    ("Update the allergen sheets", None),
)


def make_tasks(rng: Random, year: Year, parties: list[Party]) -> list[dict[str, Any]]:
    """One for every tenth customer: some overdue, most to come."""
    chosen = rng.sample(parties, len(parties) // 10)
    return [_task(rng, year, party) for party in sorted(chosen, key=lambda party: party.number)]


def _task(rng: Random, year: Year, party: Party) -> dict[str, Any]:
    what, note = rng.choice(_FOR_TRADE if party.line else _FOR_PERSONS)
    task: dict[str, Any] = {"what": what, "_customer": party.number}
    if note:
        task["note"] = note
    if rng.random() < 0.92:
        task["owner"] = rng.choice(OFFICE if party.line else party.site.staff)
    if rng.random() < 0.92:
        due = year.until.astimezone(LONDON).replace(hour=rng.randint(9, 17), minute=0, second=0, microsecond=0)
        task["due_at"] = (due + timedelta(days=rng.randint(-12, 35))).isoformat()
    return task
