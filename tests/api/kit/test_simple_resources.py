"""Resources without rules of their own, tried on the table of sites."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.context import Context
from app.core.errors import Conflict, NotFound, PreconditionFailed, ValidationFailed
from app.core.sessions import Sessions
from app.rules.kit.event_type import CHANGES, EventType
from app.rules.kit.event_types import EVENT_TYPES
from app.schemas.kit.types import Label, Name, Schema, partial
from app.schemas.sales.sites import Site, SiteQuery
from app.services.kit.simple_resources import SimpleResource
from app.store.kit.simple_resources import SimpleTable


class PlaceNew(Schema):
    code: Label
    name: Name


PlaceChange = partial(PlaceNew, "PlaceChange", "What changes of a place.")
PLACES = SimpleResource(SimpleTable("place", "sites", Site, SiteQuery, key="code", title="name"), PlaceNew)


@pytest.fixture(autouse=True)
def event_types(monkeypatch: pytest.MonkeyPatch) -> None:
    for verb, fields in (("created", {}), ("updated", {"changes": CHANGES}), ("deleted", {})):
        type_ = EventType(f"place.{verb}", f"Place {{name}} {verb}", fields, frozenset(fields))
        monkeypatch.setitem(EVENT_TYPES, type_.name, type_)


@pytest.fixture
async def place_id(sessions: Sessions) -> UUID:
    created = await sessions.write(lambda ctx: PLACES.create(ctx, PlaceNew(code="leeds", name="Leeds")))
    assert created.version == 1
    return UUID(str(created.id))


async def events(ctx: Context) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await ctx.db.fetch("SELECT type, title, data::text FROM events ORDER BY seq")]


class TestCreate:
    async def test_records_an_event(self, sessions: Sessions, place_id: UUID) -> None:
        assert await sessions.write(events) == [("place.created", "Place Leeds created", "{}")]

    async def test_refuses_a_key_that_is_taken(self, sessions: Sessions, place_id: UUID) -> None:
        with pytest.raises(Conflict) as refused:
            await sessions.write(lambda ctx: PLACES.create(ctx, PlaceNew(code="leeds", name="Other")))
        assert refused.value.extensions == {"place_id": str(place_id)}


class TestFind:
    async def test_filters_by_columns(self, sessions: Sessions, place_id: UUID) -> None:
        async with sessions.reading() as ctx:
            assert len((await PLACES.find(ctx, SiteQuery(code="leeds", sort="-code"))).items) == 1
            assert (await PLACES.find(ctx, SiteQuery(code="york"))).items == []


class TestChange:
    async def test_records_an_event(self, sessions: Sessions, place_id: UUID) -> None:
        after = await sessions.write(lambda ctx: PLACES.change(ctx, place_id, PlaceChange(name="Leeds North"), 1))
        assert after.version == 2
        assert (await sessions.write(events))[-1][:2] == ("place.updated", "Place Leeds North updated")

    async def test_to_what_it_is_writes_nothing(self, sessions: Sessions, place_id: UUID) -> None:
        after = await sessions.write(lambda ctx: PLACES.change(ctx, place_id, PlaceChange(name="Leeds"), None))
        assert after.version == 1

    async def test_cannot_take_a_required_value_away(self, sessions: Sessions, place_id: UUID) -> None:
        with pytest.raises(ValidationFailed):
            await sessions.write(lambda ctx: PLACES.change(ctx, place_id, PlaceChange(name=None), None))

    async def test_refuses_the_key_of_another(self, sessions: Sessions, place_id: UUID) -> None:
        await sessions.write(lambda ctx: PLACES.create(ctx, PlaceNew(code="york", name="York")))
        with pytest.raises(Conflict):
            await sessions.write(lambda ctx: PLACES.change(ctx, place_id, PlaceChange(code="york"), None))

    async def test_refuses_a_stale_version(self, sessions: Sessions, place_id: UUID) -> None:
        with pytest.raises(PreconditionFailed):
            await sessions.write(lambda ctx: PLACES.change(ctx, place_id, PlaceChange(name="x"), 7))


class TestDelete:
    async def test_records_an_event(self, sessions: Sessions, place_id: UUID) -> None:
        await sessions.write(lambda ctx: PLACES.delete(ctx, place_id, 1))
        assert (await sessions.write(events))[-1][:2] == ("place.deleted", "Place Leeds deleted")
        with pytest.raises(NotFound):
            await sessions.write(lambda ctx: PLACES.get(ctx, place_id))

    async def test_refuses_a_stale_version(self, sessions: Sessions, place_id: UUID) -> None:
        with pytest.raises(PreconditionFailed):
            await sessions.write(lambda ctx: PLACES.delete(ctx, place_id, 2))

    async def test_needs_one_that_is_there(self, sessions: Sessions) -> None:
        with pytest.raises(NotFound):
            await sessions.write(lambda ctx: PLACES.delete(ctx, uuid4(), None))
