"""The customers of the sample shop, their relationships, and how often they buy."""

from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerRole, RelationshipKind
from app.sample.businesses import JOBS
from app.sample.contact_points import ContactPointPool
from app.sample.organizations import make_organization
from app.sample.people import households
from app.sample.preferences import make_preferences
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import TradingYear

_ORGANIZATION_SHARE = 0.12


def make_customers(
    rng: Random, year: TradingYear, pool: ContactPointPool, count: int
) -> tuple[list[SimulatedCustomer], list[dict[str, Any]]]:
    """The customers in the order of their loyalty numbers, and the relationships between them."""
    organization_count = round(count * _ORGANIZATION_SHARE)
    homes = list(households(rng, pool, count - organization_count))
    organizations = [make_organization(rng, pool) for _ in range(organization_count)]
    customers = [person for home in homes for person in home] + organizations
    for customer in customers:
        _set_behaviour(rng, year, customer)
    rng.shuffle(customers)
    # Customers who joined during the year have the highest numbers.
    customers.sort(key=lambda customer: customer.joined_at)
    for number, customer in enumerate(customers, 1):
        customer.loyalty_number = f"L-{number:05d}"
        _complete_document(rng, year, customer, number)
    return customers, _relationships(rng, homes, organizations)


def _set_behaviour(rng: Random, year: TradingYear, customer: SimulatedCustomer) -> None:
    """BG/NBD (Fader, Hardie and Lee, 2005): gamma-distributed purchase rates, beta-distributed churn probabilities."""
    if rng.random() < 0.3:
        customer.joined_at = rng.random() * 0.95 * year.length
    if customer.business_line is None:
        customer.purchase_rate, customer.churn_probability = rng.gammavariate(0.7, 22), rng.betavariate(0.8, 14)
        customer.online_share = 0.7 if rng.random() < 0.12 else 0.06 if rng.random() < 0.3 else 0.0
    else:
        customer.purchase_rate, customer.churn_probability = rng.gammavariate(5, 10), rng.betavariate(0.8, 60)
        customer.delivery_weekday, customer.discount_percent = rng.randrange(6), rng.choice((0, 0, 5, 10))
        customer.online_share = rng.choice((0.0, 0.1, 0.5))
    roles = customer.document.get("roles", [CustomerRole.CUSTOMER])
    # Some are only suppliers or partners, and some had left before the year began.
    if CustomerRole.CUSTOMER not in roles or (not customer.joined_at and rng.random() < 0.06):
        customer.purchase_rate = 0.0


def _complete_document(rng: Random, year: TradingYear, customer: SimulatedCustomer, number: int) -> None:
    identities = customer.document["identities"]
    identities.append({"system": "loyalty", "external_id": customer.loyalty_number})
    if customer.online_share:
        customer.webshop_id = f"W-{number:05d}"
        identities.append({"system": "webshop", "external_id": customer.webshop_id})
    if customer.business_line is not None:
        identities.append({"system": "accounting", "external_id": f"AC{number:05d}"})
    if customer.joined_at:
        customer.document["attributes"]["joined_on"] = year.days[year.day_at(customer.joined_at)].isoformat()
    for point in customer.document["contact_points"]:
        if point["kind"] == ContactKind.EMAIL and point["primary"] and not point.get("invalid") and rng.random() < 0.3:
            day = rng.randrange(year.day_at(customer.joined_at), len(year.days))
            point["verified_at"] = year.in_browsing_hours(rng, day).isoformat()
    if preferences := make_preferences(rng, year, customer):
        customer.document["preferences"] = preferences


def _relationships(
    rng: Random, homes: list[list[SimulatedCustomer]], organizations: list[SimulatedCustomer]
) -> list[dict[str, Any]]:
    relationships = [_relationship(RelationshipKind.HOUSEHOLD, home[0], other) for home in homes for other in home[1:]]
    people = [person for home in homes for person in home]
    staff = rng.sample(people, min(len(people) // 12, len(organizations)))
    for person, organization in zip(staff, rng.sample(organizations, len(staff)), strict=True):
        person.document["roles"] = [CustomerRole.CUSTOMER.value, CustomerRole.STAFF_CONTACT.value]
        person.document["attributes"]["job"] = rng.choice(JOBS)
        relationships.append(_relationship(RelationshipKind.WORKS_FOR, person, organization))
    relationships += _parents(organizations)
    suppliers = _with_role(organizations, CustomerRole.SUPPLIER)
    buyers = _with_role(organizations, CustomerRole.CUSTOMER)
    for number, supplier in enumerate(suppliers):
        if buyers and number % 2:
            relationships.append(_relationship(RelationshipKind.SUPPLIES, supplier, rng.choice(buyers)))
        elif number:
            relationships.append(_relationship(RelationshipKind.DISTRIBUTOR_OF, supplier, suppliers[number - 1]))
    friends = rng.sample(people, len(people) // 10 // 2 * 2)
    relationships += [
        _relationship(RelationshipKind.REFERRED, *sorted(pair, key=_loyalty_number))
        for pair in zip(friends[::2], friends[1::2], strict=True)
    ]
    return relationships


def _with_role(organizations: list[SimulatedCustomer], role: CustomerRole) -> list[SimulatedCustomer]:
    return [customer for customer in organizations if customer.business_line and customer.business_line.role == role]


def _parents(organizations: list[SimulatedCustomer]) -> list[dict[str, Any]]:
    """Organizations with the same brand and line of business have the first of them as their parent."""
    parents: dict[tuple[str, str], SimulatedCustomer] = {}
    relationships = []
    for customer in sorted(organizations, key=_loyalty_number):
        assert customer.business_line is not None
        parent = parents.setdefault((customer.familiar_name, customer.business_line.name), customer)
        if parent is not customer:
            relationships.append(_relationship(RelationshipKind.PARENT_ORGANIZATION, parent, customer))
    return relationships


def _relationship(kind: RelationshipKind, origin: SimulatedCustomer, target: SimulatedCustomer) -> dict[str, Any]:
    return {"kind": kind.value, "_from": origin.loyalty_number, "_to": target.loyalty_number}


def _loyalty_number(customer: SimulatedCustomer) -> str:
    return customer.loyalty_number
