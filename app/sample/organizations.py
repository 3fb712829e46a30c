"""The organizations among the sample shop's customers: kitchens that buy for their guests, and those who sell to us."""

from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerKind, CustomerRole
from app.sample.businesses import LEGAL, LINES, OFFICE, SITES, SOURCES
from app.sample.contact_points import Reach, address, point, respelled
from app.sample.simulated_customer import Party


def organization(rng: Random, reach: Reach) -> Party:
    line = rng.choices(LINES, [line.share for line in LINES])[0]
    site = rng.choices(SITES, [site.share for site in SITES])[0]
    first = rng.choice(line.first.split(", "))
    name = " ".join(part for part in (first, rng.choice(line.last.split(", ")), rng.choice(LEGAL)) if part)
    place = address(rng, site, "delivery")
    place["latitude"] = round(site.latitude + rng.uniform(-0.04, 0.04), 4)
    place["longitude"] = round(site.longitude + rng.uniform(-0.06, 0.06), 4)
    roles = [line.role]
    if line.role != CustomerRole.CUSTOMER and rng.random() < 0.3:
        roles.append(CustomerRole.CUSTOMER)
    document: dict[str, Any] = {
        "kind": CustomerKind.ORGANIZATION.value,
        "display_name": name,
        "trade": line.trade.value,
        "roles": [role.value for role in roles],
        "identities": [],
        "addresses": [place],
        "tags": [line.name],
        "owner": rng.choice(OFFICE),
        "attributes": {"line": line.name, "group": first},
    }
    if rng.random() < 0.5:
        document["acquisition_source"] = rng.choice(SOURCES)
    if line.name in {"restaurant", "hotel", "pub", "café"}:
        document["attributes"]["covers"] = rng.randrange(20, 180, 5)
    party = Party(document, site, first, "en-GB", line=line)
    document["contact_points"] = _contact_points(rng, reach, party, first)
    return party


def _contact_points(rng: Random, reach: Reach, party: Party, first: str) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    desk = "kitchen" if party.line and party.line.role == CustomerRole.CUSTOMER else "office"
    slug = "".join(letter for letter in first.lower() if letter.isascii() and letter.isalnum())
    if rng.random() < 0.9 and (telephone := reach.landline(party.site)):
        party.contacts[ContactKind.PHONE] = telephone
        points.append(point(ContactKind.PHONE, respelled(rng, telephone), label=desk, primary=True))
    email = party.contacts[ContactKind.EMAIL] = reach.email(rng.choice(("orders", desk, "hello")), slug)
    points.append(point(ContactKind.EMAIL, email, label="orders", primary=True))
    if rng.random() < 0.3 and (mobile := reach.mobile()):
        party.contacts[ContactKind.WHATSAPP] = mobile
        points.append(point(ContactKind.WHATSAPP, mobile, label="manager"))
    if rng.random() < 0.4:
        handle = party.contacts[ContactKind.INSTAGRAM] = "@" + reach.handle(slug)
        points.append(point(ContactKind.INSTAGRAM, handle))
    if rng.random() < 0.5:
        points.append(point(ContactKind.WEB, f"https://{reach.handle(slug).replace('_', '-')}.example.com"))
    return points
