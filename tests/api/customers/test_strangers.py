"""Strangers who have a key in common stay strangers, and nothing is learnt of a guess."""

import json
from typing import Any

import httpx

from tests import make
from tests.make.customers import create_source
from tests.support import api

NUMBER = "+44 7911 123402"
ANNA, BERT = "anna@example.com", "bert@example.com"


def shop(external_id: str, system: str = "shop") -> dict[str, str]:
    return make.identity(system, external_id)


async def buy(client: httpx.AsyncClient, **customer: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/sales", make.sale(customer=customer))


async def batch(client: httpx.AsyncClient, path: str, bodies: list[Any], **params: str) -> list[dict[str, Any]]:
    content = "\n".join(map(json.dumps, bodies)).encode()
    answer = await client.post(f"{path}/batch", content=content, headers=api.JSON_LINES, params=params)
    assert answer.status_code == 200, answer.text
    return [json.loads(text) for text in answer.text.splitlines()]


def results(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(reason["kind"], reason["result"]) for reason in record["match_reasons"]]


class TestTwoIdsOfOneSystem:
    async def test_of_a_receipt_contradict_each_other(self, client: httpx.AsyncClient) -> None:
        lines = await batch(
            client,
            "/v1/sales",
            [
                make.sale(customer={"identity": shop("101"), "phone": NUMBER, "email": ANNA, "name": "Anna"}),
                make.sale(customer={"identity": shop("102"), "phone": NUMBER, "email": BERT, "name": "Bert"}),
            ],
        )
        assert [line["status"] for line in lines] == [201, 201]
        (anna,) = (await client.get("/v1/customers")).json()["items"]
        again = await buy(client, identity=shop("103"), email=ANNA)
        for sale in ((await client.get(f"/v1/sales/{lines[1]['id']}")).json(), again):
            assert (sale["match"], sale["customer_id"], sale["candidates"]) == ("ambiguous", None, [anna["id"]])
            assert sorted(results(sale))[0] in {("email", "found"), ("email", "unknown")}
            assert ("identity", "unknown") in results(sale)
        assert (await client.get(f"/v1/customers/{anna['id']}")).json() == anna
        task = {"what": "Call", "customer": {"identity": shop("104"), "phone": NUMBER}}
        (line,) = await batch(client, "/v1/tasks", [task])
        assert (line["status"], line["problem"]["errors"][0]["code"]) == (422, "ambiguous")

    async def test_unless_all_else_agrees_or_it_is_the_first_of_its_system(self, client: httpx.AsyncClient) -> None:
        anna = (await buy(client, identity=shop("101"), phone=NUMBER, email=ANNA))["customer_id"]
        card = await buy(client, identity=shop("C-1", "loyalty"), email=ANNA)
        assert (card["customer_id"], results(card)[1]) == (anna, ("identity", "learnt"))
        second = await buy(client, identity=shop("C-2", "loyalty"), email=ANNA, phone=NUMBER)
        assert (second["customer_id"], ("identity", "learnt") in results(second)) == (anna, True)
        assert (await buy(client, identity=shop("C-2", "loyalty")))["customer_id"] == anna
        named = await buy(client, id=anna, identity=shop("C-3", "loyalty"))
        assert (named["customer_id"], ("identity", "learnt") in results(named)) == (anna, True)

    async def test_of_a_customer_who_is_matched(self, client: httpx.AsyncClient) -> None:
        points = [make.phone(NUMBER), make.email(ANNA)]
        anna = await make.create_customer(client, identities=[shop("101")], contact_points=points)

        def sent(external_id: str, *points: dict[str, Any], **fields: Any) -> dict[str, Any]:
            identities = [shop(external_id)] if external_id else []
            return {"display_name": "Bert", "identities": identities, "contact_points": list(points), **fields}

        bert = sent("102", make.phone(NUMBER), make.email(BERT))
        firm = sent("", make.phone(NUMBER), kind="organization")
        lines = await batch(client, "/v1/customers", [bert, firm], on_match="match")
        for line, pointer in zip(lines, ("/identities/0", "/kind"), strict=True):
            problem = line["problem"]
            assert (line["status"], problem["customer_ids"]) == (409, [anna["id"]])
            assert (pointer, "contradicts") in [(error["pointer"], error["code"]) for error in problem["errors"]]
        put = await client.put(
            "/v1/customers/by-identity/shop/103",
            json={"contact_points": [make.email(ANNA)]},
            params={"on_match": "match"},
        )
        assert put.status_code == 409
        assert (await client.get(f"/v1/customers/{anna['id']}")).json() == anna
        lines = await batch(
            client,
            "/v1/customers",
            [
                sent("104", *points),
                sent("7", make.email(ANNA)) | {"identities": [shop("7", "crm")]},
                sent("101", kind="organization"),
            ],
            on_match="match",
        )
        assert [(line["status"], line["id"]) for line in lines] == [(200, anna["id"])] * 3

    async def test_contradict_each_other_beside_a_common_id(self, client: httpx.AsyncClient) -> None:
        """A household's loyalty card is in the shop accounts of two people."""
        card = shop("L1", "loyalty")

        def sent(external_id: str, *points: dict[str, Any], **fields: Any) -> dict[str, Any]:
            return {"identities": [card, shop(external_id)], "contact_points": list(points), **fields}

        points = [make.email(ANNA), make.phone(NUMBER)]
        anna = await make.create_customer(client, **sent("1", *points, display_name="Anna"))
        bert = sent("2", make.email(BERT), display_name="Bert")
        (line,) = await batch(client, "/v1/customers", [bert], on_match="match")
        put = await client.put(
            "/v1/customers/by-identity/shop/2", json={**bert, "identities": [card]}, params={"on_match": "match"}
        )
        added = await client.put("/v1/customers/by-identity/loyalty/L1", json=bert)
        post = await client.post("/v1/customers", json=bert, params={"on_match": "match"})
        assert (line["status"], put.status_code, added.status_code, post.status_code) == (409, 409, 409, 409)
        for problem, pointer in (
            (line["problem"], "/identities/1"),
            (put.json(), "/identities/0"),
            (added.json(), "/identities/1"),
            (post.json(), "/identities/1"),
        ):
            assert [(e["pointer"], e["code"], e["customer_id"]) for e in problem["errors"]] == [
                (pointer, "contradicts", anna["id"])
            ]
        assert (await client.get(f"/v1/customers/{anna['id']}")).json() == anna
        # Her new account, an id of another system, and two ids that are sent as one person's contradict nothing.
        lines = await batch(
            client,
            "/v1/customers",
            [
                sent("3", *points, display_name="Anna"),
                {"display_name": "Anna", "identities": [card, shop("7", "crm")]},
                {"display_name": "Anna", "identities": [card, shop("1"), shop("4")]},
            ],
            on_match="match",
        )
        assert [(line["status"], line["id"]) for line in lines] == [(200, anna["id"])] * 3
        put = await client.put("/v1/customers/by-identity/shop/4", json={"identities": [shop("5")]})
        assert (put.status_code, put.json()["id"]) == (200, anna["id"])


class TestASharedNumber:
    async def test_identifies_nobody_alone(self, client: httpx.AsyncClient) -> None:
        shared = make.phone(NUMBER, shared=True)
        anna = await make.create_customer(client, contact_points=[shared, make.email(ANNA)])
        sale = await buy(client, phone=NUMBER, email=BERT, name="Bert")
        assert (sale["match"], sale["customer_id"], sale["candidates"]) == ("ambiguous", None, [anna["id"]])
        assert results(sale) == [("phone", "found"), ("email", "unknown")]
        other = await make.create_customer(client, contact_points=[shared])
        sale = await buy(client, phone=NUMBER, email=ANNA)
        assert (sale["customer_id"], sale["matched_by"]) == (anna["id"], "email")
        reasons = [(reason["kind"], reason["customer_id"]) for reason in sale["match_reasons"]]
        assert reasons == [("email", anna["id"]), ("phone", anna["id"]), ("phone", other["id"])]

    async def test_is_no_key_of_who_is_sent(self, client: httpx.AsyncClient) -> None:
        """Whoever has it has said that others may have it too, so nobody is refused or matched because of it."""
        anna = await make.create_customer(client, contact_points=[make.email(ANNA, shared=True)])
        for on_match in ("refuse", "match", "keep"):
            answer = await client.post(
                "/v1/customers",
                json={"display_name": "Bert", "contact_points": [make.email(ANNA, shared=on_match != "refuse")]},
                params={"on_match": on_match},
            )
            assert (answer.status_code, answer.json()["id"] != anna["id"]) == (201, True), on_match
        sale = await buy(client, email=ANNA)
        assert (sale["match"], anna["id"] in sale["candidates"]) == ("ambiguous", True)


class TestTheCountryOfASource:
    async def test_is_that_of_numbers_in_tasks_and_relationships(self, client: httpx.AsyncClient) -> None:
        await create_source(client, "kasse", country="DE", values_of_nobody=["GAST-7"])
        ada = await make.create_customer(client, contact_points=[make.phone("+4930901820")])
        firm = await make.create_customer(client, identities=[shop("7", "kasse")])
        number = {"phone": "030 901820"}
        for source, status in (("kasse", 201), ("till", 422)):
            task = {"what": "Call", "source": source, "external_id": "1", "customer": number}
            (line,) = await batch(client, "/v1/tasks", [task])
            assert line["status"] == status, source
        task = (await client.get("/v1/tasks", params={"customer_id": ada["id"]})).json()["items"]
        assert len(task) == 1
        subject = {"identity": shop("7", "kasse")}
        (line,) = await batch(
            client, "/v1/relationships", [{"subject": subject, "kind": "employs", "customer": number}]
        )
        assert line["status"] == 201, line
        guest = {"subject": {"identity": shop("gast-7", "kasse")}, "kind": "employs", "customer": {"id": firm["id"]}}
        assert (await batch(client, "/v1/relationships", [guest]))[0]["status"] == 422


class TestPolicies:
    async def test_refuse_wildcards_that_do_nothing(self, client: httpx.AsyncClient) -> None:
        values = ["*@*", "*", "+*", "*@shop.example", "till@*", "*@", "a*@x.example", "@*"]
        answer = await client.post("/v1/sources", json={"code": "x", "values_of_nobody": values})
        assert answer.status_code == 422
        assert api.errors(answer) == [(f"/values_of_nobody/{n}", "wildcard") for n in (0, 1, 2, 5, 6, 7)]
        await create_source(client, "x", values_of_nobody=values[3:5])

    async def test_hold_for_a_source_in_whatever_case(self, client: httpx.AsyncClient) -> None:
        await create_source(client, "woo", values_of_nobody=[ANNA])
        for code in ("WOO", "Woo"):
            body = make.sale(source=code, customer={"email": ANNA})
            assert (await api.post(client, "/v1/sales", body))["match"] == "unmatched"
        listed = (await client.get("/v1/sources")).json()["items"]
        assert [source["code"] for source in listed] == ["woo"]
        await api.patch(client, f"/v1/sources/{listed[0]['id']}", {"values_of_nobody": []})
        again = make.sale(source="WOO", customer={"email": ANNA})
        assert (await api.post(client, "/v1/sales", again))["match"] == "matched", "the change is known at once"
        await create_source(client, "WOO", may_create=False)
        own = make.sale(source="WOO", customer={"email": BERT})
        assert (await api.post(client, "/v1/sales", own))["match"] == "unmatched", "one of its own goes before"


class TestAddressesOfMail:
    async def test_several_in_one_contact_are_nobody(self, client: httpx.AsyncClient) -> None:
        for address in (ANNA, BERT):
            await make.create_customer(client, contact_points=[make.email(address)])
        sent = f"Anna <{ANNA}>, Bert <{BERT}>"
        contact = {"contact": {"kind": "email", "value": sent}}
        message = {"kind": "message", "channel": "email", "direction": "inbound", "body": "Hi", **contact}
        record = await api.post(client, "/v1/interactions", message)
        assert (record["match"], record["contact"]["value"], results(record)) == (
            "unmatched",
            sent,
            [("email", "of_nobody")],
        )
        sale = await buy(client, email=sent)
        assert (sale["match"], sale["customer_id"]) == ("unmatched", None)

    async def test_as_outlook_writes_them(self, client: httpx.AsyncClient) -> None:
        anna = await make.create_customer(client, contact_points=[make.email(ANNA)])
        for sent in (f"'{ANNA}'", f"Anna [mailto:{ANNA}]"):
            assert (await buy(client, email=sent))["customer_id"] == anna["id"], sent
        for q in (f"mailto:{ANNA}", f"<{ANNA}>", f"'{ANNA}'"):
            page = (await client.get("/v1/customers", params={"q": q})).json()["items"]
            assert [item["id"] for item in page] == [anna["id"]], q

    async def test_of_machines_are_nobodys(self, client: httpx.AsyncClient) -> None:
        for sent in ("MAILER-DAEMON@example.com", "bounces+12-ada=x.example@example.com", "no-reply+7@example.com"):
            sale = await buy(client, email=sent)
            assert (sale["match"], results(sale)) == ("unmatched", [("email", "of_nobody")]), sent
