"""What is on a receipt, and what it means for the figures. Every figure of sales rests on these definitions.

docs/sales.md has them with examples, `rules/sales/sums.py` the arithmetic:

- `total` of a receipt is what the customer paid, or got back if negative. Tips, gift cards and deposits in it are not
  turnover: the rest is the receipt's `net`. `gross` is what was sold, `refunded` what was given back, neither is below
  zero, and gross - refunded = net for every receipt.
- A receipt counts unless it is voided. Net of a customer is the sum of the nets of the receipts that count.
- Only items are products: they alone have units, make a sale or a return of a receipt, and are returned to the end.
- What may be given back of a receipt in all is its gross, of a discount line what it took off. A discount that is
  taken back with nothing given back is paid after all: it is gross of its receipt, and adds to what may be given back.
- What was *returned* is the money that was really given back:
  the `refunded` of the other receipt, shared among its lines (see `returns`), less discounts that were paid after all.
- A receipt is *fully returned* when no item with a price is left of it: of each item with a positive total, all units
  or all the money came back, or all of its gross did.
- A *purchase* is a receipt that counts, sold items, came to something, and was not given back whole.
"""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class SaleChannel(StrEnum):
    """The channel through which the sale was made."""

    IN_STORE = "in_store"
    ONLINE = "online"
    PHONE = "phone"
    MARKETPLACE = "marketplace"
    OTHER = "other"


class SaleKind(StrEnum):
    """A receipt that sells items, takes items back, or does both (`exchange`). Derived from the signs of its lines.

    One that has no items, but gift cards, fees or tips only, is `other`.
    """

    SALE = "sale"
    RETURN = "return"
    EXCHANGE = "exchange"
    OTHER = "other"


class LineKind(StrEnum):
    """What a line of a receipt is about."""

    ITEM = "item"
    """Goods or a service. Only items count as units and as products that were bought."""
    DISCOUNT = "discount"
    """Takes something off what was sold."""
    TIP = "tip"
    SERVICE_CHARGE = "service_charge"
    SHIPPING = "shipping"
    ROUNDING = "rounding"
    """Of cash, up or down."""
    GIFT_CARD = "gift_card"
    """One that was sold or loaded: it is turnover when it is spent."""
    DEPOSIT = "deposit"
    """Paid ahead, or for what comes back; negative where it is set against what was sold."""
    FEE = "fee"


NOT_TURNOVER = frozenset({LineKind.TIP, LineKind.GIFT_CARD, LineKind.DEPOSIT})
PRICED = (LineKind.ITEM, LineKind.SERVICE_CHARGE, LineKind.SHIPPING, LineKind.FEE)
"""What has a price that is turnover: what sells is gross, what takes back is refunded."""


class MatchedBy(StrEnum):
    """What decided whose receipt it is: a key that the till sent, the sale that it returns, or somebody's claim."""

    ID = "id"
    IDENTITY = "identity"
    PHONE = "phone"
    EMAIL = "email"
    SALE = "sale"
    CLAIM = "claim"


class OnUnknownCustomer(StrEnum):
    """What to do with a receipt whose buyer is not found."""

    CREATE = "create"
    KEEP = "keep"


class Sum(StrEnum):
    """A sum that a receipt has to come to (see `sums`)."""

    LINE = "line"
    """Quantity × unit price − discount of a line: its total, with its tax inside or on top."""
    TOTAL = "total"
    """Lines − discount + service charge + shipping + tip + rounding + tax on top: the total."""
    PAYMENTS = "payments"
    """The payments, as amounts kept or as handed over less the change: the total."""
    TENDERED = "tendered"
    """What was handed over less the change: the total."""


def trading_day(occurred_at: datetime, time_zone: str | None) -> date:
    """The date in the time zone, or else in the offset of the moment."""
    return (occurred_at if time_zone is None else occurred_at.astimezone(ZoneInfo(time_zone))).date()
