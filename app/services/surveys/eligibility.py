"""Who may be invited to which survey, on which channel and from when; and writing invitations."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import (
    AskedRecently,
    Conflict,
    CustomerArchived,
    Problem,
    QuietHours,
    SurveyNotOpen,
    UnwelcomeChannel,
    invalid,
)
from app.core.ids import new_id
from app.rules import customers, interactions
from app.rules.customers import ContactKind, ReachablePoint
from app.rules.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import INVITATION_CREATED
from app.rules.kit.timestamps import format_timestamp
from app.rules.surveys.surveys import SurveyStatus, choose_language
from app.store.kit import events
from app.store.kit.events import Event
from app.store.surveys import invitations as invitation_store
from app.store.surveys import triggers as store

UNWELCOME = "The customer does not want to be contacted on this channel; invitations cannot override this"


@dataclass(frozen=True, slots=True)
class SurveySnapshot:
    """The published version of a survey."""

    id: UUID
    status: SurveyStatus
    version: int | None
    """None if it was never published."""
    code: str
    name: str
    languages: Sequence[str]
    min_interval: timedelta
    """Between two invitations of one customer."""
    valid_for: timedelta
    """How long its invitations can be answered."""

    def refusal(self) -> SurveyNotOpen | None:
        """Why nobody can be invited; None if it is open."""
        return None if self.status is SurveyStatus.OPEN else SurveyNotOpen(f"The survey is {self.status}")

    def event_data(self, **values: Any) -> dict[str, Any]:
        """The data of an event about an invitation; it never has the token."""
        return {"survey": self.code, **{name: value for name, value in values.items() if value is not None}}


@dataclass(slots=True)
class Recipient:
    """What matters of a customer for inviting them."""

    id: UUID
    archived: bool
    tags: Sequence[str]
    preferred: Sequence[Channel]
    unwelcome: Sequence[Mapping[str, Any]]
    quiet_hours: customers.QuietHours | None
    language: str | None
    contacts: Sequence[ReachablePoint]
    last_invited_at: datetime | None

    @property
    def reachable(self) -> set[Channel]:
        return {channel for channel in customers.CONTACT_BY_CHANNEL if self.address(channel) is not None}

    def address(self, channel: Channel | None) -> str | None:
        """The value of the contact point to be used on a channel."""
        point = customers.choose_contact_point(channel, self.preferred, self.contacts)
        return point.value if point is not None else None

    def choose_channel(self, allowed: Sequence[Channel] | None = None) -> Channel | None:
        unwelcome = {Channel(mark["channel"]) for mark in self.unwelcome}
        return customers.choose_channel(self.preferred, unwelcome, self.reachable, allowed)

    def accept(self, survey: SurveySnapshot, requested: Channel | None, now: datetime) -> Channel | None:
        """The channel on which they are invited: the requested one, or else the best one that reaches them.

        Raises the problem of inviting them: CustomerArchived, UnwelcomeChannel, AskedRecently, or 422 for a channel
        that does not reach them.
        """
        channel = self._accepted_channel(requested)
        if (at := self.blocked_until(survey, now)) is not None:
            raise AskedRecently(
                f"The customer may be invited again from {format_timestamp(at)}", allowed_at=format_timestamp(at)
            )
        return channel

    def refusal(self, channel: Channel | None) -> Problem | None:
        """Why they must not be invited on a channel."""
        if self.archived:
            return CustomerArchived()
        if (
            channel is None
            or interactions.matching_unwelcome_channel(self.unwelcome, channel, Direction.OUTBOUND, None) is None
        ):
            return None
        return UnwelcomeChannel(UNWELCOME, errors=[{"pointer": "/channel", "code": "unwelcome", "detail": UNWELCOME}])

    def permitted_at(self, channel: Channel | None, timestamp: datetime) -> datetime:
        """The first time from `timestamp` on at which they may be contacted."""
        return timestamp if channel in customers.FACE_TO_FACE else customers.next_permitted(timestamp, self.quiet_hours)

    def blocked_until(self, survey: SurveySnapshot, now: datetime) -> datetime | None:
        """When they may be invited again; None if they may be now."""
        if self.last_invited_at is None or not survey.min_interval:
            return None
        at = self.last_invited_at + survey.min_interval
        return at if at > now else None

    def _accepted_channel(self, requested: Channel | None) -> Channel | None:
        if (problem := self.refusal(requested)) is not None:
            raise problem
        if requested is None:
            if (chosen := self.choose_channel()) is None and self.reachable:
                raise UnwelcomeChannel("The customer does not want to be contacted on any available channel")
            return chosen
        if requested in customers.CONTACT_BY_CHANNEL and self.address(requested) is None:
            raise invalid("/channel", "unreachable", f"The customer has no contact point for {requested}")
        return requested


def too_early(at: datetime) -> QuietHours:
    return QuietHours(f"The customer may be contacted from {format_timestamp(at)}", allowed_at=format_timestamp(at))


def unreachable(channel: Channel) -> Problem:
    return Conflict(f"The customer has no contact point for {channel}")


async def surveys(ctx: Context, survey_ids: Iterable[UUID]) -> dict[UUID, SurveySnapshot]:
    """Those that exist, open or not."""
    return {row["id"]: _snapshot(row) for row in await store.surveys(ctx, survey_ids)}


async def recipients(ctx: Context, customer_ids: Iterable[UUID], *, lock: bool) -> dict[UUID, Recipient]:
    """Those that exist. With `lock`, no other transaction can invite them meanwhile."""
    return {row["id"]: _recipient(row) for row in await store.customers(ctx, customer_ids, lock=lock)}


def invitation(
    ctx: Context,
    survey: SurveySnapshot,
    recipient: Recipient | None,
    channel: Channel | None,
    subject: Mapping[str, Any],
    *,
    language: str | None = None,
    send_after: datetime | None = None,
) -> dict[str, Any]:
    """The row of a new invitation. `subject` are the columns of what it is about, and where and with whom that was."""
    send_after = max(send_after or ctx.now, ctx.now, subject.get("planned_for") or ctx.now)
    if recipient is not None:
        send_after = recipient.permitted_at(channel, send_after)
        recipient.last_invited_at = ctx.now  # for the next invitation of the batch
    return {
        "id": new_id(),
        "survey_id": survey.id,
        "survey_version": survey.version,
        "customer_id": recipient.id if recipient is not None else None,
        "channel": channel.value if channel is not None else None,
        "language": choose_language(survey.languages, language, recipient.language if recipient is not None else None),
        "send_after": send_after,
        "expires_at": send_after + survey.valid_for,
        "customer_from_id": subject.get("customer_from_id") if recipient is not None else None,
        **{name: subject.get(name) for name in _SUBJECT},
    }


async def write(ctx: Context, invitations: Sequence[tuple[SurveySnapshot, Mapping[str, Any]]]) -> None:
    """Write invitations, with the events by which they are delivered."""
    await invitation_store.INVITATIONS.add(ctx, [row for _, row in invitations])
    await events.record_all(
        ctx,
        [
            Event(
                INVITATION_CREATED,
                row["id"],
                row["customer_id"],
                INVITATION_CREATED.titled(survey=survey.name),
                ctx.now,
                row["channel"],
                survey.event_data(
                    invitation_id=str(row["id"]),
                    send_after=format_timestamp(row["send_after"]),
                    language=row["language"],
                ),
            )
            for survey, row in invitations
        ],
    )


SETTLED: Mapping[str, Any] = {"customer_from_id": None}
"""Columns of an invitation that is not pending any more: whoever it was for stays, whatever it is about becomes."""

_SUBJECT = ("rule_id", "occasion", "sale_id", "complaint_id", "interaction_id", "site", "staff")


def _snapshot(row: Record) -> SurveySnapshot:
    content = json.loads(row["definition"])
    return SurveySnapshot(
        row["id"],
        SurveyStatus(row["status"]),
        row["published_version"],
        row["code"],
        content["name"],
        content["languages"],
        timedelta(days=content["min_days_between_invitations"]),
        timedelta(days=content["expires_days"]),
    )


def _recipient(row: Record) -> Recipient:
    preferences = json.loads(row["preferences"])
    points = json.loads(row["points"] or "[]")
    return Recipient(
        row["id"],
        row["archived"],
        row["tags"],
        [Channel(channel) for channel in preferences.get("channels") or ()],
        preferences.get("unwelcome_channels") or (),
        customers.parse_quiet_hours(preferences.get("quiet_hours")),
        preferences.get("language"),
        [ReachablePoint(ContactKind(kind), value, uses, opted_out) for kind, value, uses, opted_out in points],
        row["last_invited_at"],
    )
