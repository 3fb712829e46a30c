"""Complaints that are sent again, compared with the fields, remedies and moves that are stored."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.complaints.states import Move
from app.rules.kit.timestamps import format_timestamp
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.complaints.remedies import PastRemedy
from app.store.complaints import complaints as store
from app.store.complaints import remedies

_DETAILS = {
    Move.RESPOND: ("decision", "decision_text", "customer_notified"),
    Move.REFER: ("referred_to", "reference"),
    Move.SETTLE: ("decision", "decision_text"),
}
"""What the complaint keeps of its moves, once each: of the last one that had it."""


def as_sent(new: ComplaintNew) -> dict[str, Any]:
    """The remedies and moves that were sent, as far as they are kept."""
    sent = new.model_dump(mode="json", include={"remedies", "history"})
    kept = _last_with_details([past["move"] for past in sent["history"]])
    details = {name for names in _DETAILS.values() for name in names}
    for n, past in enumerate(sent["history"]):
        sent["history"][n] = {k: v for k, v in past.items() if k not in details or (n, k) in kept}
    return sent


async def contents(ctx: Context, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is stored, as it would be sent. What was done in Rapport afterwards is no difference."""
    moves: dict[UUID, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    for row in await store.moves_on_arrival(ctx, ids):
        at = format_timestamp(row["happened_at"])
        moves[row["complaint_id"]].append({"move": row["move"], "at": at, "staff": row["staff"], "note": row["note"]})
    on_arrival = await remedies.recorded_on_arrival(ctx, ids)
    found = {}
    for id_ in sorted(ids):
        content = json.loads((await store.COMPLAINTS.get(ctx, id_)).json)
        content["remedies"] = [_as_remedy(remedy) for remedy in content["remedies"] if remedy["id"] in on_arrival]
        content["history"] = _with_details(moves[id_], content)
        found[id_] = content
    return found


def _as_remedy(remedy: dict[str, Any]) -> dict[str, Any]:
    return {name: remedy[name] for name in PastRemedy.model_fields}


def _with_details(moves: list[dict[str, Any]], complaint: dict[str, Any]) -> list[dict[str, Any]]:
    details = {
        "decision": complaint["decision"],
        "decision_text": complaint["decision_text"],
        **{name: (complaint["referral"] or {}).get(name) for name in ("referred_to", "reference")},
    }
    for n, name in _last_with_details([move["move"] for move in moves]):
        notified = complaint["notified_at"] == moves[n]["at"]
        moves[n][name] = notified if name == "customer_notified" else details[name]
    return moves


def _last_with_details(moves: Sequence[str]) -> set[tuple[int, str]]:
    """The index of the last move that has a detail, with the name of the detail."""
    last = {name: n for n, move in enumerate(moves) for name in _DETAILS.get(Move(move), ())}
    return {(n, name) for name, n in last.items()}
