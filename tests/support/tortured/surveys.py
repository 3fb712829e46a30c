"""Surveys, one of them asked on receipts; and what is needed to answer it without a key."""

from typing import Any

import httpx

from tests.support.tortured.making import made

_WORDING = {"en": "Well?", "de": "Nun?"}
_SURVEY = {
    "code": "night",
    "name": "By night",
    "languages": ["en", "de"],
    "introduction": {"en": "Two lines\nof text", "de": "Hallo"},
    "thanks": {"en": "Thanks", "de": "Danke"},
    "questions": [
        {
            "key": "wait",
            "kind": "csat",
            "wording": _WORDING,
            "required": True,
            "worst": "1",
            "best": "7",
            "aspect": "waiting time",
            "side": "expectation",
        },
        {
            "key": "what",
            "kind": "multiple_choice",
            "wording": _WORDING,
            "choices": [{"key": "meat", "wording": _WORDING}],
            "max_choices": 1,
            "show_if": {"question": "wait", "at_least": "1", "at_most": "3"},
        },
        {
            "key": "again",
            "kind": "yes_no",
            "wording": _WORDING,
            "show_if": {"question": "what", "any_of": ["meat"]},
        },
        {"key": "why", "kind": "text", "wording": _WORDING, "show_if": {"question": "again", "yes_no": "no"}},
    ],
    "for_receipts": True,
    "expires_days": 7,
    "edit_hours": 1,
    "min_days_between_invitations": 10,
}
_ANSWERS = {
    "answers": [
        {"question": "wait", "value": "2"},
        {"question": "what", "choices": ["meat"]},
        {"question": "again", "yes_no": "no"},
        {"question": "why", "text": "Two lines\nof text"},
    ],
    "language": "de-AT",
}
EXAMPLES: dict[str, Any] = {
    "create_survey": _SURVEY,
    "update_survey": _SURVEY,
    "submit_survey_answers": _ANSWERS,
    "submit_receipt_answers": {"source": "till", "receipt_no": "R-1", "code": "{code}", **_ANSWERS},
}


async def world(client: httpx.AsyncClient, found: dict[str, str]) -> dict[str, str]:
    answered = await made(client, "/v1/surveys", _SURVEY | {"code": "answered"})
    assert (await client.post(f"/v1/surveys/{answered}/open")).status_code == 200
    invitation = await made(client, "/v1/invitations", {"survey_id": answered})
    sent = (await client.post(f"/v1/invitations/{invitation}/send")).json()
    held = await client.get("/v1/answer-codes", params={"source": "till", "receipt_no": "R-1"})
    return {
        "survey_id": await made(client, "/v1/surveys", _SURVEY | {"code": "draft"}),
        "token": sent["token"],
        "code": held.json()["code"],
    }
