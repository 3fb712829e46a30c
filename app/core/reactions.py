"""What follows events: in the same transaction, in batches, before it is committed.

Whatever records an event does not know what follows it. Reactions are rows of one table (`app/reactions.py`), which
only the ways in import: a domain that wants to follow another one's events adds a row there.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.core.context import Context

_MOST_TIMES = 3
_MOST_ROUNDS = 1_000
"""Reactions may record events that others react to, as customers are carried down a chain of links, one round each.

A circle of them that `goes_round` does not stop is a defect."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """`handler` is called with the events of its types, oldest first.

    `when` is a condition in SQL on the row `e` of the event. It is evaluated by the statement that writes the event, so
    that a handler which has nothing to do costs no round trip: receipts come in by the thousand.
    """

    handler: "Callable[[Context, Sequence[Any]], Awaitable[None]]"
    when: str = "true"


def goes_round(ctx: "Context", *what: Any) -> bool:
    """Whether reactions come to this again and again, since each time something follows that undoes it.

    Two records may each be whose the other one is only as long as it is not: a message that answers an enquiry is about
    a complaint because of that, and whose the complaint is answers the enquiry no more. Of such a circle there is no
    right end; it stays undone, so that what somebody sent is not lost for it.
    """
    times = ctx.repeated[what] = ctx.repeated.get(what, 0) + 1
    return times > _MOST_TIMES


class Reactions:
    """The table: what follows each type of event, in this order. `finish` is called last, whatever was recorded.

    A handler is called once for all events of a round: at its place after the first of them.
    """

    def __init__(
        self,
        by_type: Mapping[str, Sequence[Reaction]] | None = None,
        finish: "Callable[[Context], Awaitable[None]] | None" = None,
    ) -> None:
        self._finish = finish
        self._by_type = {name: tuple(reactions) for name, reactions in (by_type or {}).items() if reactions}
        self._flags = {name: self._flag_array(reactions) for name, reactions in self._by_type.items()}

    def flags(self, event_type: str) -> str | None:
        """An SQL expression on the row `e`: which of the reactions are called, as an array of booleans.

        None where nothing follows such an event.
        """
        return self._flags.get(event_type)

    async def run(self, ctx: "Context") -> None:
        """Call what follows the events of this transaction, and what follows that."""
        await self.follow(ctx)
        if self._finish is not None:
            await self._finish(ctx)

    async def follow(self, ctx: "Context") -> None:
        """As `run`, before the end: for an answer that has to show what follows."""
        rounds = 0
        while ctx.pending:
            if rounds == _MOST_ROUNDS:
                pending = sorted({event.type.name for event, _ in ctx.pending})
                raise RuntimeError(f"Reactions still record events after {rounds} rounds: {', '.join(pending)}")
            rounds += 1
            due = list(ctx.pending)
            ctx.pending.clear()
            for handler, events in self._by_handler(due):
                await handler(ctx, events)

    def _by_handler(self, due: Sequence[tuple[Any, Sequence[bool]]]) -> "list[tuple[Callable[..., Any], list[Any]]]":
        found: dict[Callable[..., Any], list[Any]] = {}
        for event, flags in due:
            for reaction, called in zip(self._by_type[event.type.name], flags, strict=True):
                if called:
                    found.setdefault(reaction.handler, []).append(event)
        return list(found.items())

    @staticmethod
    def _flag_array(reactions: Sequence[Reaction]) -> str:
        return f"ARRAY[{', '.join(f'({reaction.when})' for reaction in reactions)}]::bool[]"


NO_REACTIONS = Reactions()
