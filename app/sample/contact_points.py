"""Phone numbers, e-mail addresses and handles that belong to nobody, each given out once, and postal addresses."""

from random import Random

from app.rules.customers import ContactKind
from app.sample.businesses import DRAMA_AREAS, INWARD_LETTERS, SITES, STRANGER_AREA, STREETS, Site

_DOMAINS = ("example.com", "example.org", "example.net")


class ContactPointPool:
    """Hands out unique contact points. Phone numbers can run out: then the answer is None."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._mobiles = _shuffled(rng, [f"7700 900{number:03d}" for number in range(1_000)])
        self._landlines = {
            site.code: _shuffled(rng, _numbers(site.area_code, site.exchange, first=100)) for site in SITES
        }
        others = [number for area, exchange in DRAMA_AREAS for number in _numbers(area, exchange)]
        self._other_landlines = _shuffled(rng, others)
        self._stranger_phones = _shuffled(rng, [f"{STRANGER_AREA}{number:03d}" for number in range(1_000)])
        self._emails: set[str] = set()
        self._handles: set[str] = set()

    def mobile(self) -> str | None:
        return _next(self._mobiles)

    def landline(self, site: Site) -> str | None:
        return _next(self._landlines[site.code] or self._other_landlines)

    def stranger_phone(self) -> str | None:
        return _next(self._stranger_phones)

    def email(self, *parts: str) -> str:
        name = _unique(".".join(parts), self._emails)
        return f"{name}@{self._rng.choice(_DOMAINS)}"

    def handle(self, *parts: str) -> str:
        return _unique("_".join(parts), self._handles)


def vary_phone_format(rng: Random, number: str) -> str:
    """A number such as `+44 20 7946 0123` as somebody may type it, always with its country code."""
    country, area, *rest = number.split()
    match rng.randrange(8):
        case 0:
            return "".join([country, area, *rest])
        case 1:
            return f"{country} (0){area} {' '.join(rest)}"
        case 2:
            return "-".join([country, area, *rest])
    return number


def postal_code(rng: Random, site: Site) -> str:
    return (
        f"{rng.choice(site.postal_areas)} {rng.randint(1, 9)}{rng.choice(INWARD_LETTERS)}{rng.choice(INWARD_LETTERS)}"
    )


def postal_address(rng: Random, site: Site, label: str) -> dict[str, object]:
    return {
        "label": label,
        "lines": [f"{rng.randint(1, 180)} {rng.choice(STREETS)}"],
        "city": site.city,
        "region": site.region,
        "postal_code": postal_code(rng, site),
        "country": "GB",
        "primary": True,
    }


def contact_point(kind: ContactKind, value: str, **properties: object) -> dict[str, object]:
    return {"kind": kind.value, "value": value, **properties}


def _numbers(area: str, exchange: str, first: int = 0) -> list[str]:
    """Such as 113 496 0123: exchanges that Ofcom reserves for drama are followed by four digits."""
    return [f"{area} {exchange} 0{number:03d}" for number in range(first, 1_000)]


def _next(pool: list[str]) -> str | None:
    return f"+44 {pool.pop()}" if pool else None


def _shuffled(rng: Random, numbers: list[str]) -> list[str]:
    rng.shuffle(numbers)
    return numbers


def _unique(name: str, taken: set[str]) -> str:
    """Unique even when normalisation ignores everything but letters and digits."""
    base = "".join(letter for letter in name.lower() if letter.isascii() and (letter.isalnum() or letter in "._"))
    number, candidate = 1, base
    while (folded := candidate.replace(".", "").replace("_", "")) in taken:
        number += 1
        candidate = f"{base}{number}"
    taken.add(folded)
    return candidate
