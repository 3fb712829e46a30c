"""Who may be asked, what, on which channel and from when: what the store knows of it, made ready to decide."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import Conflict, Problem, QuietHours, SurveyNotOpen, UnwelcomeChannel
from app.core.ids import new_id
from app.rules import interactions
from app.rules.customers import ContactKind
from app.rules.interactions import Direction
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import INVITATION_CREATED
from app.rules.kit.timestamps import format_timestamp
from app.rules.surveys import contact_policy as rules
from app.rules.surveys.contact_policy import Quiet, next_permitted
from app.rules.surveys.surveys import SurveyStatus, best
from app.store.kit import events
from app.store.kit.events import Event
from app.store.surveys import invitations as invitation_store
from app.store.surveys import triggers as store

NO_REASON = "The customer does not want to be contacted on this channel; invitations cannot override this"


@dataclass(frozen=True, slots=True)
class SurveySnapshot:
    """A survey as it was published last."""

    id: UUID
    status: SurveyStatus
    version: int | None
    """None: it was never published."""
    code: str
    name: str
    languages: Sequence[str]
    not_again: timedelta
    lasts: timedelta

    def closed(self) -> SurveyNotOpen | None:
        """Why nobody is asked."""
        return None if self.status is SurveyStatus.OPEN else SurveyNotOpen(f"The survey is {self.status}")

    def asked(self, **told: Any) -> dict[str, Any]:
        """What an event tells of an invitation. Never its token."""
        return {"survey": self.code, **{name: value for name, value in told.items() if value is not None}}


@dataclass(slots=True)
class Recipient:
    """A customer, as far as it matters here."""

    id: UUID
    archived: bool
    tags: Sequence[str]
    preferred: Sequence[Channel]
    unwelcome: Sequence[Mapping[str, Any]]
    quiet: Quiet | None
    language: str | None
    contacts: Mapping[ContactKind, str]
    last_asked: datetime | None

    @property
    def reachable(self) -> set[Channel]:
        return {channel for channel in rules.NEEDS if self.address(channel) is not None}

    def address(self, channel: Channel | None) -> str | None:
        """Where they are reached on a channel."""
        kind = rules.point(channel, self.preferred, self.contacts)
        return self.contacts[kind] if kind is not None else None

    def channel(self, allowed: Sequence[Channel] | None = None) -> Channel | None:
        unwelcome = {Channel(mark["channel"]) for mark in self.unwelcome}
        return rules.channel(self.preferred, unwelcome, self.reachable, allowed)

    def minds(self, channel: Channel | None) -> UnwelcomeChannel | None:
        """Why they are not to be asked on a channel."""
        if (
            channel is None
            or interactions.matching_unwelcome_channel(self.unwelcome, channel, Direction.OUTBOUND, None) is None
        ):
            return None
        return UnwelcomeChannel(NO_REASON, errors=[{"pointer": "/channel", "code": "unwelcome", "detail": NO_REASON}])

    def permitted(self, channel: Channel | None, moment: datetime) -> datetime:
        """The first moment from this one on at which they may be asked."""
        return moment if channel in rules.FACE_TO_FACE else next_permitted(moment, self.quiet)

    def again_at(self, survey: SurveySnapshot, now: datetime) -> datetime | None:
        """When they may be asked again; None: now."""
        if self.last_asked is None or not survey.not_again:
            return None
        at = self.last_asked + survey.not_again
        return at if at > now else None


def too_early(at: datetime) -> QuietHours:
    return QuietHours(f"The customer may be contacted from {format_timestamp(at)}", allowed_at=format_timestamp(at))


def unreachable(channel: Channel) -> Problem:
    return Conflict(f"The customer has no contact point for {channel}")


async def surveys(ctx: Context, survey_ids: Iterable[UUID]) -> dict[UUID, SurveySnapshot]:
    """Those that there are, open or not."""
    return {row["id"]: _questions(row) for row in await store.surveys(ctx, survey_ids)}


async def people(ctx: Context, customer_ids: Iterable[UUID], *, hold: bool) -> dict[UUID, Recipient]:
    """Those that there are. Whoever is held is asked by nobody else until the transaction ends."""
    return {row["id"]: _person(row) for row in await store.customers(ctx, customer_ids, hold=hold)}


def invitation(
    ctx: Context,
    survey: SurveySnapshot,
    person: Recipient | None,
    channel: Channel | None,
    about: Mapping[str, Any],
    *,
    language: str | None = None,
    send_after: datetime | None = None,
) -> dict[str, Any]:
    """The row of one to be made. `about` are its further columns: what it is about, where, who was there."""
    send_after = max(send_after or ctx.now, ctx.now)
    if person is not None:
        send_after = person.permitted(channel, send_after)
        person.last_asked = ctx.now  # the next line of a batch has to know
    return {
        "id": new_id(),
        "survey_id": survey.id,
        "survey_version": survey.version,
        "customer_id": person.id if person is not None else None,
        "channel": channel.value if channel is not None else None,
        "language": best(survey.languages, language, person.language if person is not None else None),
        "send_after": send_after,
        "expires_at": send_after + survey.lasts,
        "created_at": ctx.now,
        "updated_at": ctx.now,
        **{name: about.get(name) for name in _ABOUT},
    }


async def write(ctx: Context, made: Sequence[tuple[SurveySnapshot, Mapping[str, Any]]]) -> None:
    """Keep invitations, and tell whoever delivers them."""
    await invitation_store.add(ctx, [row for _, row in made])
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
                survey.asked(
                    invitation_id=str(row["id"]),
                    send_after=format_timestamp(row["send_after"]),
                    language=row["language"],
                ),
            )
            for survey, row in made
        ],
    )


_ABOUT = ("rule_id", "occasion", "sale_id", "complaint_id", "interaction_id", "site", "staff")


def _questions(row: Record) -> SurveySnapshot:
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


def _person(row: Record) -> Recipient:
    wishes = json.loads(row["preferences"])
    contacts: dict[ContactKind, str] = {}
    for kind, value in zip(row["kinds"] or (), row["contacts"] or (), strict=True):
        contacts.setdefault(ContactKind(kind), value)
    return Recipient(
        row["id"],
        row["archived"],
        row["tags"],
        [Channel(one) for one in wishes.get("channels") or ()],
        wishes.get("unwelcome_channels") or (),
        rules.quiet_hours(wishes.get("quiet_hours")),
        wishes.get("language"),
        contacts,
        row["last_asked"],
    )
