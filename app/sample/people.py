"""The persons among the sample shop's customers, alone or in households."""

from collections.abc import Iterator
from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerKind
from app.sample.businesses import SITES, SOURCES, TAGS, Site
from app.sample.contact_points import Reach, address, point, respelled
from app.sample.names import CULTURES, PREFIXES, SHORT_FORMS, SUFFIXES, Culture, NamePart
from app.sample.preference_texts import ABOUT
from app.sample.simulated_customer import Party


def households(rng: Random, reach: Reach, count: int) -> Iterator[list[Party]]:
    """So many persons, most of them alone, the others with those they share a roof, a name and a telephone with."""
    while count > 0:
        size = min(rng.choices((1, 2, 3), (0.91, 0.06, 0.03))[0], count)
        count -= size
        site = rng.choices(SITES, [site.share for site in SITES])[0]
        culture = rng.choices(CULTURES, [culture.share for culture in CULTURES])[0]
        family = rng.choice(culture.family)
        home = address(rng, site, "home") if size > 1 or rng.random() < 0.45 else None
        telephone = reach.landline(site) if size > 1 else None
        given = rng.sample(culture.given, size)
        yield [_person(rng, reach, site, culture, name, family, home, telephone) for name in given]


def _person(
    rng: Random,
    reach: Reach,
    site: Site,
    culture: Culture,
    given: NamePart,
    family: NamePart,
    home: dict[str, Any] | None,
    telephone: str | None,
) -> Party:
    document: dict[str, Any] = {"kind": CustomerKind.PERSON.value, "given_name": given.text, "family_name": family.text}
    if culture.family_first:
        space = "" if max(given.text) > "\u2e80" < max(family.text) else " "
        document["display_name"] = f"{family.text}{space}{given.text}"
    party = Party(document, site, _called(rng, document, given, family), culture.language)
    document["identities"] = []
    document["contact_points"] = _contact_points(rng, reach, party, given, family, telephone)
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
    return party


def _called(rng: Random, document: dict[str, Any], given: NamePart, family: NamePart) -> str:
    """Fills in what is known about the names, and answers what to call the person."""
    called = given.text
    foreign = not given.text.isascii() and max(given.text) > "\u0250" and given.latin[:1].isupper()
    if foreign and rng.random() < 0.85:
        called = document["preferred_name"] = given.latin
    elif given.text in SHORT_FORMS and rng.random() < 0.6:
        called = document["preferred_name"] = SHORT_FORMS[given.text]
    if (given.say or family.say) and rng.random() < 0.8:
        document["pronunciation"] = f"{given.say or given.latin} {family.say or family.latin}"
    if rng.random() < 0.1:
        document["name_prefix"] = prefix = rng.choice(PREFIXES)
        document["salutation"] = f"Dear {prefix} {family.text}"
        called = f"{prefix} {family.text}"
    elif rng.random() < 0.12:
        document["salutation"] = f"{rng.choice(('Dear', 'Hello', 'Hi'))} {called}"
    if rng.random() < 0.01:
        document["name_suffix"] = rng.choice(SUFFIXES)
    return called


def _contact_points(
    rng: Random, reach: Reach, party: Party, given: NamePart, family: NamePart, telephone: str | None
) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    parts = (given.latin.replace(" ", ""), family.latin.replace(" ", ""))
    if rng.random() < 0.74 and (mobile := reach.mobile()):
        party.contacts[ContactKind.PHONE], party.mobile = mobile, True
        points.append(point(ContactKind.PHONE, respelled(rng, mobile), label="mobile", primary=True))
        if rng.random() < 0.35:
            party.contacts[ContactKind.WHATSAPP] = mobile
            points.append(point(ContactKind.WHATSAPP, mobile))
    if telephone:
        party.shared_phone = telephone
        points.append(point(ContactKind.PHONE, telephone, label="home", shared=True, primary=not party.mobile))
    if rng.random() < 0.7 or not points:
        email = reach.email(*parts)
        bounced = rng.random() < 0.02
        points.append(point(ContactKind.EMAIL, _typed(rng, email), primary=True, invalid=bounced))
        if not bounced:
            party.contacts[ContactKind.EMAIL] = email
    for kind, share, sign in (
        (ContactKind.INSTAGRAM, 0.1, "@"),
        (ContactKind.FACEBOOK, 0.08, ""),
        (ContactKind.TELEGRAM, 0.04, "@"),
    ):
        if rng.random() < share:
            handle = party.contacts[kind] = sign + reach.handle(*parts)
            points.append(point(kind, handle))
    return points


def _typed(rng: Random, email: str) -> str:
    return email.title() if rng.random() < 0.06 else email
