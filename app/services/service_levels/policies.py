"""Selecting the policy of a complaint, and loading policies in the versions that complaints were measured by."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record
from cachetools import LRUCache

from app.core.context import Context
from app.core.errors import NotFound, ValidationFailed
from app.rules.service_levels.calendars import Calendar, Window, Windows, add_working_time
from app.rules.service_levels.clocks import Metric
from app.rules.service_levels.policies import CustomerReplyEffect, Facts, Level, Policy, Reopening, Scope, fits
from app.schemas.service_levels.calendars import Weekday
from app.services.kit.versioned import VersionedResource
from app.store.service_levels import policies as store
from app.store.service_levels.calendars import CALENDARS

Version = tuple[UUID, int]
Versions = tuple[UUID, int, UUID, int]
"""Id and version of a policy, id and version of its calendar."""


class _Policies(VersionedResource):
    async def check(self, ctx: Context, definition: Mapping[str, Any], ids: Mapping[str, UUID | None]) -> None:
        """Every target has to be due some day: a calendar may open too seldom, or no longer."""
        calendar_id = ids["calendar"]
        assert calendar_id is not None, "required before"
        calendar = calendar_of(json.loads((await CALENDARS.get(ctx, calendar_id)).json))
        targets = policy_of(definition, calendar).targets
        endless = [metric for metric, target in targets.items() if not _ends(calendar, ctx.now, target)]
        if endless:
            detail = "The calendar does not have as much working time in the next 50 years"
            raise ValidationFailed(
                errors=[
                    {"pointer": f"/targets/{metric}_minutes", "code": "never_due", "detail": detail}
                    for metric in endless
                ]
            )


def _ends(calendar: Calendar, now: datetime, target: timedelta) -> bool:
    return add_working_time(calendar, now, target) is not None


POLICIES = _Policies(store.POLICIES)


@dataclass(frozen=True)
class EffectivePolicy:
    policy_id: UUID
    policy_version: int
    calendar_id: UUID
    calendar_version: int
    policy: Policy
    reopening: Reopening
    calendar_code: str
    reply_resumes: bool = True
    """Whether a message of the customer ends the wait for it; otherwise it is flagged only."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    effective: EffectivePolicy
    scope: Scope


async def select_policies(ctx: Context, facts: list[Facts]) -> list[EffectivePolicy | None]:
    """For each, in order: the first active policy whose scope fits."""
    if not facts:
        return []
    active = [_versions(row) for row in await store.active_policies(ctx)]
    loaded = await _load(ctx, active)
    candidates = [loaded[versions] for versions in active]
    return [next((c.effective for c in candidates if fits(c.scope, fact)), None) for fact in facts]


async def current_policy(ctx: Context, policy_id: UUID) -> EffectivePolicy:
    """The policy as it is now, active or not."""
    versions = _versions(await store.policy(ctx, policy_id))
    return (await _load(ctx, [versions]))[versions].effective


async def policies_at(ctx: Context, requested: set[Versions]) -> dict[Versions, EffectivePolicy]:
    return {versions: loaded.effective for versions, loaded in (await _load(ctx, requested)).items()}


def calendar_of(definition: Mapping[str, Any]) -> Calendar:
    week = [_windows(h for h in definition["hours"] if h["day"] == day) for day in Weekday]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = week
    holidays = definition["holidays"] or {}
    return Calendar(
        definition["time_zone"],
        (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        {date.fromisoformat(e["on"]): (_windows(e["hours"]), e["name"]) for e in definition["exceptions"]},
        holidays.get("country"),
        holidays.get("subdivision"),
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
    conditions = definition["applies_to"]
    return Scope(
        frozenset(conditions["categories"]),
        frozenset(conditions["severities"]),
        frozenset(conditions["channels"]),
        frozenset(conditions["sites"]),
        frozenset(conditions["customer_tags"]),
        None if conditions["value_from"] is None else Decimal(conditions["value_from"]),
        conditions["currency"],
    )


def reopening_of(definition: Mapping[str, Any]) -> Reopening:
    limits = definition["reopening"] or {}
    days = limits.get("within_days")
    return Reopening(None if days is None else timedelta(days=days), limits.get("at_most"))


# Committed versions never change, so they are cached; no policy is loaded in the transaction that writes it. Policies
# with the same calendar share it, and its own cache of days.
_CALENDARS: LRUCache[Version, tuple[str, Calendar]] = LRUCache(200)
_POLICIES: LRUCache[Versions, _Candidate] = LRUCache(2_000)


async def _load(ctx: Context, requested: Collection[Versions]) -> dict[Versions, _Candidate]:
    loaded = {versions: cached for versions in requested if (cached := _POLICIES.get(versions)) is not None}
    missing = {versions for versions in requested if versions not in loaded}
    if not missing:
        return loaded
    policies = await store.POLICIES.definitions(ctx, {(v[0], v[1]) for v in missing})
    calendars = await _load_calendars(ctx, {(v[2], v[3]) for v in missing})
    for versions in missing:
        definition = _version_of(policies, versions[:2], "service policy")
        code, calendar = _version_of(calendars, versions[2:], "calendar")
        resumes = definition["on_customer_reply"] == CustomerReplyEffect.RESUME
        effective = EffectivePolicy(*versions, policy_of(definition, calendar), reopening_of(definition), code, resumes)
        loaded[versions] = _POLICIES[versions] = _Candidate(effective, scope_of(definition))
    return loaded


async def _load_calendars(ctx: Context, requested: set[Version]) -> dict[Version, tuple[str, Calendar]]:
    loaded = {version: cached for version in requested if (cached := _CALENDARS.get(version)) is not None}
    for version, definition in (await CALENDARS.definitions(ctx, requested - loaded.keys())).items():
        loaded[version] = _CALENDARS[version] = definition["code"], calendar_of(definition)
    return loaded


def _versions(row: Record) -> Versions:
    return row["policy_id"], row["policy_version"], row["calendar_id"], row["calendar_version"]


def _version_of(loaded: Mapping[Version, Any], version: Version, noun: str) -> Any:
    if version not in loaded:
        raise NotFound(f"{noun.capitalize()} version not found")
    return loaded[version]


def _windows(hours: Iterable[Mapping[str, str]]) -> Windows:
    return tuple(Window(_minutes(h["opens"]), _minutes(h["closes"])) for h in hours)


def _minutes(time: str) -> int:
    """After midnight."""
    return int(time[:2]) * 60 + int(time[3:])
