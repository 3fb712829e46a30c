"""Customers by what they spent, when they were last seen and since when they are known."""

from typing import Any

import httpx

from tests import make
from tests.support import api, customer_lists
from tests.support.application import TestClock

PATH = "/v1/customers"


async def buyer(client: httpx.AsyncClient, *purchases: tuple[str, str, str], **changes: Any) -> str:
    """With receipts of (day, currency, total)."""
    customer_id: str = (await make.create_customer(client, **changes))["id"]
    for day, currency, total in purchases:
        line = {"quantity": "1" if float(total) >= 0 else "-1", "unit_price": total.lstrip("-")}
        sale = make.sale(
            occurred_at=f"2026-02-{day}T10:00:00Z", currency=currency, lines=[line], payments=[], total=total
        )
        await make.record_sale(client, sale | {"customer": {"id": customer_id}})
    return customer_id


class TestNet:
    async def test_is_sorted_and_filtered_in_one_currency(self, client: httpx.AsyncClient) -> None:
        net = {
            await buyer(client, ("01", "GBP", "20.00"), ("02", "GBP", "-5.00")): 15,
            await buyer(client, ("01", "GBP", "100.00")): 100,
            await buyer(client, ("01", "EUR", "500.00")): None,
            await buyer(client): None,
            await buyer(client, ("03", "GBP", "-7.00")): -7,
            await buyer(client, ("03", "GBP", "15.00"), ("04", "EUR", "1.00"), tags=["vip"]): 15,
        }
        await customer_lists.require_sorted(client, "net", net, currency="GBP")
        first = await customer_lists.listed(client, sort="-net", currency="GBP", net_min="15", limit=1)
        assert first == [c for c in customer_lists.ordered(net, descending=True) if (net[c] or 0) >= 15]
        between = await customer_lists.listed(client, sort="net", currency="GBP", net_min="-10", net_max="15.00")
        assert between == [c for c in customer_lists.ordered(net, descending=False) if net[c] in (-7, 15)]
        # By another sort, and with another filter.
        found = await customer_lists.listed(client, currency="GBP", net_min="15")
        assert sorted(found) == sorted(c for c, value in net.items() if value is not None and value >= 15)
        assert len(await customer_lists.listed(client, sort="-net", currency="EUR", tag="VIP", net_max="1")) == 1
        exported = await client.get(f"{PATH}/export", params={"sort": "-net", "currency": "GBP"})
        assert exported.text.count("\n") == 6

    async def test_needs_its_currency(self, client: httpx.AsyncClient) -> None:
        for query in ({"sort": "-net"}, {"net_min": "1"}, {"net_max": "1"}):
            assert api.errors(await client.get(PATH, params=query)) == [("/query/currency", "missing")]
        assert api.errors(await client.get(PATH, params={"currency": "GBP"})) == [("/query/currency", "unused")]
        wrong = {"currency": "GBP", "net_min": "2", "net_max": "1"}
        assert api.errors(await client.get(PATH, params=wrong)) == [("/query/net_max", "out_of_order")]


class TestLastSeen:
    async def test_is_filtered_with_words_and_other_sorts(self, client: httpx.AsyncClient) -> None:
        ada = await buyer(client, ("01", "GBP", "20.00"), ("09", "EUR", "1.00"), display_name="Ada Cole")
        bea = await buyer(client, ("05", "GBP", "20.00"), display_name="Bea Cole")
        cy = await buyer(client, display_name="Cy Cole")
        last = {ada: "2026-02-09T10:00:00.000000Z", bea: "2026-02-05T10:00:00.000000Z", cy: None}
        await customer_lists.require_sorted(client, "last_purchase_at", last)
        await customer_lists.require_since(client, "last_purchase", last, [at for at in last.values() if at])
        query = {"last_purchase_before": "2026-02-09T10:00:00Z", "sort": "-last_purchase_at"}
        assert await customer_lists.listed(client, **query) == [bea]
        assert await customer_lists.listed(client, q="cole", last_purchase_since="2026-02-06T00:00:00Z") == [ada]
        assert await customer_lists.listed(client, sort="last_purchase_at", q="bea") == [bea]
        found = await customer_lists.listed(client, sort="-net", currency="EUR", q="cole")
        assert set(found) == {ada, bea, cy}, "the sort does not apply, and leaves nobody out"


class TestBought:
    async def test_finds_who_bought_a_batch(self, client: httpx.AsyncClient) -> None:
        names = ("kept", "returned", "voided", "other", "only_returned")
        ids = {name: (await make.create_customer(client, display_name=name))["id"] for name in names}
        sales = {}
        for day, name in enumerate(names[:4], start=1):
            lines = [
                make.line(sku="LAMB", batch="L2" if name == "other" else "L1"),
                make.line(sku="PORK", batch="L1" if name == "other" else "L3"),
            ]
            body = make.sale(occurred_at=f"2026-02-0{day}T10:00:00Z", lines=lines, payments=[], total="20.00")
            sales[name] = await make.record_sale(client, body | {"customer": {"id": ids[name]}})
        back = make.refund(sales["returned"]["receipt_no"], sku="LAMB", batch="L1")
        await make.record_sale(client, lines=[back], payments=[], total="-10.00")
        loose = {"sku": "LAMB", "batch": "L1", "quantity": "-1", "unit_price": "1.00", "total": "-1.00"}
        await make.record_sale(client, lines=[loose], payments=[], total="-1.00", customer={"id": ids["only_returned"]})
        await api.post(client, f"/v1/sales/{sales['voided']['id']}/void", {"reason": "x"}, 200)

        async def bought(**query: Any) -> set[str]:
            found = await api.pages(client, PATH, **query)
            assert len({customer["id"] for customer in found}) == len(found)
            return {customer["display_name"] for customer in found}

        assert await bought(bought_batch="L1") == {"kept", "returned", "other"}
        assert await bought(bought_batch="L1", bought_sku="LAMB") == {"kept", "returned"}
        assert await bought(bought_sku="PORK", bought_since="2026-02-02T00:00:00Z") == {"returned", "other"}
        assert await bought(bought_batch="L1", bought_before="2026-02-02T00:00:00Z") == {"kept"}
        assert await bought(bought_since="2026-02-04T00:00:00Z") == {"other"}
        assert await bought(bought_batch="L9") == set()


class TestKnownSince:
    async def test_is_given_or_found(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        created = await make.create_customer(client, known_since="2019-05-01T00:00:00Z")
        assert created["known_since"] == "2019-05-01T00:00:00.000000Z"
        path = f"{PATH}/{created['id']}"
        sale = await make.record_purchase(client, created["id"], clock.now.replace(year=2018))
        await api.get(client, path)
        first = sale["occurred_at"]
        assert (await api.get(client, path))["known_since"] == first
        assert (await api.get(client, f"{path}/profile"))["customer"]["known_since"] == first
        # A later one says nothing new; without the receipt, what was given holds again.
        version = (await api.get(client, path))["version"]
        same = await api.patched(client, path, {"known_since": "2020-01-01T00:00:00Z"})
        assert (same["known_since"], same["version"]) == (first, version)
        await api.post(client, f"/v1/sales/{sale['id']}/release", {"reason": "x"}, 200)
        assert (await api.get(client, path))["known_since"] == created["known_since"]
        earlier = await api.patched(client, path, {"known_since": "2017-01-01T00:00:00Z", "owner": "Bo"})
        assert earlier["known_since"] == "2017-01-01T00:00:00.000000Z"
        assert (await api.patched(client, path, {"owner": None}))["known_since"] == earlier["known_since"]
        cleared = await api.patched(client, path, {"known_since": None})
        assert cleared["known_since"] == cleared["created_at"]
        assert (await api.patched(client, path, {"known_since": None}))["version"] == cleared["version"]

    async def test_must_not_be_in_the_future(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        future = {"known_since": "2027-01-01T00:00:00Z"}
        refused = [
            await client.post(PATH, json=make.customer(**future)),
            await api.patch(client, f"{PATH}/{customer['id']}", future),
        ]
        for answer in refused:
            assert api.errors(answer) == [("/known_since", "in_the_future")]

    async def test_is_that_of_the_first_receipt_of_who_is_created_for_it(self, client: httpx.AsyncClient) -> None:
        keys = {"customer": {"identity": make.identity("card", "C1")}}
        first, second = (make.sale(occurred_at=f"2026-0{month}-01T10:00:00Z", **keys) for month in (2, 1))
        results = await api.batch(client, "/v1/sales", first, second)
        assert [result["status"] for result in results] == [201, 201]
        (customer,) = await api.pages(client, PATH)
        assert customer["known_since"] == "2026-01-01T10:00:00.000000Z" < customer["created_at"]

    async def test_the_same_import_again_changes_nothing(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        body = make.customer(identities=[make.identity("crm", "7")], known_since="2020-02-01T00:00:00+00:00")
        (created,) = await api.batch(client, PATH, body)
        await make.record_purchase(client, created["id"], clock.now.replace(year=2018))
        (again,) = await api.batch(client, PATH, body)
        assert (again["status"], again["replayed"]) == (200, True)
        by_identity = f"{PATH}/by-identity/crm/7"
        version = (await api.get(client, f"{PATH}/{created['id']}"))["version"]
        put = await client.put(by_identity, json=body)
        assert (put.status_code, put.json()["version"]) == (200, version)
        # What another system knows of them from earlier on is learnt.
        earlier = body | {"known_since": "2016-01-01T00:00:00Z"}
        answer = await client.post(PATH, json=earlier, params={"on_match": "match"})
        assert (answer.status_code, answer.json()["known_since"]) == (200, "2016-01-01T00:00:00.000000Z")

    async def test_is_sorted_and_filtered(self, client: httpx.AsyncClient) -> None:
        known = {}
        for year in (2021, 2019, 2021, 2020):
            customer = await make.create_customer(client, known_since=f"{year}-05-01T00:00:00Z")
            known[customer["id"]] = customer["known_since"]
        await customer_lists.require_sorted(client, "known_since", known)
        at = "2020-05-01T00:00:00.000000Z"
        assert len(await customer_lists.listed(client, known_since=at)) == 3
        assert len(await customer_lists.listed(client, known_before=at)) == 1
