"""Scoring visits by scorecards, from 0 to 100.

The score of an item is 100 for yes and 0 for no; on a scale it is where between worst (0) and best (100) the value
lies. The score of the visit is the mean of the scores of its items, each counted as often as it weighs:

    sum(weight * score) / sum(weight), over the items that applied

rounded half to even, to two decimals, once and at the end. Where nothing applied there is no score. A critical item
that fails (no; on a scale, a score below `fails_below`) caps it: the visit scores at most what the lowest cap of the
critical items that failed leaves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from app.rules.feedback import Scale

FAILS_BELOW = Decimal(50)
"""The score below which an item on a scale has failed, unless it says otherwise."""
MOST_ASPECTS = 49
"""How many aspects the feedback of a visit can have beside its score."""
_HUNDRED = Decimal(100)
_YES_NO = Scale(Decimal(0), Decimal(1))


class VisitKind(StrEnum):
    """Whether somebody acts as a customer, or observes how customers are served."""

    MYSTERY_SHOPPER = "mystery_shopper"
    """Somebody who comes as a customer and is none."""
    OBSERVATION = "observation"
    """Somebody who looks on while staff deal with a customer."""


class VisitState(StrEnum):
    """Whether a visit is planned, done or cancelled."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemKind(StrEnum):
    """Whether an item is answered with yes or no, or with a value on a scale."""

    YES_NO = "yes_no"
    """It was so, or it was not."""
    SCALE = "scale"
    """A value from the worst to the best."""


@dataclass(frozen=True, slots=True)
class Item:
    """`scale` is None for yes or no. `cap` and `fails_below` are of 0 to 100."""

    key: str
    weight: Decimal = Decimal(1)
    scale: Scale | None = None
    critical: bool = False
    cap: Decimal = Decimal(0)
    fails_below: Decimal = FAILS_BELOW
    section: str | None = None

    @property
    def aspect(self) -> str:
        """What its score is reported under: its section, or itself."""
        return self.section or self.key


class Scored(NamedTuple):
    """`capped_by` has the keys of the critical items that lowered the score; empty where none did."""

    score: Decimal | None
    uncapped: Decimal | None
    capped_by: tuple[str, ...]


def score(items: Sequence[Item], values: Mapping[str, Decimal | None]) -> Scored:
    """Of the values by the items' keys: 1 is yes and 0 is no; None did not apply."""
    scores = {i.key: share for i in items if (share := _share(i, values.get(i.key))) is not None}
    mean = _mean([item for item in items if item.key in scores], scores)
    if mean is None:
        return Scored(None, None, ())
    failed = [i for i in items if i.key in scores and i.critical and _failed(i, scores[i.key])]
    cap = min((item.cap for item in failed), default=_HUNDRED)
    if cap >= mean:
        return Scored(_rounded(mean), _rounded(mean), ())
    by = tuple(item.key for item in failed if item.cap == cap)
    return Scored(_rounded(Fraction(cap)), _rounded(mean), by)


def item_score(item: Item, value: Decimal | None) -> Decimal | None:
    """Of one item, to two decimals; None if it did not apply."""
    return None if (share := _share(item, value)) is None else _rounded(share)


def aspects(items: Sequence[Item], values: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """The mean of each section, and of each item that is in none; of those that applied, and never capped."""
    names = dict.fromkeys(item.aspect for item in items)
    found = {name: score([_plain(i) for i in items if i.aspect == name], values).score for name in names}
    return {name: mean for name, mean in found.items() if mean is not None}


def allowed(state: VisitState) -> list[str]:
    """The moves that may be made from a state."""
    return ["cancel", "complete"] if state is VisitState.PLANNED else []


def title(kind: VisitKind, verb: str, site: str | None, score: Decimal | None = None) -> str:
    """Of an event; `verb` is planned, done, updated or cancelled."""
    noun = "Mystery visit" if kind is VisitKind.MYSTERY_SHOPPER else "Observation"
    where = f" at {site}" if site else ""
    result = f": {score} of 100" if score is not None and verb == "done" else ""
    return f"{noun}{where} {verb}{result}"


def _share(item: Item, value: Decimal | None) -> Fraction | None:
    if value is None:
        return None
    worst, best = (Fraction(end) for end in item.scale or _YES_NO)
    return (Fraction(value) - worst) * 100 / (best - worst)


def _failed(item: Item, share: Fraction) -> bool:
    return share < (Fraction(item.fails_below) if item.scale is not None else 100)


def _mean(items: Sequence[Item], scores: Mapping[str, Fraction]) -> Fraction | None:
    if not items:
        return None
    weights = {item.key: Fraction(item.weight) for item in items}
    return sum((w * scores[key] for key, w in weights.items()), Fraction(0)) / sum(weights.values())


def _plain(item: Item) -> Item:
    return Item(item.key, item.weight, item.scale)


def _rounded(exact: Fraction) -> Decimal:
    return Decimal(round(exact * 100)).scaleb(-2)
