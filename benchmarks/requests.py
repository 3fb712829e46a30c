"""The requests of each measurement, over the whole data set, in an order that no cache foresees."""

import json
from datetime import datetime, timedelta
from random import Random
from urllib.parse import quote
from uuid import UUID

from benchmarks import client, shop
from benchmarks.loading import Loaded

_MOST = 20_000


def one_customer(loaded: Loaded) -> list[bytes]:
    return [client.get(f"/v1/customers/{id_}") for id_ in _some(loaded.customers)]


def customers(loaded: Loaded) -> list[bytes]:
    return [client.get("/v1/customers?limit=50")]


def timelines(loaded: Loaded) -> list[bytes]:
    """Of the customers whose timelines fill a page, where there are such."""
    regulars = [loaded.customers[n] for n in shop.regular(loaded.scale)] or loaded.customers
    return [client.get(f"/v1/customers/{id_}/timeline?limit=50") for id_ in _some(regulars)]


def profiles(loaded: Loaded) -> list[bytes]:
    return [client.get(f"/v1/customers/{id_}/profile") for id_ in _some(loaded.customers)]


def lookups(loaded: Loaded) -> list[bytes]:
    numbers = [quote(shop.e164(n), safe="") for n in _places(loaded)]
    return [client.get(f"/v1/customers/lookup?phone={number}") for number in numbers]


def receipts(loaded: Loaded) -> list[bytes]:
    return [client.post("/v1/sales", body) for body in receipt_bodies(loaded)]


def receipt_bodies(loaded: Loaded, count: int = 4_000) -> list[bytes]:
    """Receipts of three lines of known customers; `{number}` stands where their numbers belong."""
    baskets, buyers = shop.baskets(), _places(loaded)
    return [
        json.dumps(shop.receipt(baskets[n % len(baskets)], "{number}", _after(n), buyers[n % len(buyers)])).encode()
        for n in range(count)
    ]


def searches(loaded: Loaded) -> dict[str, list[bytes]]:
    """By what is typed: whole names, beginnings, slips of the finger, two words, a number, an address."""
    some = _places(loaded)[:1_000]
    typed = {
        "exact": [shop.family(n) for n in some],
        "prefix": [shop.family(n)[:5] for n in some],
        "mistyped": [_mistyped(shop.family(n)) for n in some],
        "two words": [shop.customer(n)["display_name"] for n in some],
        "phone": [shop.phone(n) for n in some],
        "e-mail": [shop.email(n) for n in some],
    }
    return {kind: [client.get(f"/v1/customers?q={quote(q)}&limit=20") for q in of] for kind, of in typed.items()}


def _after(n: int) -> datetime:
    return shop.START + timedelta(days=340, seconds=n)


def _mistyped(name: str) -> str:
    """Two letters in the wrong order, past the beginning."""
    at = len(name) // 2
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _some(ids: list[UUID]) -> list[UUID]:
    return Random(7).sample(ids, min(len(ids), _MOST))


def _places(loaded: Loaded) -> list[int]:
    return Random(7).sample(range(loaded.scale.customers), min(loaded.scale.customers, _MOST))
