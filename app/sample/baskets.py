"""What goes into a basket: everybody's favourites, the season's, and now and then a new thing."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.sample.products import PRODUCTS, Product
from app.sample.simulated_customer import Party

# Lines in a basket: many small ones, few large ones.
_SIZES = tuple(range(1, 13))
_HOUSEHOLD = tuple(accumulate((16, 20, 18, 14, 10, 7, 5, 4, 2.5, 1.5, 1, 1)))
_PASSER_BY = tuple(accumulate((38, 26, 15, 9, 5, 3, 2, 1, 0.5, 0.3, 0.1, 0.1)))
_KITCHEN = tuple(accumulate((1, 3, 6, 10, 13, 14, 13, 12, 10, 8, 6, 4)))
_SEASONAL = 4.0
# What a taste keeps out of the basket.
_SHUNNED = {
    "No pork": {"Pork", "Charcuterie", "Sausages and burgers"},
    "Halal only": {"Pork", "Charcuterie", "Sausages and burgers", "Drinks"},
    "Gave up lamb": {"Lamb"},
}
_NO_SHUNNED: frozenset[str] = frozenset()


@dataclass(slots=True)
class Piece:
    """A line of a basket: thousandths and pence, never floats."""

    product: Product
    milli: int
    price: int
    discount: int
    total: int
    tax: int
    left: int
    """Thousandths that have not come back yet."""


class Shelf:
    """Everything for sale, with what people reach for in each season."""

    def __init__(self) -> None:
        self._weights = {
            season: list(
                accumulate(p.popularity * (_SEASONAL if season and p.season == season else 1) for p in PRODUCTS)
            )
            for season in ("", "summer", "christmas", "easter")
        }

    def basket(self, rng: Random, season: str, party: Party | None, most: int = 12) -> list[Piece]:
        sizes = _PASSER_BY if party is None else _KITCHEN if party.line else _HOUSEHOLD
        size = min(rng.choices(_SIZES, cum_weights=sizes)[0], most)
        shunned = _shunned(party)
        chosen: dict[int, None] = {}
        for _ in range(size * 3):
            number = self._pick(rng, season, party)
            if PRODUCTS[number].category not in shunned:
                chosen[number] = None
            if len(chosen) == size:
                break
        rebate = (party.rebate if party else 0) or (10 if rng.random() < 0.04 else 0)
        # What is not shunned may all be out of luck; bread is always there.
        return [_piece(rng, PRODUCTS[number], party, rebate) for number in chosen or {_BREAD: None}]

    def _pick(self, rng: Random, season: str, party: Party | None) -> int:
        weights = self._weights[season]
        if party is None or rng.random() > (0.9 if party.line else 0.65):
            return rng.choices(_NUMBERS, cum_weights=weights)[0]
        if not party.favourites:
            party.favourites = rng.choices(_NUMBERS, cum_weights=self._weights[""], k=rng.randint(6, 16))
        return rng.choice(party.favourites)


def priced(product: Product, milli: int, percent: int) -> Piece:
    """Rounded half up to the penny, as the till does; the VAT is inside."""
    full = (milli * product.pence + 500) // 1_000
    discount = (full * percent + 50) // 100
    total = full - discount
    return Piece(product, milli, product.pence, discount, total, vat(product, total), milli)


def vat(product: Product, total: int) -> int:
    return (total * 2 + 6) // 12 if product.taxed else 0


def _shunned(party: Party | None) -> set[str] | frozenset[str]:
    if party is None or party.line or "preferences" not in party.document:
        return _NO_SHUNNED
    tastes = party.document["preferences"].get("tastes", ())
    return {category for taste in tastes for category in _SHUNNED.get(taste, ())}


def _piece(rng: Random, product: Product, party: Party | None, rebate: int) -> Piece:
    kitchen = party is not None and party.line is not None
    if product.grams is None:
        milli = 1_000 * (rng.choice((1, 2, 6, 12)) if kitchen else rng.choice((1, 1, 1, 1, 1, 2, 2, 3)))
        if kitchen and product.durable and product.taxed:
            milli = 1_000
    elif kitchen:
        milli = rng.randrange(1_500, 12_000, 5)
    else:
        low, high = product.grams
        milli = int(rng.triangular(low, high, low + (high - low) * 0.25)) // 5 * 5
    marked_down = 25 if rng.random() < 0.02 else 0
    return priced(product, milli, marked_down or rebate)


_NUMBERS = range(len(PRODUCTS))
_BREAD = next(number for number, product in enumerate(PRODUCTS) if product.name == "Sourdough loaf")
