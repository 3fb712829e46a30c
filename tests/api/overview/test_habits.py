"""At which hours and on which days customers and their households buy, against all purchases looked through."""

import random
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from tests import make
from tests.support import api
from tests.support.application import TestClock

ZONES = {"york": "Europe/London", "tokyo": "Asia/Tokyo", "nowhere": "America/New_York"}
"""Of sites, and of the source for those that have none."""


def habits(sales: list[dict[str, Any]]) -> dict[str, Any]:
    """Of receipts that are all purchases."""
    local = [
        datetime.fromisoformat(s["occurred_at"]).astimezone(ZoneInfo(ZONES[s["site"] or "nowhere"])) for s in sales
    ]
    days, hours = Counter(at.weekday() for at in local), Counter(at.hour for at in local)
    return {
        "purchases": len(local),
        "by_weekday": [days[day] for day in range(7)],
        "by_hour": [hours[hour] for hour in range(24)],
    }


async def profile(client: httpx.AsyncClient, customer: str) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"/v1/customers/{customer}/profile")
    return found


async def test_of_customers_and_households(client: httpx.AsyncClient, clock: TestClock) -> None:
    dice = random.Random(5)
    ada, bea, cy, dan = [(await make.create_customer(client))["id"] for _ in range(4)]
    bought: dict[str, list[dict[str, Any]]] = {ada: [], bea: [], cy: [], dan: []}
    for n in range(75):
        buyer = ada if n < 55 else dice.choice([bea, cy])
        at = f"2026-0{dice.randint(1, 2)}-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:{n % 60:02}:00+01:00"
        body = make.sale(occurred_at=at, site=dice.choice(["york", "tokyo", "nowhere", None]))
        bought[buyer].append(await make.record_sale(client, body | {"customer": {"id": buyer}}))
    for site in (await api.get(client, "/v1/sites"))["items"]:
        if site["code"] != "nowhere":
            await api.patched(client, f"/v1/sites/{site['id']}", {"time_zone": ZONES[site["code"]]})
    (source,) = (await api.get(client, "/v1/sources"))["items"]
    await api.patched(client, f"/v1/sources/{source['id']}", {"time_zone": ZONES["nowhere"]})
    # What was given back, or is voided, is no habit.
    gone = bought[cy].pop()
    await make.record_return(client, gone, clock.now)
    await api.post(client, f"/v1/sales/{bought[bea].pop()['id']}/void", {"reason": "x"}, 200)
    latest = {who: sorted(sales, key=lambda s: (s["occurred_at"], s["id"]))[-50:] for who, sales in bought.items()}
    for who, sales in latest.items():
        found = await profile(client, who)
        assert (found["habits"], found["household_habits"]) == (habits(sales), None)

    for other, dates in ((bea, {}), (cy, {"since": "2020-01-01"}), (dan, {"until": "2026-01-01"})):
        body = {"customer_id": other, "kind": "household", **dates}
        await api.post(client, f"/v1/customers/{ada}/relationships", body)
    found = await profile(client, ada)
    assert found["habits"] == habits(latest[ada])
    assert found["household_habits"] == habits(latest[ada] + latest[bea] + latest[cy])
    assert (await profile(client, bea))["household_habits"] == habits(latest[ada] + latest[bea])
    assert (await profile(client, dan))["household_habits"] is None
