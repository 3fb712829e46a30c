"""Contacts are claimed, moved, released or changed: the links of conversations are as if it had been so before."""

import random
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, record
from tests.support import api
from tests.support.application import TestClock
from tests.support.complaints import moved
from tests.support.conversations import PATH, T9, T10, T11, T12, get, move, question, reply
from tests.support.links import claim, release
from tests.support.times import ago

MEETING = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": "2026-03-03T10:00:00Z"}


def unsourced(**changes: Any) -> dict[str, Any]:
    return captured(thread="T", happened_at=T10) | {"source": None, "external_id": None} | changes


class TestAnswerOfAnother:
    """An enquiry awaits its answer again when that turns out to be a contact with somebody else."""

    async def test_the_answer_is_moved(self, client: httpx.AsyncClient, ada: Any, bo: Any, db: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply(customer_id=ada["id"]))
        assert (await get(client, asked))["answered_by_id"] == answer["id"]
        await move(client, answer, ada, bo)
        found = await get(client, asked)
        assert (found["awaits_answer"], found["answered_at"], found["answered_by_id"]) == (True, None, None)
        assert (await api.events(db, asked["id"]))[-1].type == "interaction.reopened"
        unanswered = (await api.get(client, PATH, unanswered="true"))["items"]
        assert [each["id"] for each in unanswered] == [asked["id"]]

    async def test_another_one_is_found(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        wrong, right = [await record(client, **reply(customer_id=ada["id"], happened_at=at)) for at in (T11, T12)]
        await move(client, wrong, ada, bo)
        found = await get(client, asked)
        assert (found["answered_by_id"], found["answer_seconds"]) == (right["id"], 7200)

    async def test_the_enquiry_is_moved(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        await record(client, **reply(customer_id=ada["id"]))
        answered = await move(client, asked, ada, bo)
        assert (answered["awaits_answer"], answered["customer_id"]) == (True, bo["id"])

    async def test_the_enquiry_was_nobodys(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = await record(client, **question())
        await record(client, **reply(customer_id=bo["id"]))
        assert (await get(client, asked))["awaits_answer"] is False
        await claim(client, "interaction", asked, ada)
        assert (await get(client, asked))["awaits_answer"] is True

    async def test_the_enquiry_is_released_and_claimed(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = await record(client, **question(customer_id=bo["id"]))
        await record(client, **reply(customer_id=bo["id"]))
        await release(client, "interaction", asked)
        await claim(client, "interaction", asked, ada)
        assert (await get(client, asked))["awaits_answer"] is True

    async def test_not_an_answer_that_goes_along(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await api.post(client, f"{PATH}/{asked['id']}/answer", {"body": "Yes"})
        await move(client, asked, ada, bo)
        found = await get(client, asked)
        assert (found["answered_by_id"], (await get(client, answer))["customer_id"]) == (answer["id"], bo["id"])

    async def test_the_time_of_the_answer_is_mended(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply(customer_id=ada["id"]))
        await api.patched(client, f"{PATH}/{answer['id']}", {"happened_at": T9})
        assert (await get(client, asked))["awaits_answer"] is True

    async def test_claim_and_release_answer_with_what_is_stored(
        self, client: httpx.AsyncClient, ada: Any, bo: Any
    ) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        await record(client, **reply(customer_id=bo["id"], happened_at=T12))
        answered = await move(client, asked, ada, bo)
        assert (answered["answered_at"], answered) == (T12, await get(client, asked))
        released = await release(client, "interaction", asked)
        assert released == await get(client, asked)


async def test_the_first_answer_counts_though_it_comes_last(client: httpx.AsyncClient) -> None:
    asked = await record(client, **question())
    await record(client, **reply(happened_at=T12))
    first = await record(client, **reply(happened_at=T11))
    found = await get(client, asked)
    assert (found["answered_by_id"], found["answered_at"], found["answer_seconds"]) == (first["id"], T11, 3600)


class TestJoined:
    async def test_a_claim_joins_two_conversations(self, client: httpx.AsyncClient, ada: Any) -> None:
        """In whatever order the question is claimed, the answer of another source comes, and somebody complains."""
        for n, order in enumerate(permutations(("claim", "answer", "complaint"))):
            asked = await record(client, **question(thread=f"T-{n}"))
            made: dict[str, Any] = {}
            for step in order:
                if step == "claim":
                    await claim(client, "interaction", asked, ada)
                elif step == "answer":
                    other = {"thread": f"T-{n}", "source": "sms-gateway", "customer_id": ada["id"]}
                    made[step] = await record(client, **reply(**other))
                else:
                    made[step] = await make.record_complaint(client, interaction_id=asked["id"])
            assert (await get(client, asked))["answered_by_id"] == made["answer"]["id"], order
            assert (await get(client, made["answer"]))["complaint_id"] == made["complaint"]["id"], order

    async def test_a_message_of_both_brings_the_others_along(self, client: httpx.AsyncClient, ada: Any) -> None:
        """Ada's message of another source joins that source's conversation, in any order."""
        for n, order in enumerate(permutations("SMX")):
            complaint = await make.record_complaint(client, customer_id=ada["id"])
            bodies = {
                "S": {"source": "sms-gateway"},
                "M": {"customer_id": ada["id"], "complaint_id": complaint["id"]},
                "X": {"source": "sms-gateway", "customer_id": ada["id"]},
            }
            sent = [await record(client, **captured(thread=f"T-{n}") | bodies[name]) for name in order]
            about = [(await get(client, each))["complaint_id"] for each in sent]
            assert about == [complaint["id"]] * 3, order

    @pytest.mark.parametrize("way", ["one by one", "batch"])
    @pytest.mark.parametrize("joining", [{}, MEETING])
    async def test_whatever_comes_along_is_the_customers(
        self, client: httpx.AsyncClient, ada: Any, way: str, joining: dict[str, Any]
    ) -> None:
        """Ada's own message of another source brings those of nobody there along, in any order."""
        for n, order in enumerate(permutations("ANU")):
            asked = await record(client, **question(customer_id=ada["id"], thread=f"T-{n}"))
            complaint = await make.record_complaint(client, interaction_id=asked["id"])
            bodies: dict[str, dict[str, Any]] = {
                "A": {"customer_id": ada["id"], **joining},
                "N": {},
                "U": {"contact": {"kind": "email", "value": f"unknown-{n}@example.com"}},
            }
            sent = [captured(thread=f"T-{n}", source="sms-gateway") | bodies[name] for name in order]
            made = await api.batch(client, PATH, *sent) if way == "batch" else [await record(client, **s) for s in sent]
            found = [await get(client, each) for each in made]
            assert [(f["customer_id"], f["complaint_id"]) for f in found] == [(ada["id"], complaint["id"])] * 3, order

    async def test_what_comes_along_with_a_message_that_a_move_names(self, client: httpx.AsyncClient, ada: Any) -> None:
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        along = await record(client, **captured(thread="T"))
        sent = await record(client, **reply(customer_id=ada["id"]))
        await moved(client, complaint, "acknowledge", interaction_id=sent["id"])
        found = await get(client, along)
        assert (found["complaint_id"], found["customer_id"]) == (complaint["id"], ada["id"])

    async def test_a_thread_that_is_changed(self, client: httpx.AsyncClient, ada: Any) -> None:
        first = await record(client, **captured(thread="T"))
        complaint = await make.record_complaint(client, interaction_id=first["id"])
        answer = await record(client, **reply())
        asked = await record(client, **question(thread="U"))
        assert (await get(client, asked))["awaits_answer"] is True
        changed = await api.patched(client, f"{PATH}/{asked['id']}", {"thread": "T"})
        assert (changed["complaint_id"], changed["answered_by_id"]) == (complaint["id"], answer["id"])
        assert changed == await get(client, asked)

    async def test_a_direction_that_is_changed(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, **question())
        wrong = await record(client, **captured(thread="T", happened_at=T11))
        await api.patched(client, f"{PATH}/{wrong['id']}", {"direction": "outbound"})
        assert (await get(client, asked))["answered_by_id"] == wrong["id"]


class TestAnyOrder:
    """Messages of two sources, in the conversation of a complaint that waits: one by one, or in a batch."""

    @pytest.mark.parametrize("seed", range(6))
    async def test_all_is_the_same(self, client: httpx.AsyncClient, ada: Any, bo: Any, seed: int) -> None:
        dice = random.Random(seed)
        unknown = {"contact": {"kind": "email", "value": "unknown@example.com"}}
        plan = [
            dice.choice([captured, captured, reply, question])(
                source=dice.choice(["mailbox", "chat", "chat"]),
                happened_at=f"2026-03-01T{dice.randint(11, 20)}:{n:02}:00Z",
                **dice.choice([{}, unknown, {"customer_id": ada["id"]}, {"customer_id": bo["id"]}]),
            )
            for n in range(4)
        ]
        orders = [dice.sample(range(4), 4) for _ in range(4)]
        found = [await self.recorded(client, ada, plan, n, order, n < 2) for n, order in enumerate(orders)]
        assert all(each == found[0] for each in found), (plan, orders)

    async def recorded(
        self, client: httpx.AsyncClient, ada: Any, plan: Any, name: int, order: list[int], batch: bool
    ) -> list[Any]:
        """What is said of each, and of the complaint."""
        thread = f"T-{name}"
        asked = await record(client, **question(customer_id=ada["id"], thread=thread, happened_at=T9))
        complaint = await make.record_complaint(client, interaction_id=asked["id"], received_at=T9)
        await moved(client, complaint, "hold", waiting_for="customer", at=T10)
        sent = [plan[n] | {"thread": thread, "external_id": f"{thread} {n}"} for n in order]
        made = await api.batch(client, PATH, *sent) if batch else [await record(client, **body) for body in sent]
        ids = {**{n: each["id"] for n, each in zip(order, made, strict=True)}, len(plan): asked["id"]}
        numbers = {id_: n for n, id_ in ids.items()}
        said: list[Any] = []
        for n in sorted(ids):
            one = await get(client, {"id": ids[n]})
            answer = numbers.get(one["answered_by_id"])
            said.append((one["customer_id"], one["match"], one["complaint_id"] == complaint["id"], answer))
        held = await api.get(client, f"/v1/complaints/{complaint['id']}")
        return [*said, held["waiting_for"], held["customer_replied_at"]]


class TestWithoutASource:
    """What staff record names no source: it does not make one of two conversations with one name."""

    async def test_two_customers_tickets_of_one_number(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        text = captured(thread="T", source="whatsapp", customer_id=bo["id"])
        before = await record(client, **text)
        call = await record(client, **unsourced(customer_id=ada["id"], kind="call", channel="phone"))
        complaint = await make.record_complaint(client, interaction_id=call["id"])
        after = await record(client, **text | {"external_id": "another"})
        assert [(await get(client, each))["complaint_id"] for each in (before, after)] == [None, None]
        assert (await get(client, call))["complaint_id"] == complaint["id"]

    async def test_it_is_about_the_complaint_of_its_customer(
        self, client: httpx.AsyncClient, ada: Any, bo: Any
    ) -> None:
        complaints = {}
        for source, customer in (("mail", ada), ("whatsapp", bo)):
            first = await record(client, **captured(thread="T", source=source, customer_id=customer["id"]))
            complaints[source] = await make.record_complaint(client, interaction_id=first["id"])
        unknown = await record(client, **unsourced())
        assert (unknown["complaint_id"], unknown["customer_id"]) == (None, None)
        hers = await record(client, **unsourced(customer_id=ada["id"]))
        assert hers["complaint_id"] == complaints["mail"]["id"]

    async def test_it_answers_neither_of_two(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = [
            await record(client, **question(source=source, customer_id=customer["id"]))
            for source, customer in (("mail", ada), ("whatsapp", bo))
        ]
        answer = await record(client, **unsourced(direction="outbound", happened_at=T11))
        assert [(await get(client, each))["awaits_answer"] for each in asked] == [True, True]
        assert (await get(client, answer))["customer_id"] is None


class TestRepliedBefore:
    """A complaint waits for its customer, whose reply becomes one only now."""

    @pytest.fixture
    async def held(self, client: httpx.AsyncClient, ada: Any, clock: TestClock) -> dict[str, Any]:
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=2))
        return await moved(client, complaint, "hold", waiting_for="customer", at=ago(minutes=30))

    async def waiting(self, client: httpx.AsyncClient, complaint: dict[str, Any]) -> Any:
        found = await api.get(client, f"/v1/complaints/{complaint['id']}")
        return found["waiting_for"], found["customer_replied_at"] is not None

    @pytest.mark.parametrize("direction", ["inbound", "outbound"])
    async def test_by_a_message_that_names_the_complaint(
        self, client: httpx.AsyncClient, ada: Any, held: dict[str, Any], direction: str
    ) -> None:
        await record(client, **captured(thread="T", customer_id=ada["id"], happened_at=ago(minutes=10)))
        assert await self.waiting(client, held) == ("customer", False)
        older = {"thread": "T", "happened_at": ago(minutes=50), "direction": direction, "complaint_id": held["id"]}
        await record(client, **captured(**older))
        assert await self.waiting(client, held) == (None, True)

    async def test_by_a_complaint_that_is_changed(
        self, client: httpx.AsyncClient, ada: Any, held: dict[str, Any]
    ) -> None:
        mail = await record(client, **captured(thread="T", customer_id=ada["id"], happened_at=ago(minutes=10)))
        await api.patched(client, f"/v1/complaints/{held['id']}", {"interaction_id": mail["id"]})
        assert await self.waiting(client, held) == (None, True)

    async def test_by_a_complaint_that_is_moved(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, held: dict[str, Any]
    ) -> None:
        await record(client, **captured(complaint_id=held["id"], customer_id=bo["id"], happened_at=ago(minutes=10)))
        assert await self.waiting(client, held) == ("customer", False)
        await api.post(
            client, f"/v1/complaints/{held['id']}/claim", {"customer_id": bo["id"], "moved_from": ada["id"]}, 200
        )
        assert await self.waiting(client, held) == (None, True)

    async def test_by_a_message_that_is_claimed(
        self, client: httpx.AsyncClient, ada: Any, held: dict[str, Any]
    ) -> None:
        first = await record(client, **captured(thread="T", customer_id=ada["id"], happened_at=ago(minutes=50)))
        await api.patched(client, f"/v1/complaints/{held['id']}", {"interaction_id": first["id"]})
        text = {"thread": "T", "source": "whatsapp", "happened_at": ago(minutes=10)}
        unknown = await record(client, **captured(**text))
        assert await self.waiting(client, held) == ("customer", False)
        await claim(client, "interaction", unknown, ada)
        assert (await get(client, unknown))["complaint_id"] == held["id"]
        assert await self.waiting(client, held) == (None, True)

    async def test_one_that_was_told_of_is_not_told_of_again(
        self, client: httpx.AsyncClient, ada: Any, held: dict[str, Any], db: Any
    ) -> None:
        await record(client, **captured(complaint_id=held["id"], customer_id=ada["id"], happened_at=ago(minutes=20)))
        again = await moved(client, held, "hold", waiting_for="customer", at=ago(minutes=20))
        assert (again["waiting_for"], again["customer_replied_at"]) == ("customer", None)
        await record(client, **captured(complaint_id=held["id"], direction="outbound", happened_at=ago(minutes=5)))
        assert await self.waiting(client, held) == ("customer", False)
        types = [event.type for event in await api.events(db, held["id"])]
        assert types.count("complaint.customer_replied") == 1


class TestWithWhomItIs:
    """Where one of both has no customer, what they say of themselves decides whether one answers the other."""

    @pytest.fixture
    async def cy(self, client: httpx.AsyncClient) -> Any:
        return await make.create_customer(client, contact_points=[{"kind": "email", "value": "cy@example.com"}])

    @pytest.fixture
    async def di(self, client: httpx.AsyncClient) -> Any:
        return await make.create_customer(client, contact_points=[{"kind": "email", "value": "di@example.com"}])

    async def test_a_released_mail_goes_to_nobody_else(self, client: httpx.AsyncClient, cy: Any, di: Any) -> None:
        asked = await make.record_interaction(client, **_mail("cy@example.com", kind="enquiry"))
        sent = await make.record_interaction(client, **_mail("di@example.com", direction="outbound"))
        assert sent["customer_id"] == di["id"]
        released = await release(client, "interaction", sent)
        assert (released["customer_id"], released["match"]) == (None, "unmatched")
        assert (await get(client, asked))["answered_at"] is None

    async def test_a_released_enquiry_is_not_answered_by_what_was_written_to_others(
        self, client: httpx.AsyncClient, cy: Any, di: Any
    ) -> None:
        asked = await make.record_interaction(client, **_mail("cy@example.com", kind="enquiry"))
        await make.record_interaction(client, **_mail("di@example.com", direction="outbound"))
        assert (await release(client, "interaction", asked))["answered_at"] is None

    @pytest.mark.parametrize(
        ("asked_by", "sent_to", "is_answer"),
        [
            ("cy@example.com", "supplier@example.com", False),
            ("nobody@example.com", "di@example.com", False),
            ("nobody@example.com", "Somebody <NOBODY@example.com>", True),
            ("nobody@example.com", None, True),
            (None, "nobody@example.com", True),
        ],
    )
    async def test_the_addresses(
        self, client: httpx.AsyncClient, cy: Any, di: Any, asked_by: Any, sent_to: Any, is_answer: bool
    ) -> None:
        asked = await make.record_interaction(client, **_mail(asked_by, kind="enquiry"))
        await make.record_interaction(client, **_mail(sent_to, direction="outbound"))
        assert ((await get(client, asked))["answered_at"] is not None) is is_answer

    async def test_who_is_meant_is_not_guessed(self, client: httpx.AsyncClient, cy: Any, di: Any) -> None:
        asked = [
            await make.record_interaction(client, **_mail(address, kind="enquiry"))
            for address in ("cy@example.com", "di@example.com")
        ]
        sent = await make.record_interaction(client, **_mail(None, direction="outbound"))
        assert sent["customer_id"] is None
        assert [(await get(client, each))["answered_at"] for each in asked] == [None, None]

    async def test_what_was_named_as_the_answer_stays(self, client: httpx.AsyncClient, cy: Any) -> None:
        asked = await make.record_interaction(client, **_mail("cy@example.com", kind="enquiry", happened_at=T9))
        call = await make.record_interaction(
            client, kind="call", channel="phone", direction="outbound", customer_id=cy["id"], happened_at=T12
        )
        await api.post(client, f"{PATH}/{asked['id']}/answer", {"interaction_id": call["id"]}, 201)
        await make.record_interaction(client, **_mail("cy@example.com", direction="outbound", happened_at=T10))
        assert (await get(client, asked))["answered_by_id"] == call["id"]

    async def test_what_is_no_enquiry_any_more_has_no_answer(self, client: httpx.AsyncClient, cy: Any) -> None:
        asked = await make.record_interaction(client, **_mail("cy@example.com", kind="enquiry", happened_at=T9))
        await make.record_interaction(client, **_mail("cy@example.com", direction="outbound", happened_at=T10))
        assert (await get(client, asked))["answered_at"] == T10
        changed = (await api.patch(client, f"{PATH}/{asked['id']}", {"kind": "message"})).json()
        assert (changed["answered_at"], changed["answered_by_id"]) == (None, None)

    async def test_an_answer_that_is_released_answers_no_more(self, client: httpx.AsyncClient, cy: Any) -> None:
        asked = await make.record_interaction(client, **_mail("cy@example.com", kind="enquiry"))
        sent = await make.record_interaction(client, **_mail(None, direction="outbound"))
        assert sent["customer_id"] == cy["id"]
        assert (await release(client, "interaction", sent))["customer_id"] is None
        assert (await get(client, asked))["answered_at"] is None


def _mail(address: str | None, **more: Any) -> dict[str, Any]:
    contact = {"kind": "email", "value": address} if address is not None else None
    mail = {"source": "mail", "external_id": f"M-{make.number()}", "thread": "T-9", "channel": "email"}
    return make.interaction(**mail, **({"contact": contact} | more))
