"""In which conversation a contact is: what it says itself of its customer decides, not what it has from others."""

from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, record
from tests.support import api
from tests.support.links import claim

PATH = "/v1/interactions"


def note(thread: str | None = "T") -> dict[str, Any]:
    """What staff write at the desk: of nobody, and without a source."""
    return captured(thread=thread) | {"source": None, "external_id": None}


async def found(client: httpx.AsyncClient, one: dict[str, Any]) -> tuple[Any, Any]:
    """Whose it is, and about which complaint."""
    stored = await api.get(client, f"{PATH}/{one['id']}")
    return stored["customer_id"], stored["complaint_id"]


class TestNoteBesideAnothersMail:
    """A complaint of Ada is about a mail of Bo. The note in its thread belongs to Ada for that, and stays in it."""

    @pytest.mark.parametrize("order", ["note, mail, complaint", "mail, note, complaint", "mail, complaint, note"])
    async def test_in_any_order(self, client: httpx.AsyncClient, ada: Any, bo: Any, order: str) -> None:
        made: dict[str, Any] = {}
        for name in order.split(", "):
            match name:
                case "note":
                    made[name] = await record(client, **note())
                case "mail":
                    made[name] = await record(client, **captured(thread="T", customer_id=bo["id"]))
                case _:
                    about = {"interaction_id": made["mail"]["id"], "customer_id": ada["id"]}
                    made[name] = await make.record_complaint(client, **about)
        complaint = made["complaint"]["id"]
        assert await found(client, made["note"]) == (ada["id"], complaint)
        assert await found(client, made["mail"]) == (bo["id"], complaint)

    async def test_by_changes(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        written = await record(client, **note())
        mail = await record(client, **captured(thread="T", customer_id=bo["id"]))
        path = f"{PATH}/{mail['id']}"
        for changes, expected in (
            ({"complaint_id": complaint["id"]}, (ada["id"], complaint["id"])),
            ({"complaint_id": None}, (None, None)),
            ({"complaint_id": complaint["id"], "thread": None}, (None, None)),
            ({"thread": "T"}, (ada["id"], complaint["id"])),
        ):
            await api.patched(client, path, changes)
            assert await found(client, written) == expected, changes

    async def test_by_a_move(self, client: httpx.AsyncClient, ada: Any, bo: Any) -> None:
        sale = await make.record_sale(client, customer={"id": bo["id"]})
        written = await record(client, **note())
        mail = await record(client, **captured(thread="T", customer_id=bo["id"]))
        complaint = await make.record_complaint(client, interaction_id=mail["id"], sale_id=sale["id"])
        assert await found(client, written) == (bo["id"], complaint["id"])
        await claim(client, "sale", sale, ada, moved_from=bo["id"])
        assert await found(client, written) == (ada["id"], complaint["id"])


@pytest.mark.parametrize("order", list(permutations(["complaint", "wrong", "right"])))
async def test_of_two_sources_with_different_customers(
    client: httpx.AsyncClient, ada: Any, bo: Any, order: tuple[str, ...]
) -> None:
    """A text message to Bo that is about a complaint of Ada does not bring along Ada's mails of the same name."""
    number = f"K-{make.number()}"
    made: dict[str, Any] = {}
    named: dict[str, Any] = {}
    for name in order:
        match name:
            case "complaint":
                made[name] = await make.record_complaint(
                    client, customer_id=ada["id"], external_id=number, source="web"
                )
                named = {"complaint_id": made[name]["id"]}
            case "wrong":
                sms = captured(thread="T", source="sms", direction="outbound", customer_id=bo["id"])
                made[name] = await record(client, **sms, **named)
            case _:
                made[name] = await record(client, **captured(thread="T", source="mail", customer_id=ada["id"]))
    await api.patched(client, f"{PATH}/{made['wrong']['id']}", {"complaint_id": made["complaint"]["id"]})
    assert await found(client, made["wrong"]) == (bo["id"], made["complaint"]["id"])
    assert await found(client, made["right"]) == (ada["id"], None)


async def test_who_joined_by_a_third_leaves_with_it(client: httpx.AsyncClient, ada: Any) -> None:
    """An outbound text message of nobody is in the conversation as long as one of its source is that is Ada's."""
    complaint = await make.record_complaint(client, customer_id=ada["id"])
    out = captured(direction="outbound", thread="T")
    texted = await record(client, **out | {"source": "sms"})
    await record(client, **out | {"source": "mail", "customer_id": ada["id"]})
    third = await record(client, **captured(source="sms", customer_id=ada["id"]))
    await record(client, **captured(source="mail", thread="T", complaint_id=complaint["id"]))
    assert await found(client, texted) == (None, None)
    for thread, expected in (("T", (ada["id"], complaint["id"])), (None, (None, None))):
        await api.patched(client, f"{PATH}/{third['id']}", {"thread": thread})
        assert await found(client, texted) == expected


class TestNamedComplaint:
    async def test_two_that_name_a_wrong_one(self, client: httpx.AsyncClient, ada: Any) -> None:
        """As where a connector names it in every mail: who takes it off one takes it off the thread."""
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        mails = [await record(client, **captured(thread="T", complaint_id=complaint["id"])) for _ in range(3)]
        elsewhere = await record(client, **captured(thread="U", complaint_id=complaint["id"]))
        await api.patched(client, f"{PATH}/{mails[1]['id']}", {"complaint_id": None})
        for mail in mails:
            assert await found(client, mail) == (None, None)
        assert await found(client, elsewhere) == (ada["id"], complaint["id"])

    async def test_another_one_for_a_single_mail(self, client: httpx.AsyncClient, ada: Any) -> None:
        first, second = [await make.record_complaint(client, customer_id=ada["id"]) for _ in range(2)]
        one, other = [await record(client, **captured(thread="T", complaint_id=first["id"])) for _ in range(2)]
        await api.patched(client, f"{PATH}/{one['id']}", {"complaint_id": second["id"]})
        messages = await api.get(client, PATH, complaint_id=first["id"])
        assert other["id"] in {message["id"] for message in messages["items"]}

    async def test_naming_what_it_is_about_already(self, client: httpx.AsyncClient, ada: Any) -> None:
        """It stays when its conversation is about the complaint no more."""
        asked = await record(client, **captured(thread="T"))
        complaint = await make.record_complaint(client, customer_id=ada["id"], interaction_id=asked["id"])
        mail = await record(client, **captured(thread="T"))
        await api.patched(client, f"{PATH}/{mail['id']}", {"complaint_id": complaint["id"]})
        other = await record(client, **captured(thread="U"))
        await api.patched(client, f"/v1/complaints/{complaint['id']}", {"interaction_id": other["id"]})
        assert await found(client, mail) == (ada["id"], complaint["id"])

    async def test_answers_in_threads_of_one_name_at_two_sources(self, client: httpx.AsyncClient) -> None:
        """They have no source themselves, and bring along each what is in the thread of its enquiry."""
        complaint = await make.record_complaint(client)
        asked = [await record(client, **captured(kind="enquiry", thread="T", source=by)) for by in ("mail", "chat")]
        for one in asked:
            answer = await api.post(client, f"{PATH}/{one['id']}/answer", {})
            await api.patched(client, f"{PATH}/{answer['id']}", {"complaint_id": complaint["id"]})
        elsewhere = await record(client, **captured(thread="U", complaint_id=complaint["id"]))
        await api.patched(client, f"{PATH}/{elsewhere['id']}", {"thread": "V"})  # all that it is about is found anew
        assert [await found(client, one) for one in asked] == [(None, complaint["id"])] * 2


class TestThereAndBackByNaming:
    """An answer is named as a message of a complaint, and taken off it again: all is as before."""

    @pytest.mark.parametrize(
        ("asked_by", "answered_to", "is_answer"),
        [
            (None, "nobody@example.com", True),
            ("nobody@example.com", "nobody@example.com", True),
            (None, None, True),
            ("ada@example.com", "nobody@example.com", False),
        ],
    )
    @pytest.mark.parametrize("named", ["question", "answer"])
    async def test_nothing_is_left(
        self, client: httpx.AsyncClient, asked_by: str | None, answered_to: str | None, is_answer: bool, named: str
    ) -> None:
        ada = await make.create_customer(client, contact_points=[make.email("ada@example.com")])
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        contact = {
            name: {"contact": {"kind": "email", "value": value}} if value else {}
            for name, value in (("question", asked_by), ("answer", answered_to))
        }
        question = await record(client, **captured(kind="enquiry", thread="T", **contact["question"]))
        answer = await record(client, **captured(direction="outbound", thread="T", **contact["answer"]))

        async def state() -> list[Any]:
            stored = [await api.get(client, f"{PATH}/{one['id']}") for one in (question, answer)]
            fields = ("customer_id", "complaint_id", "answered_by_id", "awaits_answer")
            return [[one[field] for field in fields] for one in stored]

        before = await state()
        assert (before[0][2] == answer["id"]) is is_answer
        one = {"question": question, "answer": answer}[named]
        await api.patched(client, f"{PATH}/{one['id']}", {"complaint_id": complaint["id"]})
        assert (await state())[1][:2] == [ada["id"], complaint["id"]]
        await api.patched(client, f"{PATH}/{one['id']}", {"complaint_id": None})
        assert await state() == before
