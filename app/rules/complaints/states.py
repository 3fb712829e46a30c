"""The states of a complaint, after ISO 10002, and the moves between them."""

from datetime import datetime
from enum import StrEnum

from app.rules.service_levels import Reopening


class State(StrEnum):
    """The stage that a complaint has reached, after ISO 10002."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    INVESTIGATING = "investigating"
    RESPONDED = "responded"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEADLOCK = "deadlock"
    """The customer rejected the answer, and neither side moves."""
    REFERRED = "referred"
    """A body outside decides: an ombudsman, an arbitrator, a court."""
    SETTLED = "settled"
    """The dispute is over, by that body or by agreement."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"


class Move(StrEnum):
    """A step that takes a complaint from one state to another."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    INVESTIGATE = "investigate"
    RESPOND = "respond"
    ACCEPT = "accept"
    REJECT = "reject"
    DEADLOCK = "deadlock"
    REFER = "refer"
    SETTLE = "settle"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"


_S = State
ENDED = frozenset({_S.CLOSED, _S.WITHDRAWN})
OPEN = frozenset(State) - ENDED
# Of each move, the states it may be made from and the state it leads to: the whole state machine.
MOVES: dict[Move, tuple[frozenset[State], State]] = {
    Move.ACKNOWLEDGE: (frozenset({_S.RECEIVED}), _S.ACKNOWLEDGED),
    Move.ASSESS: (frozenset({_S.ACKNOWLEDGED, _S.REOPENED}), _S.ASSESSED),
    Move.INVESTIGATE: (frozenset({_S.ASSESSED, _S.REJECTED, _S.DEADLOCK, _S.REOPENED}), _S.INVESTIGATING),
    Move.RESPOND: (frozenset({_S.INVESTIGATING}), _S.RESPONDED),
    Move.ACCEPT: (frozenset({_S.RESPONDED, _S.DEADLOCK}), _S.ACCEPTED),
    Move.REJECT: (frozenset({_S.RESPONDED}), _S.REJECTED),
    Move.DEADLOCK: (frozenset({_S.REJECTED}), _S.DEADLOCK),
    Move.REFER: (frozenset({_S.REJECTED, _S.DEADLOCK}), _S.REFERRED),
    Move.SETTLE: (frozenset({_S.REFERRED, _S.DEADLOCK}), _S.SETTLED),
    Move.CLOSE: (frozenset({_S.ACCEPTED, _S.REJECTED, _S.SETTLED}), _S.CLOSED),
    Move.WITHDRAW: (OPEN, _S.WITHDRAWN),
    Move.REOPEN: (ENDED, _S.REOPENED),
}


class Complexity(StrEnum):
    """How difficult a complaint is to resolve."""

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"


class Impact(StrEnum):
    """How many customers are affected, or whether their `safety` is."""

    ONE = "one_customer"
    SEVERAL = "several_customers"
    MANY = "many_customers"
    SAFETY = "safety"


class Priority(StrEnum):
    """How urgent it is to handle a complaint."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Feeling(StrEnum):
    """How the customer feels about the matter."""

    CALM = "calm"
    DISAPPOINTED = "disappointed"
    FRUSTRATED = "frustrated"
    ANGRY = "angry"
    DISTRESSED = "distressed"


class Publicity(StrEnum):
    """Whether the matter is private, likely to become public, or public."""

    PRIVATE = "private"
    LIKELY = "likely"
    """The customer is likely to tell others."""
    PUBLIC = "public"


class Waiting(StrEnum):
    """Who the complaint is waiting on: the customer, a supplier or another party."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    OTHER = "other"


class RemedyKind(StrEnum):
    """The kind of remedy that is asked for or offered."""

    APOLOGY = "apology"
    EXPLANATION = "explanation"
    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    DISCOUNT = "discount"
    VOUCHER = "voucher"
    GOODWILL = "goodwill"
    CHANGE = "change"
    """Something is done differently from now on."""
    OTHER = "other"


class RemedyState(StrEnum):
    """Whether a remedy is asked for, offered, accepted or refused."""

    SOUGHT = "sought"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Decision(StrEnum):
    """Whether a complaint is upheld in full, in part or not at all."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"


class CauseKind(StrEnum):
    """The kind of root cause that led to a complaint."""

    PRODUCT = "product"
    SERVICE = "service"
    PEOPLE = "people"
    PROCESS = "process"
    SYSTEM = "system"
    SUPPLIER = "supplier"
    INFORMATION = "information"
    CUSTOMER = "customer"
    OTHER = "other"


class ActionKind(StrEnum):
    """Whether an action corrects the matter or prevents it from happening again."""

    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


def next_state(state: State, move: Move) -> State | None:
    """The state that a move leads to; None where it is not allowed."""
    allowed_from, to = MOVES[move]
    return to if state in allowed_from else None


def allowed(state: State) -> list[Move]:
    """The moves that may be made from a state."""
    return [move for move in Move if next_state(state, move) is not None]


def reopening_refusal(policy: Reopening, ended_at: datetime, reopened: int, now: datetime) -> str | None:
    """The reason why a complaint must not be reopened; None when it may be.

    `reopened` is how often it was reopened before.
    """
    if policy.at_most is not None and reopened >= policy.at_most:
        return f"The complaint was already reopened {reopened} times; the policy allows {policy.at_most}"
    if policy.within is not None and now > ended_at + policy.within:
        return f"The complaint ended more than {policy.within.days} days ago, the limit of the policy"
    return None


def next_priority(priority: Priority) -> Priority:
    """The next higher priority; the highest stays."""
    ladder = list(Priority)
    return ladder[min(ladder.index(priority) + 1, len(ladder) - 1)]


def reference(number: int) -> str:
    """A number that can be read out: digits in groups, with a check digit.

    It detects every wrong digit and every swap of two neighbours.

    Damm, "Total anti-symmetrische Quasigruppen" (2004).
    """
    digits = f"{number:06d}"
    check = 0
    for digit in digits:
        check = _DAMM[check][int(digit)]
    whole = f"{digits}{check}"
    return f"C-{whole[:-4]}-{whole[-4:]}"


def parse_reference(text: str) -> int | None:
    """The number of a reference, however it is formatted; None where the check digit does not match."""
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    check = 0
    for digit in digits:
        check = _DAMM[check][int(digit)]
    return int(digits[:-1]) if check == 0 and 7 <= len(digits) <= 18 else None


_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
