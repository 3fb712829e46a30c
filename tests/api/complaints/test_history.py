"""Complaints that were kept elsewhere: the way they have come, and what became of their remedies."""

import json
from typing import Any

import httpx
import pytest

PATH = "/v1/complaints"
RECEIVED = "2026-02-16T10:00:00+00:00"
PATHS = {
    "accepted": ["acknowledge", "assess", "investigate", "respond", "accept", "close"],
    "rejected": ["acknowledge", "assess", "investigate", "respond", "reject"],
    "settled": ["acknowledge", "assess", "investigate", "respond", "reject", "refer", "settle", "close"],
}


def at(day: int) -> str:
    """A moment in the history: the days count from the day after it was received."""
    return f"2026-02-{16 + day:02}T12:00:00.000000Z"


def history(*moves: str) -> list[dict[str, Any]]:
    return [{"move": move, "at": at(day)} for day, move in enumerate(moves, start=1)]


def complaint(moves: list[str], *remedies: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "channel": "email",
        "description": "The knife came without its box",
        "received_at": RECEIVED,
        "history": history(*moves),
        "remedies": list(remedies),
        **changes,
    }


class TestPath:
    async def test_it_is_where_its_last_move_led(self, client: httpx.AsyncClient) -> None:
        sent = complaint(PATHS["accepted"])
        sent["history"][0]["customer_notified"] = True
        sent["history"][3] |= {"decision": "upheld", "customer_notified": True, "staff": "Amara"}
        found = (await client.post(PATH, json=sent)).json()
        assert (found["state"], found["state_since"], found["ended_at"]) == ("closed", at(6), at(6))
        assert (found["acknowledged_at"], found["responded_at"], found["notified_at"]) == (at(1), at(4), at(4))
        assert (found["decision"], found["allowed_moves"]) == ("upheld", ["reopen"])
        way = (await client.get(f"{PATH}/{found['id']}/moves")).json()["items"]
        assert [(step["move"], step["happened_at"]) for step in way] == [
            (move, at(day)) for day, move in enumerate(PATHS["accepted"], start=1)
        ]
        assert way[3]["staff"] == "Amara"

    @pytest.mark.parametrize(
        ("change", "pointer", "code"),
        [
            ({"move": "close"}, "/history/2/move", "not_allowed"),
            ({"at": RECEIVED}, "/history/2/at", "too_early"),
            ({"at": "2026-03-02T09:00:01+00:00"}, "/history/2/at", "in_the_future"),
        ],
    )
    async def test_what_cannot_have_been_is_refused(
        self, client: httpx.AsyncClient, change: dict[str, Any], pointer: str, code: str
    ) -> None:
        sent = complaint(PATHS["accepted"])
        sent["history"][2] |= change
        answer = await client.post(PATH, json=sent)
        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
        assert (await client.get(PATH)).json()["items"] == []


class TestRemedies:
    @pytest.mark.parametrize(
        ("path", "state", "decided"),
        [
            ("accepted", "accepted", 5),
            ("accepted", "refused", 5),
            ("rejected", "refused", 5),
            ("settled", "accepted", 7),
        ],
    )
    async def test_they_were_decided_when_the_answer_was(
        self, client: httpx.AsyncClient, path: str, state: str, decided: int
    ) -> None:
        remedy = {"kind": "refund", "state": state, "cost": "17.00", "currency": "GBP"}
        answer = await client.post(PATH, json=complaint(PATHS[path], {"kind": "apology"}, remedy))
        assert answer.status_code == 201, answer.text
        sought, found = answer.json()["remedies"]
        assert (sought["state"], sought["sought_at"], sought["decided_at"]) == (
            "sought",
            "2026-02-16T10:00:00.000000Z",
            None,
        )
        assert (found["state"], found["cost"], found["sought_at"]) == (state, "17.00", None)
        assert (found["offered_at"], found["decided_at"]) == (at(4), at(decided))

    async def test_the_last_answer_counts(self, client: httpx.AsyncClient) -> None:
        moves = [*PATHS["rejected"], "investigate", "respond", "accept", "close"]
        remedies = [{"kind": "voucher", "state": "refused"}, {"kind": "refund", "state": "accepted"}]
        refused, accepted = (await client.post(PATH, json=complaint(moves, *remedies))).json()["remedies"]
        assert (refused["offered_at"], refused["decided_at"]) == (at(4), at(5))
        assert (accepted["offered_at"], accepted["decided_at"]) == (at(7), at(8))

    async def test_what_is_on_offer_was_offered_with_the_answer(self, client: httpx.AsyncClient) -> None:
        offer = {"kind": "refund", "state": "offered"}
        answered = (await client.post(PATH, json=complaint(PATHS["rejected"][:4], offer))).json()["remedies"]
        at_once = (await client.post(PATH, json=complaint([], offer))).json()["remedies"]
        assert [remedy["offered_at"] for remedy in (*answered, *at_once)] == [at(4), "2026-02-16T10:00:00.000000Z"]

    @pytest.mark.parametrize("state", ["accepted", "refused"])
    @pytest.mark.parametrize("path", [[], PATHS["accepted"][:4], ["withdraw"]])
    async def test_nobody_decided_where_no_answer_was_accepted_or_rejected(
        self, client: httpx.AsyncClient, path: list[str], state: str
    ) -> None:
        remedies = [{"kind": "apology"}, {"kind": "refund", "state": state}]
        answer = await client.post(PATH, json=complaint(path, *remedies))
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/remedies/1/state", "undecided")
        assert (await client.get(PATH)).json()["items"] == []

    async def test_one_that_is_added_later_is_not_decided_yet(self, client: httpx.AsyncClient) -> None:
        made = (await client.post(PATH, json=complaint(PATHS["accepted"]))).json()
        answer = await client.post(f"{PATH}/{made['id']}/remedies", json={"kind": "refund", "state": "accepted"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/state"

    async def test_in_bulk_only_the_line_is_refused(self, client: httpx.AsyncClient) -> None:
        bad = complaint([], {"kind": "refund", "state": "accepted"})
        lines = [
            complaint(PATHS["accepted"]),
            bad,
            complaint(PATHS["accepted"], {"kind": "refund", "state": "accepted"}),
        ]
        answer = await client.post(
            f"{PATH}/batch",
            content="".join(json.dumps(line) + "\n" for line in lines),
            headers={"Content-Type": "application/x-ndjson"},
        )
        results = [json.loads(line) for line in answer.text.splitlines()]
        assert [result["status"] for result in results] == [201, 422, 201]
        assert results[1]["problem"]["errors"][0]["pointer"] == "/remedies/0/state"


async def test_a_referral_and_its_outcome_come_with_it(client: httpx.AsyncClient) -> None:
    moves = ("acknowledge", "assess", "investigate", "respond", "reject", "refer", "settle")
    history: list[dict[str, Any]] = [{"move": move, "at": "2026-03-01T10:00:00Z"} for move in moves]
    history[3] |= {"decision": "not_upheld", "decision_text": "We found nothing", "customer_notified": True}
    history[5] |= {"referred_to": "Retail Ombudsman", "reference": "RO-17"}
    history[6] |= {"decision": "upheld", "decision_text": "All of it back"}
    new = {"channel": "letter", "description": "x", "received_at": "2026-03-01T10:00:00Z", "history": history}
    made = (await client.post("/v1/complaints", json=new)).json()
    assert made["state"] == "settled"
    assert (made["decision"], made["decision_text"]) == ("not_upheld", "We found nothing")
    assert made["notified_at"] == "2026-03-01T10:00:00.000000Z"
    assert made["referral"] == {
        "referred_to": "Retail Ombudsman",
        "reference": "RO-17",
        "outcome": "upheld",
        "note": "All of it back",
    }
