"""A row about a complaint into the API's shape: what columns say of its way becomes its history.

- `acknowledged_at`, `responded_at` and `closed_at` make the moves up to there. One without a moment of its own was made
  when the next known one was: of a complaint with nothing but `closed_at`, all of them then. Who closes it takes the
  answer to be accepted. `withdrawn_at` takes the complaint back, as far as it had come.
- A day without a time is the midnight it begins with, but not where that is before the moment that came before it on
  the same day: then it is that moment.
- `decision` is that of the answer. `complainant.email` and `complainant.phone` are the complainant's contact: the
  address, else the number; where a row has both, the number goes to `attributes.complainant_phone`.
- A currency without an amount says nothing, and is left out: it may be a constant for all rows.
"""

from datetime import datetime, time
from typing import Any

from app.importing.contacts import take_contact
from app.rules.complaints import Decision, Move
from app.schemas.complaints import Complainant, ComplaintNew
from app.schemas.kit.types import Moment

_WAY = (Move.ACKNOWLEDGE, Move.ASSESS, Move.INVESTIGATE, Move.RESPOND, Move.ACCEPT, Move.CLOSE)
_MOMENTS = {
    Move.ACKNOWLEDGE: "acknowledged_at",
    Move.RESPOND: "responded_at",
    Move.CLOSE: "closed_at",
    Move.WITHDRAW: "withdrawn_at",
}
Errors = list[dict[str, str]]


class ComplainantRow(Complainant):
    email: str | None = None
    phone: str | None = None


class ComplaintRow(ComplaintNew):
    """What columns can say of a complaint."""

    complainant: ComplainantRow | None = None
    acknowledged_at: Moment | None = None
    responded_at: Moment | None = None
    closed_at: Moment | None = None
    withdrawn_at: Moment | None = None
    decision: Decision | None = None


def reshaped(document: dict[str, Any]) -> Errors:
    """Bring what a row says into the shape of the API, in place; gives what contradicts itself."""
    if "value" not in document:
        document.pop("currency", None)
    for remedy in document.get("remedies", ()):
        if "cost" not in remedy:
            remedy.pop("currency", None)
    take_contact(document, "complainant")
    return _take_history(document)


def _take_history(document: dict[str, Any]) -> Errors:
    said = {move: document.pop(name) for move, name in _MOMENTS.items() if name in document}
    decision = document.pop("decision", None)
    moments, errors = _in_order(document.get("received_at"), said)
    if Move.CLOSE in said and Move.WITHDRAW in said:
        errors.append(_error("withdrawn_at", "It cannot be both closed and withdrawn"))
    if history := [_past(move, moments, said) for move in _moves(said)]:
        document["history"] = history
    answer = next((past for past in history if past["move"] == Move.RESPOND), None)
    if decision is not None and answer is not None:
        answer["decision"] = decision
    elif decision is not None:
        errors.append(_error("decision", "There is no responded_at or closed_at of the answer that it belongs to"))
    return errors


def _in_order(received_at: str | None, said: dict[Move, str]) -> tuple[dict[Move, str], Errors]:
    """The moments as they followed each other, and those that came too early."""
    moments: dict[Move, str] = {}
    errors: Errors = []
    last, before = received_at, "received_at"
    for move, moment in said.items():
        if last is not None and (found := datetime.fromisoformat(moment)) < (earlier := datetime.fromisoformat(last)):
            if found.time() == time() and found.date() == earlier.astimezone(found.tzinfo).date():
                moment = last
            else:
                errors.append(_error(_MOMENTS[move], f"It lies before {before}"))
        moments[move] = moment
        last, before = moment, _MOMENTS[move]
    return moments, errors


def _moves(said: dict[Move, str]) -> list[Move]:
    """All that were made, in order."""
    last = max((number for number, move in enumerate(_WAY, start=1) if move in said), default=0)
    return [*_WAY[:last], *([Move.WITHDRAW] if Move.WITHDRAW in said else [])]


def _past(move: Move, moments: dict[Move, str], said: dict[Move, str]) -> dict[str, Any]:
    place = _WAY.index(move) if move in _WAY else 0
    known = moments.get(move) or next(moments[later] for later in _WAY[place:] if later in moments)
    past: dict[str, Any] = {"move": move.value, "at": known}
    # An acknowledgement and an answer are something the customer is told.
    return past | {"told": True} if move in said and move in (Move.ACKNOWLEDGE, Move.RESPOND) else past


def _error(name: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/{name}", "code": "contradicting_cells", "detail": f"{name}: {detail}."}
