"""Measures of sales: cases that can be counted by hand, and every grouping against Python over random receipts."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests import make
from tests.support.api import pointers
from tests.support.shares import share

PATH, SALES = "/v1/sales/measures", "/v1/sales"
PERIODS = ("day", "week", "month", "quarter", "year")
GROUPS = (
    *PERIODS,
    "weekday",
    "hour",
    "site",
    "till",
    "operator",
    "channel",
    "source",
    "kind",
    "sku",
    "category",
    "tag",
)
LINES = ("sku", "category")
YEAR = {"since": "2026-01-01", "before": "2027-01-01"}


async def measured(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(PATH, params=YEAR | query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestByHand:
    async def test_no_receipts(self, client: httpx.AsyncClient) -> None:
        found = await measured(client, group_by="site")
        assert (found["all"], found["items"], found["group_count"]) == ([], [], 0)

    async def test_a_sale_and_its_return(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        lines = [make.line("10.00", quantity="2", unit_price="5.00"), make.line("4.00", sku="JAM-1", category="jam")]
        sold = await make.record_sale(
            client, customer={"id": customer["id"]}, lines=lines, total="14.00", payments=[], operator="Ada"
        )
        await make.record_sale(client, lines=[make.refund(sold["receipt_no"], total="-5.00", unit_price="5.00")],
                               total="-5.00", payments=[])  # fmt: skip
        found = await measured(client)
        assert found["all"] == [
            {
                "currency": "GBP",
                "receipts": 2,
                "purchases": 1,
                "returns": 1,
                "customers": 1,
                "units": "2",
                "gross": "14.00",
                "refunded": "5.00",
                "net": "9.00",
                "net_per_purchase": "9.00",
                "units_per_purchase": "2.00",
                "refunded_share": 0.3571,
                "capture": found["all"][0]["capture"],
            }
        ]
        assert found["items"] == []
        jam = (await measured(client, sku="JAM-1"))["all"]
        assert [(f["receipts"], f["gross"], f["units"], f["capture"]["share"]) for f in jam] == [(1, "4.00", "1", 1.0)]
        by_operator = await measured(client, group_by="operator", then_by="category")
        assert [(i["key"], i["then_key"], i["figures"]["net"]) for i in by_operator["items"]] == [
            ("Ada", None, "10.00"),
            ("Ada", "jam", "4.00"),
            (None, None, "-5.00"),
        ]

    async def test_a_voided_receipt_does_not_count(self, client: httpx.AsyncClient) -> None:
        sale = await make.record_sale(client)
        await client.post(f"{SALES}/{sale['id']}/void", json={"reason": "Rung up twice"})
        assert (await measured(client))["all"] == []

    async def test_currencies_are_never_added_up(self, client: httpx.AsyncClient) -> None:
        for currency in ("GBP", "EUR"):
            await make.record_sale(client, currency=currency)
        assert [(f["currency"], f["net"]) for f in (await measured(client))["all"]] == [
            ("EUR", "10.00"),
            ("GBP", "10.00"),
        ]
        assert [f["currency"] for f in (await measured(client, currency="EUR"))["all"]] == ["EUR"]

    async def test_hours_are_those_of_the_site(self, client: httpx.AsyncClient) -> None:
        at = "2026-07-01T23:30:00Z"
        site = (await make.record_sale(client, site="Tokyo", occurred_at=at))["site"]
        await make.record_sale(client, site="London", occurred_at=at)
        sites = (await client.get("/v1/sites")).json()["items"]
        (tokyo,) = [found for found in sites if found["code"] == site]
        headers = {"content-type": "application/merge-patch+json"}
        changed = await client.patch(f"/v1/sites/{tokyo['id']}", json={"time_zone": "Asia/Tokyo"}, headers=headers)
        assert changed.status_code == 200
        found = await measured(client, group_by="hour", then_by="site", time_zone="Europe/London")
        assert [(i["key"], i["then_key"]) for i in found["items"]] == [("00", "London"), ("08", "Tokyo")]

    async def test_weekdays_and_hours_are_of_one_local_time(self, client: httpx.AsyncClient) -> None:
        """In Auckland, Saturday has begun; in UTC and New York it is still Friday."""
        customer = await make.create_customer(client)
        at = "2026-02-21T00:30:00+13:00"
        sale = await make.record_sale(client, occurred_at=at, customer={"id": customer["id"]})
        assert sale["business_date"] == "2026-02-21"

        async def keys(by: str, then: str | None = None, **query: Any) -> tuple[str, str | None]:
            grouped = {"group_by": by} | ({"then_by": then} if then else {})
            (item,) = (await measured(client, **grouped, **query))["items"]
            return item["key"], item["then_key"]

        assert await keys("weekday", "hour") == ("5", "11")
        assert await keys("day", "hour", time_zone="America/New_York") == ("2026-02-20", "06")
        assert await keys("day", "hour", time_zone="Pacific/Auckland") == ("2026-02-21", "00")
        assert await keys("weekday", "day") == ("5", "2026-02-20")
        assert await keys("weekday", time_zone="Pacific/Auckland") == ("6", None)
        # Trading days are what the till and its clock say.
        assert await keys("day", time_zone="America/New_York") == ("2026-02-21", None)
        habits = (await client.get(f"/v1/customers/{customer['id']}/profile")).json()["habits"]
        assert (habits["by_weekday"][4], habits["by_hour"][11]) == (1, 1)

    async def test_a_site_whose_time_zone_is_set_later(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(client, site="Tokyo", occurred_at="2026-02-20T23:30:00Z")
        (tokyo,) = (await client.get("/v1/sites")).json()["items"]
        headers = {"content-type": "application/merge-patch+json"}
        await client.patch(f"/v1/sites/{tokyo['id']}", json={"time_zone": "Asia/Tokyo"}, headers=headers)
        for by, expected in (("weekday", "6"), ("day", "2026-02-21")):
            (item,) = (await measured(client, group_by=by, then_by="hour", time_zone="Europe/London"))["items"]
            assert (item["key"], item["then_key"]) == (expected, "08")

    async def test_products_have_their_tax_on_both_sides(self, client: httpx.AsyncClient) -> None:
        """Sold by the web shop with tax on top, and taken back by a till with tax inside."""
        shirts = make.line("20.00", sku="SHIRT", quantity="2", unit_price="10.00", category="tops", tax="4.00")
        mug = make.line("5.00", sku="MUG", category="home", tax="1.00")
        taxes = [{"amount": "5.00", "included": False}]
        await make.record_sale(
            client, source="web", receipt_no="1", lines=[shirts, mug], taxes=taxes, total="30.00", payments=[]
        )
        back = make.refund("1", 1, "-2", "-24.00", sku="SHIRT", unit_price="12.00", category="tops", tax="-4.00")
        back["refund_of"]["source"] = "web"
        taxes = [{"amount": "-4.00", "included": True}]
        await make.record_sale(client, lines=[back], taxes=taxes, total="-24.00", payments=[])
        for by in ("sku", "category"):
            items = (await measured(client, group_by=by))["items"]
            found = [tuple(i["figures"][name] for name in ("units", "gross", "refunded", "net")) for i in items]
            assert found == [("1", "6.00", "0.00", "6.00"), ("0", "24.00", "24.00", "0.00")]
        (whole,) = (await measured(client))["all"]
        assert (whole["gross"], whole["refunded"], whole["net"]) == ("30.00", "24.00", "6.00")

    async def test_goods_that_were_kept_are_units_that_were_sold(self, client: httpx.AsyncClient) -> None:
        await make.record_sale(
            client, make.sale(receipt_no="S", lines=[make.line("20.00", quantity="2")], total="20.00")
        )
        line = make.refund("S")
        line["refund_of"]["goods_kept"] = True
        await make.record_sale(client, make.sale(lines=[line], payments=[], total="-10.00"))
        for query in ({}, {"sku": "TEA-1"}, {"group_by": "sku"}):
            (group,) = (await measured(client, **query))["all"]
            assert (group["units"], group["refunded"], group["net"]) == ("2", "10.00", "10.00")

    async def test_tax_on_top_beside_a_larger_discount(self, client: httpx.AsyncClient) -> None:
        line = make.line("100.00", tax="8.00")
        taxes = [{"amount": "8.00", "included": False}]
        await make.record_sale(client, lines=[line], taxes=taxes, discount="10.00", total="98.00", payments=[])
        (item,) = (await measured(client, group_by="sku"))["items"]
        assert (item["figures"]["gross"], item["figures"]["refunded"]) == ("108.00", "0.00")

    async def test_capture_rate_of_tills(self, client: httpx.AsyncClient) -> None:
        for n in range(4):
            await make.record_sale(client, till="1", customer={"email": f"buyer-{n}@example.com"} if n else None)
        (item,) = (await measured(client, group_by="till"))["items"]
        assert item["figures"]["capture"] == share(3, 4)
        assert item["figures"]["customers"] == 3

    async def test_limit_and_count(self, client: httpx.AsyncClient) -> None:
        for n in range(3):
            await make.record_sale(
                client, till=f"{n}", lines=[make.line(f"{n + 1}.00")], total=f"{n + 1}.00", payments=[]
            )
        found = await measured(client, group_by="till", limit=2)
        assert ([i["key"] for i in found["items"]], found["group_count"]) == (["2", "1"], 3)

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"since": "2026-03-01", "before": "2026-03-01"}, "/query/since"),
            ({"since": "1999-01-01"}, "/query/since"),
            ({"since": "2024-01-01", "group_by": "day"}, "/query/group_by"),
            ({"then_by": "site"}, "/query/then_by"),
            ({"group_by": "site", "then_by": "site"}, "/query/then_by"),
            ({"group_by": "moon"}, "/query/group_by"),
        ],
    )
    async def test_refused(self, client: httpx.AsyncClient, query: dict[str, str], pointer: str) -> None:
        answer = await client.get(PATH, params={"before": "2026-03-02"} | query)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])


class TestWhatReturnsAreOf:
    """A line that gives back a known line counts for that line's product, where it does not name its own."""

    @staticmethod
    async def keys(client: httpx.AsyncClient, by: str) -> dict[str | None, tuple[str, ...]]:
        items = (await measured(client, group_by=by))["items"]
        return {i["key"]: tuple(i["figures"][name] for name in ("units", "gross", "refunded", "net")) for i in items}

    @pytest.mark.parametrize("sale_first", [True, False])
    @pytest.mark.parametrize("names_sku", [True, False])
    async def test_in_both_orders(self, client: httpx.AsyncClient, sale_first: bool, names_sku: bool) -> None:
        line = make.line("20.00", sku="N", category="C", batch="L1", quantity="2", unit_price="10.00")
        sale = make.sale(receipt_no="S", lines=[line], total="20.00", payments=[])
        back = make.sale(
            receipt_no="B", lines=[make.refund("S", sku="N" if names_sku else None)], total="-10.00", payments=[]
        )
        for body in (sale, back) if sale_first else (back, sale):
            await make.record_sale(client, body)
        left = ("1", "20.00", "10.00", "10.00")
        assert (await self.keys(client, "category"), await self.keys(client, "sku")) == ({"C": left}, {"N": left})
        for query in ({"sku": "N"}, {"category": "C"}, {"sku": "N", "category": "C"}):
            (figures,) = (await measured(client, **query))["all"]
            assert (figures["units"], figures["net"], figures["refunded_share"]) == ("1", "10.00", 0.5), query
            assert len((await client.get(SALES, params=query)).json()["items"]) == 2
        found = (await client.get(SALES, params={"batch": "L1", "sku": "N"})).json()["items"]
        assert {sale["receipt_no"] for sale in found} == {"S", "B"}
        lines = {sale["receipt_no"]: sale["lines"][0] for sale in found}
        assert (lines["B"]["category"], lines["B"]["batch"]) == (None, None), "a receipt says what its till said"

    async def test_what_it_names_itself_stands(self, client: httpx.AsyncClient) -> None:
        lines = [make.line(category="hot"), make.line(sku="M", category="cold")]
        await make.record_sale(client, receipt_no="S", lines=lines, total="20.00", payments=[])
        await make.record_sale(client, lines=[make.refund("S", category="drinks")], total="-10.00", payments=[])
        assert await self.keys(client, "category") == {
            "hot": ("1", "10.00", "0.00", "10.00"),
            "cold": ("1", "10.00", "0.00", "10.00"),
            "drinks": ("-1", "0.00", "10.00", "-10.00"),
        }

    async def test_revisions_and_voids(self, client: httpx.AsyncClient) -> None:
        async def both() -> tuple[dict[str | None, tuple[str, ...]], ...]:
            return await self.keys(client, "category"), await self.keys(client, "sku")

        sale = make.sale(receipt_no="S", lines=[make.line(category="tea")])
        await make.record_sale(client, sale)
        body = make.sale(receipt_no="B", lines=[make.refund("S", sku=None)], total="-10.00", payments=[])
        back = await make.record_sale(client, body)
        even = ("0", "10.00", "10.00", "0.00")
        revised = {"revision": 1, "lines": [make.line(category="drinks", sku="TEA-2")]}
        await make.record_sale(client, sale | revised, 200)
        assert await both() == ({"drinks": even}, {"TEA-2": even})
        await make.record_sale(client, body | {"revision": 1, "lines": [make.refund("S", sku="TEA-2")]}, 200)
        assert await both() == ({"drinks": even}, {"TEA-2": even})
        alone = {"revision": 2, "lines": [make.line("-10.00", sku=None, quantity="-1", unit_price="10.00")]}
        await make.record_sale(client, body | alone, 200)
        sold, taken = ("1", "10.00", "0.00", "10.00"), ("-1", "0.00", "10.00", "-10.00")
        assert await both() == ({"drinks": sold, None: taken}, {"TEA-2": sold, None: taken})
        await make.record_sale(client, body | {"revision": 3}, 200)
        assert await both() == ({"drinks": even}, {"TEA-2": even})
        answer = await client.post(f"{SALES}/{back['id']}/void", json={"reason": "Rung up twice"})
        assert answer.status_code == 200
        assert await both() == ({"drinks": sold}, {"TEA-2": sold})

    async def test_what_does_not_fit_is_of_no_other_product(self, client: httpx.AsyncClient) -> None:
        """As it takes nothing from the line that it names."""
        await make.record_sale(client, lines=[make.refund("S", sku="M")], total="-10.00", payments=[])
        sale = await make.record_sale(client, receipt_no="S", lines=[make.line(category="tea")])
        assert sale["over_returned"]
        assert await self.keys(client, "category") == {
            "tea": ("1", "10.00", "0.00", "10.00"),
            None: ("-1", "0.00", "10.00", "-10.00"),
        }

    async def test_favourites_and_measures_agree(self, client: httpx.AsyncClient) -> None:
        buyer = {"id": (await make.create_customer(client))["id"]}
        line = make.line("50.00", quantity="5", unit_price="10.00")
        await make.record_sale(client, receipt_no="S", lines=[line], total="50.00", payments=[], customer=buyer)
        back = make.refund("S", quantity="-4", total="-40.00", sku=None)
        await make.record_sale(client, lines=[back], total="-40.00", payments=[])
        profile = (await client.get(f"/v1/customers/{buyer['id']}/profile")).json()
        (figures,) = (await measured(client, sku="TEA-1", customer_id=buyer["id"]))["all"]
        assert profile["favourite_products"][0]["quantity"] == figures["units"] == "1"


class TestAgainstPython:
    async def test_every_grouping(self, client: httpx.AsyncClient) -> None:
        draw = random.Random(7)
        tags = await _customers(client, draw)
        for n in range(60):
            await make.record_sale(client, _receipt(draw, n, sorted(tags)))
        receipts = [r for r in (await client.get(SALES, params={"limit": 200})).json()["items"] if not r["voided_at"]]
        pairs = [(by, None) for by in GROUPS] + draw.sample(list(itertools.permutations(GROUPS, 2)), 30)
        for by, then in pairs:
            query = {"group_by": by, "time_zone": "Europe/Paris", "limit": 1_000} | ({"then_by": then} if then else {})
            found = await measured(client, **query)
            counted = _grouped(receipts, tags, by, then)
            assert {
                (_plain(i["key"], by), _plain(i["then_key"], then), i["figures"]["currency"]): _figures(i["figures"])
                for i in found["items"]
            } == counted, (by, then)
            assert found["group_count"] == len(counted)

    @pytest.mark.parametrize("name", ["site", "till", "operator", "channel", "source", "sku", "category", "tag"])
    async def test_every_filter(self, client: httpx.AsyncClient, name: str) -> None:
        draw = random.Random(11)
        tags = await _customers(client, draw)
        for n in range(30):
            await make.record_sale(client, _receipt(draw, n, sorted(tags)))
        receipts = (await client.get(SALES, params={"limit": 200})).json()["items"]
        for value in ("a", "online", "in_store", "weekend"):
            if name == "channel" and value in ("a", "weekend"):
                continue
            found = await measured(client, **{name: value})
            counted = _grouped(receipts, tags, name, None)
            assert {f["currency"]: _figures(f) for f in found["all"]} == {
                currency: figures for (key, _, currency), figures in counted.items() if key == value
            }


Figures = tuple[int, int, int, int, int, Decimal, Decimal, Decimal]


async def _customers(client: httpx.AsyncClient, draw: random.Random) -> dict[str, list[str]]:
    tags = [[], ["weekend"], ["Weekend", "a", "A"], ["a"]]
    made = [await make.create_customer(client, tags=t) for t in tags]
    return {customer["id"]: customer["tags"] for customer in made}


def _receipt(draw: random.Random, n: int, customers: list[str]) -> dict[str, Any]:
    lines = []
    for _ in range(draw.randint(1, 4)):
        quantity, price = draw.choice([-2, -1, 1, 1, 2, 3]), draw.choice(["1.00", "2.50", "10.00"])
        product = draw.choice([("a", "x"), ("b", "x"), ("c", "a"), (None, None)])
        tax = str(quantity * Decimal(price) / 10)[:-1]
        line = {"quantity": str(quantity), "unit_price": price, "sku": product[0], "category": product[1], "tax": tax}
        lines.append(line)
    taxes = sum(Decimal(line["tax"] or 0) for line in lines)
    at = datetime(2026, 1, 5, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=draw.randrange(60 * 24 * 200))
    return {
        "source": draw.choice(["a", "web"]),
        "receipt_no": f"M-{n}",
        "occurred_at": at.isoformat(),
        "currency": draw.choice(["GBP", "GBP", "EUR"]),
        "lines": lines,
        "taxes": [{"amount": str(taxes), "included": draw.random() < 0.5}],
        "site": draw.choice([None, "a", "b"]),
        "till": draw.choice([None, "a", "b"]),
        "operator": draw.choice([None, "a", "b"]),
        "channel": draw.choice(["in_store", "online"]),
        "customer": draw.choice([None, *({"id": customer} for customer in customers)]),
    }


def _plain(key: str | None, by: str | None) -> str | None:
    """A tag is shown in one of its spellings."""
    return key.lower() if key is not None and by == "tag" else key


def _figures(found: dict[str, Any]) -> Figures:
    return (
        found["receipts"],
        found["purchases"],
        found["returns"],
        found["capture"]["count"],
        found["customers"],
        Decimal(found["units"]),
        Decimal(found["gross"]),
        Decimal(found["refunded"]),
    )


def _grouped(
    receipts: Iterable[dict[str, Any]], tags: dict[str, list[str]], by: str, then: str | None
) -> dict[tuple[Any, Any, str], Figures]:
    """Counted the slow way: (key, key of the second grouping, currency) → figures."""
    groups: dict[tuple[Any, Any, str], list[tuple[dict[str, Any], list[dict[str, Any]]]]] = defaultdict(list)
    for receipt in receipts:
        parts: dict[tuple[Any, Any], list[dict[str, Any]]] = defaultdict(list)
        for line in receipt["lines"]:
            is_local = not {by, then}.isdisjoint({"weekday", "hour"})
            for first in _keys(receipt, line, tags, by, is_local):
                for second in _keys(receipt, line, tags, then, is_local):
                    parts[first, second].append(line)
        for (first, second), lines in parts.items():
            groups[first, second, receipt["currency"]].append((receipt, lines))
    return {key: _sum(members) for key, members in groups.items()}


def _keys(
    receipt: dict[str, Any], line: dict[str, Any], tags: dict[str, list[str]], by: str | None, is_local: bool
) -> list[Any]:
    at = datetime.fromisoformat(receipt["occurred_at"]).astimezone(ZoneInfo("Europe/Paris"))
    day = at.date() if is_local else date.fromisoformat(receipt["business_date"])
    match by:
        case None:
            return [None]
        case "day":
            return [day.isoformat()]
        case "week":
            return [(day - timedelta(days=day.weekday())).isoformat()]
        case "month":
            return [day.replace(day=1).isoformat()]
        case "quarter":
            return [day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1).isoformat()]
        case "year":
            return [day.replace(day=1, month=1).isoformat()]
        case "weekday":
            return [str(day.isoweekday())]
        case "hour":
            return [f"{at.hour:02}"]
        case "sku" | "category":
            return [line[by]]
        case "tag":
            return sorted({tag.lower() for tag in tags.get(receipt["customer_id"] or "", [])}) or [None]
    return [receipt[by]]


def _paid(receipt: dict[str, Any], line: dict[str, Any]) -> Decimal:
    """The total of the line, with its tax where that is on top."""
    is_on_top = any(not tax["included"] for tax in receipt["taxes"])
    return Decimal(line["total"]) + (Decimal(line["tax"]) if is_on_top else 0)


def _sum(members: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> Figures:
    totals = [[_paid(receipt, line) for line in lines] for receipt, lines in members]
    gross = [sum(t for t in of_one if t > 0) for of_one in totals]
    refunded = [-sum(t for t in of_one if t < 0) for of_one in totals]
    customers = [receipt["customer_id"] for receipt, _ in members]
    return (
        len(members),
        sum(g > 0 for g in gross),
        sum(r > 0 for r in refunded),
        sum(c is not None for c in customers),
        len({c for c in customers if c is not None}),
        sum((Decimal(line["quantity"]) for _, lines in members for line in lines), Decimal(0)),
        Decimal(sum(gross)),
        Decimal(sum(refunded)),
    )


@pytest.mark.parametrize(("currency", "amount", "each"), [("KWD", "1.234", "1.234"), ("JPY", "1235", "1235.00")])
async def test_net_per_purchase_has_the_decimals_of_the_currency(
    client: httpx.AsyncClient, currency: str, amount: str, each: str
) -> None:
    await make.record_sale(client, currency=currency, lines=[make.line(amount)], total=amount, payments=[])
    (figures,) = (await client.get("/v1/sales/measures")).json()["all"]
    assert (figures["currency"], figures["net_per_purchase"]) == (currency, each)
