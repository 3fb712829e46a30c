"""What answers an enquiry in a thread does not depend on what came first."""

from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import record
from tests.support import api
from tests.support.conversations import PATH, T9, T11, T12, get, question, reply
from tests.support.links import claim, release

NOBODY = {"contact": {"kind": "email", "value": "nobody@example.com"}}
UNSOURCED = {"source": None, "external_id": None}
Bodies = dict[str, dict[str, Any]]


def orders(names: str) -> list[tuple[str, ...]]:
    return list(permutations(names))


async def sent(client: httpx.AsyncClient, bodies: Bodies, order: tuple[str, ...], way: str) -> Bodies:
    if way == "batch":
        made = await api.batch(client, PATH, *[bodies[name] for name in order])
    else:
        made = [await record(client, **bodies[name]) for name in order]
    return dict(zip(order, made, strict=True))


async def awaits(client: httpx.AsyncClient, one: dict[str, Any]) -> Any:
    return (await get(client, one))["awaits_answer"]


@pytest.mark.parametrize("way", ["one by one", "batch"])
class TestTakenBack:
    """By what comes into the thread later; what comes and goes leaves it as it was."""

    @pytest.mark.parametrize("order", orders("EOX"), ids="".join)
    async def test_another_source_has_such_a_thread(
        self, client: httpx.AsyncClient, ada: Any, way: str, order: tuple[str, ...]
    ) -> None:
        """An enquiry without a source may have been meant by either."""
        bodies = {
            "E": question(**UNSOURCED, customer_id=ada["id"]),
            "O": reply(source="chat"),
            "X": question(source="mail", kind="message"),
        }
        made = await sent(client, bodies, order, way)
        assert (await awaits(client, made["E"]), (await get(client, made["O"]))["customer_id"]) == (True, None)
        await api.patched(client, f"{PATH}/{made['X']['id']}", {"thread": "U"})
        assert (await awaits(client, made["E"]), (await get(client, made["O"]))["customer_id"]) == (False, ada["id"])
        await api.patched(client, f"{PATH}/{made['X']['id']}", {"thread": "T"})
        assert (await awaits(client, made["E"]), (await get(client, made["O"]))["customer_id"]) == (True, None)

    @pytest.mark.parametrize("order", orders("aEo"), ids="".join)
    async def test_the_thread_of_its_source_is_with_others(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "a": reply(customer_id=ada["id"], happened_at=T9),
            "E": question(),
            "o": reply(**UNSOURCED, customer_id=bo["id"]),
        }
        made = await sent(client, bodies, order, way)
        assert await awaits(client, made["E"]) is True
        await release(client, "interaction", made["a"])
        assert (await get(client, made["E"]))["answered_by_id"] == made["o"]["id"]
        await claim(client, "interaction", made["a"], ada)
        assert await awaits(client, made["E"]) is True
        await claim(client, "interaction", made["a"], bo, moved_from=ada["id"])
        assert (await get(client, made["E"]))["answered_by_id"] == made["o"]["id"]

    @pytest.mark.parametrize("order", orders("aboE")[::3], ids="".join)
    async def test_the_thread_of_its_source_is_with_its_customer_too(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "a": reply(customer_id=ada["id"], happened_at=T9),
            "b": question(kind="message", customer_id=bo["id"], happened_at=T9),
            "E": question(),
            "o": reply(**UNSOURCED, customer_id=bo["id"]),
        }
        made = await sent(client, bodies, order, way)
        assert (await get(client, made["E"]))["answered_by_id"] == made["o"]["id"]

    @pytest.mark.parametrize("order", orders("ABo"), ids="".join)
    async def test_another_customer_waits(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "A": question(customer_id=ada["id"], happened_at=T9),
            "B": question(customer_id=bo["id"]),
            "o": reply(),
        }
        made = await sent(client, bodies, order, way)
        assert [await awaits(client, made[name]) for name in "AB"] == [True, True]
        assert (await get(client, made["o"]))["customer_id"] is None
        await api.patched(client, f"{PATH}/{made['B']['id']}", {"kind": "message"})
        assert (await awaits(client, made["A"]), (await get(client, made["o"]))["customer_id"]) == (False, ada["id"])

    @pytest.mark.parametrize("order", orders("ABob")[::3], ids="".join)
    async def test_another_customer_waited_until_then(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "A": question(customer_id=ada["id"], happened_at=T9),
            "B": question(customer_id=bo["id"]),
            "b": reply(customer_id=bo["id"]),
            "o": reply(happened_at=T12),
        }
        made = await sent(client, bodies, order, way)
        answers = [(await get(client, made[name]))["answered_by_id"] for name in "AB"]
        assert answers == [made["o"]["id"], made["b"]["id"]]
        await api.patched(client, f"{PATH}/{made['b']['id']}", {"thread": "U"})
        assert [await awaits(client, made[name]) for name in "AB"] == [True, True]


@pytest.mark.parametrize("way", ["one by one", "batch"])
class TestOfAComplaint:
    """What is about a complaint because of the thread is so whatever came first."""

    @pytest.fixture
    async def complaint(self, client: httpx.AsyncClient, bo: Any) -> Any:
        return await make.record_complaint(client, customer_id=bo["id"])

    @pytest.mark.parametrize("order", orders("EMO"), ids="".join)
    async def test_a_reply_beside_an_enquiry_of_another_customer(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "E": question(customer_id=ada["id"]),
            "M": question(kind="message", customer_id=bo["id"], complaint_id=complaint["id"], happened_at=T9),
            "O": reply(),
        }
        made = await sent(client, bodies, order, way)
        for complaint_id, holder in [(complaint["id"], bo), (None, ada), (complaint["id"], bo)]:
            await api.patched(client, f"{PATH}/{made['M']['id']}", {"complaint_id": complaint_id})
            found = await get(client, made["O"])
            assert (found["customer_id"], found["complaint_id"]) == (holder["id"], complaint_id)
            assert await awaits(client, made["E"]) is (holder is bo)

    @pytest.mark.parametrize("order", orders("NMX"), ids="".join)
    async def test_a_note_where_another_source_has_such_a_thread(
        self, client: httpx.AsyncClient, bo: Any, complaint: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "N": reply(**UNSOURCED, kind="note"),
            "M": question(kind="message", customer_id=bo["id"], complaint_id=complaint["id"]),
            "X": question(kind="message", source="chat"),
        }
        made = await sent(client, bodies, order, way)
        for thread, complaint_id in [("T", None), ("U", complaint["id"]), ("T", None)]:
            await api.patched(client, f"{PATH}/{made['X']['id']}", {"thread": thread})
            found = await get(client, made["N"])
            assert (found["complaint_id"], found["customer_id"]) == (complaint_id, complaint_id and bo["id"])

    @pytest.mark.parametrize("order", [o for o in orders("EMCO") if o.index("M") < o.index("C")], ids="".join)
    async def test_the_complaint_is_recorded_like_the_others(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "E": question(customer_id=ada["id"], happened_at=T9),
            "M": question(kind="message", customer_id=bo["id"]),
            "O": reply(),
        }
        made: Bodies = {}
        for name in order:
            if name != "C":
                made[name] = await record(client, **bodies[name])
            elif way == "batch":
                body = make.complaint(interaction_id=made["M"]["id"])
                (made[name],) = await api.batch(client, "/v1/complaints", body)
            else:
                made[name] = await make.record_complaint(client, interaction_id=made["M"]["id"])
        for interaction_id in (made["M"]["id"], None, made["M"]["id"]):
            await api.patched(client, f"/v1/complaints/{made['C']['id']}", {"interaction_id": interaction_id})
            holder = ada if interaction_id is None else bo
            found = await get(client, made["O"])
            assert (found["customer_id"], await awaits(client, made["E"])) == (holder["id"], holder is bo)

    @pytest.mark.parametrize("direction", ["inbound", "outbound"])
    @pytest.mark.parametrize("order", orders("MNX"), ids="".join)
    async def test_a_message_about_two_complaints(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, way: str, order: Any, direction: str
    ) -> None:
        """It is the customer's whose complaint was recorded first."""
        other = await make.record_complaint(client, customer_id=ada["id"])
        bodies = {
            "M": question(kind="message", complaint_id=other["id"], customer_id=ada["id"]),
            "N": question(kind="message", complaint_id=complaint["id"], customer_id=bo["id"]),
            "X": question(kind="message", direction=direction),
        }
        made = await sent(client, bodies, order, way)
        assert (await get(client, made["X"]))["customer_id"] == bo["id"]

    @pytest.mark.parametrize("order", orders("MNE"), ids="".join)
    async def test_a_note_of_a_source_that_is_with_another_customer(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, way: str, order: tuple[str, ...]
    ) -> None:
        bodies = {
            "M": question(**UNSOURCED, kind="message", complaint_id=complaint["id"], customer_id=bo["id"]),
            "N": reply(kind="note"),
            "E": question(customer_id=ada["id"], happened_at=T12),
        }
        made = await sent(client, bodies, order, way)
        assert [(await get(client, made[name]))["complaint_id"] for name in "NE"] == [None, None]
        await release(client, "interaction", made["E"])
        assert (await get(client, made["N"]))["complaint_id"] == complaint["id"]
        await claim(client, "interaction", made["E"], ada, moved_from=bo["id"])
        assert [(await get(client, made[name]))["complaint_id"] for name in "NE"] == [None, None]

    @pytest.mark.parametrize("order", orders("EFLO")[::3], ids="".join)
    async def test_one_reply_beside_enquiries_of_two_customers(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, way: str, order: tuple[str, ...]
    ) -> None:
        """That it might answer the first of a customer is no reason to answer the second, nor the other way round."""
        bodies = {
            "E": question(happened_at=T9),
            "F": question(happened_at=T9, body="Once more"),
            "L": question(customer_id=ada["id"], complaint_id=complaint["id"]),
            "O": reply(happened_at=T12, complaint_id=(await make.record_complaint(client))["id"]),
        }
        made = await sent(client, bodies, order, way)
        for thread in (None, "T", "U"):
            if thread == "T":
                between = await record(client, **reply(customer_id=ada["id"]))
                assert (await get(client, made["L"]))["answered_by_id"] == between["id"]
            elif thread is not None:
                await api.patched(client, f"{PATH}/{between['id']}", {"thread": thread})
            waits = [await awaits(client, made[name]) for name in "EFL"]
            holder = (await get(client, made["O"]))["customer_id"]
            expected = ([False, False, False], bo["id"]) if thread == "T" else ([True, True, True], None)
            assert (waits, holder) == expected

    @pytest.mark.parametrize("order", orders("MmN"), ids="".join)
    async def test_a_note_of_another_customer(
        self, client: httpx.AsyncClient, ada: Any, bo: Any, complaint: Any, way: str, order: tuple[str, ...]
    ) -> None:
        """The thread of the only source is known to be with the customer of the complaint."""
        bodies = {
            "M": question(kind="message", customer_id=bo["id"], complaint_id=complaint["id"]),
            "m": question(kind="message", happened_at=T11),
            "N": reply(**UNSOURCED, kind="note", customer_id=ada["id"]),
        }
        made = await sent(client, bodies, order, way)
        found = {name: (await get(client, one))["complaint_id"] for name, one in made.items()}
        assert found == {"M": complaint["id"], "m": complaint["id"], "N": None}


@pytest.mark.parametrize("answer", ["unknown", "another's"])
@pytest.mark.parametrize(
    "order", [order for order in orders("UCR") if order.index("C") < order.index("R")], ids="".join
)
async def test_an_enquiry_that_is_claimed_and_released_is_as_before(
    client: httpx.AsyncClient, ada: Any, bo: Any, order: tuple[str, ...], answer: str
) -> None:
    asked = await record(client, **question())
    for step in order:
        if step == "U":
            said = NOBODY if answer == "unknown" else {"customer_id": bo["id"]}
            sent = await record(client, **reply(**said))
        elif step == "C":
            await claim(client, "interaction", asked, ada)
        else:
            await release(client, "interaction", asked)
    assert (await get(client, asked))["answered_by_id"] == sent["id"]
