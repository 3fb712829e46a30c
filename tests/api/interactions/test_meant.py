"""Whom a contact is with, and what it answers, where others are near: in threads of one name, at one address."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, record
from tests.support import api
from tests.support.complaints import moved
from tests.support.conversations import PATH, T9, T10, T11, T12, get, question, reply
from tests.support.links import claim, release
from tests.support.times import ago

NO_SOURCE: dict[str, Any] = {"source": None, "external_id": None}


class TestThreadsOfOneName:
    """Two sources have a thread of one name, and a customer waits in each."""

    @pytest.mark.parametrize(
        ("door", "source"),
        [(door, source) for door in ("one", "batch", "thread", "complaint") for source in ("sms", None)],
    )
    async def test_a_reply_answers_in_the_thread_of_its_source(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, door: str, source: str | None
    ) -> None:
        other = question(customer_id=bo["id"], source=source) | ({} if source else NO_SOURCE)
        before = await record(client, **other)
        if door == "complaint":
            await make.record_complaint(client, interaction_id=before["id"])
        asked = await record(client, **question(customer_id=ada["id"]))
        sent = reply(thread="U") if door == "thread" else reply()
        if door == "batch":
            (answer,) = await api.batch(client, PATH, sent)
        else:
            answer = await record(client, **sent)
        if door == "thread":
            await api.patched(client, f"{PATH}/{answer['id']}", {"thread": "T"})
        found = await get(client, asked)
        assert (found["answered_by_id"], (await get(client, answer))["customer_id"]) == (answer["id"], ada["id"])
        assert (await get(client, before))["awaits_answer"] is True

    async def test_in_one_thread_it_is_not_guessed(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        """Not before one of both is answered: what came before that says nothing, what comes after it does."""
        asked, other = [await record(client, **question(customer_id=each["id"])) for each in (ada, bo)]
        unclear = await record(client, **reply())
        half_past = T11[:14] + "30:00Z"
        await record(client, **reply(customer_id=bo["id"], happened_at=half_past))
        assert (await get(client, asked))["awaits_answer"] is True
        clear = await record(client, **reply(happened_at=T12))
        assert (await get(client, asked))["answered_by_id"] == clear["id"]
        assert (await get(client, unclear))["customer_id"] is None
        assert (await get(client, clear))["customer_id"] == ada["id"]
        assert (await get(client, other))["answered_at"] == "2026-03-01T11:30:00.000000Z"

    async def test_an_earlier_answer_to_the_other_says_who_was_meant(
        self, client: httpx.AsyncClient, ada: Any, bo: Any
    ) -> None:
        asked, _ = [await record(client, **question(customer_id=each["id"])) for each in (ada, bo)]
        answer = await record(client, **reply(happened_at=T12))
        assert (await get(client, answer))["customer_id"] is None
        await record(client, **reply(customer_id=bo["id"]))
        assert (await get(client, asked))["answered_by_id"] == answer["id"]
        assert (await get(client, answer))["customer_id"] == ada["id"]

    async def test_an_unknown_address_is_not_guessed_either(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        asked = [await record(client, **question(customer_id=each["id"])) for each in (ada, bo)]
        sent = await record(client, **reply(contact={"kind": "email", "value": "new@example.com"}))
        assert (sent["customer_id"], sent["match"]) == (None, "unmatched")
        assert [(await get(client, each))["awaits_answer"] for each in asked] == [True, True]


class TestTimesOfNamedAnswers:
    """What somebody named as the answer is not lost by a time that cannot be: it is refused."""

    @pytest.fixture
    async def asked(self, client: httpx.AsyncClient) -> dict[str, Any]:
        return await record(client, **question(happened_at=T10))

    @pytest.fixture
    async def answer(self, client: httpx.AsyncClient, asked: dict[str, Any]) -> Any:
        return await api.post(client, f"{PATH}/{asked['id']}/answer", {"body": "Yes", "happened_at": T11})

    async def change(self, client: httpx.AsyncClient, one: dict[str, Any], happened_at: str) -> httpx.Response:
        return await api.patch(client, f"{PATH}/{one['id']}", {"happened_at": happened_at})

    async def test_after_its_answer(self, client: httpx.AsyncClient, asked: Any, answer: Any) -> None:
        before = await get(client, asked)
        refused = await self.change(client, asked, T12)
        assert (refused.status_code, api.errors(refused)) == (422, [("/happened_at", "out_of_order")])
        assert await get(client, asked) == before
        assert (await self.change(client, asked, T9)).json()["answer_seconds"] == 7200

    async def test_before_its_enquiry(self, client: httpx.AsyncClient, asked: Any, answer: Any) -> None:
        refused = await self.change(client, answer, T9)
        assert (refused.status_code, api.errors(refused)) == (422, [("/happened_at", "out_of_order")])
        assert (await get(client, asked))["answered_by_id"] == answer["id"]
        assert (await self.change(client, answer, T12)).status_code == 200
        found = await get(client, asked)
        assert (found["answered_at"], found["answer_seconds"]) == (T12, 7200)

    async def test_after_the_answer_in_another_system(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, **question(answered_at=T11))
        assert api.errors(await self.change(client, asked, T12)) == [("/happened_at", "out_of_order")]

    async def test_what_is_no_enquiry_any_more_may_have_any_time(
        self, client: httpx.AsyncClient, asked: Any, answer: Any
    ) -> None:
        changed = await api.patched(client, f"{PATH}/{asked['id']}", {"kind": "message", "happened_at": T12})
        assert (changed["happened_at"], changed["answered_by_id"]) == (T12, None)

    async def test_an_answer_that_was_inferred_is_looked_for_anew(self, client: httpx.AsyncClient, ada: Any) -> None:
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply())
        for at, by in ((T12, None), (T10, answer["id"])):
            assert (await self.change(client, asked, at)).json()["answered_by_id"] == by


HOME = {"kind": "email", "value": "home@example.com"}


class TestAnAddressThatNobodyHas:
    """The customer who waits wrote from an address of their own."""

    @pytest.fixture
    async def ada(self, client: httpx.AsyncClient) -> dict[str, Any]:
        return await make.create_customer(client, contact_points=[HOME])

    @pytest.mark.parametrize("first", ["question", "reply"])
    @pytest.mark.parametrize("source", ["mail", None])
    async def test_of_another_kind(self, client: httpx.AsyncClient, ada: Any, first: str, source: str | None) -> None:
        """She is rung on a number that nobody knew."""
        no_source = {} if source else NO_SOURCE
        ask = question(contact=HOME, source=source) | no_source
        ring = reply(contact={"kind": "phone", "value": "020 7946 0888"}, kind="call", channel="phone", source=source)
        both = (ask, ring | no_source) if first == "question" else (ring | no_source, ask)
        one, other = [await record(client, **each) for each in both]
        asked, rang = (one, other) if first == "question" else (other, one)
        assert (await get(client, asked))["answered_by_id"] == rang["id"]
        found = await get(client, rang)
        assert found["customer_id"] == ada["id"]
        assert [reason["result"] for reason in found["match_reasons"]] == ["linked", "unknown"]

    async def test_of_the_same_kind(self, client: httpx.AsyncClient, ada: Any) -> None:
        """A mail to a supplier in her thread tells her nothing."""
        asked = await record(client, **question(contact=HOME))
        sent = await record(client, **reply(contact={"kind": "email", "value": "supplier@example.com"}))
        assert (await get(client, asked))["awaits_answer"] is True
        assert (await get(client, sent))["match"] == "unmatched"


class TestAnAddressOfOthers:
    """The address of a contact is known to be others': it is not with whoever asked in its thread, nor an answer."""

    @pytest.fixture
    async def sharing(self, client: httpx.AsyncClient) -> list[str]:
        points = [HOME | {"shared": True}]
        return sorted([(await make.create_customer(client, contact_points=points))["id"] for _ in range(2)])

    async def require_theirs(self, client: httpx.AsyncClient, one: dict[str, Any], sharing: list[str]) -> None:
        found = await get(client, one)
        assert (found["customer_id"], found["match"], found["candidates"]) == (None, "ambiguous", sharing)

    @pytest.mark.parametrize("door", ["after", "before", "batch", "thread", "claim"])
    async def test_it_is_no_answer(self, client: httpx.AsyncClient, ada: Any, sharing: list[str], door: str) -> None:
        ask = question() if door == "claim" else question(customer_id=ada["id"])
        send = reply(contact=HOME, thread="U" if door == "thread" else "T")
        if door == "before":
            sent, asked = await record(client, **send), await record(client, **ask)
        else:
            asked = await record(client, **ask)
            (sent,) = await api.batch(client, PATH, send) if door == "batch" else [await record(client, **send)]
        if door == "thread":
            await api.patched(client, f"{PATH}/{sent['id']}", {"thread": "T"})
        if door == "claim":
            await claim(client, "interaction", asked, ada)
        await self.require_theirs(client, sent, sharing)
        assert (await get(client, asked))["awaits_answer"] is True

    @pytest.mark.parametrize("door", ["thread", "complaint_id", "before", "claim"])
    async def test_it_is_about_the_complaint_all_the_same(
        self, client: httpx.AsyncClient, ada: Any, sharing: list[str], door: str
    ) -> None:
        first = await record(client, **captured(thread="T", customer_id=None if door == "claim" else ada["id"]))
        text = captured(contact=HOME, thread="T")
        said = await record(client, **text) if door == "before" else None
        complaint = await make.record_complaint(client, interaction_id=first["id"])
        if said is None:
            said = await record(client, **text | ({"complaint_id": complaint["id"]} if door == "complaint_id" else {}))
        if door == "claim":
            await claim(client, "interaction", first, ada)
        await self.require_theirs(client, said, sharing)
        assert (await get(client, said))["complaint_id"] == complaint["id"]

    async def test_an_enquiry_of_others_is_not_answered(
        self, client: httpx.AsyncClient, ada: Any, sharing: list[str]
    ) -> None:
        asked = await record(client, **question(contact=HOME))
        await record(client, **reply(customer_id=ada["id"]))
        await self.require_theirs(client, asked, sharing)
        assert (await get(client, asked))["awaits_answer"] is True

    async def test_one_of_those_who_share_it(self, client: httpx.AsyncClient, sharing: list[str]) -> None:
        asked = await record(client, **question(customer_id=sharing[1]))
        sent = await record(client, **reply(contact=HOME))
        assert (sent["customer_id"], (await get(client, asked))["answered_by_id"]) == (sharing[1], sent["id"])
        assert [reason["result"] for reason in sent["match_reasons"]] == ["linked", "found", "found"]
        await api.patched(client, f"{PATH}/{sent['id']}", {"thread": "U"})
        await self.require_theirs(client, sent, sharing)

    async def test_whoever_wrote_from_it_is_answered_there(
        self, client: httpx.AsyncClient, ada: Any, sharing: list[str]
    ) -> None:
        asked = await record(client, **question(contact=HOME))
        named = await record(client, **question(contact=HOME, thread="V"))
        written = await api.post(client, f"{PATH}/{named['id']}/answer", {"body": "Yes"})
        sent = await record(client, **reply(contact=HOME))
        for one in (asked, named):
            await claim(client, "interaction", one, ada)
        for enquiry, answer in ((asked, sent), (named, written)):
            found = await get(client, enquiry)
            assert (found["answered_by_id"], (await get(client, answer))["customer_id"]) == (answer["id"], ada["id"])

    async def test_one_that_nobody_has_may_be_theirs(self, client: httpx.AsyncClient, ada: Any) -> None:
        unknown = {"kind": "email", "value": "new@example.com"}
        asked = await record(client, **question(customer_id=ada["id"]))
        sent = await record(client, **reply(contact=unknown))
        assert sent["customer_id"] == ada["id"]
        linked, said = sent["match_reasons"]
        assert (linked["value"], linked["result"]) == (asked["id"], "linked")
        assert said == {"kind": "email", "value": "new@example.com", "customer_id": None, "result": "unknown"}
        await api.patched(client, f"{PATH}/{sent['id']}", {"thread": "U"})
        found = await get(client, sent)
        assert (found["customer_id"], found["match"], found["match_reasons"]) == (None, "unmatched", [said])


class TestNoReply:
    """What somebody took from the customer of a complaint that waits for them is no reply of theirs."""

    @pytest.mark.parametrize("order", [["release"], ["release", "claim", "release"], ["move", "release"]])
    async def test_what_was_released(self, client: httpx.AsyncClient, bo: Any, order: list[str]) -> None:
        address = {"kind": "email", "value": "ada@example.com"}
        ada = await make.create_customer(client, contact_points=[address])
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        first = await record(client, **captured(thread="T", customer_id=ada["id"], happened_at=ago(hours=15)))
        await api.patched(client, f"/v1/complaints/{complaint['id']}", {"interaction_id": first["id"]})
        await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))

        async def waits() -> tuple[Any, Any]:
            found = await api.get(client, f"/v1/complaints/{complaint['id']}")
            return found["waiting_for"], found["customer_replied_at"]

        said = await record(client, **captured(thread="T", contact=address, happened_at=ago(hours=6)))
        assert said["customer_id"] == ada["id"]
        assert (await waits())[0] is None
        for step in order:
            match step:
                case "release":
                    await release(client, "interaction", said)
                case "claim":
                    await claim(client, "interaction", said, bo)
                case _:
                    await claim(client, "interaction", said, bo, moved_from=ada["id"])
            assert await waits() == ("customer", None), step
        assert (await get(client, said))["customer_id"] is None
        await claim(client, "interaction", said, ada)
        assert (await waits())[0] is None


class TestUnwelcome:
    """The thread says to whom a message goes, and they do not want its channel: as where its customer is named."""

    @pytest.fixture
    async def asked(self, client: httpx.AsyncClient) -> dict[str, Any]:
        preferences = {"unwelcome_channels": [{"channel": "sms", "reason": "Asked us not to"}]}
        customer = await make.create_customer(client, preferences=preferences)
        return await record(client, **question(customer_id=customer["id"]))

    async def test_it_is_refused(self, client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
        sent = reply(channel="sms")
        refused = await client.post(PATH, json=sent)
        assert (refused.status_code, refused.json()["code"]) == (409, "UNWELCOME_CHANNEL")
        results = await api.batch(client, PATH, sent, reply(channel="sms", thread="U"))
        assert [result["status"] for result in results] == [409, 201]
        assert (await get(client, asked))["awaits_answer"] is True
        answer = await record(client, **sent | {"unwelcome_reason": "It is urgent"})
        assert (answer["customer_id"], (await get(client, asked))["answered_by_id"]) == (
            asked["customer_id"],
            answer["id"],
        )
        again = await client.post(PATH, json=sent | {"unwelcome_reason": "It is urgent"})
        assert again.status_code == 200

    async def test_not_where_it_is_no_answer(self, client: httpx.AsyncClient, ada: Any, asked: dict[str, Any]) -> None:
        await record(client, **question(customer_id=ada["id"]))
        unclear = await record(client, **reply(channel="sms"))
        assert unclear["customer_id"] is None
        await record(client, **reply(channel="sms", source="gateway"))
        await record(client, **reply(channel="sms", customer_id=ada["id"]))
        await record(client, **reply(channel="sms", happened_at=T9))

    async def test_who_opted_out_of_the_number(self, client: httpx.AsyncClient) -> None:
        phone = make.phone("+442079460123", opted_out=["sms"])
        customer = await make.create_customer(client, contact_points=[phone])
        await record(client, **question(customer_id=customer["id"]))
        refused = await client.post(PATH, json=reply(channel="sms"))
        assert refused.json()["code"] == "UNWELCOME_CHANNEL"

    async def test_a_message_that_came_before_its_enquiry(
        self, client: httpx.AsyncClient, asked: dict[str, Any]
    ) -> None:
        """It was sent already: it is recorded."""
        sent = await record(client, **reply(channel="sms", thread="U"))
        enquiry = await record(client, **question(customer_id=asked["customer_id"], thread="U"))
        assert (await get(client, enquiry))["answered_by_id"] == sent["id"]


SHARED = "+442079460199"


class TestNamedNoMore:
    """A contact at an address of others is the complaint's customer's only as long as the complaint names it."""

    @pytest.fixture
    async def complaint(self, client: httpx.AsyncClient, bo: Any) -> Any:
        return await make.record_complaint(client, customer_id=bo["id"])

    @pytest.fixture
    async def sent(self, client: httpx.AsyncClient, complaint: dict[str, Any]) -> tuple[Any, Any]:
        """In one thread: what is about the complaint, and what has a number that somebody else shares."""
        cy = await make.create_customer(client, contact_points=[make.phone(SHARED) | {"shared": True}])
        await record(client, **reply(customer_id=cy["id"], complaint_id=complaint["id"], happened_at=T9))
        return cy, await record(client, **reply(contact={"kind": "phone", "value": SHARED}))

    @pytest.mark.parametrize("instead", ["nothing", "another"])
    async def test_by_the_complaint(
        self, client: httpx.AsyncClient, bo: Any, complaint: Any, sent: tuple[Any, Any], instead: str
    ) -> None:
        cy, unclear = sent
        before = await get(client, unclear)
        assert (before["match"], before["candidates"]) == ("ambiguous", [cy["id"]])
        path, other = f"/v1/complaints/{complaint['id']}", await record(client, **captured())
        await api.patched(client, path, {"interaction_id": unclear["id"]})
        assert (await get(client, unclear))["customer_id"] == bo["id"]
        await api.patched(client, path, {"interaction_id": other["id"] if instead == "another" else None})
        after = await get(client, unclear)
        assert after == before | {name: after[name] for name in ("version", "updated_at")}

    async def test_by_a_complaint_of_somebody_else(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, sent: tuple[Any, Any]
    ) -> None:
        cy, unclear = sent
        other = await make.record_complaint(client, customer_id=cy["id"])
        await api.patched(client, f"{PATH}/{unclear['id']}", {"complaint_id": other["id"], "thread": None})
        assert (await get(client, unclear))["customer_id"] == cy["id"]
        await claim(client, "complaint", other, ada, moved_from=cy["id"])
        after = await get(client, unclear)
        assert (after["customer_id"], after["match"], after["candidates"]) == (None, "ambiguous", [cy["id"]])
