"""The parts of a dialogue between the sample shop and a customer."""

from dataclasses import dataclass

from app.rules.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel as C


@dataclass(frozen=True)
class Turn:
    """One interaction. Texts may contain {name}, {product}, {site}, {staff} and {day}."""

    kind: InteractionKind
    direction: Direction
    texts: tuple[str, ...]
    subject: str | None = None
    outcomes: tuple[str, ...] = ()
    """Where there are as many as texts, each belongs to the text with its index."""
    next_steps: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    channel: C | None = None
    """Defaults to the channel of the dialogue."""
    hours_later: float = 0
    """The approximate time since the previous turn."""


@dataclass(frozen=True)
class Dialogue:
    audience: str
    """`person`, `trade`, `supplier`, or `any`."""
    weight: float
    channels: tuple[C, ...]
    turns: tuple[Turn, ...]
