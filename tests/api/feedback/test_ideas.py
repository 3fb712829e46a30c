"""Ideas through the API: a class for each verb."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.errors import ValidationFailed
from app.core.sessions import Sessions
from app.services.feedback import ideas
from tests import make
from tests.make.feedback import create_idea
from tests.support import api
from tests.support.api import errors, events
from tests.support.application import Keys, TestClock
from tests.support.links import claim, release

PATH = "/v1/ideas"


async def insert_suggestion(db: Any, customer_id: str | None = None) -> str:
    """A piece of feedback as the intake would have stored it."""
    statement = "INSERT INTO feedback (method, collected_at, customer_id) VALUES ('suggestion', now(), $1) RETURNING id"
    return str(await db.fetchval(statement, customer_id))


async def patch(client: httpx.AsyncClient, made: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{made['id']}", changes, **headers)


async def patched(client: httpx.AsyncClient, made: dict[str, Any], changes: Any) -> dict[str, Any]:
    answer = await patch(client, made, changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cast_vote(
    client: httpx.AsyncClient, made: dict[str, Any], verb: str = "vote", **voter: Any
) -> dict[str, Any]:
    answer = await client.post(f"{PATH}/{made['id']}/{verb}", json=voter)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def votes(client: httpx.AsyncClient, made: dict[str, Any]) -> list[tuple[Any, Any]]:
    answer = await client.get(f"{PATH}/{made['id']}/votes")
    assert answer.status_code == 200, answer.text
    return [(vote["customer_id"], vote["feedback_id"]) for vote in answer.json()["items"]]


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        body = make.idea(title="Open on Mondays", description="Two\nlines", owner="tom", attributes={"a": 1})
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert found | body == found
        assert (found["status"], found["status_note"], found["votes"], found["version"]) == ("new", None, 0, 1)
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        assert await events(db, found["id"]) == [("idea.created", "Idea suggested: Open on Mondays", None, {})]

    async def test_who_voices_it_votes_for_it_first(self, client: httpx.AsyncClient, db: Any) -> None:
        customer_id = (await make.create_customer(client))["id"]
        made = await create_idea(client, title="Benches", customer_id=customer_id)
        assert made["votes"] == 1 and await votes(client, made) == [(customer_id, None)]
        assert [(e[0], str(e[2])) for e in await events(db, made["id"])] == [("idea.created", customer_id)]

    async def test_out_of_feedback_it_is_the_vote_of_whose_feedback_it_is(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        customer_id = (await make.create_customer(client))["id"]
        feedback_id = await insert_suggestion(db, customer_id)
        assert await votes(client, await create_idea(client, feedback_id=feedback_id)) == [(customer_id, feedback_id)]
        nobodys = await insert_suggestion(db)
        made = await create_idea(client, feedback_id=nobodys)
        assert made["votes"] == 1 and await votes(client, made) == [(None, nobodys)]

    async def test_refuses_whom_and_what_there_is_not(self, client: httpx.AsyncClient, db: Any) -> None:
        for name in ("customer_id", "feedback_id"):
            answer = await client.post(PATH, json=make.idea(**{name: str(uuid4())}))
            assert errors(answer) == [(f"/{name}", "not_found")]
        theirs = await insert_suggestion(db, (await make.create_customer(client))["id"])
        body = make.idea(customer_id=(await make.create_customer(client))["id"], feedback_id=theirs)
        assert errors(await client.post(PATH, json=body)) == [("/feedback_id", "differs")]
        assert await db.fetchval("SELECT count(*) FROM ideas") == 0

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"title": None}, ("/title", "string_type")),
            ({"title": ""}, ("/title", "string_too_short")),
            ({"status": "done"}, ("/status", "unknown_field")),
            ({"votes": 7}, ("/votes", "unknown_field")),
        ],
    )
    async def test_refuses(self, client: httpx.AsyncClient, change: Any, expected: tuple[str, str]) -> None:
        assert errors(await client.post(PATH, json=make.idea(**change))) == [expected]


class TestList:
    async def test_what_most_people_want_stands_first(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        people = [(await make.create_customer(client))["id"] for _ in range(2)]
        ideas = []
        for title, number in (("none", 0), ("two", 2), ("one", 1)):
            clock.tick()
            ideas.append(await create_idea(client, title=title))
            for customer_id in people[:number]:
                await cast_vote(client, ideas[-1], customer_id=customer_id)

        async def listed(**query: Any) -> list[str]:
            found, cursor = [], None
            while True:
                answer = await client.get(PATH, params={"limit": 2, **query, **({"cursor": cursor} if cursor else {})})
                assert answer.status_code == 200, answer.text
                found += [idea["title"] for idea in answer.json()["items"]]
                if (cursor := answer.json()["next_cursor"]) is None:
                    return found

        assert await listed() == ["two", "one", "none"]
        assert await listed(sort="votes") == ["none", "one", "two"]
        assert await listed(sort="created_at") == ["none", "two", "one"]
        assert await listed(sort="-created_at") == ["one", "two", "none"]
        await patched(client, ideas[1], {"status": "planned", "owner": "mia"})
        assert await listed(status="planned") == await listed(owner="mia") == await listed(owner="MIA") == ["two"]
        assert await listed(status="new") == ["one", "none"]


class TestChange:
    async def test_its_words_are_one_event(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        made = await create_idea(client, title="Benches", description="By the door")
        clock.tick()
        found = await patched(client, made, {"title": "A bench", "description": None})
        assert (found["title"], found["description"], found["version"]) == ("A bench", None, 2)
        assert found["status_at"] == made["status_at"] and found["updated_at"] > made["updated_at"]
        kind, title, customer_id, data = (await events(db, made["id"]))[-1]
        assert (kind, title, customer_id) == ("idea.updated", "Idea updated: A bench", None)
        assert [change["pointer"] for change in data["changes"]] == ["/title", "/description"]

    @pytest.mark.parametrize(
        ("status", "title"),
        [
            ("considered", "Idea is being considered: Benches"),
            ("planned", "Idea is planned: Benches"),
            ("done", "Idea is done: Benches"),
            ("declined", "Idea was declined: Benches"),
        ],
    )
    async def test_a_new_status_is_an_event_of_its_own(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, status: str, title: str
    ) -> None:
        made = await create_idea(client, title="Benches", customer_id=(await make.create_customer(client))["id"])
        clock.tick()
        found = await patched(client, made, {"status": status, "status_note": "As decided"})
        assert (found["status"], found["status_note"]) == (status, "As decided")
        assert found["status_at"] == found["updated_at"] > made["status_at"]
        assert (await events(db, made["id"]))[-1][:3] == (f"idea.{status}", title, None)
        back = await patched(client, made, {"status": "new"})
        assert (back["status"], back["status_note"]) == ("new", None)
        assert (await events(db, made["id"]))[-1][:2] == ("idea.new", "Idea is new again: Benches")

    async def test_what_changes_nothing_leaves_no_trace(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_idea(client)
        assert await patched(client, made, {"title": made["title"], "status": "new"}) == made
        assert len(await events(db, made["id"])) == 1

    async def test_refuses_what_is_stale_or_wrong(self, client: httpx.AsyncClient) -> None:
        made = await create_idea(client)
        stale = await patch(client, made, {"title": "x"}, **{"if-match": '"7"'})
        assert stale.status_code == 412
        assert errors(await patch(client, made, {"status": None})) == [("/status", "missing")]
        assert errors(await patch(client, made, {"status": "maybe"})) == [("/status", "enum")]
        assert errors(await patch(client, made, {"votes": 3})) == [("/votes", "unknown_field")]
        assert (await patch(client, {"id": uuid4()}, {"title": "x"})).status_code == 404


class TestVote:
    async def test_counts_once_and_stands_on_the_timeline(self, client: httpx.AsyncClient, db: Any) -> None:
        made, customer_id = await create_idea(client, title="Benches"), (await make.create_customer(client))["id"]
        first = await cast_vote(client, made, customer_id=customer_id)
        assert (first["votes"], first["version"]) == (1, 2)
        assert await cast_vote(client, made, customer_id=customer_id) == first
        timeline = (await client.get(f"/v1/customers/{customer_id}/timeline")).json()["items"]
        assert timeline[0]["title"] == "Voted for the idea: Benches"
        assert [kind for kind, *_ in await events(db, made["id"])] == ["idea.created", "idea.voted"]

    async def test_feedback_of_nobody_known_counts_once_each(self, client: httpx.AsyncClient, db: Any) -> None:
        made, said = await create_idea(client), [await insert_suggestion(db) for _ in range(2)]
        for feedback_id in [*said, *said]:
            await cast_vote(client, made, feedback_id=feedback_id)
        assert await votes(client, made) == [(None, said[0]), (None, said[1])]
        assert (await client.get(f"{PATH}/{made['id']}")).json()["votes"] == 2

    async def test_the_feedback_of_one_customer_counts_once_however_much_it_is(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        made, customer_id = await create_idea(client), (await make.create_customer(client))["id"]
        first, second = [await insert_suggestion(db, customer_id) for _ in range(2)]
        await cast_vote(client, made, feedback_id=first)
        assert (await cast_vote(client, made, feedback_id=second))["votes"] == 1
        assert await votes(client, made) == [(customer_id, first)]

    async def test_a_vote_of_nobodys_becomes_the_customers(self, client: httpx.AsyncClient, db: Any) -> None:
        made, customer_id, feedback_id = (
            await create_idea(client),
            (await make.create_customer(client))["id"],
            await insert_suggestion(db),
        )
        await cast_vote(client, made, feedback_id=feedback_id)
        assert (await cast_vote(client, made, customer_id=customer_id, feedback_id=feedback_id))["votes"] == 1
        assert await votes(client, made) == [(customer_id, feedback_id)]

    async def test_goes_with_feedback_that_is_somebody_elses_now(self, client: httpx.AsyncClient) -> None:
        made = await create_idea(client)
        ada, bo = [await make.create_customer(client) for _ in range(2)]
        theirs = [await make.record_complaint(client, customer_id=one["id"]) for one in (ada, bo)]
        body = {"method": "suggestion", "idea_id": made["id"], "complaint_id": theirs[0]["id"]}
        said = await api.post(client, "/v1/feedback", body)
        assert await votes(client, made) == [(ada["id"], said["id"])]
        await api.patched(client, f"/v1/feedback/{said['id']}", {"complaint_id": theirs[1]["id"]})
        assert await votes(client, made) == [(bo["id"], said["id"])]
        assert (await api.get(client, f"{PATH}/{made['id']}"))["votes"] == 1

    @pytest.mark.parametrize("way", ["to nobody", "to another idea", "to another customer", "to no idea"])
    @pytest.mark.parametrize("own", [False, True])
    async def test_stays_where_it_is_also_by_other_feedback_or_their_own(
        self, client: httpx.AsyncClient, way: str, own: bool
    ) -> None:
        made, other = [await create_idea(client) for _ in range(2)]
        ada, bo = [await make.create_customer(client) for _ in range(2)]
        body = {"method": "suggestion", "idea_id": made["id"], "customer_id": ada["id"]}
        first = await api.post(client, "/v1/feedback", body)
        if own:
            await cast_vote(client, made, customer_id=ada["id"])
            by = None
        else:
            by = (await api.post(client, "/v1/feedback", body))["id"]
        if way == "to nobody":
            await release(client, "feedback", first)
        elif way == "to another customer":
            await claim(client, "feedback", first, bo, moved_from=ada["id"])
        else:
            changed = other["id"] if way == "to another idea" else None
            await api.patched(client, f"/v1/feedback/{first['id']}", {"idea_id": changed, "text": "Another one"})
        more = {"to nobody": [(None, first["id"])], "to another customer": [(bo["id"], first["id"])]}.get(way, [])
        found = await votes(client, made)
        assert sorted(found, key=str) == sorted([(ada["id"], by), *more], key=str)
        assert (await api.get(client, f"{PATH}/{made['id']}"))["votes"] == len(found)

    async def test_and_falls_away_where_the_customer_had_voted(self, client: httpx.AsyncClient, db: Any) -> None:
        made, customer_id, feedback_id = (
            await create_idea(client),
            (await make.create_customer(client))["id"],
            await insert_suggestion(db),
        )
        await cast_vote(client, made, feedback_id=feedback_id)
        assert (await cast_vote(client, made, customer_id=customer_id))["votes"] == 2
        assert (await cast_vote(client, made, customer_id=customer_id, feedback_id=feedback_id))["votes"] == 1
        assert await votes(client, made) == [(customer_id, None)]

    async def test_refuses_nobody_and_nothing(self, client: httpx.AsyncClient) -> None:
        made, customer_id = await create_idea(client), (await make.create_customer(client))["id"]
        path = f"{PATH}/{made['id']}/vote"
        assert errors(await client.post(path, json={})) == [("/customer_id", "missing")]
        assert errors(await client.post(path, json={"customer_id": str(uuid4())})) == [("/customer_id", "not_found")]
        assert (await client.post(f"{PATH}/{uuid4()}/vote", json={"customer_id": customer_id})).status_code == 404

    async def test_from_within_an_idea_that_there_is_not_is_a_wrong_value(
        self, client: httpx.AsyncClient, sessions: Sessions
    ) -> None:
        customer_id = UUID((await make.create_customer(client))["id"])
        with pytest.raises(ValidationFailed) as refused:
            await sessions.write(
                lambda ctx: ideas.vote(ctx, uuid4(), customer_id=customer_id, feedback_id=None, at=ctx.now)
            )
        assert refused.value.errors[0]["pointer"] == "/idea_id"  # type: ignore[index]

    async def test_twenty_customers_at_once_are_twenty_votes_and_one_of_them_ten_times_one(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        made = await create_idea(client)
        people = [(await make.create_customer(client))["id"] for _ in range(20)]
        voters = [*people, *([people[0]] * 9)]
        await asyncio.gather(*(cast_vote(client, made, customer_id=customer_id) for customer_id in voters))
        found = (await client.get(f"{PATH}/{made['id']}")).json()
        assert found["votes"] == await db.fetchval("SELECT count(*) FROM idea_votes") == 20
        assert sorted(customer_id for customer_id, _ in await votes(client, made)) == sorted(people)
        assert sum(kind == "idea.voted" for kind, *_ in await events(db, made["id"])) == 20


class TestUnvote:
    async def test_takes_it_back_once(self, client: httpx.AsyncClient, db: Any) -> None:
        made, customer_id = await create_idea(client, title="Benches"), (await make.create_customer(client))["id"]
        await cast_vote(client, made, customer_id=customer_id)
        gone = await cast_vote(client, made, "unvote", customer_id=customer_id)
        assert gone["votes"] == 0 and await votes(client, made) == []
        assert await cast_vote(client, made, "unvote", customer_id=customer_id) == gone
        last = (await events(db, made["id"]))[-1]
        assert (last[0], last[1], str(last[2])) == (
            "idea.unvoted",
            "Vote taken back for the idea: Benches",
            customer_id,
        )
        assert (await cast_vote(client, made, customer_id=customer_id))["votes"] == 1

    async def test_leaves_the_votes_of_others(self, client: httpx.AsyncClient, db: Any) -> None:
        made, one, other = (
            await create_idea(client),
            (await make.create_customer(client))["id"],
            (await make.create_customer(client))["id"],
        )
        nobodys = await insert_suggestion(db)
        for voter in ({"customer_id": one}, {"customer_id": other}, {"feedback_id": nobodys}):
            await cast_vote(client, made, **voter)
        await cast_vote(client, made, "unvote", customer_id=one)
        assert await votes(client, made) == [(other, None), (None, nobodys)]
        assert (await cast_vote(client, made, "unvote", feedback_id=nobodys))["votes"] == 1


class TestVotes:
    async def test_of_an_idea_that_there_is_not(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{PATH}/{uuid4()}/votes")).status_code == 404

    async def test_are_read_with_the_scope_of_feedback_only(self, client: httpx.AsyncClient, keys: Keys) -> None:
        made = await create_idea(client)
        may, other = await keys("feedback:read"), await keys("complaints:read")
        assert (await may.get(f"{PATH}/{made['id']}/votes")).status_code == 200
        assert (await other.get(f"{PATH}/{made['id']}/votes")).status_code == 403
        assert (await may.post(f"{PATH}/{made['id']}/vote", json={"customer_id": str(uuid4())})).status_code == 403
