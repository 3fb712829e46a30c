"""Visits through the API: a class for each verb."""

import asyncio
import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.make.visits import ITEM, SCALE, create_scorecard
from tests.support import api
from tests.support.api import MERGE_PATCH, errors, events
from tests.support.application import Keys, TestClock

PATH = "/v1/visits"
AT = "2026-03-01T10:00:00.000000Z"
LATER = "2026-03-09T10:00:00.000000Z"
GLOVES = {
    "key": "gloves",
    "title": "Fresh gloves",
    "critical": True,
    "cap": "40",
    "evidence_required": True,
    "section": "Hygiene",
}
BAG = {"key": "bag", "title": "Offered a bag", "allow_not_applicable": True}
RESULTS: list[dict[str, Any]] = [
    {"item": "greeted", "yes_no": "yes"},
    {"item": "advice", "value": "4"},
    {"item": "gloves", "yes_no": "yes", "urls": ["https://example.com/1.jpg"]},
    {"item": "bag", "not_applicable": True},
]


async def create_card(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await create_scorecard(client, ITEM, SCALE | {"weight": "2"}, GLOVES, BAG, **changes)


def body(scorecard: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"kind": "mystery_shopper", "scorecard_id": scorecard["id"], "happened_at": AT, **changes}


async def record(client: httpx.AsyncClient, scorecard: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=body(scorecard or await create_card(client), **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def record_completed(
    client: httpx.AsyncClient, scorecard: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    return await record(client, scorecard, **{"results": RESULTS, **changes})


async def patch(client: httpx.AsyncClient, made: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{made['id']}", changes, **headers)


async def patched(client: httpx.AsyncClient, made: dict[str, Any], changes: Any) -> dict[str, Any]:
    answer = await patch(client, made, changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def feedback_of(client: httpx.AsyncClient, visit: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"/v1/feedback/{visit['feedback_id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def figures(feedback: dict[str, Any]) -> list[tuple[str | None, str]]:
    assert all(rating["metric"] == "score" for rating in feedback["ratings"])
    return [(rating["aspect"], rating["score"]) for rating in feedback["ratings"]]


def results_except(item: str, **result: Any) -> list[dict[str, Any]]:
    """The results, one of them another."""
    return [r if r["item"] != item else {"item": item, **result} for r in RESULTS]


class TestPlan:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        scorecard = await create_card(client)
        sent = body(
            scorecard,
            happened_at=LATER,
            site="leeds",
            shift="late",
            shopper="Agency 7",
            staff="tom",
            note="Two\nlines",
            source="agency",
            external_id="A-1",
            attributes={"route": 3},
        )
        answer = await client.post(PATH, json=sent)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert found | sent == found and answer.headers["location"] == f"{PATH}/{found['id']}"
        assert (found["state"], found["scorecard_version"], found["results"]) == ("planned", 1, [])
        assert (found["score"], found["uncapped_score"], found["capped_by"], found["feedback_id"]) == (
            None,
            None,
            [],
            None,
        )
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        data = {"kind": "mystery_shopper", "site": "leeds"}
        assert await events(db, found["id"]) == [("visit.planned", "Mystery visit at leeds planned", None, data)]
        assert [site["code"] for site in (await client.get("/v1/sites")).json()["items"]] == ["leeds"]
        assert await db.fetchval("SELECT count(*) FROM feedback") == 0

    async def test_needs_a_moment(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        answer = await client.post(PATH, json=body(scorecard, happened_at=None))
        assert errors(answer) == [("/happened_at", "missing")]

    async def test_refuses_what_there_is_not(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        for name in ("scorecard_id", "sale_id", "interaction_id"):
            answer = await client.post(PATH, json=body(scorecard, **{name: str(uuid4())}))
            assert errors(answer) == [(f"/{name}", "not_found")]
        assert errors(await client.post(PATH, json=body(scorecard, source="x"))) == [("/external_id", "missing")]
        both = body(scorecard, sale_id=str(uuid4()), receipt={"source": "till", "receipt_no": "1"})
        assert errors(await client.post(PATH, json=both)) == [("/receipt", "one_of")]

    async def test_refuses_the_scorecard_of_another_kind(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client, kind="observation")
        assert errors(await client.post(PATH, json=body(scorecard))) == [("/scorecard_id", "kind")]
        assert (await record(client, scorecard, kind="observation"))["state"] == "planned"


class TestRecord:
    async def test_a_visit_that_is_done_is_scored(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record_completed(
            client, site="leeds", results=results_except("gloves", yes_no="no", note="The same ones")
        )
        assert (found["state"], found["score"], found["uncapped_score"]) == ("done", "40.00", "62.50")
        assert found["capped_by"] == ["gloves"]
        assert [(r["item"], r["score"]) for r in found["results"]] == [
            ("greeted", "100.00"),
            ("advice", "75.00"),
            ("gloves", "0.00"),
            ("bag", None),
        ]
        assert found["results"][2] == {
            "item": "gloves",
            "yes_no": "no",
            "value": None,
            "not_applicable": False,
            "note": "The same ones",
            "urls": [],
            "score": "0.00",
        }
        ((kind, title, customer_id, data),) = await events(db, found["id"])
        assert (kind, title, customer_id) == ("visit.done", "Mystery visit at leeds done: 40.00 of 100", None)
        assert data == {"kind": "mystery_shopper", "site": "leeds", "score": "40.00"}

    async def test_without_a_failure_nothing_is_capped(self, client: httpx.AsyncClient) -> None:
        found = await record_completed(client)
        assert (found["score"], found["uncapped_score"], found["capped_by"]) == ("87.50", None, [])

    async def test_counts_as_feedback_of_nobody(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record_completed(
            client, site="leeds", staff="tom", note="Friendly", results=results_except("greeted", yes_no="no")
        )
        feedback = await feedback_of(client, visit)
        assert {name: feedback[name] for name in ("method", "channel", "metric", "value", "score", "visit_id")} == {
            "method": "mystery_shopper",
            "channel": "in_person",
            "metric": "score",
            "value": "62.50",
            "score": "62.50",
            "visit_id": visit["id"],
        }
        assert (feedback["site"], feedback["staff"], feedback["text"]) == ("leeds", "tom", "Friendly")
        assert (feedback["customer_id"], feedback["collected_at"]) == (None, AT)
        assert figures(feedback) == [
            (None, "62.50"),
            ("greeted", "0.00"),
            ("advice", "75.00"),
            ("Hygiene", "100.00"),
        ]
        assert await db.fetchval("SELECT count(*) FROM ratings WHERE main") == 1

    async def test_nothing_applicable_is_no_score(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_scorecard(client, BAG)
        visit = await record_completed(
            client, scorecard, results=[{"item": "bag", "not_applicable": True}], note="Closed"
        )
        assert visit["score"] is None
        feedback = await feedback_of(client, visit)
        assert (feedback["score"], feedback["ratings"], feedback["text"]) == (None, [], "Closed")

    async def test_without_a_moment_it_is_now(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        found = await record_completed(client, happened_at=None)
        assert found["happened_at"] == clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    async def test_an_observation_of_a_contact_is_not_the_customers_opinion(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        customer_id = (await make.create_customer(client))["id"]
        contact = {"customer_id": customer_id, "kind": "meeting", "channel": "in_person", "direction": "inbound"}
        interaction = (await client.post("/v1/interactions", json=contact)).json()
        sale = (await client.post("/v1/sales", json=make.sale(customer={"id": customer_id}))).json()
        assert sale["customer_id"] == customer_id
        visit = await record_completed(client, kind="observation", interaction_id=interaction["id"], sale_id=sale["id"])
        feedback = await feedback_of(client, visit)
        assert (feedback["interaction_id"], feedback["sale_id"]) == (interaction["id"], sale["id"])
        assert feedback["customer_id"] is None
        assert await db.fetchval("SELECT count(*) FROM ratings WHERE customer_id IS NOT NULL") == 0
        timeline = (await client.get(f"/v1/customers/{customer_id}/timeline")).json()["items"]
        assert not [e for e in timeline if e["type"].startswith(("visit", "feedback"))]
        await patched(client, visit, {"results": results_except("greeted", yes_no="no")})
        assert (await feedback_of(client, visit))["customer_id"] is None

    async def test_a_receipt_may_come_in_later(self, client: httpx.AsyncClient) -> None:
        customer_id = (await make.create_customer(client))["id"]
        receipt = {"source": "till", "receipt_no": "R-late"}
        visit = await record_completed(client, receipt=receipt)
        assert (visit["receipt"], visit["sale_id"]) == (receipt, None)
        sold = await client.post("/v1/sales", json=make.sale(receipt_no="R-late", customer={"id": customer_id}))
        found = (await client.get(f"{PATH}/{visit['id']}")).json()
        assert (found["receipt"], found["sale_id"]) == (receipt, sold.json()["id"])
        feedback = await feedback_of(client, visit)
        assert (feedback["receipt"], feedback["sale_id"]) == (receipt, found["sale_id"])
        assert feedback["customer_id"] is None

    async def test_nobody_can_claim_what_was_seen(self, client: httpx.AsyncClient) -> None:
        path = f"/v1/feedback/{(await record_completed(client))['feedback_id']}/claim"
        answer = await client.post(path, json={"customer_id": (await make.create_customer(client))["id"]})
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")

    async def test_nobody_can_correct_it_but_by_the_visit(self, client: httpx.AsyncClient) -> None:
        visit = await record_completed(client)
        path, headers = f"/v1/feedback/{visit['feedback_id']}", {"content-type": "application/merge-patch+json"}
        answer = await client.patch(path, json={"text": "It was lovely"}, headers=headers)
        assert (answer.status_code, answer.json()["visit_id"]) == (409, visit["id"])

    @pytest.mark.parametrize(
        ("results", "expected"),
        [
            (RESULTS[:3], [("/results", "missing")]),
            ([*RESULTS, RESULTS[0]], [("/results/4/item", "duplicate")]),
            ([*RESULTS, {"item": "smile", "yes_no": "yes"}], [("/results/4/item", "not_found")]),
            (results_except("greeted"), [("/results/0/yes_no", "missing")]),
            (results_except("greeted", value="1"), [("/results/0/value", "kind"), ("/results/0/yes_no", "missing")]),
            (results_except("greeted", not_applicable=True), [("/results/0/not_applicable", "not_allowed")]),
            (results_except("greeted", yes_no=True), [("/results/0/yes_no", "literal_error")]),
            (results_except("advice", value="5.01"), [("/results/1/value", "scale")]),
            (results_except("advice", value=4), [("/results/1/value", "string_type")]),
            (results_except("advice", yes_no="yes"), [("/results/1/yes_no", "kind"), ("/results/1/value", "missing")]),
            (results_except("gloves", yes_no="yes"), [("/results/2/note", "evidence")]),
            (results_except("bag", yes_no="yes", not_applicable=True), [("/results/3/yes_no", "not_applicable")]),
        ],
    )
    async def test_refuses_results_that_do_not_answer_the_scorecard(
        self, client: httpx.AsyncClient, db: Any, results: Any, expected: Any
    ) -> None:
        scorecard = await create_card(client)
        assert errors(await client.post(PATH, json=body(scorecard, results=results))) == expected
        assert await db.fetchval("SELECT count(*) FROM visits") == 0

    async def test_refuses_what_lies_ahead(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        answer = await client.post(PATH, json=body(scorecard, happened_at=LATER, results=RESULTS))
        assert errors(answer) == [("/happened_at", "in_the_future")]


class TestOnce:
    async def test_the_same_again_is_answered_with_what_is_stored(self, client: httpx.AsyncClient, db: Any) -> None:
        sent = body(await create_card(client), source="agency", external_id="A-1", results=RESULTS)
        first = await client.post(PATH, json=sent)
        again = await client.post(PATH, json=sent)
        assert (first.status_code, again.status_code) == (201, 200) and again.json() == first.json()
        await patched(client, first.json(), {"staff": "mia"})
        assert (await client.post(PATH, json=sent)).status_code == 200
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1

    async def test_other_content_is_refused_naming_the_differences(self, client: httpx.AsyncClient) -> None:
        sent = body(await create_card(client), source="agency", external_id="A-1", results=RESULTS, staff="tom")
        made = (await client.post(PATH, json=sent)).json()
        other = {**sent, "staff": "mia", "results": results_except("greeted", yes_no="no")}
        answer = await client.post(PATH, json=other)
        assert (answer.status_code, answer.json()["code"]) == (409, "VISIT_DIFFERS")
        assert answer.json()["visit_id"] == made["id"]
        assert [e["pointer"] for e in answer.json()["errors"]] == ["/staff", "/results/0/yes_no"]

    async def test_thirty_at_once_are_one(self, client: httpx.AsyncClient, db: Any) -> None:
        sent = body(await create_card(client), source="agency", external_id="A-1", results=RESULTS)
        answers = await asyncio.gather(*(client.post(PATH, json=sent) for _ in range(30)))
        assert sorted(a.status_code for a in answers) == [200] * 29 + [201]
        assert await db.fetchval("SELECT count(*) FROM visits") == 1
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1


class TestBatch:
    async def test_one_result_a_line(self, client: httpx.AsyncClient, db: Any) -> None:
        scorecard = await create_card(client)
        first = body(scorecard, source="agency", external_id="A-1", results=RESULTS)
        sent = [first, body(scorecard), body(scorecard, results=RESULTS[:1]), first, {**first, "staff": "mia"}]
        content = "\n".join(json.dumps(line) for line in sent)
        answer = await client.post(f"{PATH}/batch", content=content, headers={"content-type": "application/x-ndjson"})
        assert answer.status_code == 200, answer.text
        found = [json.loads(line) for line in answer.text.splitlines()]
        assert [line["status"] for line in found] == [201, 201, 422, 200, 409]
        assert found[3]["id"] == found[4]["id"] == found[0]["id"]
        assert await db.fetchval("SELECT count(*) FROM visits") == 2
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1


class TestList:
    async def test_filters(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        await record_completed(client, scorecard, staff="tom", site="leeds", happened_at="2026-02-01T10:00:00Z")
        await record(client, scorecard, staff="mia", shopper="Agency 7", happened_at=LATER)
        await record(client, kind="observation", staff="ann", source="agency", external_id="A-1", happened_at=AT)

        async def listed(**query: Any) -> list[str]:
            answer = await client.get(PATH, params=query)
            assert answer.status_code == 200, answer.text
            return [visit["staff"] for visit in answer.json()["items"]]

        assert await listed() == ["mia", "ann", "tom"]
        assert await listed(sort="happened_at") == ["tom", "ann", "mia"]
        assert await listed(state="planned") == ["mia", "ann"]
        assert await listed(kind="observation") == await listed(source="agency", external_id="A-1") == ["ann"]
        assert await listed(site="leeds") == await listed(staff="tom") == await listed(state="done") == ["tom"]
        assert await listed(shopper="Agency 7") == await listed(happened_since=LATER) == ["mia"]
        assert await listed(scorecard_id=scorecard["id"]) == ["mia", "tom"]
        assert await listed(happened_before=AT) == ["tom"]
        assert await listed(interaction_id=str(uuid4())) == []

    async def test_nobody_reads_them_with_the_scopes_of_feedback(self, client: httpx.AsyncClient, keys: Keys) -> None:
        visit = await record_completed(client)
        hears, visits = await keys("feedback:write"), await keys("visits:read")
        for path in (PATH, f"{PATH}/{visit['id']}", "/v1/scorecards"):
            assert (await hears.get(path)).status_code == 403
            assert (await visits.get(path)).status_code == 200
        assert (await visits.post(f"{PATH}/{visit['id']}/cancel", json={"reason": "x"})).status_code == 403


class TestChange:
    async def test_results_are_scored_anew(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record_completed(client, site="leeds")
        found = await patched(
            client, visit, {"results": results_except("gloves", yes_no="no", note="Dirty"), "site": "york"}
        )
        assert (found["score"], found["capped_by"], found["version"]) == ("40.00", ["gloves"], 2)
        assert found["feedback_id"] == visit["feedback_id"]
        feedback = await feedback_of(client, found)
        assert (feedback["score"], feedback["site"]) == ("40.00", "york")
        assert figures(feedback) == [(None, "40.00"), ("greeted", "100.00"), ("advice", "75.00"), ("Hygiene", "0.00")]
        rated = await db.fetch("SELECT score, site FROM ratings WHERE main")
        assert [tuple(row) for row in rated] == [(Decimal("40.00"), "york")]
        kind, title, customer_id, data = (await events(db, visit["id"]))[-1]
        assert (kind, title, customer_id) == ("visit.updated", "Mystery visit at york updated", None)
        assert {c["pointer"] for c in data["changes"]} >= {"/site", "/results/2/yes_no"}

    async def test_by_the_scorecard_as_it_was(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        visit = await record_completed(client, scorecard)
        answer = await client.patch(f"/v1/scorecards/{scorecard['id']}", json={"items": [ITEM]}, headers=MERGE_PATCH)
        assert answer.json()["version"] == 2
        found = await patched(client, visit, {"results": results_except("greeted", yes_no="no")})
        assert (found["score"], found["scorecard_version"]) == ("62.50", 1)
        assert errors(await patch(client, visit, {"results": RESULTS[:1]})) == [("/results", "missing")] * 3

    async def test_what_is_done_keeps_its_results(self, client: httpx.AsyncClient) -> None:
        visit = await record_completed(client)
        assert {e[1] for e in errors(await patch(client, visit, {"results": None}))} == {"missing"}
        assert errors(await patch(client, visit, {"happened_at": LATER})) == [("/happened_at", "in_the_future")]
        planned = await record(client)
        assert errors(await patch(client, planned, {"results": RESULTS})) == [("/results", "not_done")]

    async def test_what_is_planned_can_be_put_off(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record(client, shopper="Agency 7")
        found = await patched(client, visit, {"happened_at": LATER, "shopper": None, "attributes": {"a": 1}})
        assert (found["happened_at"], found["shopper"], found["attributes"]) == (LATER, None, {"a": 1})
        assert (found["state"], found["version"]) == ("planned", 2)
        assert [e[0] for e in await events(db, visit["id"])] == ["visit.planned", "visit.updated"]

    async def test_a_sale_is_named_in_one_way(self, client: httpx.AsyncClient) -> None:
        sale = (await client.post("/v1/sales", json=make.sale())).json()
        visit = await record_completed(client, receipt={"source": "till", "receipt_no": "R-x"})
        found = await patched(client, visit, {"sale_id": sale["id"]})
        assert (found["sale_id"], found["receipt"]) == (sale["id"], None)
        receipt = {"source": sale["source"], "receipt_no": sale["receipt_no"]}
        found = await patched(client, visit, {"receipt": receipt})
        assert (found["sale_id"], found["receipt"]) == (sale["id"], receipt)
        assert await patched(client, visit, {"receipt": receipt, "note": None}) == found

    async def test_refuses_what_is_stale_or_wrong(self, client: httpx.AsyncClient) -> None:
        visit = await record_completed(client)
        assert (await patch(client, visit, {"note": "x"}, **{"if-match": '"7"'})).status_code == 412
        assert errors(await patch(client, visit, {"kind": "observation"})) == [("/kind", "unknown_field")]
        assert errors(await patch(client, visit, {"happened_at": None})) == [("/happened_at", "missing")]
        assert errors(await patch(client, visit, {"sale_id": str(uuid4())})) == [("/sale_id", "not_found")]
        assert (await patch(client, {"id": uuid4()}, {"note": "x"})).status_code == 404
        assert await patched(client, visit, {"note": None}) == visit


class TestComplete:
    async def test_a_planned_visit_is_done(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record(client, site="leeds", note="As agreed")
        answer = await client.post(f"{PATH}/{visit['id']}/complete", json={"results": RESULTS})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["state"], found["score"], found["note"]) == ("done", "87.50", "As agreed")
        assert (found["happened_at"], found["version"]) == (AT, 2)
        assert (await feedback_of(client, found))["score"] == "87.50"
        title = "Mystery visit at leeds done: 87.50 of 100"
        assert [e[1] for e in await events(db, visit["id"])] == ["Mystery visit at leeds planned", title]

    async def test_before_its_time_it_happened_now(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        visit = await record(client, happened_at=LATER)
        path = f"{PATH}/{visit['id']}/complete"
        ahead = await client.post(path, json={"results": RESULTS, "happened_at": LATER})
        assert errors(ahead) == [("/happened_at", "in_the_future")]
        found = (await client.post(path, json={"results": RESULTS, "note": "Early"})).json()
        assert found["happened_at"] == clock.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert (await feedback_of(client, found))["text"] == "Early"

    async def test_by_the_scorecard_that_it_was_planned_with(self, client: httpx.AsyncClient) -> None:
        scorecard = await create_card(client)
        visit = await record(client, scorecard)
        await client.patch(f"/v1/scorecards/{scorecard['id']}", json={"items": [ITEM]}, headers=MERGE_PATCH)
        path = f"{PATH}/{visit['id']}/complete"
        assert errors(await client.post(path, json={"results": RESULTS[:1]})) == [("/results", "missing")] * 3
        assert errors(await client.post(path, json={"results": []})) == [("/results", "missing")] * 4
        assert (await client.post(path, json={"results": RESULTS})).json()["scorecard_version"] == 1

    async def test_only_once(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record(client)
        path = f"{PATH}/{visit['id']}/complete"
        answers = await asyncio.gather(*(client.post(path, json={"results": RESULTS}) for _ in range(10)))
        assert sorted(a.status_code for a in answers) == [200] + [409] * 9
        refused = next(a.json() for a in answers if a.status_code == 409)
        assert (refused["code"], refused["allowed"]) == ("MOVE_NOT_ALLOWED", [])
        assert await db.fetchval("SELECT count(*) FROM feedback") == 1


class TestCancel:
    async def test_a_planned_visit_is_called_off(self, client: httpx.AsyncClient, db: Any) -> None:
        visit = await record(client)
        found = (await client.post(f"{PATH}/{visit['id']}/cancel", json={"reason": "Closed"})).json()
        assert (found["state"], found["cancellation_reason"], found["feedback_id"]) == ("cancelled", "Closed", None)
        kind, title, _, data = (await events(db, visit["id"]))[-1]
        assert (kind, title, data["reason"]) == ("visit.cancelled", "Mystery visit cancelled", "Closed")

    @pytest.mark.parametrize("verb", ["cancel", "complete"])
    async def test_and_that_is_that(self, client: httpx.AsyncClient, verb: str) -> None:
        gone, seen = await record(client), await record_completed(client)
        await client.post(f"{PATH}/{gone['id']}/cancel", json={"reason": "Closed"})
        sent = {"reason": "x"} if verb == "cancel" else {"results": RESULTS}
        for visit in (gone, seen):
            answer = await client.post(f"{PATH}/{visit['id']}/{verb}", json=sent)
            assert (answer.status_code, answer.json()["allowed"]) == (409, [])
