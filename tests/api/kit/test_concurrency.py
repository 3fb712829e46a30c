"""Many at once: exactly one effect, one winner, no deadlock, sums that stay right. Everything is really committed."""

import asyncio
import itertools
import json
import random
from functools import partial
from typing import Any

import httpx
import pytest

from app.core.sessions import Sessions
from app.rules.customers.customers import OnMatch
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.customers.customers import CustomerNew
from app.schemas.sales.sales import SaleNew
from app.services.customers import customers
from app.services.sales import sales
from app.services.sales.receipts import draft_receipt
from tests import make
from tests.support.api import patch
from tests.support.sales import summed_anew

CUSTOMERS, SALES = "/v1/customers", "/v1/sales"


async def record_all(sessions: Sessions, bodies: list[dict[str, Any]]) -> list[int]:
    receipts = [draft_receipt(SaleNew.model_validate(body)) for body in bodies]
    outcomes = await sessions.write(lambda ctx: sales.record_many(ctx, receipts, OnUnknownCustomer.CREATE))
    return [outcome.status for outcome in outcomes]


class TestSamePost:
    async def test_fifty_receipts_are_one(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.sale(customer={"phone": "020 7946 0500"}, site="Leeds")
        answers = await asyncio.gather(*(client.post(SALES, json=body) for _ in range(50)))
        assert sorted(a.status_code for a in answers) == [200] * 49 + [201]
        assert len({a.text for a in answers}) == 1
        assert await db.fetchval("SELECT count(*) FROM sales") == 1
        assert await db.fetchval("SELECT count(*) FROM customers") == 1
        assert await db.fetchval("SELECT receipts FROM customer_totals") == 1

    async def test_fifty_with_one_key_have_one_effect(self, client: httpx.AsyncClient, db: Any) -> None:
        headers = {"Idempotency-Key": "once"}
        posts = (client.post(CUSTOMERS, json={"display_name": "Ada"}, headers=headers) for _ in range(50))
        answers = await asyncio.gather(*posts)
        first = [a for a in answers if a.status_code == 201 and "idempotent-replayed" not in a.headers]
        assert len(first) == 1
        for answer in answers:
            assert answer.status_code in (201, 409)
            if answer.status_code == 409:
                assert answer.json()["code"] == "IDEMPOTENCY_KEY_IN_FLIGHT"
                assert answer.headers["retry-after"] == "1"
            else:
                assert answer.text == first[0].text
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_one_key_for_different_bodies_has_one_effect(self, client: httpx.AsyncClient, db: Any) -> None:
        headers = {"Idempotency-Key": "once"}
        answers = await asyncio.gather(
            *(client.post(CUSTOMERS, json={"display_name": f"Ada {n}"}, headers=headers) for n in range(20))
        )
        assert sorted({a.status_code for a in answers} | {409, 422}) == [201, 409, 422]
        assert await db.fetchval("SELECT count(*) FROM customers") == 1

    async def test_fifty_customers_with_one_card(self, client: httpx.AsyncClient, db: Any) -> None:
        card = make.identity()
        bodies = [make.customer(identities=[card]) for _ in range(50)]
        answers = await asyncio.gather(*(client.post(CUSTOMERS, json=body) for body in bodies))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 49
        holder = next(a.json()["id"] for a in answers if a.status_code == 201)
        assert all(a.json()["customer_ids"] == [holder] for a in answers if a.status_code == 409)

    async def test_buyers_whom_nobody_knows_are_made_once(self, client: httpx.AsyncClient, db: Any) -> None:
        """Each receipt knows the buyer by another pair of hints; together they are one person or two, never forty."""
        bodies = [make.sale(customer={"phone": f"020 7946 060{n % 2}"}) for n in range(40)]
        answers = await asyncio.gather(*(client.post(SALES, json=body) for body in bodies))
        assert {a.status_code for a in answers} == {201}
        assert await db.fetchval("SELECT count(*) FROM customers") == 2
        kept, summed = await summed_anew(db)
        assert kept == summed and [row[2] for row in kept] == [20, 20]


class TestIfMatch:
    async def test_one_winner_for_each_version(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)

        async def contend(n: int) -> list[int]:
            """Change whatever the present version is, twice; says which versions this client made."""
            won: list[int] = []
            while len(won) < 2:
                seen = (await client.get(f"{CUSTOMERS}/{made['id']}")).headers["etag"]
                answer = await patch(
                    client, f"{CUSTOMERS}/{made['id']}", {"attributes": {f"c{n}": len(won)}}, if_match=seen
                )
                assert answer.status_code in (200, 412), answer.text
                if answer.status_code == 200:
                    won.append(answer.json()["version"])
            return won

        won = await asyncio.gather(*(contend(n) for n in range(20)))
        assert sorted(itertools.chain(*won)) == list(range(2, 42))
        final = (await client.get(f"{CUSTOMERS}/{made['id']}")).json()
        assert final["version"] == 41
        assert final["attributes"] == {f"c{n}": 1 for n in range(20)}

    async def test_without_it_nothing_is_lost_that_others_changed(self, client: httpx.AsyncClient) -> None:
        made = await make.create_customer(client)
        changes = (patch(client, f"{CUSTOMERS}/{made['id']}", {"attributes": {f"c{n}": n}}) for n in range(30))
        assert {a.status_code for a in await asyncio.gather(*changes)} == {200}
        final = (await client.get(f"{CUSTOMERS}/{made['id']}")).json()
        assert (len(final["attributes"]), final["version"]) == (30, 31)


class TestOrders:
    """The same customers, receipts, sites and products in opposite orders: no circle of waiting, nothing lost."""

    async def test_batches_of_receipts(self, sessions: Sessions, db: Any) -> None:
        shuffle = random.Random(7)
        cards = [make.identity() for _ in range(25)]

        def batch() -> list[dict[str, Any]]:
            bodies = [
                make.sale(
                    customer={"identity": card},
                    site=f"S{n % 5}",
                    lines=[make.line("5.00", sku=f"SKU-{n % 7}"), make.line("5.00", sku=f"SKU-{n % 11}")],
                )
                for n, card in enumerate(cards)
            ]
            shuffle.shuffle(bodies)
            return bodies

        statuses = await asyncio.gather(*(record_all(sessions, batch()) for _ in range(12)))
        assert {status for answered in statuses for status in answered} == {201}
        assert await db.fetchval("SELECT count(*) FROM sales") == 300
        assert await db.fetchval("SELECT count(*) FROM customers") == 25
        kept, summed = await summed_anew(db)
        assert kept == summed and {row[2] for row in kept} == {12}

    async def test_batches_with_revisions_and_returns(self, sessions: Sessions, db: Any) -> None:
        """Over the same receipts and customers in different orders, while some of them are voided."""
        dice = random.Random(16)
        cards = [make.identity() for _ in range(8)]
        numbers = [f"S{n}" for n in range(24)]
        revisions = itertools.count(1)
        many = {"quantity": "50", "unit_price": "1.00", "total": "50.00", "sku": "TEA-1"}

        def sale(number: str, **changes: Any) -> dict[str, Any]:
            buyer = {"identity": dice.choice(cards)}
            return make.sale(receipt_no=number, lines=[many], payments=[], total="50.00", customer=buyer, **changes)

        def back(number: str) -> dict[str, Any]:
            line = make.refund(number, 1, "-1", "-1.00", unit_price="1.00")
            return make.sale(lines=[line], payments=[], total="-1.00")

        def batch() -> list[dict[str, Any]]:
            bodies = [sale(number, revision=next(revisions)) for number in dice.sample(numbers, 8)]
            bodies += [back(number) for number in dice.sample(numbers, 8)] + [
                make.sale(customer={"identity": cards[0]})
            ]
            dice.shuffle(bodies)
            return bodies

        async def void_some() -> None:
            for _ in range(8):
                rows = await db.fetch(
                    "SELECT id FROM sales WHERE kind = 'return' AND voided_at IS NULL LIMIT 1 OFFSET 3"
                )
                for row in rows:
                    await sessions.write(partial(sales.void, sale_id=row["id"], reason="x"))

        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        before = await db.fetchval(deadlocks)
        await record_all(sessions, [sale(number) for number in numbers])
        statuses, _ = await asyncio.gather(
            asyncio.gather(*(record_all(sessions, batch()) for _ in range(16))), void_some()
        )
        assert {status for answered in statuses for status in answered} == {200, 201}
        kept, summed = await summed_anew(db)
        assert kept == summed and sum(row[2] for row in kept) > 0
        strange = """
            SELECT count(*) FROM sale_lines b JOIN sales r ON r.id = b.sale_id
            JOIN sales s ON s.receipt_no = b.refund_receipt_no WHERE r.customer_id IS DISTINCT FROM s.customer_id
        """
        assert await db.fetchval(strange) == 0
        wrong = """
            SELECT count(*) FROM sales s JOIN sale_lines l ON l.sale_id = s.id AND s.kind = 'sale'
            WHERE l.returned_quantity <> (
                SELECT count(*) FROM sale_lines b JOIN sales r ON r.id = b.sale_id AND r.voided_at IS NULL
                WHERE b.refund_receipt_no = s.receipt_no
            )
        """
        assert await db.fetchval(wrong) == 0
        assert await db.fetchval(deadlocks) == before

    async def test_the_same_batch_many_times_over(self, sessions: Sessions, db: Any) -> None:
        bodies = [make.sale(customer={"email": f"b{n % 5}@example.com"}) for n in range(30)]
        orders = [bodies, bodies[::-1], bodies[15:] + bodies[:15], bodies[::2] + bodies[1::2]] * 2
        statuses = await asyncio.gather(*(record_all(sessions, order) for order in orders))
        assert sorted(itertools.chain(*statuses)) == [200] * 210 + [201] * 30
        kept, summed = await summed_anew(db)
        assert kept == summed

    async def test_batches_of_customers(self, sessions: Sessions, db: Any) -> None:
        bodies = [make.customer(identities=[make.identity()], contact_points=[make.phone()]) for _ in range(30)]

        async def post(ordered: list[dict[str, Any]]) -> list[int]:
            new = [CustomerNew.model_validate(body) for body in ordered]
            outcomes = await sessions.write(lambda ctx: customers.create_many(ctx, new))
            return [outcome.status for outcome in outcomes]

        statuses = await asyncio.gather(*(post(order) for order in [bodies, bodies[::-1]] * 4))
        assert sorted(itertools.chain(*statuses)) == [200] * 210 + [201] * 30
        assert await db.fetchval("SELECT count(*) FROM customers") == 30

    async def test_uploads_through_the_api(self, client: httpx.AsyncClient, db: Any) -> None:
        bodies = [make.sale(customer={"phone": f"020 7946 07{n % 20:02}"}) for n in range(200)]

        async def post(ordered: list[dict[str, Any]]) -> list[int]:
            content = "\n".join(json.dumps(body) for body in ordered).encode()
            headers = {"content-type": "application/x-ndjson"}
            answer = await client.post(f"{SALES}/batch", content=content, headers=headers)
            return [json.loads(line)["status"] for line in answer.text.splitlines()]

        statuses = await asyncio.gather(*(post(order) for order in [bodies, bodies[::-1]] * 3))
        assert sorted(itertools.chain(*statuses)) == [200] * 1000 + [201] * 200
        kept, summed = await summed_anew(db)
        assert kept == summed


class TestReceipts:
    async def test_revisions_at_once_end_with_the_highest(self, client: httpx.AsyncClient, db: Any) -> None:
        for round_ in range(8):
            body = make.sale(receipt_no=f"R{round_}", customer={"email": f"b{round_}@example.com"})
            await make.record_sale(client, body)
            revisions = [{**body, "revision": n, "total": None, "lines": [make.line(f"{n}.00")]} for n in range(1, 9)]
            random.Random(round_).shuffle(revisions)
            answers = await asyncio.gather(*(client.post(SALES, json=revision) for revision in revisions))
            assert {a.status_code for a in answers} == {200}
            stored = (await client.get(f"{SALES}/{answers[0].json()['id']}")).json()
            assert (stored["revision"], stored["total"]) == (8, "8.00")
        kept, summed = await summed_anew(db)
        assert kept == summed

    async def test_the_last_item_is_taken_back_once(self, client: httpx.AsyncClient, db: Any) -> None:
        await make.record_sale(client, make.sale(receipt_no="S"))
        bodies = [make.sale(lines=[make.refund("S")], payments=[], total="-10.00") for _ in range(20)]
        answers = await asyncio.gather(*(client.post(SALES, json=body) for body in bodies))
        assert sorted(a.status_code for a in answers) == [201] + [409] * 19
        assert await db.fetchval("SELECT sum(quantity) FROM sale_lines WHERE refund_receipt_no = 'S'") == -1

    async def test_claims_of_one_receipt_have_one_winner(self, client: httpx.AsyncClient, db: Any) -> None:
        sale = await make.record_sale(client, make.sale())
        claimants = [await make.create_customer(client) for _ in range(10)]
        answers = await asyncio.gather(
            *(client.post(f"{SALES}/{sale['id']}/claim", json={"customer_id": c["id"]}) for c in claimants)
        )
        assert sorted(a.status_code for a in answers) == [200] + [409] * 9
        kept, summed = await summed_anew(db)
        assert kept == summed and len(kept) == 1

    async def test_sums_stay_right_while_everything_happens(self, client: httpx.AsyncClient, db: Any) -> None:
        """Purchases, revisions, claims and voids of three customers at once."""
        cards = [make.identity() for _ in range(3)]
        holders = [await make.create_customer(client, identities=[card]) for card in cards]
        chance = random.Random(11)

        async def shopper() -> None:
            for _ in range(6):
                body = make.sale(customer=chance.choice([None, *({"identity": card} for card in cards)]))
                sale = await make.record_sale(client, body)
                match chance.randrange(4):
                    case 0:
                        answer = await client.post(f"{SALES}/{sale['id']}/void", json={"reason": "x"})
                    case 1:
                        customer_id = chance.choice(holders)["id"]
                        answer = await client.post(f"{SALES}/{sale['id']}/claim", json={"customer_id": customer_id})
                    case 2:
                        buyer = {"identity": chance.choice(cards)}
                        answer = await client.post(SALES, json={**body, "revision": 1, "customer": buyer})
                    case _:
                        continue
                assert answer.status_code in (200, 409), answer.text

        await asyncio.gather(*(shopper() for _ in range(16)))
        kept, summed = await summed_anew(db)
        assert kept == summed
        assert await db.fetchval("SELECT count(*) FROM sales") == 96


class TestMatching:
    @pytest.mark.parametrize("on_match", [OnMatch.MATCH, OnMatch.KEEP])
    async def test_two_batches_in_another_order(
        self, sessions: Sessions, client: httpx.AsyncClient, db: Any, on_match: OnMatch
    ) -> None:
        """They wait for one another, and never each for the other."""
        people = [{"contact_points": [{"kind": "email", "value": f"b{n}@example.com"}]} for n in range(9)]
        ids = [(await make.create_customer(client, **person))["id"] for person in people]
        news = [CustomerNew.model_validate({"display_name": "B", "owner": "mia", **person}) for person in people]
        runs = 0

        async def create(batch: list[CustomerNew]) -> None:
            async def work(ctx: Any) -> None:
                nonlocal runs
                runs += 1
                outcomes = await customers.create_many(ctx, batch, on_match)
                assert {outcome.status for outcome in outcomes} <= {200, 201}

            await sessions.write(work)

        async with db.transaction():  # until both hold what they can, and wait
            await db.execute("SELECT FROM customers WHERE id = $1 FOR UPDATE", sorted(ids)[4])
            both = [asyncio.create_task(create(batch)) for batch in (news, news[::-1])]
            locks = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            while await db.fetchval(f"SELECT count(*) {locks}") < 2:
                await db.execute("SELECT pg_stat_clear_snapshot()")
        await asyncio.gather(*both)
        assert runs == 2, "one was stopped for a deadlock"


class TestDatabase:
    async def test_a_deadlock_is_run_again(self, sessions: Sessions, client: httpx.AsyncClient, db: Any) -> None:
        """Two that do wait for each other in a circle: Postgres stops one, and it is run again from the start."""
        one, two = await make.create_customer(client), await make.create_customer(client)
        both_hold = asyncio.Barrier(2)
        runs = 0

        async def change(first: str, second: str) -> None:
            waited = False

            async def work(ctx: Any) -> None:
                nonlocal waited, runs
                runs += 1
                await ctx.db.execute("UPDATE customers SET owner = 'x' WHERE id = $1", first)
                if not waited:
                    waited = True
                    await both_hold.wait()
                await ctx.db.execute("UPDATE customers SET owner = 'x' WHERE id = $1", second)

            await sessions.write(work)

        await asyncio.gather(change(one["id"], two["id"]), change(two["id"], one["id"]))
        assert runs == 3
        assert await db.fetchval("SELECT count(*) FROM customers WHERE owner = 'x'") == 2

    async def test_no_connection_free_is_told_and_heals(self, make_app: Any, connect: Any) -> None:
        app = await make_app(pool_size=2, pool_timeout=0.1)
        client = connect(to=app)
        assert (await client.get(CUSTOMERS)).status_code == 200
        database = app.state.service.database
        async with database.reading(), database.reading():
            answer = await client.get(CUSTOMERS)
            assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
            assert int(answer.headers["retry-after"]) >= 1
            written = await client.post(CUSTOMERS, json=make.customer())
            assert written.status_code == 503
            assert (await client.get("/healthz")).status_code == 200
        assert (await client.get(CUSTOMERS)).status_code == 200

    async def test_a_statement_that_takes_too_long_is_told(self, make_app: Any, connect: Any, db: Any) -> None:
        client = connect(to=await make_app(statement_timeout=0.2))
        made = await make.create_customer(client)
        async with db.transaction():
            await db.execute("SELECT FROM customers WHERE id = $1 FOR UPDATE", made["id"])
            answer = await patch(client, f"{CUSTOMERS}/{made['id']}", {"owner": "mia"})
        assert answer.status_code == 503
        assert (await patch(client, f"{CUSTOMERS}/{made['id']}", {"owner": "mia"})).status_code == 200

    async def test_a_database_that_is_away_is_told(self, make_app: Any, connect: Any) -> None:
        client = connect(to=await make_app(database_url="postgresql://rapport@/rapport?host=/no/such/socket"))
        assert (await client.get("/healthz")).status_code == 200
        for path in ("/readyz", CUSTOMERS):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), path


class TestPutByIdentity:
    async def test_none_of_the_added_identities_is_lost(self, client: httpx.AsyncClient) -> None:
        path = f"{CUSTOMERS}/by-identity/shop/7"
        assert (await client.put(path, json={"display_name": "Ada"})).status_code == 201
        added = [{"system": f"system-{n}", "external_id": "7"} for n in range(8)]
        answers = await asyncio.gather(*(client.put(path, json={"identities": [identity]}) for identity in added))
        assert [answer.status_code for answer in answers] == [200] * 8
        customer = (await client.get(f"{CUSTOMERS}/{answers[0].json()['id']}")).json()
        assert sorted(i["system"] for i in customer["identities"]) == ["shop", *(i["system"] for i in added)]
