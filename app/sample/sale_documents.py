"""Documents of receipts as the tills and the web shop of the sample shop send them."""

from functools import lru_cache
from random import Random
from typing import Any

from app.rules.customers import ContactKind
from app.sample.baskets import BasketLine
from app.sample.contact_points import vary_phone_format
from app.sample.receipts import Receipt, ReturnedLine
from app.sample.simulated_customer import SimulatedCustomer


def make_sale_document(rng: Random, receipt: Receipt) -> dict[str, Any]:
    lines = [_returned_line(returned) for returned in receipt.returned] + [_sold_line(sold) for sold in receipt.lines]
    for number, line in enumerate(lines, 1):
        line["line_no"] = number
    total = sum(sold.total for sold in receipt.lines) - sum(returned.total for returned in receipt.returned)
    document: dict[str, Any] = {
        "source": receipt.source,
        "receipt_no": receipt.number,
        "occurred_at": receipt.occurred_at.isoformat(),
        "channel": receipt.channel.value,
        "currency": "GBP",
        "lines": lines,
        "payments": _payments(rng, receipt, total),
        "total": _money(total),
    }
    if receipt.site:
        document["site"] = receipt.site.city
        document["till"] = str(rng.randint(1, receipt.site.tills))
        document["operator"] = rng.choice(receipt.site.staff)
    if receipt.customer:
        document["customer"] = _buyer(rng, receipt, receipt.customer)
    if receipt.arrived_at:
        document["attributes"] = {"offline": True}
    return document


def _sold_line(sold: BasketLine) -> dict[str, Any]:
    line = {
        "line_no": 0,
        "sku": sold.product.sku,
        "name": sold.product.name,
        "category": sold.product.category,
        "quantity": _quantity(sold.milli),
        "unit_price": _money(sold.price),
        "tax": _money(sold.tax),
        "total": _money(sold.total),
    }
    if sold.discount:
        line["discount"] = _money(sold.discount)
    return line


def _returned_line(returned: ReturnedLine) -> dict[str, Any]:
    product = returned.receipt.lines[returned.line].product
    return {
        "line_no": 0,
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "quantity": "-" + _quantity(returned.milli),
        "unit_price": _money(returned.price),
        "tax": _money(-returned.tax),
        "total": _money(-returned.total),
        # Receipts with returned lines are not returned themselves, so the lines of the sale are numbered from 1.
        "refund_of": {"receipt_no": returned.receipt.number, "line_no": returned.line + 1},
    }


def _payments(rng: Random, receipt: Receipt, total: int) -> list[dict[str, Any]]:
    if not total:
        return []
    is_trade = receipt.customer is not None and receipt.customer.business_line is not None
    if is_trade:
        method = rng.choices(("account", "card", "transfer"), (75, 20, 5))[0]
    elif receipt.site is None:
        method = rng.choices(("card", "wallet"), (80, 20))[0]
    else:
        method = rng.choices(("card", "cash", "wallet"), (66, 24, 10))[0]
    parts = []
    if not is_trade and rng.random() < 0.05:
        voucher = total if total < 0 else min(total, rng.choice((500, 1_000, 2_000, 2_500)))
        parts.append({"method": "voucher", "amount": _money(voucher), "reference": f"V-{rng.randrange(10_000):04d}"})
        total -= voucher
    total += receipt.overpaid
    if total:
        parts.append({"method": method, "amount": _money(total)})
        if method == "card":
            parts[-1]["reference"] = f"auth {rng.choice('ABCDEF')}{rng.randrange(100_000):05d}"
    return parts


def _buyer(rng: Random, receipt: Receipt, customer: SimulatedCustomer) -> dict[str, Any]:
    """How the till identifies the customer: by loyalty card, or by a phone number or an e-mail address."""
    phone, email = customer.contacts.get(ContactKind.PHONE), customer.contacts.get(ContactKind.EMAIL)
    if receipt.site is None:
        if customer.webshop_id and (not email or rng.random() < 0.6):
            return {"identity": {"system": "webshop", "external_id": customer.webshop_id}}
        if email:
            return {"email": email}
    draw = rng.random()
    if draw < 0.12 and phone:
        return {"phone": vary_phone_format(rng, phone)}
    if 0.12 <= draw < 0.2 and email:
        return {"email": email.upper() if draw < 0.125 else email}
    if draw > 0.97 and customer.shared_phone:
        # A shared number does not tell which person of the household it was.
        return {"phone": vary_phone_format(rng, customer.shared_phone)}
    return {"identity": {"system": "loyalty", "external_id": customer.loyalty_number}}


@lru_cache(8_192)
def _money(pence: int) -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}"


def _quantity(milli: int) -> str:
    whole, rest = divmod(milli, 1_000)
    return f"{whole}.{rest:03d}" if rest else str(whole)
