"""Whatever happens to receipts, in whatever order and from wherever: the sums are those of the receipts."""

import json
import random
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api, customer_lists, receipt_books

PATH = "/v1/sales"
SOURCES = ("till", "web")
STEPS = 30


class Shop:
    """Two tills and three customers, and the dice that decide what they do."""

    def __init__(self, client: httpx.AsyncClient, seed: int) -> None:
        self.client, self.dice = client, random.Random(seed)
        self.customers: list[str] = []
        self.bodies: dict[tuple[str, str], dict[str, Any]] = {}
        self.done: Counter[str] = Counter()

    async def open(self) -> None:
        for n in range(3):
            customer = await make.create_customer(self.client, identities=[make.identity("card", f"C{n}")])
            self.customers.append(customer["id"])

    def number(self) -> tuple[str, str]:
        """Of a receipt that there is, or that may come."""
        return self.dice.choice(SOURCES), f"N{self.dice.randint(1, 8)}"

    def sold(self) -> dict[str, Any]:
        kind = self.dice.choice(["item"] * 6 + ["discount", "tip", "shipping", "gift_card", "deposit", "rounding"])
        if kind != "item":
            amount = Decimal(self.dice.randint(0, 300)) / 100 * (-1 if kind == "discount" else 1)
            return {"kind": kind, "quantity": "1", "unit_price": str(amount)}
        quantity, price = self.dice.randint(1, 3), Decimal(self.dice.randint(0, 900)) / 100
        line = {"sku": self.dice.choice(["A", "B", None]), "quantity": str(quantity), "unit_price": str(price)}
        return line | ({"tax": "0.50"} if self.dice.random() < 0.2 else {})

    def taken_back(self, own: tuple[str, str]) -> dict[str, Any]:
        source, receipt_no = self.number()
        while (source, receipt_no) == own:
            source, receipt_no = self.number()
        of: dict[str, Any] = {"receipt_no": receipt_no, "line_no": self.dice.randint(1, 2)}
        if source != own[0] or self.dice.random() < 0.3:
            of["source"] = source
        if self.dice.random() < 0.15:
            of["goods_kept"] = True
        amount = Decimal(self.dice.randint(0, 600)) / 100
        if self.dice.random() < 0.3:
            kind = self.dice.choice(["tip", "shipping", "gift_card", "discount", "discount"])
            if kind == "discount":
                taken_back = str(round(amount / 3, 2))
                return {"kind": kind, "quantity": "1", "unit_price": taken_back, "refund_of": of}
            return {"kind": kind, "quantity": "-1", "unit_price": str(amount), "refund_of": of}
        quantity = self.dice.choice(["0", "-1", "-1", "-2"])
        line = {"quantity": quantity, "unit_price": str(amount), "total": str(-amount), "refund_of": of}
        line |= {"tax": "-0.50"} if self.dice.random() < 0.1 else {}
        return line | {"sku": self.dice.choice(["A", "B", None, None])}

    def receipt(self, number: tuple[str, str]) -> dict[str, Any]:
        kind = self.dice.choice(["sale", "sale", "return", "return", "exchange"])
        lines = [self.sold() for _ in range(self.dice.randint(1, 2))] if kind != "return" else []
        lines += [self.taken_back(number)] if kind != "sale" else []
        buyer = self.dice.choice([None, None, {"name": "Ada"}, *range(3)])
        body: dict[str, Any] = {
            "source": number[0],
            "receipt_no": number[1],
            "occurred_at": f"2026-0{self.dice.randint(1, 2)}-{self.dice.randint(1, 28):02}T10:00:00Z",
            "currency": self.dice.choice(["GBP"] * 5 + ["EUR"]),
            "lines": lines,
        }
        if buyer is not None:
            known = {"identity": {"system": "card", "external_id": f"C{buyer}"}}
            body["customer"] = known if isinstance(buyer, int) else buyer
        for name in ("discount", "tip", "shipping", "rounding"):
            if self.dice.random() < (0.4 if name == "discount" else 0.15):
                body[name] = str(Decimal(self.dice.randint(-100, 300)) / 100)
        if self.dice.random() < 0.2:  # a discount, or tax on top
            body["total"] = str(Decimal(self.dice.randint(-500, 2500)) / 100)
        return body

    def draft(self) -> dict[str, Any]:
        """A new receipt, or a newer revision of one that was sent before."""
        number = self.number()
        body = self.receipt(number)
        if number in self.bodies:
            body["revision"] = self.bodies[number].get("revision", 0) + 1
        return body

    def sent(self, body: dict[str, Any], status: int) -> None:
        assert status in (200, 201, 409), body
        self.done[f"{'revision' if 'revision' in body else 'receipt'} {status}"] += 1
        if status != 409:
            self.bodies[body["source"], body["receipt_no"]] = body

    async def step(self) -> None:
        sales = (await api.get(self.client, PATH, limit=200))["items"]
        match self.dice.choice(["record"] * 6 + ["batch"] * 2 + ["claim", "move", "release", "void"]):
            case "record":
                body = self.draft()
                self.sent(body, (await self.client.post(PATH, json=body)).status_code)
            case "batch":
                bodies = [self.draft() for _ in range(4)]
                content = "\n".join(json.dumps(body) for body in bodies)
                answer = await self.client.post(f"{PATH}/batch", content=content, headers=api.JSON_LINES)
                for body, line in zip(bodies, answer.text.splitlines(), strict=True):
                    self.sent(body, json.loads(line)["status"])
            case move if sales:
                sale = self.dice.choice(sales)
                to = {"customer_id": self.dice.choice(self.customers)}
                body = {
                    "claim": to,
                    "move": to | {"moved_from": sale["customer_id"]},
                    "release": {"reason": "x"},
                    "void": {"reason": "x"},
                }[move]
                path = f"{PATH}/{sale['id']}/{'claim' if move == 'move' else move}"
                answer = await self.client.post(path, json=body)
                assert answer.status_code in (200, 409), answer.text
                self.done[f"{move} {answer.status_code}"] += 1

    async def check_lists(self) -> None:
        """Customers are sorted by what their receipts come to."""
        accounts = receipt_books.accounts((await api.get(self.client, PATH, limit=200))["items"])
        created = await customer_lists.listed(self.client, limit=200)
        last: dict[str, Any] = dict.fromkeys(created)
        net: dict[str, dict[str, Any]] = {currency: dict.fromkeys(created) for currency in ("GBP", "EUR")}
        for (customer, currency), totals in accounts.items():
            net[currency][customer] = totals["net"]
            last[customer] = max(filter(None, (last[customer], totals["last_purchase_at"])), default=None)
        await customer_lists.require_sorted(self.client, "last_purchase_at", last)
        for currency, amounts in net.items():
            await customer_lists.require_sorted(self.client, "net", amounts, currency=currency)
        since = await customer_lists.known_since(self.client, created)
        await customer_lists.require_sorted(self.client, "known_since", since)

    async def check_products(self) -> None:
        """What gives back a known line is of its product, if it names none."""
        sales = (await api.get(self.client, PATH, limit=200))["items"]
        lines = {(s["source"], s["receipt_no"], line["line_no"]): (s, line) for s in sales for line in s["lines"]}
        units: defaultdict[tuple[str | None, str], Decimal] = defaultdict(Decimal)
        for sale in sales:
            for line in sale["lines"]:
                if sale["voided_at"] or line["kind"] != "item":
                    continue
                sku, of = line["sku"], line["refund_of"]
                if of and not sku and (of["source"], of["receipt_no"], of["line_no"]) in lines:
                    sold, sold_line = lines[of["source"], of["receipt_no"], of["line_no"]]
                    if (sold["currency"], sold_line["kind"]) == (sale["currency"], "item"):
                        sku = sold_line["sku"]
                units[sku, sale["currency"]] += Decimal(0 if of and of["goods_kept"] else line["quantity"])
        found = await api.get(self.client, f"{PATH}/measures", since="2026-01-01", before="2027-01-01", group_by="sku")
        assert {(i["key"], i["figures"]["currency"]): Decimal(i["figures"]["units"]) for i in found["items"]} == units

    async def check(self) -> None:
        sales = (await api.get(self.client, PATH, limit=200))["items"]
        by_number = {(sale["source"], sale["receipt_no"]): sale for sale in sales}
        for sale in sales:
            gross, refunded = Decimal(sale["gross"]), Decimal(sale["refunded"])
            assert gross >= 0 and refunded >= 0
            assert gross - refunded == Decimal(sale["net"]) == receipt_books.net(sale)
            back = receipt_books.returned(sale, sales)
            shown = {
                line["line_no"]: (Decimal(line["returned_quantity"]), Decimal(line["returned_total"]))
                for line in sale["lines"]
            }
            assert shown == back.by_line
            assert (Decimal(sale["returned"]), sale["fully_returned"], sale["over_returned"]) == (
                back.total,
                back.fully,
                back.more,
            )
            assert (sale["match"] == "matched") == (sale["customer_id"] is not None) == (sale["matched_by"] is not None)
            if sale["matched_by"] == "sale":
                refunds = [line["refund_of"] for line in sale["lines"] if line["refund_of"]]
                found = [by_number.get((of["source"], of["receipt_no"])) for of in refunds]
                assert {s["customer_id"] for s in found if s} - {None} == {sale["customer_id"]}
        expected = receipt_books.accounts(sales)
        for customer_id in self.customers:
            profile = await api.get(self.client, f"/v1/customers/{customer_id}/profile")
            mine = {currency: totals for (holder, currency), totals in expected.items() if holder == customer_id}
            assert [t["currency"] for t in profile["totals"]] == sorted(mine)
            for t in profile["totals"]:
                assert Decimal(t["gross"]) - Decimal(t["refunded"]) == Decimal(t["net"])
                assert t | {"net": Decimal(t["net"])} == t | mine[t["currency"]]


@pytest.mark.parametrize("seed", range(6))
async def test_sums_are_those_of_the_receipts(client: httpx.AsyncClient, seed: int) -> None:
    shop = Shop(client, seed)
    await shop.open()
    for n in range(STEPS):
        await shop.step()
        await shop.check()
        if n % 10 == 9:
            await shop.check_lists()
            await shop.check_products()
    # A history that never gets anywhere proves nothing.
    assert shop.done["receipt 201"] >= 5 and sum(n for kind, n in shop.done.items() if kind.endswith("200")) >= 3
