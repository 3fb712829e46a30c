"""Two complaints in one thread: a message that names one is about that alone, one that names none about both."""

from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, record
from tests.support import api
from tests.support.complaints import moved
from tests.support.conversations import PATH, get

Complaints = dict[str, dict[str, Any]]


@pytest.fixture
async def complaints(client: httpx.AsyncClient, ada: Any) -> Complaints:
    return {name: await make.record_complaint(client, customer_id=ada["id"]) for name in ("c1", "c2")}


def message(complaints: Complaints, name: str, **changes: Any) -> dict[str, Any]:
    """One that names the complaint of its number; `m0` names none."""
    named = complaints.get(f"c{name[1]}")
    return captured(thread="T", body=name, complaint_id=named and named["id"], **changes)


async def messages(client: httpx.AsyncClient, complaints: Complaints) -> dict[str, list[str]]:
    found = {}
    for name, complaint in complaints.items():
        page = await api.get(client, PATH, complaint_id=complaint["id"])
        found[name] = sorted(each["body"] for each in page["items"])
    return found


@pytest.mark.parametrize("way", ["one by one", "batch"])
@pytest.mark.parametrize("order", [*permutations(("m0", "m1", "m2"))], ids="-".join)
async def test_whatever_came_first(
    client: httpx.AsyncClient, ada: Any, complaints: Complaints, way: str, order: tuple[str, ...]
) -> None:
    sent = [message(complaints, name) for name in order]
    made = await api.batch(client, PATH, *sent) if way == "batch" else [await record(client, **body) for body in sent]
    assert await messages(client, complaints) == {"c1": ["m0", "m1"], "c2": ["m0", "m2"]}
    assert {(await get(client, each))["customer_id"] for each in made} == {ada["id"]}


class TestChanged:
    """As if it had been so from the beginning."""

    @pytest.fixture
    async def made(self, client: httpx.AsyncClient, complaints: Complaints) -> dict[str, dict[str, Any]]:
        return {name: await record(client, **message(complaints, name)) for name in ("m1", "m0", "m2")}

    async def test_to_another_one(self, client: httpx.AsyncClient, complaints: Complaints, made: Any) -> None:
        await api.patched(client, f"{PATH}/{made['m1']['id']}", {"complaint_id": complaints["c2"]["id"]})
        assert await messages(client, complaints) == {"c1": [], "c2": ["m0", "m1", "m2"]}

    async def test_to_none(self, client: httpx.AsyncClient, complaints: Complaints, made: Any) -> None:
        changed = await api.patched(client, f"{PATH}/{made['m1']['id']}", {"complaint_id": None})
        assert changed["complaint_id"] == complaints["c2"]["id"]
        assert await messages(client, complaints) == {"c1": [], "c2": ["m0", "m1", "m2"]}
        refused = await api.patch(client, f"{PATH}/{made['m1']['id']}", {"complaint_id": None})
        assert (refused.status_code, refused.json()["complaint_id"]) == (409, complaints["c2"]["id"])

    @pytest.mark.parametrize("name", ["c1", "c2"])
    async def test_one_that_names_none_names_one(
        self, client: httpx.AsyncClient, complaints: Complaints, made: Any, name: str
    ) -> None:
        await api.patched(client, f"{PATH}/{made['m0']['id']}", {"complaint_id": complaints[name]["id"]})
        expected = {"c1": ["m1"], "c2": ["m2"]}
        assert await messages(client, complaints) == expected | {name: ["m0", *expected[name]]}

    async def test_it_goes_with_a_move(
        self, client: httpx.AsyncClient, ada: Any, complaints: Complaints, made: Any
    ) -> None:
        sent = await record(client, **message(complaints, "m0", direction="outbound", customer_id=ada["id"]))
        await moved(client, complaints["c1"], "acknowledge", interaction_id=sent["id"])
        assert await messages(client, complaints) == {"c1": ["m0", "m0", "m1"], "c2": ["m0", "m2"]}

    async def test_put_into_the_thread_of_a_complaint(
        self, client: httpx.AsyncClient, complaints: Complaints, made: Any
    ) -> None:
        await api.patched(client, f"{PATH}/{made['m1']['id']}", {"thread": complaints["c2"]["reference"]})
        await api.patched(client, f"{PATH}/{made['m2']['id']}", {"body": "m2 again"})
        assert await messages(client, complaints) == {"c1": ["m1"], "c2": ["m0", "m2 again"]}


async def test_made_in_a_message_that_names_another_one(
    client: httpx.AsyncClient, ada: Any, complaints: Complaints
) -> None:
    first, second = [await record(client, **message(complaints, name)) for name in ("m1", "m0")]
    third = await make.record_complaint(client, interaction_id=first["id"])
    found = await messages(client, {**complaints, "c3": third})
    assert found == {"c1": ["m0", "m1"], "c2": [], "c3": ["m0", "m1"]}
    assert (await get(client, second))["customer_id"] == ada["id"]
