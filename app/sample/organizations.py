"""The organizations among the customers of the sample shop: professional kitchens, suppliers and partners."""

from random import Random
from typing import Any

from app.rules.customers import WHATSAPP, ContactKind, CustomerKind, CustomerRole, NumberUse
from app.sample.businesses import BUSINESS_LINES, LEGAL_FORMS, OFFICE, SITES, SOURCES
from app.sample.contact_points import ContactPointPool, contact_point, postal_address, vary_phone_format
from app.sample.simulated_customer import SimulatedCustomer


def make_organization(rng: Random, pool: ContactPointPool) -> SimulatedCustomer:
    line = rng.choices(BUSINESS_LINES, [line.weight for line in BUSINESS_LINES])[0]
    site = rng.choices(SITES, [site.share for site in SITES])[0]
    brand = rng.choice(line.brands.split(", "))
    name = " ".join(part for part in (brand, rng.choice(line.suffixes.split(", ")), rng.choice(LEGAL_FORMS)) if part)
    address = postal_address(rng, site, "delivery")
    address["latitude"] = round(site.latitude + rng.uniform(-0.04, 0.04), 4)
    address["longitude"] = round(site.longitude + rng.uniform(-0.06, 0.06), 4)
    roles = [line.role]
    if line.role != CustomerRole.CUSTOMER and rng.random() < 0.3:
        roles.append(CustomerRole.CUSTOMER)
    document: dict[str, Any] = {
        "kind": CustomerKind.ORGANIZATION.value,
        "display_name": name,
        "trade": line.trade.value,
        "roles": [role.value for role in roles],
        "identities": [],
        "addresses": [address],
        "tags": [line.name],
        "owner": rng.choice(OFFICE),
        "attributes": {"line": line.name, "group": brand},
    }
    if rng.random() < 0.5:
        document["acquisition_source"] = rng.choice(SOURCES)
    if line.name in {"restaurant", "hotel", "pub", "café"}:
        document["attributes"]["covers"] = rng.randrange(20, 180, 5)
    customer = SimulatedCustomer(document, site, brand, "en-GB", business_line=line)
    document["contact_points"] = _contact_points(rng, pool, customer, brand)
    return customer


def _contact_points(
    rng: Random, pool: ContactPointPool, customer: SimulatedCustomer, brand: str
) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    desk = "kitchen" if customer.business_line and customer.business_line.role == CustomerRole.CUSTOMER else "office"
    slug = "".join(letter for letter in brand.lower() if letter.isascii() and letter.isalnum())
    if rng.random() < 0.9 and (telephone := pool.landline(customer.site)):
        customer.contacts[ContactKind.PHONE] = telephone
        points.append(contact_point(ContactKind.PHONE, vary_phone_format(rng, telephone), label=desk, primary=True))
    email = customer.contacts[ContactKind.EMAIL] = pool.email(rng.choice(("orders", desk, "hello")), slug)
    points.append(contact_point(ContactKind.EMAIL, email, label="orders", primary=True))
    if rng.random() < 0.3 and (mobile := pool.mobile()):
        customer.contacts[WHATSAPP] = mobile
        points.append(contact_point(ContactKind.PHONE, mobile, label="manager", uses=[use.value for use in NumberUse]))
    if rng.random() < 0.4:
        handle = customer.contacts[ContactKind.INSTAGRAM] = "@" + pool.handle(slug)
        points.append(contact_point(ContactKind.INSTAGRAM, handle))
    if rng.random() < 0.5:
        points.append(contact_point(ContactKind.WEB, f"https://{pool.handle(slug).replace('_', '-')}.example.com"))
    return points
