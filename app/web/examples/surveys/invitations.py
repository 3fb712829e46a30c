"""The survey rule that invites Zoë, her invitation, and what is needed to deliver it."""

from typing import Any

from app.web.examples.customers import ZOE
from app.web.examples.sales import SALE
from app.web.examples.surveys import surveys

RULE = "019ceb12-84e1-7c20-9f6b-2a5d8e03b741"
INVITATION = "019ceb40-1f7d-7b93-a4e8-50c9d6f2718b"
_AT = "2026-02-20T09:10:37.502000Z"
_LATER = "2026-03-30T16:44:09.113000Z"
_ASKED = "2026-03-15T10:30:02.655000Z"
_SENT = "2026-03-15T10:31:40.290000Z"

NEW_RULE: dict[str, Any] = {
    "code": "day-after",
    "name": "The day after a purchase",
    "active": True,
    "survey": surveys.NEW["code"],
    "after": "sale",
    "delay_hours": 24,
    "sample_percent": 25,
    "conditions": {"sites": ["whitstable"], "min_total": "10.00", "currency": "GBP"},
    "channels": ["whatsapp", "sms", "email"],
}
_NOT_ASKED: dict[str, Any] = {
    "sites": [],
    "sale_channels": [],
    "channels": [],
    "staff": [],
    "customer_tags": [],
    "min_total": None,
    "currency": None,
    "interaction_kinds": [],
    "complaint_categories": [],
}
DAY_AFTER: dict[str, Any] = NEW_RULE | {
    "id": RULE,
    "conditions": _NOT_ASKED | NEW_RULE["conditions"],
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
FEWER: dict[str, Any] = {"sample_percent": 10}
RULE_VERSION: dict[str, Any] = {
    "version": 1,
    "definition": {name: DAY_AFTER[name] for name in NEW_RULE},
    "actor": "back office",
    "created_at": _AT,
}

NEW: dict[str, Any] = {"survey_id": surveys.SURVEY, "customer_id": ZOE, "sale_id": SALE}
INVITED: dict[str, Any] = {
    "id": INVITATION,
    "survey_id": surveys.SURVEY,
    "survey_version": 1,
    "customer_id": ZOE,
    "rule_id": None,
    "sale_id": SALE,
    "complaint_id": None,
    "interaction_id": None,
    "site": "whitstable",
    "staff": "Amara",
    "channel": "whatsapp",
    "language": "en",
    "state": "pending",
    "send_after": _ASKED,
    "expires_at": "2026-04-14T10:30:02.655000Z",
    "sent_at": None,
    "answered_at": None,
    "revoked_at": None,
    "withdrawn_at": None,
    "withdrawal_reason": None,
    "version": 1,
    "created_at": _ASKED,
    "updated_at": _ASKED,
}
SENT = INVITED | {"state": "sent", "sent_at": _SENT, "version": 2, "updated_at": _SENT}
HANDED: dict[str, Any] = {
    "invitation": SENT,
    "token": surveys.TOKEN,
    "path": f"/v1/answers/{surveys.TOKEN}",
    "channel": "whatsapp",
    "address": "020 7946 0958",
    "language": "en",
    "note": "The token is shown this once: it is not kept. Sending the invitation again makes a new one.",
}

PATHS = {"survey_rule_id": RULE, "invitation_id": INVITATION}
QUERIES: dict[str, dict[str, Any]] = {
    "list_survey_rules": {"active": True},
    "list_invitations": {"sendable": True},
}
BODIES: dict[str, dict[str, Any]] = {
    "create_survey_rule": {"The day after a purchase": NEW_RULE},
    "update_survey_rule": {"Lower the sample": FEWER},
    "create_invitation": {"About a purchase": NEW},
    "create_invitations": {"Invite a customer": NEW},
}
ANSWERS: dict[str, Any] = {
    "update_survey_rule": DAY_AFTER | FEWER | {"version": 2, "updated_at": _LATER},
    "revoke_invitation": SENT | {"state": "revoked", "revoked_at": _LATER, "version": 3, "updated_at": _LATER},
}
SCHEMAS: dict[str, Any] = {
    "SurveyRule": DAY_AFTER,
    "SurveyRuleVersion": RULE_VERSION,
    "Invitation": INVITED,
    "InvitationDelivery": HANDED,
}
