"""A synthetic shop of any size: its customers, interactions and receipts, the same every time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Any, TypeVar

from app.sample.names import CULTURES

T = TypeVar("T")

START = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
_YEAR = timedelta(days=330)
SOURCE = "till"
CURRENCY = "GBP"
SITES = [f"Site {n}" for n in range(1, 11)]
_CUSTOMERS_PER_REGULAR = 20
OWNERS = ("Amara", "Ben", None, None, "Amara", None)


@dataclass(frozen=True)
class Scale:
    customers: int
    interactions: int
    receipts: int
    regulars: bool = False
    """One customer in twenty has most of the interactions and receipts, so that their timelines fill pages."""


def timestamp(n: int, count: int) -> datetime:
    """The time of the n-th of `count` records, which are distributed evenly over a year."""
    return START + _YEAR * (n / max(count, 1))


def customer(n: int) -> dict[str, Any]:
    """The n-th customer as a front end sends it."""
    family, given = family_name(n), None if is_organization(n) else given_name(n)
    town, area = _skewed(_TOWNS, n, "town")
    return {
        "kind": "person" if given else "organization",
        "display_name": f"{given} {family}" if given else f"{family} & Sons",
        "given_name": given,
        "family_name": family if given else None,
        "contact_points": [
            {"kind": "phone", "value": phone(n), "label": "mobile", "primary": True},
            {"kind": "email", "value": email(n), "primary": True},
        ],
        "identities": [{"system": "loyalty", "external_id": loyalty_number(n)}],
        "addresses": [
            {
                "lines": [f"{n % 240 + 1} {_MIDDLES[n % len(_MIDDLES)].title()} Street"],
                "city": town,
                "postal_code": f"{area}{n % 29 + 1} {n % 9 + 1}AB",
                "country": "GB",
                "primary": True,
            }
        ],
        "tags": ["newsletter"] if n % 3 else ["newsletter", "vip"],
        "owner": OWNERS[n % len(OWNERS)],
        "acquisition_source": "walk-in",
        "preferences": _PREFERENCES if n % 4 == 0 else {},
    }


def is_organization(n: int) -> bool:
    return n % 12 == 7


def given_name(n: int) -> str:
    """One of some 330 given names, the first of which are much more frequent."""
    return _skewed(_GIVEN_NAMES, n, "given")


def family_name(n: int) -> str:
    """For every third customer one of the most frequent names, one in six of them Smith; or one of 27,000 others, so
    that search has a vocabulary to work with.
    """
    if _fraction(n, "family") < 1 / 3:
        return _skewed(_FREQUENT_NAMES, n, "name")
    n = n * 7_919
    start, rest = n % len(_STARTS), n // len(_STARTS)
    return f"{_STARTS[start]}{_MIDDLES[rest % len(_MIDDLES)]}{_ENDS[rest // len(_MIDDLES) % len(_ENDS)]}"


def phone(n: int) -> str:
    digits = f"{7_400_000_000 + n * 7_368_787 % 200_000_000:010d}"  # further ranges are not all in use
    return f"0{digits[:4]} {digits[4:]}"


def e164(n: int) -> str:
    return "+44" + phone(n)[1:].replace(" ", "")


def email(n: int) -> str:
    return f"{family_name(n).lower()}{n}@{_skewed(_MAIL_DOMAINS, n, 'domain')}"


def loyalty_number(n: int) -> str:
    return f"L{n:08d}"


def baskets(count: int = 400) -> list[dict[str, Any]]:
    """Receipts of three lines without number, time and customer, of which all others are copies."""
    rng = Random(20_250_106)
    receipts = []
    for _ in range(count):
        lines = []
        total = 0
        for number, item in enumerate(rng.sample(range(300), 3), start=1):
            quantity, pence = rng.randint(1, 4), 150 + item * 37 % 2_400
            total += quantity * pence
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
        receipts.append(
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
                "payments": [{"method": "card", "amount": _money(total), "reference": "auth A12345"}],
                "total": _money(total),
            }
        )
    return receipts


def receipt(basket: dict[str, Any], number: str, occurred_at: datetime, customer: int) -> dict[str, Any]:
    """A receipt as a till sends it; `customer` is the index of the customer."""
    return {
        **basket,
        "receipt_no": number,
        "occurred_at": occurred_at.isoformat(),
        "business_date": occurred_at.date().isoformat(),
        "customer": {"identity": {"system": "loyalty", "external_id": loyalty_number(customer)}},
    }


def interactions() -> list[dict[str, Any]]:
    """Interactions without time and customer, of which all others are copies."""
    kinds = [("call", "phone"), ("message", "email"), ("message", "whatsapp"), ("meeting", "in_person")]
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
        for n, (kind, channel) in enumerate(kinds * 8)
        for direction in ("inbound", "outbound")
    ]


def owners(count: int, scale: Scale, regular_share: float) -> Iterator[int]:
    """The indexes of the customers of `count` records, in the order of the records."""
    regular_customers = regulars(scale)
    to_regulars = round(count * regular_share) if regular_customers else 0
    indexes = [regular_customers[n % len(regular_customers)] for n in range(to_regulars)]
    indexes += [n % scale.customers for n in range(count - to_regulars)]
    Random(count).shuffle(indexes)
    return iter(indexes)


def regulars(scale: Scale) -> list[int]:
    """The indexes of the regular customers."""
    return list(range(0, scale.customers, _CUSTOMERS_PER_REGULAR)) if scale.regulars else []


def _skewed(choices: Sequence[T], n: int, of_what: str) -> T:
    """The first ones are much more frequent: of 40, one in six, and the last one in eighty."""
    return choices[int(len(choices) * _fraction(n, of_what) ** 2)]


def _fraction(n: int, of_what: str) -> float:
    """From 0 up to 1, by chance but the same every time."""
    return int.from_bytes(blake2b(f"{of_what} {n}".encode(), digest_size=4).digest()) / 2**32


def _money(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


_PREFERENCES = {"channels": ["phone", "email"], "standing_instructions": ["Trim the steaks"]}
_GIVEN_NAMES = [part.text for culture in CULTURES for part in culture.given]
_FREQUENT_NAMES, _MAIL_DOMAINS = (
    listed.split()
    for listed in (
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White "
        "Roberts Green Hall Thomas Clarke Jackson Wood Harris Edwards Turner Martin Cooper Hill Ward Hughes Moore "
        "Clark King Harrison Lewis Baker Lee Allen Morris Khan",
        "gmail.com outlook.com hotmail.com yahoo.co.uk icloud.com example.com example.org",
    )
)
_TOWNS = [
    ("London", "SE"),
    ("Leeds", "LS"),
    ("Manchester", "M"),
    ("Bristol", "BS"),
    ("York", "YO"),
    ("Bath", "BA"),
    ("Sheffield", "S"),
    ("Glasgow", "G"),
    ("Cardiff", "CF"),
]
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
