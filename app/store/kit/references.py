"""What incoming records refer to, looked up for a whole batch by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.store.kit import rows


class Found(NamedTuple):
    """A record that something refers to."""

    kind: str
    n: int
    """The index, in its batch, of the record that refers to it."""
    position: int
    """Which of the keys of that record found it; 0 where it has one key of this kind only."""
    id: UUID
    data: str | None
    """JSON: what has to be known of it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of record that others refer to, and how it is looked up.

    `keys` are the columns of what it is looked up by, with their SQL types. A column `position` tells apart several
    keys of one record. They are rows `w(n, …)`, to which `source`, the rest of a FROM clause, joins the record. `data`
    is an expression for what has to be known of it, as JSON in text.
    """

    kind: str
    keys: Mapping[str, str]
    source: str
    id: str
    data: str = "NULL"


class Lookup:
    """The statement that finds all of several kinds of references."""

    def __init__(self, *references: Reference) -> None:
        self._types = {each.kind: ("INTEGER", *each.keys.values()) for each in references}
        branches, first = [], 1
        for each in references:
            types = self._types[each.kind]
            arrays = ", ".join(rows.array(number, of) for number, of in enumerate(types, start=first))
            position = "w.position" if "position" in each.keys else "0"
            branches.append(
                f"SELECT '{each.kind}', w.n, {position}, {each.id}, {each.data} "
                f"FROM unnest({arrays}) AS w(n, {', '.join(each.keys)}) {each.source}"
            )
            first += len(types)
        self._statement = " UNION ALL ".join(branches)

    async def load(self, ctx: Context, keys: Mapping[str, Sequence[tuple[Any, ...]]]) -> list[Found]:
        """Everything that there is of what the keys name; `keys` are tuples of `n` and the key, by kind.

        What is not found is not in the answer. Without keys, the database is not asked.
        """
        if not any(keys.values()):
            return []
        arguments = [
            rows.literal(of, column)
            for kind, types in self._types.items()
            for of, column in zip(types, rows.columns(keys.get(kind, ()), len(types)), strict=True)
        ]
        return [Found(*row) for row in await ctx.db.fetch(self._statement, *arguments)]
