from typing import Annotated

from fastapi import Query, Response

from app.schemas.surveys.answers import (
    ReceiptAnswersNew,
    ReceiptSurveyFormQuery,
    SurveyAnswersNew,
    SurveyForm,
    SurveyFormQuery,
)
from app.services.surveys import answers
from app.web import replies
from app.web.deps import Ctx, PathToken
from app.web.route import open_resource

router = open_resource("answers")
receipts = open_resource("answers", "/v1/receipt-answers")


@router.get("/{token}", response_model=SurveyForm)
async def get_survey_form(ctx: Ctx, token: PathToken, query: Annotated[SurveyFormQuery, Query()]) -> Response:
    """Get the form of an invitation

    The questions, in the requested language where the survey has it, and the answers already given while they can still
    be changed. 404 for an unknown token; 410 for an expired or revoked invitation, or when the survey is closed; 409
    while the survey is paused.
    """
    return replies.json_text(await answers.form(ctx, token, query.language))


@router.post("/{token}", response_model=SurveyForm, status_code=201)
async def submit_survey_answers(ctx: Ctx, token: PathToken, new: SurveyAnswersNew) -> Response:
    """Answer an invitation

    The first answers are created with 201. The same answers again change nothing and get 200; other answers replace the
    first until `editable_until` and get 200, and 409 after that. 422 when a required question that is shown is not
    answered, or when an answer is given to a question that is not shown.
    """
    return replies.created_or_replaced(*await answers.answer(ctx, token, new))


@receipts.get("", response_model=SurveyForm)
async def get_receipt_survey_form(ctx: Ctx, query: Annotated[ReceiptSurveyFormQuery, Query()]) -> Response:
    """Get the form of a receipt

    The questions asked on receipts, for whoever holds the code printed on one. 404 for a wrong code, whether or not the
    receipt exists, and while no survey is asked on receipts; 429 after ten wrong codes for one receipt within an hour.
    """
    return replies.json_text(await answers.receipt_form(ctx, query))


@receipts.post("", response_model=SurveyForm, status_code=201)
async def submit_receipt_answers(ctx: Ctx, new: ReceiptAnswersNew) -> Response:
    """Answer by receipt

    Once per receipt and survey, without a name: the answers are assigned to the buyer of the receipt where one is
    known. Otherwise it works as answering an invitation does.
    """
    return replies.created_or_replaced(*await answers.receipt_answer(ctx, new))
