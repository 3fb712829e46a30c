from collections import Counter
from datetime import datetime
from decimal import Decimal

from app.rules.kit.money import minor_unit
from app.rules.sales.receipts import SaleKind
from app.rules.sales.returns import exceeds
from app.rules.sales.sums import line_total
from app.sample import SampleShop
from app.schemas.sales.sales import SaleNew
from app.services.sales.receipts import draft_receipt

PENNY = minor_unit("GBP")


def kind(sale: SaleNew) -> SaleKind:
    back = {line.quantity < 0 for line in sale.lines}
    if len(back) == 2:
        return SaleKind.EXCHANGE
    return SaleKind.RETURN if True in back else SaleKind.SALE


class TestSums:
    def test_all_but_a_handful_balance(self, sales: list[SaleNew]) -> None:
        wrong = [sale for sale in sales if draft_receipt(sale).imbalances]
        assert 3 <= len(wrong) <= 20

    def test_lines_are_exact(self, sales: list[SaleNew]) -> None:
        for sale in sales:
            assert sum(line.total for line in sale.lines) == sale.total  # type: ignore[misc]
            for line in sale.lines:
                discount = line.discount or Decimal(0)
                assert line.total == line_total(line.quantity, line.unit_price, discount, PENNY)
                assert abs(line.tax or 0) in {Decimal(0), (abs(line.total) / 6).quantize(PENNY, "ROUND_HALF_UP")} or (
                    line.refund_of is not None
                )

    def test_numbers_are_unique_and_counted_per_source(self, sales: list[SaleNew]) -> None:
        numbers = [(sale.source, sale.receipt_no) for sale in sales]
        assert len(set(numbers)) == len(numbers)
        assert {source for source, _ in numbers} == {"till-leeds", "till-bristol", "till-london", "webshop"}
        in_time = sorted(sales, key=lambda sale: sale.occurred_at)
        for source in {source for source, _ in numbers}:
            ordered = [sale.receipt_no for sale in in_time if sale.source == source]
            assert len(ordered) == int(max(ordered)[-6:])


class TestReturns:
    def test_never_more_than_bought_nor_before(self, sales: list[SaleNew]) -> None:
        sold = {
            (sale.source, sale.receipt_no, line.line_no): (sale, line)
            for sale in sales
            for line in sale.lines
            if line.refund_of is None
        }
        arrived = {(sale.source, sale.receipt_no): place for place, sale in enumerate(sales)}
        left = {key: (line.quantity, line.total) for key, (_, line) in sold.items()}
        for sale in sales:
            for line in sale.lines:
                if line.refund_of is None:
                    assert line.quantity > 0
                    continue
                key = (sale.source, line.refund_of.receipt_no, line.refund_of.line_no)
                original, bought = sold[key]
                assert original.occurred_at < sale.occurred_at
                assert arrived[key[:2]] < arrived[sale.source, sale.receipt_no]
                assert (bought.sku, bought.name) == (line.sku, line.name)
                quantity, total = left[key]
                assert not exceeds(quantity, total, -line.quantity, -line.total, Decimal(0))  # type: ignore[arg-type, operator]
                left[key] = quantity + line.quantity, total + line.total  # type: ignore[operator]

    def test_shares(self, sales: list[SaleNew]) -> None:
        kinds = Counter(kind(sale) for sale in sales)
        assert 0.025 <= kinds[SaleKind.RETURN] / len(sales) <= 0.035
        assert 50 <= kinds[SaleKind.EXCHANGE] <= 200


class TestBuyers:
    def test_share_of_anonymous(self, sales: list[SaleNew]) -> None:
        assert 0.31 <= sum(sale.customer is None for sale in sales) / len(sales) <= 0.39

    def test_ways_to_be_known(self, sales: list[SaleNew]) -> None:
        ways = Counter(way for sale in sales if sale.customer for way in sale.customer.model_dump(exclude_none=True))
        assert min(ways["identity"], ways["phone"], ways["email"]) > 500

    def test_few_buy_most(self, shop: SampleShop, sales: list[SaleNew]) -> None:
        bought = Counter(
            sale.customer.identity.external_id[-5:] for sale in sales if sale.customer and sale.customer.identity
        )
        counts = sorted(bought.values(), reverse=True)
        best = sum(counts[: len(shop.customers) // 5]) / sum(counts)
        assert 0.45 < best < 0.85
        once = sum(count == 1 for count in counts)
        assert 0.05 < once / len(shop.customers) < 0.3
        assert len(counts) > 0.7 * len(shop.customers)

    def test_some_left_and_some_are_new(self, sales: list[SaleNew], until: datetime) -> None:
        visits: dict[str, list[int]] = {}
        for sale in sales:
            if sale.customer and sale.customer.identity:
                days = (until - sale.occurred_at).days
                visits.setdefault(sale.customer.identity.external_id[-5:], []).append(days)
        regulars = [days for days in visits.values() if len(days) >= 4]
        assert sum(min(days) > 120 for days in regulars) > 20
        assert sum(max(days) < 120 for days in regulars) > 20

    def test_favourites_come_back(self, sales: list[SaleNew]) -> None:
        baskets: dict[str, list[set[str]]] = {}
        for sale in sales:
            if sale.customer and sale.customer.identity:
                skus = {line.sku or "" for line in sale.lines}
                baskets.setdefault(sale.customer.identity.external_id[-5:], []).append(skus)
        repeated = [max(Counter(s for b in all_ for s in b).values()) for all_ in baskets.values() if len(all_) >= 10]
        assert sum(count >= 3 for count in repeated) > 0.9 * len(repeated)

    def test_late_ones_arrive_out_of_order(self, sales: list[SaleNew]) -> None:
        late = [sale for sale in sales if sale.attributes.get("offline")]
        assert 20 < len(late) < 200
        assert sorted(sales, key=lambda sale: sale.occurred_at) != sales


class TestBaskets:
    def test_sizes_weights_discounts_payments(self, sales: list[SaleNew]) -> None:
        plain = [sale for sale in sales if kind(sale) == SaleKind.SALE]
        assert {len(sale.lines) for sale in plain} == set(range(1, 13))
        lines = [line for sale in plain for line in sale.lines]
        assert any(line.quantity % 1 for line in lines)
        assert 0.02 < sum(line.discount is not None for line in lines) / len(lines) < 0.3
        assert any(len(sale.payments) == 2 for sale in plain)
        assert {"card", "cash", "voucher"} <= {payment.method for sale in plain for payment in sale.payments}
