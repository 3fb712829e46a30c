"""What receipts come to, worked out from the documents alone, as docs/sales.md defines it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Sale = dict[str, Any]
PENNY = Decimal("0.01")
PRICED = ("item", "service_charge", "shipping", "fee")
NO_TURNOVER = ("tip", "gift_card", "deposit")


def net(sale: Sale) -> Decimal:
    """The total without what is no turnover."""
    passed_on = (Decimal(line["total"]) for line in sale["lines"] if line["kind"] in NO_TURNOVER)
    return Decimal(sale["total"]) - Decimal(sale["tip"]) - sum(passed_on, Decimal(0))


@dataclass
class Returned:
    """What was given back of a receipt."""

    by_line: dict[int, tuple[Decimal, Decimal]]
    total: Decimal
    fully: bool
    more: bool


def returned(sale: Sale, sales: list[Sale]) -> Returned:
    by_line = {line["line_no"]: (Decimal(0), Decimal(0)) for line in sale["lines"]}
    lines = {line["line_no"]: line for line in sale["lines"]}
    more = False
    money = Decimal(0)
    for other, line in _returning(sale, sales):
        of = lines.get(line["refund_of"]["line_no"])
        same_product = (
            of is not None
            and of["kind"] == line["kind"]
            and (None in (of["sku"], line["sku"]) or of["sku"] == line["sku"])
        )
        if of is None or not same_product or other["currency"] != sale["currency"] or sale["voided_at"]:
            more = True
        if of is not None and same_product and other["currency"] == sale["currency"]:
            quantity, total = by_line[of["line_no"]]
            no_units = line["refund_of"]["goods_kept"] or line["kind"] != "item"
            units = Decimal(0) if no_units else -Decimal(line["quantity"])
            by_line[of["line_no"]] = (quantity + units, total + max(_amount(line, back=True), Decimal(0)))
            money += _money_back(other, line)
    left, any_item = False, False
    for number, (quantity, total) in by_line.items():
        line_quantity, line_total = Decimal(lines[number]["quantity"]), _amount(lines[number])
        more = more or (quantity > 0 and quantity > line_quantity) or (total > 0 and total > line_total + PENNY)
        if 0 < line_total < total <= line_total + PENNY:
            by_line[number] = (quantity, line_total)
        if line_total > 0 and lines[number]["kind"] == "item":
            any_item = True
            left = left or not (total >= line_total or 0 < line_quantity <= quantity)
    gross = Decimal(sale["gross"])
    money = money.quantize(PENNY, ROUND_HALF_UP)
    fully = any_item and (not left or 0 < gross <= money)
    return Returned(by_line, max(min(gross, money), Decimal(0)), fully, more or money > gross + PENNY)


def _amount(line: dict[str, Any], *, back: bool = False) -> Decimal:
    """What a line came to, or gives back; of a discount what it took off, or what is taken back of it."""
    return Decimal(line["total"]) * (-1 if (line["kind"] == "discount") != back else 1)


def _money_back(sale: Sale, line: dict[str, Any]) -> Decimal:
    """What a line gave back: its share of what its receipt gave back, by totals, with tax if that is nearer.

    A discount that is taken back with nothing given back is paid after all.
    """

    def takes_back(each: dict[str, Any]) -> bool:
        return each["kind"] in PRICED and Decimal(each["total"]) < 0

    refunded = Decimal(sale["refunded"])
    totals = sum((-Decimal(each["total"]) for each in sale["lines"] if takes_back(each)), Decimal(0))
    taxed = totals + sum((-Decimal(each["tax"]) for each in sale["lines"] if takes_back(each)), Decimal(0))
    with_tax = abs(refunded - taxed) < abs(refunded - totals)
    whole = taxed if with_tax else totals
    if line["kind"] == "discount" and not totals:
        return -Decimal(line["total"])
    if not takes_back(line) or whole <= 0:
        return Decimal(0)
    part = -Decimal(line["total"]) - (Decimal(line["tax"]) if with_tax else 0)
    return refunded * max(part, Decimal(0)) / whole


def accounts(sales: list[Sale]) -> dict[tuple[str, str], dict[str, Any]]:
    """The totals of every customer and currency."""
    by_account: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in sales:
        if sale["customer_id"] is not None and sale["voided_at"] is None:
            by_account[sale["customer_id"], sale["currency"]].append(sale)
    return {account: _totals(mine, sales) for account, mine in by_account.items()}


def _totals(mine: list[Sale], sales: list[Sale]) -> dict[str, Any]:
    bought = sorted(
        sale["occurred_at"]
        for sale in mine
        if sale["kind"] in ("sale", "exchange") and Decimal(sale["gross"]) > 0 and not returned(sale, sales).fully
    )
    return {
        "receipts": len(mine),
        "purchases": len(bought),
        "returns": sum(sale["kind"] == "return" for sale in mine),
        "net": sum(net(sale) for sale in mine),
        "first_purchase_at": bought[0] if bought else None,
        "last_purchase_at": bought[-1] if bought else None,
    }


def _returning(sale: Sale, sales: list[Sale]) -> Iterator[tuple[Sale, dict[str, Any]]]:
    """The lines that return something of a receipt, of receipts that count."""
    for other in sales:
        for line in other["lines"] if other["voided_at"] is None else []:
            of = line["refund_of"]
            if of is not None and (of["source"], of["receipt_no"]) == (sale["source"], sale["receipt_no"]):
                yield other, line
