"""Statements that are put together from parts: their parameters have names, `:since`, until they are whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.context import Context
from app.store.kit import aggregates

_NAME = re.compile(r"(?<!:):([a-z_]+)")


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    names: tuple[str, ...]

    async def value(self, ctx: Context, values: Mapping[str, Any]) -> Any:
        """The first column of the first row. Values that the statement does not ask for are left out."""
        return await aggregates.fetch(ctx, self.sql, *(values[name] for name in self.names))


def statement(text: str) -> Statement:
    names = tuple(dict.fromkeys(_NAME.findall(text)))
    places = {name: f"${n}" for n, name in enumerate(names, start=1)}
    return Statement(_NAME.sub(lambda found: places[found[1]], text), names)
