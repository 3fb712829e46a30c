"""The order that lists of customers have to have, and what they are sorted by, worked out from other documents."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tests.support import api

PATH = "/v1/customers"


def ordered(values: Mapping[str, Any], *, descending: bool) -> list[str]:
    """Customers by value and id; those without a value last, whichever way."""
    known = sorted((value, customer) for customer, value in values.items() if value is not None)
    others = sorted(customer for customer, value in values.items() if value is None)
    ascending = [customer for _, customer in known]
    return [*ascending[::-1], *others[::-1]] if descending else [*ascending, *others]


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids on all pages."""
    return [customer["id"] for customer in await api.pages(client, PATH, **query)]


async def require_sorted(client: httpx.AsyncClient, sort: str, values: Mapping[str, Any], **query: Any) -> None:
    """The list has them in order both ways, and the filters of a moment find those that they should."""
    for sign in ("", "-"):
        found = await listed(client, sort=f"{sign}{sort}", **query)
        assert found == ordered(values, descending=sign == "-"), (sign + sort, values)


async def require_since(
    client: httpx.AsyncClient, name: str, values: Mapping[str, Any], moments: Sequence[str]
) -> None:
    """`name_since` and `name_before` share out those who have a value at each of these moments."""
    known = {customer: value for customer, value in values.items() if value is not None}
    for at in moments:
        since = {customer for customer, value in known.items() if value >= at}
        for query, expected in ((f"{name}_since", since), (f"{name}_before", known.keys() - since)):
            found = await listed(client, limit=200, **{query: at})
            assert set(found) == expected and len(found) == len(expected), (query, at)


async def known_since(client: httpx.AsyncClient, customers: Sequence[str]) -> dict[str, str]:
    """What each customer says, which is the earliest entry of their timeline unless they were created before."""
    found = {}
    for customer_id in customers:
        customer = await api.get(client, f"{PATH}/{customer_id}")
        timeline = await api.pages(client, f"{PATH}/{customer_id}/timeline", limit=200)
        assert customer["known_since"] == min([customer["created_at"], *(entry["occurred_at"] for entry in timeline)])
        found[customer_id] = customer["known_since"]
    return found
