"""What the name of a field says about the numbers in it: ids of some kind, payment cards, or anything."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from enum import IntEnum
from functools import lru_cache
from typing import Any


class Strictness(IntEnum):
    """How much a number in a field may look like that of a payment card; see `payment_cards.py`."""

    IDENTIFIER = 1
    TEXT = 2
    CARD = 3


_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# fmt: off
_IDENTIFIERS = frozenset(
    {
        "id", "ids", "no", "nr", "num", "number", "numbers", "sku", "ean", "gtin", "upc", "barcode", "isbn",
        "imei", "serial", "asin", "uuid", "key", "token", "code", "iban", "thread", "order", "orders", "receipt",
        "invoice", "tracking", "parcel", "shipment", "phone", "telephone", "tel", "mobile", "cell", "fax",
        "msisdn", "whatsapp", "loyalty", "member", "membership", "voucher", "coupon", "gift", "ref", "reference",
        "references", "external", "batch", "lot",
    }
)
_CARDS = frozenset(
    {
        "card", "cards", "cardnumber", "creditcard", "pan", "cc", "ccn", "visa", "mastercard", "amex", "maestro",
        "payment", "payments",
    }
)
_NO_PAYMENT_CARDS = frozenset(
    {
        "loyalty", "gift", "member", "membership", "club", "customer", "bonus", "store", "fidelity", "points",
        "reward", "rewards", "library", "business", "id", "birthday", "greeting", "greetings", "stamp",
        "discount", "sim", "staff", "student", "post", "score", "report",
    }
)
# fmt: on
_CONTACTS = frozenset({"contact", "contact_points"})
_KINDS = ("system", "type", "kind", "method", "scheme", "brand", "network", "label")
"""Fields that say what their neighbours are."""
_CARD_WORDS = re.compile(
    r"(?<![^\W\d_])(?:cards?|card ?(?:no|nr|number)|pan|visa|master ?card|amex|american express|maestro|girocard|"
    r"cvv2?|cvc2?|kreditkarten?(?:nummer)?|kartennummer|ec-?karte|bankkarte|carte (?:bancaire|bleue|de crédit)|"
    r"tarjeta|carta di credito|cartão|creditcard|kortnummer|карт[аыу]|カード|卡号|信用卡)(?![^\W\d_])",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"([^\W\d_]+)[\s_-]*$")


def names_card(members: Mapping[str, Any]) -> bool:
    """Whether one member of an object says that the others are about a payment card."""
    return any(kind in members and _is_card_kind(members[kind]) for kind in _KINDS)


def strictness_of(name: str, parent: str) -> Strictness:
    """Of a field by its name and by that of the object it is in."""
    if parent == "payments":
        return Strictness.CARD
    if name == "value" and parent in _CONTACTS:
        return Strictness.IDENTIFIER
    return _by_name(name)


class CardWords:
    """Where a text speaks of payment cards."""

    def __init__(self, text: str) -> None:
        spans = list(_card_words(text))
        self._starts, self._ends = [start for start, _ in spans], [end for _, end in spans]

    def between(self, start: int, end: int) -> bool:
        """Whether it does so from one place to another; a part of the word is enough."""
        first = bisect_left(self._ends, start)
        return first < len(self._starts) and self._starts[first] <= end


def _card_words(text: str) -> Iterator[tuple[int, int]]:
    for word in _CARD_WORDS.finditer(text):
        before = _LAST_WORD.search(text[max(0, word.start() - 30) : word.start()])
        if before is None or before[1].lower() not in _NO_PAYMENT_CARDS:
            yield word.span()


@lru_cache(maxsize=4_096)
def _by_name(name: str) -> Strictness:
    words = {word.lower() for word in _WORDS.findall(name)}
    if words & _CARDS and not words & _NO_PAYMENT_CARDS:
        return Strictness.CARD
    return Strictness.IDENTIFIER if words & _IDENTIFIERS else Strictness.TEXT


def _is_card_kind(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40 and _speaks_of_cards(value)


@lru_cache(maxsize=4_096)
def _speaks_of_cards(kind: str) -> bool:
    return next(_card_words(kind.replace("_", " ")), None) is not None
