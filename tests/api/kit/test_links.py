"""What is linked to a record goes where it goes: claimed, moved, released; on the timelines and in the look-up."""

from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.sessions import Sessions
from tests import make
from tests.make.feedback import feedback, nps
from tests.make.feedback import record as record_feedback
from tests.make.surveys import create_open, invite
from tests.support import api
from tests.support.links import PATHS, claim, customer_of, move_sale, release, timeline

TABLES = {
    "interaction": "interactions",
    "complaint": "complaints",
    "feedback": "feedback",
    "invitation": "invitations",
    "task": "tasks",
}


class TestKnownFirst:
    async def test_the_contact_in_which_a_customer_complains(self, client: httpx.AsyncClient, db: Any) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        mail, second = [await make.record_interaction(client, thread="T-1") for _ in range(2)]
        other = await make.record_interaction(client, customer_id=bo["id"])
        complaint = await make.record_complaint(client, customer_id=ada["id"], interaction_id=mail["id"])
        for message in (mail, second):
            assert await customer_of(client, "interaction", message) == ada["id"]
            assert await timeline(client, ada, message) == ["interaction.recorded", "interaction.claimed"]
        await release(client, "complaint", complaint)
        assert await customer_of(client, "interaction", mail) is None
        await make.record_complaint(client, customer_id=ada["id"], interaction_id=other["id"])
        assert await customer_of(client, "interaction", other) == bo["id"]
        assert [event.type for event in await api.events(db, other["id"])][-1] == "interaction.contradicted"


class TestClaimedLater:
    async def test_a_complaint_follows_its_sale(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client, contact_points=[make.phone("+441132460501")])
        sale = await make.record_sale(client)
        complaint = await make.record_complaint(client, sale_id=sale["id"])
        assert complaint["customer_id"] is None
        await claim(client, "sale", sale, ada)
        assert await customer_of(client, "complaint", complaint) == ada["id"]
        assert await timeline(client, ada, complaint) == ["complaint.received", "complaint.claimed"]
        (candidate,) = (await api.get(client, "/v1/customers/lookup", phone="+441132460501"))["items"]
        assert [one["id"] for one in candidate["open_complaints"]] == [complaint["id"]]

    async def test_a_complaint_follows_the_call_in_which_it_was_made(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        call = await make.record_interaction(client, kind="call", channel="phone")
        complaint = await make.record_complaint(client, interaction_id=call["id"])
        said = await record_feedback(client, feedback(interaction_id=call["id"]))
        about = await record_feedback(client, feedback(complaint_id=complaint["id"]))
        await claim(client, "interaction", call, ada)
        for noun, record in (("complaint", complaint), ("feedback", said), ("feedback", about)):
            assert await customer_of(client, noun, record) == ada["id"]

    async def test_a_complaint_takes_its_messages_and_feedback_along(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        mail = await make.record_interaction(client, thread="T-1")
        complaint = await make.record_complaint(client, channel="email", interaction_id=mail["id"])
        said = await record_feedback(client, feedback(complaint_id=complaint["id"]))
        await claim(client, "complaint", complaint, ada)
        assert await customer_of(client, "interaction", mail) == ada["id"]
        assert await customer_of(client, "feedback", said) == ada["id"]
        assert await timeline(client, ada, said) == ["feedback.received", "feedback.claimed"]

    async def test_feedback_takes_its_task_and_its_complaint_along(self, client: httpx.AsyncClient) -> None:
        conditions = {"score_below": 50}
        await api.post(
            client,
            "/v1/feedback-rules",
            {"code": "a", "name": "Ring", "conditions": conditions, "task": {"what": "Ring them", "due_hours": 4}},
        )
        await api.post(
            client,
            "/v1/feedback-rules",
            {"code": "b", "name": "Case", "conditions": conditions, "complaint": {"category": "taste"}},
        )
        ada = await make.create_customer(client)
        said = await record_feedback(client)
        (task,) = (await api.get(client, "/v1/tasks", feedback_id=said["id"]))["items"]
        (complaint,) = (await api.get(client, "/v1/complaints", source="feedback"))["items"]
        await claim(client, "feedback", said, ada)
        assert await customer_of(client, "task", task) == ada["id"]
        assert await customer_of(client, "complaint", complaint) == ada["id"]
        assert (await timeline(client, ada, task)) == ["task.created", "task.updated"]

    async def test_what_follows_by_two_steps_does_not_contradict(self, client: httpx.AsyncClient, db: Any) -> None:
        """The task has its customer from the feedback, and is linked to the complaint of that, which goes first."""
        task = {"what": "Ring them", "due_hours": 4}
        rule = {"code": "a", "name": "Ring", "conditions": {"score_below": 50}, "task": task}
        await api.post(client, "/v1/feedback-rules", rule)
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        said = await record_feedback(client, feedback(ratings=[nps(3)], complaint_id=complaint["id"]))
        (made,) = (await api.get(client, "/v1/tasks", feedback_id=said["id"]))["items"]
        for before, after in ((ada, bo), (bo, ada)):
            await claim(client, "complaint", complaint, after, moved_from=before["id"])
            assert await customer_of(client, "task", made) == after["id"]
        assert not [event for event in await api.events(db, made["id"]) if event.type == "task.contradicted"]

    async def test_an_invitation_and_its_answers_follow_the_sale(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        sale = await make.record_sale(client)
        asked = await create_open(client)
        invitation = await invite(client, asked, sale_id=sale["id"])
        await claim(client, "sale", sale, ada)
        assert await customer_of(client, "invitation", invitation) == ada["id"]

    async def test_what_an_onlooker_saw_is_nobodys(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        sale = await make.record_sale(client)
        seen = await record_feedback(client, feedback(method="observation", sale_id=sale["id"], ratings=[nps(3)]))
        await claim(client, "sale", sale, ada)
        assert await customer_of(client, "feedback", seen) is None

    async def test_whoever_said_who_they_are_stays(self, client: httpx.AsyncClient, db: Any) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        sale = await make.record_sale(client)
        complaint = await make.record_complaint(client, sale_id=sale["id"], customer_id=bo["id"])
        await claim(client, "sale", sale, ada)
        assert await customer_of(client, "complaint", complaint) == bo["id"]
        (event,) = [e for e in await api.events(db, complaint["id"]) if e.type == "complaint.contradicted"]
        assert event.data == {"linked_type": "sale", "linked_id": sale["id"], "linked_customer_id": ada["id"]}
        assert "complaint.contradicted" in await timeline(client, bo, complaint)

    async def test_a_contradiction_is_told_anew_after_another_one(self, client: httpx.AsyncClient, db: Any) -> None:
        ada, bo, cy = [await make.create_customer(client) for _ in range(3)]
        sale = await make.record_sale(client)
        complaints = [await make.record_complaint(client, sale_id=sale["id"], customer_id=bo["id"]) for _ in range(2)]
        await claim(client, "sale", sale, ada)
        for before, after in ((ada, cy), (cy, ada)):
            move = {"customer_id": after["id"], "moved_from": before["id"]}
            await api.post(client, f"/v1/sales/{sale['id']}/claim", move, 200)
        for complaint in complaints:
            told = [e for e in await api.events(db, complaint["id"]) if e.type == "complaint.contradicted"]
            assert [e.data["linked_customer_id"] for e in told] == [ada["id"], cy["id"], ada["id"]]

    async def test_a_revision_that_names_the_buyer_is_followed(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        body = make.sale()
        sale = await make.record_sale(client, body)
        complaint = await make.record_complaint(client, sale_id=sale["id"])
        await make.record_sale(client, body, 200, revision=1, customer={"id": ada["id"]})
        assert await customer_of(client, "complaint", complaint) == ada["id"]

    async def test_a_complaint_that_was_closed_before_it_was_claimed_asks(
        self, client: httpx.AsyncClient, work: Any
    ) -> None:
        ada = await make.create_customer(client, contact_points=[make.email()])
        asked = await create_open(client)
        rule = {"code": "r", "name": "After", "survey": asked["code"], "after": "complaint_closed"}
        await api.post(client, "/v1/survey-rules", rule)
        complaint = await make.record_complaint(client)
        for move, more in (
            ("acknowledge", {}),
            ("assess", {"severity": "low"}),
            ("investigate", {}),
            ("respond", {"decision": "upheld"}),
            ("accept", {}),
            ("close", {}),
        ):
            await api.post(client, f"/v1/complaints/{complaint['id']}/{move}", more, 200)
        await work()
        assert (await api.get(client, "/v1/invitations"))["items"] == []
        await claim(client, "complaint", complaint, ada)
        await work()
        assert [i["customer_id"] for i in (await api.get(client, "/v1/invitations"))["items"]] == [ada["id"]]


class TestMoved:
    async def test_a_wrong_claim_is_mended(self, client: httpx.AsyncClient, db: Any) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        call = await make.record_interaction(client, next_step={"what": "Ring back"})
        complaint = await make.record_complaint(client, interaction_id=call["id"])
        said = await record_feedback(client, feedback(complaint_id=complaint["id"]))
        task = {"id": call["task_id"]}
        linked = (("interaction", call), ("complaint", complaint), ("feedback", said), ("task", task))
        await claim(client, "interaction", call, ada)
        answer = await client.post(f"/v1/interactions/{call['id']}/claim", json={"customer_id": bo["id"]})
        assert (answer.status_code, answer.json()["code"]) == (409, "ALREADY_CLAIMED")
        await claim(client, "interaction", call, bo, moved_from=ada["id"])
        for noun, record in linked:
            assert await customer_of(client, noun, record) == bo["id"]
            assert await timeline(client, ada, record) == []
            assert await timeline(client, bo, record) != []
        (moved,) = [e for e in await api.events(db, complaint["id"]) if e.type == "complaint.moved"]
        assert (moved.data["from_customer_id"], moved.data["to_customer_id"]) == (ada["id"], bo["id"])
        assert await db.fetchval("SELECT customer_id::text FROM ratings") == bo["id"]

    async def test_from_somebody_who_does_not_have_it(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        for noun, record in (
            ("interaction", await make.record_interaction(client)),
            ("complaint", await make.record_complaint(client)),
            ("feedback", await record_feedback(client)),
        ):
            path, body = f"{PATHS[noun]}/{record['id']}/claim", {"customer_id": ada["id"], "moved_from": bo["id"]}
            assert (await client.post(path, json=body)).status_code == 409
            await claim(client, noun, record, ada)
            cy = await make.create_customer(client)
            body = {"customer_id": cy["id"], "moved_from": bo["id"]}
            assert (await client.post(path, json=body)).json()["code"] == "ALREADY_CLAIMED"

    async def test_a_sale(self, client: httpx.AsyncClient, sessions: Sessions) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        sale = await make.record_sale(client)
        complaint = await make.record_complaint(client, sale_id=sale["id"])
        said = await record_feedback(client, feedback(sale_id=sale["id"]))
        await claim(client, "sale", sale, ada)
        await move_sale(sessions, sale, bo)
        for noun, record in (("complaint", complaint), ("feedback", said)):
            assert await customer_of(client, noun, record) == bo["id"]
        await move_sale(sessions, sale, None)
        for noun, record in (("complaint", complaint), ("feedback", said)):
            assert await customer_of(client, noun, record) is None

    async def test_a_vote_goes_with_its_feedback(self, client: httpx.AsyncClient, db: Any) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        idea = await make.create_idea(client)
        said = await record_feedback(client, {"method": "suggestion", "text": "More tea", "idea_id": idea["id"]})
        await claim(client, "feedback", said, ada)
        await claim(client, "feedback", said, bo, moved_from=ada["id"])
        votes = await db.fetch("SELECT customer_id::text, feedback_id::text FROM idea_votes")
        assert [tuple(vote) for vote in votes] == [(bo["id"], said["id"])]
        assert (await api.get(client, f"/v1/ideas/{idea['id']}"))["votes"] == 1
        await release(client, "feedback", said)
        assert await db.fetchval("SELECT customer_id FROM idea_votes") is None


class TestReleased:
    async def test_it_is_nobodys_again_with_all_that_followed(self, client: httpx.AsyncClient, db: Any) -> None:
        ada = await make.create_customer(client)
        complaint = await make.record_complaint(client)
        said = await record_feedback(client, feedback(complaint_id=complaint["id"]))
        own = await record_feedback(client, feedback(complaint_id=complaint["id"], customer_id=ada["id"]))
        await claim(client, "complaint", complaint, ada)
        released = await release(client, "complaint", complaint)
        assert released["customer_id"] is None
        assert await customer_of(client, "feedback", said) is None
        assert await customer_of(client, "feedback", own) == ada["id"]
        assert await timeline(client, ada, complaint) == await timeline(client, ada, said) == []
        event = (await api.events(db, complaint["id"]))[-1]
        assert (event.type, event.customer_id) == ("complaint.released", None)
        assert event.data == {"from_customer_id": ada["id"], "reason": "Somebody else of the same name"}
        assert await release(client, "complaint", complaint) == released, "once is enough"

    async def test_another_link_that_knows_takes_its_place(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        sale, call = await make.record_sale(client), await make.record_interaction(client)
        complaint = await make.record_complaint(client, sale_id=sale["id"], interaction_id=call["id"])
        await claim(client, "interaction", call, ada)
        assert await customer_of(client, "complaint", complaint) == ada["id"]
        await claim(client, "sale", sale, bo)
        assert await customer_of(client, "complaint", complaint) == bo["id"], "as if it had come in now"
        await release(client, "sale", sale)
        assert await customer_of(client, "complaint", complaint) == ada["id"]
        await claim(client, "sale", sale, bo)
        assert await customer_of(client, "complaint", complaint) == bo["id"]
        await release(client, "interaction", call)
        assert await customer_of(client, "complaint", complaint) == bo["id"]

    @pytest.mark.parametrize("noun", ["feedback", "complaint", "task"])
    async def test_what_has_its_own_customer_from_a_link_takes_its_place(
        self, client: httpx.AsyncClient, noun: str
    ) -> None:
        """As if the record had come in now: it belongs to the first of its subjects that has a customer."""
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        first, call = await make.record_sale(client), await make.record_interaction(client)
        complaint = await make.record_complaint(client, interaction_id=call["id"])
        said = await record_feedback(client, feedback(sale_id=first["id"]))
        if noun == "complaint":
            await claim(client, "complaint", complaint, bo)
        await claim(client, "sale", first, ada)
        about = {"sale_id": first["id"], "complaint_id": complaint["id"]}
        match noun:
            case "complaint":
                record = await make.record_complaint(client, sale_id=first["id"], interaction_id=call["id"])
            case "feedback":
                record = await record_feedback(client, feedback(**about))
            case _:
                body = {"what": "Ring", "feedback_id": said["id"], "complaint_id": complaint["id"]}
                record = await api.post(client, "/v1/tasks", body)
        if noun != "complaint":
            await claim(client, "interaction", call, bo)
        # Of a task, the complaint comes first.
        leader, before, after = (complaint, bo, ada) if noun == "task" else (first, ada, bo)
        assert await customer_of(client, noun, record) == before["id"]
        await release(client, "complaint" if noun == "task" else "sale", leader)
        assert await customer_of(client, noun, record) == after["id"]

    async def test_not_a_record_that_has_it_from_the_released_one(self, client: httpx.AsyncClient) -> None:
        """A complaint follows its call, the call the complaint's other messages: nobody keeps what another one lent."""
        ada = await make.create_customer(client)
        sale, call = await make.record_sale(client), await make.record_interaction(client, thread="T")
        complaint = await make.record_complaint(client, sale_id=sale["id"], interaction_id=call["id"])
        said = await record_feedback(client, feedback(complaint_id=complaint["id"], interaction_id=call["id"]))
        await claim(client, "sale", sale, ada)
        linked = (("complaint", complaint), ("interaction", call), ("feedback", said))
        for noun, record in linked:
            assert await customer_of(client, noun, record) == ada["id"]
        await release(client, "sale", sale)
        for noun, record in linked:
            assert await customer_of(client, noun, record) is None

    async def test_a_message_of_two_complaints(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        mail = await make.record_interaction(client)
        first, second = [await make.record_complaint(client, interaction_id=mail["id"]) for _ in range(2)]
        await claim(client, "complaint", first, ada)
        assert await customer_of(client, "interaction", mail) == ada["id"]
        await claim(client, "complaint", second, bo, moved_from=ada["id"])
        await release(client, "complaint", first)
        assert await customer_of(client, "interaction", mail) == bo["id"]

    async def test_feedback_and_interactions(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        for noun, record in (
            ("interaction", await make.record_interaction(client)),
            ("feedback", await record_feedback(client)),
        ):
            await claim(client, noun, record, ada)
            assert (await release(client, noun, record))["customer_id"] is None
            assert await timeline(client, ada, record) == []
            await claim(client, noun, record, ada)

    async def test_a_reason_is_required(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client)
        answer = await client.post(f"/v1/complaints/{complaint['id']}/release", json={})
        assert api.errors(answer) == [("/reason", "missing")]


class TestOtherLink:
    async def test_a_complaint_that_names_its_sale_later(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        first = await make.record_sale(client, customer={"id": ada["id"]})
        second = await make.record_sale(client, customer={"id": bo["id"]})
        complaint = await make.record_complaint(client)
        path = f"/v1/complaints/{complaint['id']}"
        assert (await api.patched(client, path, {"sale_id": first["id"]}))["customer_id"] == ada["id"]
        assert (await api.patched(client, path, {"sale_id": second["id"]}))["customer_id"] == bo["id"]
        assert (await api.patched(client, path, {"sale_id": None}))["customer_id"] is None
        assert await timeline(client, bo, complaint) == []

    @pytest.mark.parametrize("noun", ["complaint", "feedback"])
    @pytest.mark.parametrize("leader", ["sale", "interaction"])
    async def test_another_record_of_the_same_customer(self, client: httpx.AsyncClient, noun: str, leader: str) -> None:
        """It follows the record that it names, and not the one that it named before."""
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        make_leader = {"sale": make.record_sale, "interaction": make.record_interaction}[leader]
        first, second = [await make_leader(client) for _ in range(2)]
        for each in (first, second):
            await claim(client, leader, each, ada)
        about = {f"{leader}_id": first["id"]}
        if noun == "complaint":
            one = await make.record_complaint(client, **about)
        else:
            one = await record_feedback(client, feedback(**about))
        changed = await api.patched(client, f"{PATHS[noun]}/{one['id']}", {f"{leader}_id": second["id"]})
        assert [reason["value"] for reason in changed["match_reasons"]] == [second["id"]]
        await release(client, leader, first)
        assert await customer_of(client, noun, one) == ada["id"]
        await claim(client, leader, second, bo, moved_from=ada["id"])
        assert await customer_of(client, noun, one) == bo["id"]

    async def test_not_the_contact_that_has_its_customer_from_the_complaint(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        sale, call = await make.record_sale(client, customer={"id": ada["id"]}), await make.record_interaction(client)
        complaint = await make.record_complaint(client, sale_id=sale["id"], interaction_id=call["id"])
        said = await record_feedback(client, feedback(sale_id=sale["id"]))
        assert await customer_of(client, "interaction", call) == ada["id"]
        changed = await api.patched(client, f"/v1/complaints/{complaint['id']}", {"sale_id": None})
        assert (changed["customer_id"], await customer_of(client, "interaction", call)) == (None, None)
        assert await customer_of(client, "feedback", said) == ada["id"]

    async def test_feedback_that_names_the_complaint_made_of_it(self, client: httpx.AsyncClient) -> None:
        rule = {"code": "b", "name": "Case", "conditions": {"score_below": 50}, "complaint": {"category": "taste"}}
        await api.post(client, "/v1/feedback-rules", rule)
        ada = await make.create_customer(client)
        sale = await make.record_sale(client, customer={"id": ada["id"]})
        said = await record_feedback(client, feedback(sale_id=sale["id"]))
        (complaint,) = (await api.get(client, "/v1/complaints", source="feedback"))["items"]
        if complaint["sale_id"] is not None:
            await api.patched(client, f"/v1/complaints/{complaint['id']}", {"sale_id": None})
        changes = {"sale_id": None, "complaint_id": complaint["id"]}
        assert (await api.patched(client, f"/v1/feedback/{said['id']}", changes))["customer_id"] is None
        assert await customer_of(client, "complaint", complaint) is None

    async def test_feedback_that_names_another_sale(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        first = await make.record_sale(client, customer={"id": ada["id"]})
        second = await make.record_sale(client, customer={"id": bo["id"]})
        said = await record_feedback(client, feedback(sale_id=first["id"]))
        path = f"/v1/feedback/{said['id']}"
        assert (await api.patched(client, path, {"sale_id": second["id"]}))["customer_id"] == bo["id"]
        assert await timeline(client, ada, said) == []


NOUNS = ("sale", "interaction", "complaint", "feedback", "task")
CAN_LINK = {
    "complaint": ("sale", "interaction"),
    "feedback": ("sale", "complaint", "interaction"),
    "task": ("interaction", "complaint", "feedback"),
}
RECORDS = st.lists(
    st.tuples(st.sampled_from(NOUNS), st.sets(st.integers(0, 9), max_size=2), st.sampled_from([None, None, None, 0])),
    min_size=2,
    max_size=9,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["claim", "move", "release"]), st.integers(0, 9), st.integers(0, 2)), max_size=8
)


class TestRandomTrees:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(records=RECORDS, steps=STEPS)
    async def test_no_customer_that_the_origin_does_not_have(
        self, client: httpx.AsyncClient, sessions: Sessions, emptying: Any, db: Any, records: Any, steps: Any
    ) -> None:
        await emptying()
        people = [await make.create_customer(client) for _ in range(3)]
        made: list[tuple[str, dict[str, Any]]] = []
        said: dict[str, str | None] = {}
        """Whose a record itself said, or somebody said, that it is; None where it was released by hand."""
        for noun, linked, own in records:
            body: dict[str, Any] = {}
            for n in linked:
                if n < len(made) and made[n][0] in CAN_LINK.get(noun, ()):
                    body[f"{made[n][0]}_id"] = made[n][1]["id"]
            if own is not None and noun != "sale":
                body["customer_id"] = people[own]["id"]
            record = await _record(client, noun, body)
            made.append((noun, record))
            if own is not None and noun != "sale":
                said[record["id"]] = people[own]["id"]
        for verb, n, person in steps:
            noun, record = made[n % len(made)]
            if noun == "task":
                continue
            holder = await customer_of(client, noun, record)
            if verb == "claim" and holder is None:
                await claim(client, noun, record, people[person])
                said[record["id"]] = people[person]["id"]
            elif verb == "move" and holder not in (None, people[person]["id"]):
                if noun == "sale":
                    await move_sale(sessions, record, people[person])
                else:
                    await claim(client, noun, record, people[person], moved_from=holder)
                said[record["id"]] = people[person]["id"]
            elif verb == "release" and holder is not None:
                await (move_sale(sessions, record, None) if noun == "sale" else release(client, noun, record))
                said[record["id"]] = None
        await _check(db, made, said)


async def _record(client: httpx.AsyncClient, noun: str, body: dict[str, Any]) -> dict[str, Any]:
    match noun:
        case "sale":
            return await make.record_sale(client)
        case "interaction":
            return await make.record_interaction(client, **body)
        case "complaint":
            return await make.record_complaint(client, **body)
        case "feedback":
            return await record_feedback(client, feedback(**body))
    task: dict[str, Any] = await api.post(client, "/v1/tasks", {"what": "Ring them", **body})
    return task


async def _check(
    db: "asyncpg.Connection[Any]", made: list[tuple[str, dict[str, Any]]], said: dict[str, str | None]
) -> None:
    holders = {str(row[0]): row[1] and str(row[1]) for row in await db.fetch("SELECT id, customer_id FROM sales")}
    origins: dict[str, str] = {}
    for table in TABLES.values():
        for row in await db.fetch(f"SELECT id, customer_id, customer_from_id FROM {table}"):
            holders[str(row[0])] = row[1] and str(row[1])
            if row[2] is not None:
                origins[str(row[0])] = str(row[2])
    for noun, record in made:
        record_id, holder = record["id"], holders[record["id"]]
        links = {record[f"{other}_id"] for other in CAN_LINK.get(noun, ()) if record[f"{other}_id"] is not None}
        if noun == "interaction":  # it may have its customer from the complaint that was made in it
            links = {complaint["id"] for kind, complaint in made if kind == "complaint"}
        if record_id in origins:
            assert origins[record_id] in links, "it follows what it is linked to"
            assert holder == holders[origins[record_id]] is not None
        elif holder is not None:
            assert said.get(record_id) == holder, "nobody said so"
        elif said.get(record_id, "") == "" and noun != "interaction":
            assert not any(holders[linked] for linked in links), "a link that is known is followed"
        if noun == "sale":
            continue
        told = await db.fetch(
            "SELECT DISTINCT customer_id FROM events WHERE subject_id = $1 AND type NOT LIKE '%.released'", record_id
        )
        assert [row[0] and str(row[0]) for row in told] == [holder], "the timeline is true"
    rated = await db.fetch(
        "SELECT count(*) FROM ratings r JOIN feedback f ON f.id = r.feedback_id "
        "WHERE r.customer_id IS DISTINCT FROM f.customer_id"
    )
    assert rated[0][0] == 0
