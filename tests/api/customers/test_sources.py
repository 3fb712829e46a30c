"""Sources: made by the first record that names them, and what their policies make of the records that follow."""

import asyncio
import json
from typing import Any

import httpx

from app.core.sessions import Sessions
from tests import make
from tests.make.customers import change_source, create_source
from tests.support import api
from tests.support.application import MakeApp
from tests.support.counting import CountingConnection

PATH = "/v1/sources"
CARD = make.identity("loyalty", "CARD-1")
NUMBER = "+44 7911 123402"
BERLIN = "+4930901820"


async def codes(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(PATH, params={"sort": "code", **query})
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def batch(client: httpx.AsyncClient, path: str, bodies: list[Any], **params: str) -> list[dict[str, Any]]:
    content = "\n".join(map(json.dumps, bodies)).encode()
    answer = await client.post(f"{path}/batch", content=content, headers=api.JSON_LINES, params=params)
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.text.splitlines()]


async def found(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get("/v1/customers/lookup", params=query)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def results(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(reason["kind"], reason["result"]) for reason in record["match_reasons"]]


def message(source: str = "mail", external_id: str = "m-1", **contact: str) -> dict[str, Any]:
    body = {"kind": "message", "channel": "email", "direction": "inbound", "body": "Hello"}
    return {**body, "contact": contact, "source": source, "external_id": external_id}


class TestResource:
    async def test_is_kept_like_any_other(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_source(client, "shop ", kind="web_shop", on_match="match", country="DE", currency="EUR")
        assert (made["code"], made["confirmed"], made["may_create"], made["tax"]) == ("shop", True, True, None)
        again = await client.post(PATH, json={"code": "shop"})
        assert (again.status_code, again.json()["source_id"]) == (409, made["id"])
        changed = await change_source(client, "shop", may_create=False, country=None, values_of_nobody=["0: x", "0: x"])
        assert (changed["version"], changed["may_create"], changed["country"]) == (2, False, None)
        stale = await client.patch(
            f"{PATH}/{made['id']}", json={"name": "x"}, headers={**api.MERGE_PATCH, "If-Match": '"1"'}
        )
        assert stale.status_code == 412
        titles = await api.event_titles(db, made["id"])
        assert titles == [("source.created", "Source shop created"), ("source.updated", "Source shop updated")]
        wrong = {
            "code": "x",
            "kind": "fax",
            "currency": "XXQ",
            "time_zone": "Mars",
            "country": "ZZ",
            "may_create": "yes",
        }
        answer = await client.post(PATH, json=wrong)
        assert [pointer for pointer, _ in api.errors(answer)] == [
            "/kind",
            "/may_create",
            "/country",
            "/time_zone",
            "/currency",
        ]
        assert await codes(client, kind="web_shop", confirmed="true") == ["shop"]
        assert await codes(client, kind="till") == []
        exported = await client.get(f"{PATH}/export", headers={"Accept": "application/x-ndjson"})
        assert json.loads(exported.text)["code"] == "shop"

    async def test_is_made_by_the_first_record(self, client: httpx.AsyncClient) -> None:
        """Of those that are stored: what is refused, or only tried, leaves none behind."""
        await api.post(client, "/v1/sales", make.sale(source="till", customer={"identity": CARD}))
        await api.post(client, "/v1/interactions", message(kind="email", value="a@example.com"))
        await api.post(client, "/v1/customers", make.customer(identities=[make.identity("shopify", "1")]))
        complaint = make.complaint(source="desk", external_id="1")
        feedback = {"method": "suggestion", "text": "Nice", "source": "forms", "external_id": "1"}
        await api.post(client, "/v1/complaints", complaint)
        await api.post(client, "/v1/feedback", feedback)
        made = ["desk", "forms", "loyalty", "mail", "shopify", "till"]
        assert await codes(client, confirmed="false") == made
        tried = await client.post("/v1/sales", json=make.sale(source="tried"), params={"validate_only": "true"})
        assert tried.status_code == 201
        for path, body in {
            "sales": make.sale(source="refused", lines=[make.line(), make.refund("R-0", total="5.00")]),
            "interactions": message("refused", customer_id=str(make.number()), kind="email", value="x"),
            "complaints": {**complaint, "source": "refused", "sale_id": "019cea40-2b16-7d05-a3c8-51f07e2b9d64"},
            "feedback": {**feedback, "source": "refused", "idea_id": "019cea40-2b16-7d05-a3c8-51f07e2b9d64"},
        }.items():
            assert (await client.post(f"/v1/{path}", json=body)).status_code == 422, path
        refused = await batch(client, "/v1/sales", [make.sale(source="good"), make.sale(source="bad", currency=None)])
        assert [line["status"] for line in refused] == [201, 422]
        assert await codes(client) == sorted([*made, "good"])

    async def test_a_known_one_costs_nothing(self, client: httpx.AsyncClient, sessions: Sessions) -> None:
        from app.services import customers

        await create_source(client, "till", may_create=False)
        async with sessions.reading() as ctx:
            counted = CountingConnection(ctx.db)
            object.__setattr__(ctx, "db", counted)
            for _ in range(3):
                policies = await customers.load_policies(ctx, ["till", None])
                assert policies.of("till").may_create is False
            assert counted.statements == 1

    async def test_other_processes_follow_when_they_ask_again(
        self, client: httpx.AsyncClient, make_app: MakeApp, connect: Any
    ) -> None:
        await create_source(client, "till", currency="EUR")
        other = await make_app()
        elsewhere = connect(to=other)
        first = await api.post(elsewhere, "/v1/sales", make.sale(currency=None))
        await change_source(client, "till", currency="CHF")
        assert first["currency"] == "EUR"
        assert (await api.post(client, "/v1/sales", make.sale(currency=None)))["currency"] == "CHF"
        assert (await api.post(elsewhere, "/v1/sales", make.sale(currency=None)))["currency"] == "EUR"
        other.state.service.references.clear()
        assert (await api.post(elsewhere, "/v1/sales", make.sale(currency=None)))["currency"] == "CHF"

    async def test_many_make_it_at_once(self, client: httpx.AsyncClient, db: Any) -> None:
        before = await db.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        bodies = [
            make.sale(source=f"s{n % 3}", customer={"identity": make.identity(f"s{(n + 1) % 3}", f"{n}")})
            for n in range(12)
        ]
        answers = await asyncio.gather(*(client.post("/v1/sales", json=body) for body in bodies))
        assert [answer.status_code for answer in answers] == [201] * 12
        assert await codes(client) == ["s0", "s1", "s2"]
        after = await db.fetchval("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert after == before


class TestCreatingAndTeaching:
    async def test_one_that_may_not_create(self, client: httpx.AsyncClient) -> None:
        await create_source(client, "kiosk", may_create=False)
        buyer = {"identity": CARD, "phone": NUMBER, "name": "Ada"}
        kept = await api.post(client, "/v1/sales", make.sale(source="kiosk", customer=buyer))
        assert (kept["match"], kept["customer_id"]) == ("unmatched", None)
        assert results(kept) == [("identity", "unknown"), ("phone", "unknown"), ("source", "may_not_create")]
        bodies = [make.sale(source=source, customer={"phone": NUMBER}) for source in ("kiosk", "till", "kiosk")]
        lines = await batch(client, "/v1/sales", bodies)
        sales = [(await client.get(f"/v1/sales/{line['id']}")).json() for line in lines]
        assert [results(sale)[0] for sale in sales] == [("phone", "unknown"), ("phone", "created"), ("phone", "found")]
        (made,) = (await client.get("/v1/customers")).json()["items"]
        assert sales[2]["customer_id"] == made["id"], "it may find whom another source has created"
        new = make.customer(identities=[make.identity("kiosk", "9")])
        assert (await client.post("/v1/customers", json=new)).status_code == 409
        assert [line["status"] for line in await batch(client, "/v1/customers", [new], source="kiosk")] == [409]
        assert (await client.put("/v1/customers/by-identity/kiosk/9", json={"display_name": "A"})).status_code == 409

    async def test_one_that_may_not_teach(self, client: httpx.AsyncClient) -> None:
        await create_source(client, "kiosk", may_teach=False, on_match="match")
        made = await make.create_customer(client, contact_points=[make.phone(NUMBER)])
        sale = await api.post(
            client, "/v1/sales", make.sale(source="kiosk", customer={"identity": CARD, "phone": NUMBER})
        )
        assert sale["customer_id"] == made["id"]
        assert results(sale) == [("phone", "found"), ("identity", "unknown"), ("source", "may_not_teach")]
        sent = make.customer(
            identities=[make.identity("kiosk", "9")], contact_points=[make.phone(NUMBER), make.email("a@example.com")]
        )
        (line,) = await batch(client, "/v1/customers", [{**sent, "salutation": "Dear Ada"}])
        assert (line["status"], line["id"], line["matched"]) == (200, made["id"], True)
        stored = (await client.get(f"/v1/customers/{made['id']}")).json()
        assert (stored["identities"], len(stored["contact_points"]), stored["salutation"]) == ([], 1, "Dear Ada")

    async def test_customers_of_a_second_system_are_matched_as_it_says(self, client: httpx.AsyncClient) -> None:
        """K4.3: by policy of the source, in a batch and one by one."""
        known = await make.create_customer(client, contact_points=[make.email("ada@example.com")])

        def sent(system: str, external_id: str) -> dict[str, Any]:
            return make.customer(
                identities=[make.identity(system, external_id)], contact_points=[make.email("Ada@example.com")]
            )

        (refused,) = await batch(client, "/v1/customers", [sent("shopify", "1")])
        assert refused["status"] == 409
        await create_source(client, "shopify", on_match="match")
        (matched,) = await batch(client, "/v1/customers", [sent("shopify", "1")])
        assert (matched["status"], matched["id"], matched["matched"]) == (200, known["id"], True)
        put = await client.put(
            "/v1/customers/by-identity/ebay/2",
            json={"contact_points": [make.email("ADA@example.com")]},
            params={"source": "shopify"},
        )
        assert (put.status_code, put.json()["id"]) == (200, known["id"])
        assert await found(client, identity="ebay:2") == [known["id"]]
        asked = await client.post("/v1/customers", json=sent("shopify", "3"), params={"on_match": "refuse"})
        assert asked.status_code == 409, "what is asked for goes before the policy"
        await create_source(client, "tickets", on_match="keep")
        kept = await client.post("/v1/customers", json=sent("tickets", "1"))
        assert kept.status_code == 201 and kept.json()["id"] != known["id"]

    async def test_who_created_them_is_not_how_they_were_acquired(self, client: httpx.AsyncClient) -> None:
        await api.post(client, "/v1/sales", make.sale(source="till", customer={"identity": CARD}))
        shop = make.customer(identities=[make.identity("shopify", "1")], acquisition_source="fair")
        await api.post(client, "/v1/customers", shop)
        await api.post(client, "/v1/customers", make.customer(identities=[]))
        listed = {}
        for source in ("till", "shopify", "loyalty"):
            page = (await client.get("/v1/customers", params={"created_by_source": source})).json()["items"]
            listed[source] = [(one["created_by_source"], one["acquisition_source"]) for one in page]
        assert listed == {"till": [("till", None)], "shopify": [("shopify", "fair")], "loyalty": []}
        (bought,) = (await client.get("/v1/customers", params={"created_by_source": "till"})).json()["items"]
        changed = await api.patch(client, f"/v1/customers/{bought['id']}", {"acquisition_source": "radio"})
        assert (changed.json()["created_by_source"], changed.json()["acquisition_source"]) == ("till", "radio")
        refused = await client.post("/v1/customers", json={**shop, "created_by_source": "x"})
        assert refused.status_code == 422


class TestReading:
    async def test_values_of_nobody(self, client: httpx.AsyncClient) -> None:
        """K4.4: of one source. Elsewhere, the shop's own number is anybody's."""
        values = ["020 7946 0958", "*@shop.example", "C-0"]
        await create_source(client, "till", values_of_nobody=values)
        for customer in (
            {"phone": "+44 20 7946 0958"},
            {"email": "x@shop.example"},
            {"identity": make.identity("pos", "c-0")},
        ):
            for _ in range(2):
                sale = await api.post(client, "/v1/sales", make.sale(customer={"name": "A", **customer}))
                assert (sale["match"], sale["customer_id"], results(sale)[0][1]) == ("unmatched", None, "of_nobody")
        await change_source(client, "pos", values_of_nobody=["VISITOR"])
        visitor = make.sale(source="other", customer={"identity": make.identity("pos", "visitor")})
        assert (await api.post(client, "/v1/sales", visitor))["match"] == "unmatched"
        made = await api.post(client, "/v1/sales", make.sale(source="web", customer={"phone": "020 7946 0958"}))
        assert made["match"] == "matched"
        mine = await api.post(client, "/v1/interactions", message("till", kind="phone", value="020 7946 0958"))
        assert (mine["match"], mine["customer_id"]) == ("unmatched", None)

    async def test_numbers_of_the_country_of_the_source(self, client: httpx.AsyncClient) -> None:
        """K4.6: the record's own country, then the source's, then the default."""
        await create_source(client, "kasse", country="DE", on_match="match")
        sale = await api.post(client, "/v1/sales", make.sale(source="kasse", customer={"phone": "030 901820"}))
        ada = sale["customer_id"]
        stored = (await client.get(f"/v1/customers/{ada}")).json()
        assert [(p["normalized"], p["identifies"]) for p in stored["contact_points"]] == [(BERLIN, True)]
        changed = await api.patch(client, f"/v1/customers/{ada}", {"owner": "Tom"})
        assert changed.status_code == 200, changed.text
        assert [p["normalized"] for p in changed.json()["contact_points"]] == [BERLIN], "read again without the source"
        contact = {"kind": "phone", "value": "030/90 18 20"}
        bodies: dict[str, dict[str, Any]] = {
            "interactions": message("kasse", **contact),
            "complaints": make.complaint(source="kasse", external_id="1", complainant={"contact": contact}),
            "feedback": {
                "method": "suggestion",
                "text": "Nice",
                "source": "kasse",
                "external_id": "1",
                "author": {"contact": contact},
            },
        }
        for path, body in bodies.items():
            record = await api.post(client, f"/v1/{path}", body)
            assert (record["customer_id"], results(record)) == (ada, [("phone", "found")]), path
            whole = json.loads(json.dumps(body).replace("030/90 18 20", BERLIN))
            assert (await client.post(f"/v1/{path}", json=whole)).status_code == 200, "the same number, sent again"
        assert await found(client, phone="030 901820", source="kasse") == [ada]
        assert await found(client, phone=BERLIN) == [ada]
        (line,) = await batch(client, "/v1/customers", [{"contact_points": [contact]}], source="kasse")
        assert (line["status"], line["id"]) == (200, ada)
        put = {"contact_points": [contact], "given_name": "Ada"}
        answer = await client.put("/v1/customers/by-identity/kasse/7", json=put)
        assert (answer.status_code, answer.json()["id"]) == (200, ada)
        answer = await client.put("/v1/customers/by-identity/kasse/7", json=put)
        assert [p["normalized"] for p in answer.json()["contact_points"]] == [BERLIN]
        own = {**put, "contact_points": [make.phone("020 7946 0018")], "addresses": [{"country": "GB", "city": "York"}]}
        answer = await client.put("/v1/customers/by-identity/kasse/8", json=own)
        assert [p["normalized"] for p in answer.json()["contact_points"]] == ["+442079460018"]

    async def test_known_customers_keep_their_numbers(self, client: httpx.AsyncClient) -> None:
        """What a source of another country teaches leaves the numbers alone that are there."""
        await create_source(client, "kasse", country="DE", on_match="match")
        points = [make.phone("020 7946 0018"), make.email("ada@example.com")]
        known = await make.create_customer(client, contact_points=points)
        sent = make.customer(contact_points=[make.email("ada@example.com"), make.phone("030 901820")], identities=[])
        (line,) = await batch(client, "/v1/customers", [sent], source="kasse")
        assert (line["status"], line["id"]) == (200, known["id"])
        stored = (await client.get(f"/v1/customers/{known['id']}")).json()["contact_points"]
        assert [p["normalized"] for p in stored] == ["+442079460018", "ada@example.com", BERLIN]
        (again,) = await batch(client, "/v1/customers", [sent], source="kasse")
        assert (again["status"], again["id"]) == (200, known["id"])


class TestReceipts:
    async def test_currency_and_tax(self, client: httpx.AsyncClient) -> None:
        refused = await client.post("/v1/sales", json=make.sale(currency=None))
        assert api.errors(refused) == [("/currency", "missing")]
        await create_source(client, "till", currency="JPY", tax="on_top")
        lines = [make.line("1000", tax="100")]
        body = make.sale(lines=lines, payments=[], total=None)
        del body["currency"]
        sale = await api.post(client, "/v1/sales", body)
        assert (sale["currency"], sale["total"], sale["gross"], sale["balanced"]) == ("JPY", "1100", "1100", True)
        assert (await client.post("/v1/sales", json=body)).status_code == 200
        inside = {**body, "receipt_no": "R-inside", "total": "1000"}
        assert (await api.post(client, "/v1/sales", inside))["balanced"] is False, "the tax is missing"
        await change_source(client, "till", tax="included")
        for number, total, balanced in (("R-1", "1000", True), ("R-2", "1100", False)):
            sale = await api.post(client, "/v1/sales", {**body, "receipt_no": number, "total": total})
            assert (sale["total"], sale["gross"], sale["balanced"]) == (total, total, balanced)
        pound = await api.post(client, "/v1/sales", make.sale())
        assert pound["currency"] == "GBP", "what the receipt says goes before the policy"
        lines_of = await batch(
            client, "/v1/sales", [{**body, "receipt_no": "R-3"}, make.sale(source="x", currency=None)]
        )
        assert [line["status"] for line in lines_of] == [201, 422]

    async def test_trading_day(self, client: httpx.AsyncClient) -> None:
        """Half past eleven in the evening in New York, sent in UTC."""
        at = {"occurred_at": "2026-03-02T04:30:00Z"}
        assert (await api.post(client, "/v1/sales", make.sale(**at)))["business_date"] == "2026-03-02"
        await change_source(client, "till", time_zone="America/New_York")
        assert (await api.post(client, "/v1/sales", make.sale(**at)))["business_date"] == "2026-03-01"
        told = await api.post(client, "/v1/sales", make.sale(**at, business_date="2026-02-28"))
        assert told["business_date"] == "2026-02-28"
        await api.post(client, "/v1/sales", make.sale(**at, site="york"))
        (site,) = (await client.get("/v1/sites")).json()["items"]
        await api.patch(client, f"/v1/sites/{site['id']}", {"time_zone": "Europe/London"})
        assert (await api.post(client, "/v1/sales", make.sale(**at, site="york")))["business_date"] == "2026-03-02"


class TestReasons:
    async def test_of_interactions_complaints_and_feedback(self, client: httpx.AsyncClient) -> None:
        one, two = [
            await make.create_customer(client, contact_points=[make.phone(NUMBER, shared=True)]) for _ in range(2)
        ]
        sale = await api.post(client, "/v1/sales", make.sale(customer={"id": one["id"]}))

        def bodies(contact: dict[str, str] | None, **linked: str) -> dict[str, dict[str, Any]]:
            person = {} if contact is None else {"contact": contact}
            about = {"sale_id": linked["sale_id"]} if linked else {}
            return {
                "interactions": {"kind": "message", "channel": "email", "direction": "inbound", "body": "x", **person},
                "complaints": make.complaint(complainant=person or None, **about),
                "feedback": {"method": "suggestion", "text": "Nice", "author": person or None, **about},
            }

        known = {"kind": "phone", "value": NUMBER}
        unknown = {"kind": "email", "value": "new@example.com"}
        filler = {"kind": "phone", "value": "0000000000"}
        for contact, match, expected in (
            (None, "anonymous", []),
            (unknown, "unmatched", [("email", "unknown")]),
            (filler, "unmatched", [("phone", "of_nobody")]),
            (known, "ambiguous", [("phone", "found"), ("phone", "found")]),
        ):
            for path, body in bodies(contact).items():
                record = await api.post(client, f"/v1/{path}", body)
                assert (record["match"], record["customer_id"], results(record)) == (match, None, expected), path
                assert record["candidates"] == (sorted([one["id"], two["id"]]) if match == "ambiguous" else [])
        for path, body in bodies(unknown, sale_id=sale["id"]).items():
            listed = [
                i["match"] for i in (await client.get(f"/v1/{path}", params={"match": "ambiguous"})).json()["items"]
            ]
            assert listed == ["ambiguous"]
            if path != "interactions":
                record = await api.post(client, f"/v1/{path}", body)
                assert (record["match"], record["customer_id"]) == ("matched", one["id"])
                assert results(record) == [("record", "linked"), ("email", "unknown")]
            counts = {}
            for match in ("matched", "unmatched", "anonymous"):
                page = await client.get(f"/v1/{path}", params={"match": match})
                counts[match] = len(page.json()["items"])
            assert counts == {"matched": int(path != "interactions"), "unmatched": 2, "anonymous": 1}
