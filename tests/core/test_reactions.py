"""What follows events: called in batches, in the transaction, once, and never in a circle."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.context import Context
from app.core.database import Database
from app.core.reactions import Reaction, Reactions
from app.core.sessions import Sessions
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.store.kit import events
from app.store.kit.events import Event
from tests.support.application import TestClock, plain_settings

CREATED, COMPLETED = event_types.TASK_CREATED, event_types.TASK_COMPLETED


class Called:
    """A handler that remembers what it was called with."""

    def __init__(self) -> None:
        self.with_: list[list[str]] = []

    async def __call__(self, ctx: Context, found: Any) -> None:
        self.with_.append([event.title for event in found])


def event(title: str, type_: EventType = CREATED) -> Event:
    return Event(type_, uuid4(), None, title, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.fixture
def database(empty_database: str) -> Any:
    return Database(empty_database, plain_settings(database_url=empty_database, pool_size=2))


def sessions(database: Database, clock: TestClock, reactions: Reactions) -> Sessions:
    return Sessions(database, UUID(int=0), "tests", frozenset(), b"", "GB", clock, reactions)


class TestReactions:
    async def test_are_called_once_with_all_events_of_their_types(self, database: Database, clock: TestClock) -> None:
        called, other = Called(), Called()
        reactions = Reactions({CREATED.name: [Reaction(called)], COMPLETED.name: [Reaction(called), Reaction(other)]})

        async def work(ctx: Context) -> None:
            await events.record(ctx, event("a"), event("b", COMPLETED))
            await events.record(ctx, event("c"), event("d", event_types.TASK_REOPENED))
            assert called.with_ == []

        await sessions(database, clock, reactions).write(work)
        assert called.with_ == [["a", "b", "c"]]
        assert other.with_ == [["b"]]
        await database.close()

    async def test_only_for_events_that_meet_their_condition(self, database: Database, clock: TestClock) -> None:
        called = Called()
        reactions = Reactions({CREATED.name: [Reaction(called, when="e.title = 'b' OR e.data->>'owner' = 'Amara'")]})
        owned = Event(CREATED, uuid4(), None, "c", datetime(2026, 3, 2, tzinfo=UTC), data={"owner": "Amara"})
        await sessions(database, clock, reactions).write(
            lambda ctx: events.record(ctx, event("a"), event("b"), owned, event("d"))
        )
        assert called.with_ == [["b", "c"]]
        await database.close()

    async def test_not_where_the_recorder_wants_none(self, database: Database, clock: TestClock) -> None:
        called = Called()
        reactions = Reactions({CREATED.name: [Reaction(called)]})
        await sessions(database, clock, reactions).write(lambda ctx: events.record_all(ctx, [event("a")], react=False))
        assert called.with_ == []
        await database.close()

    async def test_may_record_events_that_others_follow(self, database: Database, clock: TestClock) -> None:
        called = Called()

        async def complete(ctx: Context, created: Any) -> None:
            await events.record_all(ctx, [event(f"{one.title} done", COMPLETED) for one in created])

        reactions = Reactions({CREATED.name: [Reaction(complete)], COMPLETED.name: [Reaction(called)]})
        await sessions(database, clock, reactions).write(lambda ctx: events.record(ctx, event("a"), event("b")))
        assert called.with_ == [["a done", "b done"]]
        await database.close()

    async def test_in_a_circle_are_a_defect_and_nothing_is_kept(self, database: Database, clock: TestClock) -> None:
        async def again(ctx: Context, created: Any) -> None:
            await events.record(ctx, event("again"))

        caller = sessions(database, clock, Reactions({CREATED.name: [Reaction(again)]}))
        with pytest.raises(RuntimeError, match=r"task\.created"):
            await caller.write(lambda ctx: events.record(ctx, event("a")))
        async with caller.reading() as ctx:
            assert await ctx.db.fetchval("SELECT count(*) FROM events") == 0
        await database.close()

    async def test_are_called_in_a_rehearsal_and_nothing_is_kept(self, database: Database, clock: TestClock) -> None:
        called = Called()

        async def complete(ctx: Context, created: Any) -> None:
            await events.record_all(ctx, [event(f"{one.title} done", COMPLETED) for one in created])

        async def work(ctx: Context) -> str:
            await events.record(ctx, event("a"))
            return "result"

        reactions = Reactions({CREATED.name: [Reaction(complete)], COMPLETED.name: [Reaction(called)]})
        caller = sessions(database, clock, reactions)
        assert await caller.rehearse(work) == "result"
        assert called.with_ == [["a done"]]
        async with caller.reading() as ctx:
            assert await ctx.db.fetchval("SELECT count(*) FROM events") == 0
        await database.close()

    async def test_that_fail_take_everything_along(self, database: Database, clock: TestClock) -> None:
        async def fail(ctx: Context, created: Any) -> None:
            raise ValueError("no")

        caller = sessions(database, clock, Reactions({CREATED.name: [Reaction(fail)]}))
        for run in (caller.write, caller.rehearse):
            with pytest.raises(ValueError, match="no"):
                await run(lambda ctx: events.record(ctx, event("a")))
        async with caller.reading() as ctx:
            assert await ctx.db.fetchval("SELECT count(*) FROM events") == 0
        await database.close()
