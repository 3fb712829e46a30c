"""Complaints, their moves and remedies, and procedures: through the API, or as rows."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from tests.make.numbers import number
from tests.make.rows import insert, insert_dimensions
from tests.support import api
from tests.support.times import START, ago, days_ago, formatted

PATH = "/v1/complaints"
_ANSWERED = ["acknowledge", "assess", "investigate", "respond"]
# The moves that bring a complaint into each state, without detours.
MOVES_TO: dict[str, list[str]] = {
    "received": [],
    "acknowledged": _ANSWERED[:1],
    "assessed": _ANSWERED[:2],
    "investigating": _ANSWERED[:3],
    "responded": _ANSWERED,
    "accepted": [*_ANSWERED, "accept"],
    "rejected": [*_ANSWERED, "reject"],
    "deadlock": [*_ANSWERED, "reject", "deadlock"],
    "referred": [*_ANSWERED, "reject", "refer"],
    "settled": [*_ANSWERED, "reject", "refer", "settle"],
    "closed": [*_ANSWERED, "accept", "close"],
    "withdrawn": ["withdraw"],
    "reopened": ["withdraw", "reopen"],
}
# What each move cannot do without.
REQUIRED: dict[str, dict[str, Any]] = {
    "assess": {"severity": "high"},
    "respond": {"decision": "upheld"},
    "refer": {"referred_to": "The ombudsman"},
    "settle": {"outcome": "upheld"},
    "withdraw": {"reason": "It was mended"},
    "reopen": {"reason": "It broke again"},
}


def body(**changes: Any) -> dict[str, Any]:
    return {"channel": "phone", "description": "The lamb was off", **changes}


def history(*moves: str, since: str | None = None) -> list[dict[str, Any]]:
    """A history that makes these moves a minute after each other, from `since` on (an hour ago)."""
    start = datetime.fromisoformat(since) if since else START - timedelta(hours=1)
    return [{"move": move, "at": formatted(start + timedelta(minutes=n))} for n, move in enumerate(moves, start=1)]


async def record(client: httpx.AsyncClient, status: int = 201, **changes: Any) -> dict[str, Any]:
    return await api.post(client, PATH, body(**changes), status)


async def record_in(client: httpx.AsyncClient, state: str, **changes: Any) -> dict[str, Any]:
    """One that was received an hour ago and has come into this state."""
    return await record(client, **{"received_at": ago(hours=1), "history": history(*MOVES_TO[state]), **changes})


def procedure(**changes: Any) -> dict[str, Any]:
    return {
        "name": f"Procedure {number()}",
        "steps": [{"key": "ring", "title": "Ring them", "before": "assess"}],
        **changes,
    }


async def create_procedure(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/procedures", procedure(**changes))


async def insert_complaint(db: Any, **changes: Any) -> Any:
    """A complaint that was received 40 days ago and closed 35 days ago, unless said otherwise."""
    values = {
        "reference": f"T-{number()}",
        "channel": "phone",
        "description": "It was off",
        "received_at": days_ago(40),
        "state": "closed",
        "ended_at": days_ago(35),
        **changes,
    }
    values.setdefault("state_since", values["ended_at"] or values["received_at"])
    await insert_dimensions(db, values)
    return await insert(db, "complaints", **values)


async def insert_move(
    db: Any, complaint: Any, position: int, move: str, from_state: str, to_state: str, at: datetime
) -> None:
    """Moves are made in their order."""
    before_at = await db.fetchval(
        "SELECT max(happened_at) FROM complaint_moves WHERE complaint_id = $1 AND position < $2",
        complaint["id"],
        position,
    )
    await insert(
        db,
        "complaint_moves",
        complaint_id=complaint["id"],
        position=position,
        move=move,
        from_state=from_state,
        to_state=to_state,
        received_at=complaint["received_at"],
        entered_at=before_at or complaint["received_at"],
        happened_at=at,
        recorded_at=at,
        actor="test",
    )


async def insert_remedy(
    db: Any, complaint: Any, kind: str, cost: str | None = None, currency: str = "GBP", **more: Any
) -> None:
    await insert(
        db,
        "complaint_remedies",
        complaint_id=complaint["id"],
        position=number(),
        kind=kind,
        state=more.get("state", "accepted"),
        cost=None if cost is None else Decimal(cost),
        currency=None if cost is None else currency,
    )
