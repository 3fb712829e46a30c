"""Draws baskets: favourites of the customer, goods of the season, and now and then something new."""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from app.sample.products import PRODUCTS, Product
from app.sample.simulated_customer import SimulatedCustomer

_SIZES = tuple(range(1, 13))
"""Numbers of lines in a basket; their cumulative weights follow."""
_HOUSEHOLD_WEIGHTS = tuple(accumulate((16, 20, 18, 14, 10, 7, 5, 4, 2.5, 1.5, 1, 1)))
_ANONYMOUS_WEIGHTS = tuple(accumulate((38, 26, 15, 9, 5, 3, 2, 1, 0.5, 0.3, 0.1, 0.1)))
_TRADE_WEIGHTS = tuple(accumulate((1, 3, 6, 10, 13, 14, 13, 12, 10, 8, 6, 4)))
_SEASON_FACTOR = 4.0
_AVOIDED_CATEGORIES = {
    "No pork": {"Pork", "Charcuterie", "Sausages and burgers"},
    "Halal only": {"Pork", "Charcuterie", "Sausages and burgers", "Drinks"},
    "Gave up lamb": {"Lamb"},
}
"""Product categories that a customer with these tastes does not buy."""


@dataclass(slots=True)
class BasketLine:
    """Quantities are in thousandths of a piece or kilogram, amounts in pence."""

    product: Product
    milli: int
    price: int
    discount: int
    total: int
    tax: int
    returnable_milli: int
    """The quantity that has not been returned."""


class Assortment:
    """The products with their popularity in each season."""

    def __init__(self) -> None:
        self._weights = {
            season: list(
                accumulate(p.popularity * (_SEASON_FACTOR if season and p.season == season else 1) for p in PRODUCTS)
            )
            for season in ("", "summer", "christmas", "easter")
        }

    def basket(
        self, rng: Random, season: str, customer: SimulatedCustomer | None, max_lines: int = 12
    ) -> list[BasketLine]:
        sizes = (
            _ANONYMOUS_WEIGHTS if customer is None else _TRADE_WEIGHTS if customer.business_line else _HOUSEHOLD_WEIGHTS
        )
        size = min(rng.choices(_SIZES, cum_weights=sizes)[0], max_lines)
        avoided = _avoided_categories(customer)
        chosen: dict[int, None] = {}
        for _ in range(size * 3):
            index = self._draw_product(rng, season, customer)
            if PRODUCTS[index].category not in avoided:
                chosen[index] = None
            if len(chosen) == size:
                break
        discount_percent = (customer.discount_percent if customer else 0) or (10 if rng.random() < 0.04 else 0)
        # All draws may have been of avoided categories; nobody avoids bread.
        return [_draw_line(rng, PRODUCTS[index], customer, discount_percent) for index in chosen or {_BREAD: None}]

    def _draw_product(self, rng: Random, season: str, customer: SimulatedCustomer | None) -> int:
        weights = self._weights[season]
        if customer is None or rng.random() > (0.9 if customer.business_line else 0.65):
            return rng.choices(_PRODUCT_INDEXES, cum_weights=weights)[0]
        if not customer.favourites:
            customer.favourites = rng.choices(_PRODUCT_INDEXES, cum_weights=self._weights[""], k=rng.randint(6, 16))
        return rng.choice(customer.favourites)


def price_line(product: Product, milli: int, discount_percent: int) -> BasketLine:
    """Amounts are rounded half up to the penny, as tills do, and include VAT."""
    full = (milli * product.pence + 500) // 1_000
    discount = (full * discount_percent + 50) // 100
    total = full - discount
    return BasketLine(product, milli, product.pence, discount, total, vat(product, total), milli)


def vat(product: Product, total: int) -> int:
    return (total * 2 + 6) // 12 if product.taxed else 0


def _avoided_categories(customer: SimulatedCustomer | None) -> set[str]:
    if customer is None or customer.business_line or "preferences" not in customer.document:
        return set()
    tastes = customer.document["preferences"].get("tastes", ())
    return {category for taste in tastes for category in _AVOIDED_CATEGORIES.get(taste, ())}


def _draw_line(rng: Random, product: Product, customer: SimulatedCustomer | None, discount_percent: int) -> BasketLine:
    is_trade = customer is not None and customer.business_line is not None
    if product.grams is None:
        milli = 1_000 * (rng.choice((1, 2, 6, 12)) if is_trade else rng.choice((1, 1, 1, 1, 1, 2, 2, 3)))
        if is_trade and product.durable and product.taxed:
            milli = 1_000
    elif is_trade:
        milli = rng.randrange(1_500, 12_000, 5)
    else:
        low, high = product.grams
        milli = int(rng.triangular(low, high, low + (high - low) * 0.25)) // 5 * 5
    markdown_percent = 25 if rng.random() < 0.02 else 0
    return price_line(product, milli, markdown_percent or discount_percent)


_PRODUCT_INDEXES = range(len(PRODUCTS))
_BREAD = next(index for index, product in enumerate(PRODUCTS) if product.name == "Sourdough loaf")
