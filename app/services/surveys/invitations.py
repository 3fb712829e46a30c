"""Invitations: made by hand, handed to whoever delivers them with a token that nobody keeps, and taken back."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import (
    AskedRecently,
    CustomerArchived,
    MoveNotAllowed,
    Problem,
    UnwelcomeChannel,
    invalid,
    reference_not_found,
)
from app.rules import access
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import EventType
from app.rules.kit.timestamps import format_timestamp
from app.rules.surveys import contact_policy as rules
from app.rules.surveys.surveys import InvitationState
from app.schemas.surveys.invitations import InvitationNew, InvitationQuery
from app.services.kit.record_result import RecordResult
from app.services.surveys import eligibility
from app.services.surveys.auto_invite import COLUMNS
from app.services.surveys.eligibility import Recipient, SurveySnapshot
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.surveys import invitations as store
from app.store.surveys import triggers as facts

ANSWERS = "/v1/answers"
_ONCE = "The token is shown this once: it is not kept. Sending the invitation again makes a new one."
_NO_MORE = "The token was shown in the first answer to this request, and is not kept. Send again for a new one."


class Handed(NamedTuple):
    """An invitation to be delivered: what the caller gets, and what may be remembered of it."""

    shown: str
    remembered: str


async def find(ctx: Context, query: InvitationQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, invitation_id: UUID) -> Document:
    return await store.get(ctx, invitation_id)


async def invite(ctx: Context, new: InvitationNew) -> Document:
    """Invite somebody; see `invite_many`. Raises what stands against it."""
    (outcome,) = await invite_many(ctx, [new])
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id)


async def invite_many(ctx: Context, wanted: Sequence[InvitationNew]) -> list[RecordResult]:
    """Invite people, in order; one outcome for each.

    409 SurveyNotOpen, CustomerArchived, UnwelcomeChannel or AskedRecently, whose `allowed_at` says when it may be
    done; 422 for what there is not, or belongs to somebody else.
    """
    known = await _Known.of(ctx, wanted)
    outcomes: list[RecordResult] = []
    made = []
    for new in wanted:
        try:
            survey, row = known.invitation(ctx, new)
        except Problem as problem:
            outcomes.append(RecordResult.refused(problem))
        else:
            outcomes.append(RecordResult(201, row["id"]))
            made.append((survey, row))
    await eligibility.write(ctx, made)
    return outcomes


async def send(ctx: Context, invitation_id: UUID) -> Handed:
    """Mint the token with which it is answered; the one before is worth nothing any more.

    409 MoveNotAllowed once it was answered, revoked, or ran out; SurveyNotOpen, CustomerArchived, UnwelcomeChannel;
    QuietHours before its time and in the customer's quiet hours, with `allowed_at`.
    """
    row = await store.lock(ctx, invitation_id)
    if row["expires_at"] <= ctx.now or row["state"] not in _LIVE:
        raise _not_allowed(ctx, row)
    survey = await _survey(ctx, row)
    if (closed := survey.closed()) is not None:
        raise closed
    channel = Channel(row["channel"]) if row["channel"] is not None else None
    person = None
    at = max(row["send_after"], ctx.now)
    if row["customer_id"] is not None:
        person = (await eligibility.people(ctx, [row["customer_id"]], hold=False))[row["customer_id"]]
        if (problem := _stands_against(person, channel)) is not None:
            raise problem
        at = person.permitted(channel, at)
    if at > ctx.now:
        raise eligibility.too_early(at)
    address = person.address(channel) if person is not None else None
    if person is not None and address is None and channel in rules.NEEDS:
        raise eligibility.unreachable(channel)
    token = access.new_token()
    values = {
        "state": InvitationState.SENT.value,
        "token_hash": access.hash_token(token),
        "sent_at": row["sent_at"] or ctx.now,
    }
    await store.change(ctx, invitation_id, values)
    await _record(ctx, event_types.INVITATION_SENT, row, survey, again=" again" if row["sent_at"] is not None else "")
    document = await store.get(ctx, invitation_id)
    more = {"channel": row["channel"], "address": address, "language": row["language"]}
    return Handed(
        _handed(document, {"token": token, "path": f"{ANSWERS}/{token}", **more, "note": _ONCE}),
        _handed(document, {"token": None, "path": None, **more, "note": _NO_MORE}),
    )


async def revoke(ctx: Context, invitation_id: UUID) -> Document:
    """Its token is worth nothing any more. 409 MoveNotAllowed once it was answered or revoked."""
    row = await store.lock(ctx, invitation_id)
    if row["state"] not in _LIVE:
        raise _not_allowed(ctx, row)
    await store.change(ctx, invitation_id, {"state": InvitationState.REVOKED.value, "revoked_at": ctx.now})
    await _record(ctx, event_types.INVITATION_REVOKED, row, await _survey(ctx, row))
    return await store.get(ctx, invitation_id)


_LIVE = (InvitationState.PENDING, InvitationState.SENT)


class _Known:
    """What the store knows of those to be invited in one transaction: looked up at once."""

    def __init__(
        self,
        surveys: Mapping[UUID, SurveySnapshot],
        people: Mapping[UUID, Recipient],
        subjects: Mapping[str, Mapping[UUID, Record]],
    ) -> None:
        self._surveys, self._people, self._subjects = surveys, people, subjects

    @classmethod
    async def of(cls, ctx: Context, wanted: Sequence[InvitationNew]) -> "_Known":
        people = await eligibility.people(ctx, _named(wanted, "customer_id"), hold=True)
        subjects = {}
        for after, column in COLUMNS.items():
            if ids := _named(wanted, column):
                subjects[column] = {row["id"]: row for row in await facts.subjects(ctx, after, ids)}
        return cls(await eligibility.surveys(ctx, _named(wanted, "survey_id")), people, subjects)

    def invitation(self, ctx: Context, new: InvitationNew) -> tuple[SurveySnapshot, dict[str, Any]]:
        """The row to be kept, and the survey that it asks."""
        survey = self._surveys.get(new.survey_id)
        if survey is None:
            raise reference_not_found("/survey_id", "Survey")
        if (closed := survey.closed()) is not None:
            raise closed
        person = self._person(new)
        about = self._about(new)
        channel = new.channel
        if person is not None:
            channel = self._channel(person, new.channel)
            if (at := person.again_at(survey, ctx.now)) is not None:
                raise AskedRecently(
                    f"The customer may be invited again from {format_timestamp(at)}", allowed_at=format_timestamp(at)
                )
        return survey, eligibility.invitation(
            ctx, survey, person, channel, about, language=new.language, send_after=new.send_after
        )

    def _person(self, new: InvitationNew) -> Recipient | None:
        if new.customer_id is None:
            return None
        if (person := self._people.get(new.customer_id)) is None:
            raise reference_not_found("/customer_id", "Customer")
        return person

    def _channel(self, person: Recipient, wanted: Channel | None) -> Channel | None:
        if (problem := _stands_against(person, wanted)) is not None:
            raise problem
        if wanted is None:
            if (found := person.channel()) is None and person.reachable:
                raise UnwelcomeChannel("The customer does not want to be contacted on any available channel")
            return found
        if wanted in rules.NEEDS and person.address(wanted) is None:
            raise invalid("/channel", "unreachable", f"The customer has no contact point for {wanted}")
        return wanted

    def _about(self, new: InvitationNew) -> dict[str, Any]:
        """What it is about, and where and with whom that was."""
        about: dict[str, Any] = {"site": new.site, "staff": new.staff}
        for column, rows in self._subjects.items():
            if (subject_id := getattr(new, column)) is None:
                continue
            row = rows.get(subject_id)
            if row is None or (row["customer_id"] is not None and new.customer_id not in (None, row["customer_id"])):
                raise invalid(
                    f"/{column}",
                    "not_found",
                    f"{column.removesuffix('_id').capitalize()} not found, or it belongs to another customer",
                )
            about[column] = subject_id
            about |= {name: about[name] or row[name] for name in ("site", "staff")}
        return about


def _named(wanted: Iterable[InvitationNew], field: str) -> list[UUID]:
    return sorted({value for new in wanted if (value := getattr(new, field)) is not None})


def _stands_against(person: Recipient, channel: Channel | None) -> Problem | None:
    return CustomerArchived() if person.archived else person.minds(channel)


def _not_allowed(ctx: Context, row: Record) -> MoveNotAllowed:
    if row["state"] not in _LIVE:
        return MoveNotAllowed(f"The invitation is {row['state']}", allowed=[])
    return MoveNotAllowed(f"The invitation expired at {format_timestamp(row['expires_at'])}", allowed=["revoke"])


async def _survey(ctx: Context, row: Record) -> SurveySnapshot:
    return (await eligibility.surveys(ctx, [row["survey_id"]]))[row["survey_id"]]


async def _record(ctx: Context, type_: EventType, row: Record, survey: SurveySnapshot, **title: str) -> None:
    whole = type_.titled(survey=survey.name, **title)
    event = Event(type_, row["id"], row["customer_id"], whole, ctx.now, row["channel"], survey.asked())
    await events.record(ctx, event)


def _handed(document: Document, more: Mapping[str, Any]) -> str:
    return f'{{"invitation":{document.json},{json.dumps(more, ensure_ascii=False)[1:]}'
