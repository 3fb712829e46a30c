"""What tests of invitations share: surveys that are open, rules, customers to be asked, and who was."""

from typing import Any

import httpx

from tests import make

SURVEYS, RULES, INVITATIONS = "/v1/surveys", "/v1/survey-rules", "/v1/invitations"
RECOMMEND = {"key": "recommend", "kind": "nps", "wording": {"en": "Would you recommend us?"}}


def survey(**changes: Any) -> dict[str, Any]:
    number = make.number()
    return {
        "code": f"survey-{number}",
        "name": f"Survey {number}",
        "languages": ["en"],
        "questions": [RECOMMEND],
        **changes,
    }


def rule(of: str, /, **changes: Any) -> dict[str, Any]:
    """Everybody, after every sale, at once."""
    number = make.number()
    return {"code": f"rule-{number}", "name": f"Rule {number}", "survey": of, "after": "sale", **changes}


async def posted(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 201) -> dict[str, Any]:
    answer = await client.post(path, json=body) if body is not None else await client.post(path)
    assert answer.status_code == status, answer.text
    return answer.json()


async def opened(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """A survey that asks."""
    made = await posted(client, SURVEYS, survey(**changes))
    return await posted(client, f"{SURVEYS}/{made['id']}/open", status=200)


async def ruled(client: httpx.AsyncClient, asked: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A rule that asks, after sales unless said otherwise."""
    asked = asked or await opened(client)
    return await posted(client, RULES, rule(asked["code"], **changes))


async def customer(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Somebody with an e-mail address."""
    return await posted(client, "/v1/customers", make.customer(**{"contact_points": [make.email()], **changes}))


async def invited(client: httpx.AsyncClient, asked: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return await posted(client, INVITATIONS, {"survey_id": asked["id"], **changes})


async def refused(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 409) -> dict[str, Any]:
    return await posted(client, path, body, status)


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Of all pages, two a page."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await client.get(INVITATIONS, params={"limit": 2, **query})
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found
        query["cursor"] = cursor


async def sold(client: httpx.AsyncClient, to: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    """An hour and a quarter before the tests' clock begins, unless said otherwise."""
    named = {"customer": {"id": to["id"]}} if to is not None else {}
    when = {"occurred_at": "2026-03-02T07:45:00Z"}
    return await posted(client, "/v1/sales", make.sale(**{**named, **when, **changes}))


async def told(db: Any, one: dict[str, Any]) -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT type, title FROM events WHERE subject_id = $1 ORDER BY seq", one["id"])
    return [(row["type"].removeprefix("invitation."), row["title"]) for row in rows]
