"""What a scene between the sample shop and a customer is made of."""

from dataclasses import dataclass

from app.rules.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel as C


@dataclass(frozen=True)
class Turn:
    """One contact. Texts may name {name}, {product}, {site}, {staff} and {day}."""

    kind: InteractionKind
    direction: Direction
    texts: tuple[str, ...]
    subject: str | None = None
    outcomes: tuple[str, ...] = ()
    """One for each text, where there are as many."""
    promises: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    channel: C | None = None
    """Left out: the channel that the scene is on."""
    hours: float = 0
    """After the turn before, about."""


@dataclass(frozen=True)
class Story:
    who: str
    """`person`, `trade`, `supplier`, or `any`."""
    share: float
    channels: tuple[C, ...]
    turns: tuple[Turn, ...]
