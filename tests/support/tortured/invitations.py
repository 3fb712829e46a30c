"""Survey rules and invitations, of a survey of their own that is open."""

from typing import Any

import httpx

from tests import make
from tests.support.tortured.making import made

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
}


async def world(client: httpx.AsyncClient, found: dict[str, str]) -> dict[str, str]:
    question = {"key": "recommend", "kind": "nps", "wording": {"en": "Would you recommend us?"}}
    survey = {"code": "asked-all-year", "name": "Asked", "languages": ["en"], "questions": [question]}
    asked = await made(client, "/v1/surveys", survey)
    assert (await client.post(f"/v1/surveys/{asked}/open")).status_code == 200
    rule = {"code": "a", "name": "A", "survey": "asked-all-year", "after": "sale", "active": False}
    return {
        "asked_survey_id": asked,
        "asked_customer_id": await made(client, "/v1/customers", make.customer()),
        "survey_rule_id": await made(client, "/v1/survey-rules", rule),
        "invitation_id": await made(client, "/v1/invitations", {"survey_id": asked}),
    }
