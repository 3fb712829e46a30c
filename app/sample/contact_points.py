"""Telephone numbers and addresses that are nobody's, and never given out twice."""

from random import Random

from app.rules.customers import ContactKind
from app.sample.businesses import DRAMA_AREAS, INWARD_LETTERS, SITES, STRANGER_AREA, STREETS, Site

_DOMAINS = ("example.com", "example.org", "example.net")


class Reach:
    """Hands out contact points. A pool that runs dry answers None: then a customer goes without."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._mobiles = _shuffled(rng, [f"7700 900{number:03d}" for number in range(1_000)])
        self._landlines = {
            site.code: _shuffled(rng, _numbers(site.area_code, site.exchange, first=100)) for site in SITES
        }
        elsewhere = [number for area, exchange in DRAMA_AREAS for number in _numbers(area, exchange)]
        self._elsewhere = _shuffled(rng, elsewhere)
        self._strangers = _shuffled(rng, [f"{STRANGER_AREA}{number:03d}" for number in range(1_000)])
        self._emails: set[str] = set()
        self._handles: set[str] = set()

    def mobile(self) -> str | None:
        return _next(self._mobiles)

    def landline(self, site: Site) -> str | None:
        return _next(self._landlines[site.code] or self._elsewhere)

    def stranger(self) -> str | None:
        return _next(self._strangers)

    def email(self, *parts: str) -> str:
        name = _unique(".".join(parts), self._emails)
        return f"{name}@{self._rng.choice(_DOMAINS)}"

    def handle(self, *parts: str) -> str:
        return _unique("_".join(parts), self._handles)


def respelled(rng: Random, number: str) -> str:
    """A number of ours, such as `+44 20 7946 0123`, as somebody may type it. All spellings carry the country."""
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


def address(rng: Random, site: Site, label: str) -> dict[str, object]:
    return {
        "label": label,
        "lines": [f"{rng.randint(1, 180)} {rng.choice(STREETS)}"],
        "city": site.city,
        "region": site.region,
        "postal_code": postal_code(rng, site),
        "country": "GB",
        "primary": True,
    }


def point(kind: ContactKind, value: str, **more: object) -> dict[str, object]:
    return {"kind": kind.value, "value": value, **more}


def _numbers(area: str, exchange: str, first: int = 0) -> list[str]:
    """Such as 113 496 0123; every exchange kept free for drama is followed by four figures."""
    return [f"{area} {exchange} 0{number:03d}" for number in range(first, 1_000)]


def _next(pool: list[str]) -> str | None:
    return f"+44 {pool.pop()}" if pool else None


def _shuffled(rng: Random, numbers: list[str]) -> list[str]:
    rng.shuffle(numbers)
    return numbers


def _unique(name: str, given: set[str]) -> str:
    """Unique as any normalisation sees it: whatever is no letter or figure does not count."""
    kept = "".join(letter for letter in name.lower() if letter.isascii() and (letter.isalnum() or letter in "._"))
    number, candidate = 1, kept
    while (folded := candidate.replace(".", "").replace("_", "")) in given:
        number += 1
        candidate = f"{kept}{number}"
    given.add(folded)
    return candidate
