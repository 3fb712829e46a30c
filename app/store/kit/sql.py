"""Statements in .sql files: plain SQL with named parameters such as `:since`, which psql runs as it stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

# Quoted text, comments and casts are left alone, as psql leaves them.
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/|::|:([a-z_]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    path: str
    """Its file, below app/store."""
    text: str
    """With positional parameters, as the driver takes them."""
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the parameters. Raises TypeError unless they are just those of the statement."""
        if values.keys() != set(self.parameters):
            differing = sorted(values.keys() ^ set(self.parameters))
            raise TypeError(f"{self.path} and its caller do not name the same parameters: {', '.join(differing)}")
        return [values[name] for name in self.parameters]


def load(path: str) -> Statement:
    """The statement in `path`, a file below app/store; modules load theirs when they are imported."""
    return parse(path, resources.files("app.store").joinpath(path).read_text(encoding="utf-8"))


def parse(path: str, text: str) -> Statement:
    parameters: list[str] = []

    def position(token: re.Match[str]) -> str:
        if (name := token[1]) is None:
            return token[0]
        if name not in parameters:
            parameters.append(name)
        return f"${parameters.index(name) + 1}"

    return Statement(path, _TOKEN.sub(position, text), tuple(parameters))
