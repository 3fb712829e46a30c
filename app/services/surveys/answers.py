"""The public side of surveys: whoever holds an invitation's token, or a receipt and its code, may answer."""

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
from app.schemas.surveys.answers import ReceiptAnswersNew, ReceiptSurveyFormQuery, SurveyAnswerNew, SurveyAnswersNew
from app.services import feedback
from app.services.feedback import FeedbackDraft
from app.store.kit import events
from app.store.kit.events import Event
from app.store.surveys import surveys as store

_WRONG_CODES = AttemptLimit(10, timedelta(hours=1))
"""By receipt: (source, receipt_no)."""


async def form(ctx: Context, token: str, language: str | None) -> str:
    """What the holder of a token is asked, as JSON."""
    return (await _invited(ctx, token)).form(ctx.now, language)


async def answer(ctx: Context, token: str, new: SurveyAnswersNew) -> tuple[str, bool]:
    """Take the answers, or put them in the place of those that were given; and say whether they are the first."""
    await store.lock_invitation(ctx, access.hash_token(token))
    sheet = await _invited(ctx, token)
    return await _answered(ctx, sheet, new)


async def receipt_form(ctx: Context, query: ReceiptSurveyFormQuery) -> str:
    """What the holder of a receipt is asked, as JSON."""
    _must_hold(ctx, query.source, query.receipt_no, query.code)
    return (await _by_receipt(ctx, query.source, query.receipt_no)).form(ctx.now, query.language)


async def receipt_answer(ctx: Context, new: ReceiptAnswersNew) -> tuple[str, bool]:
    """The same as `answer` for the holder of a receipt."""
    _must_hold(ctx, new.source, new.receipt_no, new.code)
    await store.lock_receipt(ctx, new.source, new.receipt_no)
    sheet = await _by_receipt(ctx, new.source, new.receipt_no)
    return await _answered(ctx, sheet, new)


@dataclass(slots=True)
class _Sheet:
    """What somebody is asked, and what they have answered."""

    row: Mapping[str, Any]
    definition: dict[str, Any]
    questions: tuple[Question, ...]
    about: dict[str, Any]
    """What the feedback that is made of it knows besides the answers."""
    invitation_id: UUID | None = None
    expires_at: datetime | None = None
    language: str | None = None
    """In which they were invited."""
    given: Sequence[Mapping[str, Any]] = ()
    answered_at: datetime | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any], about: dict[str, Any], **more: Any) -> "_Sheet":
        definition = json.loads(row["definition"])
        given = json.loads(row["answers"]) if row["answers"] is not None else []
        return cls(
            row, definition, rules.questions(definition), about, given=given, answered_at=row["answered_at"], **more
        )

    @property
    def editable_until(self) -> datetime | None:
        if self.answered_at is None:
            return None
        return self.answered_at + timedelta(hours=self.definition["edit_hours"])

    def editable(self, now: datetime) -> bool:
        return self.editable_until is not None and now < self.editable_until

    def form(self, now: datetime, wanted: str | None) -> str:
        language = rules.best(self.definition["languages"], wanted, self.language)
        made = {
            "name": self.definition["name"],
            "language": language,
            "languages": self.definition["languages"],
            "introduction": self.definition["introduction"].get(language),
            "thanks": self.definition["thanks"].get(language),
            "questions": [
                _shown(each, question, language)
                for each, question in zip(self.definition["questions"], self.questions, strict=True)
            ],
            "answers": self.given if self.editable(now) else [],
            "answered_at": self.answered_at and format_timestamp(self.answered_at),
            "editable_until": self.editable_until and format_timestamp(self.editable_until),
            "expires_at": self.expires_at and format_timestamp(self.expires_at),
        }
        return json.dumps(made, ensure_ascii=False)

    def heard(self, answers: Sequence[Answer], given: list[dict[str, Any]], language: str | None) -> FeedbackDraft:
        by_key = {each["key"]: each for each in self.definition["questions"]}
        scales = {question.key: question for question in self.questions}
        texts = [answer.text for answer in answers if answer.text is not None]
        new = FeedbackNew(
            method=Method.SURVEY,
            ratings=[_rating(by_key[a.question], scales[a.question], a) for a in answers if _rates(scales, a)],
            text="\n\n".join(texts) or None,
            language=self._written_in(language) if texts else None,
            **self.about,
        )
        return FeedbackDraft(new, self.row["survey_id"], self.row["survey_version"], self.invitation_id, answers=given)

    def _written_in(self, wanted: str | None) -> str | None:
        """Whoever got the form in a language that they did not ask for may write in another."""
        languages = self.definition["languages"]
        return rules.fitting(languages, wanted or self.language)


async def _invited(ctx: Context, token: str) -> _Sheet:
    row = await store.invited(ctx, access.hash_token(token))
    if row is None:
        raise NotFound("Invitation not found")
    about = {name: row[name] for name in ("customer_id", "sale_id", "complaint_id", "interaction_id", "site", "staff")}
    about["channel"] = row["channel"] and Channel(row["channel"])
    sheet = _Sheet.of(row, about, invitation_id=row["id"], expires_at=row["expires_at"], language=row["language"])
    if row["state"] == InvitationState.REVOKED:
        raise AnswerExpired("The invitation was revoked")
    if row["status"] == SurveyStatus.CLOSED:
        raise AnswerExpired("The survey is closed")
    if row["expires_at"] <= ctx.now and not sheet.editable(ctx.now):
        raise AnswerExpired("The invitation has expired")
    if row["status"] != SurveyStatus.OPEN:
        raise SurveyNotOpen
    return sheet


def _must_hold(ctx: Context, source: str, receipt_no: str, code: str) -> None:
    """404 for a wrong code, whether there is such a receipt or not. After some of them, 429 for every code."""
    receipt = (source, receipt_no)
    if (wait := _WRONG_CODES.retry_after(receipt, ctx.now)) is not None:
        headers = {"Retry-After": str(int(wait.total_seconds()) + 1)}
        raise TooManyRequests("Too many wrong codes for this receipt", headers=headers)
    if not receipt_codes.fits(ctx.cursor_key, source, receipt_no, code):
        _WRONG_CODES.record_failure(receipt, ctx.now)
        raise NotFound("Receipt not found, or the code is wrong")


async def _by_receipt(ctx: Context, source: str, receipt_no: str) -> _Sheet:
    row = await store.for_receipt(ctx, source, receipt_no)
    if row is None:
        raise NotFound("No survey is open for receipts")
    receipt = ReceiptRef(source=source, receipt_no=receipt_no)
    return _Sheet.of(row, {"receipt": receipt, "channel": Channel.WEB_FORM})


async def _answered(ctx: Context, sheet: _Sheet, new: SurveyAnswersNew) -> tuple[str, bool]:
    verdict = rules.checked(sheet.questions, [_read(each) for each in new.answers])
    if verdict.faults:
        found = [{"pointer": pointer, "code": code, "detail": detail} for pointer, code, detail in verdict.faults]
        raise ValidationFailed(errors=found)
    given = [{"question": answer.question, **answer.given()} for answer in verdict.accepted]
    first = sheet.answered_at is None
    if first:
        await _take(ctx, sheet, sheet.heard(verdict.accepted, given, new.language))
    elif given != sheet.given:
        if not sheet.editable(ctx.now):
            raise AnswerClosed
        heard = sheet.heard(verdict.accepted, given, new.language)
        await feedback.revise(ctx, sheet.row["feedback_id"], heard)
    sheet.given = given
    return sheet.form(ctx.now, new.language), first


async def _take(ctx: Context, sheet: _Sheet, heard: FeedbackDraft) -> None:
    (outcome,) = await feedback.take(ctx, [heard])
    if outcome.problem is not None:
        raise outcome.problem
    sheet.answered_at = ctx.now
    if sheet.invitation_id is None:
        return
    await store.answered(ctx, sheet.invitation_id, ctx.now)
    title = INVITATION_ANSWERED.titled(survey=sheet.definition["name"])
    data = {"survey_id": str(sheet.row["survey_id"]), "feedback_id": str(outcome.id)}
    customer_id, channel = sheet.row["customer_id"], sheet.row["channel"]
    event = Event(INVITATION_ANSWERED, sheet.invitation_id, customer_id, title, ctx.now, channel, data)
    await events.record(ctx, event)


def _read(new: SurveyAnswerNew) -> Answer:
    choices = None if new.choices is None else tuple(new.choices)
    return Answer(new.question, new.value, choices, new.yes_no, new.text)


def _rates(questions: Mapping[str, Question], answer: Answer) -> bool:
    return questions[answer.question].kind in rules.RATED


def _rating(each: Mapping[str, Any], question: Question, answer: Answer) -> RatingNew:
    assert question.scale is not None
    fields = {
        "metric": rules.RATED[question.kind],
        "value": answer.given()["value"],
        "worst": f"{question.scale.worst:f}",
        "best": f"{question.scale.best:f}",
        "question": question.key,
        "aspect": each["aspect"],
        "side": each["side"],
    }
    return RatingNew.model_validate(fields)


def _shown(each: Mapping[str, Any], question: Question, language: str) -> dict[str, Any]:
    scale = question.scale
    return {
        "key": question.key,
        "kind": question.kind,
        "wording": each["wording"][language],
        "required": question.required,
        "worst": scale and str(scale.worst),
        "best": scale and str(scale.best),
        "choices": [{"key": choice["key"], "wording": choice["wording"][language]} for choice in each["choices"]],
        "max_choices": question.max_choices,
        "show_if": each["show_if"],
    }
