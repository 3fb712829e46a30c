"""Feedback through the API: a class for each verb."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.make.feedback import PATH, feedback, nps, pushed, record
from tests.support import api
from tests.support.api import JSON_LINES, errors, event_titles
from tests.support.application import TestClock
from tests.support.feedback import batch, get, listed, patch, refused, step

SOUP = "The soup was cold and the waiter was rude. It was terrible, a very bad evening."


async def dimensions(db: Any, feedback_id: str) -> list[tuple[Any, ...]]:
    """What its ratings are summed by."""
    rows = await db.fetch("SELECT site, staff, sku, customer_id::text FROM ratings WHERE feedback_id = $1", feedback_id)
    return [tuple(row) for row in rows]


class TestRecord:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe = await make.create_customer(client)
        body = {
            "method": "review",
            "channel": "web_form",
            "collected_at": "2026-02-27T20:15:00+01:00",
            "customer_id": zoe["id"],
            "author": {"name": "Zoë", "contact": {"kind": "email", "value": " Zoe@Example.COM "}},
            "site": "harbour",
            "till": "2",
            "staff": "tom",
            "sku": "SOUP",
            "ratings": [
                {"metric": "csat", "value": "2", "aspect": "waiting", "question": "q1"},
                {"metric": "rating", "value": "4"},
                {"metric": "csat", "value": "5", "aspect": "waiting", "side": "expectation"},
            ],
            "title": "Kalte Suppe",
            "text": "Erste Zeile\nزميل\t🥩",
            "url": "https://reviews.test/1",
            "language": "de-AT",
            "attributes": {"table": [4, {"n": None}]},
            "source": "reviews",
            "external_id": "W-1",
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        same = body.keys() - {"collected_at", "ratings"}
        assert {name: found[name] for name in same} == {name: body[name] for name in same}
        assert found["collected_at"] == "2026-02-27T19:15:00.000000Z"
        headline = {"metric": "rating", "value": "4", "worst": "1", "best": "5", "score": "75.00", "nps_class": None}
        assert {name: found[name] for name in headline} == headline
        assert [(r["score"], r["side"], r["aspect"]) for r in found["ratings"]] == [
            ("25.00", "experience", "waiting"),
            ("75.00", "experience", None),
            ("100.00", "expectation", "waiting"),
        ]
        assert await event_titles(db, found["id"]) == [("feedback.received", 'Review: 4 of 5 stars - "Kalte Suppe"')]

    @pytest.mark.parametrize("nothing", [{}, {"ratings": []}, {"text": None, "url": "https://example.com/1"}])
    async def test_of_nothing_is_refused(self, client: httpx.AsyncClient, nothing: dict[str, Any]) -> None:
        assert await refused(client, {"method": "review", **nothing}) == [("/text", "missing")]
        assert await refused(client, {"method": "review", "text": " \u3164"}) == [("/text", "blank")]

    async def test_says_no_more_than_a_headline(self, client: httpx.AsyncClient) -> None:
        found = await record(client, {"method": "suggestion", "title": "A bench"})
        assert found["collected_at"] == TestClock.START.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert (found["metric"], found["score"], found["ratings"], found["themes"]) == (None, None, [], [])

    @pytest.mark.parametrize(
        ("rating", "score", "nps_class"),
        [
            (nps(0), "0.00", "detractor"),
            (nps(6), "60.00", "detractor"),
            (nps("7.0"), "70.00", "passive"),
            (nps(9), "90.00", "promoter"),
            ({"metric": "csat", "value": "2"}, "25.00", None),
            ({"metric": "ces", "value": "2"}, "16.67", None),
            ({"metric": "rating", "value": "8.5", "worst": "0", "best": "10"}, "85.00", None),
            ({"metric": "rating", "value": "2", "worst": "6", "best": "1"}, "80.00", None),
            ({"metric": "score", "value": "12.345"}, "12.34", None),
        ],
    )
    async def test_figures_come_onto_one_scale(
        self, client: httpx.AsyncClient, rating: dict[str, Any], score: str, nps_class: str | None
    ) -> None:
        found = await record(client, feedback(ratings=[rating]))
        assert (found["score"], found["nps_class"]) == (score, nps_class)
        assert found["value"] == rating["value"]

    @pytest.mark.parametrize(
        ("rating", "member"),
        [
            (nps("7.5"), "value"),
            (nps(11), "value"),
            (nps(-1), "value"),
            (nps(5, worst="1", best="10"), "best"),
            ({"metric": "csat", "value": "0"}, "value"),
            ({"metric": "csat", "value": "3", "worst": "1"}, "best"),
            ({"metric": "csat", "value": "3", "best": "5"}, "worst"),
            ({"metric": "csat", "value": "3", "worst": "3", "best": "3.0"}, "best"),
        ],
    )
    async def test_figures_outside_their_scale_are_refused(
        self, client: httpx.AsyncClient, rating: dict[str, Any], member: str
    ) -> None:
        ((pointer, _),) = await refused(client, feedback(ratings=[rating]))
        assert pointer == f"/ratings/0/{member}"

    async def test_an_expectation_alone_is_no_headline(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client, feedback(ratings=[{"metric": "csat", "value": "5", "side": "expectation"}]))
        assert found["score"] is None and found["ratings"][0]["score"] == "100.00"
        assert await db.fetchval("SELECT count(*) FROM ratings WHERE main") == 0

    async def test_an_aspect_stands_for_the_whole_where_nothing_else_does(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        expected = {"metric": "csat", "value": "5", "side": "expectation"}
        found = await record(client, feedback(ratings=[expected, {"metric": "csat", "value": "2", "aspect": "bread"}]))
        assert found["score"] == "25.00"
        assert await db.fetchval("SELECT array_agg(position) FROM ratings WHERE main") == [1]

    async def test_text_is_judged(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(text=SOUP))
        assert (found["language"], found["sentiment"]) == ("en", "negative")
        assert float(found["sentiment_score"]) < 0 and found["analyzer"] and found["analyzer_version"]

    async def test_text_in_a_language_that_is_not_judged_stays_unjudged(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(text="Awful", language="tlh"))
        assert (found["language"], found["sentiment"], found["analyzer"]) == ("tlh", None, None)

    async def test_competitors_are_named_by_that_method_only(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client, feedback(method="competitor", competitor="Miller's"))
        assert await event_titles(db, found["id"]) == [
            ("feedback.received", "Feedback about a competitor (Miller's): 3 of 10")
        ]
        assert await db.fetchval("SELECT competitor FROM ratings") == "Miller's"
        assert await refused(client, feedback(competitor="Miller's")) == [("/competitor", "competitor")]
        assert await refused(client, feedback(method="competitor")) == [("/competitor", "competitor")]

    @pytest.mark.parametrize("what", ["customer", "sale", "interaction", "complaint", "idea"])
    async def test_refers_to_what_is_there(self, client: httpx.AsyncClient, what: str) -> None:
        assert await refused(client, feedback(**{f"{what}_id": str(uuid4())})) == [(f"/{what}_id", "not_found")]

    async def test_refers_to_a_line_that_is_there(self, client: httpx.AsyncClient) -> None:
        sold = await make.record_sale(client)
        assert await refused(client, feedback(sale_id=sold["id"], sale_line_no=9)) == [("/sale_line_no", "not_found")]
        assert await refused(client, feedback(sale_line_no=1)) == [("/sale_id", "missing")]
        receipt = {"source": "till", "receipt_no": "1"}
        assert await refused(client, feedback(sale_id=sold["id"], receipt=receipt)) == [("/receipt", "one_of")]

    async def test_is_not_collected_before_the_sale(self, client: httpx.AsyncClient) -> None:
        """By more than clocks differ."""
        sold = await make.record_sale(client, make.sale(receipt_no="S", occurred_at="2026-03-02T08:00:00Z"))
        receipt = {"source": "till", "receipt_no": "S"}
        for about in ({"sale_id": sold["id"]}, {"receipt": receipt}):
            early = feedback(**about, collected_at="2026-03-01T07:59:59Z")
            assert await refused(client, early) == [("/collected_at", "out_of_order")]
            await record(client, feedback(**about, collected_at="2026-03-01T08:00:00Z"))

    async def test_nothing_is_collected_in_the_future(self, client: httpx.AsyncClient) -> None:
        assert await refused(client, feedback(collected_at="2026-03-03T09:00:01Z")) == [
            ("/collected_at", "in_the_future")
        ]
        found = await record(client, feedback(collected_at="2026-03-03T08:59:00Z"))
        assert found["collected_at"] == "2026-03-02T09:00:00.000000Z", "when it came in, for the clock is ahead"

    async def test_speaks_for_an_idea(self, client: httpx.AsyncClient) -> None:
        idea = await api.post(client, "/v1/ideas", {"title": "A bench outside"})
        await record(client, feedback(method="suggestion", idea_id=idea["id"]))
        assert (await client.get(f"/v1/ideas/{idea['id']}")).json()["votes"] == 1


class TestOnceEach:
    async def test_again_is_a_replay(self, client: httpx.AsyncClient, db: Any) -> None:
        body = pushed(text=SOUP, author={"name": "Zoë"}, receipt={"source": "till", "receipt_no": "R-77"})
        first = await record(client, body)
        assert (await record(client, body, 200))["id"] == first["id"]
        assert len(await event_titles(db, first["id"])) == 1

    async def test_what_was_found_out_is_no_difference(self, client: httpx.AsyncClient) -> None:
        sold = await make.record_sale(client, site="harbour", operator="tom", lines=[make.line()])
        body = pushed(sale_id=sold["id"], sale_line_no=1)
        first = await record(client, body)
        assert (first["site"], first["staff"], first["sku"]) == ("harbour", "tom", "TEA-1")
        # Spelled otherwise, so that it is not recognised by its hash.
        await record(
            client, body | {"collected_at": first["collected_at"], "ratings": [nps(3, worst="0", best="10")]}, 200
        )

    async def test_other_content_names_the_differences(self, client: httpx.AsyncClient) -> None:
        body = pushed(text="Good", site="harbour")
        first = await record(client, body)
        problem = await record(client, body | {"text": "Bad", "site": "station"}, 409)
        assert problem["code"] == "FEEDBACK_DIFFERS" and problem["feedback_id"] == first["id"]
        assert {(e["pointer"], e["stored"], e["sent"]) for e in problem["errors"]} == {
            ("/text", "Good", "Bad"),
            ("/site", "harbour", "station"),
        }

    async def test_a_loop_that_went_on_elsewhere_is_a_difference(self, client: httpx.AsyncClient) -> None:
        body = pushed(collected_at="2026-03-01T08:00:00Z")
        await record(client, body)
        problem = await record(client, body | {"loop": {"acted_at": "2026-03-01T09:00:00Z"}}, 409)
        assert [error["pointer"] for error in problem["errors"]] == ["/acted_at"]

    async def test_half_a_key_is_none(self, client: httpx.AsyncClient) -> None:
        assert await refused(client, feedback(source="reviews")) == [("/external_id", "missing")]
        assert await refused(client, feedback(external_id="1")) == [("/source", "missing")]

    async def test_fifty_at_once_make_one(self, client: httpx.AsyncClient, db: Any) -> None:
        body = pushed(text=SOUP, site="new-site", sku="NEW")
        answers = await asyncio.gather(*(client.post(PATH, json=body) for _ in range(50)))
        assert sorted({answer.status_code for answer in answers}) == [200, 201]
        assert [answer.status_code for answer in answers].count(201) == 1
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1
        assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'feedback.received'") == 1


class TestBatch:
    async def test_a_bad_line_stops_nothing(self, client: httpx.AsyncClient, db: Any) -> None:
        twice = pushed(text="Fine")
        results = await batch(
            client,
            pushed(),
            "{not json",
            feedback(ratings=[nps(11)]),
            feedback(customer_id=str(uuid4())),
            twice,
            twice,
            twice | {"text": "Not fine"},
            feedback(method="form", ratings=[], text="Fine"),
        )
        assert [result["status"] for result in results] == [201, 400, 422, 422, 201, 200, 409, 201]
        assert results[5]["id"] == results[4]["id"] and results[5]["replayed"]
        assert results[6]["problem"]["errors"][0]["pointer"] == "/text"
        assert await db.fetchval("SELECT count(*) FROM feedback") == 3

    async def test_the_whole_again_is_replayed(self, client: httpx.AsyncClient) -> None:
        bodies = [pushed(sku=f"S-{n}", ratings=[nps(n % 11)]) for n in range(30)]
        first, again = await batch(client, *bodies), await batch(client, *reversed(bodies))
        assert {r["status"] for r in first} == {201} and {r["status"] for r in again} == {200}
        assert {r["id"] for r in first} == {r["id"] for r in again}


class TestCustomer:
    async def test_is_the_buyer(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe = await make.create_customer(client)
        sold = await make.record_sale(client, customer={"id": zoe["id"]}, site="harbour", till="1", operator="tom")
        found = await record(client, feedback(sale_id=sold["id"]))
        assert (found["customer_id"], found["site"], found["till"]) == (zoe["id"], "harbour", "1")
        assert await dimensions(db, found["id"]) == [("harbour", "tom", None, zoe["id"])]

    async def test_is_the_buyer_of_the_receipt(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        sold = await make.record_sale(client, customer={"id": zoe["id"]})
        receipt = {"source": sold["source"], "receipt_no": sold["receipt_no"]}
        found = await record(client, feedback(receipt=receipt))
        assert (found["sale_id"], found["customer_id"], found["receipt"]) == (sold["id"], zoe["id"], receipt)

    async def test_is_who_complained(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        body = {"channel": "phone", "description": "Off", "customer_id": zoe["id"]}
        complaint = await api.post(client, "/v1/complaints", body)
        assert (await record(client, feedback(complaint_id=complaint["id"])))["customer_id"] == zoe["id"]

    async def test_is_who_was_spoken_to(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        body = {"kind": "call", "channel": "phone", "direction": "inbound", "customer_id": zoe["id"]}
        call = await api.post(client, "/v1/interactions", body)
        assert (await record(client, feedback(interaction_id=call["id"])))["customer_id"] == zoe["id"]

    async def test_is_who_alone_has_the_address(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client, contact_points=[make.email("zoe@example.com")])
        author = {"contact": {"kind": "email", "value": "ZOE@example.com"}}
        assert (await record(client, feedback(author=author)))["customer_id"] == zoe["id"]
        shared = make.phone("+442079460111", shared=True)
        for _ in range(2):
            await make.create_customer(client, contact_points=[shared])
        author = {"contact": {"kind": "phone", "value": shared["value"]}}
        assert (await record(client, feedback(author=author)))["customer_id"] is None

    async def test_who_is_named_comes_before_who_is_found(self, client: httpx.AsyncClient) -> None:
        zoe, bo = await make.create_customer(client), await make.create_customer(client)
        sold = await make.record_sale(client, customer={"id": zoe["id"]})
        assert (await record(client, feedback(sale_id=sold["id"], customer_id=bo["id"])))["customer_id"] == bo["id"]


RECEIPT: dict[str, Any] = {"source": "till-9", "receipt_no": "L-1"}


class TestSalesThatComeLater:
    async def test_a_receipt_tells_where_it_was_and_whose_it_is(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe = await make.create_customer(client)
        waiting = await record(client, feedback(receipt=RECEIPT, staff="maya"))
        assert (waiting["sale_id"], waiting["receipt"]) == (None, RECEIPT)
        sold = await make.record_sale(client, **RECEIPT, customer={"id": zoe["id"]}, site="harbour", operator="tom")
        found = await get(client, waiting["id"])
        assert (found["sale_id"], found["customer_id"], found["site"]) == (sold["id"], zoe["id"], "harbour")
        assert found["staff"] == "maya", "what was given stays"
        assert await dimensions(db, found["id"]) == [("harbour", "maya", None, zoe["id"])]
        assert [kind for kind, _ in await event_titles(db, found["id"])] == ["feedback.received", "feedback.claimed"]
        timeline = (await client.get(f"/v1/customers/{zoe['id']}/timeline")).json()["items"]
        assert "feedback.claimed" in [entry["type"] for entry in timeline]

    async def test_the_buyer_comes_before_who_has_the_address(self, client: httpx.AsyncClient, db: Any) -> None:
        """As if the receipt had come first."""
        zoe = await make.create_customer(client, contact_points=[make.email("zoe@example.com")])
        bo = await make.create_customer(client)
        author = {"contact": {"kind": "email", "value": "zoe@example.com"}}
        first = await record(client, feedback(receipt=RECEIPT, author=author))
        assert first["customer_id"] == zoe["id"]
        sold = await make.record_sale(client, **RECEIPT, customer={"id": bo["id"]}, site="harbour")
        after = await record(client, feedback(receipt=RECEIPT, author=author))
        for said in (await get(client, first["id"]), after):
            assert (said["customer_id"], said["site"]) == (bo["id"], "harbour")
            assert said["match_reasons"][0] == {
                "kind": "record",
                "value": sold["id"],
                "customer_id": bo["id"],
                "result": "linked",
            }
        types = [kind for kind, _ in await event_titles(db, first["id"])]
        assert types == ["feedback.received", "feedback.updated", "feedback.moved"]

    async def test_who_is_both_follows_the_receipt(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client, contact_points=[make.email("zoe@example.com")])
        bo = await make.create_customer(client)
        author = {"contact": {"kind": "email", "value": "zoe@example.com"}}
        said = await record(client, feedback(receipt=RECEIPT, author=author))
        sold = await make.record_sale(client, **RECEIPT, customer={"id": zoe["id"]})
        moved = {"customer_id": bo["id"], "moved_from": zoe["id"]}
        await api.post(client, f"/v1/sales/{sold['id']}/claim", moved, 200)
        assert (await get(client, said["id"]))["customer_id"] == bo["id"]

    @pytest.mark.parametrize("by", ["name", "claim"])
    async def test_not_before_what_somebody_says(self, client: httpx.AsyncClient, by: str) -> None:
        zoe, bo = await make.create_customer(client), await make.create_customer(client)
        said = await record(client, feedback(receipt=RECEIPT, **({"customer_id": zoe["id"]} if by == "name" else {})))
        if by == "claim":
            await api.post(client, f"/v1/feedback/{said['id']}/claim", {"customer_id": zoe["id"]}, 200)
        await make.record_sale(client, **RECEIPT, customer={"id": bo["id"]})
        assert (await get(client, said["id"]))["customer_id"] == zoe["id"]

    async def test_so_do_receipts_that_come_in_bulk(self, client: httpx.AsyncClient) -> None:
        waiting = await record(client, feedback(receipt=RECEIPT))
        lines = [make.sale(), make.sale(**RECEIPT, site="harbour"), make.sale()]
        answer = await client.post("/v1/sales/batch", content="\n".join(map(json.dumps, lines)), headers=JSON_LINES)
        assert answer.status_code == 200
        found = await get(client, waiting["id"])
        assert found["sale_id"] is not None and found["site"] == "harbour" and found["customer_id"] is None

    async def test_a_sale_that_is_claimed_takes_what_was_said_with_it(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe, sold = await make.create_customer(client), await make.record_sale(client)
        found = await record(client, feedback(sale_id=sold["id"]))
        await api.post(client, f"/v1/sales/{sold['id']}/claim", {"customer_id": zoe["id"]}, 200)
        assert (await get(client, found["id"]))["customer_id"] == zoe["id"]

    async def test_a_revised_receipt_may_tell_the_buyer(self, client: httpx.AsyncClient) -> None:
        zoe, body = await make.create_customer(client), make.sale()
        sold = await api.post(client, "/v1/sales", body)
        found = await record(client, feedback(sale_id=sold["id"]))
        await api.post(client, "/v1/sales", body | {"revision": 2, "customer": {"id": zoe["id"]}}, 200)
        assert (await get(client, found["id"]))["customer_id"] == zoe["id"]

    async def test_whom_it_belongs_to_already_it_stays_with(self, client: httpx.AsyncClient) -> None:
        zoe, bo = await make.create_customer(client), await make.create_customer(client)
        found = await record(client, feedback(receipt=RECEIPT, customer_id=bo["id"]))
        await make.record_sale(client, **RECEIPT, customer={"id": zoe["id"]})
        assert (await get(client, found["id"]))["customer_id"] == bo["id"]

    async def test_two_surveys_of_one_receipt_each_learn(self, client: httpx.AsyncClient) -> None:
        made = [await record(client, feedback(receipt=RECEIPT)) for _ in range(2)]
        sold = await make.record_sale(client, **RECEIPT)
        assert {(await get(client, one["id"]))["sale_id"] for one in made} == {sold["id"]}


class TestClaim:
    async def test_gives_it_to_a_customer(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe, found = await make.create_customer(client), await record(client)
        assert found["id"] in await listed(client, claimed=False)
        claimed = await step(client, found["id"], "claim", customer_id=zoe["id"])
        assert claimed["customer_id"] == zoe["id"] and claimed["version"] == found["version"] + 1
        assert await dimensions(db, found["id"]) == [(None, None, None, zoe["id"])]
        assert await listed(client, claimed=False) == []
        again = await step(client, found["id"], "claim", customer_id=zoe["id"])
        assert again["version"] == claimed["version"]

    async def test_does_not_take_it_from_another(self, client: httpx.AsyncClient) -> None:
        zoe, bo = await make.create_customer(client), await make.create_customer(client)
        found = await record(client, feedback(customer_id=zoe["id"]))
        problem = await step(client, found["id"], "claim", 409, customer_id=bo["id"])
        assert (problem["code"], problem["customer_id"]) == ("ALREADY_CLAIMED", zoe["id"])

    async def test_by_nobody_is_refused(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        await step(client, found["id"], "claim", 422, customer_id=str(uuid4()))
        await step(client, str(uuid4()), "claim", 404, customer_id=str(uuid4()))

    async def test_takes_the_vote_along(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        idea = await api.post(client, "/v1/ideas", {"title": "A bench outside"})
        found = await record(client, feedback(method="suggestion", idea_id=idea["id"]))
        await step(client, found["id"], "claim", customer_id=zoe["id"])
        votes = (await client.get(f"/v1/ideas/{idea['id']}/votes")).json()["items"]
        assert [vote["customer_id"] for vote in votes] == [zoe["id"]]


class TestChange:
    async def test_figures_and_text(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client, feedback(text=SOUP, site="harbour"))
        answer = await patch(client, found["id"], {"ratings": [nps(9)], "text": "Great, we loved it!"})
        changed = answer.json()
        assert answer.status_code == 200, answer.text
        assert (changed["score"], changed["nps_class"], changed["sentiment"]) == ("90.00", "promoter", "positive")
        assert (changed["site"], changed["version"]) == ("harbour", 2)
        row = await db.fetchrow("SELECT score::text, nps_class FROM ratings WHERE feedback_id = $1", found["id"])
        assert tuple(row) == ("90.00", "promoter")
        assert (await event_titles(db, found["id"]))[1] == ("feedback.updated", "Updated: Feedback by survey: 9 of 10")

    async def test_of_nothing_changes_nothing(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client, feedback(text=SOUP, staff="tom"))
        answer = await patch(client, found["id"], {"staff": "tom", "text": SOUP})
        assert answer.json() == found and len(await event_titles(db, found["id"])) == 1

    async def test_null_takes_away(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client, feedback(title="Soup", text=SOUP, staff="tom"))
        answer = await patch(client, found["id"], {"title": None, "text": None, "ratings": None})
        assert errors(answer) == [("/text", "missing")], "it would say nothing"
        changed = (await patch(client, found["id"], {"text": None, "staff": None, "ratings": None})).json()
        empty = ("text", "staff", "score", "metric", "sentiment", "analyzer")
        assert {changed[name] for name in empty} == {None} and changed["ratings"] == []
        assert await db.fetchval("SELECT count(*) FROM ratings") == 0

    async def test_what_a_sale_filled_can_be_taken_away(self, client: httpx.AsyncClient) -> None:
        sold = await make.record_sale(client, site="harbour", till="1")
        found = await record(client, feedback(sale_id=sold["id"]))
        changed = (await patch(client, found["id"], {"site": None})).json()
        assert (changed["site"], changed["till"], changed["sale_id"]) == (None, "1", sold["id"])

    async def test_a_sale_that_is_named_fills_what_is_missing(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        sold = await make.record_sale(client, customer={"id": zoe["id"]}, site="harbour", operator="tom")
        found = await record(client, feedback(site="station"))
        changed = (await patch(client, found["id"], {"sale_id": sold["id"]})).json()
        assert (changed["site"], changed["staff"], changed["customer_id"]) == ("station", "tom", zoe["id"])

    async def test_a_language_that_is_taken_away_is_found_out_again(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(text=SOUP, language="tlh"))
        changed = (await patch(client, found["id"], {"language": None})).json()
        assert (changed["language"], changed["sentiment"]) == ("en", "negative")

    async def test_stays_what_it_is_about(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        answer = await patch(client, found["id"], {"competitor": "Miller's"})
        assert answer.status_code == 422
        assert (await patch(client, found["id"], {"idea_id": str(uuid4())})).status_code == 422
        assert (await patch(client, str(uuid4()), {})).status_code == 404

    async def test_a_stale_one_is_refused(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        assert (await patch(client, found["id"], {"staff": "tom"}, **{"if-match": '"1"'})).status_code == 200
        assert (await patch(client, found["id"], {"staff": "bo"}, **{"if-match": '"1"'})).status_code == 412

    async def test_another_idea_moves_the_vote(self, client: httpx.AsyncClient) -> None:
        bench, tree = [await api.post(client, "/v1/ideas", {"title": title}) for title in ("A bench", "A tree")]
        found = await record(client, feedback(idea_id=bench["id"]))
        await patch(client, found["id"], {"idea_id": tree["id"]})
        votes = [(await client.get(f"/v1/ideas/{idea['id']}")).json()["votes"] for idea in (bench, tree)]
        assert votes == [0, 1]


class TestFind:
    async def test_by_what_it_is_and_what_was_found_out(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        sold = await make.record_sale(client)
        fields = {"channel": "email", "site": "harbour", "till": "2", "staff": "tom", "sku": "TEA-1"}
        key = {"source": "reviews", "external_id": "F-1"}
        body = {"method": "review", "text": SOUP, "customer_id": zoe["id"], "sale_id": sold["id"], **fields, **key}
        found = await record(client, body | {"ratings": [nps(2)]})
        await record(client, feedback(ratings=[nps(10)]))
        wanted = {"method": "review", "customer_id": zoe["id"], "sale_id": sold["id"], **fields, **key}
        wanted |= {"metric": "nps", "nps_class": "detractor", "sentiment": "negative", "claimed": True}
        wanted |= {"score_from": 20, "score_below": 21, "acknowledged": False, "acted": False, "notified": False}
        wanted |= {"closed": False}
        for name, value in wanted.items():
            assert found["id"] in await listed(client, **{name: value}), name
        assert await listed(client, **wanted) == [found["id"]]
        for name, other in {"nps_class": "passive", "score_from": 21, "score_below": 20, "closed": True}.items():
            assert found["id"] not in await listed(client, **{name: other}), name
        for name in ("survey_id", "invitation_id", "visit_id", "idea_id", "complaint_id", "interaction_id"):
            assert await listed(client, **{name: str(uuid4())}) == []
        assert await listed(client, competitor="x") == await listed(client, theme="x") == []

    async def test_by_when_and_in_order(self, client: httpx.AsyncClient) -> None:
        made = [(await record(client, feedback(collected_at=f"2026-02-0{n}T10:00:00Z")))["id"] for n in (2, 1, 3)]
        assert await listed(client) == [made[2], made[0], made[1]]
        assert await listed(client, sort="collected_at") == [made[1], made[0], made[2]]
        since = {"collected_since": "2026-02-02T10:00:00Z", "collected_before": "2026-02-03T10:00:00Z"}
        assert await listed(client, **since) == [made[0]]
