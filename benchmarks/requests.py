"""The requests of the measurements, over the whole data set in random order."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from urllib.parse import quote
from uuid import UUID

from benchmarks import client, shop
from benchmarks.load import LoadedShop

_MAX_REQUESTS = 20_000
_PAGE = 20
"""Customers on a page of a search."""


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
    """Requests by what is searched for."""
    indexes = _sample_indexes(loaded)[:1_000]
    people = [n for n in indexes if not shop.is_organization(n)]

    def each(of_customer: Callable[[int], str], filters: str = "") -> list[bytes]:
        return [search(of_customer(n), filters) for n in indexes]

    return {
        "A family name": each(shop.family_name),
        "A name of many": [search("Smith"), search("Jones"), search("Taylor")],
        "A name of nobody": each(lambda n: f"{shop.family_name(n)[::-1]}xq"),
        "A beginning": each(lambda n: shop.family_name(n)[:5]),
        "One or two letters": each(lambda n: shop.family_name(n)[: 1 + n % 2]),
        "A mistyped name": each(lambda n: _mistyped(shop.family_name(n))),
        "Given and family name": [search(shop.customer(n)["display_name"]) for n in people],
        "A given name and a name of many": [search(f"{shop.given_name(n)} Smith") for n in people],
        "Two words of many": [search("London @gmail.com"), search("Leeds Smith"), search("Smith @outlook.com")],
        "Two words of many, of nobody both": [search("London Leeds"), search("@gmail.com @outlook.com")],
        "A mail domain": [search("@gmail.com"), search("@hotmail.com"), search("@icloud.com")],
        "A phone number": each(shop.phone),
        "Last four digits": each(lambda n: shop.phone(n)[-4:]),
        "Last six digits": each(lambda n: shop.phone(n)[-6:]),
        "A name and last digits": each(lambda n: f"{shop.family_name(n)} {shop.phone(n)[-4:]}"),
        "An e-mail address": each(shop.email),
        "A postal code": each(lambda n: shop.customer(n)["addresses"][0]["postal_code"]),
        "A name, with a tag": each(shop.family_name, "&tag=vip"),
        "A name of many, with tag and owner": [search(q, "&tag=vip&owner=ben") for q in ("Smith", "Jones", "Hall")],
        "A town, of one kind": [search(q, "&kind=organization") for q in ("London", "Leeds", "York")],
    }


def search(q: str, filters: str = "") -> bytes:
    return client.get(f"/v1/customers?q={quote(q)}&limit={_PAGE}{filters}")


def shorter_page(request: bytes, limit: int) -> bytes:
    """The same search, with a page of so many."""
    return request.replace(b"&limit=%d" % _PAGE, b"&limit=%d" % limit, 1)


def next_page(request: bytes, cursor: str) -> bytes:
    head, _, rest = request.partition(b" HTTP")
    return b"%b&cursor=%b HTTP%b" % (head, cursor.encode(), rest)


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
