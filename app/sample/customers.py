"""All customers of the sample shop: who they are, what they are to each other, and how they buy."""

from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerRole, RelationshipKind
from app.sample.businesses import JOBS
from app.sample.contact_points import Reach
from app.sample.organizations import organization
from app.sample.people import households
from app.sample.preferences import preferences
from app.sample.simulated_customer import Party
from app.sample.trading_year import Year

_ORGANIZATIONS = 0.12


def make_customers(rng: Random, year: Year, reach: Reach, count: int) -> tuple[list[Party], list[dict[str, Any]]]:
    """The parties in the order of their numbers, and the relationships between them."""
    trade = round(count * _ORGANIZATIONS)
    homes = list(households(rng, reach, count - trade))
    kitchens = [organization(rng, reach) for _ in range(trade)]
    parties = [person for home in homes for person in home] + kitchens
    for party in parties:
        _habits(rng, year, party)
    rng.shuffle(parties)
    # Those who came during the year have the higher numbers.
    parties.sort(key=lambda party: party.since)
    for number, party in enumerate(parties, 1):
        party.number = f"L-{number:05d}"
        _finish(rng, year, party, number)
    return parties, _relationships(rng, homes, kitchens)


def _habits(rng: Random, year: Year, party: Party) -> None:
    """The gamma-distributed rates and beta-distributed chances of leaving of Fader, Hardie and Lee (BG/NBD, 2005)."""
    if rng.random() < 0.3:
        party.since = rng.random() * 0.95 * year.length
    if party.line is None:
        party.rate, party.leaving = rng.gammavariate(0.7, 22), rng.betavariate(0.8, 14)
        party.online = 0.7 if rng.random() < 0.12 else 0.06 if rng.random() < 0.3 else 0.0
    else:
        party.rate, party.leaving = rng.gammavariate(5, 10), rng.betavariate(0.8, 60)
        party.weekday, party.rebate = rng.randrange(6), rng.choice((0, 0, 5, 10))
        party.online = rng.choice((0.0, 0.1, 0.5))
    roles = party.document.get("roles", [CustomerRole.CUSTOMER])
    # Some only sell to us, and some had left before the year began.
    if CustomerRole.CUSTOMER not in roles or (not party.since and rng.random() < 0.06):
        party.rate = 0.0


def _finish(rng: Random, year: Year, party: Party, number: int) -> None:
    identities = party.document["identities"]
    identities.append({"system": "loyalty", "external_id": party.number})
    if party.online:
        party.webshop = f"W-{number:05d}"
        identities.append({"system": "webshop", "external_id": party.webshop})
    if party.line is not None:
        identities.append({"system": "accounting", "external_id": f"AC{number:05d}"})
    if party.since:
        party.document["attributes"]["joined_on"] = year.days[year.day_at(party.since)].isoformat()
    for entry in party.document["contact_points"]:
        if entry["kind"] == ContactKind.EMAIL and entry["primary"] and not entry.get("invalid") and rng.random() < 0.3:
            seen = rng.randrange(year.day_at(party.since), len(year.days))
            entry["verified_at"] = year.browsing(rng, seen).isoformat()
    if wished := preferences(rng, year, party):
        party.document["preferences"] = wished


def _relationships(rng: Random, homes: list[list[Party]], kitchens: list[Party]) -> list[dict[str, Any]]:
    bonds = [_bond(RelationshipKind.HOUSEHOLD, home[0], other) for home in homes for other in home[1:]]
    people = [person for home in homes for person in home]
    staff = rng.sample(people, min(len(people) // 12, len(kitchens)))
    for person, kitchen in zip(staff, rng.sample(kitchens, len(staff)), strict=True):
        person.document["roles"] = [CustomerRole.CUSTOMER.value, CustomerRole.STAFF_CONTACT.value]
        person.document["attributes"]["job"] = rng.choice(JOBS)
        bonds.append(_bond(RelationshipKind.WORKS_FOR, person, kitchen))
    bonds += _groups(kitchens)
    sellers = [party for party in kitchens if party.line and party.line.role == CustomerRole.SUPPLIER]
    buyers = [party for party in kitchens if party.line and party.line.role == CustomerRole.CUSTOMER]
    for number, seller in enumerate(sellers):
        if buyers and number % 2:
            bonds.append(_bond(RelationshipKind.SUPPLIES, seller, rng.choice(buyers)))
        elif number:
            bonds.append(_bond(RelationshipKind.DISTRIBUTOR_OF, seller, sellers[number - 1]))
    friends = rng.sample(people, len(people) // 10 // 2 * 2)
    bonds += [
        _bond(RelationshipKind.REFERRED, *sorted(pair, key=_number))
        for pair in zip(friends[::2], friends[1::2], strict=True)
    ]
    return bonds


def _groups(kitchens: list[Party]) -> list[dict[str, Any]]:
    """Houses of one name and line belong to the first of them."""
    first: dict[tuple[str, str], Party] = {}
    bonds = []
    for party in sorted(kitchens, key=_number):
        assert party.line is not None
        head = first.setdefault((party.called, party.line.name), party)
        if head is not party:
            bonds.append(_bond(RelationshipKind.PARENT_ORGANIZATION, head, party))
    return bonds


def _bond(kind: RelationshipKind, one: Party, other: Party) -> dict[str, Any]:
    return {"kind": kind.value, "_from": one.number, "_to": other.number}


def _number(party: Party) -> str:
    return party.number
