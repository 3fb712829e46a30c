"""A made-up shop of any size: what its customers, conversations and receipts look like. The same every time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from app.sample.names import CULTURES

START = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
_YEAR = timedelta(days=330)
SOURCE = "till"
CURRENCY = "GBP"
SITES = [f"Site {n}" for n in range(1, 11)]
_REGULAR = 20
"""One customer in so many is a regular."""


@dataclass(frozen=True)
class Scale:
    customers: int
    interactions: int
    receipts: int
    regulars: bool = False
    """A twentieth of the customers has most of the conversations, so that their timelines fill pages."""


def happened(n: int, count: int) -> datetime:
    """When the n-th of so many things happened: evenly over a year."""
    return START + _YEAR * (n / max(count, 1))


def customer(n: int) -> dict[str, Any]:
    """The n-th customer, as a front end would send it."""
    name = family(n)
    given = _GIVEN[n % len(_GIVEN)]
    return {
        "kind": "person",
        "display_name": f"{given} {name}",
        "given_name": given,
        "family_name": name,
        "contact_points": [
            {"kind": "phone", "value": phone(n), "label": "mobile", "primary": True},
            {"kind": "email", "value": email(n), "primary": True},
        ],
        "identities": [{"system": "loyalty", "external_id": card(n)}],
        "addresses": [
            {
                "lines": [f"{n % 240 + 1} {_MIDDLES[n % len(_MIDDLES)].title()} Street"],
                "city": "Leeds",
                "postal_code": f"LS{n % 29 + 1} {n % 9 + 1}AB",
                "country": "GB",
                "primary": True,
            }
        ],
        "tags": ["newsletter"] if n % 3 else ["newsletter", "vip"],
        "acquisition_source": "walk-in",
        "preferences": _WISHES if n % 4 == 0 else {},
    }


def family(n: int) -> str:
    """One of 27,000 names, so that search has a vocabulary to work with."""
    n = n * 7_919
    start, rest = n % len(_STARTS), n // len(_STARTS)
    return f"{_STARTS[start]}{_MIDDLES[rest % len(_MIDDLES)]}{_ENDS[rest // len(_MIDDLES) % len(_ENDS)]}"


def phone(n: int) -> str:
    digits = f"{7_400_000_000 + n * 7_368_787 % 500_000_000:010d}"
    return f"0{digits[:4]} {digits[4:]}"


def e164(n: int) -> str:
    return "+44" + phone(n)[1:].replace(" ", "")


def email(n: int) -> str:
    return f"{family(n).lower()}{n}@example.com"


def card(n: int) -> str:
    return f"L{n:08d}"


def baskets(count: int = 400) -> list[dict[str, Any]]:
    """Receipts of three lines without number, moment and buyer: what all the others are copies of."""
    rng = Random(20_250_106)
    made = []
    for _ in range(count):
        lines = []
        for number, item in enumerate(rng.sample(range(300), 3), start=1):
            quantity, pence = rng.randint(1, 4), 150 + item * 37 % 2_400
            lines.append(
                {
                    "line_no": number,
                    "sku": f"SKU-{item:04d}",
                    "name": f"Product number {item}",
                    "category": f"Category {item % 12}",
                    "quantity": str(quantity),
                    "unit_price": _money(pence),
                    "discount": "0.00",
                    "tax": _money(quantity * pence // 6),
                    "total": _money(quantity * pence),
                }
            )
        total = _money(sum(round(float(line["total"]) * 100) for line in lines))
        made.append(
            {
                "source": SOURCE,
                "receipt_no": "",
                "occurred_at": "",
                "business_date": "2025-01-06",
                "site": rng.choice(SITES),
                "till": str(rng.randint(1, 4)),
                "operator": rng.choice(("Ann", "Bob", "Cy")),
                "currency": CURRENCY,
                "customer": {"identity": {"system": "loyalty", "external_id": ""}},
                "lines": lines,
                "payments": [{"method": "card", "amount": total, "reference": "auth A12345"}],
                "total": total,
            }
        )
    return made


def draft_receipt(basket: dict[str, Any], number: str, occurred_at: datetime, buyer: int) -> dict[str, Any]:
    """As a till sends it."""
    customer = {"identity": {"system": "loyalty", "external_id": card(buyer)}}
    return {
        **basket,
        "receipt_no": number,
        "occurred_at": occurred_at.isoformat(),
        "business_date": occurred_at.date().isoformat(),
        "customer": customer,
    }


def conversations() -> list[dict[str, Any]]:
    """Kinds of interactions without moment and customer: what all the others are copies of."""
    ways = [("call", "phone"), ("message", "email"), ("message", "whatsapp"), ("meeting", "in_person")]
    return [
        {
            "kind": kind,
            "channel": channel,
            "direction": direction,
            "subject": f"About order {n}",
            "body": "They asked when it would be there, and whether it could be wrapped as a present. " * (1 + n % 3),
            "staff": ("Ann", "Bob", "Cy")[n % 3],
            "outcome": "answered" if n % 2 else None,
        }
        for n, (kind, channel) in enumerate(ways * 8)
        for direction in ("inbound", "outbound")
    ]


def spread(things: int, scale: Scale, regular_share: float) -> Iterator[int]:
    """Whose the things are, in the order in which they happen."""
    regulars = regular(scale)
    to_regulars = round(things * regular_share) if regulars else 0
    owners = [n % len(regulars) for n in range(to_regulars)] if regulars else []
    owners = [regulars[n] for n in owners] + [n % scale.customers for n in range(things - to_regulars)]
    Random(len(owners)).shuffle(owners)
    return iter(owners)


def regular(scale: Scale) -> list[int]:
    return list(range(0, scale.customers, _REGULAR)) if scale.regulars else []


def _money(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


_WISHES = {"channels": ["phone", "email"], "standing_instructions": ["Trim the steaks"]}
_GIVEN = [part.text for culture in CULTURES for part in culture.given]
_STARTS, _MIDDLES, _ENDS = (
    listed.split()
    for listed in (
        "Ash Birch Black Brad Brom Car Chad Clay Cor Cran Dal Dun East El Fair Farn Gar Glen Green Hal Har Hart Hazel "
        "Hey High Holl Kirk Lang Lea Lin Long Mar Mel Mor Nor Oak Old Pem Pick Rad Raven Red Row Sal Sand Shaw Shel "
        "Sil Stan Stock Sut Thorn Thur Tun Wal War Wether Whit Wood",
        "a al an ar av el en er es il in ing is it le li lo mer min ner o on or ra ri ros tin ver vin win",
        "beck bridge brook bury by combe cote dale den field ford ham ley ton worth",
    )
)
