from typing import Annotated

from fastapi import Query, Response

from app.schemas.surveys.answers import AnswersNew, Form, FormQuery, ReceiptAnswersNew, ReceiptFormQuery
from app.services.surveys import answers
from app.web import replies
from app.web.deps import Ctx, PathToken
from app.web.route import open_resource

router = open_resource("answers")
receipts = open_resource("answers", "/v1/receipt-answers")


@router.get("/{token}", response_model=Form)
async def get_form(ctx: Ctx, token: PathToken, query: Annotated[FormQuery, Query()]) -> Response:
    """Get the form of an invitation

    What is asked, in the language that is wanted, as far as the survey has it; and what was answered, while it may
    still be changed. 404 for a token that is none, 410 for one that has expired, was revoked, or whose survey is over,
    409 while the survey is paused.
    """
    return replies.json_text(await answers.form(ctx, token, query.language))


@router.post("/{token}", response_model=Form, status_code=201)
async def answer_form(ctx: Ctx, token: PathToken, new: AnswersNew) -> Response:
    """Answer an invitation

    201 for the first answers. The same again: 200, and nothing changes. Others: 200, and they take the place of the
    first, until `editable_until`; 409 after that. 422 where a question that is asked and required is not answered, or
    one is answered that is not asked.
    """
    return replies.created_or_replaced(*await answers.answer(ctx, token, new))


@receipts.get("", response_model=Form)
async def get_receipt_form(ctx: Ctx, query: Annotated[ReceiptFormQuery, Query()]) -> Response:
    """Get the form of a receipt

    What is asked on receipts, for whoever has the code that is printed there. 404 for a wrong code, whether there is
    such a receipt or not, and when nothing is asked; 429 after ten wrong codes for a receipt within an hour.
    """
    return replies.json_text(await answers.receipt_form(ctx, query))


@receipts.post("", response_model=Form, status_code=201)
async def answer_by_receipt(ctx: Ctx, new: ReceiptAnswersNew) -> Response:
    """Answer by receipt

    Once for each receipt and survey, without a name: it is the buyer's when the receipt is. Otherwise as invitations
    are answered.
    """
    return replies.created_or_replaced(*await answers.receipt_answer(ctx, new))
