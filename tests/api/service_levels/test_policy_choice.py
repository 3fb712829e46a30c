"""From what was stored through the API to the rules: which policy holds, and what it says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.service_levels.calendars import Window, working_time
from app.rules.service_levels.clocks import Metric
from app.rules.service_levels.policies import Facts, Level, Reopening
from app.services.complaints import procedures as procedure_service
from app.services.service_levels import policies as service_levels
from tests import make
from tests.support.application import TestClock
from tests.support.counting import CountingConnection
from tests.support.service_levels import change_calendar, change_policy, change_procedure

NOTHING_SPECIAL = Facts("Delivery", "low", "phone", "Leeds", frozenset(), None, None)


@pytest.fixture
def ctx(db: Any, clock: TestClock) -> Context:
    return Context(CountingConnection(db), uuid4(), "tests", frozenset(), clock.now, b"key", "GB")


async def chosen(ctx: Context, *facts: Facts) -> list[str | None]:
    """The ids of the policies."""
    found = await service_levels.select_policies(ctx, list(facts))
    return [None if one is None else str(one.policy_id) for one in found]


def facts(**changes: Any) -> Facts:
    return Facts(**{name: getattr(NOTHING_SPECIAL, name) for name in Facts.__slots__} | changes)


class TestChoose:
    async def test_the_lowest_position_and_then_the_older_one(self, client: httpx.AsyncClient, ctx: Context) -> None:
        await make.create_policy(client, position=5)
        first = await make.create_policy(client, position=1)
        await make.create_policy(client, position=1)
        assert await chosen(ctx, NOTHING_SPECIAL) == [first["id"]]

    async def test_only_active_ones(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_policy(client, position=1, active=False)
        other = await make.create_policy(client, position=2)
        assert await chosen(ctx, NOTHING_SPECIAL) == [other["id"]]
        await change_policy(client, made, {"active": True})
        assert await chosen(ctx, NOTHING_SPECIAL) == [made["id"]]

    async def test_each_its_own(self, client: httpx.AsyncClient, ctx: Context) -> None:
        scopes: dict[str, dict[str, Any]] = {
            "category": {"categories": ["Food", "Safety"]},
            "severity": {"severities": ["critical"]},
            "channel": {"channels": ["letter"]},
            "site": {"sites": ["York"]},
            "customer_tags": {"customer_tags": ["vip", "press"]},
            "value": {"value_from": "100.00", "currency": "GBP"},
        }
        ids = {name: (await make.create_policy(client, applies_to=scope))["id"] for name, scope in scopes.items()}
        wanted = [
            NOTHING_SPECIAL,
            facts(category="Safety"),
            facts(severity="critical"),
            facts(channel="letter"),
            facts(site="York"),
            facts(customer_tags=frozenset({"press", "old"})),
            facts(value=Decimal("100.00"), currency="GBP"),
            facts(value=Decimal("99.99"), currency="GBP"),
            facts(value=Decimal("100.00"), currency="EUR"),
            facts(category=None, severity=None, site=None),
        ]
        assert await chosen(ctx, *wanted) == [None, *ids.values(), None, None, None]

    async def test_everything_asked_has_to_fit(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_policy(client, applies_to={"severities": ["high"], "sites": ["Leeds"]})
        wanted = facts(severity="high"), facts(severity="high", site="York"), facts(severity="low")
        assert await chosen(ctx, *wanted) == [made["id"], None, None]

    async def test_the_present_versions(self, client: httpx.AsyncClient, ctx: Context) -> None:
        calendar = await make.create_calendar(client, code="shop")
        made = await make.create_policy(client, calendar="shop", targets={"respond_minutes": 60})
        (before,) = await service_levels.select_policies(ctx, [NOTHING_SPECIAL])
        await change_policy(client, made, {"targets": {"respond_minutes": 30}})
        await change_calendar(client, calendar, {"time_zone": "Asia/Tokyo", "code": "store"})
        (found,) = await service_levels.select_policies(ctx, [NOTHING_SPECIAL])
        assert before is not None and found is not None
        assert (before.policy_version, before.calendar_version, before.calendar_code) == (1, 1, "shop")
        assert (found.policy_version, found.calendar_version, found.calendar_code) == (2, 2, "store")
        assert found.policy.targets == {Metric.RESPOND: timedelta(minutes=30)}
        assert found.policy.calendar.time_zone == "Asia/Tokyo"
        assert await service_levels.current_policy(ctx, UUID(made["id"])) == found
        versions = (found.policy_id, 1, found.calendar_id, 1)
        assert await service_levels.policies_at(ctx, {versions}) == {versions: before}

    async def test_policies_on_one_calendar_share_it(self, client: httpx.AsyncClient, ctx: Context) -> None:
        await make.create_calendar(client, code="shop")
        await make.create_policy(client, calendar="shop", applies_to={"severities": ["high"]})
        await make.create_policy(client, calendar="shop")
        one, other = await service_levels.select_policies(ctx, [facts(severity="high"), NOTHING_SPECIAL])
        assert one is not None and other is not None
        assert one.policy_id != other.policy_id
        assert one.policy.calendar is other.policy.calendar

    async def test_what_is_known_is_not_read_again(self, client: httpx.AsyncClient, ctx: Context) -> None:
        for _ in range(3):
            await make.create_policy(client)
        counted: Any = ctx.db
        await service_levels.select_policies(ctx, [NOTHING_SPECIAL])
        assert counted.statements == 3
        await service_levels.select_policies(ctx, [NOTHING_SPECIAL] * 100)
        assert counted.statements == 4
        assert await service_levels.select_policies(ctx, []) == []
        assert counted.statements == 4

    async def test_none_where_there_are_none(self, ctx: Context) -> None:
        assert await chosen(ctx, NOTHING_SPECIAL, NOTHING_SPECIAL) == [None, None]


class TestAtVersions:
    async def test_an_unknown_version(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_policy(client)
        found = await service_levels.current_policy(ctx, UUID(made["id"]))
        for versions in (
            (found.policy_id, 2, found.calendar_id, 1),
            (found.policy_id, 1, found.calendar_id, 2),
            (uuid4(), 1, found.calendar_id, 1),
        ):
            with pytest.raises(NotFound):
                await service_levels.policies_at(ctx, {versions})

    async def test_an_unknown_policy(self, ctx: Context) -> None:
        with pytest.raises(NotFound, match="Service policy not found"):
            await service_levels.current_policy(ctx, uuid4())

    async def test_an_inactive_policy_is_still_there(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_policy(client, active=False)
        assert str((await service_levels.current_policy(ctx, UUID(made["id"]))).policy_id) == made["id"]


class TestWhatIsSaid:
    async def test_by_a_calendar(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_calendar(
            client,
            time_zone="Europe/London",
            hours=[
                {"day": "monday", "opens": "09:00", "closes": "12:30"},
                {"day": "monday", "opens": "13:30", "closes": "17:00"},
                {"day": "sunday", "opens": "22:00", "closes": "24:00"},
                {"day": "tuesday", "opens": "00:00", "closes": "00:00"},
            ],
            exceptions=[
                {"on": "2026-03-09", "name": "Fair", "hours": [{"opens": "10:00", "closes": "11:00"}]},
                {"on": "2026-03-16", "name": None, "hours": []},
            ],
            holidays={"country": "GB", "subdivision": "SCT"},
        )
        calendar = service_levels.calendar_of(made)
        assert calendar.time_zone == "Europe/London"
        assert calendar.week[0] == (Window(540, 750), Window(810, 1020))
        assert calendar.week[1] == (Window(0, 0),)
        assert calendar.week[2:6] == ((), (), (), ())
        assert calendar.week[6] == (Window(1320, 1440),)
        assert calendar.exceptions == {
            date(2026, 3, 9): ((Window(600, 660),), "Fair"),
            date(2026, 3, 16): ((), None),
        }
        assert (calendar.country, calendar.subdivision) == ("GB", "SCT")

        def hours(day: int) -> timedelta:
            return working_time(calendar, datetime(2026, 3, day, tzinfo=UTC), datetime(2026, 3, day + 1, tzinfo=UTC))

        # A Monday, a Tuesday, a Sunday, and the two exceptions.
        assert [hours(day) / timedelta(hours=1) for day in (2, 3, 8, 9, 16)] == [7, 0, 2, 1, 0]

    async def test_by_a_calendar_without_holidays(self, client: httpx.AsyncClient) -> None:
        calendar = service_levels.calendar_of(await make.create_calendar(client))
        assert (calendar.country, calendar.subdivision, calendar.exceptions) == (None, None, {})

    async def test_by_a_policy(self, client: httpx.AsyncClient, ctx: Context) -> None:
        step = {"metric": "respond", "at_minutes": -30, "notify": ["Mia", "Tom"]}
        last = {"metric": "update", "at_minutes": 0, "reassign_to": "Tom", "raise_priority": True}
        made = await make.create_policy(
            client,
            targets={"respond_minutes": 60, "update_minutes": 90},
            pauses=["waiting_customer", "referred"],
            escalations=[step, last],
            reopening={"within_days": 30, "at_most": 2},
        )
        found = await service_levels.current_policy(ctx, UUID(made["id"]))
        minute = timedelta(minutes=1)
        assert found.policy.targets == {Metric.RESPOND: 60 * minute, Metric.UPDATE: 90 * minute}
        assert found.policy.pauses == {"waiting_customer", "referred"}
        assert found.policy.levels == (
            Level(Metric.RESPOND, -30 * minute, ("Mia", "Tom")),
            Level(Metric.UPDATE, timedelta(0), (), "Tom", True),
        )
        assert found.reopening == Reopening(timedelta(days=30), 2)

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            (None, Reopening()),
            ({"within_days": 0}, Reopening(timedelta(0))),
            ({"at_most": 0}, Reopening(None, 0)),
        ],
    )
    async def test_about_reopening(self, client: httpx.AsyncClient, said: Any, expected: Reopening) -> None:
        made = await make.create_policy(client, reopening=said)
        assert service_levels.reopening_of(made) == expected


class TestProcedures:
    async def test_a_categorys_own_or_the_one_for_all_others(self, client: httpx.AsyncClient, ctx: Context) -> None:
        delivery = await make.create_procedure(client, category="Delivery")
        wanted = {"Delivery", "Food", None}
        own = UUID(delivery["id"]), 1
        assert await procedure_service.procedure_for(ctx, wanted) == {"Delivery": own, "Food": None, None: None}
        general = await make.create_procedure(client)
        await change_procedure(client, general, {"name": "x"})
        other = UUID(general["id"]), 2
        assert await procedure_service.procedure_for(ctx, wanted) == {"Delivery": own, "Food": other, None: other}

    async def test_as_it_was(self, client: httpx.AsyncClient, ctx: Context) -> None:
        made = await make.create_procedure(client, name="Old")
        await change_procedure(client, made, {"name": "New"})
        names = [(await procedure_service.procedure_at(ctx, UUID(made["id"]), n))["name"] for n in (1, 2)]
        assert names == ["Old", "New"]
        with pytest.raises(NotFound):
            await procedure_service.procedure_at(ctx, UUID(made["id"]), 3)
