"""Invitations: made by request, sent with a token that is not stored, and revoked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import (
    MoveNotAllowed,
    Problem,
    invalid,
    reference_not_found,
)
from app.rules import access
from app.rules.customers import CONTACT_BY_CHANNEL
from app.rules.interactions import InteractionState
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.event_type import EventType
from app.rules.kit.timestamps import format_timestamp
from app.rules.surveys.surveys import InvitationState
from app.schemas.surveys.invitations import InvitationNew, InvitationQuery
from app.services.kit.record_result import RecordResult
from app.services.surveys import eligibility
from app.services.surveys.auto_invite import SUBJECT_COLUMNS
from app.services.surveys.eligibility import Recipient, SurveySnapshot
from app.store.kit import events, links
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.surveys import invitations as store
from app.store.surveys import triggers as trigger_store

ANSWERS = "/v1/answers"
_ONCE = "The token is shown this once: it is not kept. Sending the invitation again makes a new one."
_NO_MORE = "The token was shown in the first answer to this request, and is not kept. Send again for a new one."


class Delivery(NamedTuple):
    """An invitation to be delivered: the JSON for the caller with the token, and the one to be stored without it."""

    response: str
    stored: str


async def find(ctx: Context, query: InvitationQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, invitation_id: UUID) -> Document:
    return await store.INVITATIONS.get(ctx, invitation_id)


async def invite(ctx: Context, new: InvitationNew) -> Document:
    """Invite one customer; see `invite_many`. Raises the problem of a refused one."""
    (result,) = await invite_many(ctx, [new])
    return await store.INVITATIONS.get(ctx, result.recorded_id())


async def invite_many(ctx: Context, news: Sequence[InvitationNew]) -> list[RecordResult]:
    """Invite people, in order; one result for each.

    409 SurveyNotOpen, CustomerArchived, UnwelcomeChannel or AskedRecently, whose `allowed_at` says when it may be
    done; 422 for what there is not, or belongs to somebody else.
    """
    await links.lock(
        ctx,
        sale=[new.sale_id for new in news],
        interaction=[new.interaction_id for new in news],
        complaint=[new.complaint_id for new in news],
    )
    lookup = await _Lookup.load(ctx, news)
    results: list[RecordResult] = []
    accepted = []
    for new in news:
        try:
            survey, row = lookup.invitation(ctx, new)
        except Problem as problem:
            results.append(RecordResult.refused(problem))
        else:
            results.append(RecordResult(201, row["id"]))
            accepted.append((survey, row))
    await eligibility.write(ctx, accepted)
    return results


async def send(ctx: Context, invitation_id: UUID) -> Delivery:
    """Make the token with which it is answered; an earlier one becomes invalid.

    409 MoveNotAllowed once it was answered, revoked, or ran out, and before a planned interaction is held;
    SurveyNotOpen, CustomerArchived, UnwelcomeChannel; QuietHours before its time and in the customer's quiet hours,
    with `allowed_at`.
    """
    row = await store.INVITATIONS.lock(ctx, invitation_id)
    if row["expires_at"] <= ctx.now or row["state"] not in _OPEN_STATES:
        raise _not_allowed(ctx, row)
    if (state := await store.state_of_interaction(ctx, row["interaction_id"])) not in (None, InteractionState.HELD):
        raise MoveNotAllowed(f"The interaction that it is about is {state}", allowed=["revoke"])
    survey = await _survey(ctx, row)
    if (refusal := survey.refusal()) is not None:
        raise refusal
    channel = Channel(row["channel"]) if row["channel"] is not None else None
    recipient = None
    at = max(row["send_after"], ctx.now)
    if row["customer_id"] is not None:
        recipient = (await eligibility.recipients(ctx, [row["customer_id"]], lock=False))[row["customer_id"]]
        if (problem := recipient.refusal(channel)) is not None:
            raise problem
        at = recipient.permitted_at(channel, at)
    if at > ctx.now:
        raise eligibility.too_early(at)
    address = recipient.address(channel) if recipient is not None else None
    if recipient is not None and address is None and channel in CONTACT_BY_CHANNEL:
        raise eligibility.unreachable(channel)
    token = access.new_token()
    values = {
        "state": InvitationState.SENT.value,
        "token_hash": access.hash_token(token),
        "sent_at": row["sent_at"] or ctx.now,
        **eligibility.SETTLED,
    }
    await store.INVITATIONS.change(ctx, invitation_id, values)
    await _record(ctx, event_types.INVITATION_SENT, row, survey, again=" again" if row["sent_at"] is not None else "")
    document = await store.INVITATIONS.get(ctx, invitation_id)
    common = {"channel": row["channel"], "address": address, "language": row["language"]}
    return Delivery(
        _with_invitation(document, {"token": token, "path": f"{ANSWERS}/{token}", **common, "note": _ONCE}),
        _with_invitation(document, {"token": None, "path": None, **common, "note": _NO_MORE}),
    )


async def revoke(ctx: Context, invitation_id: UUID) -> Document:
    """Invalidate its token. 409 MoveNotAllowed once it was answered or revoked."""
    row = await store.INVITATIONS.lock(ctx, invitation_id)
    if row["state"] not in _OPEN_STATES:
        raise _not_allowed(ctx, row)
    values = {"state": InvitationState.REVOKED.value, "revoked_at": ctx.now, **eligibility.SETTLED}
    await store.INVITATIONS.change(ctx, invitation_id, values)
    await _record(ctx, event_types.INVITATION_REVOKED, row, await _survey(ctx, row))
    return await store.INVITATIONS.get(ctx, invitation_id)


_OPEN_STATES = (InvitationState.PENDING, InvitationState.SENT)
_UNDONE = {
    "sale_id": "The sale was voided, or all of it was returned",
    "complaint_id": "The complaint was withdrawn",
    "interaction_id": "The interaction was cancelled or missed",
}
"""What makes invitations about it pointless, by the column that refers to it."""


class _Lookup:
    """Surveys, customers and subjects of the invitations of one batch, looked up at once."""

    def __init__(
        self,
        surveys: Mapping[UUID, SurveySnapshot],
        recipients: Mapping[UUID, Recipient],
        subjects: Mapping[str, Mapping[UUID, Record]],
    ) -> None:
        self._surveys, self._recipients, self._subjects = surveys, recipients, subjects

    @classmethod
    async def load(cls, ctx: Context, news: Sequence[InvitationNew]) -> "_Lookup":
        subjects = {}
        for event, column in SUBJECT_COLUMNS.items():
            if ids := _named(news, column):
                subjects[column] = {row["id"]: row for row in await trigger_store.subjects(ctx, event, ids)}
        owners = {row["customer_id"] for rows in subjects.values() for row in rows.values()} - {None}
        customer_ids = sorted(owners.union(_named(news, "customer_id")))
        recipients = await eligibility.recipients(ctx, customer_ids, lock=True)
        return cls(await eligibility.surveys(ctx, _named(news, "survey_id")), recipients, subjects)

    def invitation(self, ctx: Context, new: InvitationNew) -> tuple[SurveySnapshot, dict[str, Any]]:
        """The survey and the row of the invitation. Raises the problem of one that is refused."""
        survey = self._surveys.get(new.survey_id)
        if survey is None:
            raise reference_not_found("/survey_id", "Survey")
        if (refusal := survey.refusal()) is not None:
            raise refusal
        subject = self._subject(new)
        recipient = self._recipient(new, subject)
        channel = recipient.accept(survey, new.channel, ctx.now) if recipient is not None else new.channel
        return survey, eligibility.invitation(
            ctx, survey, recipient, channel, subject, language=new.language, send_after=new.send_after
        )

    def _recipient(self, new: InvitationNew, subject: Mapping[str, Any]) -> Recipient | None:
        """The customer that is named, or else the one of what it is about."""
        if new.customer_id is None:
            return self._recipients[subject["customer_id"]] if "customer_id" in subject else None
        if (recipient := self._recipients.get(new.customer_id)) is None:
            raise reference_not_found("/customer_id", "Customer")
        return recipient

    def _subject(self, new: InvitationNew) -> dict[str, Any]:
        """Columns of what it is about, and where and with whom that was."""
        subject: dict[str, Any] = {"site": new.site, "staff": new.staff}
        named_by = ""
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
            if row["undone"]:
                raise invalid(f"/{column}", "undone", _UNDONE[column])
            subject[column] = subject_id
            subject["planned_for"] = subject.get("planned_for") or row["planned_for"]
            if new.customer_id is None and row["customer_id"] is not None:
                if subject.setdefault("customer_id", row["customer_id"]) != row["customer_id"]:
                    detail = f"Belongs to another customer than `{named_by}` does"
                    raise invalid(f"/{column}", "other_customer", detail)
                named_by = named_by or column
            if row["customer_id"] is not None:  # to name the customer of what it is about says no more than not to
                subject.setdefault("customer_from_id", subject_id)
            subject |= {name: subject[name] or row[name] for name in ("site", "staff")}
        return subject


def _named(news: Iterable[InvitationNew], field: str) -> list[UUID]:
    return sorted({value for new in news if (value := getattr(new, field)) is not None})


def _not_allowed(ctx: Context, row: Record) -> MoveNotAllowed:
    if row["state"] not in _OPEN_STATES:
        return MoveNotAllowed(f"The invitation is {row['state']}", allowed=[])
    return MoveNotAllowed(f"The invitation expired at {format_timestamp(row['expires_at'])}", allowed=["revoke"])


async def _survey(ctx: Context, row: Record) -> SurveySnapshot:
    return (await eligibility.surveys(ctx, [row["survey_id"]]))[row["survey_id"]]


async def _record(ctx: Context, type_: EventType, row: Record, survey: SurveySnapshot, **title: str) -> None:
    full_title = type_.titled(survey=survey.name, **title)
    event = Event(type_, row["id"], row["customer_id"], full_title, ctx.now, row["channel"], survey.event_data())
    await events.record(ctx, event)


def _with_invitation(document: Document, fields: Mapping[str, Any]) -> str:
    return f'{{"invitation":{document.json},{json.dumps(fields, ensure_ascii=False)[1:]}'
