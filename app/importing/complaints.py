"""Turns a row about a complaint into a document of the API: columns with timestamps become its history.

- `acknowledged_at`, `responded_at` and `closed_at` imply all moves up to there. A move without a timestamp of its own
  has that of the next move with one: a complaint with nothing but `closed_at` made all its moves then. To close a
  complaint implies that its response was accepted. `withdrawn_at` withdraws the complaint in the state it had reached.
- A date without a time is midnight at its beginning, unless that is before the preceding timestamp of the same day:
  then it is that timestamp.
- `decision` is that of the response. `complainant.email` and `complainant.phone` become the complainant's contact;
  where a row has both, the number goes to `attributes.complainant_phone`.
- A currency without an amount is left out: it may be a constant for all rows.
"""

from datetime import datetime, time
from typing import Any

from app.importing.contacts import fold_contact
from app.rules.complaints import Decision, Move
from app.schemas.complaints import Complainant, ComplaintNew
from app.schemas.kit.types import Moment

_PATH = (Move.ACKNOWLEDGE, Move.ASSESS, Move.INVESTIGATE, Move.RESPOND, Move.ACCEPT, Move.CLOSE)
"""The moves of a complaint that is closed without detours."""
_COLUMNS = {
    Move.ACKNOWLEDGE: "acknowledged_at",
    Move.RESPOND: "responded_at",
    Move.CLOSE: "closed_at",
    Move.WITHDRAW: "withdrawn_at",
}
Timestamps = dict[Move, str]
Errors = list[dict[str, str]]


class ComplainantRow(Complainant):
    email: str | None = None
    phone: str | None = None


class ComplaintRow(ComplaintNew):
    """The fields of a complaint that columns can fill."""

    complainant: ComplainantRow | None = None
    acknowledged_at: Moment | None = None
    responded_at: Moment | None = None
    closed_at: Moment | None = None
    withdrawn_at: Moment | None = None
    decision: Decision | None = None


def reshape(document: dict[str, Any]) -> Errors:
    """Changes the values of a row to the shape of the API, in place; the contradictions among them."""
    if "value" not in document:
        document.pop("currency", None)
    for remedy in document.get("remedies", ()):
        if "cost" not in remedy:
            remedy.pop("currency", None)
    fold_contact(document, "complainant")
    return _build_history(document)


def _build_history(document: dict[str, Any]) -> Errors:
    given = {move: document.pop(name) for move, name in _COLUMNS.items() if name in document}
    decision = document.pop("decision", None)
    timestamps, errors = _check_order(document.get("received_at"), given)
    if Move.CLOSE in given and Move.WITHDRAW in given:
        errors.append(_error("withdrawn_at", "A complaint cannot be both closed and withdrawn"))
    if history := [_entry(move, timestamps) for move in _moves(given)]:
        document["history"] = history
    response = next((entry for entry in history if entry["move"] == Move.RESPOND), None)
    if decision is not None and response is not None:
        response["decision"] = decision
    elif decision is not None:
        errors.append(_error("decision", "It needs the responded_at or closed_at of the response that it belongs to"))
    return errors


def _check_order(received_at: str | None, given: Timestamps) -> tuple[Timestamps, Errors]:
    """The timestamps, dates without a time adjusted, and errors for those that are too early."""
    timestamps: Timestamps = {}
    errors: Errors = []
    previous, previous_name = received_at, "received_at"
    for move, timestamp in given.items():
        if previous is not None and (at := datetime.fromisoformat(timestamp)) < datetime.fromisoformat(previous):
            same_day = at.date() == datetime.fromisoformat(previous).astimezone(at.tzinfo).date()
            if at.time() == time() and same_day:
                timestamp = previous
            else:
                errors.append(_error(_COLUMNS[move], f"It is before {previous_name}"))
        timestamps[move] = timestamp
        previous, previous_name = timestamp, _COLUMNS[move]
    return timestamps, errors


def _moves(given: Timestamps) -> list[Move]:
    """All moves that the given ones imply, in order."""
    last = max((number for number, move in enumerate(_PATH, start=1) if move in given), default=0)
    return [*_PATH[:last], *([Move.WITHDRAW] if Move.WITHDRAW in given else [])]


def _entry(move: Move, timestamps: Timestamps) -> dict[str, Any]:
    following = _PATH[_PATH.index(move) :] if move in _PATH else (move,)
    entry: dict[str, Any] = {"move": move.value, "at": next(timestamps[m] for m in following if m in timestamps)}
    if move in timestamps and move in (Move.ACKNOWLEDGE, Move.RESPOND):
        entry["customer_notified"] = True  # these two moves are messages to the customer
    return entry


def _error(name: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/{name}", "code": "contradicting_cells", "detail": f"{name}: {detail}."}
