"""What followed from a conversation is taken back when it is another one: answers, customers, complaints."""

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import make
from tests.make.interactions import captured, record
from tests.make.service_levels import create_policy
from tests.support import api
from tests.support.complaints import moved
from tests.support.conversations import PATH, T9, T10, T11, T12, get, move, question, reply
from tests.support.links import claim, release, timeline
from tests.support.times import ago


async def answered_by(client: httpx.AsyncClient, enquiry: dict[str, Any]) -> Any:
    return (await get(client, enquiry))["answered_by_id"]


async def customer(client: httpx.AsyncClient, one: dict[str, Any]) -> Any:
    return (await get(client, one))["customer_id"]


async def patch(client: httpx.AsyncClient, one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    changed: dict[str, Any] = await api.patched(client, f"{PATH}/{one['id']}", changes)
    return changed


class TestAnotherThread:
    @pytest.mark.parametrize("thread", ["U", None])
    @pytest.mark.parametrize("which", ["question", "answer"])
    async def test_the_enquiry_awaits_its_answer_again(
        self, client: httpx.AsyncClient, ada: Any, db: Any, which: str, thread: Any
    ) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply())
        assert (await answered_by(client, asked), await customer(client, answer)) == (answer["id"], ada["id"])
        await patch(client, asked if which == "question" else answer, thread=thread)
        found = await get(client, asked)
        assert (found["awaits_answer"], found["answered_at"], found["answered_by_id"]) == (True, None, None)
        assert (await api.events(db, asked["id"]))[-1].type == "interaction.reopened"
        assert await customer(client, answer) is None, "it was with whoever asked"

    async def test_what_else_is_in_both_threads_answers(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        elsewhere = await record(client, **question(customer_id=ada["id"], thread="U"))
        first, second = [await record(client, **reply(happened_at=at)) for at in (T11, T12)]
        await patch(client, first, thread="U")
        assert await answered_by(client, asked) == second["id"]
        assert await answered_by(client, elsewhere) == first["id"]
        await patch(client, first, thread="T")
        assert await answered_by(client, asked) == first["id"]
        assert (await get(client, elsewhere))["awaits_answer"] is True

    @pytest.mark.parametrize("which", ["question", "answer"])
    async def test_what_was_named_as_the_answer_stays(self, client: httpx.AsyncClient, ada: Any, which: str) -> None:
        asked, other = [await record(client, **question(customer_id=ada["id"])) for _ in range(2)]
        call = await record(client, **reply(customer_id=ada["id"], happened_at=T9))
        await patch(client, call, happened_at=T12, thread=None)
        await api.post(client, f"{PATH}/{asked['id']}/answer", {"interaction_id": call["id"]}, 201)
        written = await api.post(client, f"{PATH}/{other['id']}/answer", {"body": "Yes"})
        for enquiry, answer in ((asked, call), (other, written)):
            await patch(client, enquiry if which == "question" else answer, thread="U")
            assert await answered_by(client, enquiry) == answer["id"]

    async def test_it_is_about_the_complaint_no_more(self, client: httpx.AsyncClient, ada: Any) -> None:
        first, second = [await record(client, **captured(thread="T")) for _ in range(2)]
        complaint = await make.record_complaint(client, interaction_id=first["id"], customer_id=ada["id"])
        named = await record(client, **captured(thread="T", complaint_id=complaint["id"]))
        for message in (second, named):
            assert await customer(client, message) == ada["id"]
            await patch(client, message, thread="U")
        found = await get(client, named)
        assert (found["complaint_id"], found["customer_id"]) == (complaint["id"], ada["id"])
        # What names the complaint brings its conversation along.
        assert (await get(client, second))["complaint_id"] == complaint["id"]
        await patch(client, second, thread="V")
        assert (await get(client, second))["complaint_id"] is None
        assert await customer(client, second) is None

    async def test_the_message_that_brought_others_along(self, client: httpx.AsyncClient, ada: Any) -> None:
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        along = await record(client, **captured(thread="T"))
        named = await record(client, **captured(thread="T", complaint_id=complaint["id"]))
        assert (await get(client, along))["complaint_id"] == complaint["id"]
        await patch(client, named, thread="U")
        assert (await get(client, along))["complaint_id"] is None
        assert (await get(client, named))["complaint_id"] == complaint["id"]


async def test_what_is_brought_along_is_the_customers(client: httpx.AsyncClient, ada: Any) -> None:
    """Of two messages without a contact, one names the complaint: whichever comes first, both are its customer's."""
    complaint = await make.record_complaint(client, customer_id=ada["id"])
    for n, order in enumerate(("NO", "ON")):
        bodies = {"N": {"complaint_id": complaint["id"]}, "O": {}}
        sent = [await record(client, **captured(thread=f"T-{n}") | bodies[name]) for name in order]
        assert [await customer(client, one) for one in sent] == [ada["id"]] * 2, order


class TestAnotherAnswer:
    """An earlier mail turns out to be the answer: what was taken for it is as if it had come in now."""

    async def test_it_is_nobodys(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        taken_for_it = await record(client, **reply(happened_at=T12))
        assert await customer(client, taken_for_it) == ada["id"]
        first = await record(client, **reply(customer_id=ada["id"]))
        assert await answered_by(client, asked) == first["id"]
        assert await customer(client, taken_for_it) is None

    async def test_it_belongs_to_the_customer_of_its_complaint(
        self, client: httpx.AsyncClient, ada: Any, bo: Any
    ) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        taken_for_it = await record(client, **reply(happened_at=T12))
        assert await customer(client, taken_for_it) == ada["id"]
        complaint = await make.record_complaint(client, customer_id=bo["id"], interaction_id=taken_for_it["id"])
        assert await customer(client, taken_for_it) == bo["id"]  # what it is about comes before what it might answer
        answer = await record(client, **reply(customer_id=ada["id"]))
        assert await answered_by(client, asked) == answer["id"]
        assert (await get(client, asked))["complaint_id"] == complaint["id"]
        assert await customer(client, taken_for_it) == bo["id"]

    async def test_it_answers_another_enquiry(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        taken_for_it = await record(client, **reply(happened_at=T12))
        await record(client, **reply(customer_id=ada["id"]))
        again = await record(client, **question(customer_id=ada["id"], happened_at=T11[:14] + "30:00Z"))
        assert await answered_by(client, asked) != taken_for_it["id"]
        assert await answered_by(client, again) == taken_for_it["id"]
        assert await customer(client, taken_for_it) == ada["id"]

    async def test_what_is_no_enquiry_any_more(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply())
        await patch(client, asked, kind="message")
        assert await customer(client, answer) is None

    async def test_the_time_of_the_answer_is_mended(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        first, second = [await record(client, **reply(customer_id=ada["id"], happened_at=at)) for at in (T11, T12)]
        await patch(client, first, happened_at="2026-03-01T13:00:00Z")
        found = await get(client, asked)
        assert (found["answered_by_id"], found["answered_at"]) == (second["id"], T12)


class TestAnotherContact:
    """A complaint is changed to have been made in another contact, or in none that is known."""

    @pytest.mark.parametrize("other", [True, False])
    async def test_its_messages_are_those_of_the_new_conversation(
        self, client: httpx.AsyncClient, ada: Any, other: bool
    ) -> None:
        first, second = [await record(client, **captured(thread="T")) for _ in range(2)]
        elsewhere = await record(client, **captured(thread="U"))
        complaint = await make.record_complaint(client, customer_id=ada["id"], interaction_id=first["id"])
        named = await record(client, **captured(complaint_id=complaint["id"]))
        path = f"/v1/complaints/{complaint['id']}"
        message = (await api.post(client, f"{path}/acknowledge", {"message": {"body": "Sorry"}}, 200)) and (
            await api.get(client, PATH, complaint_id=complaint["id"], direction="outbound")
        )["items"][0]
        wrong, right = (first, second), ((elsewhere,) if other else ())
        assert {await customer(client, one) for one in wrong} == {ada["id"]}
        await api.patched(client, path, {"interaction_id": elsewhere["id"] if other else None})
        for one in wrong:
            found = await get(client, one)
            assert (found["complaint_id"], found["customer_id"]) == (None, None)
        for one in (*right, named, message):
            found = await get(client, one)
            assert (found["complaint_id"], found["customer_id"]) == (complaint["id"], ada["id"])
        await api.patched(client, path, {"interaction_id": first["id"]})
        assert {await customer(client, one) for one in wrong} == {ada["id"]}

    async def test_what_a_message_of_both_brings_along_stays(self, client: httpx.AsyncClient) -> None:
        first, second = [await record(client, **captured(thread="T")) for _ in range(2)]
        complaint = await make.record_complaint(client, interaction_id=first["id"])
        await record(client, **captured(thread="T", complaint_id=complaint["id"]))
        await api.patched(client, f"/v1/complaints/{complaint['id']}", {"interaction_id": None})
        assert (await get(client, second))["complaint_id"] == complaint["id"]


class TestNoMessageOfAComplaint:
    """A message that was recorded as one about a complaint is none, or is about another one."""

    async def test_it_leaves_with_what_it_brought_along(self, client: httpx.AsyncClient, ada: Any) -> None:
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        along = await record(client, **captured(thread="T"))
        named = await record(client, **captured(thread="T", complaint_id=complaint["id"]))
        assert await customer(client, named) == ada["id"]
        changed = await patch(client, named, complaint_id=None)
        assert (changed["complaint_id"], changed["customer_id"]) == (None, None)
        assert (await get(client, along))["complaint_id"] is None

    async def test_it_is_about_another_one(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        complaints = [await make.record_complaint(client, customer_id=one["id"]) for one in (ada, bo)]
        message = await record(client, **captured(thread="T", complaint_id=complaints[0]["id"]))
        changed = await patch(client, message, complaint_id=complaints[1]["id"])
        assert (changed["complaint_id"], changed["customer_id"]) == (complaints[1]["id"], bo["id"])
        assert (await api.get(client, PATH, complaint_id=complaints[0]["id"]))["items"] == []
        unnamed = await record(client, **captured())
        changed = await patch(client, unnamed, complaint_id=complaints[0]["id"])
        assert (changed["complaint_id"], changed["customer_id"]) == (complaints[0]["id"], ada["id"])
        assert await timeline(client, bo, message) == [
            "interaction.recorded",
            "interaction.updated",
            "interaction.moved",
        ]

    async def test_it_keeps_a_customer_of_its_own(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        message = await record(client, **captured(customer_id=bo["id"], complaint_id=complaint["id"]))
        changed = await patch(client, message, complaint_id=None)
        assert (changed["complaint_id"], changed["customer_id"]) == (None, bo["id"])

    async def test_its_conversation_may_be_about_the_complaint(self, client: httpx.AsyncClient) -> None:
        first, second = [await record(client, **captured(thread="T")) for _ in range(2)]
        complaint = await make.record_complaint(client, interaction_id=first["id"])
        for message in (first, second):
            refused = await api.patch(client, f"{PATH}/{message['id']}", {"complaint_id": None})
            assert (refused.status_code, refused.json()["complaint_id"]) == (409, complaint["id"])
            assert (await get(client, message))["complaint_id"] == complaint["id"]
        changed = await patch(client, second, complaint_id=None, thread=None)
        assert changed["complaint_id"] is None

    async def test_a_complaint_that_is_not_there(self, client: httpx.AsyncClient, ada: Any) -> None:
        message = await record(client, **captured())
        refused = await api.patch(client, f"{PATH}/{message['id']}", {"complaint_id": ada["id"]})
        assert api.errors(refused) == [("/complaint_id", "not_found")]


class TestMovedBack:
    """A contact is moved to a wrong customer and back: all is as if that had never been."""

    @pytest.mark.parametrize("mail", ["earlier answer", "later answer", "enquiry", "message", "complaint"])
    async def test_with_a_mail_of_the_wrong_one_in_the_thread(
        self, client: httpx.AsyncClient, db: Any, ada: Any, bo: Any, mail: str
    ) -> None:
        asked = await record(client, **question(customer_id=ada["id"], happened_at=T9))
        answer = await record(client, **reply())
        said = await record(client, **captured(thread="T", happened_at=T10))
        complaint = await make.record_complaint(client, interaction_id=asked["id"])
        match mail:
            case "earlier answer":
                await record(client, **reply(customer_id=bo["id"], happened_at=T10))
            case "later answer":
                await record(client, **reply(customer_id=bo["id"], happened_at=T12))
            case "enquiry":
                await record(client, **question(customer_id=bo["id"]))
            case "message":
                await record(client, **captured(thread="T", customer_id=bo["id"], happened_at=T10))
            case "complaint":
                other = await record(client, **captured(source="chat", thread="T", customer_id=bo["id"]))
                await make.record_complaint(client, interaction_id=other["id"])
        before = await _state(db)
        assert {await customer(client, one) for one in (asked, answer, said)} == {ada["id"]}
        await move(client, asked, ada, bo)
        assert {await customer(client, one) for one in (asked, said)} == {bo["id"]}
        await move(client, asked, bo, ada)
        assert await _state(db) == before
        assert (await api.get(client, f"/v1/complaints/{complaint['id']}"))["customer_id"] == ada["id"]

    async def test_a_release_and_a_claim(self, client: httpx.AsyncClient, db: Any, ada: Any, bo: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"], happened_at=T9))
        await record(client, **reply())
        await record(client, **reply(customer_id=bo["id"], happened_at=T12))
        before = await _state(db)
        await release(client, "interaction", asked)
        await claim(client, "interaction", asked, ada)
        assert await _state(db) == before


async def _state(db: Any) -> list[tuple[Any, ...]]:
    """Whose each record is, and what answers what is about what."""
    rows = await db.fetch(
        "SELECT id, customer_id, answered_by_id, answered_at, NULL AS about FROM interactions "
        "UNION ALL SELECT interaction_id, NULL, NULL, NULL, complaint_id FROM complaint_messages "
        "UNION ALL SELECT id, customer_id, NULL, NULL, interaction_id FROM complaints ORDER BY 1, 2, 5"
    )
    return [tuple(row) for row in rows]


class TestTheReply:
    """A message ended the wait of a complaint for its customer, and turns out to be no reply of theirs."""

    @pytest.fixture
    async def held(self, client: httpx.AsyncClient, ada: Any) -> dict[str, Any]:
        await create_policy(client, targets={"resolve_minutes": 4_800}, pauses=["waiting_customer"])
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        return await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))

    async def waiting(self, client: httpx.AsyncClient, complaint: dict[str, Any]) -> tuple[Any, ...]:
        found = await api.get(client, f"/v1/complaints/{complaint['id']}")
        (clock,) = found["clocks"]
        return found["waiting_for"], found["customer_replied_at"], clock["state"]

    @pytest.mark.parametrize("change", ["moved", "thread", "direction", "complaint_id", "the complaint is moved"])
    async def test_it_waits_again(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, held: dict[str, Any], db: Any, change: str
    ) -> None:
        first = await record(client, **captured(thread="T", customer_id=ada["id"], happened_at=ago(hours=15)))
        await api.patched(client, f"/v1/complaints/{held['id']}", {"interaction_id": first["id"]})
        text = {"customer_id": ada["id"], "happened_at": ago(hours=6)}
        text |= {"complaint_id": held["id"]} if change == "complaint_id" else {"thread": "T"}
        before = await self.waiting(client, held)
        since = await db.fetchval("SELECT waiting_since FROM complaints")
        said = await record(client, **captured(**text))
        replied = await self.waiting(client, held)
        assert (before, replied[0], replied[2]) == (("customer", None, "paused"), None, "running")
        path = f"/v1/complaints/{held['id']}/claim"
        match change:
            case "moved":
                await move(client, said, ada, bo)
            case "thread":
                await patch(client, said, thread="U")
            case "direction":
                await patch(client, said, direction="outbound")
            case "complaint_id":
                await patch(client, said, complaint_id=None)
            case _:
                await api.post(client, path, {"customer_id": bo["id"], "moved_from": ada["id"]}, 200)
        assert await self.waiting(client, held) == before
        assert await db.fetchval("SELECT waiting_since FROM complaints") == since
        paused = await db.fetch("SELECT starts_at FROM clock_intervals WHERE kind = 'running' AND ends_at > starts_at")
        assert len(paused) == 1, "its time ran until it was held only"
        assert [event.type for event in await api.events(db, held["id"])].count("complaint.held") == 2
        match change:  # and back
            case "moved":
                await move(client, said, bo, ada)
            case "thread":
                await patch(client, said, thread="T")
            case "direction":
                await patch(client, said, direction="inbound")
            case "complaint_id":
                await patch(client, said, complaint_id=held["id"])
            case _:
                await api.post(client, path, {"customer_id": ada["id"], "moved_from": bo["id"]}, 200)
        assert await self.waiting(client, held) == replied

    async def test_another_reply_ends_the_wait(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, held: dict[str, Any]
    ) -> None:
        wrong, right = [
            await record(client, **captured(customer_id=ada["id"], complaint_id=held["id"], happened_at=ago(hours=n)))
            for n in (6, 4)
        ]
        await move(client, wrong, ada, bo)
        assert await self.waiting(client, held) == (None, right["happened_at"], "running")

    async def test_a_wait_that_was_only_flagged(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        more = {"targets": {"resolve_minutes": 4_800}, "pauses": ["waiting_customer"], "on_customer_reply": "flag"}
        await create_policy(client, **more)
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        held = await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))
        text = {"customer_id": ada["id"], "complaint_id": held["id"], "happened_at": ago(hours=6)}
        said = await record(client, **captured(**text))
        assert await self.waiting(client, held) == ("customer", said["happened_at"], "paused")
        await move(client, said, ada, bo)
        assert await self.waiting(client, held) == ("customer", None, "paused")
        await move(client, said, bo, ada)
        assert await self.waiting(client, held) == ("customer", said["happened_at"], "paused")

    async def test_not_once_somebody_has_gone_on(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, held: dict[str, Any]
    ) -> None:
        said = await record(
            client, **captured(customer_id=ada["id"], complaint_id=held["id"], happened_at=ago(hours=6))
        )
        await moved(client, held, "acknowledge")
        await move(client, said, ada, bo)
        assert await self.waiting(client, held) == (None, None, "running")


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["question", "reply", "message"]),
        st.sampled_from(["mailbox", "mailbox", "chat", None]),
        st.sampled_from([None, None, 0, 1]),
        st.sampled_from(["T", "T", "U"]),
        st.integers(9, 17),
    ),
    min_size=2,
    max_size=6,
)


class TestThereAndBack:
    @settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(messages=MESSAGES, about=st.sampled_from([None, 0, 1]), changed=st.integers(0, 5), thread=st.booleans())
    async def test_nothing_is_left(
        self, client: httpx.AsyncClient, emptying: Any, db: Any, messages: Any, about: Any, changed: int, thread: bool
    ) -> None:
        await emptying()
        people = [await make.create_customer(client) for _ in range(3)]
        made = []
        for n, (kind, source, person, name, hour) in enumerate(messages):
            body = {"thread": name, "happened_at": f"2026-03-01T{hour:02}:{n:02}:00Z"}
            body |= {"source": source, "external_id": source and f"M-{n}"}
            body |= {"customer_id": people[person]["id"]} if person is not None else {}
            made.append(await record(client, **KINDS[kind](**body)))
        if about is not None:
            await make.record_complaint(client, interaction_id=made[about]["id"])
        one = made[changed % len(made)]
        states = []
        for _ in range(2):
            states.append(await _state(db))
            if thread:
                await patch(client, one, thread="V")
                await patch(client, one, thread=one["thread"])
            elif (holder := await customer(client, one)) is not None:
                await move(client, one, {"id": holder}, people[2])
                await move(client, one, people[2], {"id": holder})
        assert states[0] == states[1]


KINDS = {"question": question, "reply": reply, "message": captured}
