"""Which policy a complaint falls under, and what it said at the time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record
from cachetools import LRUCache

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.service_levels.calendars import Calendar, Window, Windows
from app.rules.service_levels.clocks import Metric
from app.rules.service_levels.policies import Facts, Level, Policy, Reopening, Scope, fits
from app.schemas.service_levels.calendars import Weekday
from app.services.kit.versioned import VersionedResource
from app.store.service_levels import policies as store
from app.store.service_levels.calendars import CALENDARS

POLICIES = VersionedResource(store.POLICIES)
Version = tuple[UUID, int]
Versions = tuple[UUID, int, UUID, int]
"""A policy and its version, the calendar it goes by and its version."""


@dataclass(frozen=True)
class EffectivePolicy:
    policy_id: UUID
    policy_version: int
    calendar_id: UUID
    calendar_version: int
    policy: Policy
    reopening: Reopening
    calendar_code: str


@dataclass(frozen=True, slots=True)
class _Known:
    chosen: EffectivePolicy
    scope: Scope


async def select_policies(ctx: Context, facts: list[Facts]) -> list[EffectivePolicy | None]:
    """For each, in order: the first of the active policies that fits it."""
    if not facts:
        return []
    wanted = [_versions(row) for row in await store.active_policies(ctx)]
    known = await _known(ctx, wanted)
    tried = [known[versions] for versions in wanted]
    return [next((k.chosen for k in tried if fits(k.scope, fact)), None) for fact in facts]


async def current_policy(ctx: Context, policy_id: UUID) -> EffectivePolicy:
    """The policy as it is now, active or not."""
    versions = _versions(await store.policy(ctx, policy_id))
    return (await _known(ctx, [versions]))[versions].chosen


async def policies_at(ctx: Context, wanted: set[Versions]) -> dict[Versions, EffectivePolicy]:
    """Policies as they were, on calendars as they were."""
    return {versions: known.chosen for versions, known in (await _known(ctx, wanted)).items()}


def calendar_of(definition: Mapping[str, Any]) -> Calendar:
    week = [_windows(h for h in definition["hours"] if h["day"] == day) for day in Weekday]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = week
    free = definition["holidays"] or {}
    return Calendar(
        definition["time_zone"],
        (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        {date.fromisoformat(e["on"]): (_windows(e["hours"]), e["name"]) for e in definition["exceptions"]},
        free.get("country"),
        free.get("subdivision"),
    )


def policy_of(definition: Mapping[str, Any], calendar: Calendar) -> Policy:
    targets = {metric: definition["targets"].get(f"{metric}_minutes") for metric in Metric}
    return Policy(
        calendar,
        {metric: timedelta(minutes=minutes) for metric, minutes in targets.items() if minutes is not None},
        frozenset(definition["pauses"]),
        tuple(
            Level(
                Metric(step["metric"]),
                timedelta(minutes=step["at_minutes"]),
                tuple(step["notify"]),
                step["reassign_to"],
                step["raise_priority"],
            )
            for step in definition["escalations"]
        ),
    )


def scope_of(definition: Mapping[str, Any]) -> Scope:
    asked = definition["applies_to"]
    return Scope(
        frozenset(asked["categories"]),
        frozenset(asked["severities"]),
        frozenset(asked["channels"]),
        frozenset(asked["sites"]),
        frozenset(asked["customer_tags"]),
        None if asked["value_from"] is None else Decimal(asked["value_from"]),
        asked["currency"],
    )


def reopening_of(definition: Mapping[str, Any]) -> Reopening:
    said = definition["reopening"] or {}
    days = said.get("within_days")
    return Reopening(None if days is None else timedelta(days=days), said.get("at_most"))


# A version never changes once it is committed, so what was read of it is kept; nobody asks for a policy in the
# transaction that writes it. Policies on one calendar share it, and the days that it has worked out.
_CALENDARS: LRUCache[Version, tuple[str, Calendar]] = LRUCache(200)
_POLICIES: LRUCache[Versions, _Known] = LRUCache(2_000)


async def _known(ctx: Context, wanted: Collection[Versions]) -> dict[Versions, _Known]:
    known = {versions: found for versions in wanted if (found := _POLICIES.get(versions)) is not None}
    new = {versions for versions in wanted if versions not in known}
    if not new:
        return known
    policies = await store.POLICIES.definitions(ctx, {(v[0], v[1]) for v in new})
    calendars = await _calendars(ctx, {(v[2], v[3]) for v in new})
    for versions in new:
        definition = _there(policies, versions[:2], "service policy")
        code, calendar = _there(calendars, versions[2:], "calendar")
        chosen = EffectivePolicy(*versions, policy_of(definition, calendar), reopening_of(definition), code)
        known[versions] = _POLICIES[versions] = _Known(chosen, scope_of(definition))
    return known


async def _calendars(ctx: Context, wanted: set[Version]) -> dict[Version, tuple[str, Calendar]]:
    known = {version: found for version in wanted if (found := _CALENDARS.get(version)) is not None}
    for version, definition in (await CALENDARS.definitions(ctx, wanted - known.keys())).items():
        known[version] = _CALENDARS[version] = definition["code"], calendar_of(definition)
    return known


def _versions(row: Record) -> Versions:
    return row["policy_id"], row["policy_version"], row["calendar_id"], row["calendar_version"]


def _there(found: Mapping[Version, Any], version: Version, noun: str) -> Any:
    if version not in found:
        raise NotFound(f"{noun.capitalize()} version not found")
    return found[version]


def _windows(hours: Iterable[Mapping[str, str]]) -> Windows:
    return tuple(Window(_minutes(h["opens"]), _minutes(h["closes"])) for h in hours)


def _minutes(time: str) -> int:
    """After midnight."""
    return int(time[:2]) * 60 + int(time[3:])
