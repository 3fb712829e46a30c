"""The requests of the measurements, over the whole data set in random order."""

import json
from datetime import datetime, timedelta
from random import Random
from urllib.parse import quote
from uuid import UUID

from benchmarks import client, shop
from benchmarks.load import LoadedShop

_MAX_REQUESTS = 20_000


def one_customer(loaded: LoadedShop) -> list[bytes]:
    return [client.get(f"/v1/customers/{id_}") for id_ in _sample_ids(loaded.customers)]


def customers(loaded: LoadedShop) -> list[bytes]:
    return [client.get("/v1/customers?limit=50")]


def timelines(loaded: LoadedShop) -> list[bytes]:
    """Timelines of customers with enough entries to fill a page, where there are any."""
    regulars = [loaded.customers[n] for n in shop.regulars(loaded.scale)] or loaded.customers
    return [client.get(f"/v1/customers/{id_}/timeline?limit=50") for id_ in _sample_ids(regulars)]


def profiles(loaded: LoadedShop) -> list[bytes]:
    return [client.get(f"/v1/customers/{id_}/profile") for id_ in _sample_ids(loaded.customers)]


def lookups(loaded: LoadedShop) -> list[bytes]:
    numbers = [quote(shop.e164(n), safe="") for n in _sample_indexes(loaded)]
    return [client.get(f"/v1/customers/lookup?phone={number}") for number in numbers]


def receipts(loaded: LoadedShop) -> list[bytes]:
    return [client.post("/v1/sales", body) for body in receipt_bodies(loaded)]


def receipt_bodies(loaded: LoadedShop, count: int = 4_000) -> list[bytes]:
    """Receipts of three lines of known customers; `{number}` is the placeholder of the receipt number."""
    baskets, buyers = shop.baskets(), _sample_indexes(loaded)
    return [
        json.dumps(shop.receipt(baskets[n % len(baskets)], "{number}", _timestamp(n), buyers[n % len(buyers)])).encode()
        for n in range(count)
    ]


def searches(loaded: LoadedShop) -> dict[str, list[bytes]]:
    """Requests by the kind of search term."""
    indexes = _sample_indexes(loaded)[:1_000]
    terms = {
        "exact": [shop.family_name(n) for n in indexes],
        "prefix": [shop.family_name(n)[:5] for n in indexes],
        "mistyped": [_mistyped(shop.family_name(n)) for n in indexes],
        "two words": [shop.customer(n)["display_name"] for n in indexes],
        "phone": [shop.phone(n) for n in indexes],
        "last six digits": [shop.phone(n)[-6:] for n in indexes],
        "e-mail": [shop.email(n) for n in indexes],
    }
    return {
        kind: [client.get(f"/v1/customers?q={quote(q)}&limit=20") for q in queries] for kind, queries in terms.items()
    }


def _timestamp(n: int) -> datetime:
    return shop.START + timedelta(days=340, seconds=n)


def _mistyped(name: str) -> str:
    """Swaps two letters in the middle."""
    middle = len(name) // 2
    return name[:middle] + name[middle + 1] + name[middle] + name[middle + 2 :]


def _sample_ids(ids: list[UUID]) -> list[UUID]:
    return Random(7).sample(ids, min(len(ids), _MAX_REQUESTS))


def _sample_indexes(loaded: LoadedShop) -> list[int]:
    return Random(7).sample(range(loaded.scale.customers), min(loaded.scale.customers, _MAX_REQUESTS))
