"""The public side of surveys: answering with the token of an invitation, or with a receipt and its code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.attempt_limit import AttemptLimit
from app.core.context import Context
from app.core.errors import AnswerClosed, AnswerExpired, NotFound, SurveyNotOpen, TooManyRequests, ValidationFailed
from app.rules import access
from app.rules.feedback import Method
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import INVITATION_ANSWERED
from app.rules.kit.timestamps import format_timestamp
from app.rules.surveys import receipt_codes
from app.rules.surveys import surveys as rules
from app.rules.surveys.surveys import Answer, InvitationState, Question, SurveyStatus
from app.schemas.feedback import FeedbackNew, RatingNew, ReceiptRef
from app.schemas.kit.comparison import comparable
from app.schemas.surveys.answers import ReceiptAnswersNew, ReceiptSurveyFormQuery, SurveyAnswerNew, SurveyAnswersNew
from app.services import feedback
from app.services.feedback import FeedbackDraft
from app.store.kit import events
from app.store.kit.events import Event
from app.store.surveys import surveys as store
from app.store.surveys.invitations import INVITATIONS

_WRONG_CODES = AttemptLimit(10, timedelta(hours=1))
"""By receipt: (source, receipt_no)."""


async def form(ctx: Context, token: str, language: str | None) -> str:
    """JSON of the survey form for the holder of a token."""
    return (await _form_of_invitation(ctx, token)).as_json(ctx.now, language)


async def answer(ctx: Context, token: str, new: SurveyAnswersNew) -> tuple[str, bool]:
    """Record the answers, or replace the earlier ones; the form as JSON, and whether they are the first."""
    await store.lock_invitation(ctx, access.hash_token(token))
    return await _submit(ctx, await _form_of_invitation(ctx, token), new)


async def receipt_form(ctx: Context, query: ReceiptSurveyFormQuery) -> str:
    """JSON of the survey form for the holder of a receipt."""
    _require_code(ctx, query.source, query.receipt_no, query.code)
    return (await _form_of_receipt(ctx, query.source, query.receipt_no)).as_json(ctx.now, query.language)


async def receipt_answer(ctx: Context, new: ReceiptAnswersNew) -> tuple[str, bool]:
    """As `answer`, for the holder of a receipt."""
    _require_code(ctx, new.source, new.receipt_no, new.code)
    await store.lock_receipt(ctx, new.source, new.receipt_no)
    return await _submit(ctx, await _form_of_receipt(ctx, new.source, new.receipt_no), new)


@dataclass(slots=True)
class _Form:
    """The questions for one respondent, and the answers given so far."""

    survey_id: UUID
    survey_version: int
    definition: dict[str, Any]
    questions: tuple[Question, ...]
    feedback_id: UUID | None
    """The feedback that was made of the answers."""
    answers: Sequence[Mapping[str, Any]]
    answered_at: datetime | None
    context: dict[str, Any]
    """Fields of the feedback that do not come from the answers."""
    invitation: "_Invitation | None" = None

    @classmethod
    def from_row(
        cls, row: Mapping[str, Any], context: dict[str, Any], invitation: "_Invitation | None" = None
    ) -> "_Form":
        definition = json.loads(row["definition"])
        return cls(
            row["survey_id"],
            row["survey_version"],
            definition,
            rules.parse_questions(definition),
            row["feedback_id"],
            json.loads(row["answers"]) if row["answers"] is not None else [],
            row["answered_at"],
            context,
            invitation,
        )

    @property
    def editable_until(self) -> datetime | None:
        if self.answered_at is None:
            return None
        return self.answered_at + timedelta(hours=self.definition["edit_hours"])

    def editable(self, now: datetime) -> bool:
        return self.editable_until is not None and now < self.editable_until

    def as_json(self, now: datetime, requested_language: str | None) -> str:
        invited_in = self.invitation.language if self.invitation is not None else None
        expires_at = self.invitation.expires_at if self.invitation is not None else None
        language = rules.choose_language(self.definition["languages"], requested_language, invited_in)
        content = {
            "name": self.definition["name"],
            "language": language,
            "languages": self.definition["languages"],
            "introduction": self.definition["introduction"].get(language),
            "thanks": self.definition["thanks"].get(language),
            "questions": [
                _worded(definition, question, language)
                for definition, question in zip(self.definition["questions"], self.questions, strict=True)
            ],
            "answers": self.answers if self.editable(now) else [],
            "answered_at": self.answered_at and format_timestamp(self.answered_at),
            "editable_until": self.editable_until and format_timestamp(self.editable_until),
            "expires_at": expires_at and format_timestamp(expires_at),
        }
        return json.dumps(content, ensure_ascii=False)

    def as_feedback_draft(
        self, accepted: Sequence[Answer], answers: list[dict[str, Any]], language: str | None
    ) -> FeedbackDraft:
        """`answers` are the accepted ones as JSON, `language` is that of the request."""
        definitions = {definition["key"]: definition for definition in self.definition["questions"]}
        questions = {question.key: question for question in self.questions}
        rated = [answer for answer in accepted if questions[answer.question].kind in rules.METRICS]
        texts = [answer.text for answer in accepted if answer.text is not None]
        new = FeedbackNew(
            method=Method.SURVEY,
            ratings=[_rating(definitions[a.question], questions[a.question], a) for a in rated],
            text="\n\n".join(texts) or None,
            language=self._language_of_texts(language) if texts else None,
            **self.context,
        )
        invitation_id = self.invitation.id if self.invitation is not None else None
        return FeedbackDraft(new, self.survey_id, self.survey_version, invitation_id, answers=answers)

    def _language_of_texts(self, requested: str | None) -> str | None:
        """None where the form was shown in a language that was not asked for: the texts may be in another."""
        invited_in = self.invitation.language if self.invitation is not None else None
        return rules.match_language(self.definition["languages"], requested or invited_in)


@dataclass(frozen=True, slots=True)
class _Invitation:
    id: UUID
    customer_id: UUID | None
    channel: str | None
    language: str | None
    expires_at: datetime


async def _form_of_invitation(ctx: Context, token: str) -> _Form:
    row = await store.by_token(ctx, access.hash_token(token))
    if row is None:
        raise NotFound("Invitation not found")
    names = ("customer_id", "sale_id", "complaint_id", "interaction_id", "site", "staff")
    context = {name: row[name] for name in names}
    context["channel"] = row["channel"] and Channel(row["channel"])
    invitation = _Invitation(row["id"], row["customer_id"], row["channel"], row["language"], row["expires_at"])
    form = _Form.from_row(row, context, invitation)
    if row["state"] == InvitationState.REVOKED:
        raise AnswerExpired("The invitation was revoked")
    if row["state"] == InvitationState.WITHDRAWN:
        raise AnswerExpired(f"The invitation was withdrawn: {row['withdrawal_reason']}")
    if row["status"] == SurveyStatus.CLOSED:
        raise AnswerExpired("The survey is closed")
    if invitation.expires_at <= ctx.now and not form.editable(ctx.now):
        raise AnswerExpired("The invitation has expired")
    if row["status"] != SurveyStatus.OPEN:
        raise SurveyNotOpen
    return form


def _require_code(ctx: Context, source: str, receipt_no: str, code: str) -> None:
    """404 for a wrong code, whether the receipt exists or not; after several wrong ones, 429 for every code."""
    receipt = (source, receipt_no)
    if (wait := _WRONG_CODES.retry_after(receipt, ctx.now)) is not None:
        headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
        raise TooManyRequests("Too many wrong codes for this receipt", headers=headers)
    if not receipt_codes.matches(ctx.cursor_key, source, receipt_no, code):
        _WRONG_CODES.record_failure(receipt, ctx.now)
        raise NotFound("Receipt not found, or the code is wrong")


async def _form_of_receipt(ctx: Context, source: str, receipt_no: str) -> _Form:
    row = await store.by_receipt(ctx, source, receipt_no)
    if row is None:
        raise NotFound("No survey is open for receipts")
    receipt = ReceiptRef(source=source, receipt_no=receipt_no)
    return _Form.from_row(row, {"receipt": receipt, "channel": Channel.WEB_FORM})


async def _submit(ctx: Context, form: _Form, new: SurveyAnswersNew) -> tuple[str, bool]:
    checked = rules.check_answers(form.questions, [_parse_answer(answer) for answer in new.answers])
    if checked.faults:
        errors = [{"pointer": pointer, "code": code, "detail": detail} for pointer, code, detail in checked.faults]
        raise ValidationFailed(errors=errors)
    answers = [{"question": answer.question, **answer.values()} for answer in checked.accepted]
    draft = form.as_feedback_draft(checked.accepted, answers, new.language)
    first = form.feedback_id is None
    if form.feedback_id is None:
        await _record(ctx, form, draft)
    elif _compared(ctx, answers) != _compared(ctx, form.answers):
        if not form.editable(ctx.now):
            raise AnswerClosed
        await feedback.revise(ctx, form.feedback_id, draft)
    form.answers = answers
    return form.as_json(ctx.now, new.language), first


async def _record(ctx: Context, form: _Form, draft: FeedbackDraft) -> None:
    (result,) = await feedback.take(ctx, [draft])
    form.feedback_id, form.answered_at = result.recorded_id(), ctx.now
    invitation = form.invitation
    if invitation is None:
        return
    values = {"state": InvitationState.ANSWERED.value, "answered_at": ctx.now}
    await INVITATIONS.change(ctx, invitation.id, values)
    title = INVITATION_ANSWERED.titled(survey=form.definition["name"])
    data = {"survey_id": str(form.survey_id), "feedback_id": str(form.feedback_id)}
    event = Event(INVITATION_ANSWERED, invitation.id, invitation.customer_id, title, ctx.now, invitation.channel, data)
    await events.record(ctx, event)


def _compared(ctx: Context, answers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """So that the same answers in other words are no change: `4` and `4.0`, choices in another order."""
    return [comparable(SurveyAnswerNew, answer, ctx.region) for answer in answers]


def _parse_answer(new: SurveyAnswerNew) -> Answer:
    choices = None if new.choices is None else tuple(new.choices)
    return Answer(new.question, new.value, choices, new.yes_no, new.text)


def _rating(definition: Mapping[str, Any], question: Question, answer: Answer) -> RatingNew:
    assert question.scale is not None
    fields = {
        "metric": rules.METRICS[question.kind],
        "value": answer.values()["value"],
        "worst": f"{question.scale.worst:f}",
        "best": f"{question.scale.best:f}",
        "question": question.key,
        "aspect": definition["aspect"],
        "side": definition["side"],
    }
    return RatingNew.model_validate(fields)


def _worded(definition: Mapping[str, Any], question: Question, language: str) -> dict[str, Any]:
    scale = question.scale
    return {
        "key": question.key,
        "kind": question.kind,
        "wording": definition["wording"][language],
        "required": question.required,
        "worst": scale and str(scale.worst),
        "best": scale and str(scale.best),
        "choices": [{"key": choice["key"], "wording": choice["wording"][language]} for choice in definition["choices"]],
        "max_choices": question.max_choices,
        "show_if": definition["show_if"],
    }
