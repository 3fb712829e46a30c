"""The persons among the customers of the sample shop, alone or in households."""

from collections.abc import Iterator
from random import Random
from typing import Any

from app.rules.customers import WHATSAPP, ContactKind, CustomerKind, NumberUse
from app.sample.businesses import SITES, SOURCES, TAGS, Site
from app.sample.contact_points import ContactPointPool, contact_point, postal_address, vary_phone_format
from app.sample.names import CULTURES, PREFIXES, SHORT_FORMS, SUFFIXES, Culture, NamePart
from app.sample.preference_texts import ABOUT
from app.sample.simulated_customer import SimulatedCustomer


def households(rng: Random, pool: ContactPointPool, count: int) -> Iterator[list[SimulatedCustomer]]:
    """So many persons, most of them alone, the others in households with a common address, family name and phone."""
    while count > 0:
        size = min(rng.choices((1, 2, 3), (0.91, 0.06, 0.03))[0], count)
        count -= size
        site = rng.choices(SITES, [site.share for site in SITES])[0]
        culture = rng.choices(CULTURES, [culture.weight for culture in CULTURES])[0]
        family = rng.choice(culture.family)
        home = postal_address(rng, site, "home") if size > 1 or rng.random() < 0.45 else None
        telephone = pool.landline(site) if size > 1 else None
        given = rng.sample(culture.given, size)
        yield [_person(rng, pool, site, culture, name, family, home, telephone) for name in given]


def _person(
    rng: Random,
    pool: ContactPointPool,
    site: Site,
    culture: Culture,
    given: NamePart,
    family: NamePart,
    home: dict[str, Any] | None,
    telephone: str | None,
) -> SimulatedCustomer:
    document: dict[str, Any] = {"kind": CustomerKind.PERSON.value, "given_name": given.text, "family_name": family.text}
    if culture.family_first:
        space = "" if max(given.text) > "\u2e80" < max(family.text) else " "
        document["display_name"] = f"{family.text}{space}{given.text}"
    customer = SimulatedCustomer(document, site, _set_names(rng, document, given, family), culture.language)
    document["identities"] = []
    document["contact_points"] = _contact_points(rng, pool, customer, given, family, telephone)
    document["addresses"] = [dict(home)] if home else []
    if rng.random() < 0.5:
        document["acquisition_source"] = rng.choice(SOURCES)
    if rng.random() < 0.25:
        document["tags"] = sorted(rng.sample(TAGS, rng.randint(1, 2)))
    if rng.random() < 0.12:
        document["owner"] = rng.choice(site.staff)
    attributes: dict[str, Any] = {"favourite_shop": site.city}
    if rng.random() < 0.3:
        attributes["birthday"] = f"{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if rng.random() < 0.15:
        attributes["about"] = rng.choice(ABOUT)
    document["attributes"] = attributes
    return customer


def _set_names(rng: Random, document: dict[str, Any], given: NamePart, family: NamePart) -> str:
    """Completes the document with what is known about the names; how staff address the person."""
    familiar_name = given.text
    foreign = not given.text.isascii() and max(given.text) > "\u0250" and given.latin[:1].isupper()
    if foreign and rng.random() < 0.85:
        familiar_name = document["preferred_name"] = given.latin
    elif given.text in SHORT_FORMS and rng.random() < 0.6:
        familiar_name = document["preferred_name"] = SHORT_FORMS[given.text]
    if (given.pronunciation or family.pronunciation) and rng.random() < 0.8:
        document["pronunciation"] = f"{given.pronunciation or given.latin} {family.pronunciation or family.latin}"
    if rng.random() < 0.1:
        document["name_prefix"] = prefix = rng.choice(PREFIXES)
        document["salutation"] = f"Dear {prefix} {family.text}"
        familiar_name = f"{prefix} {family.text}"
    elif rng.random() < 0.12:
        document["salutation"] = f"{rng.choice(('Dear', 'Hello', 'Hi'))} {familiar_name}"
    if rng.random() < 0.01:
        document["name_suffix"] = rng.choice(SUFFIXES)
    return familiar_name


def _contact_points(
    rng: Random,
    pool: ContactPointPool,
    customer: SimulatedCustomer,
    given: NamePart,
    family: NamePart,
    telephone: str | None,
) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    parts = (given.latin.replace(" ", ""), family.latin.replace(" ", ""))
    if rng.random() < 0.74 and (mobile := pool.mobile()):
        customer.contacts[ContactKind.PHONE], customer.has_mobile = mobile, True
        points.append(contact_point(ContactKind.PHONE, vary_phone_format(rng, mobile), label="mobile", primary=True))
        if rng.random() < 0.35:
            customer.contacts[WHATSAPP] = mobile
            points[-1]["uses"] = [use.value for use in NumberUse]
    if telephone:
        customer.shared_phone = telephone
        points.append(
            contact_point(ContactKind.PHONE, telephone, label="home", shared=True, primary=not customer.has_mobile)
        )
    if rng.random() < 0.7 or not points:
        email = pool.email(*parts)
        bounced = rng.random() < 0.02
        points.append(contact_point(ContactKind.EMAIL, _vary_case(rng, email), primary=True, invalid=bounced))
        if not bounced:
            customer.contacts[ContactKind.EMAIL] = email
    for kind, share, prefix in (
        (ContactKind.INSTAGRAM, 0.1, "@"),
        (ContactKind.FACEBOOK, 0.08, ""),
        (ContactKind.TELEGRAM, 0.04, "@"),
    ):
        if rng.random() < share:
            handle = customer.contacts[kind] = prefix + pool.handle(*parts)
            points.append(contact_point(kind, handle))
    return points


def _vary_case(rng: Random, email: str) -> str:
    return email.title() if rng.random() < 0.06 else email
