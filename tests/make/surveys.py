"""Surveys, their rules and invitations, and who can be invited."""

from typing import Any

import httpx

from tests.make import customers, sales
from tests.make.numbers import number
from tests.support import api

SURVEYS, RULES, INVITATIONS = "/v1/surveys", "/v1/survey-rules", "/v1/invitations"


def survey(**changes: Any) -> dict[str, Any]:
    """Would they recommend us, and if not, why?"""
    code = f"survey-{number()}"
    score = {"key": "recommend", "kind": "nps", "wording": {"en": "Recommend us?"}, "required": True}
    condition = {"question": "recommend", "at_most": "6"}
    why = {"key": "why", "kind": "text", "wording": {"en": "Why?"}, "show_if": condition}
    return {"code": code, "name": f"Survey {code}", "languages": ["en"], "questions": [score, why], **changes}


def rule(survey_code: str, /, **changes: Any) -> dict[str, Any]:
    """Everybody, after every sale, at once."""
    code = f"rule-{number()}"
    return {"code": code, "name": f"Rule {code}", "survey": survey_code, "after": "sale", **changes}


def answers(recommend: int = 9, **texts: str) -> dict[str, Any]:
    """How likely they recommend us, and texts by the keys of their questions."""
    scored = [{"question": "recommend", "value": str(recommend)}]
    return {"answers": scored + [{"question": key, "text": text} for key, text in texts.items()]}


async def create(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, SURVEYS, survey(**changes))


async def create_open(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A survey that asks."""
    draft = await create(client, **changes)
    return await api.post(client, f"{SURVEYS}/{draft['id']}/open", status=200)


async def create_rule(
    client: httpx.AsyncClient, survey: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """Of an open survey of its own, unless one is given."""
    asked = survey or await create_open(client)
    return await api.post(client, RULES, rule(asked["code"], **changes))


async def create_customer(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Somebody who can be invited: by e-mail, unless other contact points are given."""
    return await customers.create(client, **{"contact_points": [customers.email()], **changes})


async def invite(client: httpx.AsyncClient, survey: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return await api.post(client, INVITATIONS, {"survey_id": survey["id"], **changes})


async def record_sale(client: httpx.AsyncClient, buyer: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """An hour and a quarter before the tests' clock begins, unless said otherwise."""
    named = {"customer": {"id": buyer["id"]}} if buyer is not None else {}
    return await sales.record(client, sales.sale(**{**named, "occurred_at": "2026-03-02T07:45:00Z", **changes}))
