"""The records that incoming records refer to, looked up for a whole batch by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.store.kit import rows


class ReferencedRecord(NamedTuple):
    """An existing record that an incoming one refers to."""

    kind: str
    n: int
    """The index of the incoming record in its batch."""
    position: int
    """Which of the keys of the incoming record matched; 0 where it has one key of this kind only."""
    id: UUID
    data: str | None
    """What is read of the existing record, as JSON."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One kind of record that others refer to, and how it is looked up.

    `keys` are the columns of the keys, with their SQL types; a column `position` tells several keys of one incoming
    record apart. The keys are rows `w(n, …)`, to which `source`, the rest of a FROM clause, joins the record. `data` is
    an expression for what is read of it, as JSON text.
    """

    kind: str
    keys: Mapping[str, str]
    source: str
    id: str
    data: str = "NULL"


def sent_before(kind: str, table: str) -> Reference:
    """The record with the source and external id of an incoming one; its data is the hash of what was sent."""
    return Reference(
        kind,
        {"source": "TEXT", "external_id": "TEXT"},
        f"JOIN {table} o USING (source, external_id) WHERE o.external_id IS NOT NULL",
        "o.id",
        "encode(o.content_hash, 'hex')",
    )


class Lookup:
    """One statement that looks up several kinds of references."""

    def __init__(self, *references: Reference) -> None:
        self._types = {reference.kind: ("INTEGER", *reference.keys.values()) for reference in references}
        branches, first = [], 1
        for reference in references:
            types = self._types[reference.kind]
            arrays = ", ".join(rows.array(number, sql_type) for number, sql_type in enumerate(types, start=first))
            position = "w.position" if "position" in reference.keys else "0"
            branches.append(
                f"SELECT '{reference.kind}', w.n, {position}, {reference.id}, {reference.data} "
                f"FROM unnest({arrays}) AS w(n, {', '.join(reference.keys)}) {reference.source}"
            )
            first += len(types)
        self._statement = " UNION ALL ".join(branches)

    async def load(self, ctx: Context, keys: Mapping[str, Sequence[tuple[Any, ...]]]) -> list[ReferencedRecord]:
        """The records that exist; `keys` are tuples of `n` and the columns of the key, by kind.

        Without keys, the database is not queried.
        """
        if not any(keys.values()):
            return []
        arguments = [
            rows.literal(sql_type, column)
            for kind, types in self._types.items()
            for sql_type, column in zip(types, rows.columns(keys.get(kind, ()), len(types)), strict=True)
        ]
        return [ReferencedRecord(*row) for row in await ctx.db.fetch(self._statement, *arguments)]
