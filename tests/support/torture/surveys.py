"""Surveys, their rules, invitations and answers, which need no key."""

from typing import Any

import httpx

from tests import make
from tests.support.torture.records import create

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
_RULE = {
    "code": "night",
    "name": "By night",
    "active": False,
    "survey": "asked-all-year",
    "after": "sale",
    "delay_hours": 24,
    "sample_percent": 50,
    "conditions": {
        "sites": ["Leeds"],
        "sale_channels": ["online"],
        "channels": [],
        "staff": ["tom"],
        "customer_tags": ["vip"],
        "min_total": "10.00",
        "currency": "GBP",
        "interaction_kinds": [],
        "complaint_categories": [],
    },
    "channels": ["sms", "email"],
}
_INVITATION = {
    "survey_id": "{asked_survey_id}",
    "customer_id": "{asked_customer_id}",
    "channel": "letter",
    "language": "en",
    "sale_id": "{sale_id}",
    "interaction_id": "{interaction_id}",
    "site": "Leeds",
    "staff": "tom",
    "send_after": "2026-04-01T10:00:00Z",
}
EXAMPLES: dict[str, Any] = {
    "create_survey_rule": _RULE,
    "update_survey_rule": _RULE,
    "create_invitation": _INVITATION,
    "create_invitations": _INVITATION,
    "create_survey": _SURVEY,
    "update_survey": _SURVEY,
    "submit_survey_answers": _ANSWERS,
    "submit_receipt_answers": {"source": "till", "receipt_no": "R-1", "code": "{code}", **_ANSWERS},
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    question = {"key": "recommend", "kind": "nps", "wording": {"en": "Would you recommend us?"}}
    survey = {"code": "asked-all-year", "name": "Asked", "languages": ["en"], "questions": [question]}
    asked = await create(client, "/v1/surveys", survey)
    assert (await client.post(f"/v1/surveys/{asked}/open")).status_code == 200
    rule = {"code": "a", "name": "A", "survey": "asked-all-year", "after": "sale", "active": False}
    answered = await create(client, "/v1/surveys", _SURVEY | {"code": "answered"})
    assert (await client.post(f"/v1/surveys/{answered}/open")).status_code == 200
    invitation = await create(client, "/v1/invitations", {"survey_id": answered})
    sent = (await client.post(f"/v1/invitations/{invitation}/send")).json()
    held = await client.get("/v1/answer-codes", params={"source": "till", "receipt_no": "R-1"})
    return {
        "asked_survey_id": asked,
        "asked_customer_id": await create(client, "/v1/customers", make.customer()),
        "survey_rule_id": await create(client, "/v1/survey-rules", rule),
        "invitation_id": await create(client, "/v1/invitations", {"survey_id": asked}),
        "survey_id": await create(client, "/v1/surveys", _SURVEY | {"code": "draft"}),
        "token": sent["token"],
        "code": held.json()["code"],
    }
