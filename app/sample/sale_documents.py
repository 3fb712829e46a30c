"""A receipt of the sample shop, spelled as the tills and the web shop send it."""

from functools import lru_cache
from random import Random
from typing import Any

from app.rules.customers import ContactKind
from app.sample.baskets import Piece
from app.sample.contact_points import respelled
from app.sample.receipts import Back, Receipt
from app.sample.simulated_customer import Party


def sale_document(rng: Random, receipt: Receipt) -> dict[str, Any]:
    """The receipt as the till sends it."""
    lines = [_line_back(back) for back in receipt.back] + [_line(piece) for piece in receipt.pieces]
    for number, line in enumerate(lines, 1):
        line["line_no"] = number
    total = sum(piece.total for piece in receipt.pieces) - sum(back.total for back in receipt.back)
    document: dict[str, Any] = {
        "source": receipt.source,
        "receipt_no": receipt.number,
        "occurred_at": receipt.moment.isoformat(),
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
    if receipt.party:
        document["customer"] = _buyer(rng, receipt, receipt.party)
    if receipt.arrives:
        document["attributes"] = {"offline": True}
    return document


def _line(piece: Piece) -> dict[str, Any]:
    line = {
        "line_no": 0,
        "sku": piece.product.sku,
        "name": piece.product.name,
        "category": piece.product.category,
        "quantity": _quantity(piece.milli),
        "unit_price": _money(piece.price),
        "tax": _money(piece.tax),
        "total": _money(piece.total),
    }
    if piece.discount:
        line["discount"] = _money(piece.discount)
    return line


def _line_back(back: Back) -> dict[str, Any]:
    product = back.of.pieces[back.line].product
    return {
        "line_no": 0,
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "quantity": "-" + _quantity(back.milli),
        "unit_price": _money(back.price),
        "tax": _money(-back.tax),
        "total": _money(-back.total),
        # Lines count from 1, and only receipts without lines that take something back are brought back.
        "refund_of": {"receipt_no": back.of.number, "line_no": back.line + 1},
    }


def _payments(rng: Random, receipt: Receipt, total: int) -> list[dict[str, Any]]:
    if not total:
        return []
    trade = receipt.party is not None and receipt.party.line is not None
    if trade:
        method = rng.choices(("account", "card", "transfer"), (75, 20, 5))[0]
    elif receipt.site is None:
        method = rng.choices(("card", "wallet"), (80, 20))[0]
    else:
        method = rng.choices(("card", "cash", "wallet"), (66, 24, 10))[0]
    parts = []
    if not trade and rng.random() < 0.05:
        voucher = total if total < 0 else min(total, rng.choice((500, 1_000, 2_000, 2_500)))
        parts.append({"method": "voucher", "amount": _money(voucher), "reference": f"V-{rng.randrange(10_000):04d}"})
        total -= voucher
    total += receipt.wrong_by
    if total:
        parts.append({"method": method, "amount": _money(total)})
        if method == "card":
            parts[-1]["reference"] = f"auth {rng.choice('ABCDEF')}{rng.randrange(100_000):05d}"
    return parts


def _buyer(rng: Random, receipt: Receipt, party: Party) -> dict[str, Any]:
    """As the till knows them: mostly by their card, else by what they said or typed."""
    phone, email = party.contacts.get(ContactKind.PHONE), party.contacts.get(ContactKind.EMAIL)
    if receipt.site is None:
        if party.webshop and (not email or rng.random() < 0.6):
            return {"identity": {"system": "webshop", "external_id": party.webshop}}
        if email:
            return {"email": email}
    way = rng.random()
    if way < 0.12 and phone:
        return {"phone": respelled(rng, phone)}
    if 0.12 <= way < 0.2 and email:
        return {"email": email.upper() if way < 0.125 else email}
    if way > 0.97 and party.shared_phone:
        # Which of the household it was, only they know.
        return {"phone": respelled(rng, party.shared_phone)}
    return {"identity": {"system": "loyalty", "external_id": party.number}}


@lru_cache(8_192)
def _money(pence: int) -> str:
    pounds, rest = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{pounds}.{rest:02d}"


def _quantity(milli: int) -> str:
    whole, rest = divmod(milli, 1_000)
    return f"{whole}.{rest:03d}" if rest else str(whole)
